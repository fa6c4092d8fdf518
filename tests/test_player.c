// test_player.c -- a trace as a workload: which events it becomes
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutator.h"
#include "spec_trace.h"
#include "suites.h"
#include "trace_case.h"

static void text(TraceWriter *writer, TraceKind kind, uint64_t number, const char *name) {
    trace_write_event(writer, &(TraceEvent){.kind = kind, .numbers = {number}, .text = name});
}

static void spec_of(Spec *spec) {
    Error error = {0};
    ck_assert_msg(spec_read(spec, trace_case_path, NULL, 0, &error), "%s", error.text);
}

// U unit, c: closed; X DEAD, D DROP, P phase, C generation; T what a TALLY does.
// Levels of empty free lists are left out.
static void story_of(const Spec *spec, char *story, size_t size) {
    Error error = {0};
    size_t used = 0, count;
    Mutator *mutator = mutator_open(spec, &error);
    ck_assert_msg(mutator != NULL, "%s", error.text);
    story[0] = '\0';
    for (const Event *event; event = mutator_next(mutator, 1, &count), count > 0;) {
        static const char letters[OP_COUNT] = {
            [OP_UNIT] = 'U',  [OP_DEAD] = 'X',  [OP_DROP] = 'D',
            [OP_PHASE] = 'P', [OP_TALLY] = 'T', [OP_COLLECT] = 'C'};
        const bool is_unit = event->op == OP_UNIT || event->op == OP_DEAD || event->op == OP_DROP;
        if (event->op == OP_TALLY && event->flags == TALLY_LIST_LEVEL && event->value == 0)
            continue;
        used += (size_t)snprintf(story + used, size - used, "%c%d%s ", letters[event->op],
                                 (int)(is_unit                 ? event->unit
                                       : event->op == OP_TALLY ? event->flags
                                                               : event->value),
                                 event->op == OP_UNIT && event->flags & UNIT_CLOSED ? "c" : "");
        ck_assert_uint_lt(used, size);
    }
    mutator_close(mutator);
}

START_TEST(who_dies_by_count_is_dropped_and_who_does_not_is_a_cycle) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 64);  // 0: dies by its count
    trace_write_birth(writer, 64);  // 1: garbage
    trace_write_birth(writer, 64);  // 2: stays, but no pass finds it
    trace_note(writer, TRACE_TRACKED, 1, 5, 0);
    trace_write_death(writer, 0);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_PASS});
    trace_note(writer, TRACE_UNREACHABLE, 1, 0, 0);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_TRIGGER, 0);
    trace_write_death(writer, 1);  // what the recorded collection did
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_COLLECTED});
    trace_write_birth(writer, 64);  // 1 again
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 1);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0 U1c U2 X0 D0 X1 D1 T0 X2 D2 T3 U1 T0 X1 D1 T3 C1 P-1 ");
    ck_assert(!spec.trace_truncated);
    ck_assert_uint_eq(spec_allocations(&spec), 4);
}
END_TEST

START_TEST(a_free_list_gives_garbage_out_as_another_object) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 56);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_UNREACHABLE, 0, 0, 0);
    trace_note(writer, TRACE_UNTRACKED, 0, 0, 0);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_write_death(writer, 0);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0c X0 D0 T2 U0 X0 D0 P-1 ");
}
END_TEST

// Untracked, a tuple is memory and no candidate; tracked again, it is as young as any other. What
// is resurrected was no garbage.
START_TEST(who_is_untracked_is_a_block_until_it_comes_back) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 56);
    trace_write_birth(writer, 56);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_TRACKED, 1, 5, 0);
    trace_note(writer, TRACE_UNTRACKED, 0, 0, 0);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_UNREACHABLE, 1, 0, 0);
    trace_note(writer, TRACE_REACHABLE, 1, 0, 0);
    trace_write_death(writer, 1);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0 U1 T0 X0 D0 T3 T4 T2 U0 X1 D1 P-1 ");
}
END_TEST

static void collected(TraceWriter *writer, uint64_t callbacks, uint64_t kept) {
    trace_write_event(
        writer,
        &(TraceEvent){.kind = TRACE_COLLECTED, .numbers[5] = callbacks, .numbers[6] = kept});
}

