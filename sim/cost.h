// cost.h -- work -> modelled nanoseconds
//
// Work (candidates, edges, frees) is exact; time is a model. `counts+jumps` prices the counts of
// cost.def, and each step of the collector's list walk that leaves the neighbourhood of the last
// object, by the size of the condemned heap: at the same counts a full collection costs 24 ns per
// candidate on a heap in order and 1000 on a scattered one. On runs it was not fitted to, its gc
// time is off by a factor of 1.6 in the geometric mean and 2.5 at worst: good for orders and
// shapes, not for promises.
#ifndef OURO_COST_H
#define OURO_COST_H

#include "heap.h"

#define COST_MODEL_NAME "counts+jumps (shipped table)"

// Integers in 1/16 ns.
typedef struct {
#define COST(name, ns, what) uint64_t name;
#include "cost.def"
#undef COST
    uint64_t jump[64];  // by log2 of the condemned bytes
} CostTable;

// The shipped table.
CostTable cost_table_default(void);

// Nanoseconds of one carried-out plan.
uint64_t cost_pause_ns(const CostTable *table, PlanKind kind, const PauseWork *work);

// Nanoseconds of all that the mutator did so far, pauses excluded; its own computing (WORK)
// included.
uint64_t cost_mutator_ns(const CostTable *table, const HeapView *view, const MutatorWork *work);

// The same events on a heap where neither memory nor its release costs anything: equal for all
// policies that see the whole stream.
uint64_t cost_ideal_ns(const CostTable *table, const HeapView *view, const MutatorWork *work);

// The longest stop by reference counting alone.
uint64_t cost_cascade_ns(const CostTable *table, const MutatorWork *work);

#endif
