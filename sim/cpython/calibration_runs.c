// calibration_runs.c -- what is measured to fit prices, and what is held out to judge them
#include "calibration_runs.h"

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/paths.h"
#include "spec.h"

enum { RUN_OVERRIDES_MAX = 8 };

#define TEXT(name, text) static const char text_##name[] = text;
#define HEAP(text, policy, overrides)
#define FITTED(workload, policy, scale)
#define HELD_OUT(workload, policy, scale)
#include "calibration_runs.def"
#undef TEXT
#undef HEAP
#undef FITTED
#undef HELD_OUT

#define TEXT(name, text)
#define HEAP(text, policy, overrides) {PART_HEAPS, #text, policy, text_##text, overrides},
#define FITTED(workload, policy, scale) \
    {PART_FITTED, workload, policy, NULL, "workload.scale=" scale},
#define HELD_OUT(workload, policy, scale) \
    {PART_HELD_OUT, workload, policy, NULL, "workload.scale=" scale},
const CalibrationRun CALIBRATION_RUNS[] = {
#include "calibration_runs.def"
};
#undef HEAP
const size_t CALIBRATION_RUN_COUNT = ARRAY_LENGTH(CALIBRATION_RUNS);

void calibration_prepare(void) {
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
}

// Cuts `text` at `;`; returns the number of parts.
static size_t cut(char *text, const char **parts) {
    size_t count = 0;
    for (char *part; (part = strsep(&text, ";")) != NULL && count < RUN_OVERRIDES_MAX;)
        parts[count++] = part;
    return count;
}

bool calibration_measure(const CalibrationRun *run, const CostTable *cost, uint32_t repeats,
                         MeasuredRun *measured, Error *error) {
    const char *overrides[RUN_OVERRIDES_MAX + 1];
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
    free(spec);
    free(text);
    return good;
}
