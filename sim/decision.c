// decision.c -- what a policy says, looked at where it enters
#include "decision.h"

#include <ctype.h>
#include <string.h>

// ---- a policy as a table ----

enum { STATE_SIZE_MAX = 64 << 20 };

// A word that can stand in "NAME:knob=value,..." and in every table.
static bool is_name(const char *text) {
    size_t length = 0;
    for (; text[length] != '\0'; length++)
        if (!isalnum((unsigned char)text[length]) && strchr("-_.", text[length]) == NULL)
            return false;
    return length > 0 && length < 32;
}

static bool knob_check(const Knob *knobs, size_t i, Error *error) {
    const Knob *knob = &knobs[i];
    if (knob->name == NULL || !is_name(knob->name))
        return error_set(error, "knob %zu: its name '%s' is not 1 to 31 letters, digits, - _ and .",
                         i, knob->name != NULL ? knob->name : "(NULL)");
    for (size_t k = 0; k < i; k++)
        if (strcmp(knobs[k].name, knob->name) == 0)
            return error_set(error, "knob %s: there are two of this name", knob->name);
    if ((unsigned)knob->kind > KNOB_TEXT)
        return error_set(error,
                         "knob %s: kind %u is unknown; allowed: KNOB_COUNT, KNOB_BYTES, KNOB_FLAG, "
                         "KNOB_TEXT",
                         knob->name, (unsigned)knob->kind);
    if (knob->fallback == NULL || knob->help == NULL)
        return error_set(error, "knob %s: its %s is NULL", knob->name,
                         knob->fallback == NULL ? "default" : "help");
    if (knob->low > knob->high)
        return error_set(error, "knob %s: its range is empty: %llu to %llu", knob->name,
                         (unsigned long long)knob->low, (unsigned long long)knob->high);
    return true;
}

static bool knobs_check(const Policy *policy, Error *error) {
    KnobValue values[KNOBS_MAX];
    Error why = {0};
    if (policy->knob_count > KNOBS_MAX)
        return error_set(error, "%zu knobs; at most %d are allowed", policy->knob_count, KNOBS_MAX);
    if (policy->knobs == NULL && policy->knob_count > 0)
        return error_set(error, "its table of knobs is NULL, and knob_count %zu",
                         policy->knob_count);
    for (size_t i = 0; i < policy->knob_count; i++)
        if (!knob_check(policy->knobs, i, error)) return false;
    if (param_defaults(policy->name, policy->knobs, policy->knob_count, values, &why)) return true;
    return error_set(error, "%s", why.text);
}

bool policy_check(const Policy *policy, Error *error) {
    if (policy->name == NULL || !is_name(policy->name))
        return error_set(error, "its name '%.40s' is not 1 to 31 letters, digits, - _ and .",
                         policy->name != NULL ? policy->name : "(NULL)");
    if (policy->summary == NULL || policy->source == NULL)
        return error_set(error, "its %s is NULL", policy->summary == NULL ? "summary" : "source");
    if (policy->start == NULL || policy->wake == NULL)
        return error_set(error, "its entry point `%s` is NULL",
                         policy->start == NULL ? "start" : "wake");
    if (policy->state_size > STATE_SIZE_MAX)
        return error_set(error, "a state of %zu bytes; at most %d are allowed", policy->state_size,
                         STATE_SIZE_MAX);
    return knobs_check(policy, error);
}

// ---- spaces ----

bool setup_check(const SpaceSetup *setup, Error *error) {
    if (setup->space_count == 0 || setup->space_count > SPACES_MAX)
        return error_set(error, "start: %u spaces; 1 to %d are allowed", setup->space_count,
                         SPACES_MAX);
    for (uint32_t i = 0; i < setup->space_count; i++) {
        const char *name = setup->space_names[i];
        if (name == NULL || !is_name(name))
            return error_set(error,
                             "start: the name '%.40s' of space %u is not 1 to 31 letters, digits, "
                             "- _ and .",
                             name != NULL ? name : "(NULL)", i);
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(setup->space_names[k], name) == 0)
                return error_set(error, "start: two spaces are called '%s'", name);
    }
    if (setup->batch >> 63 != 0)
        return error_set(error, "start: a batch of %llu objects; below 2^63 are allowed",
                         (unsigned long long)setup->batch);
    return true;
}

