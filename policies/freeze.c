// freeze.c -- segregation: phase-1 objects are put where no collection looks, until phase 2 is over
//
// gc.freeze() when the phase ends (or the populations are born frozen), gc.unfreeze() when the
// round is over and all that was frozen may go; generations for the rest.
#include "policy.h"

enum { FROZEN = 3 };

// What is to be done, one plan after the other.
typedef enum { STEP_COLLECT_FIRST, STEP_FREEZE, STEP_UNFREEZE, STEP_COLLECT_AFTER, STEPS } Step;

typedef struct {
    Generations generations;
    uint32_t phase;  // frozen when it has ended
    uint64_t born;   // populations born frozen (then nothing is moved)
    bool collect_first, collect_after, unfreeze;
    bool phase_was_seen;  // in this round
    uint32_t steps;       // a bit per Step that waits
    bool collecting;      // the plan that is out is a collection
} Freeze;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"phase", KNOB_TEXT, "first", 0, 0, NULL, "all objects are frozen when this phase ends"},
    {"populations", KNOB_TEXT, "", 0, 0, NULL, "instead: populations (a+b+c) born frozen"},
    {"unfreeze", KNOB_TEXT, "round", 0, 0, "round|never",
     "when what is frozen becomes collectable again"},
    {"collect_first", KNOB_FLAG, "no", 0, 0, NULL, "a full collection before freezing"},
    {"collect_after", KNOB_FLAG, "yes", 0, 0, NULL, "a full collection after unfreezing"},
};
enum {
    KNOB_PHASE = GENERATION_KNOB_COUNT,
    KNOB_POPULATIONS,
    KNOB_UNFREEZE,
    KNOB_FIRST,
    KNOB_AFTER
};

static bool freeze_start(void *state, const KnobValue *values, const WorkloadNames *names,
                         SpaceSetup *setup, Error *error) {
    Freeze *f = state;
    f->generations = generations_new(values);
    f->unfreeze = values[KNOB_UNFREEZE].text[0] == 'r';
    f->collect_first = values[KNOB_FIRST].count;
    f->collect_after = values[KNOB_AFTER].count;
    generations_setup(setup);
    setup->space_names[setup->space_count++] = "frozen";
    if (!policy_phase(names, values[KNOB_PHASE].text, &f->phase, error)) return false;
    const char *born = values[KNOB_POPULATIONS].text;
    return born[0] == '\0' || policy_populations(names, born, f->phase, &f->born, error);
}

static void begin(const Freeze *f, Decision *decision) {
    for (uint32_t i = 0; i < POLICY_POPULATIONS_MAX; i++)
        if (f->born >> i & 1) decision->birth_space[i] = FROZEN;
}

static void phase_changes(Freeze *f, uint32_t phase, bool round_ends) {
    if (f->phase_was_seen && phase != f->phase && !round_ends && f->born == 0)
        f->steps |= 1u << STEP_FREEZE | (uint32_t)f->collect_first << STEP_COLLECT_FIRST;
    if (round_ends && f->unfreeze)
        f->steps |= 1u << STEP_UNFREEZE | (uint32_t)f->collect_after << STEP_COLLECT_AFTER;
    f->phase_was_seen = phase == f->phase;
}

static Plan next_step(Freeze *f) {
    Step step = STEP_COLLECT_FIRST;
    while (!(f->steps >> step & 1)) step++;
    f->steps &= ~(1u << step);
    if (step == STEP_UNFREEZE) return (Plan){.kind = PLAN_MOVE, .spaces = 1u << FROZEN, .into = 2};
    if (step == STEP_FREEZE) return generations_move(&f->generations, FROZEN);
    return generations_plan(&f->generations, 2);
}

static void freeze_wake(void *state, const HeapView *view, Decision *decision) {
    Freeze *f = state;
    if (view->reason == WAKE_START) begin(f, decision);
    if (view->reason == WAKE_PHASE) phase_changes(f, view->phase, view_round_ended(view));
    if (view->reason != WAKE_DONE || f->collecting)
        generations_wake(&f->generations, view, &decision->plan, &decision->fuse);
    if (decision->plan.kind == PLAN_NOTHING && f->steps != 0) decision->plan = next_step(f);
    f->collecting = decision->plan.kind == PLAN_COLLECT;
}

const Policy freeze_policy = {
    .name = "freeze",
    .summary =
        "segregation: gc.freeze() after a phase, unfreeze when the round ends; generations for the "
        "rest",
    .source = "B. Warsaw, 2006 (wished for); gc.freeze, CPython 3.7 (bpo-31558)",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Freeze),
    .start = freeze_start,
    .wake = freeze_wake,
};
