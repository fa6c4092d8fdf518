// grid.c -- the runs of calibrate.def
#include "grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/paths.h"
#include "spec.h"

enum { GRID_OVERRIDES_MAX = 8 };

#define TEXT(name, text) static const char text_##name[] = text;
#define GRID(text, policy, overrides)
#define FITTED(workload, policy, scale)
#define HELD_OUT(workload, policy, scale)
#include "calibrate.def"
#undef TEXT
#undef GRID
#undef FITTED
#undef HELD_OUT

#define TEXT(name, text)
#define GRID(text, policy, overrides) {GRID_HEAPS, #text, policy, text_##text, overrides},
#define FITTED(workload, policy, scale) \
    {GRID_FITTED, workload, policy, NULL, "workload.scale=" scale},
#define HELD_OUT(workload, policy, scale) \
    {GRID_HELD_OUT, workload, policy, NULL, "workload.scale=" scale},
const GridRun GRID[] = {
#include "calibrate.def"
};
#undef GRID
const size_t GRID_COUNT = ARRAY_LENGTH(GRID);

// Cuts `text` at `;`; returns the number of parts.
static size_t cut(char *text, const char **parts) {
    size_t count = 0;
    for (char *part; (part = strsep(&text, ";")) != NULL && count < GRID_OVERRIDES_MAX;)
        parts[count++] = part;
    return count;
}

bool grid_measure(const GridRun *run, const CostTable *cost, uint32_t repeats,
                  MeasuredRun *measured, Error *error) {
    const char *overrides[GRID_OVERRIDES_MAX + 1];
    char path[PATH_SIZE], *text = strdup(run->overrides);
    CHECK(text != NULL);
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    size_t count = cut(text, overrides);
    overrides[count++] = "workload.memory_limit=none";
    bool good = run->text != NULL
                    ? spec_read_text(spec, run->name, run->text, overrides, count, error)
                    : path_workload(run->name, path, sizeof path, error) &&
                          spec_read(spec, path, overrides, count, error);
    good = good && policy_choose(&choice, run->policy, error) &&
           measured_run(measured, spec, &choice, cost, repeats, error);
    if (good && getenv("OURO_DUMP")) {
        FILE *f = fopen(getenv("OURO_DUMP"), "a");
        for (size_t i = 0; i < measured->count; i++) {
            const MeasuredPause *q = &measured->pauses[i];
            fprintf(f, "%d\t%s\t%s\t%s\t%u\t%u\t%zu\t%llu", run->part, run->name, run->policy,
                    run->overrides, q->kind, q->generation, i, (unsigned long long)q->median);
#define PAUSE(counted, cache, counts_, what) \
    fprintf(f, "\t%llu", (unsigned long long)q->counts.counted);
#define MUTATOR(counted, cache, counts_, what)
#include "cost.def"
            fprintf(f, "\n");
        }
        fclose(f);
    }
    free(spec);
    free(text);
    return good;
}
