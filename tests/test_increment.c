// test_increment.c -- parts of a space: the incremental collector, step by step under check
#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "suites.h"

// Singles that refer to themselves and small rings: pending objects go from the head of their space
// while others fall out of its middle and its tail.
static const char workload[] =
    "[phase p]\nallocations = 4000\n"
    "[population loops]\nshape = single\ncycle_density = 70%\nshare = 60%\n"
    "lifetime = geometric mean=300\nlinks = rings 20%\n"
    "[population rings]\nshape = ring\nobjects = uniform min=2 max=6\nshare = 40%\n"
    "lifetime = geometric mean=200\n";

static Metrics run_checked(const char *policy, const char *seed, const RunOptions *like) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    RunResult result = {0};
    Error error = {0};
    bool done = false;
    const char *overrides[] = {seed};
    ck_assert_msg(spec_read_text(spec, "w.ini", workload, overrides, 1, &error), "%s", error.text);
    ck_assert_msg(policy_choose(&choice, policy, &error), "%s", error.text);
    RunOptions options = *like;
    options.spec = spec;
    options.policy = &choice;
    Run *run = run_open(&options, &error);
    ck_assert_msg(run != NULL, "%s", error.text);
    ck_assert_msg(run_advance(run, UINT64_MAX, &done, &error), "%s, %s: %s", policy, seed,
                  error.text);
    ck_assert_msg(run_result(run, &result, &error), "%s, %s: %s", policy, seed, error.text);
    Metrics metrics = result.metrics;
    run_close(run);
    free(spec);
    return metrics;
}

START_TEST(every_event_holds_under_check) {
    static const char *const policies[] = {
        "incremental:t0=15,t1=1,own=30,version=3.14.0", "incremental:t0=15,t1=1,own=30",
        "incremental:t0=40,t1=4,own=0", "incremental:t0=3,t1=2,own=5"};
    const RunOptions checked = {.batch = 1, .check = true};
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        char seed[64];
        snprintf(seed, sizeof seed, "workload.seed=%d", _i);
        Metrics m = run_checked(policies[i], seed, &checked);
        ck_assert_uint_gt(m.collections_gen1, 0);
        ck_assert_uint_eq(m.collections_gen0 + m.collections_gen2, 0);
    }
}
END_TEST

// With nothing of its own to mark and much work per increment hardly any garbage waits.
START_TEST(garbage_is_bounded_when_marking_is_credited_little) {
    const RunOptions plain = {.batch = 4096};
    Metrics little = run_checked("incremental:t0=40,t1=2,own=0", "workload.seed=1", &plain);
    Metrics much = run_checked("incremental:t0=40,t1=2,own=4000", "workload.seed=1", &plain);
    ck_assert_uint_lt(little.peak_garbage_objects, much.peak_garbage_objects);
}
END_TEST

Suite *increment_suite(void) {
    Suite *suite = suite_create("increment");
    TCase *tcase = tcase_create("increments");
    tcase_set_timeout(tcase, 20);
    tcase_add_loop_test(tcase, every_event_holds_under_check, 1, 7);
    tcase_add_test(tcase, garbage_is_bounded_when_marking_is_credited_little);
    suite_add_tcase(suite, tcase);
    return suite;
}
