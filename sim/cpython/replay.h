// replay.h -- the same events on a real interpreter, its collections against the simulated ones
#ifndef OURO_CPYTHON_REPLAY_H
#define OURO_CPYTHON_REPLAY_H

#include "recorder.h"
#include "registry.h"
#include "replay_memory.h"
#include "spec.h"

typedef struct {
    bool automatic;  // the interpreter decided by itself when to collect what
    uint64_t events, collections, candidates, collected;  // that were compared
    MemoryCounts memory;
} ReplayCounts;

// True when a real interpreter can run this policy: generations and freezing.
bool replay_can(const PolicyChoice *choice);

// True when the memory of both sides can be compared: the interpreter collects by itself, so both
// ask their allocator for the same blocks in the same order. (gc.collect(0) would allocate.)
bool replay_can_memory(const PolicyChoice *choice);

// Plays the stream of `spec` on the interpreter beside a simulation under `choice`, and compares
// every collection: after how many events and allocations, which generation, candidates, edges,
// collected, uncollectable, the counters and the long-lived totals. If policy and interpreter have
// the same rules the collector runs by itself; else it is driven (gc.collect(g) where the
// simulation collected). With `memory` also the blocks and arenas (replay_memory.h); objects must
// be of NODE_BYTES_MIN or more. Adds to `counts`. False with `error`, both sides in it, at the
// first difference. Leaves the interpreter empty.
bool replay_compare(const Spec *spec, const PolicyChoice *choice, bool memory, ReplayCounts *counts,
                    Error *error);

#endif
