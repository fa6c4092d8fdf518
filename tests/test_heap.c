// test_heap.c -- what is freed, kept and moved, by hand
//
// Unit numbers stand for their roots: what is written here as `to(ring(1, 2), 0)` is a ring of two
// objects in register 1 whose root refers to that of unit 0.
#include "hand_heap.h"
#include "heap_state.h"
#include "suites.h"

// ---- reference counts ----

START_TEST(an_open_chain_is_freed_with_its_register) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 3), chain(1, 2));
    ck_assert_uint_eq(live(heap), 5);
    play(heap, dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 2);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_refcount, 3);
    ck_assert_uint_eq(heap_view(heap)->live_bytes, 2 * BYTES);
    heap_close(heap);
}
END_TEST

START_TEST(a_unit_lives_as_long_as_another_refers_to_it) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1), to(chain(1, 1), 0), drop(0));
    ck_assert_uint_eq(live(heap), 2);
    play(heap, dead(0), dead(1), drop(1));
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_store_frees_what_only_the_old_target_kept) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 3), chain(1, 1), chain(2, 1), store(2, 0), drop(0));
    ck_assert_uint_eq(live(heap), 5);
    play(heap, dead(0), store(2, 1));
    ck_assert_uint_eq(live(heap), 2);
    play(heap, store(2, NO_UNIT), dead(1), drop(1));
    ck_assert_uint_eq(live(heap), 1);
    heap_close(heap);
}
END_TEST

START_TEST(a_million_objects_fall_with_one_register_without_recursion) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1000000), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 0);
    ck_assert_uint_eq(heap_mutator_work(heap)->cascade_objects_max, 1000000);
    heap_close(heap);
}
END_TEST

START_TEST(a_million_objects_fall_with_one_cleared_slot_without_recursion) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 1000000), dead(0), drop(0));
    PauseWork work = execute(heap, collect(0));
    expect(work, 1000000, 1000000, 0);
    ck_assert_uint_eq(work.freed, 1000000);
    heap_close(heap);
}
END_TEST

// ---- collections ----

START_TEST(a_ring_stays_until_it_is_collected) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 3), chain(1, 2), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 5);
    ck_assert_uint_eq(heap_garbage(heap, 0).waiting_bytes, 3 * BYTES);
    PauseWork work = execute(heap, collect(0));
    expect(work, 5, 3, 2);
    ck_assert_uint_eq(work.result.edges, 4);
    ck_assert_uint_eq(work.moves, 3);
    ck_assert_uint_eq(work.futile, 2);
    ck_assert_uint_eq(work.freed, 3);
    ck_assert_uint_eq(live(heap), 2);
    ck_assert_uint_eq(heap_garbage(heap, 0).waiting_bytes, 0);
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 2);
    heap_close(heap);
}
END_TEST

START_TEST(garbage_counts_its_age_in_allocations) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 3), dead(0), drop(0), chain(1, 7));
    execute(heap, collect(0));
    ck_assert_uint_eq(heap_ages(heap)->count, 3);
    ck_assert_uint_eq(heap_ages(heap)->max, 7);
    heap_close(heap);
}
END_TEST

// Nepotism: what is dead and old keeps what is dead and young.
START_TEST(a_dead_old_ring_keeps_young_garbage_until_a_full_collection) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 2));
    execute(heap, collect(0));
    play(heap, chain(1, 1), store(0, 1), drop(1), dead(0), dead(1), drop(0));
    PauseWork young = execute(heap, collect(0));
    expect(young, 1, 0, 1);
    ck_assert_uint_eq(young.futile, 0);
    ck_assert_uint_eq(heap_garbage(heap, 1).held_bytes, BYTES);
    ck_assert_uint_eq(heap_garbage(heap, 1).waiting_bytes, 2 * BYTES);
    expect(execute(heap, collect(2)), 3, 3, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// The young ring is the only holder of an older chain, which is no candidate.
START_TEST(what_falls_with_garbage_is_freed_though_it_was_not_collected) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 4));
    execute(heap, collect(0));
    play(heap, to(ring(1, 2), 0), drop(0), dead(0), dead(1), drop(1));
    PauseWork work = execute(heap, collect(0));
    expect(work, 2, 2, 0);
    ck_assert_uint_eq(work.freed, 6);
    ck_assert_uint_eq(heap_mutator_work(heap)->freed_refcount, 0);
    heap_close(heap);
}
END_TEST

