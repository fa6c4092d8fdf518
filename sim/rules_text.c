// rules_text.c -- a policy as a text: lines, sections and keys
//
// All keys are read before any is understood, so that sections may stand in any order: spaces and
// values first, then the rules that name them.
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "text.h"

enum { ENTRIES_MAX = 256, VALUE_SIZE = 512, WHERE_SIZE = 512 };

typedef enum { SECTION_OF_POLICY, SECTION_OF_VALUES, SECTION_OF_BIRTHS, SECTION_OF_RULE } Kind;
static const char *const SECTIONS[] = {"policy", "values", "births", "rule"};

typedef struct {
    Kind kind;
    char rule[RULE_NAME_SIZE];
    char key[KNOB_TEXT_SIZE], value[VALUE_SIZE];
    int line;
    bool used;
} Entry;

// Lines pass through here on their way to inih, which tells neither their numbers nor sections
// without keys.
typedef struct {
    const char *path, *text, *end;
    int line;
    bool continued;  // the present line starts with a blank: it goes on with the value above
    Kind kind;
    bool in_section;
    char rule[RULE_NAME_SIZE];
    Entry *entries;
    size_t entry_count;
    Error *error;
} Reader;

static bool line_fail(Reader *r, const char *what, const char *found) {
    return error_set(r->error, "%s:%d: %s%s%s%s", r->path, r->line, what, *found ? " '" : "", found,
                     *found ? "'" : "");
}

// "[policy]", "[values]", "[births]" or "[rule NAME]".
static bool section_open(Reader *r, const char *header) {
    char kind[KNOB_TEXT_SIZE], name[KNOB_TEXT_SIZE] = "", extra[4];
    const char *rest = header;
    bool good = text_word(&rest, kind, sizeof kind);
    bool named = good && text_word(&rest, name, sizeof name);
    size_t i = 0;
    while (good && i < ARRAY_LENGTH(SECTIONS) && strcmp(SECTIONS[i], kind) != 0) i++;
    Error why = {0};
    if (!good || i == ARRAY_LENGTH(SECTIONS) || named != (i == SECTION_OF_RULE) ||
        text_word(&rest, extra, sizeof extra))
        return line_fail(r, "a section is [policy], [values], [births] or [rule NAME]; found",
                         header);
    if (named && !rules_name(name, r->rule, &why)) return line_fail(r, why.text, "");
    r->kind = (Kind)i;
    r->in_section = true;
    return true;
}

// The next line of the text as fgets would give it; false at the end.
static bool line_take(Reader *r, char *line, int size) {
    const char *newline = memchr(r->text, '\n', (size_t)(r->end - r->text));
    const char *end = newline != NULL ? newline + 1 : r->end;
    size_t length = (size_t)(end - r->text);
    if (length == 0) return false;
    r->line++;
    if (length >= (size_t)size) return line_fail(r, "this line is longer than 198 characters", "");
    if (memchr(r->text, '\0', length) != NULL)
        return line_fail(r, "this line has a NUL character", "");
    memcpy(line, r->text, length);
    line[length] = '\0';
    r->text = end;
    return true;
}

static char *reader_line(char *line, int size, void *context) {
    Reader *r = context;
    if (r->error->text[0] != '\0' || !line_take(r, line, size)) return NULL;
    const char *start = line;
    if (r->line == 1 && strncmp(start, "\xEF\xBB\xBF", 3) == 0) start += 3;
    r->continued = *start == ' ' || *start == '\t';
    if (r->continued && start[strspn(start, " \t\r\n")] == '[')
        line_fail(r, "no blank may stand before a section", "");
    if (*start != '[') return line;
    const char *close = strchr(start, ']');
    char header[VALUE_SIZE];
    if (close == NULL) {
        line_fail(r, "neither [section] nor key = value", "");
        return line;
    }
    snprintf(header, sizeof header, "%.*s", (int)(close - start - 1), start + 1);
    section_open(r, header);
    return line;
}

