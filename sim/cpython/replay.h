// replay.h -- the same events on a real interpreter, its collections against the simulated ones
#ifndef OURO_CPYTHON_REPLAY_H
#define OURO_CPYTHON_REPLAY_H

#include "recorder.h"
#include "registry.h"
#include "spec.h"

typedef struct {
    bool automatic;  // the interpreter decided by itself when to collect what
    uint64_t events, collections, candidates, collected;  // that were compared
} ReplayCounts;

// True when a real interpreter can run this policy: generations and freezing.
bool replay_can(const PolicyChoice *choice);

// Plays the stream of `spec` on the interpreter and compares every collection with those of
// `recorder`, which a run of `choice` left: after how many events and allocations, which
// generation, candidates, edges, collected, uncollectable, the counters and the long-lived totals.
// If policy and interpreter have the same rules the collector runs by itself; else it is driven
// (gc.collect(g) where the simulation collected). False with `error`, both sides in it, at the
// first difference. Leaves the interpreter empty.
bool replay_compare(const Spec *spec, const PolicyChoice *choice, const Recorder *recorder,
                    ReplayCounts *counts, Error *error);

#endif
