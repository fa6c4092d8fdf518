// test_finalize.c -- what finalizers bring back, by each version's rule
#include "hand_heap.h"
#include "suites.h"

static Event resurrecting(Event unit) {
    unit.template = WITH_FINALIZER;
    unit.flags |= UNIT_RESURRECTS;
    return unit;
}

static Plan collect_whole(uint8_t generation) {
    Plan plan = collect(generation);
    plan.finalizers = FINALIZERS_PEP442_WHOLE;
    return plan;
}

// Garbage: ring 1 refers to 0, 0 to ring 2. The finalizer of 0 brings it back.
static Heap *heap_with(Event unit0) {
    Heap *heap = hand_heap_new();
    play(heap, ring(2, 2), to(resurrecting(unit0), 2), to(ring(1, 2), 0));
    play(heap, drop(0), drop(2), dead(0), dead(1), dead(2), drop(1));
    return heap;
}

static void expect_calls(PauseWork work, uint64_t finalizers, uint64_t resurrected) {
    ck_assert_uint_eq(work.finalizers, finalizers);
    ck_assert_uint_eq(work.result.resurrected, resurrected);
}

START_TEST(what_comes_back_and_what_it_reaches_grows_old_and_the_rest_goes) {
    Heap *heap = heap_with(ring(0, 3));
    PauseWork work = execute(heap, collect(0));
    expect(work, 7, 2, 0);
    expect_calls(work, 1, 5);
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 5);
    ck_assert_uint_eq(live(heap), 5);
    heap_close(heap);
}
END_TEST

START_TEST(to_3_8_all_garbage_grows_old_with_it) {
    Heap *heap = heap_with(ring(0, 3));
    PauseWork work = execute(heap, collect_whole(0));
    expect(work, 7, 0, 0);
    expect_calls(work, 1, 7);
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 7);
    heap_close(heap);
}
END_TEST

START_TEST(a_finalizer_is_called_once_so_the_next_collection_frees) {
    Heap *heap = heap_with(ring(0, 3)), *whole = heap_with(ring(0, 3));
    execute(heap, collect(0));
    PauseWork work = execute(heap, collect(1));
    expect(work, 5, 5, 0);
    expect_calls(work, 0, 0);
    execute(whole, collect_whole(0));
    work = execute(whole, collect_whole(1));
    expect(work, 7, 7, 0);
    expect_calls(work, 0, 0);
    ck_assert_uint_eq(live(heap) + live(whole), 0);
    heap_close(heap);
    heap_close(whole);
}
END_TEST

// Chain 0 is in no cycle: the list is the last to refer to it, and the program clears the list.
START_TEST(what_no_cycle_holds_goes_when_the_program_lets_go) {
    Heap *heap = heap_with(chain(0, 3));
    PauseWork work = execute(heap, collect(0));
    expect(work, 7, 2, 0);
    expect_calls(work, 1, 5);
    ck_assert_uint_eq(work.freed, 2);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_refcount, 3);
    ck_assert_uint_eq(live(heap), 2);
    heap_close(heap);
}
END_TEST

START_TEST(reference_counting_brings_nothing_back) {
    Heap *heap = hand_heap_new();
    play(heap, resurrecting(chain(0, 3)), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_legacy_finalizer_is_not_called) {
    Heap *heap = heap_with(ring(0, 3));
    Plan plan = collect(0);
    plan.finalizers = FINALIZERS_LEGACY;
    PauseWork work = execute(heap, plan);
    expect(work, 7, 2, 0);
    expect_calls(work, 0, 0);
    ck_assert_uint_eq(work.result.uncollectable, 5);
    heap_close(heap);
}
END_TEST

// Garbage of another generation is not examined: what only it refers to falls with it.
START_TEST(an_older_object_that_falls_with_garbage_does_not_come_back) {
    Heap *heap = hand_heap_new();
    play(heap, resurrecting(chain(0, 3)));
    execute(heap, collect(0));
    play(heap, to(ring(1, 2), 0), drop(0), dead(1), dead(0), drop(1));
    PauseWork work = execute(heap, collect(0));
    expect(work, 2, 2, 0);
    expect_calls(work, 1, 0);
    ck_assert_uint_eq(work.freed, 5);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

Suite *finalize_suite(void) {
    Suite *suite = suite_create("finalize");
    TCase *tcase = tcase_create("resurrection");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_comes_back_and_what_it_reaches_grows_old_and_the_rest_goes);
    tcase_add_test(tcase, to_3_8_all_garbage_grows_old_with_it);
    tcase_add_test(tcase, a_finalizer_is_called_once_so_the_next_collection_frees);
    tcase_add_test(tcase, what_no_cycle_holds_goes_when_the_program_lets_go);
    tcase_add_test(tcase, reference_counting_brings_nothing_back);
    tcase_add_test(tcase, a_legacy_finalizer_is_not_called);
    tcase_add_test(tcase, an_older_object_that_falls_with_garbage_does_not_come_back);
    suite_add_tcase(suite, tcase);
    return suite;
}
