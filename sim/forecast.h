// forecast.h -- when would a policy look at a space, if the program simply went on allocating?
//
// A policy is a pure decision on counters, so it can be asked: a copy of its state is woken again
// and again with the counters of a heap in which nothing is ever freed and everything survives. No
// formula of a policy's own is needed. The program's phases and calls of gc.collect() are not
// foreseen: what only they bring about is "never" here. Where allocations are counted in batches
// (SpaceSetup.batch) a new batch is assumed to begin: the answer is late by one at most.
#ifndef OURO_FORECAST_H
#define OURO_FORECAST_H

#include "policy.h"

typedef struct {
    bool comes;            // a plan that looks for garbage in this space
    uint64_t allocations;  // net ones until then; else how far was looked ahead
} Forecast;

// Fills forecasts[0 .. setup->space_count - 1]. `state` and `decision` are what the policy keeps
// and said last, `view` is the heap now; none of them changes. New objects are put into
// decision->birth_space[population].
void forecast_make(Forecast forecasts[SPACES_MAX], const Policy *policy, const void *state,
                   const Decision *decision, const HeapView *view, const SpaceSetup *setup,
                   uint32_t population);

#endif
