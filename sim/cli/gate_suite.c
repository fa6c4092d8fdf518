// gate_suite.c -- figures from running: the suite, or one changed policy under another's name
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "gate_results.h"
#include "rows.h"

static const struct {
    const char *workload, *scale;
} SUITE[] = {
#define GATE_WORKLOAD(workload, scale) {workload, scale},
#include "gate_suite.def"
#undef GATE_WORKLOAD
};

typedef struct {
    GateFigures *figures;
    const char *as;  // NULL: under its own name
    const char *command;
} Target;

static bool add(Target *t, const char *workload, const char *policy, const char *metric,
                const char *value, Error *error) {
    return gate_figures_add(t->figures, (GateFigure){workload, policy, metric, value, 0}, error);
}

static bool add_heads(Target *t, const Row *row, Error *error) {
    const char *workload = row->spec->name;
    char version[16], digest[17];
    snprintf(version, sizeof version, "%u", BEHAVIOUR_VERSION);
    digest_text(digest, row->spec->digest, true);
    if (!add(t, GATE_ALL, GATE_ALL, "behaviour", version, error) ||
        !add(t, GATE_ALL, GATE_ALL, "engine", engine_name(row->engine), error) ||
        !add(t, GATE_ALL, GATE_ALL, "cost_model", row->cost, error) ||
        !add(t, workload, GATE_ALL, "workload_digest", digest, error) ||
        !add(t, workload, GATE_ALL, WORD_COMMAND, t->command, error))
        return false;
    digest_text(digest, row->stream_digest, row->status == STATUS_OK);
    return digest[0] == '\0' || add(t, workload, GATE_ALL, "stream_digest", digest, error);
}

static bool add_run(Target *t, const Row *row, Error *error) {
    const char *workload = row->spec->name;
    const char *policy = t->as != NULL ? t->as : row->policy->label;
    char digest[17];
    digest_text(digest, row->result_digest, true);
    if (!add(t, workload, policy, WORD_STATUS, status_name(row->status), error) ||
        !add(t, workload, policy, WORD_DIGEST, digest, error))
        return false;
    for (size_t i = 0; i < GATE_METRIC_COUNT; i++)
        for (size_t k = 0; k < METRIC_COUNT; k++)
            if (strcmp(METRICS[k].name, GATE_METRICS[i]) == 0 &&
                !gate_figures_add_number(t->figures, workload, policy, GATE_METRICS[i],
                                         metric_value(&row->metrics, &METRICS[k]), error))
                return false;
    return true;
}

static bool take_result(void *context, size_t index, const RunResult *result, Error *error) {
    (void)index;
    Row row = row_of(result);
    return add_heads(context, &row, error) && add_run(context, &row, error);
}

// The words of a command line, so that a run of the gate is the run that its command repeats.
enum { WORDS_MAX = 8 + 2 * CHOICES_MAX };

static bool run_words(GateFigures *figures, int argc, const char **argv, uint64_t jobs,
                      const char *as, bool *interrupted, Error *error) {
    char command[256];
    snprintf(command, sizeof command, "ouro run %s --scale %s", argv[1], argv[3]);
    Target target = {figures, as, command};
    RunArguments *arguments = memory_new(1, sizeof *arguments);
    Spec *spec = memory_new(1, sizeof *spec);
    bool good = run_arguments_parse(arguments, argc, (char **)argv, error) &&
                run_arguments_spec(arguments, spec, error);
    if (good && jobs > 0) arguments->jobs = jobs;
    good = good && batch_run(arguments, spec, NULL, take_result, &target, interrupted, error);
    free(spec);
    free(arguments);
    return good;
}

static int suite_words(const char **words, size_t at) {
    int count = 0;
    words[count++] = "run";
    words[count++] = SUITE[at].workload;
    words[count++] = "--scale";
    words[count++] = SUITE[at].scale;
    CHECK(POLICY_COUNT + PRESET_COUNT <= CHOICES_MAX);
    return count;
}

bool gate_run_suite(GateFigures *figures, uint64_t jobs, bool *interrupted, Error *error) {
    for (size_t i = 0; i < ARRAY_LENGTH(SUITE) && !*interrupted; i++) {
        const char *words[WORDS_MAX];
        int count = suite_words(words, i);
        for (size_t k = 0; k < POLICY_COUNT + PRESET_COUNT; k++) {
            words[count++] = "--policy";
            words[count++] = k < POLICY_COUNT ? POLICIES[k]->name : PRESETS[k - POLICY_COUNT].name;
        }
        if (!run_words(figures, count, words, jobs, NULL, interrupted, error)) return false;
    }
    return *interrupted || gate_figures_settle(figures, error);
}

bool gate_run_as(GateFigures *figures, const char *workload, const char *policy, const char *as,
                 Error *error) {
    bool interrupted = false;
    for (size_t i = 0; i < ARRAY_LENGTH(SUITE); i++) {
        const char *words[WORDS_MAX];
        if (strcmp(SUITE[i].workload, workload) != 0) continue;
        int count = suite_words(words, i);
        words[count++] = "--policy";
        words[count++] = policy;
        if (!run_words(figures, count, words, 1, as, &interrupted, error)) return false;
        return !interrupted || error_set(error, "interrupted");
    }
    return error_set(error, "workload '%s' is not in the suite (gate_suite.def)", workload);
}
