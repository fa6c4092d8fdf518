// bench.h -- the arguments of ouro bench, which it hands on to an interpreter's program
#ifndef OURO_CLI_BENCH_H
#define OURO_CLI_BENCH_H

#include "bench_figures.h"

typedef struct {
    const char *python;  // "3.11"
    const char *out;     // where the table goes as tab-separated text; NULL: nowhere
    const char *figure;  // where the figure goes, an SVG or PNG; NULL: nowhere
    const char *draw;    // a table that is drawn, and nothing measured
    const char *script;  // a row, of which the Python program is printed and nothing measured
    bool rows[BENCH_ROWS_MAX];  // those that were named; none: all
    bool any_row, quick, tsv, help;
    uint64_t repeats;   // 0: as often as is usual of the row and the side
    char command[256];  // as it was given, for the table
} BenchArguments;

bool bench_arguments_parse(BenchArguments *arguments, int argc, char **argv, Error *error);

// How often `side` of a row takes its turn.
uint64_t bench_turns(const BenchArguments *arguments, size_t row, BenchSide side);

// Whether a row is to be measured.
bool bench_wants(const BenchArguments *arguments, size_t row);

#endif
