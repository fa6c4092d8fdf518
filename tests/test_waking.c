// test_waking.c -- when the heap stops to ask, and what it counts for that
//
// Up to 3.11 a collection runs inside an allocation: the new object is counted but in no space.
// From 3.12 on it runs at the next safepoint, when the object is attached.
#include "hand_heap.h"
#include "suites.h"

static Heap *heap_with_fuse(Fuse fuse) {
    Heap *heap = hand_heap_new();
    heap_set_fuse(heap, &fuse);
    return heap;
}

static Fuse young_fuse(uint64_t young, bool at_safepoint) {
    Fuse fuse = FUSE_NONE;
    fuse.young = young;
    fuse.at_safepoint = at_safepoint;
    return fuse;
}

static Fuse clock_fuse(uint64_t clock) {
    Fuse fuse = FUSE_NONE;
    fuse.clock = clock;
    return fuse;
}

// ---- where a collection runs ----

START_TEST(inside_an_allocation_the_new_object_is_no_candidate_and_its_count_is_wiped) {
    Heap *heap = heap_with_fuse(young_fuse(2, false));
    play(heap, chain(0, 1), chain(1, 1));
    ck_assert(!play_until(heap, chain(2, 1), WAKE_YOUNG));
    ck_assert_uint_eq(heap_view(heap)->young, 3);
    ck_assert_uint_eq(live(heap), 3);
    expect(execute(heap, collect(0)), 2, 0, 2);
    ck_assert_uint_eq(heap_view(heap)->young, 0);
    play(heap, chain(2, 1));
    ck_assert_uint_eq(heap_view(heap)->young, 0);
    ck_assert_uint_eq(live(heap), 3);
    expect(execute(heap, collect(0)), 1, 0, 1);
    heap_close(heap);
}
END_TEST

START_TEST(at_a_safepoint_the_newest_object_is_one_more_survivor) {
    Heap *heap = heap_with_fuse(young_fuse(2, true));
    play(heap, chain(0, 1), chain(1, 1));
    ck_assert(play_until(heap, chain(2, 1), WAKE_YOUNG));
    expect(execute(heap, collect(0)), 3, 0, 3);
    ck_assert_uint_eq(heap_view(heap)->young, 0);
    play(heap, chain(3, 1));
    heap_close(heap);
}
END_TEST

START_TEST(a_collection_in_the_middle_of_a_unit_keeps_what_is_built) {
    Heap *heap = heap_with_fuse(young_fuse(2, false));
    ck_assert(!play_until(heap, ring(0, 5), WAKE_YOUNG));
    expect(execute(heap, collect(0)), 2, 0, 2);
    ck_assert(play_until(heap, ring(0, 5), WAKE_NONE));
    expect(execute(heap, collect(2)), 5, 0, 5);
    play(heap, dead(0), drop(0));
    expect(execute(heap, collect(2)), 5, 5, 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_safepoint_lies_after_every_object_of_a_unit) {
    Heap *heap = heap_with_fuse(young_fuse(2, true));
    ck_assert(!play_until(heap, ring(0, 5), WAKE_YOUNG));
    expect(execute(heap, collect(0)), 3, 0, 3);
    ck_assert(play_until(heap, ring(0, 5), WAKE_NONE));
    expect(execute(heap, collect(2)), 5, 0, 5);
    heap_close(heap);
}
END_TEST

// ---- the count of the youngest generation ----

START_TEST(frees_lower_the_count_so_that_only_net_allocations_trigger) {
    Heap *heap = heap_with_fuse(young_fuse(2, false));
    for (uint32_t i = 0; i < 10; i++) {
        play(heap, chain(0, 2), dead(0), drop(0));
        ck_assert_uint_eq(heap_view(heap)->young, 0);
    }
    heap_close(heap);
}
END_TEST

START_TEST(a_free_of_an_old_object_lowers_the_count_as_well) {
    Heap *heap = heap_with_fuse(young_fuse(2, false));
    play(heap, chain(0, 1));
    execute(heap, collect(0));
    play(heap, chain(1, 1), chain(2, 1));
    ck_assert_uint_eq(heap_view(heap)->young, 2);
    play(heap, dead(0), drop(0));
    ck_assert_uint_eq(heap_view(heap)->young, 1);
    play(heap, chain(3, 1));
    ck_assert(!play_until(heap, chain(4, 1), WAKE_YOUNG));
    expect(execute(heap, collect(0)), 3, 0, 3);  // threshold 2, and yet 3 candidates
    heap_close(heap);
}
END_TEST

START_TEST(the_count_does_not_fall_below_0) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 5));
    execute(heap, collect(0));
    play(heap, dead(0), drop(0));
    ck_assert_uint_eq(heap_view(heap)->young, 0);
    play(heap, chain(1, 1));
    ck_assert_uint_eq(heap_view(heap)->young, 1);
    heap_close(heap);
}
END_TEST

