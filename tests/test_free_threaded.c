// test_free_threaded.c -- when the collector of the builds without the GIL runs
//
// Measured on 3.13.0t, 3.14.4t and 3.14.7t: 300,000 objects that all stay. That frees are counted
// as CPython counts them is proved on random programs (test_programs.c).
#include <stdio.h>
#include <stdlib.h>

#include "run.h"
#include "suites.h"

enum { COLLECTIONS_MAX = 200 };

// The allocations between one collection and the next, and the generation of each.
typedef struct {
    uint64_t intervals[COLLECTIONS_MAX];
    uint8_t generations[COLLECTIONS_MAX];
    size_t count;
} Seen;

static Seen watch(const char *policy, const char *phase, const char *population) {
    Seen seen = {.count = 0};
    Error error = {0};
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    char text[512];
    bool done = false;
    snprintf(text, sizeof text,
             "[phase all]\nallocations = 300k\n%s[population p]\nshape = single\n%s", phase,
             population);
    bool good = spec_read_text(spec, "w.ini", text, NULL, 0, &error) &&
                policy_choose(&choice, policy, &error);
    RunOptions options = {.spec = spec, .policy = &choice, .batch = 4096};
    Run *run = good ? run_open(&options, &error) : NULL;
    good = run != NULL && run_advance(run, UINT64_MAX, &done, &error);
    ck_assert_msg(good, "%s: %s", policy, error.text);
    const Recorder *recorder = run_recorder(run);
    uint64_t before = 0;
    for (size_t i = 0; i < recorder->collection_count; i++) {
        const Collection *c = &recorder->collections[i];
        ck_assert_uint_lt(seen.count, COLLECTIONS_MAX);
        seen.generations[seen.count] = c->generation;
        seen.intervals[seen.count++] = c->clock - before;
        before = c->clock;
    }
    run_close(run);
    free(spec);
    return seen;
}

static const char all_live[] = "lifetime = round\n";

START_TEST(a_quarter_of_the_live_objects_in_steps_of_512) {
    static const uint64_t measured[] = {2048, 2048, 2560, 3072,  4096, 5120,
                                        6144, 7680, 9728, 12288, 15360};
    Seen seen = watch("cpython-3.13t", "", all_live);
    ck_assert_uint_eq(seen.count, 17);
    for (size_t i = 0; i < ARRAY_LENGTH(measured); i++)
        ck_assert_uint_eq(seen.intervals[i], measured[i]);
}
END_TEST

START_TEST(with_threshold_1_zero_nothing_is_waited_for) {
    static const char *const policies[] = {"cpython-3.13t:t1=0", "cpython-3.14t:t1=0"};
    Seen seen = watch(policies[_i], "", all_live);
    ck_assert_uint_eq(seen.count, 146);
    for (size_t i = 0; i < seen.count; i++) ck_assert_uint_eq(seen.intervals[i], 2048);
}
END_TEST

// 5 on a machine of which nothing else is known; objects of 40 to 72 bytes give 4 to 6.
START_TEST(growing_memory_is_waited_for_in_3_14) {
    Seen seen = watch("cpython-3.14t", "", all_live);
    ck_assert_uint_ge(seen.count, 4);
    ck_assert_uint_le(seen.count, 6);
}
END_TEST

// No growth is a tenth of 1 GiB: 40 thresholds pass, then a collection. What it frees beyond whole
// batches is left in the thread's own count.
START_TEST(without_growth_40_thresholds_are_deferred) {
    Seen seen =
        watch("cpython-3.14t:own_bytes=1G", "", "cycle_density = 100%\nlifetime = fixed 1\n");
    ck_assert_uint_ge(seen.count, 3);
    for (size_t i = 1; i < seen.count; i++) {
        ck_assert_uint_ge(seen.intervals[i], 41 * 2048);
        ck_assert_uint_lt(seen.intervals[i], 41 * 2048 + 512);
    }
}
END_TEST

START_TEST(a_threshold_of_zero_is_never_passed) {
    ck_assert_uint_eq(watch("cpython-3.13t:t0=0", "", all_live).count, 0);
}
END_TEST

// N objects are freed by a collection, in batches of 512: the count falls so far below zero.
START_TEST(early_versions_pay_back_what_a_collection_freed) {
    static const char *const garbage = "cycle_density = 100%\nlifetime = fixed 1\n";
    Seen clamped = watch("cpython-3.13t", "", garbage);
    Seen early = watch("cpython-3.13t:below_zero=yes", "", garbage);
    for (size_t i = 0; i < clamped.count; i++) ck_assert_uint_le(clamped.intervals[i], 2560);
    uint64_t freed = early.intervals[0] - 1;
    for (size_t i = 1; i < early.count; i++) {
        ck_assert_uint_ge(early.intervals[i], 2048 + freed - 512);
        ck_assert_uint_le(early.intervals[i], 2048 + freed + 512);
        freed = early.intervals[i];
    }
}
END_TEST

// Automatic collections report generation 0, whatever they examine.
START_TEST(gc_collect_collects_all_and_starts_the_count_again) {
    Seen seen = watch("cpython-3.13t", "collect_every = 1500\n", all_live);
    ck_assert_uint_gt(seen.count, 0);
    for (size_t i = 0; i < seen.count; i++) ck_assert_uint_eq(seen.generations[i], 2);
    ck_assert_uint_eq(watch("cpython-3.13t", "", all_live).generations[0], 0);
}
END_TEST

Suite *free_threaded_suite(void) {
    Suite *suite = suite_create("free_threaded");
    TCase *tcase = tcase_create("collections");
    tcase_set_timeout(tcase, 20);
    tcase_add_test(tcase, a_quarter_of_the_live_objects_in_steps_of_512);
    tcase_add_loop_test(tcase, with_threshold_1_zero_nothing_is_waited_for, 0, 2);
    tcase_add_test(tcase, growing_memory_is_waited_for_in_3_14);
    tcase_add_test(tcase, without_growth_40_thresholds_are_deferred);
    tcase_add_test(tcase, a_threshold_of_zero_is_never_passed);
    tcase_add_test(tcase, early_versions_pay_back_what_a_collection_freed);
    tcase_add_test(tcase, gc_collect_collects_all_and_starts_the_count_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
