// rules_words.c -- the values of a rule's keys: conditions, plans, assignments, word by word
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rules.h"
#include "text.h"

// One word ahead; a comma is a word of its own.
typedef struct {
    const char *rest;
    char word[KNOB_TEXT_SIZE];  // "": the end
} Words;

static void words_next(Words *w) {
    w->rest += strspn(w->rest, " \t");
    size_t length = *w->rest == ',' ? 1 : strcspn(w->rest, " \t,");
    size_t kept = min_u64(length, sizeof w->word - 4);
    snprintf(w->word, sizeof w->word, "%.*s%s", (int)kept, w->rest, kept < length ? "..." : "");
    w->rest += length;
}

static Words words_begin(const char *text) {
    Words w = {.rest = text};
    words_next(&w);
    return w;
}

static bool words_take(Words *w, const char *word) {
    if (strcmp(w->word, word) != 0) return false;
    words_next(w);
    return true;
}

static bool unexpected(const Words *w, const char *allowed, Error *error) {
    return error_set(error, "found %s%s%s; allowed: %s", w->word[0] != '\0' ? "'" : "",
                     w->word[0] != '\0' ? w->word : "the end", w->word[0] != '\0' ? "'" : "",
                     allowed);
}

// ---- names ----

bool rules_name(const char *name, char result[RULE_NAME_SIZE], Error *error) {
    size_t length = 0;
    for (; name[length] != '\0'; length++)
        if (!isalnum((unsigned char)name[length]) && strchr("-_", name[length]) == NULL) break;
    if (length == 0 || length >= RULE_NAME_SIZE || name[length] != '\0')
        return error_set(error, "'%s' is not a name of 1 to %d letters, digits, - and _", name,
                         RULE_NAME_SIZE - 1);
    memcpy(result, name, length + 1);
    return true;
}

// `names` are `count` of RULE_NAME_SIZE each.
static bool name_find(const char *names, uint32_t count, const char *name, uint8_t *index) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names + (size_t)i * RULE_NAME_SIZE, name) != 0) continue;
        *index = (uint8_t)i;
        return true;
    }
    return false;
}

static bool name_unknown(const char *what, const char *names, uint32_t count, const char *name,
                         Error *error) {
    char list[256] = "";
    for (uint32_t i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? " " : "",
                 names + (size_t)i * RULE_NAME_SIZE);
    }
    return error_set(error, "there is no %s '%s'; there %s: %s", what, name,
                     count == 1 ? "is" : "are", count > 0 ? list : "none");
}

bool rules_space(const Rules *rules, const char *name, uint8_t *space, Error *error) {
    return name_find(rules->spaces[0], rules->space_count, name, space) ||
           name_unknown("space", rules->spaces[0], rules->space_count, name, error);
}

static bool phase_put(Rules *rules, const char *name, uint8_t *phase, Error *error) {
    char checked[RULE_NAME_SIZE];
    if (!rules_name(name, checked, error)) return false;
    for (uint32_t i = 0; i < rules->phase_count; i++)
        if (strcmp(rules->phases[i], checked) == 0) {
            *phase = (uint8_t)i;
            return true;
        }
    if (rules->phase_count == POLICY_PHASES_MAX)
        return error_set(error, "more than %d phases are named", POLICY_PHASES_MAX);
    memcpy(rules->phases[rules->phase_count], checked, sizeof checked);
    *phase = (uint8_t)rules->phase_count++;
    return true;
}

// ---- quantities and sums ----

static const char *const QUANTITY_NAMES[] = {
#define X(enumerator, name, moves, what) name,
    RULE_QUANTITIES(X)
#undef X
};

// "young", "limit" of [values], "old.objects".
static bool quantity_find(Rules *rules, const char *name, RuleTerm *term) {
    for (size_t i = 0; i < ARRAY_LENGTH(QUANTITY_NAMES); i++) {
        if (strcmp(QUANTITY_NAMES[i], name) != 0) continue;
        term->quantity = (RuleQuantity)i;
        rules->reads_held |= term->quantity == QUANTITY_HELD_BYTES;
        return true;
    }
    term->quantity = QUANTITY_VALUE;
    if (name_find(rules->values[0], rules->value_count, name, &term->index)) return true;
    char space[KNOB_TEXT_SIZE];
    const char *dot = strrchr(name, '.');
    snprintf(space, sizeof space, "%.*s", (int)(dot != NULL ? dot - name : 0), name);
    if (dot == NULL || !name_find(rules->spaces[0], rules->space_count, space, &term->index))
        return false;
    term->quantity = strcmp(dot, ".bytes") == 0 ? QUANTITY_SPACE_BYTES : QUANTITY_SPACE_OBJECTS;
    return term->quantity == QUANTITY_SPACE_BYTES || strcmp(dot, ".objects") == 0;
}

