// rules.c -- a policy as a text: what it does
#include "rules.h"

#include <string.h>

// Begins as a copy of Rules.initial.
typedef struct {
    const Rules *rules;
    const Rule *running;    // whose steps are being carried out
    uint32_t step;          // the one that is out
    uint32_t phase_before;  // at the last WAKE_PHASE
    uint64_t values[KNOBS_MAX];
    uint32_t phases[POLICY_PHASES_MAX];  // numbers of Rules.phases
    uint8_t birth_space[POLICY_POPULATIONS_MAX];
} State;

size_t rules_state_size(void) { return sizeof(State); }

void *rules_state_new(const Rules *rules) {
    State *s = memory_new(1, sizeof *s);
    s->rules = rules;
    return s;
}

// ---- the start ----

static bool births_start(State *s, const WorkloadNames *names, Error *error) {
    const Rules *rules = s->rules;
    memset(s->birth_space, rules->birth_space, sizeof s->birth_space);
    for (uint32_t i = 0; i < rules->birth_count; i++) {
        uint64_t set = 0;
        if (!policy_populations(names, rules->births[i], 0, &set, error)) return false;
        for (uint32_t k = 0; k < POLICY_POPULATIONS_MAX; k++)
            if (set >> k & 1) s->birth_space[k] = rules->birth_spaces[i];
    }
    return true;
}

bool rules_start(void *state, const KnobValue *values, const WorkloadNames *names,
                 SpaceSetup *setup, Error *error) {
    State *s = state;
    const Rules *rules = s->rules;
    s->phase_before = UINT32_MAX;
    for (uint32_t i = 0; i < rules->value_count; i++) s->values[i] = values[i].count;
    for (uint32_t i = 0; i < rules->phase_count; i++)
        if (!policy_phase(names, rules->phases[i], &s->phases[i], error)) return false;
    setup->space_count = rules->space_count;
    setup->reads_held = rules->reads_held;
    for (uint32_t i = 0; i < rules->space_count; i++) {
        setup->space_names[i] = rules->spaces[i];
        setup->is_region[i] = rules->is_region[i];
    }
    return births_start(s, names, error);
}

// ---- conditions ----

RuleMove rules_quantity_moves(RuleQuantity quantity) {
    static const RuleMove moves[] = {
#define X(enumerator, name, how, what) how,
        RULE_QUANTITIES(X)
#undef X
    };
    if (quantity < QUANTITIES) return moves[quantity];
    return quantity == QUANTITY_NUMBER || quantity == QUANTITY_VALUE ? MOVES_NOT : MOVES_FREELY;
}

static bool sum_is_constant(const RuleSum *sum) {
    for (uint32_t i = 0; i < sum->count; i++)
        if (rules_quantity_moves(sum->terms[i].quantity) != MOVES_NOT) return false;
    return true;
}

bool rules_is_watched(const RuleCondition *condition) {
    return condition->event == EVENT_NONE &&
           rules_quantity_moves(condition->left.quantity) == MOVES_WATCHED &&
           (condition->comparison == COMPARE_ABOVE || condition->comparison == COMPARE_FROM) &&
           sum_is_constant(&condition->right);
}

bool rules_is_constant(const RuleCondition *condition) {
    return condition->event != EVENT_NONE ||
           (rules_quantity_moves(condition->left.quantity) == MOVES_NOT &&
            sum_is_constant(&condition->right));
}

static uint64_t quantity_now(const State *s, const HeapView *view, const RuleTerm *term) {
    const PlanResult *last = &view->last;
    switch (term->quantity) {
        case QUANTITY_YOUNG:
            return view->young;
        case QUANTITY_CLOCK:
            return view->clock;
        case QUANTITY_LIVE_BYTES:
            return view->live_bytes;
        case QUANTITY_LIVE_OBJECTS:
            return view->live_objects;
        case QUANTITY_PAYLOAD_BYTES:
            return view->payload_bytes;
        case QUANTITY_ALLOCATED_BYTES:
            return view->allocated_bytes;
        case QUANTITY_HELD_BYTES:
            return view->held_bytes;
        case QUANTITY_ROUND:
            return view->round;
        case QUANTITY_CANDIDATES:
            return last->candidates;
        case QUANTITY_COLLECTED:
            return last->collected;
        case QUANTITY_SURVIVORS:
            return last->survivors;
        case QUANTITY_UNCOLLECTABLE:
            return last->uncollectable;
        case QUANTITY_RESURRECTED:
            return last->resurrected;
        case QUANTITY_YIELD:
            return last->candidates > 0 ? mul_div_u64(last->collected, 1000, last->candidates) : 0;
        case QUANTITY_VALUE:
            return s->values[term->index];
        case QUANTITY_SPACE_OBJECTS:
            return view->spaces[term->index].objects;
        case QUANTITY_SPACE_BYTES:
            return view->spaces[term->index].bytes;
        case QUANTITY_NUMBER:
            break;
    }
    return term->number;
}

static uint64_t sum_now(const State *s, const HeapView *view, const RuleSum *sum) {
    uint64_t result = 0;
    for (uint32_t i = 0; i < sum->count; i++) {
        const RuleTerm *term = &sum->terms[i];
        uint64_t value = quantity_now(s, view, term);
        if (term->quantity != QUANTITY_NUMBER) value = mul_div_u64(value, term->number, 1000);
        if (term->minus)
            result -= min_u64(result, value);
        else
            result = value > UINT64_MAX - result ? UINT64_MAX : result + value;
    }
    return result;
}

