// dynamic_threshold.c -- CPython's generations, whose thresholds follow what collections find
//
// After each collection of a generation the share of garbage among its candidates is compared with
// a target: when less was found the threshold rises towards its largest value, when more it falls
// towards the one it began with. How far it goes is the logistic function of how far the share is
// off: 0.7 % of the way when that is nothing, half when it is 50 points, 99.3 % when it is 100.
#include "policy.h"

typedef struct {
    Generations generations;
    uint64_t low[3], high[3];  // thresholds
    uint64_t target[3];        // per cent
} DynamicThreshold;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"max0", KNOB_COUNT, "5000", 0, 1ull << 40, NULL, "where t0 ends"},
    {"max1", KNOB_COUNT, "200", 0, 1ull << 40, NULL, "where t1 ends"},
    {"max2", KNOB_COUNT, "200", 0, 1ull << 40, NULL, "where t2 ends"},
    {"target0", KNOB_COUNT, "20", 0, 100, NULL, "per cent of generation 0 that should be garbage"},
    {"target1", KNOB_COUNT, "40", 0, 100, NULL, "per cent of generation 1"},
    {"target2", KNOB_COUNT, "60", 0, 100, NULL, "per cent of generation 2"},
};
enum { KNOB_MAX = GENERATION_KNOB_COUNT, KNOB_TARGET = KNOB_MAX + 3 };

static bool dynamic_threshold_start(void *state, const KnobValue *values,
                                    const WorkloadNames *names, SpaceSetup *setup, Error *error) {
    DynamicThreshold *d = state;
    (void)names;
    (void)error;
    d->generations = generations_new(values);
    for (int i = 0; i < 3; i++) {
        d->low[i] = d->generations.threshold[i];
        d->high[i] = max_u64(d->low[i], values[KNOB_MAX + i].count);
        d->target[i] = values[KNOB_TARGET + i].count;
    }
    generations_setup(setup);
    return true;
}

// 1 / (1 + exp(5 - 10 x)) in ten thousandths, x in thousandths: exact at each tenth, straight in
// between.
static uint64_t logistic(uint64_t x) {
    static const uint16_t at_tenths[] = {67,   180,  474,  1192, 2689, 5000,
                                         7311, 8808, 9526, 9820, 9933};
    if (x >= 1000) return at_tenths[10];
    const uint64_t below = at_tenths[x / 100], above = at_tenths[x / 100 + 1];
    return below + (above - below) * (x % 100) / 100;
}

static void adapt(DynamicThreshold *d, uint32_t generation, const PlanResult *found) {
    uint64_t *threshold = &d->generations.threshold[generation];
    const uint64_t target = 10 * d->target[generation];
    if (found->candidates == 0 || *threshold == 0) return;
    const uint64_t share = mul_div_u64(found->collected, 1000, found->candidates);
    if (share > target)
        *threshold -= (*threshold - d->low[generation]) * logistic(share - target) / 10000;
    if (share < target && d->high[generation] > *threshold)
        *threshold += (d->high[generation] - *threshold) * logistic(target - share) / 10000;
}

static void dynamic_threshold_wake(void *state, const HeapView *view, Decision *decision) {
    DynamicThreshold *d = state;
    if (view->reason == WAKE_DONE) adapt(d, d->generations.collecting, &view->last);
    generations_wake(&d->generations, view, &decision->plan, &decision->fuse);
}

const Policy dynamic_threshold_policy = {
    .name = "dynamic-threshold",
    .summary = "three generations, whose thresholds rise when collections find little",
    .source = "P. Galindo Salgado, CPython pull request 100422 (not merged), 2022",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(DynamicThreshold),
    .start = dynamic_threshold_start,
    .wake = dynamic_threshold_wake,
};
