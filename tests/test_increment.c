// test_increment.c -- parts of a space: the incremental collector, step by step under check
#include <stdio.h>
#include <stdlib.h>

#include "hand_heap.h"
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

// No policy adds pending objects before it has marked the live ones away; a plan may.
START_TEST(pending_objects_may_be_alive) {
    enum { PENDING = 1, INTO = 2 };
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 3), ring(1, 4), dead(1), drop(1));
    execute(heap, move(1, PENDING));
    play(heap, chain(2, 2));
    Plan plan = collect(0);
    plan.into = INTO;
    plan.refill = PENDING;
    plan.budget = 4;  // the young two, and as long as they are not four: a chain at a time
    expect(execute(heap, plan), 5, 0, 5);
    ck_assert_uint_eq(heap_view(heap)->spaces[PENDING].objects, 4);
    plan.budget = 1;
    expect(execute(heap, plan), 4, 4, 0);
    ck_assert_uint_eq(heap_view(heap)->spaces[INTO].objects, 5);
    heap_close(heap);
}
END_TEST

// A register whose unit is still being built holds a root that is in no space yet.
START_TEST(a_root_that_is_not_tracked_yet_is_not_marked) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 2));
    heap_set_fuse(heap, &(Fuse){2, FUSE_NEVER, FUSE_NEVER, FUSE_NEVER, FUSE_NEVER, false});
    ck_assert(!play_until(heap, chain(1, 2), WAKE_YOUNG));
    PauseWork work = execute(heap, (Plan){.kind = PLAN_MARK, .spaces = 1, .into = 1});
    ck_assert_uint_eq(work.result.marked, 2);
    work = execute(heap, (Plan){.kind = PLAN_MARK, .spaces = 1, .into = 1});
    ck_assert_uint_eq(work.result.marked, 0);  // they are elsewhere by now
    heap_close(heap);
}
END_TEST

Suite *increment_suite(void) {
    Suite *suite = suite_create("increment");
    TCase *tcase = tcase_create("increments");
    tcase_set_timeout(tcase, 20);
    tcase_add_loop_test(tcase, every_event_holds_under_check, 1, 7);
    tcase_add_test(tcase, garbage_is_bounded_when_marking_is_credited_little);
    tcase_add_test(tcase, pending_objects_may_be_alive);
    tcase_add_test(tcase, a_root_that_is_not_tracked_yet_is_not_marked);
    suite_add_tcase(suite, tcase);
    return suite;
}