static bool quantity_unknown(const Rules *rules, const char *name, Error *error) {
    enum { NAMES_MAX = QUANTITIES + KNOBS_MAX };
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (; count < QUANTITIES; count++) names[count] = QUANTITY_NAMES[count];
    for (uint32_t i = 0; i < rules->value_count; i++) names[count++] = rules->values[i];
    const char *near = text_nearest(name, names, count);
    return error_set(
        error, "'%s' is no quantity, value or number%s%s%s (ouro help policy-file lists them)",
        name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool is_number(const char *word) { return isdigit((unsigned char)word[0]); }

static bool factor_read(const char *word, RuleTerm *term, Error *error) {
    return text_decimal(word, 1000, 0, 1000000000, &term->number, error);
}

// NUMBER, QUANTITY, NUMBER * QUANTITY or QUANTITY * NUMBER.
static bool term_read(Rules *rules, Words *w, bool bytes, RuleTerm *term, Error *error) {
    char first[KNOB_TEXT_SIZE];
    term->number = 1000;
    if (w->word[0] == '\0') return unexpected(w, "a number or a quantity", error);
    memcpy(first, w->word, sizeof first);
    words_next(w);
    if (!is_number(first)) {
        if (!quantity_find(rules, first, term)) return quantity_unknown(rules, first, error);
        if (!words_take(w, "*")) return true;
        if (!factor_read(w->word, term, error)) return false;
        words_next(w);
        return true;
    }
    if (words_take(w, "*")) {
        if (!quantity_find(rules, w->word, term)) return quantity_unknown(rules, w->word, error);
        words_next(w);
        return factor_read(first, term, error);
    }
    term->quantity = QUANTITY_NUMBER;
    return (bytes ? text_bytes : text_count)(first, 0, UINT64_MAX, &term->number, error);
}

static bool sum_read(Rules *rules, Words *w, bool bytes, RuleSum *sum, Error *error) {
    bool minus = false;
    do {
        if (sum->count == RULE_TERMS_MAX)
            return error_set(error, "more than %d terms in a sum", RULE_TERMS_MAX);
        RuleTerm *term = &sum->terms[sum->count++];
        if (!term_read(rules, w, bytes, term, error)) return false;
        term->minus = minus;
        minus = strcmp(w->word, "-") == 0;
    } while (words_take(w, "+") || words_take(w, "-"));
    return true;
}

// k, M and G are 1024 and its powers beside a quantity whose name says that it is in bytes.
static bool is_bytes(const char *name) {
    size_t length = strlen(name);
    return length >= 5 && strcmp(name + length - 5, "bytes") == 0;
}

// ---- when ----

static bool event_read(Rules *rules, Words *w, RuleCondition *condition, bool *found,
                       Error *error) {
    static const struct {
        const char *text, *name;
    } events[] = {
#define X(enumerator, text, name, what) {text, name},
        RULE_EVENTS(X)
#undef X
    };
    *found = true;
    for (size_t i = 0; i < ARRAY_LENGTH(events); i++) {
        if (!words_take(w, events[i].text)) continue;
        condition->event = (RuleEvent)(EVENT_NONE + 1 + i);
        if (events[i].name[0] == '\0') return true;
        if (!phase_put(rules, w->word, &condition->phase, error)) return false;
        words_next(w);
        return true;
    }
    if (words_take(w, "phase")) {
        condition->event = strcmp(w->word, "==") == 0 ? EVENT_IN_PHASE : EVENT_NOT_IN_PHASE;
        if (!words_take(w, "==") && !words_take(w, "!=")) return unexpected(w, "==, !=", error);
        if (!phase_put(rules, w->word, &condition->phase, error)) return false;
        words_next(w);
        return true;
    }
    *found = false;
    return true;
}

static bool comparison_read(Rules *rules, Words *w, RuleCondition *condition, Error *error) {
    static const char *const texts[] = {
#define X(enumerator, text, holds) text,
        RULE_COMPARISONS(X)
#undef X
    };
    bool bytes = is_bytes(w->word);
    if (!quantity_find(rules, w->word, &condition->left))
        return quantity_unknown(rules, w->word, error);
    condition->left.number = 1000;
    words_next(w);
    size_t i = 0;
    while (i < ARRAY_LENGTH(texts) && !words_take(w, texts[i])) i++;
    if (i == ARRAY_LENGTH(texts)) return unexpected(w, "> >= < <= == !=", error);
    condition->comparison = (RuleComparison)i;
    return sum_read(rules, w, bytes, &condition->right, error);
}

static bool condition_read(Rules *rules, Words *w, RuleAlternative *a, Error *error) {
    if (a->count == RULE_CONDITIONS_MAX)
        return error_set(error, "more than %d conditions joined by 'and'", RULE_CONDITIONS_MAX);
    RuleCondition *condition = &a->conditions[a->count++];
    bool is_event = false;
    if (w->word[0] == '\0') return unexpected(w, "a condition", error);
    if (!event_read(rules, w, condition, &is_event, error)) return false;
    if (!is_event) return comparison_read(rules, w, condition, error);
    a->at_event |= condition->event < EVENT_IN_PHASE;
    return true;
}

// What no fuse stands for has to be looked at now and then.
static bool alternative_check(const Rules *rules, const RuleAlternative *a, Error *error) {
    for (uint32_t i = 0; i < a->count && !a->at_event && rules->every == 0; i++)
        if (!rules_is_constant(&a->conditions[i]) && !rules_is_watched(&a->conditions[i]))
            return error_set(
                error,
                "condition %u cannot be watched (only young, clock and live_bytes can, "
                "when they rise above what stands still): [policy] needs 'every = N', "
                "allocations between two looks",
                i + 1);
    return true;
}

bool rules_when(Rules *rules, Rule *rule, const char *text, Error *error) {
    Words w = words_begin(text);
    do {
        if (rule->alternative_count == RULE_ALTERNATIVES_MAX)
            return error_set(error, "more than %d alternatives joined by 'or'",
                             RULE_ALTERNATIVES_MAX);
        RuleAlternative *a = &rule->alternatives[rule->alternative_count++];
        do {
            if (!condition_read(rules, &w, a, error)) return false;
        } while (words_take(&w, "and"));
        if (!alternative_check(rules, a, error)) return false;
    } while (words_take(&w, "or"));
    return w.word[0] == '\0' || unexpected(&w, "and, or, + and -, the end", error);
}

// ---- do ----

static bool spaces_read(const Rules *rules, Words *w, Plan *plan, Error *error) {
    while (w->word[0] != '\0' && strcmp(w->word, "into") != 0) {
        uint8_t space = 0;
        if (!rules_space(rules, w->word, &space, error)) return false;
        plan->spaces |= 1u << space;
        words_next(w);
    }
    if (plan->spaces == 0) return unexpected(w, "the names of spaces", error);
    if (!words_take(w, "into")) return unexpected(w, "more spaces, into", error);
    if (!rules_space(rules, w->word, &plan->into, error)) return false;
    words_next(w);
    return true;
}

static bool step_read(const Rules *rules, Words *w, Plan *plan, Error *error) {
    if (words_take(w, "collect"))
        *plan = (Plan){.kind = PLAN_COLLECT, .generation = 2, .reset_young = true};
    else if (words_take(w, "release"))
        *plan = (Plan){.kind = PLAN_RELEASE, .generation = 2};
    else if (words_take(w, "move"))
        *plan = (Plan){.kind = PLAN_MOVE};
    else
        return unexpected(w, "collect, move, release", error);
    if (!spaces_read(rules, w, plan, error)) return false;
    if (plan_collects(plan->kind) && words_take(w, "as")) {
        uint64_t generation = 0;
        if (!text_count(w->word, 0, 2, &generation, error)) return false;
        plan->generation = (uint8_t)generation;
        words_next(w);
    }
    if (plan->kind != PLAN_COLLECT && words_take(w, "reset")) plan->reset_young = true;
    if (plan->kind == PLAN_RELEASE && plan->spaces >> plan->into & 1 &&
        rules->is_region[plan->into])
        return error_set(error, "region '%s' cannot be released into itself",
                         rules->spaces[plan->into]);
    return true;
}

bool rules_do(Rules *rules, Rule *rule, const char *text, FinalizerRule finalizers, Error *error) {
    Words w = words_begin(text);
    do {
        if (rule->step_count == RULE_STEPS_MAX)
            return error_set(error, "more than %d plans", RULE_STEPS_MAX);
        Plan *plan = &rule->steps[rule->step_count++];
        if (!step_read(rules, &w, plan, error)) return false;
        plan->finalizers = finalizers;
    } while (words_take(&w, "then"));
    return w.word[0] == '\0' || unexpected(&w, "then, as 0|1|2, reset, the end", error);
}

// ---- set ----

bool rules_set(Rules *rules, Rule *rule, const char *text, Error *error) {
    Words w = words_begin(text);
    do {
        if (rule->set_count == RULE_SETS_MAX)
            return error_set(error, "more than %d values are set", RULE_SETS_MAX);
        RuleSet *set = &rule->sets[rule->set_count++];
        bool bytes = is_bytes(w.word);
        if (!name_find(rules->values[0], rules->value_count, w.word, &set->value))
            return name_unknown("value", rules->values[0], rules->value_count, w.word, error);
        words_next(&w);
        if (!words_take(&w, "=")) return unexpected(&w, "=", error);
        if (!sum_read(rules, &w, bytes, &set->sum, error)) return false;
    } while (words_take(&w, ","));
    return w.word[0] == '\0' || unexpected(&w, "',', + and -, the end", error);
}
