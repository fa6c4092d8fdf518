// test_trace_fit.c -- a workload like a recording: what is measured, what is sorted, what becomes
#include <stdio.h>
#include <stdlib.h>

#include "mutator.h"
#include "rng.h"
#include "suites.h"
#include "trace_case.h"
#include "trace_fit.h"

// ---- nominal figures ----

// The same, object by object.
START_TEST(each_object_of_a_unit_has_its_own_age) {
    Rng rng;
    rng_seed(&rng, 11, 1);
    for (uint32_t round = 0; round < 200; round++) {
        const uint64_t objects = 1 + rng_below(&rng, 700), born = rng_below(&rng, 50);
        const uint64_t now = born + objects + rng_below(&rng, 5000);
        Nominal nominal = {0};
        nominal_born(&nominal, objects, 8 * objects);
        nominal_died(&nominal, objects, born, now);
        for (size_t i = 0; i < NOMINAL_AGES; i++) {
            uint64_t older = 0;
            for (uint64_t k = 1; k <= objects; k++) older += now - born - k >= nominal_age(i);
            ck_assert_uint_eq(nominal.survivors[i], older);
        }
        ck_assert_uint_eq(nominal.live, 0);
        ck_assert_uint_eq(nominal.live_max, objects);
    }
}
END_TEST

START_TEST(powers_of_eight_are_between_ages) {
    for (uint64_t power = 8; power <= 1ull << 21; power *= 8)
        ck_assert_uint_eq(fit_age(power), fit_age(power - 1) + 1);
    ck_assert_uint_eq(fit_age(UINT64_MAX), FIT_AGES - 1);
}
END_TEST

// ---- turns instead of chance ----

// Two of 500 in 3000, the rest single: each half of the way from the ends of its third.
START_TEST(who_comes_by_turns_comes_as_often_as_its_share_says) {
    static const char text[] =
        "[phase p]\neven = yes\n"
        "[population big]\nallocations = 1000\nshape = chain\nobjects = 500\nlifetime = forever\n"
        "[population few]\nallocations = 1600\nobjects = table 2:50% 6:25% 10:25%\n"
        "shape = chain\nlifetime = fixed 10\n"
        "[population one]\nallocations = 400\nlifetime = fixed 10\n";
    static Spec spec;
    Error error = {0};
    uint64_t born = 0, big_at[8] = {0}, sizes[16] = {0}, units[3] = {0};
    size_t count;
    ck_assert_msg(spec_read_text(&spec, "even", text, NULL, 0, &error), "%s", error.text);
    Mutator *mutator = mutator_open(&spec, &error);
    for (const Event *e; e = mutator_next(mutator, 1, &count), count > 0;) {
        if (e->op != OP_UNIT) continue;
        if (e->template == 0) big_at[units[0]] = born;
        if (e->template == 1) sizes[e->value]++;
        units[e->template]++;
        born += e->value;
    }
    mutator_close(mutator);
    ck_assert_uint_eq(units[0], 2);
    ck_assert(big_at[0] > 450 && big_at[0] < 750 && big_at[1] > 1950 && big_at[1] < 2250);
    ck_assert_uint_ge(units[2], 398);
    ck_assert_uint_le(units[2], 401);
    ck_assert(sizes[2] >= 158 && sizes[2] <= 162);
    ck_assert(sizes[6] >= 78 && sizes[6] <= 82 && sizes[10] >= 78 && sizes[10] <= 82);
}
END_TEST

START_TEST(a_key_of_later_is_in_the_digest_only_where_it_is_not_the_default) {
    static const char *const texts[] = {
        "[phase p]\nallocations = 10\n[population u]\nlifetime = forever\n",
        "[phase p]\nallocations = 10\neven = no\n[population u]\nlifetime = forever\n",
        "[phase p]\nallocations = 10\neven = yes\n[population u]\nlifetime = forever\n"};
    static Spec specs[3];
    Error error = {0};
    for (size_t i = 0; i < 3; i++)
        ck_assert(spec_read_text(&specs[i], "later", texts[i], NULL, 0, &error));
    ck_assert_uint_eq(specs[0].digest, specs[1].digest);
    ck_assert_uint_ne(specs[0].digest, specs[2].digest);
}
END_TEST

