// test_policies.c -- every policy and preset on every shipped workload
//
// Workloads are scaled down to some thousand allocations. What is asked: does every check and
// identity hold; does nothing but workload and policy decide the result; do all policies see the
// same program.
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "suites.h"

enum { CHOICES_MAX = 50, PATH_SIZE = 300 };

// Allocations of a run: `check` proves every event up to 20000, above that every collection.
enum { FEW = 4000, SOME = 8000, MANY = 25000 };

// ---- what there is ----

static int is_workload(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".ini") == 0 &&
           strstr(entry->d_name, ".sweep.") == NULL;
}

// The n-th file of workloads/, by name; the number of files.
static int workload_path(int n, char *path) {
    struct dirent **entries;
    int count = scandir("workloads", &entries, is_workload, alphasort);
    for (int i = 0; i < count; i++) {
        if (i == n) snprintf(path, PATH_SIZE, "workloads/%s", entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    return count;
}

// The n-th policy; then come the presets.
static const char *choice_name(size_t n) {
    return n < POLICY_COUNT ? POLICIES[n]->name : PRESETS[n - POLICY_COUNT].name;
}

static size_t choice_count(void) { return POLICY_COUNT + PRESET_COUNT; }

// ---- one run ----

static void spec_of(Spec *spec, int workload, uint64_t allocations) {
    char path[PATH_SIZE], scale[64];
    Error error = {0};
    workload_path(workload, path);
    if (!spec_read(spec, path, NULL, 0, &error)) ck_abort_msg("%s", error.text);
    uint64_t millionths = mul_div_u64(allocations, spec->scale, spec_allocations(spec)) + 1;
    snprintf(scale, sizeof scale, "workload.scale=%" PRIu64 ".%06" PRIu64, millionths / 1000000,
             millionths % 1000000);
    const char *const overrides[] = {scale, "workload.memory_limit=none"};
    if (!spec_read(spec, path, overrides, 2, &error)) ck_abort_msg("%s", error.text);
}

typedef struct {
    Spec spec;
    PolicyChoice policy;
    Run *run;
    bool done;
    RunResult result;
} Trial;

static void must(const Trial *trial, bool good, const Error *error) {
    ck_assert_msg(good, "%s under %s: %s", trial->spec.name, trial->policy.label, error->text);
}

static Trial *trial_open(int workload, size_t choice, uint64_t allocations, RunOptions options) {
    Error error = {0};
    Trial *trial = memory_new(1, sizeof *trial);
    spec_of(&trial->spec, workload, allocations);
    must(trial, policy_choose(&trial->policy, choice_name(choice), &error), &error);
    options.spec = &trial->spec;
    options.policy = &trial->policy;
    trial->run = run_open(&options, &error);
    must(trial, trial->run != NULL, &error);
    return trial;
}

static void trial_advance(Trial *trial, uint64_t events) {
    Error error = {0};
    must(trial, run_advance(trial->run, events, &trial->done, &error), &error);
}

static void trial_finish(Trial *trial) {
    Error error = {0};
    while (!trial->done) trial_advance(trial, UINT64_MAX);
    must(trial, run_result(trial->run, &trial->result, &error), &error);
}

static void trial_close(Trial *trial) {
    run_close(trial->run);
    free(trial);
}

static uint64_t digest_of(int workload, size_t choice, size_t batch) {
    Trial *trial = trial_open(workload, choice, SOME, (RunOptions){.batch = batch});
    trial_finish(trial);
    uint64_t digest = trial->result.result_digest;
    trial_close(trial);
    return digest;
}

static void same(const char *what, int workload, size_t choice, uint64_t found, uint64_t expected) {
    char path[PATH_SIZE];
    workload_path(workload, path);
    ck_assert_msg(found == expected, "%s under %s: %s: %" PRIu64 ", expected %" PRIu64, path,
                  choice_name(choice), what, found, expected);
}

// ---- tests; the index is that of the workload ----

// run_result proves the identities between the figures.
static void run_checked(int workload, size_t choice, uint64_t allocations) {
    Trial *trial =
        trial_open(workload, choice, allocations, (RunOptions){.batch = 64, .check = true});
    trial_finish(trial);
    ck_assert_int_eq(trial->result.status, STATUS_OK);
    const Recorder *recorder = trial->result.recorder;
    for (size_t i = 0; i < recorder->collection_count; i++) {
        const Collection *c = &recorder->collections[i];
        ck_assert_uint_ge(c->freed, c->collected);
        ck_assert_uint_le(c->futile, c->survivors);
    }
    trial_close(trial);
}

START_TEST(heap_and_truth_notes_are_right_after_every_event) {
    for (size_t i = 0; i < choice_count(); i++) run_checked(_i, i, FEW);
}
END_TEST

START_TEST(heap_and_truth_notes_are_right_after_every_collection) {
    for (size_t i = 0; i < choice_count(); i++) run_checked(_i, i, MANY);
}
END_TEST

START_TEST(a_second_run_gives_the_same_result) {
    for (size_t i = 0; i < choice_count(); i++)
        same("result digest", _i, i, digest_of(_i, i, 4096), digest_of(_i, i, 4096));
}
END_TEST

START_TEST(batches_of_1_7_and_4096_events_give_the_same_result) {
    for (size_t i = 0; i < choice_count(); i++) {
        uint64_t expected = digest_of(_i, i, 4096);
        same("digest by events", _i, i, digest_of(_i, i, 1), expected);
        same("digest by sevens", _i, i, digest_of(_i, i, 7), expected);
    }
}
END_TEST

// All policies take turns of 100 events on one workload.
START_TEST(runs_in_one_process_do_not_see_each_other) {
    Trial *trials[CHOICES_MAX];
    ck_assert_uint_le(choice_count(), CHOICES_MAX);
    for (size_t i = 0; i < choice_count(); i++)
        trials[i] = trial_open(_i, i, SOME, (RunOptions){.batch = 30});
    for (bool busy = true; busy;) {
        busy = false;
        for (size_t i = 0; i < choice_count(); i++) {
            if (!trials[i]->done) trial_advance(trials[i], 100);
            busy |= !trials[i]->done;
        }
    }
    for (size_t i = 0; i < choice_count(); i++) {
        trial_finish(trials[i]);
        same("result digest", _i, i, trials[i]->result.result_digest, digest_of(_i, i, 4096));
        trial_close(trials[i]);
    }
}
END_TEST

static size_t oracle_choice(void) {
    size_t i = 0;
    while (strcmp(choice_name(i), "oracle") != 0) i++;
    return i;
}

START_TEST(the_oracle_holds_nothing_but_what_is_reachable) {
    Trial *oracle = trial_open(_i, oracle_choice(), SOME, (RunOptions){.batch = 4096});
    trial_finish(oracle);
    const Metrics *m = &oracle->result.metrics;
    same("peak_garbage_bytes", _i, oracle_choice(), m->peak_garbage_bytes, 0);
    same("peak_live_bytes", _i, oracle_choice(), m->peak_live_bytes, m->floor_bytes);
    same("collections", _i, oracle_choice(), m->collections, 0);
    trial_close(oracle);
}
END_TEST

START_TEST(all_policies_see_the_same_program) {
    Trial *oracle = trial_open(_i, oracle_choice(), SOME, (RunOptions){.batch = 4096});
    trial_finish(oracle);
    const Metrics *expected = &oracle->result.metrics;
    for (size_t i = 0; i < choice_count(); i++) {
        Trial *trial = trial_open(_i, i, SOME, (RunOptions){.batch = 4096});
        trial_finish(trial);
        const Metrics *found = &trial->result.metrics;
        same("stream digest", _i, i, trial->result.stream_digest, oracle->result.stream_digest);
        same("events", _i, i, found->events, expected->events);
        same("allocations", _i, i, found->allocations, expected->allocations);
        same("floor_bytes", _i, i, found->floor_bytes, expected->floor_bytes);
        same("requests", _i, i, found->requests, expected->requests);
        ck_assert_uint_ge(found->peak_live_bytes, found->floor_bytes);
        ck_assert_uint_ge(found->peak_held_bytes, found->peak_live_bytes);
        trial_close(trial);
    }
    trial_close(oracle);
}
END_TEST

Suite *policies_suite(void) {
    Suite *suite = suite_create("policies");
    char path[PATH_SIZE];
    int workloads = workload_path(-1, path);
    TCase *all = tcase_create("all policies on each workload");
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, heap_and_truth_notes_are_right_after_every_event, 0, workloads);
    tcase_add_loop_test(all, heap_and_truth_notes_are_right_after_every_collection, 0, workloads);
    tcase_add_loop_test(all, a_second_run_gives_the_same_result, 0, workloads);
    tcase_add_loop_test(all, batches_of_1_7_and_4096_events_give_the_same_result, 0, workloads);
    tcase_add_loop_test(all, runs_in_one_process_do_not_see_each_other, 0, workloads);
    tcase_add_loop_test(all, the_oracle_holds_nothing_but_what_is_reachable, 0, workloads);
    tcase_add_loop_test(all, all_policies_see_the_same_program, 0, workloads);
    suite_add_tcase(suite, all);
    return suite;
}