static bool event_holds(const State *s, const HeapView *view, const RuleCondition *condition) {
    const bool at_phase = view->reason == WAKE_PHASE;
    const uint32_t phase = s->phases[condition->phase];
    switch (condition->event) {
        case EVENT_BEGIN:
            return at_phase && view->phase == phase;
        case EVENT_END:
            return at_phase && s->phase_before == phase && view->phase != phase;
        case EVENT_ROUND_END:
            return at_phase && view_round_ended(view);
        case EVENT_COLLECT:
            return view->reason == WAKE_COLLECT;
        case EVENT_IN_PHASE:
            return view->phase == phase;
        case EVENT_NOT_IN_PHASE:
            return view->phase != phase;
        case EVENT_NONE:
            break;
    }
    return false;
}

static bool condition_holds(const State *s, const HeapView *view, const RuleCondition *condition) {
    if (condition->event != EVENT_NONE) return event_holds(s, view, condition);
    const uint64_t left = quantity_now(s, view, &condition->left);
    const uint64_t right = sum_now(s, view, &condition->right);
    const bool holds[] = {
#define X(enumerator, text, compared) compared,
        RULE_COMPARISONS(X)
#undef X
    };
    CHECK(condition->comparison < COMPARISONS);
    return holds[condition->comparison];
}

static bool alternative_holds(const State *s, const HeapView *view, const RuleAlternative *a) {
    for (uint32_t i = 0; i < a->count; i++)
        if (!condition_holds(s, view, &a->conditions[i])) return false;
    return true;
}

// The first rule that holds. At an event those are looked at that name one, at an allocation the
// others.
static const Rule *rule_due(const State *s, const HeapView *view) {
    const bool at_event = view->reason == WAKE_PHASE || view->reason == WAKE_COLLECT;
    if (view->reason == WAKE_START) return NULL;
    for (uint32_t i = 0; i < s->rules->rule_count; i++) {
        const Rule *rule = &s->rules->rules[i];
        for (uint32_t k = 0; k < rule->alternative_count; k++)
            if (rule->alternatives[k].at_event == at_event &&
                alternative_holds(s, view, &rule->alternatives[k]))
                return rule;
    }
    return NULL;
}

// ---- fuses ----

static void fuse_watch(const State *s, const HeapView *view, const RuleCondition *condition,
                       Fuse *fuse) {
    const bool from = condition->comparison == COMPARE_FROM;
    const uint64_t right = sum_now(s, view, &condition->right);
    const uint64_t above = from ? right - 1 : right;  // `from` 0 always holds: is not watched
    if (condition->left.quantity == QUANTITY_YOUNG) fuse->young = min_u64(fuse->young, above);
    if (condition->left.quantity == QUANTITY_LIVE_BYTES)
        fuse->live_bytes = min_u64(fuse->live_bytes, above);
    if (condition->left.quantity == QUANTITY_CLOCK)
        fuse->clock = min_u64(fuse->clock, above == UINT64_MAX ? above : above + 1);
}

static void fuse_alternative(const State *s, const HeapView *view, const RuleAlternative *a,
                             Fuse *fuse) {
    const uint64_t every = s->rules->every;
    const RuleCondition *watched = NULL;
    bool all_hold = true;
    for (uint32_t i = 0; i < a->count; i++) {
        const RuleCondition *condition = &a->conditions[i];
        if (condition_holds(s, view, condition)) continue;
        if (rules_is_constant(condition)) return;  // not before something else wakes the policy
        all_hold = false;
        if (watched == NULL && rules_is_watched(condition)) watched = condition;
    }
    if (all_hold)
        fuse->clock = min_u64(fuse->clock, view->clock + 1);
    else if (watched != NULL)
        fuse_watch(s, view, watched, fuse);
    else
        fuse->clock = min_u64(fuse->clock, (view->clock / every + 1) * every);
}

static Fuse fuse_now(const State *s, const HeapView *view) {
    Fuse fuse = FUSE_NONE;
    fuse.at_safepoint = s->rules->at_safepoint;
    for (uint32_t i = 0; i < s->rules->rule_count; i++) {
        const Rule *rule = &s->rules->rules[i];
        for (uint32_t k = 0; k < rule->alternative_count; k++)
            if (!rule->alternatives[k].at_event)
                fuse_alternative(s, view, &rule->alternatives[k], &fuse);
    }
    return fuse;
}

// ---- waking ----

// All right sides are taken before any value changes.
static void rule_end(State *s, const HeapView *view) {
    uint64_t results[RULE_SETS_MAX];
    const Rule *rule = s->running;
    for (uint32_t i = 0; i < rule->set_count; i++)
        results[i] = sum_now(s, view, &rule->sets[i].sum);
    for (uint32_t i = 0; i < rule->set_count; i++) s->values[rule->sets[i].value] = results[i];
    s->running = NULL;
}

void rules_wake(void *state, const HeapView *view, Decision *decision) {
    State *s = state;
    if (view->reason == WAKE_START)
        memcpy(decision->birth_space, s->birth_space, sizeof s->birth_space);
    if (view->reason == WAKE_DONE) {
        s->step++;
    } else {
        s->running = rule_due(s, view);
        s->step = 0;
    }
    if (view->reason == WAKE_PHASE) s->phase_before = view->phase;
    if (s->running != NULL && s->step < s->running->step_count) {
        decision->plan = s->running->steps[s->step];
        return;
    }
    if (s->running != NULL) rule_end(s, view);
    decision->fuse = fuse_now(s, view);
}
