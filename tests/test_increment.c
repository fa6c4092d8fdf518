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
    hand_fuse_young(heap, 2);
    ck_assert(!play_until(heap, chain(1, 2), WAKE_YOUNG));
    PauseWork work = execute(heap, (Plan){.kind = PLAN_MARK, .spaces = 1, .into = 1});
    ck_assert_uint_eq(work.result.marked, 2);
    work = execute(heap, (Plan){.kind = PLAN_MARK, .spaces = 1, .into = 1});
    ck_assert_uint_eq(work.result.marked, 0);  // they are elsewhere by now
    heap_close(heap);
}
END_TEST

// ---- marking in three colours ----

enum { WHITE = 1, BLACK = 2, GRAY = 3 };

static Plan mark_step(uint64_t budget, bool resume) {
    return (Plan){.kind = PLAN_MARK,
                  .spaces = 1u << WHITE,
                  .into = BLACK,
                  .refill = GRAY,
                  .budget = budget,
                  .resume = resume};
}

static Plan sweep(uint64_t budget, bool newest) {
    return (Plan){
        .kind = PLAN_COLLECT, .into = 0, .budget = budget, .refill = WHITE, .newest = newest};
}

static void expect_step(PauseWork work, uint64_t marked, uint64_t registers) {
    ck_assert_uint_eq(work.result.marked, marked);
    ck_assert_uint_eq(work.result.registers, registers);
}

static void expect_colours(const Heap *heap, uint64_t white, uint64_t gray, uint64_t black) {
    const SpaceView *spaces = heap_view(heap)->spaces;
    ck_assert_uint_eq(spaces[WHITE].objects, white);
    ck_assert_uint_eq(spaces[GRAY].objects, gray);
    ck_assert_uint_eq(spaces[BLACK].objects, black);
}

START_TEST(a_step_blackens_its_budget_and_the_next_goes_on) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 3), chain(1, 4), ring(2, 5), dead(2), drop(2));
    execute(heap, move(1, WHITE));
    expect_step(execute(heap, mark_step(2, false)), 2, 2);
    expect_colours(heap, 9, 1, 2);
    expect_step(execute(heap, mark_step(2, true)), 2, 1);
    expect_colours(heap, 7, 1, 4);
    expect_step(execute(heap, mark_step(9, true)), 3, 0);
    expect_colours(heap, 5, 0, 7);
    expect(execute(heap, sweep(1, true)), 5, 5, 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_step_looks_at_no_more_registers_than_its_budget) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1), chain(1, 1), chain(2, 1));  // none of them is white
    for (uint64_t left = 3; left > 0; left--) {
        PauseWork work = execute(heap, mark_step(1, left < 3));
        expect_step(work, 0, left - 1);
        ck_assert_uint_eq(work.result.edges, 1);
    }
    expect_step(execute(heap, mark_step(9, false)), 0, 0);  // from the first again
    heap_close(heap);
}
END_TEST

START_TEST(what_dies_gray_or_black_is_marked_all_the_same) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 3), chain(1, 2));
    execute(heap, move(1, WHITE));
    expect_step(execute(heap, mark_step(1, false)), 1, 1);
    play(heap, dead(0), drop(0));
    expect_step(execute(heap, mark_step(9, true)), 4, 0);
    expect_colours(heap, 0, 0, 5);
    ck_assert_uint_eq(heap_garbage(heap, BLACK).waiting_bytes, 3 * BYTES);
    heap_close(heap);
}
END_TEST

START_TEST(what_is_attached_behind_the_marking_is_white_and_survives) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 2), chain(1, 2));
    execute(heap, move(1, WHITE));
    expect_step(execute(heap, mark_step(2, false)), 2, 1);
    play(heap, store(0, 1), drop(1));
    expect_step(execute(heap, mark_step(9, true)), 0, 0);
    expect_colours(heap, 2, 0, 2);
    expect(execute(heap, sweep(9, true)), 2, 0, 2);
    heap_close(heap);
}
END_TEST

START_TEST(an_increment_begins_with_the_oldest_or_the_newest) {
    for (int newest = 0; newest < 2; newest++) {
        Heap *heap = hand_heap_new();
        play(heap, ring(0, 3), ring(1, 4), dead(0), drop(0), dead(1), drop(1));
        execute(heap, move(1, WHITE));
        const uint64_t first = newest ? 4 : 3;
        expect(execute(heap, sweep(1, newest)), first, first, 0);
        heap_close(heap);
    }
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
    tcase_add_test(tcase, a_step_blackens_its_budget_and_the_next_goes_on);
    tcase_add_test(tcase, a_step_looks_at_no_more_registers_than_its_budget);
    tcase_add_test(tcase, what_dies_gray_or_black_is_marked_all_the_same);
    tcase_add_test(tcase, what_is_attached_behind_the_marking_is_white_and_survives);
    tcase_add_test(tcase, an_increment_begins_with_the_oldest_or_the_newest);
    suite_add_tcase(suite, tcase);
    return suite;
}
