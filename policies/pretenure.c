// pretenure.c -- populations that survive are born old
//
// A population stands for a place in the program where objects are made. What is made where most
// stays is born in the oldest generation, so that no young collection examines it, nor moves it.
// Which populations these are is said, or learned: at the last collection of a round (or at each
// full one) so much of what a population had made in the round was alive.
#include "policy.h"

enum { OLDEST = 2 };

typedef struct {
    Generations generations;
    uint32_t count;     // populations
    uint64_t declared;  // a bit per population
    uint64_t survive;   // those that did, when it was last looked at
    bool learns, at_full;
    uint64_t percent;
    uint64_t born_before[POLICY_POPULATIONS_MAX];  // when the round began
} Pretenure;

static const Knob knobs[] = {
    GENERATION_KNOBS,
    {"populations", KNOB_TEXT, "", 0, 0, NULL,
     "born old (a+b+c); none: those that survived, as it is learned"},
    {"learn", KNOB_TEXT, "round", 0, 0, "round|full",
     "decided for the next round at the last collection of a round, or at each full one"},
    {"percent", KNOB_COUNT, "50", 1, 100, NULL,
     "of what a population made in the round must be alive then"},
};
enum { KNOB_POPULATIONS = GENERATION_KNOB_COUNT, KNOB_LEARN, KNOB_PERCENT };

static bool pretenure_start(void *state, const KnobValue *values, const WorkloadNames *names,
                            SpaceSetup *setup, Error *error) {
    Pretenure *p = state;
    const char *declared = values[KNOB_POPULATIONS].text;
    *p = (Pretenure){.generations = generations_new(values),
                     .count = names->population_count,
                     .learns = declared[0] == '\0',
                     .at_full = values[KNOB_LEARN].text[0] == 'f',
                     .percent = values[KNOB_PERCENT].count};
    generations_setup(setup);
    setup->counts_populations = p->learns;
    return p->learns || policy_populations(names, declared, 0, &p->declared, error);
}

static void births_set(uint64_t old, uint8_t *birth_space) {
    for (uint32_t i = 0; i < POLICY_POPULATIONS_MAX; i++)
        birth_space[i] = old >> i & 1 ? OLDEST : 0;
}

// What has made nothing in this round is as it was.
static void look(Pretenure *p, const PopulationView *populations) {
    for (uint32_t i = 0; i < p->count; i++) {
        const uint64_t born = populations[i].born - p->born_before[i];
        const bool survives = populations[i].live >= mul_div_u64(born, p->percent, 100);
        if (born > 0) p->survive = (p->survive & ~(1ull << i)) | (uint64_t)survives << i;
    }
}

static void learn(Pretenure *p, const HeapView *view, uint8_t *birth_space) {
    const bool round_ends = view->reason == WAKE_PHASE && view_round_ended(view);
    const bool is_full = p->generations.collecting == 2;
    if (view->reason == WAKE_DONE && (!p->at_full || is_full)) look(p, view->populations);
    if (p->at_full ? view->reason == WAKE_DONE && is_full : round_ends)
        births_set(p->survive, birth_space);
    for (uint32_t i = 0; round_ends && i < p->count; i++)
        p->born_before[i] = view->populations[i].born;
}

// Objects that are born old are new old objects, too.
static void count_pending(Generations *g, const SpaceView *oldest) {
    g->long_lived_pending = oldest->objects - min_u64(oldest->objects, g->long_lived_total);
}

static void pretenure_wake(void *state, const HeapView *view, Decision *decision) {
    Pretenure *p = state;
    if (view->reason == WAKE_START) births_set(p->declared, decision->birth_space);
    if (p->learns) learn(p, view, decision->birth_space);
    count_pending(&p->generations, &view->spaces[OLDEST]);
    generations_wake(&p->generations, view, &decision->plan, &decision->fuse);
}

const Policy pretenure_policy = {
    .name = "pretenure",
    .summary = "generations; populations that survive are born in the oldest one",
    .source =
        "P. Cheng, R. Harper and P. Lee, Generational Stack Collection and Profile-Driven "
        "Pretenuring, 1998",
    .knobs = knobs,
    .knob_count = ARRAY_LENGTH(knobs),
    .state_size = sizeof(Pretenure),
    .start = pretenure_start,
    .wake = pretenure_wake,
};
