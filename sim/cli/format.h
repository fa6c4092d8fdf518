// format.h -- figures for people
#ifndef OURO_FORMAT_H
#define OURO_FORMAT_H

#include "metrics.h"

enum { FIGURE_SIZE = 32 };

// "123.4 MiB", "1.23 ms", "12,345", "98.7 %" by unit; ratios ("1.23") are asked for with
// format_ratio.
void format_metric(char text[FIGURE_SIZE], MetricUnit unit, uint64_t value);
void format_ratio(char text[FIGURE_SIZE], uint64_t permille);

// "4.5 s", "45 s", "12 min" or "3.4 h": how long something takes.
void format_duration(char text[FIGURE_SIZE], double seconds);

#endif
