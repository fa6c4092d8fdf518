// harness.c -- one workload under one policy, for tests
#include "harness.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OVERRIDES_MAX = 8 };

static void must(bool good, const Error *error) { ck_assert_msg(good, "%s", error->text); }

static void trial_play(Trial *trial, RunOptions options) {
    Error error = {0};
    options.spec = &trial->spec;
    options.policy = &trial->policy;
    options.batch = 4096;
    trial->run = run_open(&options, &error);
    must(trial->run != NULL, &error);
    for (bool done = false; !done;)
        must(run_advance(trial->run, UINT64_MAX, &done, &error), &error);
    must(run_result(trial->run, &trial->result, &error), &error);
}

static Trial *trial_from(const char *name, const char *policy, va_list overrides) {
    Error error = {0};
    char path[256];
    const char *list[OVERRIDES_MAX];
    size_t count = 0;
    for (const char *one; (one = va_arg(overrides, const char *)) != NULL; list[count++] = one)
        ck_assert_uint_lt(count, OVERRIDES_MAX);
    Trial *trial = memory_new(1, sizeof *trial);
    snprintf(path, sizeof path, "workloads/%s.ini", name);
    must(spec_read(&trial->spec, path, list, count, &error), &error);
    must(policy_choose(&trial->policy, policy, &error), &error);
    trial_play(trial, (RunOptions){.engine = ENGINE_TRACING});
    return trial;
}

Trial *trial_run(const char *name, const char *policy, ...) {
    va_list overrides;
    va_start(overrides, policy);
    Trial *trial = trial_from(name, policy, overrides);
    va_end(overrides);
    return trial;
}

Trial *trial_text(const char *text, const char *policy, Engine engine) {
    const CostTable cost = cost_table_shipped(COST_COUNTS);
    Error error = {0};
    Trial *trial = memory_new(1, sizeof *trial);
    must(spec_read_text(&trial->spec, "text", text, NULL, 0, &error), &error);
    must(policy_choose(&trial->policy, policy, &error), &error);
    trial_play(trial, (RunOptions){.engine = engine, .cost = &cost});
    return trial;
}

void trial_end(Trial *trial) {
    run_close(trial->run);
    free(trial);
}

Metrics run_workload(const char *name, const char *policy, ...) {
    va_list overrides;
    va_start(overrides, policy);
    Trial *trial = trial_from(name, policy, overrides);
    va_end(overrides);
    Metrics metrics = trial->result.metrics;
    trial_end(trial);
    return metrics;
}
