// rows.h -- results of a run or a comparison, kept as rows, and printed for people and programs
#ifndef OURO_ROWS_H
#define OURO_ROWS_H

#include <stdio.h>

#include "options.h"

// One run, without what only lives as long as it.
typedef struct {
    const Spec *spec;
    const PolicyChoice *policy;
    Engine engine;
    const char *interpreter;  // NULL: simulated; else its version: times are measured
    const MemoryLayout *allocator;
    RunStatus status;
    char cost[COST_NAME_SIZE];  // model and table
    uint64_t stream_digest, result_digest, behaviour_digest;
    Metrics metrics;
    bool is_floor;  // not a collector (oracle): no competitor
    // against the others of the comparison, in permille
    uint64_t lbo, regret_peak, regret_gc;
} Row;

typedef struct {
    Row *rows;
    size_t count;
} Rows;

Row row_of(const RunResult *result);

// "tracing", "ledger", "null" or "cpython-3.11.2".
enum { ENGINE_NAME_SIZE = 48 };
void row_engine(const Row *row, char name[ENGINE_NAME_SIZE]);

// Sets lbo and regrets of all rows. Only collectors that finished compete; 0: not defined, as for
// the others, and where the least is nothing.
void rows_compare(Rows *rows);

// The columns that exist in a comparison only: name, help. Like metrics they are in permille, lower
// is better.
#define COMPARISON_COLUMNS(X)                                                                    \
    X(lbo, "lower bound overhead: total_ns / least (total_ns - pause_ns_total) of all policies") \
    X(regret_peak, "peak_held_bytes / least of the policies that spend no more gc time")         \
    X(regret_gc, "pause_ns_total / least of the policies that hold no more at their peak")

void row_print_json(FILE *file, const Row *row);
void rows_print_tsv(FILE *file, const Rows *rows);

// One run in full, several side by side.
void row_print_table(const Row *row);
void rows_print_table(const Rows *rows);

// 16 hexadecimal digits; nothing for a stream that was not seen to its end.
void digest_text(char text[17], uint64_t digest, bool known);

// A string for JSON, quotes included; what is no UTF-8 is replaced by U+FFFD.
void json_string(FILE *file, const char *text);

#endif
