// incremental_mark.c -- marking in steps, then trial deletion of what was not marked
//
// 3.14's incremental collector has no bound on garbage: marking earns it a credit of work that it
// need not do, and garbage that other garbage refers to comes through an increment unseen. This one
// has a bound, and pauses that do not grow with the heap. Objects are young, middle or old. A round
// of the old ones:
//
//   begin   young and middle objects are collected; survivors and all that is old turn white.
//   mark    A step blackens `mark` objects, beginning with the registers, until nothing is gray.
//           Young objects that grow old meanwhile turn gray. There is no write barrier: what the
//           program attaches to a black object may be missed.
//   sweep   So what is white in the end is not deleted but examined, by trial deletion: `increment`
//           objects at a time, each with all that it reaches there. Survivors are put aside.
//   pass    What was put aside is swept again, from the other end, until a pass frees nothing or
//           `passes` were made. Then all that is left is examined at once.
//
// THE BOUND. Let D be what was garbage when a round began. What is out of reach gains no reference
// from what is within, so only D refers to D: nothing of it is ever marked, and all of it is white
// when the sweep begins. Of the components of D that are left one has no reference from the others.
// A pass frees that one at least, so a pass that frees nothing has nothing of D left; and
// what examines all that is left frees all of D. Hence, at the end of a round nothing is left of
// what was garbage at its beginning: garbage has died since the round before this one began.
//
// Rounds are short. With one step per t0 net allocations, P old objects and R registers at the
// beginning, U white objects at the sweep and at most y survivors of a young or middle collection
// per step, a round is over after
//
//   t0 * (t1 + 2 + (P + R) / (mark - y) + 2 + (passes + 2) * (U / increment + 1))
//
// net allocations if mark > y. U is garbage, mostly, and one pass does. So with steps of 30,000
// objects per 2,000 net allocations the heap grows by a fifteenth while it is marked. (What a
// finalizer brings back waits for one round more. gc.collect() leaves nothing of D, ends the round,
// and the next begins t0 * (t1 + 2) later.)
//
// PAUSES. The longest is, mostly, the collection of t0 * (t1 + 1) young and middle objects; then
// come a step of marking and an increment. No bound holds for one component of garbage with what it
// reaches among the white, which is never cut in two; for an object with very many references; for
// what is left after `passes`; for what falls with garbage by reference count; and gc.collect()
// examines everything, as the program asked. Figures, and where it loses: policies/README.md.
#include "policy.h"

enum { YOUNG, MIDDLE, GRAY, OLD, SPACES = OLD + 3 };

#define SPACE(number) (1u << (number))

typedef enum {
    REST,  // between two rounds
    MARK,
    SWEEP,
    REMAINDER,    // all that was put aside is examined at once
    NOTHING_LEFT  // it is alive, or died in this round: it turns black unseen
} Phase;

typedef struct {
    uint64_t interval;  // net allocations between two turns
    uint64_t mark, increment, passes, middle_every, wait;
    Phase phase;
    Phase asked;  // what the plan that is out does for the old objects; REST: nothing
    bool is_turn_of_old;
    bool resume;  // marking has begun
    uint8_t white, black, aside;
    uint64_t young_collections;  // since the middle was collected
    uint64_t pass, pass_freed;
    uint64_t waited;  // net allocations since the last round
} IncrementalMark;

static const Knob knobs[] = {
    {"t0", KNOB_COUNT, "2000", 0, UINT64_MAX, NULL,
     "net allocations from one young collection, and from one step, to the next; 0: never"},
    {"t1", KNOB_COUNT, "10", 0, 1000000, NULL,
     "young collections between two that take the middle as well"},
    {"mark", KNOB_COUNT, "30000", 1, 1000000000, NULL, "objects that a step of marking blackens"},
    {"increment", KNOB_COUNT, "10000", 1, 1000000000, NULL,
     "candidates of an increment, rounded up to what they reach"},
    {"passes", KNOB_COUNT, "8", 0, 1000000, NULL,
     "passes over what was not marked, before all that is left is examined at once"},
    {"wait", KNOB_COUNT, "0", 0, 1000000, NULL,
     "net allocations, in per cent of the live objects, from one round to the next"},
};
enum { KNOB_T0, KNOB_T1, KNOB_MARK, KNOB_INCREMENT, KNOB_PASSES, KNOB_WAIT };

static bool incremental_mark_start(void *state, const KnobValue *values, const WorkloadNames *names,
                                   SpaceSetup *setup, Error *error) {
    static const char *const space_names[SPACES] = {"young", "middle", "gray",
                                                    "old1",  "old2",   "old3"};
    IncrementalMark *s = state;
    const uint64_t t0 = values[KNOB_T0].count;
    (void)names;
    (void)error;
    *s = (IncrementalMark){.interval = t0 > 0 ? t0 / 2 : FUSE_NEVER,
                           .middle_every = values[KNOB_T1].count,
                           .mark = values[KNOB_MARK].count,
                           .increment = values[KNOB_INCREMENT].count,
                           .passes = values[KNOB_PASSES].count,
                           .wait = values[KNOB_WAIT].count,
                           .white = OLD,
                           .black = OLD + 1,
                           .aside = OLD + 2};
    setup->space_count = SPACES;
    setup->takes_parts = true;
    for (uint32_t i = 0; i < SPACES; i++) setup->space_names[i] = space_names[i];
    return true;
}