static void expect_order(const Heap *heap, uint32_t space, const uint32_t *units, size_t count) {
    const Space *found = &heap->spaces[space];
    ck_assert_uint_eq(found->objects, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(found->members[i],
                          heap->instances[heap->instance_of_unit[units[i]]].first);
}

START_TEST(a_survivor_that_was_put_aside_comes_back_at_the_end) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1), to(chain(1, 1), 0), chain(2, 1), drop(0));
    PauseWork work = execute(heap, collect(0));
    expect(work, 3, 0, 3);
    ck_assert_uint_eq(work.moves, 1);
    expect_order(heap, 1, (uint32_t[]){1, 2, 0}, 3);
    heap_close(heap);
}
END_TEST

START_TEST(a_survivor_that_was_put_aside_brings_back_what_it_refers_to) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1), to(chain(1, 1), 0), to(chain(2, 1), 1), drop(0), drop(1));
    expect(execute(heap, collect(0)), 3, 0, 3);
    expect_order(heap, 1, (uint32_t[]){2, 1, 0}, 3);
    heap_close(heap);
}
END_TEST

START_TEST(younger_lists_are_appended_in_order_to_the_oldest_condemned) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1));
    execute(heap, collect(1));
    play(heap, chain(1, 1));
    execute(heap, collect(0));
    play(heap, chain(2, 1));
    expect(execute(heap, collect(2)), 3, 0, 3);
    expect_order(heap, 2, (uint32_t[]){0, 2, 1}, 3);
    heap_close(heap);
}
END_TEST

START_TEST(a_hole_left_by_a_free_changes_no_order) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1), chain(1, 1), chain(2, 1), dead(1), drop(1), chain(3, 1));
    expect(execute(heap, collect(0)), 3, 0, 3);
    expect_order(heap, 1, (uint32_t[]){0, 2, 3}, 3);
    heap_close(heap);
}
END_TEST

// ---- finalizers ----

// 0 refers to itself through 3 objects and has a finalizer; 1 is garbage that refers to 0; 2 is
// garbage that 0 refers to.
static Heap *heap_with_finalizer(void) {
    Heap *heap = hand_heap_new();
    play(heap, ring(2, 2), to(of(ring(0, 3), WITH_FINALIZER), 2), to(ring(1, 2), 0));
    play(heap, drop(0), drop(2), dead(0), dead(1), dead(2), drop(1));
    return heap;
}

START_TEST(since_pep_442_garbage_with_finalizers_is_freed) {
    Heap *heap = heap_with_finalizer();
    PauseWork work = execute(heap, collect(0));
    expect(work, 7, 7, 0);
    ck_assert_uint_eq(work.finalizers, 1);
    ck_assert_uint_eq(work.result.uncollectable, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

static Plan legacy(uint8_t generation) {
    Plan plan = collect(generation);
    plan.finalizers = FINALIZERS_LEGACY;
    return plan;
}

START_TEST(a_legacy_finalizer_keeps_its_object_and_what_that_reaches) {
    Heap *heap = heap_with_finalizer();
    PauseWork work = execute(heap, legacy(0));
    expect(work, 7, 2, 0);
    ck_assert_uint_eq(work.result.uncollectable, 5);
    ck_assert_uint_eq(work.freed, 2);
    ck_assert_uint_eq(work.finalizers, 0);
    ck_assert_uint_eq(heap_levels(heap)->uncollectable_bytes, 5 * BYTES);
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 5);
    heap_close(heap);
}
END_TEST

START_TEST(uncollectable_objects_are_counted_once_and_stay) {
    Heap *heap = heap_with_finalizer();
    execute(heap, legacy(0));
    PauseWork work = execute(heap, legacy(2));
    expect(work, 5, 0, 5);
    ck_assert_uint_eq(work.result.uncollectable, 0);
    ck_assert_uint_eq(heap_levels(heap)->uncollectable_bytes, 5 * BYTES);
    heap_close(heap);
}
END_TEST

// Chain 0 is kept, but only the ring refers to it: it is gone before it could be put into
// gc.garbage.
START_TEST(what_a_legacy_finalizer_keeps_can_fall_with_garbage_that_refers_to_it) {
    Heap *heap = hand_heap_new();
    play(heap, of(chain(0, 3), WITH_FINALIZER), to(ring(1, 2), 0), drop(0));
    play(heap, dead(0), dead(1), drop(1));
    PauseWork work = execute(heap, legacy(0));
    expect(work, 5, 2, 0);
    ck_assert_uint_eq(work.result.uncollectable, 0);
    ck_assert_uint_eq(work.fallen, 3);
    ck_assert_uint_eq(work.freed, 5);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_legacy_finalizer_keeps_nothing_that_a_reference_count_frees) {
    Heap *heap = hand_heap_new();
    play(heap, of(chain(0, 3), WITH_FINALIZER), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// ---- freezing and regions ----

START_TEST(frozen_objects_are_no_candidates_and_keep_their_order) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1));
    execute(heap, collect(0));
    play(heap, chain(1, 1));
    PauseWork work = execute(heap, move(7, ASIDE));
    expect(work, 0, 0, 0);
    expect_order(heap, ASIDE, (uint32_t[]){1, 0}, 2);
    play(heap, chain(2, 1));
    expect(execute(heap, collect(2)), 1, 0, 1);
    execute(heap, move(1u << ASIDE, 2));
    expect_order(heap, 2, (uint32_t[]){2, 1, 0}, 3);
    heap_close(heap);
}
END_TEST

