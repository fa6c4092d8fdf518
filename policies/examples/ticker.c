// ticker.c -- one full collection every N allocations, nothing in between
#include <ouro/policy.h>

static const Knob knobs[] = {
    {"every", KNOB_COUNT, "1M", 1, UINT64_MAX, NULL, "allocations between two collections"},
};

static bool ticker_start(void *state, const KnobValue *values, const WorkloadNames *names,
                         SpaceSetup *setup, Error *error) {
    (void)names, (void)error;
    *(uint64_t *)state = values[0].count;
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

static void ticker_wake(void *state, const HeapView *view, Decision *decision) {
    uint64_t every = *(uint64_t *)state;
    if (view->reason == WAKE_CLOCK || view->reason == WAKE_COLLECT)
        decision->plan = (Plan){.kind = PLAN_COLLECT, .spaces = 1, .into = 0, .generation = 2};
    decision->fuse.clock = (view->clock / every + 1) * every;
}

static const Policy ticker_policy = {
    .name = "ticker",
    .summary = "a full collection every N allocations",
    .source = "an example",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(uint64_t),
    .start = ticker_start,
    .wake = ticker_wake,
};

OURO_POLICY(ticker_policy);
