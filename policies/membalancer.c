// membalancer.c -- MemBalancer's limit: the heap may grow by the square root of what it is worth
//
// After a collection that left L live bytes the heap may grow by E = sqrt(L g / (c s)): g is how
// fast the program allocates, s how fast the collector works, c the price of memory. Time is told
// by counters: g in bytes per allocation, s in bytes of the heap per unit of the collector's work
// (one candidate or one reference). So c, too, is of this clock, and per GiB:
//
//     E = sqrt(L x g / s x 2^30 / price)
//
// A price four times as high halves the extra memory and doubles the number of collections.
#include "policy.h"

typedef struct {
    uint64_t price, keep, least;
    uint64_t limit;  // live bytes
    // of the collections so far; older ones weigh less
    uint64_t allocated_bytes, allocations;
    uint64_t condemned_bytes, work;
    uint64_t clock_before, allocated_before;  // at the last collection
} MemBalancer;

static const Knob knobs[] = {
    {"price", KNOB_COUNT, "20", 1, 1ull << 40, NULL,
     "of memory, per GiB: the higher, the smaller the heap and the more collections"},
    {"keep", KNOB_COUNT, "50", 0, 99, NULL,
     "smoothing: how much earlier rates weigh at the next collection, in per cent"},
    {"least", KNOB_BYTES, "64K", 1, 1ull << 60, NULL, "no collection below so many live bytes"},
};
enum { KNOB_PRICE, KNOB_KEEP, KNOB_LEAST };

static bool membalancer_start(void *state, const KnobValue *values, const WorkloadNames *names,
                              SpaceSetup *setup, Error *error) {
    MemBalancer *m = state;
    (void)names;
    (void)error;
    *m = (MemBalancer){.price = values[KNOB_PRICE].count,
                       .keep = values[KNOB_KEEP].count,
                       .least = values[KNOB_LEAST].count,
                       .limit = values[KNOB_LEAST].count};
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

// The largest number whose square is not above x: bit by bit, from the top.
static uint64_t square_root(U128 x) {
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 63; bit > 0; bit >>= 1)
        if ((U128)(root | bit) * (root | bit) <= x) root |= bit;
    return root;
}

static void smooth(const MemBalancer *m, uint64_t *sum, uint64_t latest) {
    *sum = mul_div_u64(*sum, m->keep, 100) + latest;
}

static void book(MemBalancer *m, const HeapView *view) {
    smooth(m, &m->allocated_bytes, view->allocated_bytes - m->allocated_before);
    smooth(m, &m->allocations, view->clock - m->clock_before);
    smooth(m, &m->work, view->last.candidates + view->last.edges);
    m->allocated_before = view->allocated_bytes;
    m->clock_before = view->clock;
    const uint64_t rate =
        mul_div_u64(view->live_bytes, m->allocated_bytes, max_u64(m->allocations, 1));
    const uint64_t worth = mul_div_u64(rate, m->work, max_u64(m->condemned_bytes, 1));
    const uint64_t extra = square_root(((U128)worth << 30) / m->price);
    m->limit = max_u64(m->least, view->live_bytes + extra);
}

static void membalancer_wake(void *state, const HeapView *view, Decision *decision) {
    MemBalancer *m = state;
    if (view->reason == WAKE_DONE) book(m, view);
    if (view->reason == WAKE_BYTES || view->reason == WAKE_COLLECT) {
        smooth(m, &m->condemned_bytes, view->spaces[0].bytes);
        decision->plan = (Plan){
            .kind = PLAN_COLLECT, .spaces = 1, .into = 0, .generation = 2, .reset_young = true};
    }
    decision->fuse.live_bytes = m->limit;
    decision->fuse.at_safepoint = true;
}

const Policy membalancer_policy = {
    .name = "membalancer",
    .summary = "no generations: the heap may grow by the square root of live bytes x garbage rate",
    .source =
        "M. Kirisame, P. Shenoy and P. Panchekha, Optimal Heap Limits for Reducing Browser "
        "Memory Use, 2022",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(MemBalancer),
    .start = membalancer_start,
    .wake = membalancer_wake,
};