// ---- traces ----

static void fit_of(TraceWriter *writer, uint32_t parts, TraceFit *fit) {
    Error error = {0};
    trace_case_close(writer, true);
    TraceFitter *fitter = trace_fitter_new(trace_case_path, &error);
    ck_assert_msg(fitter != NULL, "%s", error.text);
    trace_fit(fitter, parts, fit);
    trace_fitter_free(fitter);
}

static const FitPopulation *population_of(const TraceFit *fit, FitEnd end, bool is_single) {
    for (uint32_t i = 0; i < fit->population_count; i++)
        if (fit->populations[i].end == end && fit->populations[i].is_single == is_single)
            return &fit->populations[i];
    ck_abort_msg("no such population");
    return NULL;
}

// 0, 1 and 2 are garbage, 0 refers to 1; 3 dies with 4, both as old as 8 or 9; 5 to 12 stay.
START_TEST(what_refers_to_each_other_is_a_component_what_dies_at_once_a_unit) {
    static TraceFit fit;
    TraceWriter *writer = trace_case_open();
    for (uint32_t i = 0; i < 13; i++) trace_write_birth(writer, 56);
    trace_write_death(writer, 3);
    trace_write_death(writer, 4);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_CALL, 0, 4}});
    for (uint32_t i = 0; i < 13; i++)
        if (i < 3 || i > 4) trace_note(writer, TRACE_TRACKED, i, 5, 0);
    trace_note(writer, TRACE_UNREACHABLE, 0, 0, 0);
    trace_note(writer, TRACE_REFERS, 1, 0, 0);
    trace_note(writer, TRACE_UNREACHABLE, 1, 0, 0);
    trace_note(writer, TRACE_UNREACHABLE, 2, 0, 0);
    trace_note(writer, TRACE_COLLECT, 0, TRACE_CALL, 0);
    for (uint32_t i = 0; i < 3; i++) trace_write_death(writer, i);
    trace_write_event(writer, &(TraceEvent){.kind = TRACE_COLLECTED, .numbers = {0, 3}});
    fit_of(writer, 1, &fit);
    ck_assert_uint_eq(fit.parts[0].calls, 1);
    ck_assert_uint_eq(fit.nominal.objects, 13);
    ck_assert_uint_eq(fit.nominal.live, 8);
    ck_assert_uint_eq(fit.nominal.components, 2);
    ck_assert_uint_eq(fit.nominal.cyclic, 3);
    ck_assert_uint_eq(population_of(&fit, FIT_CYCLIC, false)->objects, 2);
    ck_assert_uint_eq(population_of(&fit, FIT_CYCLIC, true)->units, 1);
    ck_assert_uint_eq(population_of(&fit, FIT_KEPT, true)->bytes, 8 * 56);
    const FitPopulation *unit = population_of(&fit, FIT_COUNTED, false);
    ck_assert_uint_eq(unit->units, 1);
    ck_assert_uint_eq(unit->sizes[2].units, 1);
    // Built in one go they are 8 and 9 old if they are held for 7.
    ck_assert_uint_eq(unit->lifetimes[7].sum, 7);
}
END_TEST

// Objects that take turns: one dies when the next is born. It grows for 400, then serves.
static void grow_and_serve(TraceWriter *writer, uint32_t births) {
    for (uint32_t i = 0; i < 400; i++) trace_write_birth(writer, 64);
    for (uint32_t i = 0; i < births; i++) trace_write_death(writer, trace_write_birth(writer, 72));
}

