// minheap_draw.h -- the figure of `ouro minheap`
#ifndef OURO_CLI_MINHEAP_DRAW_H
#define OURO_CLI_MINHEAP_DRAW_H

#include "minheap_print.h"

// Draws the tables of all workloads, sorted, to `figure`, an .svg or .png: how much more than the
// floor each policy needs; `command`, without
// its "ouro", stands below. False with `error` when gnuplot cannot draw.
bool minheap_draw(const MinheapTable *tables, size_t count, const char *command, const char *figure,
                  Error *error);

#endif
