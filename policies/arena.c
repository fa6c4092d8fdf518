// arena.c -- the objects of a phase live in a region of memory that is released as a whole
//
// A region is not collected while it is open. When it closes, what nobody outside refers to goes
// with it; what somebody does (found by trial deletion, at its cost) survives into the oldest
// generation.
#include "policy.h"

enum { REGION = 3 };

typedef struct {
    Generations generations;
    uint32_t phase;
    uint64_t born;          // populations born in the region
    bool until_phase_ends;  // else until the round ends
    bool collect_first;
    bool phase_was_seen;
    bool release_waits;
    bool collecting;  // the plan that is out is a collection of generations
} Arena;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"phase", KNOB_TEXT, "first", 0, 0, NULL, "whose populations are born in the region"},
    {"populations", KNOB_TEXT, "", 0, 0, NULL, "instead: populations (a+b+c)"},
    {"until", KNOB_TEXT, "round", 0, 0, "round|phase",
     "the region is released when the round, or its phase, ends"},
    {"collect_first", KNOB_FLAG, "yes", 0, 0, NULL,
     "a full collection of the rest before, so that no garbage holds the region"},
};
enum { KNOB_PHASE = GENERATION_KNOB_COUNT, KNOB_POPULATIONS, KNOB_UNTIL, KNOB_FIRST };

static bool arena_start(void *state, const KnobValue *values, const WorkloadNames *names,
                        SpaceSetup *setup, Error *error) {
    Arena *a = state;
    a->generations = generations_new(values);
    a->until_phase_ends = values[KNOB_UNTIL].text[0] == 'p';
    a->collect_first = values[KNOB_FIRST].count;
    generations_setup(setup);
    setup->is_region[setup->space_count] = true;
    setup->space_names[setup->space_count++] = "region";
    return policy_phase(names, values[KNOB_PHASE].text, &a->phase, error) &&
           policy_populations(names, values[KNOB_POPULATIONS].text, a->phase, &a->born, error);
}

static bool region_ends(Arena *a, uint32_t phase, bool round_ends) {
    bool phase_ends = a->phase_was_seen && phase != a->phase;
    a->phase_was_seen = phase == a->phase;
    return a->until_phase_ends ? phase_ends : round_ends;
}

static void arena_wake(void *state, const HeapView *view, Decision *decision) {
    Arena *a = state;
    for (uint32_t i = 0; view->reason == WAKE_START && i < POLICY_POPULATIONS_MAX; i++)
        if (a->born >> i & 1) decision->birth_space[i] = REGION;
    if (view->reason != WAKE_DONE || a->collecting)
        generations_wake(&a->generations, view, &decision->plan, &decision->fuse);
    if (view->reason == WAKE_PHASE && region_ends(a, view->phase, view_round_ended(view))) {
        a->release_waits = true;
        if (a->collect_first) decision->plan = generations_plan(&a->generations, 2);
    }
    if (a->release_waits && decision->plan.kind == PLAN_NOTHING) {
        a->release_waits = false;
        decision->plan =
            (Plan){.kind = PLAN_RELEASE, .spaces = 1u << REGION, .into = 2, .generation = 2};
    }
    a->collecting = decision->plan.kind == PLAN_COLLECT;
}

const Policy arena_policy = {
    .name = "arena",
    .summary =
        "the objects of a phase live in a region that is released as a whole; generations for the "
        "rest",
    .source = "M. Tofte and J.-P. Talpin, Region-Based Memory Management, 1997",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Arena),
    .start = arena_start,
    .wake = arena_wake,
};
