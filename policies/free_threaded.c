// free_threaded.c -- the collector of CPython's builds without the GIL, 3.13 to 3.15
//
// One space: every collection examines every object. A thread keeps its own count of allocations
// minus frees and adds it to the shared one when it has come to 512 or to -512; at 512 it asks
// whether a collection is due. So checks are 512 net allocations apart, and a threshold of 2000
// means 2048. What a collection frees is counted as well: until 3.13.9 and 3.14.0 the shared count
// fell below zero by all of it, and the next collection came so much later.
//
// From 3.14 on a collection begins by marking what the program's frames and the interpreter's own
// dicts reach; only what is left is tried by its reference counts. Here registers are these roots.
//
// CPython asks again when the collection begins, at the next safepoint; nothing that counts changes
// in between, so one question stands for both.
//
// 3.14 also asks how far the process's resident memory has grown. That depends on the machine and
// its load; here it is a model: `own_bytes`, and the most that our heap (obmalloc, where theirs is
// mimalloc) ever held, as if what is freed stayed resident. With it workloads/run-queue.ini peaks
// within 3 % of what was published; if freed memory went back at once (resident=held), at 7 %.
#include "policy.h"

typedef enum { V3_13, V3_14, V3_15 } Version;

typedef struct {
    int64_t threshold;
    bool is_scaled;  // t1 > 0: the threshold grows with the number of live objects
    Version version;
    bool marks;              // what registers reach is left out of trial deletion
    bool below_zero;         // the shared count may be negative
    bool keeps_freed;        // what the heap held once stays resident
    uint64_t own_bytes;      // resident bytes besides the heap
    uint64_t resident;       // bytes
    int64_t batch, count;    // the shared count
    uint64_t risen, fallen;  // batches that it contains
    int64_t own;             // objects of the interpreter itself, live for good
    int64_t long_lived_total, deferred_count;
    uint64_t last_memory;  // resident bytes after the last collection
} FreeThreaded;

static const Knob knobs[] = {
    {"t0", KNOB_COUNT, "2000", 0, 1ull << 62, NULL,
     "net allocations before a collection; 0: never"},
    {"t1", KNOB_COUNT, "10", 0, UINT64_MAX, NULL,
     "0: neither a quarter of the live objects nor memory is waited for; else without meaning"},
    {"version", KNOB_TEXT, "3.14", 0, 0, "3.13|3.14|3.15",
     "3.13 and 3.15 wait for a quarter of the live objects; 3.14 also for memory to grow"},
    {"below_zero", KNOB_FLAG, "no", 0, 0, NULL,
     "frees may take the count below zero (3.13.0 to 3.13.9, 3.14.0)"},
    {"batch", KNOB_COUNT, "512", 1, 1u << 30, NULL, "net allocations that a thread counts alone"},
    {"own", KNOB_COUNT, "4900", 0, 1000000000, NULL,
     "objects of the interpreter itself, which count among the live ones"},
    {"own_bytes", KNOB_BYTES, "12M", 0, 1ull << 40, NULL,
     "3.14: resident memory of the interpreter itself, besides what the heap holds"},
    {"resident", KNOB_TEXT, "peak", 0, 0, "peak|held",
     "3.14: what else is resident: the most that the heap ever held, or what it holds now"},
    {"mark", KNOB_FLAG, "yes", 0, 0, NULL,
     "3.14 on: what registers reach is marked first, and left out of trial deletion"},
};
enum {
    KNOB_T0,
    KNOB_T1,
    KNOB_VERSION,
    KNOB_BELOW_ZERO,
    KNOB_BATCH,
    KNOB_OWN,
    KNOB_OWN_BYTES,
    KNOB_RESIDENT,
    KNOB_MARK
};

static bool free_threaded_start(void *state, const KnobValue *values, const WorkloadNames *names,
                                SpaceSetup *setup, Error *error) {
    FreeThreaded *s = state;
    (void)names;
    (void)error;
    *s = (FreeThreaded){.threshold = (int64_t)values[KNOB_T0].count,
                        .is_scaled = values[KNOB_T1].count > 0,
                        .version = (Version)(values[KNOB_VERSION].text[3] - '3'),
                        .below_zero = values[KNOB_BELOW_ZERO].count,
                        .own = (int64_t)values[KNOB_OWN].count,
                        .own_bytes = values[KNOB_OWN_BYTES].count,
                        .keeps_freed = values[KNOB_RESIDENT].text[0] == 'p',
                        .batch = (int64_t)values[KNOB_BATCH].count};
    s->marks = values[KNOB_MARK].count && s->version != V3_13;
    setup->batch = values[KNOB_BATCH].count;
    setup->takes_parts = s->marks;
    setup->reads_held = s->is_scaled && s->version == V3_14;
    setup->space_count = 1;
    setup->space_names[0] = "heap";
    return true;
}

// record_allocation and record_deallocation. A batch that rises wakes us: all that fell, fell
// before.
static void add_batches(FreeThreaded *s, const HeapView *view) {
    s->count -= (int64_t)(view->fallen - s->fallen) * s->batch;
    if (s->count < 0 && !s->below_zero) s->count = 0;
    s->count += (int64_t)(view->risen - s->risen) * s->batch;
    s->fallen = view->fallen;
    s->risen = view->risen;
}

static void see_memory(FreeThreaded *s, const HeapView *view) {
    uint64_t now = view->held_bytes + s->own_bytes;
    s->resident = s->keeps_freed ? max_u64(s->resident, now) : now;
}

// gc_should_collect_mem_usage of 3.14, which counts in KiB.
static bool memory_has_grown(FreeThreaded *s) {
    const uint64_t least = 128;
    uint64_t memory = s->resident >> 10, last = s->last_memory >> 10;
    if (s->deferred_count > 40 * s->threshold) return true;
    if (memory > last + max_u64(last / 10, least)) return true;
    s->deferred_count += s->count;
    s->count = 0;
    return false;
}

// gc_should_collect.
static bool is_due(FreeThreaded *s) {
    int64_t quarter = s->long_lived_total / 4;
    if (s->threshold == 0 || s->count <= s->threshold) return false;
    if (!s->is_scaled) return true;
    if (s->version == V3_13) return s->count > quarter;
    if (s->count < quarter) return false;
    return s->version == V3_15 || memory_has_grown(s);
}

static void free_threaded_wake(void *state, const HeapView *view, Decision *decision) {
    FreeThreaded *s = state;
    bool is_asked = view->reason == WAKE_COLLECT;
    add_batches(s, view);
    see_memory(s, view);
    decision->fuse.risen = view->risen;
    decision->fuse.at_safepoint = true;
    if (view->reason == WAKE_DONE) {
        s->long_lived_total =
            s->own + (int64_t)(view->last.candidates + view->last.marked - view->last.collected);
        s->last_memory = s->resident;
    }
    if (!is_asked && !(view->reason == WAKE_RISEN && is_due(s))) return;
    s->count = s->deferred_count = 0;
    decision->plan = (Plan){.kind = PLAN_COLLECT,
                            .spaces = 1,
                            .into = 0,
                            .generation = is_asked ? 2 : 0,
                            .mark_first = s->marks};
}

const Policy free_threaded_policy = {
    .name = "free-threaded",
    .summary = "no generations, every collection examines all: CPython without the GIL",
    .source = "Python/gc_free_threading.c, 3.13 to 3.15",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(FreeThreaded),
    .start = free_threaded_start,
    .wake = free_threaded_wake,
};
