// cost.h -- work -> modelled nanoseconds
//
// Work (candidates, edges, frees) is exact; time is a model: prices times counts. There are two.
//
//   cache    prices what missed the simulated caches besides (locality.h). What people are shown.
//            Of the ledger heap what missed is an estimate, and the name of the model says so.
//   counts   prices counts that do not depend on where objects lie, nor on the order in which they
//            are examined: for ratios and gates. At the same counts a scattered heap costs forty
//            times one in order, so its time is good for comparing like with like, and no more.
//
// A table is the shipped one (cost.def), or one that `ouro calibrate` wrote for a machine.
#ifndef OURO_COST_H
#define OURO_COST_H

#include "heap.h"

typedef enum { COST_CACHE, COST_COUNTS } CostModel;
enum { COST_MODELS = 2, COST_NAME_SIZE = 160 };
const char *cost_model_name(CostModel model);
bool cost_model_find(const char *name, CostModel *model, Error *error);

// Prices in 1/16 ns, by what they are the price of.
enum { COST_PARTS = 16 };
typedef struct {
    char name[COST_NAME_SIZE];  // of model and table, for results
    CostModel model;
#define PAUSE(counted, cache, counts, what)   uint64_t counted;
#define MUTATOR(counted, cache, counts, what) uint64_t counted;
#include "cost.def"
#undef PAUSE
#undef MUTATOR
} CostTable;

CostTable cost_table_shipped(CostModel model);

// Says in the name of a table that what it prices is in part an estimate (ledger_locality.h).
void cost_table_estimated(CostTable *table);

// What is priced of one carried-out plan.
typedef struct {
#define PAUSE(counted, cache, counts, what) uint64_t counted;
#define MUTATOR(counted, cache, counts, what)
#include "cost.def"
#undef PAUSE
#undef MUTATOR
} PauseCounts;

// A region is released without a look at its objects: they are counted, and what hangs off them.
PauseCounts cost_pause_counts(PlanKind kind, const PauseWork *work);
uint64_t cost_pause_ns(const CostTable *table, const PauseCounts *counts);

// Nanoseconds of all that the mutator did so far, pauses excluded; its own computing (WORK)
// included. A candidate root is assumed to cost as much as a reference: a word written.
uint64_t cost_mutator_ns(const CostTable *table, const HeapView *view, const MutatorWork *work);

// The same events on a heap where neither memory nor its release costs anything: equal for all
// policies that see the whole stream.
uint64_t cost_ideal_ns(const CostTable *table, const HeapView *view, const MutatorWork *work);

// The longest stop by reference counting alone.
uint64_t cost_cascade_ns(const CostTable *table, const MutatorWork *work);

#endif