static Entry *entry_find(Reader *r, const char *key) {
    for (size_t i = 0; i < r->entry_count; i++) {
        Entry *e = &r->entries[i];
        if (e->kind == r->kind && strcmp(e->key, key) == 0 &&
            (e->kind != SECTION_OF_RULE || strcmp(e->rule, r->rule) == 0))
            return e;
    }
    return NULL;
}

static int reader_key(void *context, const char *section, const char *key, const char *value) {
    Reader *r = context;
    (void)section;
    if (r->error->text[0] != '\0') return 0;
    if (!r->in_section) return line_fail(r, "this key stands before the first section:", key);
    Entry *before = entry_find(r, key);
    if (before != NULL && !r->continued) return line_fail(r, "this key was given above:", key);
    if (before == NULL && r->entry_count == ENTRIES_MAX) return line_fail(r, "too many keys", "");
    Entry *e = before != NULL ? before : &r->entries[r->entry_count++];
    size_t used = strlen(e->value);
    if (strlen(key) >= sizeof e->key || *key == '\0') return line_fail(r, "no key:", key);
    if (used + strlen(value) + 2 >= sizeof e->value)
        return line_fail(r, "this value is longer than 510 characters:", key);
    snprintf(e->key, sizeof e->key, "%s", key);
    snprintf(e->value + used, sizeof e->value - used, "%s%s", used > 0 ? " " : "", value);
    if (before != NULL) return 1;
    e->kind = r->kind;
    e->line = r->line;
    memcpy(e->rule, r->rule, sizeof e->rule);
    return 1;
}

static bool entries_read(Reader *r) {
    int bad_line = ini_parse_stream(reader_line, r, reader_key, r);
    if (r->error->text[0] != '\0') return false;
    if (bad_line <= 0) return true;
    r->line = bad_line;
    return line_fail(r, "neither [section] nor key = value", "");
}

// ---- what the keys say ----

static bool entry_fail(const Reader *r, const Entry *e, const char *why) {
    return error_set(r->error, "%s:%d: [%s%s%s] %s: %s", r->path, e->line, SECTIONS[e->kind],
                     e->kind == SECTION_OF_RULE ? " " : "", e->rule, e->key, why);
}

// The value of a key of [policy] or of a rule; NULL: it is not given.
static Entry *entry_of(Reader *r, Kind kind, const char *rule, const char *key) {
    r->kind = kind;
    snprintf(r->rule, sizeof r->rule, "%s", rule);
    Entry *e = entry_find(r, key);
    if (e != NULL) e->used = true;
    return e;
}

static bool spaces_read(Reader *r, Rules *rules, const Entry *e) {
    char word[KNOB_TEXT_SIZE];
    const char *rest = e->value;
    Error why = {0};
    uint8_t twice = 0;
    while (text_word(&rest, word, sizeof word)) {
        if (rules->space_count == SPACES_MAX) return entry_fail(r, e, "more than 12 spaces");
        Error ignored = {0};
        if (rules_space(rules, word, &twice, &ignored)) return entry_fail(r, e, "a name twice");
        if (!rules_name(word, rules->spaces[rules->space_count], &why))
            return entry_fail(r, e, why.text);
        rules->space_count++;
    }
    return rules->space_count > 0 || entry_fail(r, e, "at least one space is needed");
}

static bool regions_read(Reader *r, Rules *rules, const Entry *e) {
    char word[KNOB_TEXT_SIZE];
    const char *rest = e->value;
    Error why = {0};
    while (text_word(&rest, word, sizeof word)) {
        uint8_t space = 0;
        if (!rules_space(rules, word, &space, &why)) return entry_fail(r, e, why.text);
        rules->is_region[space] = true;
    }
    return true;
}

// Which of "a, b, c" the value is.
static bool value_is_one_of(const Reader *r, const Entry *e, const char *allowed, size_t *which) {
    char why[VALUE_SIZE + KNOB_TEXT_SIZE], word[KNOB_TEXT_SIZE];
    const char *rest = allowed;
    for (*which = 0; text_word(&rest, word, sizeof word); ++*which) {
        word[strcspn(word, ",")] = '\0';
        if (strcmp(word, e->value) == 0) return true;
    }
    snprintf(why, sizeof why, "found '%.40s'; allowed: %s", e->value, allowed);
    return entry_fail(r, e, why);
}

