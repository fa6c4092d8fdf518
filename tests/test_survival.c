// test_survival.c -- what young collections find under every threshold: against one at a time
#include <stdio.h>
#include <stdlib.h>

#include "rng.h"
#include "suites.h"
#include "trace_case.h"
#include "trace_survival.h"

enum { EVENTS = 20000, OBJECTS = EVENTS };

static Survival survival_of(TraceWriter *writer) {
    Error error = {0};
    Survival survival;
    trace_case_close(writer, true);
    TraceReader *reader = trace_reader_new(trace_case_path, &error);
    ck_assert_msg(reader != NULL, "%s", error.text);
    ck_assert_msg(trace_survival(reader, &survival, &error), "%s", error.text);
    trace_reader_free(reader);
    return survival;
}

static SurvivalPoint point_of(const Survival *survival, uint64_t threshold) {
    for (size_t i = 0; i < survival->count; i++)
        if (survival->points[i].threshold == threshold) return survival->points[i];
    ck_abort_msg("no threshold %llu", (unsigned long long)threshold);
    return (SurvivalPoint){0};
}

// ---- one threshold, the slow way ----

typedef struct {
    bool is_there, tracked, garbage;
    uint64_t birth;
} Thing;

typedef struct {
    SurvivalPoint point;
    Thing things[OBJECTS];
    size_t count;
    uint64_t counter, since, now;
} Naive;

static void naive_collect(Naive *n) {
    for (size_t i = 0; i < n->count; i++) {
        const Thing *thing = &n->things[i];
        if (!thing->tracked || thing->birth < n->since) continue;
        if (thing->garbage)
            n->point.found++;
        else if (thing->is_there)
            n->point.survivors++;
    }
    n->point.collections++;
    n->counter = 0;
    n->since = n->now;
}

static void naive_born(Naive *n) {
    if (++n->counter > n->point.threshold) naive_collect(n);
    n->things[n->count++] = (Thing){.is_there = true, .birth = n->now};
}

static void naive_tracked(Naive *n, size_t thing) {
    n->things[thing].tracked = true;
    n->point.survivors += n->things[thing].birth < n->since;
}

// ---- the same events for both ----

typedef struct {
    TraceWriter *writer;
    uint32_t slots[OBJECTS];
    size_t live[OBJECTS];
    size_t live_count, count;
} Program;

static void program_step(Program *p, Naive *naive, Rng *rng) {
    const uint32_t die = rng_below(rng, 100);
    naive->now++;
    if (die < 50 || p->live_count == 0) {
        p->slots[p->count] = trace_write_birth(p->writer, 64);
        p->live[p->live_count++] = p->count++;
        naive_born(naive);
        return;
    }
    const size_t at = rng_below(rng, (uint32_t)p->live_count), thing = p->live[at];
    Thing *known = &naive->things[thing];
    if (die < 75) {
        p->live[at] = p->live[--p->live_count];
        trace_write_death(p->writer, p->slots[thing]);
        known->is_there = false;
        naive->counter -= naive->counter > 0;
    } else if (!known->tracked) {
        trace_note(p->writer, TRACE_TRACKED, p->slots[thing], 7, 0);
        naive_tracked(naive, thing);
    } else if (die < 85) {
        p->live[at] = p->live[--p->live_count];  // garbage stays where it is
        trace_note(p->writer, TRACE_UNREACHABLE, p->slots[thing], 0, 0);
        known->garbage = true;
    } else {
        trace_note(p->writer, TRACE_REFERS, p->slots[thing], 0, 0);  // says nothing here
    }
}

START_TEST(each_threshold_is_as_if_it_were_alone) {
    static const uint64_t thresholds[] = {100, 125, 400, 700, 1000};
    static Naive naive;
    static Program program;
    const char *text = getenv("OURO_SEED");
    const uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    printf("test_survival: OURO_SEED=%llu\n", (unsigned long long)seed);
    for (size_t i = 0; i < ARRAY_LENGTH(thresholds); i++) {
        Rng rng;
        rng_seed(&rng, seed, 0);
        naive = (Naive){.point.threshold = thresholds[i]};
        program = (Program){.writer = trace_case_open()};
        for (size_t event = 0; event < EVENTS; event++) program_step(&program, &naive, &rng);
        const Survival survival = survival_of(program.writer);
        const SurvivalPoint found = point_of(&survival, thresholds[i]);
        ck_assert_uint_gt(found.collections, 2);
        ck_assert_uint_gt(found.found, 0);
        ck_assert_uint_eq(found.collections, naive.point.collections);
        ck_assert_uint_eq(found.survivors, naive.point.survivors);
        ck_assert_uint_eq(found.found, naive.point.found);
    }
}
END_TEST