START_TEST(a_frozen_object_is_freed_by_its_reference_count) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 3));
    execute(heap, move(7, ASIDE));
    play(heap, dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 0);
    ck_assert_uint_eq(heap_view(heap)->young, 0);
    heap_close(heap);
}
END_TEST

START_TEST(a_cycle_with_a_frozen_member_waits_until_it_is_unfrozen) {
    Heap *heap = hand_heap_new();
    play(heap, chain(0, 1));
    execute(heap, move(7, ASIDE));
    play(heap, to(chain(1, 1), 0), store(0, 1), drop(0), dead(0), dead(1), drop(1));
    expect(execute(heap, collect(2)), 1, 0, 1);
    ck_assert_uint_eq(heap_garbage(heap, 2).held_bytes, BYTES);
    ck_assert_uint_eq(heap_garbage(heap, ASIDE).waiting_bytes, BYTES);
    execute(heap, move(1u << ASIDE, 2));
    expect(execute(heap, collect(2)), 2, 2, 0);
    heap_close(heap);
}
END_TEST

static Heap *heap_with_region(void) {
    HeapOptions options = hand_options();
    options.is_region[ASIDE] = true;
    Heap *heap = hand_heap_with(&options);
    heap_set_birth_spaces(heap, (uint8_t[TEMPLATES]){ASIDE});
    return heap;
}

enum { PER_ARENA = (1 << 20) / BYTES };  // blocks of a region lie close together

START_TEST(a_region_is_released_wholesale_and_its_arenas_go_back) {
    Heap *heap = heap_with_region();
    play(heap, ring(0, 2 * PER_ARENA), dead(0), drop(0));
    ck_assert_uint_eq(heap_memory(heap)->arenas, 2);
    PauseWork work = execute(heap, release(ASIDE, 2));
    expect(work, 2 * PER_ARENA, 2 * PER_ARENA, 0);
    ck_assert_uint_eq(work.freed, 2 * PER_ARENA);
    ck_assert_uint_eq(work.arenas_released, 2);
    ck_assert_uint_eq(heap_memory(heap)->arenas, 0);
    heap_close(heap);
}
END_TEST

START_TEST(what_others_refer_to_survives_its_region_and_holds_one_arena) {
    Heap *heap = heap_with_region();
    play(heap, ring(0, PER_ARENA), dead(0), drop(0), chain(1, 2));
    play(heap, to(of(chain(2, 1), LARGE_PAYLOAD), 1), drop(1));
    expect(execute(heap, release(ASIDE, 2)), PER_ARENA + 2, PER_ARENA, 2);
    ck_assert_uint_eq(heap_view(heap)->spaces[2].objects, 2);
    ck_assert_uint_eq(heap_memory(heap)->arenas, 2);  // that one, and the one of ordinary objects
    ck_assert_uint_eq(heap_memory(heap)->arenas_released, 1);
    play(heap, dead(1), dead(2), drop(2));
    ck_assert_uint_eq(heap_memory(heap)->arenas_released, 2);
    heap_close(heap);
}
END_TEST

START_TEST(a_region_is_no_candidate_while_it_is_open) {
    Heap *heap = heap_with_region();
    play(heap, ring(0, 5), dead(0), drop(0), of(chain(1, 2), LARGE_PAYLOAD));
    expect(execute(heap, collect(2)), 2, 0, 2);
    heap_close(heap);
}
END_TEST

// ---- native payload ----

START_TEST(payload_is_live_and_held_until_its_object_is_freed) {
    Heap *heap = hand_heap_new();
    play(heap, of(chain(0, 3), LARGE_PAYLOAD));
    ck_assert_uint_eq(heap_view(heap)->payload_bytes, LARGE_BYTES);
    ck_assert_uint_eq(heap_view(heap)->live_bytes, 3 * BYTES + LARGE_BYTES);
    ck_assert_uint_eq(heap_memory(heap)->held_bytes, (1 << 20) + memory_large_held(LARGE_BYTES));
    play(heap, dead(0), drop(0));
    ck_assert_uint_eq(heap_view(heap)->live_bytes, 0);
    ck_assert_uint_eq(heap_view(heap)->payload_bytes, 0);
    ck_assert_uint_eq(heap_memory(heap)->large_bytes, 0);
    ck_assert_uint_eq(heap_mutator_work(heap)->payloads, 1);
    ck_assert_uint_eq(heap_mutator_work(heap)->payloads_freed, 1);
    heap_close(heap);
}
END_TEST

