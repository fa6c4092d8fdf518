// gen3_mark.c -- three generations whose full collections mark from the registers first
//
// What free-threaded 3.14 does, tried on the collector with generations: a full collection marks
// what the program reaches, once, and tries by reference counts only what that left. It frees the
// same. Young collections are as ever: most of what is young and alive is reached from older
// objects, which they do not look at.
#include "policy.h"

static const Knob knobs[] = {GENERATION_KNOBS};

static bool gen3_mark_start(void *state, const KnobValue *values, const WorkloadNames *names,
                            SpaceSetup *setup, Error *error) {
    Generations *generations = state;
    (void)names;
    (void)error;
    *generations = generations_new(values);
    generations_setup(setup);
    setup->takes_parts = true;
    return true;
}

static void gen3_mark_wake(void *state, const HeapView *view, Decision *decision) {
    generations_wake(state, view, &decision->plan, &decision->fuse);
    decision->plan.mark_first = decision->plan.generation == 2;
}

const Policy gen3_mark_policy = {
    .name = "gen3-mark",
    .summary = "three generations; full collections mark from the registers first",
    .source = "ours, after gc_mark_alive_from_roots of Python/gc_free_threading.c, 3.14",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Generations),
    .start = gen3_mark_start,
    .wake = gen3_mark_wake,
};