START_TEST(a_plan_that_does_not_reset_the_count_leaves_it_to_the_frees) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 2), chain(1, 3), dead(0), drop(0));
    Plan plan = collect(0);
    plan.reset_young = false;
    execute(heap, plan);
    ck_assert_uint_eq(heap_view(heap)->young, 3);
    heap_close(heap);
}
END_TEST

// ---- other reasons ----

START_TEST(live_bytes_above_the_fuse_wake) {
    Fuse fuse = FUSE_NONE;
    fuse.live_bytes = 2 * BYTES;
    Heap *heap = heap_with_fuse(fuse);
    play(heap, chain(0, 2), dead(0), drop(0), chain(1, 2));
    ck_assert(!play_until(heap, chain(2, 1), WAKE_BYTES));
    heap_close(heap);
}
END_TEST

static Heap *heap_of(int ledger, uint64_t allocated_bytes, bool at_safepoint) {
    HeapOptions options = hand_options();
    options.ledger = ledger;
    Heap *heap = hand_heap_with(&options);
    Fuse fuse = FUSE_NONE;
    fuse.allocated_bytes = allocated_bytes;
    fuse.at_safepoint = at_safepoint;
    heap_set_fuse(heap, &fuse);
    return heap;
}

START_TEST(bytes_allocated_above_the_fuse_wake_whatever_was_freed) {
    Heap *heap = heap_of(_i, 4 * BYTES, false);
    play(heap, chain(0, 2), dead(0), drop(0), chain(1, 2));
    ck_assert_uint_eq(heap_view(heap)->live_bytes, 2 * BYTES);
    ck_assert(!play_until(heap, chain(2, 1), WAKE_ALLOCATED));
    ck_assert_uint_eq(heap_view(heap)->allocated_bytes, 5 * BYTES);
    heap_close(heap);
}
END_TEST

START_TEST(in_the_middle_of_a_unit_they_wake_at_the_same_object) {
    Heap *heap = heap_of(_i, 3 * BYTES, true);
    ck_assert(!play_until(heap, ring(0, 6), WAKE_ALLOCATED));
    ck_assert_uint_eq(live(heap), 4);
    heap_close(heap);
}
END_TEST

START_TEST(native_payload_is_allocated_and_wakes_at_the_next_allocation) {
    Heap *heap = heap_of(_i, 2 * BYTES + LARGE_BYTES - 1, false);
    play(heap, chain(0, 1), of(chain(1, 1), LARGE_PAYLOAD));
    ck_assert_uint_eq(heap_view(heap)->allocated_bytes, 2 * BYTES + LARGE_BYTES);
    ck_assert(!play_until(heap, chain(2, 1), WAKE_ALLOCATED));
    ck_assert_uint_eq(live(heap), 3);
    heap_close(heap);
}
END_TEST

START_TEST(a_fuse_that_bytes_just_reach_does_not_wake) {
    Heap *heap = heap_of(_i, 2 * BYTES + LARGE_BYTES, false);
    play(heap, chain(0, 1), of(chain(1, 1), LARGE_PAYLOAD));
    ck_assert(!play_until(heap, chain(2, 1), WAKE_ALLOCATED));
    Fuse fuse = FUSE_NONE;
    fuse.allocated_bytes = 5 * BYTES + LARGE_BYTES;
    heap_set_fuse(heap, &fuse);
    ck_assert(play_until(heap, chain(2, 1), WAKE_NONE));
    play(heap, chain(3, 2));
    ck_assert_uint_eq(heap_view(heap)->allocated_bytes, 5 * BYTES + LARGE_BYTES);
    ck_assert(!play_until(heap, chain(4, 1), WAKE_ALLOCATED));
    heap_close(heap);
}
END_TEST

