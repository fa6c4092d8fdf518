// bench_print.h -- what `ouro bench` found: for people row by row, for programs as one table
#ifndef OURO_CLI_BENCH_PRINT_H
#define OURO_CLI_BENCH_PRINT_H

#include <stdio.h>

#include "bench_figures.h"

// One row with its sides and bars. Returns false when a bar is not met; one of which this
// machine can say nothing is named and fails nothing.
bool bench_print_row(FILE *file, const BenchTable *table, size_t row);

// How many bars are met, and which are not; of rows that were asked for. Nothing
// of a quick run, of which none is judged.
void bench_print_summary(FILE *file, const BenchTable *table);

// A line per row, side and figure. Notes come first, lines "# key: text": `machine`, as
// machine_notes writes them, then commit, seed and command.
void bench_print_tsv(FILE *file, const BenchTable *table, const char *machine, const char *command);

#endif
