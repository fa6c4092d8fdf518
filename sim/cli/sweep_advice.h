// sweep_advice.h -- the cells of a sweep as `ouro advise` takes them
#ifndef OURO_CLI_SWEEP_ADVICE_H
#define OURO_CLI_SWEEP_ADVICE_H

#include "gate_figures.h"
#include "sweep_data.h"

// Adds the cells of one workload (NULL: of all). What a sweep sets makes another program of it, so
// each combination of settings is a workload of its own, "warsaw-2006 churn.cycle_density=0.1";
// what is the same in all its cells is left out of the name. Needs settling afterwards.
bool sweep_advice_figures(const SweepData *data, const char *workload, GateFigures *figures,
                          Error *error);

// The same from a directory.
bool sweep_advice_read(GateFigures *figures, const char *dir, Error *error);

// The name of a cell's workload with its settings; whoever calls it frees it.
char *sweep_situation(const SweepData *data, const SweepCell *cell);

#endif
