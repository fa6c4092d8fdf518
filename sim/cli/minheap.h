// minheap.h -- how little memory will do: a workload's floor, a policy's smallest limit
//
// A memory limit is looked at after every allocation, of an object and of its payload (heap.c): a
// run is out of memory when what the allocator holds (MemoryStats.held_bytes) is more than that. No
// policy can see the limit, so a run under one is the run without it, up to the moment at which it
// dies; and the smallest limit under which it finishes is what it holds at its peak. That is an
// argument, not a proof: each answer is tried, under that limit, where it must finish, and one byte
// below, where it must die. Should a policy ever go by the limit, one of the two fails, and the
// limit is looked for by bisection.
//
// The answer is exact to the byte, but what is held moves by arenas (256 KiB, from 3.10 on 1 MiB)
// and by blocks of malloc (16 bytes): limits between two such sums are the same to a run, and a
// heap of few objects needs an arena at least. Unlike the key `memory_limit`, which scaling leaves
// at 4 MiB or more, the limits here are set as they are.
#ifndef OURO_CLI_MINHEAP_H
#define OURO_CLI_MINHEAP_H

#include <stdatomic.h>

#include "run.h"

#define MINHEAP_NO_LIMIT UINT64_MAX

// When a figure was at its most: allocations so far, and the phase and round they fell into.
typedef struct {
    uint64_t clock;
    uint32_t phase, round;  // the numbers of HeapView
} MinheapMoment;

// ---- the search ----

// How one run under a limit went. A run that died has its figures up to then, and `end` is the
// allocation that was too much.
typedef struct {
    bool finished;
    Engine engine;
    char cost[COST_NAME_SIZE];  // model and table
    MinheapMoment end;
    Metrics metrics;
} MinheapTrial;

// One run under `limit` bytes. False with `error` when it could not run.
typedef bool (*MinheapPlay)(void *context, uint64_t limit, MinheapTrial *trial, Error *error);

typedef enum {
    MINHEAP_PROVED,    // what the run without a limit holds is enough, and a byte less is not
    MINHEAP_BISECTED,  // behaves by the limit: finishes under this one, and dies a byte below
    MINHEAP_NEVER      // does not finish under any: the numbers of the simulated heap run out
} MinheapProof;

const char *minheap_proof_name(MinheapProof proof);

typedef struct {
    MinheapProof proof;
    uint64_t limit;      // the smallest; 0 with MINHEAP_NEVER
    MinheapTrial at;     // the run under it; with MINHEAP_NEVER the one without a limit
    MinheapMoment peak;  // where a byte less was too little; with MINHEAP_NEVER where it died
    uint32_t runs;       // that it took: 3, or some fifty
} MinheapFound;

// Where a policy behaves by the limit, to finish need not be monotone in it: then one of its
// smallest limits is found.
bool minheap_search(MinheapPlay play, void *context, MinheapFound *found, Error *error);

// ---- on the simulator ----

// What all runs over one workload have in common. Its memory limit is not looked at.
typedef struct {
    const Spec *spec;
    Engine engine;
    const CostTable *cost;
    const MemoryLayout *allocator;
    size_t batch;
    Tape *tape;               // or NULL
    const atomic_bool *stop;  // when it becomes true a run gives up
} MinheapSetting;

// What a run shows while it goes on: for progress.
typedef _Atomic(uint64_t) MinheapClock;

// The smallest limit of one policy. `clock` is in allocations of all its runs.
bool minheap_policy(const MinheapSetting *setting, const PolicyChoice *policy, MinheapClock *clock,
                    MinheapFound *found, Error *error);

// The floor, in one pass: `bytes` are the most that is reachable at any time, from the truth notes;
// no policy can do with less. False with `error`, too, when the pass and its own figures disagree.
typedef struct {
    uint64_t bytes;
    MinheapMoment peak;
} MinheapFloor;

bool minheap_floor(const MinheapSetting *setting, MinheapClock *clock, MinheapFloor *floor,
                   Error *error);

#endif