// Keys with one word or number each. `finalizers` is for the rules' plans.
static bool settings_read(Reader *r, Rules *rules, FinalizerRule *finalizers) {
    Error why = {0};
    size_t which = 0;
    Entry *e = entry_of(r, SECTION_OF_POLICY, "", "every");
    if (e != NULL && !text_count(e->value, 1, UINT64_MAX, &rules->every, &why))
        return entry_fail(r, e, why.text);
    e = entry_of(r, SECTION_OF_POLICY, "", "trigger");
    if (e != NULL && !value_is_one_of(r, e, "allocation, safepoint", &which)) return false;
    rules->at_safepoint = e != NULL && which == 1;
    e = entry_of(r, SECTION_OF_POLICY, "", "finalizers");
    if (e != NULL && !value_is_one_of(r, e, "pep442, pep442-whole, legacy", &which)) return false;
    if (e != NULL) *finalizers = (FinalizerRule)which;
    e = entry_of(r, SECTION_OF_POLICY, "", "births");
    return e == NULL || rules_space(rules, e->value, &rules->birth_space, &why) ||
           entry_fail(r, e, why.text);
}

static bool policy_read(Reader *r, Rules *rules, FinalizerRule *finalizers) {
    Error why = {0};
    const Entry *name = entry_of(r, SECTION_OF_POLICY, "", "name");
    const Entry *summary = entry_of(r, SECTION_OF_POLICY, "", "summary");
    const Entry *source = entry_of(r, SECTION_OF_POLICY, "", "source");
    const Entry *spaces = entry_of(r, SECTION_OF_POLICY, "", "spaces");
    const Entry *regions = entry_of(r, SECTION_OF_POLICY, "", "regions");
    if (name == NULL || spaces == NULL)
        return error_set(r->error, "%s: [policy] needs a %s", r->path,
                         name == NULL ? "name" : "line of spaces");
    if (!rules_name(name->value, rules->name, &why)) return entry_fail(r, name, why.text);
    text_plain(summary != NULL ? summary->value : "rules", rules->summary, sizeof rules->summary);
    text_plain(source != NULL ? source->value : r->path, rules->source, sizeof rules->source);
    return spaces_read(r, rules, spaces) && (regions == NULL || regions_read(r, rules, regions)) &&
           settings_read(r, rules, finalizers);
}

// Each value is a knob: the text says its default.
static bool value_read(Reader *r, Rules *rules, const Entry *e) {
    uint32_t i = rules->value_count;
    Error why = {0};
    size_t length = strlen(e->key);
    bool bytes = length >= 5 && strcmp(e->key + length - 5, "bytes") == 0;
    uint64_t ignored = 0;
    if (i == KNOBS_MAX) return entry_fail(r, e, "more than 16 values");
    if (!rules_name(e->key, rules->values[i], &why) ||
        !(bytes ? text_bytes : text_count)(e->value, 0, UINT64_MAX, &ignored, &why))
        return entry_fail(r, e, why.text);
    if (strlen(e->value) >= RULE_NAME_SIZE) return entry_fail(r, e, "too long a number");
    memcpy(rules->fallbacks[i], e->value, strlen(e->value) + 1);
    rules->knobs[i] = (Knob){.name = rules->values[i],
                             .kind = bytes ? KNOB_BYTES : KNOB_COUNT,
                             .fallback = rules->fallbacks[i],
                             .high = UINT64_MAX,
                             .help = "what it is at the start"};
    rules->value_count++;
    return true;
}

static bool birth_read(Reader *r, Rules *rules, const Entry *e) {
    Error why = {0};
    char name[RULE_NAME_SIZE];
    if (rules->birth_count == POLICY_POPULATIONS_MAX)
        return entry_fail(r, e, "more than 64 populations");
    if (!rules_name(e->key, name, &why) ||
        !rules_space(rules, e->value, &rules->birth_spaces[rules->birth_count], &why))
        return entry_fail(r, e, why.text);
    memcpy(rules->births[rules->birth_count++], name, sizeof name);
    return true;
}

