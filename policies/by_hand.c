// by_hand.c -- what servers do by hand: now and then thaw, collect, freeze
//
// Automatic full collections are off (or not); instead, each so many allocations or requests, the
// program calls gc.unfreeze(), gc.collect() and gc.freeze(), or some of them. Between requests it
// has time for that: such pauses count for no request's latency.
#include "policy.h"

enum { FROZEN = 3 };

// What is to be done at a tick, one plan after the other.
typedef enum { STEP_THAW, STEP_COLLECT, STEP_FREEZE, STEPS } Step;

typedef struct {
    Generations generations;
    uint64_t every, thaw_every;
    bool counts_requests, freezes;
    int collects;       // the generation that is collected at a tick, or -1
    uint64_t next;      // allocation clock or number of the request of the next tick
    uint64_t requests;  // that have ended
    uint64_t ticks;
    uint32_t steps;       // a bit per Step that waits
    uint32_t generation;  // of STEP_COLLECT
    bool collecting;      // the plan that is out is a collection
} ByHand;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"every", KNOB_COUNT, "2000", 1, 1ull << 62, NULL, "from one tick to the next"},
    {"of", KNOB_TEXT, "allocations", 0, 0, "allocations|requests",
     "what is counted for that; requests: ticks come between two of them"},
    {"thaw", KNOB_COUNT, "3", 0, UINT64_MAX, NULL,
     "each so many ticks all is unfrozen first and collected; 0: never"},
    {"collect", KNOB_TEXT, "young", 0, 0, "no|young|full",
     "at the other ticks: nothing, generations 0 and 1, or all that is not frozen"},
    {"freeze", KNOB_FLAG, "yes", 0, 0, NULL, "what is left is frozen at each tick"},
    {"full", KNOB_FLAG, "no", 0, 0, NULL, "automatic collections of generation 2 happen, too"},
};
enum {
    KNOB_EVERY = GENERATION_KNOB_COUNT,
    KNOB_OF,
    KNOB_THAW,
    KNOB_COLLECT,
    KNOB_FREEZE,
    KNOB_FULL
};

static int generation_named(const char *name) {
    return name[0] == 'n' ? -1 : name[0] == 'y' ? 1 : 2;
}

static bool by_hand_start(void *state, const KnobValue *values, const WorkloadNames *names,
                          SpaceSetup *setup, Error *error) {
    ByHand *b = state;
    (void)names;
    (void)error;
    *b = (ByHand){.generations = generations_new(values),
                  .every = values[KNOB_EVERY].count,
                  .thaw_every = values[KNOB_THAW].count,
                  .counts_requests = values[KNOB_OF].text[0] == 'r',
                  .freezes = values[KNOB_FREEZE].count,
                  .collects = generation_named(values[KNOB_COLLECT].text),
                  .next = values[KNOB_EVERY].count};
    if (!values[KNOB_FULL].count) b->generations.threshold[2] = UINT64_MAX;
    generations_setup(setup);
    setup->space_names[setup->space_count++] = "frozen";
    setup->wants_requests = b->counts_requests;
    return true;
}

static void tick(ByHand *b, uint64_t now) {
    const bool thaws = b->thaw_every > 0 && ++b->ticks % b->thaw_every == 0;
    const bool collects = thaws || b->collects >= 0;
    b->next = now + b->every;
    b->generation = thaws ? 2 : (uint32_t)b->collects;
    b->steps = (uint32_t)thaws << STEP_THAW | (uint32_t)collects << STEP_COLLECT |
               (uint32_t)b->freezes << STEP_FREEZE;
}

static Plan next_step(ByHand *b) {
    Step step = STEP_THAW;
    while (!(b->steps >> step & 1)) step++;
    b->steps &= ~(1u << step);
    if (step == STEP_THAW) return (Plan){.kind = PLAN_MOVE, .spaces = 1u << FROZEN, .into = 2};
    if (step == STEP_FREEZE) return generations_move(&b->generations, FROZEN);
    return generations_plan(&b->generations, b->generation);
}

static void by_hand_wake(void *state, const HeapView *view, Decision *decision) {
    ByHand *b = state;
    if (view->reason == WAKE_REQUEST) b->requests++;
    const uint64_t now = b->counts_requests ? b->requests : view->clock;
    if ((view->reason == WAKE_REQUEST || view->reason == WAKE_CLOCK) && now >= b->next)
        tick(b, now);
    if (view->reason != WAKE_DONE || b->collecting)
        generations_wake(&b->generations, view, &decision->plan, &decision->fuse);
    if (decision->plan.kind == PLAN_NOTHING && b->steps != 0) decision->plan = next_step(b);
    b->collecting = decision->plan.kind == PLAN_COLLECT;
    decision->fuse.clock = b->counts_requests ? FUSE_NEVER : b->next;
}

const Policy by_hand_policy = {
    .name = "by-hand",
    .summary = "generations; each so many allocations or requests: unfreeze, collect, freeze",
    .source = "SGLang 28067 and vLLM: what is tried where models are served",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(ByHand),
    .start = by_hand_start,
    .wake = by_hand_wake,
};
