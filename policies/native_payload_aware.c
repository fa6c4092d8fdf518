// native_payload_aware.c -- CPython's generations, which native payload triggers as well
//
// A few hundred small objects may hold gigabytes of native memory that the collector does not see:
// so it also runs when so much native memory has been added since the last collection, whichever
// comes first.
//
// There is no fuse on native memory, and none is needed: it cannot grow by more than what is
// allocated. The policy waits until as much was allocated as is missing, and looks again.
#include "policy.h"

typedef struct {
    Generations generations;
    uint64_t young_limit, full_limit;  // bytes
    uint64_t young_level, full_level;  // HeapView.payload_bytes above which a collection is due
} NativePayloadAware;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"payload", KNOB_BYTES, "4M", 1, 1ull << 60, NULL,
     "native memory, net, since the last collection: the generation that is next is collected"},
    {"full_payload", KNOB_BYTES, "16M", 1, 1ull << 60, NULL,
     "native memory, net, since the last full collection: all are"},
};
enum { KNOB_PAYLOAD = GENERATION_KNOB_COUNT, KNOB_FULL_PAYLOAD };

static bool native_payload_aware_start(void *state, const KnobValue *values,
                                       const WorkloadNames *names, SpaceSetup *setup,
                                       Error *error) {
    NativePayloadAware *p = state;
    (void)names;
    (void)error;
    p->generations = generations_new(values);
    p->young_level = p->young_limit = values[KNOB_PAYLOAD].count;
    p->full_level = p->full_limit = values[KNOB_FULL_PAYLOAD].count;
    generations_setup(setup);
    return true;
}

static void book(NativePayloadAware *p, const HeapView *view) {
    p->young_level = view->payload_bytes + p->young_limit;
    if (p->generations.collecting == 2) p->full_level = view->payload_bytes + p->full_limit;
}

// A threshold of generation 0 that is passed, by whatever count, makes one of them due.
static void collect_for_payload(NativePayloadAware *p, const HeapView *view, Plan *plan) {
    const bool is_full = view->payload_bytes > p->full_level;
    if (!is_full && view->payload_bytes <= p->young_level) return;
    const int due = generations_due(&p->generations, UINT64_MAX);
    *plan = generations_plan(&p->generations, is_full ? 2 : (uint32_t)(due < 0 ? 0 : due));
}

static void native_payload_aware_wake(void *state, const HeapView *view, Decision *decision) {
    NativePayloadAware *p = state;
    if (view->reason == WAKE_DONE) book(p, view);
    generations_wake(&p->generations, view, &decision->plan, &decision->fuse);
    if (view->reason == WAKE_ALLOCATED) collect_for_payload(p, view, &decision->plan);
    const uint64_t level = min_u64(p->young_level, p->full_level);
    const uint64_t missing = level - min_u64(level, view->payload_bytes);
    decision->fuse.allocated_bytes = view->allocated_bytes + missing;
}

const Policy native_payload_aware_policy = {
    .name = "native-payload-aware",
    .summary = "generations, triggered by objects or by native memory, whichever comes first",
    .source = "wished for in CPython's issue 142516, 2025; Ruby's malloc_limit, since 1.8",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(NativePayloadAware),
    .start = native_payload_aware_start,
    .wake = native_payload_aware_wake,
};
