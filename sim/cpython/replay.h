// replay.h -- the same events on a real interpreter, its collections against the simulated ones
#ifndef OURO_CPYTHON_REPLAY_H
#define OURO_CPYTHON_REPLAY_H

#include "replay_memory.h"
#include "run.h"

typedef struct {
    bool automatic;  // the interpreter decided by itself when to collect what
    uint64_t events, collections, candidates, collected;  // that were compared
    uint64_t resurrected;                                 // objects that came back
    MemoryCounts memory;
} ReplayCounts;

// Why no real interpreter can run this policy, as a sentence; NULL when it can: none, generations,
// freezing, regions.
const char *replay_refusal(const PolicyChoice *choice);

// True when it does, besides, with what finalizers of this workload resurrect as the policy says:
// that rule belongs to the interpreter and cannot be driven. No region brings anything back.
bool replay_can_finalize(const Spec *spec, const PolicyChoice *choice);

// True when the memory of both sides can be compared: the interpreter collects by itself, so both
// ask their allocator for the same blocks in the same order. (gc.collect(0) would allocate.)
bool replay_can_memory(const PolicyChoice *choice);

// Plays the stream of `spec` on the interpreter beside a simulation under `choice`, and compares
// every collection: after how many events and allocations, which generation, candidates, edges,
// collected, uncollectable, the counters and the long-lived totals. If policy and interpreter have
// the same rules the collector runs by itself; else it is driven (gc.collect(g) where the
// simulation collected; regions are our own, see region.h). With `memory` also blocks and arenas
// (replay_memory.h); objects must be large enough for what they hold (node_slots_inside). Adds to
// `counts`. False with `error`, both sides in it, at the first difference. Leaves the interpreter
// empty.
bool replay_compare(const Spec *spec, const PolicyChoice *choice, bool memory, ReplayCounts *counts,
                    Error *error);

// Told the allocation clock now and then; false stops it. Only of a measured replay.
typedef struct {
    bool (*progress)(void *context, uint64_t clock);
    void *context;
} ReplayWatch;

// Plays the events of a finished run, whose heap may be released, on the interpreter, compares
// every collection as above, and measures: in the run's recorder each pause becomes the CPU time
// that it took (the modelled one stays as predicted_ns), samples get time, resident memory and what
// is held, requests their times. `result` (its status is the simulation's, its digests as well)
// gets the metrics that follow, and the interpreter. Where the simulation hit its memory limit the
// replay ends at the same allocation. False with `error` as above, or when it was stopped.
bool replay_measure(Run *run, RunResult *result, const ReplayWatch *watch, ReplayCounts *counts,
                    Error *error);

#endif
