// gate_results.h -- where figures for the gate come from: the suite, or directories of results
#ifndef OURO_GATE_RESULTS_H
#define OURO_GATE_RESULTS_H

#include "gate_figures.h"

// Runs the suite (gate_suite.def), `jobs` runs at a time (0: as many as there are processors).
// *interrupted: the user stopped it. False with `error` when something could not run. The figures
// are settled.
bool gate_run_suite(GateFigures *figures, uint64_t jobs, bool *interrupted, Error *error);

// One workload of the suite under one policy ("NAME:knob=value"), whose figures go under the name
// `as`.
bool gate_run_as(GateFigures *figures, const char *workload, const char *policy, const char *as,
                 Error *error);

// Adds what `ouro compare --out DIR` left in `dir`; several directories add up, and the same run
// in two of them is a repeat. Needs settling afterwards. `also` is one more column of words to
// take; NULL: none.
bool gate_read_dir(GateFigures *figures, const char *dir, const char *also, Error *error);

#endif
