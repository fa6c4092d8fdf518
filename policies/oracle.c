// oracle.c -- garbage goes the moment it dies, for nothing: the floor that no collector can pass
#include "policy.h"

static bool oracle_start(void *state, const KnobValue *values, const WorkloadNames *names,
                         SpaceSetup *setup, Error *error) {
    (void)state;
    (void)values;
    (void)names;
    (void)error;
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    setup->free_at_death = true;
    return true;
}

static void oracle_wake(void *state, const HeapView *view, Decision *decision) {
    (void)state;
    (void)view;
    (void)decision;
}

const Policy oracle_policy = {
    .name = "oracle",
    .summary = "not a collector: frees garbage when it dies, for nothing; the floor",
    .source = "the truth notes of the workload",
    .start = oracle_start,
    .wake = oracle_wake,
};
