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

bool policy_choose(PolicyChoice *choice, const char *text, Error *error) {
    char name[POLICY_LABEL_SIZE];
    size_t length = strcspn(text, ":");
    memset(choice, 0, sizeof *choice);
    if (strlen(text) >= sizeof choice->label)
        return error_set(error, "policy '%.40s...': longer than %d characters", text,
                         POLICY_LABEL_SIZE - 1);
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            return error_set(error, "policy: found a control character; none is allowed");
    snprintf(choice->label, sizeof choice->label, "%s", text);
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    const Preset *preset = preset_find(name);
    const Policy *policy = policy_find(preset != NULL ? preset->policy : name);
    if (policy == NULL) return unknown(name, error);
    choice->policy = policy;
    if (!param_defaults(name, policy->knobs, policy->knob_count, choice->values, error) ||
        !param_set(name, policy->knobs, policy->knob_count, preset != NULL ? preset->knobs : NULL,
                   choice->values, error) ||
        !param_set(name, policy->knobs, policy->knob_count,
                   text[length] == ':' ? text + length + 1 : NULL, choice->values, error))
        return false;
    size_t used = (size_t)snprintf(choice->canonical, sizeof choice->canonical, "%s%s",
                                   policy->name, policy->knob_count > 0 ? ":" : "");
    param_describe(policy->knobs, policy->knob_count, choice->values, choice->canonical + used,
                   sizeof choice->canonical - used);
    return true;
}
