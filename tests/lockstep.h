// lockstep.h -- one workload under one policy on the tracing heap and on the naive one, at once
#ifndef OURO_TESTS_LOCKSTEP_H
#define OURO_TESTS_LOCKSTEP_H

#include "engines.h"
#include "naive_heap.h"

// Plays it to the end, event by event, on `tracing` (proved by heap_check after each, if `check`)
// and on a naive heap that knows the events only. Whenever something was collected every object of
// either heap is compared with its twin: that there is one, its references, who refers to it, its
// generation, and whether the program still reaches it. In the end so are all collections and the
// figures of the run. False with `error`: they differ, or a run failed. `objects` counts those that
// were compared. `tracing` is the caller's to close.
bool lockstep_play(Played *tracing, const Spec *spec, const PolicyChoice *policy,
                   const NaiveRules *rules, bool check, uint64_t *objects, Error *error);

#endif
