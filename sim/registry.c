// registry.c -- policies by name
#include "registry.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#define PRESET(name, policy, knobs, summary, source)
#define POLICY(symbol) extern const Policy symbol;
#include "registry.def"
#undef POLICY

const Policy *const POLICIES[] = {
#define POLICY(symbol) &(symbol),
#include "registry.def"
#undef POLICY
#undef PRESET
};
const size_t POLICY_COUNT = ARRAY_LENGTH(POLICIES);

const Preset PRESETS[] = {
#define POLICY(symbol)
#define PRESET(name, policy, knobs, summary, source) {name, policy, knobs, summary, source},
#include "registry.def"
#undef POLICY
#undef PRESET
};
const size_t PRESET_COUNT = ARRAY_LENGTH(PRESETS);

static const Policy *policy_find(const char *name) {
    for (size_t i = 0; i < POLICY_COUNT; i++)
        if (strcmp(POLICIES[i]->name, name) == 0) return POLICIES[i];
    return NULL;
}

static const Preset *preset_find(const char *name) {
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (strcmp(PRESETS[i].name, name) == 0) return &PRESETS[i];
    return NULL;
}

const char *policy_choice_summary(const PolicyChoice *choice) {
    const Preset *preset = preset_find(choice->label);
    return preset != NULL ? preset->summary : choice->policy->summary;
}

static bool unknown(const char *name, Error *error) {
    const char *names[ARRAY_LENGTH(POLICIES) + ARRAY_LENGTH(PRESETS)];
    size_t count = 0;
    for (size_t i = 0; i < POLICY_COUNT; i++) names[count++] = POLICIES[i]->name;
    for (size_t i = 0; i < PRESET_COUNT; i++) names[count++] = PRESETS[i].name;
    const char *near = text_nearest(name, names, count);
    return error_set(error, "unknown policy '%s'%s%s%s (ouro list policies shows all)", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool label_set(PolicyChoice *choice, const char *text, Error *error) {
    memset(choice, 0, sizeof *choice);
    if (strlen(text) >= sizeof choice->label)
        return error_set(error, "policy '%.40s...': longer than %d characters", text,
                         POLICY_LABEL_SIZE - 1);
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            return error_set(error, "policy: found a control character; none is allowed");
    snprintf(choice->label, sizeof choice->label, "%s", text);
    return true;
}

bool policy_choice_set(PolicyChoice *choice, const Policy *policy, const char *called,
                       const char *preset, const char *text, Error *error) {
    char name[POLICY_LABEL_SIZE];
    const Knob *knobs = policy->knobs;
    const size_t count = policy->knob_count, length = strcspn(text, ":");
    if (!label_set(choice, text, error)) return false;
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    choice->policy = policy;
    if (!param_defaults(name, knobs, count, choice->values, error) ||
        !param_set(name, knobs, count, preset, choice->values, error) ||
        !param_set(name, knobs, count, text[length] == ':' ? text + length + 1 : NULL,
                   choice->values, error))
        return false;
    size_t used = (size_t)snprintf(choice->canonical, sizeof choice->canonical, "%s%s", called,
                                   count > 0 ? ":" : "");
    param_describe(knobs, count, choice->values, choice->canonical + used,
                   sizeof choice->canonical - used);
    return strlen(choice->canonical) + 1 < sizeof choice->canonical ||
           error_set(error, "policy %s: with all its knobs it is longer than %d characters", name,
                     POLICY_CANONICAL_SIZE - 2);
}

bool policy_choose(PolicyChoice *choice, const char *text, Error *error) {
    char name[POLICY_LABEL_SIZE];
    if (!label_set(choice, text, error)) return false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    const Preset *preset = preset_find(name);
    const Policy *policy = policy_find(preset != NULL ? preset->policy : name);
    if (policy == NULL) return unknown(name, error);
    return policy_choice_set(choice, policy, policy->name, preset != NULL ? preset->knobs : NULL,
                             text, error);
}
