// sweep_page.h -- index.html of a sweep
#ifndef OURO_CLI_SWEEP_PAGE_H
#define OURO_CLI_SWEEP_PAGE_H

#include "advise.h"
#include "sweep_figures.h"

// Writes DIR/index.html: what was run, policies by workload, advice, a section per workload with
// its figures, and all cells. `limits` are those that advice answers first.
bool sweep_page_write(const SweepData *data, const SweepPlots *plots, AdviceLimits limits,
                      Error *error);

#endif