static void swap(uint8_t *a, uint8_t *b) {
    const uint8_t other = *a;
    *a = *b;
    *b = other;
}

// ---- a round ----

static void round_begin(IncrementalMark *s) {
    swap(&s->white, &s->black);
    s->phase = MARK;
    s->resume = false;
}

static void round_end(IncrementalMark *s) {
    s->phase = REST;
    s->waited = 0;
}

static void sweep_begin(IncrementalMark *s) {
    s->phase = SWEEP;
    s->pass = s->pass_freed = 0;
}

// Nothing is white any more. A remainder no larger than an increment needs no pass of its own.
static void pass_end(IncrementalMark *s, const HeapView *view) {
    const uint64_t left = view->spaces[s->aside].objects;
    if (left == 0) {
        round_end(s);
    } else if (s->pass_freed == 0) {
        s->phase = NOTHING_LEFT;
    } else if (left <= s->increment || s->pass >= s->passes) {
        s->phase = REMAINDER;
    } else {
        swap(&s->white, &s->aside);
        s->pass++;
        s->pass_freed = 0;
    }
}

static void settle(IncrementalMark *s, const HeapView *view) {
    if (s->phase == SWEEP && view->spaces[s->white].objects == 0) pass_end(s, view);
}

static void book(IncrementalMark *s, const HeapView *view) {
    const Phase asked = s->asked;
    s->asked = REST;
    if (asked == MARK) {
        s->resume = true;
        if (view->last.registers == 0 && view->spaces[GRAY].objects == 0) sweep_begin(s);
    }
    if (asked == SWEEP) s->pass_freed += view->last.collected + view->last.resurrected;
    if (asked == REMAINDER || asked == NOTHING_LEFT) round_end(s);
    settle(s, view);
}

// ---- plans ----

static Plan plan_young(IncrementalMark *s, const HeapView *view) {
    Plan plan = {.kind = PLAN_COLLECT, .spaces = SPACE(YOUNG), .into = MIDDLE, .reset_young = true};
    if (s->young_collections++ < s->middle_every) return plan;
    s->young_collections = 0;
    if (s->phase == REST && s->waited >= mul_div_u64(view->live_objects, s->wait, 100)) {
        round_begin(s);
        plan.into = s->white;
    } else {
        plan.into = s->phase == MARK ? GRAY : s->black;
    }
    plan.spaces |= SPACE(MIDDLE);
    plan.generation = 1;
    return plan;
}

// The newest objects first, for references lead from new to old more often than not; then the
// oldest, and so on in turn.
static Plan plan_sweep(const IncrementalMark *s) {
    return (Plan){.kind = PLAN_COLLECT,
                  .into = s->aside,
                  .generation = 1,
                  .reset_young = true,
                  .budget = s->increment,
                  .refill = s->white,
                  .newest = s->pass % 2 == 0};
}

static Plan plan_old(IncrementalMark *s) {
    s->asked = s->phase;
    if (s->phase == SWEEP) return plan_sweep(s);
    Plan plan = {.into = s->black, .generation = 1, .reset_young = true};
    if (s->phase == MARK) {
        plan.kind = PLAN_MARK;
        plan.spaces = SPACE(s->white);
        plan.budget = s->mark;
        plan.refill = GRAY;
        plan.resume = s->resume;
    } else if (s->phase != REST) {
        plan.kind = s->phase == REMAINDER ? PLAN_COLLECT : PLAN_MOVE;
        plan.spaces = SPACE(s->aside);
    }
    return plan;
}

// Young and old objects take turns, half of t0 apart: so their pauses do not add up.
static Plan plan_turn(IncrementalMark *s, const HeapView *view) {
    const bool old = s->is_turn_of_old;
    s->is_turn_of_old = !old;
    s->waited += view->young;
    settle(s, view);
    return old ? plan_old(s) : plan_young(s, view);
}

static Plan plan_whole(IncrementalMark *s) {
    s->young_collections = 0;
    s->asked = REST;
    round_end(s);
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = SPACE(SPACES) - 1,
                  .into = s->black,
                  .generation = 2,
                  .reset_young = true};
}

static void incremental_mark_wake(void *state, const HeapView *view, Decision *decision) {
    IncrementalMark *s = state;
    decision->fuse.young = s->interval;
    decision->fuse.at_safepoint = true;
    if (view->reason == WAKE_DONE) book(s, view);
    if (view->reason == WAKE_YOUNG) decision->plan = plan_turn(s, view);
    if (view->reason == WAKE_COLLECT) decision->plan = plan_whole(s);
}

const Policy incremental_mark_policy = {
    .name = "incremental-mark",
    .summary = "marking in steps, then trial deletion of what was not marked, in increments",
    .source =
        "this project: D. Bacon and V. Rajan's trial deletion (2001) behind the incremental "
        "marking of E. Dijkstra et al. (1978), without a barrier",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(IncrementalMark),
    .start = incremental_mark_start,
    .wake = incremental_mark_wake,
};
