// none.c -- no automatic collection: gc.disable(), reference counting alone
#include "policy.h"

static bool none_start(void *state, const KnobValue *values, const WorkloadNames *names,
                       SpaceSetup *setup, Error *error) {
    (void)state;
    (void)values;
    (void)names;
    (void)error;
    setup->space_count = 1;
    setup->space_names[0] = "uncollected";
    return true;
}

// gc.collect() works when gc is disabled.
static void none_wake(void *state, const HeapView *view, Decision *decision) {
    (void)state;
    if (view->reason != WAKE_COLLECT) return;
    decision->plan =
        (Plan){.kind = PLAN_COLLECT, .spaces = 1, .into = 0, .generation = 2, .reset_young = true};
}

const Policy none_policy = {
    .name = "none",
    .summary = "no collector, only reference counting: gc.disable()",
    .source = "Instagram, Dismissing Python Garbage Collection, 2017",
    .start = none_start,
    .wake = none_wake,
};
