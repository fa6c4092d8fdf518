// bench_draw.h -- the figure of `ouro bench`, from its table alone
#ifndef OURO_CLI_BENCH_DRAW_H
#define OURO_CLI_BENCH_DRAW_H

#include "base.h"

// Draws `table`, a file that `ouro bench --out` wrote, to `figure`, an .svg or .png: ratios against
// the real interpreter with their spread and bars; time over the size of the model; memory. False
// with `error` when the table is missing, damaged or of other rows, or gnuplot cannot draw.
bool bench_draw(const char *table, const char *figure, Error *error);

#endif