static bool rule_read(Reader *r, Rules *rules, const char *name, FinalizerRule finalizers) {
    char at[WHERE_SIZE];
    Error why = {0};
    if (rules->rule_count == RULES_MAX)
        return error_set(r->error, "%s: more than %d rules", r->path, RULES_MAX);
    Rule *rule = &rules->rules[rules->rule_count++];
    snprintf(rule->name, sizeof rule->name, "%s", name);
    const Entry *when = entry_of(r, SECTION_OF_RULE, rule->name, "when");
    const Entry *steps = entry_of(r, SECTION_OF_RULE, rule->name, "do");
    const Entry *sets = entry_of(r, SECTION_OF_RULE, rule->name, "set");
    snprintf(at, sizeof at, "%.200s: [rule %s] needs ", r->path, rule->name);
    if (when == NULL) return error_set(r->error, "%s'when'", at);
    if (steps == NULL && sets == NULL) return error_set(r->error, "%s'do' or 'set'", at);
    if (!rules_when(rules, rule, when->value, &why)) return entry_fail(r, when, why.text);
    if (steps != NULL && !rules_do(rules, rule, steps->value, finalizers, &why))
        return entry_fail(r, steps, why.text);
    return sets == NULL || rules_set(rules, rule, sets->value, &why) ||
           entry_fail(r, sets, why.text);
}

static bool entry_unknown(const Reader *r, const Entry *e) {
    return entry_fail(r, e,
                      e->kind == SECTION_OF_RULE
                          ? "unknown key; allowed: when, do, set"
                          : "unknown key; allowed: name, summary, source, spaces, regions, births, "
                            "trigger, finalizers, every");
}

static bool entries_resolve(Reader *r, Rules *rules) {
    FinalizerRule finalizers = FINALIZERS_PEP442;
    if (!policy_read(r, rules, &finalizers)) return false;
    for (size_t i = 0; i < r->entry_count; i++) {
        Entry *e = &r->entries[i];
        e->used |= e->kind == SECTION_OF_VALUES || e->kind == SECTION_OF_BIRTHS;
        if (e->kind == SECTION_OF_VALUES && !value_read(r, rules, e)) return false;
        if (e->kind == SECTION_OF_BIRTHS && !birth_read(r, rules, e)) return false;
    }
    for (size_t i = 0; i < r->entry_count; i++) {
        const Entry *e = &r->entries[i];
        bool is_new = e->kind == SECTION_OF_RULE && !e->used;
        for (uint32_t k = 0; k < rules->rule_count; k++)
            is_new = is_new && strcmp(rules->rules[k].name, e->rule) != 0;
        if (is_new && !rule_read(r, rules, e->rule, finalizers)) return false;
    }
    for (size_t i = 0; i < r->entry_count; i++)
        if (!r->entries[i].used) return entry_unknown(r, &r->entries[i]);
    return rules->rule_count > 0 ||
           error_set(r->error, "%s: a policy needs a [rule NAME]", r->path);
}

Rules *rules_read(const char *path, const char *text, size_t length, Error *error) {
    Reader reader = {.path = path,
                     .text = text,
                     .end = text + length,
                     .entries = memory_new(ENTRIES_MAX, sizeof(Entry)),
                     .error = error};
    Rules *rules = memory_new(1, sizeof *rules);
    bool good = entries_read(&reader) && entries_resolve(&reader, rules);
    free(reader.entries);
    if (!good) {
        free(rules);
        return NULL;
    }
    rules->initial = rules_state_new(rules);
    rules->policy = (Policy){.name = rules->name,
                             .summary = rules->summary,
                             .source = rules->source,
                             .knobs = rules->knobs,
                             .knob_count = rules->value_count,
                             .state_size = rules_state_size(),
                             .start = rules_start,
                             .wake = rules_wake,
                             .initial = rules->initial};
    return rules;
}

void rules_free(Rules *rules) {
    if (rules != NULL) free(rules->initial);
    free(rules);
}