// ---- free lists, thresholds ----

static void births(TraceWriter *writer, int count) {
    for (int i = 0; i < count; i++) trace_write_birth(writer, 56);
}

static void collected(TraceWriter *writer, uint64_t generation) {
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_COLLECTED, .numbers = {generation}});
}

// The recorded collection leaves three lists; who had none has to allocate them.
START_TEST(a_block_from_a_free_list_that_others_do_not_have_is_counted) {
    TraceWriter *writer = trace_case_open();
    births(writer, 1);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_TRIGGER, 0);
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 6);  // zigzag: 3 more
    collected(writer, 0);
    for (int i = 0; i < 3; i++) trace_note(writer, TRACE_FREE_LIST, 0, 0, 1);  // one less
    births(writer, _i == 0 ? 96 : 97);
    const Survival survival = survival_of(writer);
    ck_assert_uint_eq(point_of(&survival, 100).collections, (uint64_t)_i);
    ck_assert_uint_eq(point_of(&survival, 125).collections, 0);
}
END_TEST

START_TEST(who_had_the_recorded_collection_has_its_free_lists) {
    TraceWriter *writer = trace_case_open();
    births(writer, 701);  // due at 700, and at less
    trace_note(writer, TRACE_COLLECT, 0, TRACE_TRIGGER, 0);
    trace_note(writer, TRACE_FREE_LIST, 0, 0, 6);
    collected(writer, 0);
    for (int i = 0; i < 3; i++) trace_note(writer, TRACE_FREE_LIST, 0, 0, 1);
    births(writer, 700);
    const Survival survival = survival_of(writer);
    ck_assert_uint_eq(survival.recorded_collections, 1);
    ck_assert_uint_eq(survival.recorded_threshold, 700);
    ck_assert_uint_eq(point_of(&survival, 700).collections, 1);
    ck_assert_uint_eq(point_of(&survival, 800).collections, 1);
    ck_assert_uint_eq(point_of(&survival, 1250).collections, 1);
}
END_TEST

START_TEST(what_counts_begins_when_thresholds_are_first_set) {
    TraceWriter *writer = trace_case_open();
    TraceEvent set = {.kind = TRACE_THRESHOLDS, .numbers = {1500, 10, 10}};
    births(writer, 701);
    trace_write_event(writer, &set);
    births(writer, 1500);
    Survival survival = survival_of(writer);
    ck_assert_uint_eq(survival.recorded_threshold, 1500);
    ck_assert_uint_eq(point_of(&survival, 1500).collections, 0);
    ck_assert_uint_eq(point_of(&survival, 1250).collections, 1);
    ck_assert_uint_eq(point_of(&survival, 100).collections, 14);
}
END_TEST

START_TEST(a_call_of_the_collector_is_one_for_all) {
    TraceWriter *writer = trace_case_open();
    births(writer, 100);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 2);
    collected(writer, 2);
    births(writer, 100);
    const Survival survival = survival_of(writer);
    ck_assert_uint_eq(survival.called, 1);
    ck_assert_uint_eq(point_of(&survival, 100).collections, 0);
}
END_TEST

Suite *survival_suite(void) {
    Suite *suite = suite_create("survival");
    TCase *tests = tcase_create("survival");
    tcase_add_checked_fixture(tests, trace_case_setup, trace_case_teardown);
    tcase_add_test(tests, each_threshold_is_as_if_it_were_alone);
    tcase_add_loop_test(tests, a_block_from_a_free_list_that_others_do_not_have_is_counted, 0, 2);
    tcase_add_test(tests, who_had_the_recorded_collection_has_its_free_lists);
    tcase_add_test(tests, what_counts_begins_when_thresholds_are_first_set);
    tcase_add_test(tests, a_call_of_the_collector_is_one_for_all);
    suite_add_tcase(suite, tests);
    return suite;
}