// A unit is built at once where nothing wakes: the sooner of the two clocks counts.
START_TEST(a_clock_behind_that_of_the_sample_wakes_as_well) {
    Heap *heap = heap_with_fuse(clock_fuse(4));
    heap_set_sample(heap, 2);
    ck_assert(!play_until(heap, chain(0, 6), WAKE_SAMPLE));
    ck_assert_uint_eq(live(heap), 2);
    heap_set_sample(heap, 100);
    ck_assert(!play_until(heap, chain(0, 6), WAKE_CLOCK));
    ck_assert_uint_eq(live(heap), 4);
    heap_close(heap);
}
END_TEST

START_TEST(the_clock_at_the_fuse_wakes) {
    Heap *heap = heap_with_fuse(clock_fuse(3));
    play(heap, chain(0, 2), dead(0), drop(0));
    ck_assert(!play_until(heap, chain(1, 1), WAKE_CLOCK));
    heap_close(heap);
}
END_TEST

START_TEST(a_sample_is_taken_when_its_object_is_attached) {
    Heap *heap = hand_heap_new();
    heap_set_sample(heap, 2);
    play(heap, chain(0, 1));
    ck_assert(play_until(heap, chain(1, 1), WAKE_SAMPLE));
    heap_close(heap);
}
END_TEST

START_TEST(a_sample_waits_for_the_collection_that_is_due_at_its_safepoint) {
    Heap *heap = heap_with_fuse(young_fuse(1, true));
    heap_set_sample(heap, 2);
    ck_assert(!play_until(heap, chain(0, 3), WAKE_YOUNG));
    execute(heap, collect(0));
    ck_assert(play_until(heap, chain(0, 3), WAKE_SAMPLE));
    heap_close(heap);
}
END_TEST

START_TEST(the_program_can_ask_for_a_collection) {
    Heap *heap = hand_heap_new();
    ck_assert(play_until(heap, (Event){.op = OP_COLLECT, .value = 2}, WAKE_COLLECT));
    heap_close(heap);
}
END_TEST

START_TEST(a_phase_and_its_round_are_seen_when_it_begins) {
    Heap *heap = hand_heap_new();
    ck_assert(play_until(heap, (Event){.op = OP_PHASE, .value = 3, .target = 7}, WAKE_PHASE));
    ck_assert_uint_eq(heap_view(heap)->phase, 3);
    ck_assert_uint_eq(heap_view(heap)->round, 7);
    heap_close(heap);
}
END_TEST

START_TEST(events_after_one_that_wakes_wait) {
    Heap *heap = hand_heap_new();
    Event events[] = {chain(0, 1), {.op = OP_REQUEST}, chain(1, 1)};
    ck_assert_uint_eq(heap_apply(heap, events, 3), 2);
    ck_assert_int_eq(heap_view(heap)->reason, WAKE_REQUEST);
    ck_assert_uint_eq(heap_view(heap)->clock, 1);
    heap_close(heap);
}
END_TEST

// ---- limits ----

// An arena has 64 pools of 16 KiB, a pool (16384 - 48) / 48 = 340 objects.
START_TEST(the_object_that_needs_an_arena_above_the_limit_ends_the_run) {
    HeapOptions options = hand_options();
    options.memory_limit = 2u << 20;
    Heap *heap = hand_heap_with(&options);
    ck_assert(!play_until(heap, chain(0, 60000), WAKE_MEMORY));
    ck_assert_uint_eq(heap_view(heap)->clock, 2 * 64 * 340 + 1);
    ck_assert_uint_eq(heap_memory(heap)->held_bytes, 3u << 20);
    heap_close(heap);
}
END_TEST

START_TEST(a_payload_above_the_limit_ends_the_run_with_the_object_that_it_belongs_to) {
    HeapOptions options = hand_options();
    options.memory_limit = (1u << 20) + 2 * memory_large_held(LARGE_BYTES) - 1;
    Heap *heap = hand_heap_with(&options);
    ck_assert(play_until(heap, of(chain(0, 1), LARGE_PAYLOAD), WAKE_NONE));
    ck_assert(play_until(heap, of(chain(1, 1), LARGE_PAYLOAD), WAKE_MEMORY));
    ck_assert_uint_eq(heap_view(heap)->clock, 2);
    ck_assert_uint_eq(heap_memory(heap)->held_bytes, options.memory_limit + 1);
    heap_close(heap);
}
END_TEST

static Heap *heap_of_oracle(void) {
    HeapOptions options = hand_options();
    options.free_at_death = true;
    return hand_heap_with(&options);
}

