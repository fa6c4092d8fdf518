// bench.h -- ouro bench, inside an interpreter's program
#ifndef OURO_CPYTHON_BENCH_H
#define OURO_CPYTHON_BENCH_H

#include "cli/bench.h"

// Measures what is wanted, prints it row by row, and writes the table if one is wanted. Returns the
// exit code: EXIT_NO when a bar is not met.
int bench(const BenchArguments *arguments);

#endif
