// replay_memory.h -- every block of the simulated allocator against the real one
//
// Both sides get the same requests in the same order; so each block must lie at the same offset of
// the same arena, and both must hold as many arenas after each event. Where the interpreter maps
// its arenas by itself each may have a pool less, by where mmap puts it: it is mapped one event
// early, so that the model can be told. Then only their number is compared, and may differ by
// MEMORY_ARENAS_OFF_MAX.
#ifndef OURO_CPYTHON_REPLAY_MEMORY_H
#define OURO_CPYTHON_REPLAY_MEMORY_H

#include "heap.h"
#include "node.h"
#include "spec.h"

enum { MEMORY_ARENAS_OFF_MAX = 2 };

typedef struct MemoryCheck MemoryCheck;

// What was compared, over all replays.
typedef struct {
    uint64_t operations;     // blocks allocated and freed
    uint64_t blocks;         // whose address was compared
    uint64_t arena_events;   // arenas mapped and given back
    uint64_t arenas_max;     // at one time
    uint64_t arenas_off;     // largest difference in their number
    uint64_t large_blocks;   // that went to malloc,
    uint64_t large_request;  // the bytes asked for,
    uint64_t large_model;    // what the model says that malloc takes,
    uint64_t large_real;     // and what it took
    uint64_t large_peak;     // bytes that malloc holds for them when most, by the model,
    uint64_t malloc_free;    // and what malloc kept free inside of its own then
} MemoryCounts;

typedef struct {
    const char *what;
    int64_t simulated, real;
} MemoryDifference;

void memory_counts_add(MemoryCounts *sum, const MemoryCounts *counts);

// `spec`, `heap` and `counts` must outlive it.
MemoryCheck *memory_check_open(const Spec *spec, const Heap *heap, MemoryCounts *counts);
void memory_check_close(MemoryCheck *check);  // brings the counts up to date

// Brings both allocators to the same state. To be called before the first event, when all types
// exist.
void memory_check_start(MemoryCheck *check);

// After `event` on both sides: compares the blocks that it made (`members` are the nodes of a UNIT)
// and the arenas. False with `difference` filled at the first that is not equal.
bool memory_check_event(MemoryCheck *check, const Event *event, Node *const *members,
                        MemoryDifference *difference);

#endif
