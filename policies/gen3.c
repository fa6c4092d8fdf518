// gen3.c -- CPython's three generations, with its thresholds as knobs
#include "policy.h"

static const Knob knobs[] = {GENERATION_KNOBS};

static bool gen3_start(void *state, const KnobValue *values, const WorkloadNames *names,
                       SpaceSetup *setup, Error *error) {
    Generations *generations = state;
    (void)names;
    (void)error;
    *generations = generations_new(values);
    generations_setup(setup);
    return true;
}

static void gen3_wake(void *state, const HeapView *view, Decision *decision) {
    generations_wake(state, view, &decision->plan, &decision->fuse);
}

const Policy gen3_policy = {
    .name = "gen3",
    .summary = "three generations by thresholds, as in CPython",
    .source = "Modules/gcmodule.c, 2.3 to 3.12; Python/gc.c, 3.13",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Generations),
    .start = gen3_start,
    .wake = gen3_wake,
};