START_TEST(payload_freed_in_a_pause_is_work_of_the_pause) {
    Heap *heap = hand_heap_new();
    play(heap, of(ring(0, 3), LARGE_PAYLOAD), of(ring(1, 2), SMALL_PAYLOAD));
    play(heap, of(ring(2, 2), SMALL_PAYLOAD));
    play(heap, dead(0), drop(0), dead(1), drop(1), dead(2), drop(2));
    PauseWork work = execute(heap, collect(0));
    ck_assert_uint_eq(work.condemned_bytes, 7 * BYTES + LARGE_BYTES + 2 * SMALL_BYTES);
    ck_assert_uint_eq(work.payloads_large, 1);
    ck_assert_uint_eq(work.payloads_small, 2);
    ck_assert_uint_eq(heap_mutator_work(heap)->payloads_freed, 0);
    heap_close(heap);
}
END_TEST

Suite *heap_suite(void) {
    Suite *suite = suite_create("heap");
    TCase *reference_counts = tcase_create("reference counts");
    tcase_set_timeout(reference_counts, 60);
    tcase_add_test(reference_counts, an_open_chain_is_freed_with_its_register);
    tcase_add_test(reference_counts, a_unit_lives_as_long_as_another_refers_to_it);
    tcase_add_test(reference_counts, a_store_frees_what_only_the_old_target_kept);
    tcase_add_test(reference_counts, a_million_objects_fall_with_one_register_without_recursion);
    tcase_add_test(reference_counts,
                   a_million_objects_fall_with_one_cleared_slot_without_recursion);
    suite_add_tcase(suite, reference_counts);
    TCase *collections = tcase_create("collections");
    tcase_set_timeout(collections, 60);
    tcase_add_test(collections, a_ring_stays_until_it_is_collected);
    tcase_add_test(collections, garbage_counts_its_age_in_allocations);
    tcase_add_test(collections, a_dead_old_ring_keeps_young_garbage_until_a_full_collection);
    tcase_add_test(collections, what_falls_with_garbage_is_freed_though_it_was_not_collected);
    tcase_add_test(collections, a_survivor_that_was_put_aside_comes_back_at_the_end);
    tcase_add_test(collections, a_survivor_that_was_put_aside_brings_back_what_it_refers_to);
    tcase_add_test(collections, younger_lists_are_appended_in_order_to_the_oldest_condemned);
    tcase_add_test(collections, a_hole_left_by_a_free_changes_no_order);
    suite_add_tcase(suite, collections);
    TCase *finalizers = tcase_create("finalizers");
    tcase_set_timeout(finalizers, 60);
    tcase_add_test(finalizers, since_pep_442_garbage_with_finalizers_is_freed);
    tcase_add_test(finalizers, a_legacy_finalizer_keeps_its_object_and_what_that_reaches);
    tcase_add_test(finalizers, uncollectable_objects_are_counted_once_and_stay);
    tcase_add_test(finalizers,
                   what_a_legacy_finalizer_keeps_can_fall_with_garbage_that_refers_to_it);
    tcase_add_test(finalizers, a_legacy_finalizer_keeps_nothing_that_a_reference_count_frees);
    suite_add_tcase(suite, finalizers);
    TCase *freezing_and_regions = tcase_create("freezing and regions");
    tcase_set_timeout(freezing_and_regions, 60);
    tcase_add_test(freezing_and_regions, frozen_objects_are_no_candidates_and_keep_their_order);
    tcase_add_test(freezing_and_regions, a_frozen_object_is_freed_by_its_reference_count);
    tcase_add_test(freezing_and_regions, a_cycle_with_a_frozen_member_waits_until_it_is_unfrozen);
    tcase_add_test(freezing_and_regions, a_region_is_released_wholesale_and_its_arenas_go_back);
    tcase_add_test(freezing_and_regions,
                   what_others_refer_to_survives_its_region_and_holds_one_arena);
    tcase_add_test(freezing_and_regions, a_region_is_no_candidate_while_it_is_open);
    suite_add_tcase(suite, freezing_and_regions);
    TCase *native_payload = tcase_create("native payload");
    tcase_set_timeout(native_payload, 60);
    tcase_add_test(native_payload, payload_is_live_and_held_until_its_object_is_freed);
    tcase_add_test(native_payload, payload_freed_in_a_pause_is_work_of_the_pause);
    suite_add_tcase(suite, native_payload);
    return suite;
}
