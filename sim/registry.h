// registry.h -- policies by name
#ifndef OURO_REGISTRY_H
#define OURO_REGISTRY_H

#include "policy.h"

enum { POLICY_LABEL_SIZE = 128, POLICY_CANONICAL_SIZE = 512 };

// A policy with all its knobs set.
typedef struct {
    const Policy *policy;
    KnobValue values[KNOBS_MAX];
    char label[POLICY_LABEL_SIZE];          // as the user wrote it: "gen3:t0=5k"
    char canonical[POLICY_CANONICAL_SIZE];  // the policy with every knob: "gen3:t0=5000,t1=10,..."
} PolicyChoice;

typedef struct {
    const char *name, *policy, *knobs, *summary, *source;
} Preset;

extern const Policy *const POLICIES[];
extern const size_t POLICY_COUNT;
extern const Preset PRESETS[];
extern const size_t PRESET_COUNT;

// One line on what it is: the preset's, or the policy's.
const char *policy_choice_summary(const PolicyChoice *choice);

// "NAME" or "NAME:knob=value,...", NAME being a policy or a preset (whose knobs can be set on top).
bool policy_choose(PolicyChoice *choice, const char *text, Error *error);

// The same of a policy from elsewhere, whose canonical text calls it `called`; `preset` are knobs
// that `text` can set again, or NULL.
bool policy_choice_set(PolicyChoice *choice, const Policy *policy, const char *called,
                       const char *preset, const char *text, Error *error);

#endif
