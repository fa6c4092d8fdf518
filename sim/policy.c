// policy.c -- names that knobs refer to
#include "policy.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

// Adds the name, of those that there are, to the set.
static bool name_add(const char *what, const char *const *names, uint32_t count, const char *name,
                     uint64_t *set, Error *error) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *set |= 1ull << i;
            return true;
        }
    const char *near = text_nearest(name, names, count);
    return error_set(error, "the workload has no %s '%s'%s%s%s", what, name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

// The same for each of "a+b+c".
static bool names_add(const char *what, const char *const *names, uint32_t count, const char *list,
                      uint64_t *set, Error *error) {
    while (*list != '\0') {
        char name[KNOB_TEXT_SIZE];
        size_t length = strcspn(list, "+");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        if (!name_add(what, names, count, name, set, error)) return false;
        list += length + (list[length] == '+');
    }
    return true;
}

bool policy_phase(const WorkloadNames *names, const char *name, uint32_t *phase, Error *error) {
    uint64_t set = 0;
    *phase = 0;
    if (strcmp(name, "first") == 0) return true;
    if (!name_add("phase", names->phases, names->phase_count, name, &set, error)) return false;
    *phase = (uint32_t)__builtin_ctzll(set);
    return true;
}

bool policy_phases(const WorkloadNames *names, const char *list, uint64_t *set, Error *error) {
    *set = 0;
    return names_add("phase", names->phases, names->phase_count, list, set, error);
}

bool policy_populations(const WorkloadNames *names, const char *list, uint32_t phase, uint64_t *set,
                        Error *error) {
    *set = 0;
    for (uint32_t i = 0; *list == '\0' && i < names->population_count; i++)
        if (names->phase_of[i] == phase) *set |= 1ull << i;
    return names_add("population", names->populations, names->population_count, list, set, error);
}
