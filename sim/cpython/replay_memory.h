// replay_memory.h -- every block of the simulated allocator against the real one
//
// Both sides get the same requests in the same order; so each block must lie at the same offset of
// the same arena, and both must hold as many arenas after each event.
#ifndef OURO_CPYTHON_REPLAY_MEMORY_H
#define OURO_CPYTHON_REPLAY_MEMORY_H

#include "heap.h"
#include "node.h"
#include "spec.h"

typedef struct MemoryCheck MemoryCheck;

typedef struct {
    const char *what;
    int64_t simulated, real;
} MemoryDifference;

// `spec` and `heap` must outlive it.
MemoryCheck *memory_check_open(const Spec *spec, const Heap *heap);
void memory_check_close(MemoryCheck *check);

// Brings both allocators to the same state. To be called before the first event, when all types
// exist.
void memory_check_start(MemoryCheck *check);

// After `event` on both sides: compares the blocks that it made (`members` are the nodes of a UNIT)
// and the arenas. False with `difference` filled at the first that is not equal.
bool memory_check_event(MemoryCheck *check, const Event *event, Node *const *members,
                        MemoryDifference *difference);

#endif
