// budget.c -- memory counts, not objects: a full collection when live bytes have grown enough
//
// The limit is `percent` of what was live after the last full collection, and at least `least`. It
// decides what budget.ini does.
#include <ouro/policy.h>

typedef struct {
    uint64_t percent, least;
    uint64_t limit;  // live bytes at which the next collection is due
} Budget;

static const Knob knobs[] = {
    {"percent", KNOB_COUNT, "150", 101, 10000, NULL, "of the live bytes after a collection"},
    {"least", KNOB_BYTES, "4M", 1, UINT64_MAX, NULL, "live bytes below which nothing is done"},
};

static bool budget_start(void *state, const KnobValue *values, const WorkloadNames *names,
                         SpaceSetup *setup, Error *error) {
    Budget *b = state;
    (void)names, (void)error;
    *b = (Budget){.percent = values[0].count, .least = values[1].count, .limit = values[1].count};
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

static void budget_wake(void *state, const HeapView *view, Decision *decision) {
    Budget *b = state;
    if (view->reason == WAKE_DONE) b->limit = mul_div_u64(view->live_bytes, b->percent, 100);
    if (view->reason == WAKE_BYTES || view->reason == WAKE_COLLECT)
        decision->plan = (Plan){
            .kind = PLAN_COLLECT, .spaces = 1, .into = 0, .generation = 2, .reset_young = true};
    decision->fuse.live_bytes = b->limit > b->least ? b->limit : b->least;
}

static const Policy budget_policy = {
    .name = "budget",
    .summary = "a full collection when live bytes exceed a share of those after the last one",
    .source = "an example; a fixed heap factor, as most collectors of objects have",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Budget),
    .start = budget_start,
    .wake = budget_wake,
};

OURO_POLICY(budget_policy);
