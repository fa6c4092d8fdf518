// generations.h -- CPython's three generations as a pure decision, for the policies built on them
//
// gc_collect_generations and gc_select_generation of Modules/gcmodule.c (2.3 to 3.12) and
// Python/gc.c (3.13). count[0] is HeapView.young: allocations minus frees since the last
// collection.
#ifndef OURO_GENERATIONS_H
#define OURO_GENERATIONS_H

#include "heap_view.h"
#include "param.h"
#include "plan.h"

// The knobs of everything built on generations; they come first in a policy's table.
#define GENERATION_KNOBS                                                                           \
    {"t0",                                                                                         \
     KNOB_COUNT,                                                                                   \
     "700",                                                                                        \
     0,                                                                                            \
     UINT64_MAX,                                                                                   \
     NULL,                                                                                         \
     "net allocations before generation 0 is collected; 0: never"},                                \
        {"t1",                                                                                     \
         KNOB_COUNT,                                                                               \
         "10",                                                                                     \
         0,                                                                                        \
         UINT64_MAX,                                                                               \
         NULL,                                                                                     \
         "collections of generation 0 before generation 1 is due"},                                \
        {"t2",                                                                                     \
         KNOB_COUNT,                                                                               \
         "10",                                                                                     \
         0,                                                                                        \
         UINT64_MAX,                                                                               \
         NULL,                                                                                     \
         "collections of generation 1 before generation 2 is due"},                                \
        {"quarter",                                                                                \
         KNOB_FLAG,                                                                                \
         "yes",                                                                                    \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "a full collection waits until new old objects are a quarter of those that survived the " \
         "last"},                                                                                  \
        {"trigger",                                                                                \
         KNOB_TEXT,                                                                                \
         "allocation",                                                                             \
         0,                                                                                        \
         0,                                                                                        \
         "allocation|safepoint",                                                                   \
         "where the collector runs: inside the allocation (to 3.11) or at a safepoint (3.12 on)"}, \
    {                                                                                              \
        "finalizers", KNOB_TEXT, "pep442", 0, 0, "pep442|pep442-whole|legacy",                     \
            "what a finalizer resurrects is kept (pep442, 3.9 on), or all garbage with it "        \
            "(pep442-whole, 3.4 to 3.8); legacy: none is called, and what has one is never freed " \
            "(to 3.3)"                                                                             \
    }
enum { GENERATION_KNOB_COUNT = 6 };

// Spaces 0, 1 and 2 are the generations.
typedef struct {
    uint64_t threshold[3];
    uint64_t count[3];            // [0] unused
    uint64_t long_lived_total;    // objects that survived the last full collection
    uint64_t long_lived_pending;  // and those that came to the oldest generation since
    bool quarter;       // a full collection waits until pending >= total / 4 (2.7 and 3.1 on)
    bool at_safepoint;  // 3.12 on
    FinalizerRule finalizers;
    uint32_t collecting;  // the generation of the plan that is out
} Generations;

// From the values of GENERATION_KNOBS.
Generations generations_new(const KnobValue *values);

// Spaces gen0, gen1 and gen2.
void generations_setup(SpaceSetup *setup);

// The generation that is due, as a number, or -1.
int generations_due(const Generations *g, uint64_t young);

// The plan that collects generation 0, 1 or 2 with all younger ones; WAKE_DONE books it.
Plan generations_plan(Generations *g, uint32_t generation);

// The plan that puts all three into `space` without looking: gc.freeze().
Plan generations_move(Generations *g, uint8_t space);

// What CPython counts when generation `generation` was collected.
void generations_collected(Generations *g, uint32_t generation, uint64_t survivors);

// A whole answer: collects what is due, a full collection on gc.collect(); books what was found
// when it is done; sets the fuse. True when it answered with a plan.
bool generations_wake(Generations *g, const HeapView *view, Plan *plan, Fuse *fuse);

#endif
