// naive_rules.c -- a policy in terms of the naive heap
//
// Read off the policy's knobs by their names: nothing of what the policy makes of them is used.
#include "naive_rules.h"

#include <string.h>

static const KnobValue *knob(const PolicyChoice *choice, const char *name) {
    const Policy *policy = choice->policy;
    size_t i = 0;
    while (i < policy->knob_count && strcmp(policy->knobs[i].name, name) != 0) i++;
    CHECK(i < policy->knob_count);
    return &choice->values[i];
}

static bool knob_is(const PolicyChoice *choice, const char *name, const char *text) {
    return strcmp(knob(choice, name)->text, text) == 0;
}

static bool free_threaded(const PolicyChoice *choice, NaiveRules *rules) {
    *rules =
        (NaiveRules){.kind = NAIVE_FREE_THREADED,
                     .threshold = {knob(choice, "t0")->count, knob(choice, "t1")->count},
                     .batch = knob(choice, "batch")->count,
                     .below_zero = knob(choice, "below_zero")->count,
                     .quarter = knob_is(choice, "version", "3.15"),
                     .mark_all = knob(choice, "mark")->count && !knob_is(choice, "version", "3.13"),
                     .at_safepoint = true};
    return !knob_is(choice, "version", "3.14") && knob(choice, "own")->count == 0;
}

static NaiveRules candidate_roots(const PolicyChoice *choice) {
    return (NaiveRules){.kind = NAIVE_ROOTS,
                        .threshold = {knob(choice, "threshold")->count},
                        .adaptive = knob_is(choice, "adaptive", "php")   ? NAIVE_PHP
                                    : knob_is(choice, "adaptive", "orc") ? NAIVE_ORC
                                                                         : NAIVE_FIXED,
                        .step = knob(choice, "step")->count,
                        .least = knob(choice, "least")->count};
}

static bool byte_budget(const PolicyChoice *choice, NaiveRules *rules) {
    *rules = (NaiveRules){.kind = NAIVE_BUDGET,
                          .budget = knob(choice, "budget")->count,
                          .full_every = knob(choice, "full_every")->count,
                          .at_safepoint = true};
    return true;
}

static NaiveRules generations(const PolicyChoice *choice) {
    return (NaiveRules){.threshold = {knob(choice, "t0")->count, knob(choice, "t1")->count,
                                      knob(choice, "t2")->count},
                        .quarter = knob(choice, "quarter")->count,
                        .at_safepoint = knob_is(choice, "trigger", "safepoint"),
                        .finalizers = knob_is(choice, "finalizers", "legacy") ? NAIVE_LEGACY
                                      : knob_is(choice, "finalizers", "pep442")
                                          ? NAIVE_CALLED
                                          : NAIVE_CALLED_WHOLE};
}

// "a+b+c" as a set; those of the first phase when nothing is said.
static uint64_t populations(const Spec *spec, const char *text, bool default_first) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const char *name = spec->populations[i].name, *at = text;
        bool named = false;
        while ((at = strstr(at, name)) != NULL) {
            const char *end = at + strlen(name);
            named |= (at == text || at[-1] == '+') && (*end == '\0' || *end == '+');
            at = end;
        }
        if (text[0] == '\0') named = default_first && spec->populations[i].phase == 0;
        set |= (uint64_t)named << i;
    }
    return set;
}

bool naive_rules_of(const PolicyChoice *choice, const Spec *spec, NaiveRules *rules) {
    const char *name = choice->policy->name;
    if (strcmp(name, "free-threaded") == 0) return free_threaded(choice, rules);
    if (strcmp(name, "byte-budget") == 0) return byte_budget(choice, rules);
    if (strcmp(name, "candidate-roots") == 0) {
        *rules = candidate_roots(choice);
        return true;
    }
    const bool marks = strcmp(name, "gen3-mark") == 0;
    const bool freeze = strcmp(name, "freeze") == 0, arena = strcmp(name, "arena") == 0;
    if (!freeze && !arena && !marks && strcmp(name, "gen3") != 0) return false;
    *rules = generations(choice);
    rules->mark_full = marks;
    if (!freeze && !arena) return true;
    rules->kind = freeze ? NAIVE_FREEZE : NAIVE_REGION;
    rules->collect_first = knob(choice, "collect_first")->count;
    rules->born_aside = populations(spec, knob(choice, "populations")->text, arena);
    if (freeze) rules->collect_after = knob(choice, "collect_after")->count;
    return knob_is(choice, "phase", "first") &&
           knob_is(choice, freeze ? "unfreeze" : "until", "round");
}