START_TEST(the_oracle_frees_a_ring_when_it_dies) {
    Heap *heap = heap_of_oracle();
    play(heap, ring(0, 3), chain(1, 2), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 2);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_oracle, 3);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_refcount, 0);
    ck_assert_uint_eq(heap_levels(heap)->garbage_bytes_max, 0);
    heap_close(heap);
}
END_TEST

START_TEST(the_oracle_frees_all_that_dies_with_one_event) {
    Heap *heap = heap_of_oracle();
    play(heap, chain(0, 2), to(ring(1, 3), 0), to(ring(2, 4), 1), drop(0), drop(1));
    ck_assert_uint_eq(live(heap), 9);
    play(heap, dead(2), dead(1), dead(0), drop(2));
    ck_assert_uint_eq(live(heap), 0);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_oracle, 9);
    heap_close(heap);
}
END_TEST

Suite *waking_suite(void) {
    Suite *suite = suite_create("waking");
    TCase *where_a_collection_runs = tcase_create("where a collection runs");
    tcase_set_timeout(where_a_collection_runs, 60);
    tcase_add_test(where_a_collection_runs,
                   inside_an_allocation_the_new_object_is_no_candidate_and_its_count_is_wiped);
    tcase_add_test(where_a_collection_runs, at_a_safepoint_the_newest_object_is_one_more_survivor);
    tcase_add_test(where_a_collection_runs,
                   a_collection_in_the_middle_of_a_unit_keeps_what_is_built);
    tcase_add_test(where_a_collection_runs, a_safepoint_lies_after_every_object_of_a_unit);
    suite_add_tcase(suite, where_a_collection_runs);
    TCase *the_count_of_the_youngest_generation =
        tcase_create("the count of the youngest generation");
    tcase_add_test(the_count_of_the_youngest_generation,
                   frees_lower_the_count_so_that_only_net_allocations_trigger);
    tcase_add_test(the_count_of_the_youngest_generation,
                   a_free_of_an_old_object_lowers_the_count_as_well);
    tcase_add_test(the_count_of_the_youngest_generation, the_count_does_not_fall_below_0);
    tcase_add_test(the_count_of_the_youngest_generation,
                   a_plan_that_does_not_reset_the_count_leaves_it_to_the_frees);
    suite_add_tcase(suite, the_count_of_the_youngest_generation);
    TCase *other_reasons = tcase_create("other reasons");
    tcase_set_timeout(other_reasons, 60);
    tcase_add_test(other_reasons, live_bytes_above_the_fuse_wake);
    tcase_add_loop_test(other_reasons, bytes_allocated_above_the_fuse_wake_whatever_was_freed, 0,
                        2);
    tcase_add_loop_test(other_reasons, in_the_middle_of_a_unit_they_wake_at_the_same_object, 0, 2);
    tcase_add_loop_test(other_reasons, native_payload_is_allocated_and_wakes_at_the_next_allocation,
                        0, 2);
    tcase_add_loop_test(other_reasons, a_fuse_that_bytes_just_reach_does_not_wake, 0, 2);
    tcase_add_test(other_reasons, a_clock_behind_that_of_the_sample_wakes_as_well);
    tcase_add_test(other_reasons, the_clock_at_the_fuse_wakes);
    tcase_add_test(other_reasons, a_sample_is_taken_when_its_object_is_attached);
    tcase_add_test(other_reasons, a_sample_waits_for_the_collection_that_is_due_at_its_safepoint);
    tcase_add_test(other_reasons, the_program_can_ask_for_a_collection);
    tcase_add_test(other_reasons, a_phase_and_its_round_are_seen_when_it_begins);
    tcase_add_test(other_reasons, events_after_one_that_wakes_wait);
    suite_add_tcase(suite, other_reasons);
    TCase *limits = tcase_create("limits");
    tcase_set_timeout(limits, 60);
    tcase_add_test(limits, the_object_that_needs_an_arena_above_the_limit_ends_the_run);
    tcase_add_test(limits,
                   a_payload_above_the_limit_ends_the_run_with_the_object_that_it_belongs_to);
    tcase_add_test(limits, the_oracle_frees_a_ring_when_it_dies);
    tcase_add_test(limits, the_oracle_frees_all_that_dies_with_one_event);
    suite_add_tcase(suite, limits);
    return suite;
}
