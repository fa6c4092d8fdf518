// param.c -- knobs as data
#include "param.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static bool is_choice(const char *choices, const char *value) {
    size_t length = strlen(value);
    for (const char *p = choices; *p != '\0'; p += strcspn(p, "|"), p += *p == '|')
        if (strcspn(p, "|") == length && strncmp(p, value, length) == 0) return true;
    return false;
}

static bool is_word(const char *value) {
    if (strlen(value) >= KNOB_TEXT_SIZE) return false;
    for (const char *p = value; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr("-_+", *p) == NULL) return false;
    return true;
}

static bool knob_set(const Knob *knob, const char *value, KnobValue *result, Error *error) {
    bool flag = false;
    if (*value == '\0' && knob->kind != KNOB_TEXT) return error_set(error, "no value is given");
    switch (knob->kind) {
        case KNOB_COUNT:
            return text_count(value, knob->low, knob->high, &result->count, error);
        case KNOB_BYTES:
            return text_bytes(value, knob->low, knob->high, &result->count, error);
        case KNOB_FLAG:
            if (!text_bool(value, &flag, error)) return false;
            result->count = flag;
            return true;
        case KNOB_TEXT:
            break;
    }
    if (knob->choices != NULL && !is_choice(knob->choices, value))
        return error_set(error, "'%s' is not allowed; allowed: %s", value, knob->choices);
    if (knob->choices == NULL && !is_word(value))
        return error_set(error, "'%s' is not a name, or a+b+c of names", value);
    size_t length = strlen(value);
    if (length >= sizeof result->text)
        return error_set(error, "'%.20s...' is too long: %zu characters are allowed", value,
                         sizeof result->text - 1);
    memcpy(result->text, value, length + 1);
    return true;
}

static bool unknown(const char *owner, const Knob *knobs, size_t count, const char *name,
                    Error *error) {
    const char *names[KNOBS_MAX];
    for (size_t i = 0; i < count; i++) names[i] = knobs[i].name;
    const char *near = text_nearest(name, names, count);
    if (count == 0) return error_set(error, "policy %s: takes no knobs, found '%s'", owner, name);
    return error_set(error, "policy %s: unknown knob '%s'%s%s%s (ouro list policies shows all)",
                     owner, name, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "");
}

static bool set_one(const char *owner, const Knob *knobs, size_t count, char *setting,
                    KnobValue *values, Error *error) {
    char *value = strchr(setting, '=');
    if (value == NULL) return error_set(error, "policy %s: '%s' is not knob=value", owner, setting);
    *value++ = '\0';
    for (size_t i = 0; i < count; i++) {
        if (strcmp(knobs[i].name, setting) != 0) continue;
        Error why = {0};
        return knob_set(&knobs[i], value, &values[i], &why) ||
               error_set(error, "policy %s: %s: %s", owner, setting, why.text);
    }
    return unknown(owner, knobs, count, setting, error);
}

bool param_defaults(const char *owner, const Knob *knobs, size_t count, KnobValue *values,
                    Error *error) {
    CHECK(count <= KNOBS_MAX);
    memset(values, 0, count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        Error why = {0};
        if (!knob_set(&knobs[i], knobs[i].fallback, &values[i], &why))
            return error_set(error, "policy %s: default of %s: %s", owner, knobs[i].name, why.text);
    }
    return true;
}

bool param_set(const char *owner, const Knob *knobs, size_t count, const char *settings,
               KnobValue *values, Error *error) {
    char one[256];
    while (settings != NULL && *settings != '\0') {
        size_t length = strcspn(settings, ",");
        if (length >= sizeof one) return error_set(error, "policy %s: a knob is too long", owner);
        snprintf(one, sizeof one, "%.*s", (int)length, settings);
        if (!set_one(owner, knobs, count, one, values, error)) return false;
        settings += length + (settings[length] == ',');
    }
    return true;
}

void param_describe(const Knob *knobs, size_t count, const KnobValue *values, char *text,
                    size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        const char *comma = i > 0 ? "," : "";
        int added;
        if (knobs[i].kind == KNOB_TEXT)
            added =
                snprintf(text + used, size - used, "%s%s=%s", comma, knobs[i].name, values[i].text);
        else if (knobs[i].kind == KNOB_FLAG)
            added = snprintf(text + used, size - used, "%s%s=%s", comma, knobs[i].name,
                             values[i].count ? "yes" : "no");
        else
            added = snprintf(text + used, size - used, "%s%s=%llu", comma, knobs[i].name,
                             (unsigned long long)values[i].count);
        used += added > 0 ? (size_t)added : 0;
    }
}
