// phase_stack.c -- a generation per phase: what each phase leaves is put aside, and ends as a whole
//
// Segregation for every phase. What is alive when a phase ends goes to a space of the phase's own,
// where no collection looks. Later phases refer to what earlier ones made and hardly the other way
// round; so when the round ends the spaces are ended from the top of the stack down, each by one
// collection of its own: none has to look at another phase's objects.
#include "policy.h"

enum { BOTTOM = 3, DEPTH_MAX = SPACES_MAX - BOTTOM };

typedef struct {
    Generations generations;
    uint32_t space_of[POLICY_PHASES_MAX];  // by phase; 0: it has none
    bool collect_first;
    uint32_t phase;    // that runs; UINT32_MAX: between rounds
    uint32_t waiting;  // the space that what has just ended goes to, once it is collected; 0: none
    uint32_t ending;   // a bit per space that is to be ended
    uint32_t filled;   // a bit per space that holds something
    bool collecting;   // the plan that is out is a collection of generations
    bool ends;         // or of a phase's space
} PhaseStack;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"phases", KNOB_TEXT, "", 0, 0, NULL,
     "that have a space of their own (a+b+c); none: all but the last"},
    {"collect_first", KNOB_FLAG, "yes", 0, 0, NULL,
     "a full collection of what a phase leaves before it is put aside"},
};
enum { KNOB_PHASES = GENERATION_KNOB_COUNT, KNOB_FIRST };

static bool phase_stack_start(void *state, const KnobValue *values, const WorkloadNames *names,
                              SpaceSetup *setup, Error *error) {
    PhaseStack *s = state;
    uint64_t phases = (1ull << (names->phase_count - 1)) - 1;
    const char *list = values[KNOB_PHASES].text;
    *s = (PhaseStack){.generations = generations_new(values),
                      .collect_first = values[KNOB_FIRST].count,
                      .phase = UINT32_MAX};
    if (list[0] != '\0' && !policy_phases(names, list, &phases, error)) return false;
    generations_setup(setup);
    for (uint32_t i = 0; i < names->phase_count; i++) {
        if (!(phases >> i & 1)) continue;
        if (setup->space_count == SPACES_MAX)
            return error_set(error, "phases: more than %d, which is all there is room for",
                             DEPTH_MAX);
        s->space_of[i] = setup->space_count;
        setup->space_names[setup->space_count++] = names->phases[i];
    }
    return true;
}

// The generations are the top of the stack: they end first.
static void phase_changes(PhaseStack *s, const HeapView *view, Plan *plan) {
    const uint32_t ended = s->phase;
    s->phase = view->phase;
    if (view_round_ended(view)) {
        s->ending = s->filled;
        s->filled = 0;
        *plan = generations_plan(&s->generations, 2);
    } else if (ended != UINT32_MAX && s->space_of[ended] != 0) {
        s->waiting = s->space_of[ended];
        if (s->collect_first) *plan = generations_plan(&s->generations, 2);
    }
}

static Plan next_plan(PhaseStack *s) {
    if (s->waiting != 0) {
        const uint8_t space = (uint8_t)s->waiting;
        s->waiting = 0;
        s->filled |= 1u << space;
        return generations_move(&s->generations, space);
    }
    if (s->ending == 0) return (Plan){.kind = PLAN_NOTHING};
    const uint32_t top = 31u - (uint32_t)__builtin_clz(s->ending);
    s->ending &= ~(1u << top);
    s->ends = true;
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = 1u << top,
                  .into = 2,
                  .generation = 2,
                  .finalizers = s->generations.finalizers};
}

static void phase_stack_wake(void *state, const HeapView *view, Decision *decision) {
    PhaseStack *s = state;
    if (view->reason == WAKE_DONE && s->ends)
        s->generations.long_lived_pending += view->last.survivors;
    if (view->reason != WAKE_DONE || s->collecting)
        generations_wake(&s->generations, view, &decision->plan, &decision->fuse);
    if (view->reason == WAKE_PHASE) phase_changes(s, view, &decision->plan);
    s->collecting = decision->plan.kind == PLAN_COLLECT;
    s->ends = false;
    if (!s->collecting) decision->plan = next_plan(s);
}

const Policy phase_stack_policy = {
    .name = "phase-stack",
    .summary = "a generation per phase: put aside when the phase ends, ended when the round does",
    .source =
        "segregation (B. Warsaw, 2006) of every phase; D. Hanson, Fast Allocation and "
        "Deallocation of Memory Based on Object Lifetimes, 1990",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(PhaseStack),
    .start = phase_stack_start,
    .wake = phase_stack_wake,
};