// 0 is born within a collection, 1 while an exception is set: they count, and begin nothing.
START_TEST(who_cannot_begin_a_collection_is_counted_afterwards) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    trace_write_birth(writer, 56);
    collected(writer, 0, 0);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_EXCEPTION});
    trace_write_birth(writer, 56);
    trace_write_birth(writer, 56);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 C0 T2 U0 T0 T2 U1 T0 U2 P-1 ");
}
END_TEST

// And none is called twice: of three, two objects cannot have been.
START_TEST(a_weak_reference_that_is_called_is_an_object_that_is_collected) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 56);
    trace_write_death(writer, 0);
    trace_write_birth(writer, 56);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_CALL, 0, 1}});
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_UNREACHABLE, 0, 4, 0);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    trace_write_death(writer, 0);
    collected(writer, 3, 0);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0 X0 D0 U0c T2 U1c X1 D1 T2 U1c X1 D1 X0 D0 C0 P-1 ");
    ck_assert_str_eq(spec.populations[2].name, "callback-32");
    ck_assert_uint_eq(spec.populations[2].allocations, 2);
    ck_assert_uint_eq(spec_allocations(&spec), 4);
}
END_TEST

// The first block that dies in the collection is what a finalizer let go: it was not collected.
START_TEST(what_a_finalizer_lets_go_dies_by_its_count) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    for (uint32_t i = 0; i < 2; i++) trace_write_birth(writer, 56);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_CALL, 0, 2}});
    for (uint32_t i = 0; i < 2; i++) trace_note(writer, TRACE_TRACKED, i, 5, 0);
    for (uint32_t i = 0; i < 2; i++) trace_note(writer, TRACE_UNREACHABLE, i, 1, 0);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    trace_write_death(writer, 1);
    trace_write_death(writer, 0);
    collected(writer, 0, 1);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0c U1 X0 D0 C0 T0 X1 D1 P-1 ");
}
END_TEST

// 0 is old when it dies, and refers to 1, which is young: a young collection finds neither.
START_TEST(garbage_that_older_garbage_refers_to_waits_for_its_collection) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 56);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    collected(writer, 0, 0);
    trace_write_birth(writer, 56);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_SAMPLE, 1, 2}});
    trace_note(writer, TRACE_TRACKED, 1, 5, 0);
    trace_note(writer, TRACE_UNREACHABLE, 0, 0, 0);
    trace_note(writer, TRACE_REFERS, 1, 0, 0);
    trace_note(writer, TRACE_UNREACHABLE, 1, 0, 0);
    for (uint64_t generation = 0; generation < 2; generation++) {
        trace_write_event(
            writer, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_CALL, generation, 2}});
        if (generation == 0) trace_note(writer, TRACE_REACHABLE, 1, 0, 0);
        trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, generation);
        collected(writer, 0, 0);
    }
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 U0c C0 U1c X0 D0 C0 X1 D1 C1 P-1 ");
}
END_TEST

// A list goes to its free list and comes back, uncounted; after a collection it has two.
START_TEST(free_lists_are_played) {
    static Spec spec;
    char story[256];
    TraceWriter *writer = trace_case_open();
    text(writer, TRACE_TYPE, 5, "list");
    trace_write_birth(writer, 56);
    trace_note(writer, TRACE_TRACKED, 0, 5, 0);
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 2);  // one more
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 1);  // one less
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 1);  // that was there before the trace
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 4);
    collected(writer, 0, 0);
    trace_write_death(writer, 0);
    trace_case_close(writer, true);
    spec_of(&spec);
    story_of(&spec, story, sizeof story);
    ck_assert_str_eq(story, "P0 T7 U0 T6 T5 C0 T9 X0 D0 P-1 ");
    ck_assert_uint_eq(spec.populations[0].template.free_list, 1);
}
END_TEST

