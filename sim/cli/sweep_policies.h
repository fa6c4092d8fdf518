// sweep_policies.h -- the table of policies by workload: time, regret, who is best
#ifndef OURO_CLI_SWEEP_POLICIES_H
#define OURO_CLI_SWEEP_POLICIES_H

#include <stdio.h>

#include "sweep_advice.h"

// A section with a row per policy, the cheapest first, and three columns per workload: total time
// against the cheapest policy (the mean over all settings), and the worst regrets. The best of a
// column is marked.
bool sweep_policies_table(FILE *page, const SweepData *data, Error *error);

#endif