START_TEST(a_run_that_names_no_phase_is_cut_where_it_stops_growing) {
    static TraceFit fit;
    static Spec spec;
    Error error = {0};
    TraceWriter *writer = trace_case_open();
    grow_and_serve(writer, 1600);
    fit_of(writer, 4, &fit);
    ck_assert_uint_eq(fit.part_count, 4);
    ck_assert_str_eq(fit.parts[0].name, "start");
    ck_assert_str_eq(fit.parts[1].name, "steady-1");
    ck_assert(fit.parts[0].objects > 380 && fit.parts[0].objects < 420);
    ck_assert_msg(spec_read(&spec, trace_case_path, NULL, 0, &error), "%s", error.text);
    ck_assert_uint_eq(spec.phase_count, 2);
    ck_assert_uint_eq(spec.phases[0].allocations, fit.parts[0].objects);
    // The stream has that phase at that birth.
    Mutator *mutator = mutator_open(&spec, &error);
    uint64_t born = 0, phase_at = 0;
    size_t count;
    for (const Event *e; e = mutator_next(mutator, 1, &count), count > 0;) {
        if (e->op == OP_PHASE && e->value == 1) phase_at = born;
        born += e->op == OP_UNIT;
    }
    mutator_close(mutator);
    ck_assert_uint_eq(phase_at, fit.parts[0].objects);
}
END_TEST

// What the program names, it is cut by, a name that comes again with a number.
START_TEST(phases_of_one_name_are_parts_of_several) {
    static TraceFit fit;
    static const char *const names[] = {"a b", "c", "a b"};
    TraceWriter *writer = trace_case_open();
    for (size_t i = 0; i < 3; i++) {
        trace_write_event(writer, &(TraceEvent){.kind = TRACE_PHASE, .text = names[i]});
        for (uint32_t k = 0; k < 10; k++) trace_write_birth(writer, 64);
    }
    fit_of(writer, 1, &fit);
    ck_assert_uint_eq(fit.part_count, 3);
    ck_assert_str_eq(fit.parts[0].name, "a_b");
    ck_assert_str_eq(fit.parts[1].name, "c");
    ck_assert_str_eq(fit.parts[2].name, "a_b_2");
    for (size_t i = 0; i < 3; i++) ck_assert_uint_eq(fit.parts[i].objects, 10);
}
END_TEST

// However many kinds there are: all objects are in some population.
START_TEST(populations_are_at_most_as_many_as_a_workload_has) {
    static TraceFit fit;
    Rng rng;
    rng_seed(&rng, 5, 1);
    TraceWriter *writer = trace_case_open();
    uint32_t held[64];
    for (uint32_t i = 0; i < 64; i++) held[i] = UINT32_MAX;
    for (uint32_t i = 0; i < 20000; i++) {
        const uint32_t at = rng_below(&rng, 64), together = rng_below(&rng, 4);
        for (uint32_t k = at; k < 64 && k < at + together; k++) {
            if (held[k] != UINT32_MAX) trace_write_death(writer, held[k]);
            held[k] = UINT32_MAX;
        }
        if (held[at] == UINT32_MAX)
            held[at] = trace_write_birth(writer, 32 + 8 * rng_below(&rng, 40));
    }
    fit_of(writer, FIT_PARTS_MAX, &fit);
    uint64_t objects = 0;
    for (uint32_t i = 0; i < fit.population_count; i++) objects += fit.populations[i].objects;
    ck_assert_uint_eq(fit.population_count, FIT_POPULATIONS_MAX);
    ck_assert_uint_eq(objects, fit.nominal.objects);
}
END_TEST

Suite *trace_fit_suite(void) {
    Suite *suite = suite_create("trace_fit");
    TCase *tcase = tcase_create("fitted workloads");
    tcase_add_checked_fixture(tcase, trace_case_setup, trace_case_teardown);
    tcase_add_test(tcase, each_object_of_a_unit_has_its_own_age);
    tcase_add_test(tcase, powers_of_eight_are_between_ages);
    tcase_add_test(tcase, who_comes_by_turns_comes_as_often_as_its_share_says);
    tcase_add_test(tcase, a_key_of_later_is_in_the_digest_only_where_it_is_not_the_default);
    tcase_add_test(tcase, what_refers_to_each_other_is_a_component_what_dies_at_once_a_unit);
    tcase_add_test(tcase, a_run_that_names_no_phase_is_cut_where_it_stops_growing);
    tcase_add_test(tcase, phases_of_one_name_are_parts_of_several);
    tcase_add_test(tcase, populations_are_at_most_as_many_as_a_workload_has);
    suite_add_tcase(suite, tcase);
    return suite;
}
