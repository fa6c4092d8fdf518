// heap_factor.c -- a full collection when the heap is so many times as large as the last one left
//
// The rule of Boehm's collector, Lua and Go: work is in proportion to growth, and the heap is never
// larger than a factor times what was reachable.
#include "policy.h"

typedef struct {
    uint64_t percent, least;
    uint64_t limit;  // live bytes
} HeapFactor;

static const Knob knobs[] = {
    {"percent", KNOB_COUNT, "200", 101, 100000, NULL,
     "live bytes at a collection, of those after the last one"},
    {"least", KNOB_BYTES, "64K", 1, 1ull << 60, NULL, "no collection below so many live bytes"},
};
enum { KNOB_PERCENT, KNOB_LEAST };

static bool heap_factor_start(void *state, const KnobValue *values, const WorkloadNames *names,
                              SpaceSetup *setup, Error *error) {
    HeapFactor *f = state;
    (void)names;
    (void)error;
    *f = (HeapFactor){.percent = values[KNOB_PERCENT].count,
                      .least = values[KNOB_LEAST].count,
                      .limit = values[KNOB_LEAST].count};
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

static void heap_factor_wake(void *state, const HeapView *view, Decision *decision) {
    HeapFactor *f = state;
    if (view->reason == WAKE_DONE)
        f->limit = max_u64(f->least, mul_div_u64(view->live_bytes, f->percent, 100));
    if (view->reason == WAKE_BYTES || view->reason == WAKE_COLLECT)
        decision->plan = (Plan){
            .kind = PLAN_COLLECT, .spaces = 1, .into = 0, .generation = 2, .reset_young = true};
    decision->fuse.live_bytes = f->limit;
    decision->fuse.at_safepoint = true;
}

const Policy heap_factor_policy = {
    .name = "heap-factor",
    .summary = "no generations: a full collection when the heap has grown by a factor",
    .source = "H.-J. Boehm and M. Weiser, 1988; GOGC of Go; setpause of Lua",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(HeapFactor),
    .start = heap_factor_start,
    .wake = heap_factor_wake,
};