START_TEST(phases_types_and_sizes_are_populations) {
    static Spec spec;
    TraceWriter *writer = trace_case_open();
    text(writer, TRACE_TYPE, 5, "list");
    for (int i = 0; i < 3; i++)
        trace_note(writer, TRACE_TRACKED, trace_write_birth(writer, 56), 5, 0);
    trace_write_birth(writer, 64);
    text(writer, TRACE_PHASE, 0, "serve");
    for (int i = 0; i < 2; i++)
        trace_note(writer, TRACE_TRACKED, trace_write_birth(writer, 56), 5, 0);
    trace_case_close(writer, false);
    spec_of(&spec);
    ck_assert_uint_eq(spec.phase_count, 2);
    ck_assert_str_eq(spec.phases[0].name, "start");
    ck_assert_str_eq(spec.phases[1].name, "serve");
    ck_assert_uint_eq(spec.phases[0].allocations, 4);
    ck_assert_uint_eq(spec.phases[1].allocations, 2);
    ck_assert_uint_eq(spec.population_count, 3);  // the most frequent first
    ck_assert_str_eq(spec.populations[0].name, "list-56");
    ck_assert_uint_eq(spec.populations[0].allocations, 3);
    ck_assert_uint_eq(spec.populations[1].phase, 1);
    ck_assert_str_eq(spec.populations[2].name, "unseen-64");
    ck_assert_uint_eq(spec.populations[2].template.bytes, 64);
    ck_assert(spec.trace_truncated);
}
END_TEST

START_TEST(what_has_no_population_of_its_own_is_one_of_mean_size) {
    static Spec spec;
    TraceWriter *writer = trace_case_open();
    for (uint64_t i = 0; i < POPULATIONS_MAX + 9; i++) trace_write_birth(writer, 64 + 8 * i);
    trace_case_close(writer, true);
    spec_of(&spec);
    ck_assert_uint_eq(spec.population_count, POPULATIONS_MAX - 1);  // one is for weak references
    uint64_t allocations = 0;
    for (uint32_t i = 0; i < spec.population_count; i++)
        allocations += spec.populations[i].allocations;
    ck_assert_uint_eq(allocations, POPULATIONS_MAX + 9);
    ck_assert_str_eq(spec.populations[POPULATIONS_MAX - 2].name, "other");
    ck_assert_uint_eq(spec.populations[POPULATIONS_MAX - 2].allocations, 11);
}
END_TEST

START_TEST(of_a_recording_only_the_limit_can_be_set) {
    static const char *const limit[] = {"workload.memory_limit=5M"}, *const seed[] = {
                                                                         "workload.seed=3"};
    static Spec spec;
    Error error = {0};
    TraceWriter *writer = trace_case_open();
    trace_write_birth(writer, 64);
    trace_case_close(writer, true);
    ck_assert(spec_read(&spec, trace_case_path, limit, 1, &error));
    ck_assert_uint_eq(spec.memory_limit, 5 << 20);
    const uint64_t digest = spec.digest;
    spec_of(&spec);
    ck_assert_uint_ne(spec.digest, digest);
    ck_assert(!spec_read(&spec, trace_case_path, seed, 1, &error));
    ck_assert_msg(strstr(error.text, "workload.seed=3' cannot be set") != NULL, "%s", error.text);
}
END_TEST

Suite *player_suite(void) {
    Suite *suite = suite_create("player");
    TCase *tests = tcase_create("traces as workloads");
    tcase_add_checked_fixture(tests, trace_case_setup, trace_case_teardown);
    tcase_add_test(tests, who_dies_by_count_is_dropped_and_who_does_not_is_a_cycle);
    tcase_add_test(tests, a_free_list_gives_garbage_out_as_another_object);
    tcase_add_test(tests, who_is_untracked_is_a_block_until_it_comes_back);
    tcase_add_test(tests, who_cannot_begin_a_collection_is_counted_afterwards);
    tcase_add_test(tests, a_weak_reference_that_is_called_is_an_object_that_is_collected);
    tcase_add_test(tests, what_a_finalizer_lets_go_dies_by_its_count);
    tcase_add_test(tests, garbage_that_older_garbage_refers_to_waits_for_its_collection);
    tcase_add_test(tests, free_lists_are_played);
    tcase_add_test(tests, phases_types_and_sizes_are_populations);
    tcase_add_test(tests, what_has_no_population_of_its_own_is_one_of_mean_size);
    tcase_add_test(tests, of_a_recording_only_the_limit_can_be_set);
    suite_add_tcase(suite, tests);
    return suite;
}
