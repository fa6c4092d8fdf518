// policy.c -- names that knobs refer to
#include "policy.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

bool policy_phase(const WorkloadNames *names, const char *name, uint32_t *phase, Error *error) {
    *phase = 0;
    if (strcmp(name, "first") == 0) return true;
    for (uint32_t i = 0; i < names->phase_count; i++)
        if (strcmp(names->phases[i], name) == 0) {
            *phase = i;
            return true;
        }
    const char *near = text_nearest(name, names->phases, names->phase_count);
    return error_set(error, "the workload has no phase '%s'%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool population_add(const WorkloadNames *names, const char *name, uint64_t *set,
                           Error *error) {
    for (uint32_t i = 0; i < names->population_count; i++)
        if (strcmp(names->populations[i], name) == 0) {
            *set |= 1ull << i;
            return true;
        }
    const char *near = text_nearest(name, names->populations, names->population_count);
    return error_set(error, "the workload has no population '%s'%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

bool policy_populations(const WorkloadNames *names, const char *list, uint32_t phase, uint64_t *set,
                        Error *error) {
    *set = 0;
    if (*list == '\0')
        for (uint32_t i = 0; i < names->population_count; i++)
            if (names->phase_of[i] == phase) *set |= 1ull << i;
    while (*list != '\0') {
        char name[KNOB_TEXT_SIZE];
        size_t length = strcspn(list, "+");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        if (!population_add(names, name, set, error)) return false;
        list += length + (list[length] == '+');
    }
    return true;
}
