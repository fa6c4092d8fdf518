// incremental.c -- CPython's incremental collector, as 3.14.0 to 3.14.4 shipped it
//
// One young space and two old ones, pending and visited, that change roles when everything pending
// was visited. Each collection examines the young objects and as many pending ones as there is work
// to do. Work grows with allocation; a marking pass at the start of each round is credited twice
// what it marks, so garbage has no bound: that is why it was reverted (3.14.5).
//
// Roots are the registers. A marking pass also finds the interpreter's own objects, which this heap
// does not hold: `own` is their number, and 4,900 gives the published peaks of
// workloads/run-queue.ini within 1.5 %. Marking again from the newest stack frame before each
// increment is left out: it finds nothing new when registers stand for what containers hold.
#include "policy.h"

enum { YOUNG = 0 };

typedef enum { MARK, COLLECT, WHOLE } Phase;

typedef struct {
    uint64_t threshold, scale;
    bool tracked;  // 3.14.1 on: counts at tracking; a negative balance does nothing
    uint64_t own;  // objects of the interpreter itself, live for good
    int64_t work_to_do;
    Phase phase;
    uint8_t pending, visited;
    Phase asked;  // what the plan that is out does
} Incremental;

static const Knob knobs[] = {
    {"t0", KNOB_COUNT, "2000", 0, UINT64_MAX, NULL,
     "net allocations before an increment; 0: never"},
    {"t1", KNOB_COUNT, "10", 0, 1000000, NULL,
     "scale: the higher, the less of the heap each increment takes"},
    {"version", KNOB_TEXT, "3.14.4", 0, 0, "3.14.0|3.14.4", "3.14.0, or 3.14.1 to 3.14.4"},
    {"own", KNOB_COUNT, "4900", 0, 1000000000, NULL,
     "objects of the interpreter itself, which marking finds first"},
};
enum { KNOB_T0, KNOB_T1, KNOB_VERSION, KNOB_OWN };

static bool incremental_start(void *state, const KnobValue *values, const WorkloadNames *names,
                              SpaceSetup *setup, Error *error) {
    Incremental *s = state;
    (void)names;
    (void)error;
    *s = (Incremental){.threshold = values[KNOB_T0].count > 0 ? values[KNOB_T0].count : FUSE_NEVER,
                       .scale = max_u64(values[KNOB_T1].count, 2),
                       .tracked = values[KNOB_VERSION].text[5] == '4',
                       .own = values[KNOB_OWN].count,
                       .work_to_do = -5000,
                       .phase = MARK,
                       .pending = 1,
                       .visited = 2};
    setup->space_count = 3;
    setup->takes_parts = true;
    setup->space_names[0] = "young";
    setup->space_names[1] = "old1";
    setup->space_names[2] = "old2";
    return true;
}

static int64_t heap_size(const Incremental *s, const HeapView *view) {
    return (int64_t)(view->live_objects + s->own);
}

// completed_scavenge: all that is old was visited; it is pending for the next round.
static void scavenge_completed(Incremental *s) {
    uint8_t visited = s->visited;
    s->visited = s->pending;
    s->pending = visited;
    s->work_to_do = 0;
    s->phase = MARK;
}

static Plan plan_increment(Incremental *s, const HeapView *view) {
    int64_t fresh = (int64_t)view->young, share = heap_size(s, view) / 10 / (int64_t)s->scale;
    int64_t most = s->tracked ? fresh * 2 : fresh * 3 / 2;
    s->work_to_do += fresh + (share < most ? share : most);
    if (s->tracked && s->work_to_do < 0) return (Plan){.kind = PLAN_NOTHING, .reset_young = true};
    s->asked = s->phase;
    if (s->phase == MARK)
        return (Plan){.kind = PLAN_MARK,
                      .spaces = 1u << YOUNG | 1u << s->pending,
                      .into = s->visited,
                      .reset_young = true};
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = 1u << YOUNG,
                  .into = s->visited,
                  .generation = 1,
                  .reset_young = true,
                  .budget = s->work_to_do > 0 ? (uint64_t)s->work_to_do : 0,
                  .refill = s->pending};
}

static Plan plan_whole(Incremental *s) {
    s->asked = WHOLE;
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = 7,
                  .into = s->visited,
                  .generation = 2,
                  .reset_young = true};
}

// Marked objects count twice on purpose (GH-127519).
static void book(Incremental *s, const HeapView *view) {
    if (s->asked == MARK) {
        s->work_to_do -= 2 * (int64_t)(view->last.marked + s->own);
        s->phase = COLLECT;
    } else if (s->asked == COLLECT) {
        if (!s->tracked) s->work_to_do += heap_size(s, view) / 10 / (int64_t)s->scale;
        s->work_to_do -= (int64_t)view->last.candidates;
        if (view->spaces[s->pending].objects == 0) scavenge_completed(s);
    } else {
        scavenge_completed(s);
    }
}

static void incremental_wake(void *state, const HeapView *view, Decision *decision) {
    Incremental *s = state;
    decision->fuse.young = s->threshold;
    decision->fuse.at_safepoint = true;
    if (view->reason == WAKE_DONE) book(s, view);
    if (view->reason == WAKE_YOUNG) decision->plan = plan_increment(s, view);
    if (view->reason == WAKE_COLLECT) decision->plan = plan_whole(s);
}

const Policy incremental_policy = {
    .name = "incremental",
    .summary =
        "young objects and a part of the old ones at a time, in rounds, as in 3.14.0 to 3.14.4",
    .source = "Python/gc.c of 3.14.0 and 3.14.4 (reverted in 3.14.5, GH-148720)",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Incremental),
    .start = incremental_start,
    .wake = incremental_wake,
};
