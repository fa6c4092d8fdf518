// byte_budget.c -- a collection each so many bytes, whatever they are made of
//
// Counts what is allocated and native payload with it, where CPython counts objects: a program of
// few large objects and one of many small ones are collected after the same growth at most.
#include "policy.h"

enum { YOUNG, OLD, SPACES };

typedef struct {
    uint64_t budget, full_every;
    uint64_t collections;  // so far
    uint64_t next;         // HeapView.allocated_bytes above which the next one is due
} ByteBudget;

static const Knob knobs[] = {
    {"budget", KNOB_BYTES, "256K", 1, 1ull << 60, NULL,
     "bytes allocated, native payload included, from one collection to the next"},
    {"full_every", KNOB_COUNT, "10", 1, UINT64_MAX, NULL,
     "each so many collections one examines old objects as well; 1: all do"},
};
enum { KNOB_BUDGET, KNOB_FULL_EVERY };

static bool byte_budget_start(void *state, const KnobValue *values, const WorkloadNames *names,
                              SpaceSetup *setup, Error *error) {
    ByteBudget *b = state;
    (void)names;
    (void)error;
    *b = (ByteBudget){.budget = values[KNOB_BUDGET].count,
                      .full_every = values[KNOB_FULL_EVERY].count,
                      .next = values[KNOB_BUDGET].count};
    setup->space_count = SPACES;
    setup->space_names[YOUNG] = "young";
    setup->space_names[OLD] = "old";
    return true;
}

static void byte_budget_wake(void *state, const HeapView *view, Decision *decision) {
    ByteBudget *b = state;
    const bool is_asked = view->reason == WAKE_COLLECT;
    if (is_asked || view->reason == WAKE_ALLOCATED) {
        const bool is_full = is_asked || ++b->collections % b->full_every == 0;
        b->next = view->allocated_bytes + b->budget;
        decision->plan = (Plan){.kind = PLAN_COLLECT,
                                .spaces = is_full ? 1u << YOUNG | 1u << OLD : 1u << YOUNG,
                                .into = OLD,
                                .generation = is_full ? 2 : 0,
                                .reset_young = true};
    }
    decision->fuse.allocated_bytes = b->next;
    decision->fuse.at_safepoint = true;
}

const Policy byte_budget_policy = {
    .name = "byte-budget",
    .summary = "a collection each so many bytes allocated, native payload included",
    .source =
        "A. Appel, Simple Generational Garbage Collection and Fast Allocation, 1989 (a "
        "nursery of so many bytes)",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(ByteBudget),
    .start = byte_budget_start,
    .wake = byte_budget_wake,
};