// ---- decisions ----

static bool space_check(const SpaceSetup *setup, const char *what, uint32_t space, Error *error) {
    return space < setup->space_count || error_set(error, "%s is space %u; there are 0 to %u", what,
                                                   space, setup->space_count - 1);
}

// Plans that only some policies may make, and spaces that cannot take what is sent to them.
static bool parts_check(const Plan *plan, const SpaceSetup *setup, Error *error) {
    const bool into_itself = plan->spaces >> plan->into & 1;
    if ((plan->kind == PLAN_MARK || plan->budget > 0 || plan->mark_first) && !setup->takes_parts)
        return error_set(error, "plan: %s; start did not say takes_parts",
                         plan->kind == PLAN_MARK ? "PLAN_MARK"
                         : plan->budget > 0      ? "a budget"
                                                 : "mark_first");
    if (plan->kind == PLAN_ROOTS && !setup->counts_roots)
        return error_set(error, "plan: PLAN_ROOTS; start did not say counts_roots");
    if (plan->kind == PLAN_ROOTS &&
        (plan->spaces != (1u << setup->space_count) - 1 || plan->finalizers != FINALIZERS_PEP442))
        return error_set(error, "plan: PLAN_ROOTS takes all spaces, and FINALIZERS_PEP442");
    if (plan->kind == PLAN_MARK && into_itself)
        return error_set(error, "plan: PLAN_MARK of space %u into itself", plan->into);
    if (plan->kind == PLAN_RELEASE && into_itself && setup->is_region[plan->into])
        return error_set(error, "plan: PLAN_RELEASE of region %u with survivors into itself",
                         plan->into);
    if (plan->budget == 0) return true;
    if (!space_check(setup, "plan: refill", plan->refill, error)) return false;
    if (plan->kind == PLAN_MARK && plan->refill == plan->into)
        return error_set(error, "plan: space %u is both refill (gray) and into (black)",
                         plan->refill);
    return !(plan->spaces >> plan->refill & 1) ||
           error_set(error, "plan: refill is space %u, which is condemned as a whole",
                     plan->refill);
}

static bool plan_check(const Plan *plan, const SpaceSetup *setup, Error *error) {
    if ((unsigned)plan->kind > PLAN_ROOTS)
        return error_set(error, "plan: kind %u is unknown", (unsigned)plan->kind);
    if (plan->kind == PLAN_NOTHING) return true;
    const bool refill_alone = plan->kind == PLAN_COLLECT && plan->budget > 0;
    if ((plan->spaces == 0 && !refill_alone) || plan->spaces >> setup->space_count != 0)
        return error_set(error, "plan: spaces is 0x%x; bits 0 to %u are allowed, and one is needed",
                         plan->spaces, setup->space_count - 1);
    if (plan->generation > 2)
        return error_set(error, "plan: generation is %u; 0 to 2 are allowed", plan->generation);
    if ((unsigned)plan->finalizers > FINALIZERS_LEGACY)
        return error_set(error, "plan: finalizers %u are unknown", (unsigned)plan->finalizers);
    return space_check(setup, "plan: into", plan->into, error) && parts_check(plan, setup, error);
}

bool decision_check(const Decision *decision, const SpaceSetup *setup, uint32_t population_count,
                    Error *error) {
    for (uint32_t i = 0; i < population_count; i++)
        if (decision->birth_space[i] >= setup->space_count)
            return error_set(error, "population %u is to be born in space %u; there are 0 to %u", i,
                             decision->birth_space[i], setup->space_count - 1);
    return plan_check(&decision->plan, setup, error);
}
