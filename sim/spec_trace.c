// spec_trace.c -- a recorded program as a workload
#include "spec_trace.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "free_lists.h"
#include "trace_story.h"

_Static_assert((int)STORY_KINDS_MAX <= (int)POPULATIONS_MAX &&
                   (int)STORY_PHASES_MAX <= (int)PHASES_MAX && (int)STORY_NAME_SIZE <= NAME_SIZE,
               "a story fits a workload");

// What settings say of all workloads, and what a population has if nothing is said.
static const char BARE[] = "[phase p]\nallocations = 1k\n[population u]\nlifetime = forever\n";

static bool overrides_fit(const char *path, const char *const *overrides, size_t count,
                          Error *error) {
    static const char only[] = "workload.memory_limit=";
    for (size_t i = 0; i < count; i++)
        if (strncmp(overrides[i], only, strlen(only)) != 0)
            return error_set(error,
                             "%s: '%s' cannot be set: it is a recording; workload.memory_limit can",
                             path, overrides[i]);
    return true;
}

static void populations_fill(Spec *spec, const TraceStory *story) {
    const Population bare = spec->populations[0];
    const Phase phase = spec->phases[0];
    spec->phase_count = story->phase_count;
    spec->population_count = story->kind_count;
    for (uint32_t i = 0; i < story->phase_count; i++) {
        spec->phases[i] = phase;
        memcpy(spec->phases[i].name, story->phases[i].name, STORY_NAME_SIZE);
        spec->phases[i].allocations = story->phases[i].lives;
    }
    for (uint32_t i = 0; i < story->kind_count; i++) {
        Population *p = &spec->populations[i];
        *p = bare;
        memcpy(p->name, story->kinds[i].name, STORY_NAME_SIZE);
        p->phase = story->kinds[i].phase;
        p->template.bytes = story->kinds[i].bytes;
        p->template.free_list =
            story->kinds[i].list < FREE_LISTS ? (uint8_t)(story->kinds[i].list + 1) : 0;
        p->allocations = story->kinds[i].lives;
    }
}

bool spec_read_trace(Spec *spec, const char *path, const char *const *overrides,
                     size_t override_count, Error *error) {
    TraceStory story;
    if (!overrides_fit(path, overrides, override_count, error) ||
        !spec_read_text(spec, path, BARE, overrides, override_count, error))
        return false;
    if (strlen(path) >= sizeof spec->trace)
        return error_set(error, "%s: more than %zu characters", path, sizeof spec->trace - 1);
    if (!trace_story_read(&story, path, error)) return false;
    populations_fill(spec, &story);
    snprintf(spec->trace, sizeof spec->trace, "%s", path);
    spec->trace_slots = story.slots;
    spec->trace_truncated = story.truncated;
    snprintf(spec->head, sizeof spec->head, "A recording of %.1024s under CPython %s.",
             story.head.program, story.head.interpreter);
    const uint64_t digests[] = {spec->digest, story.digest};
    spec->digest = XXH3_64bits(digests, sizeof digests);
    trace_story_free(&story);
    return true;
}
