// test_bench.c -- `ouro bench`: medians, ratios, bars, parts that stand for a whole; its rows load
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/bench_print.h"
#include "cli/script.h"
#include "suites.h"

static void is_near(double found, double wanted) {
    ck_assert_msg(fabs(found - wanted) <= 1e-9 * fabs(wanted), "%.12g instead of %.12g", found,
                  wanted);
}

static size_t row_of(const char *name) {
    size_t row = 0;
    Error error = {0};
    ck_assert_msg(bench_row_find(name, &row, &error), "%s", error.text);
    return row;
}

static BenchTable *table_new(void) { return memory_new(1, sizeof(BenchTable)); }

static void samples_set(BenchTable *table, size_t row, BenchSide side, double a, double b,
                        double c) {
    table->samples[row][side] = (BenchSamples){.values = {a, b, c}, .count = 3};
}

// ---- medians and ratios ----

START_TEST(the_median_is_the_middle_value) {
    const double odd[] = {5, 1, 3}, even[] = {4, 1, 2, 100};
    BenchStat stat = bench_stat(odd, 3);
    is_near(stat.median, 3);
    is_near(stat.least, 1);
    is_near(stat.most, 5);
    is_near(bench_stat(even, 4).median, 3);
    is_near(bench_stat(odd, 1).median, 5);
}
END_TEST

// Medians 40 and 10; repeat by repeat 3, 4 and 5.
START_TEST(a_ratio_is_of_medians_and_its_spread_of_repeats) {
    BenchTable *table = table_new();
    BenchStat stat;
    samples_set(table, 0, SIDE_real, 30, 40, 60);
    samples_set(table, 0, SIDE_tracing, 10, 10, 12);
    ck_assert(bench_figure(table, 0, SIDE_tracing, BENCH_X_REAL, &stat));
    is_near(stat.median, 4);
    is_near(stat.least, 3);
    is_near(stat.most, 5);
    free(table);
}
END_TEST

// 60 / 10, 60 / 12 and 60 / 20.
START_TEST(a_side_that_took_one_turn_stands_beside_each_of_the_other) {
    BenchTable *table = table_new();
    BenchStat stat;
    samples_set(table, 0, SIDE_real, 60, 0, 0);
    table->samples[0][SIDE_real].count = 1;
    samples_set(table, 0, SIDE_tracing, 10, 12, 20);
    ck_assert(bench_figure(table, 0, SIDE_tracing, BENCH_X_REAL, &stat));
    is_near(stat.median, 5);
    is_near(stat.least, 3);
    is_near(stat.most, 6);
    free(table);
}
END_TEST

START_TEST(apply_only_takes_the_generator_off_both_sides) {
    BenchTable *table = table_new();
    BenchStat stat;
    samples_set(table, 0, SIDE_null, 4, 4, 4);
    samples_set(table, 0, SIDE_real, 40, 40, 40);
    samples_set(table, 0, SIDE_tracing, 10, 10, 10);
    ck_assert(bench_figure(table, 0, SIDE_tracing, BENCH_X_REAL_APPLY, &stat));
    is_near(stat.median, 6);
    ck_assert(bench_figure(table, 0, SIDE_tracing, BENCH_GENERATOR, &stat));
    is_near(stat.median, 0.4);
    samples_set(table, 0, SIDE_tracing, 4, 3, 4);  // noise: nothing is left
    ck_assert(!bench_figure(table, 0, SIDE_tracing, BENCH_X_REAL_APPLY, &stat));
    free(table);
}
END_TEST

START_TEST(what_was_not_measured_has_no_figure) {
    BenchTable *table = table_new();
    BenchStat stat;
    samples_set(table, 0, SIDE_tracing, 1, 2, 3);
    ck_assert(bench_figure(table, 0, SIDE_tracing, BENCH_ITSELF, &stat));
    ck_assert(!bench_figure(table, 0, SIDE_tracing, BENCH_X_REAL, &stat));
    ck_assert(!bench_figure(table, 0, SIDE_ledger, BENCH_ITSELF, &stat));
    free(table);
}
END_TEST

START_TEST(growth_is_against_the_smallest_model) {
    BenchTable *table = table_new();
    BenchStat stat;
    samples_set(table, row_of("growth-100k"), SIDE_tracing, 10, 10, 10);
    samples_set(table, row_of("growth-10M"), SIDE_tracing, 25, 25, 25);
    ck_assert(bench_figure(table, row_of("growth-10M"), SIDE_tracing, BENCH_X_SMALLEST, &stat));
    is_near(stat.median, 2.5);
    free(table);
}
END_TEST

START_TEST(a_bar_is_met_at_its_value) {
    const BenchBar least = {"", BENCH_X_REAL, true, 2}, most = {"", BENCH_ITSELF, false, 40};
    ck_assert(bench_bar_is_met(&least, &(BenchStat){2, 0, 0}));
    ck_assert(!bench_bar_is_met(&least, &(BenchStat){1.99, 9, 9}));
    ck_assert(bench_bar_is_met(&most, &(BenchStat){40, 99, 99}));
    ck_assert(!bench_bar_is_met(&most, &(BenchStat){40.1, 0, 0}));
}
END_TEST

// Of what was not tried nothing can be said; what was tried and came to nothing is not met.
START_TEST(a_side_that_fails_has_not_met_its_bar) {
    BenchTable *table = table_new();
    const BenchBar bar = {"", BENCH_X_REAL, true, 2};
    const size_t row = 0;
    BenchStat stat;
    ck_assert_int_eq(bench_bar_judge(table, row, SIDE_ledger, &bar, &stat), BAR_UNKNOWN);
    strcpy(table->samples[row][SIDE_ledger].why, "died");
    ck_assert_int_eq(bench_bar_judge(table, row, SIDE_ledger, &bar, &stat), BAR_UNMET);
    table->samples[row][SIDE_ledger].refused = true;
    ck_assert_int_eq(bench_bar_judge(table, row, SIDE_ledger, &bar, &stat), BAR_UNKNOWN);
    samples_set(table, row, SIDE_real, 30, 30, 30);
    samples_set(table, row, SIDE_ledger, 15, 15, 15);
    ck_assert_int_eq(bench_bar_judge(table, row, SIDE_ledger, &bar, &stat), BAR_MET);
    is_near(stat.median, 2);
    samples_set(table, row, SIDE_ledger, 16, 16, 16);
    ck_assert_int_eq(bench_bar_judge(table, row, SIDE_ledger, &bar, &stat), BAR_UNMET);
    free(table);
}
END_TEST

START_TEST(the_summary_names_what_is_not_met) {
    BenchTable *table = table_new();
    samples_set(table, row_of("bytes"), SIDE_ledger, 33, 33, 33);
    samples_set(table, row_of("bytes"), SIDE_tracing, 41, 41, 41);
    samples_set(table, row_of("largest"), SIDE_ledger, 400, 400, 400);
    char text[512] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    ck_assert_ptr_nonnull(file);
    bench_print_summary(file, table);
    fclose(file);
    ck_assert_str_eq(text,
                     "bytes: bar: tracing itself at most 40: 41.00, NOT MET\n"
                     "3 bars: 2 met, 1 not met, 0 not measured\n");
    free(table);
}
END_TEST

// ---- courses ----

// 1,000 objects built in 10 us, with a full collection; churn costs 5 ns an allocation, a full
// collection every 100 of them 1 us more; dropping all takes 2 us.
static BenchCourse course_new(uint64_t churn) {
    BenchCourse course = {0};
    bench_course_full(&course, 500, 9000);  // while the heap grows: says nothing of the churn
    course.built = (BenchMoment){1000, 10000};
    for (uint64_t i = 100; i <= churn; i += 100)
        bench_course_full(&course, 1000 + i, 10000 + 5 * i + 1000 * (i / 100));
    uint64_t ns = 10000 + 5 * churn + 1000 * (churn / 100);
    course.grown = (BenchMoment){1000 + churn, ns};
    course.end = (BenchMoment){1000 + churn, ns + 2000};
    return course;
}

START_TEST(a_part_stands_for_the_whole) {
    BenchCourse whole = course_new(100000), part = course_new(1050);
    double value = bench_course_value(&whole, MEASURE_WHOLE, 101000);
    is_near(value, (10000 + 1500000 + 2000) / 101000.0);
    is_near(bench_course_value(&part, MEASURE_WHOLE, 101000), value);
    is_near(bench_course_value(&part, MEASURE_SECOND_PHASE, 101000), 15);
}
END_TEST

// Without collections there are no periods to count.
START_TEST(without_full_collections_the_average_is_continued) {
    BenchCourse course = {.built = {100, 1000}, .grown = {200, 1500}, .end = {200, 1700}};
    is_near(bench_course_value(&course, MEASURE_WHOLE, 1100), (1000 + 5000 + 200) / 1100.0);
    is_near(bench_course_value(&course, MEASURE_WHOLE, 200), 1700 / 200.0);
}
END_TEST

START_TEST(looks_and_memory_have_their_own_units) {
    BenchCourse course = {.looks = {30, 10, 20}, .look_count = 3};
    is_near(bench_course_value(&course, MEASURE_COLLECTION, 0), 20);
    course = (BenchCourse){.grown = {1000, 1}, .resident_bytes = 48000};
    is_near(bench_course_value(&course, MEASURE_RESIDENT, 0), 48);
    course = (BenchCourse){.fit_clock = 400000000};
    is_near(bench_course_value(&course, MEASURE_LARGEST, 0), 400);
    ck_assert(bench_course_value(&(BenchCourse){0}, MEASURE_COLLECTION, 0) == 0);
    ck_assert(bench_course_value(&(BenchCourse){0}, MEASURE_LARGEST, 0) == 0);
    ck_assert(bench_course_value(&(BenchCourse){0}, MEASURE_WHOLE, 5) == 0);
}
END_TEST

// ---- rows ----

// For every side, quick and not; and whatever a script is asked for can be said in one.
START_TEST(every_row_loads) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++)
        for (BenchSide side = 0; side < SIDE_COUNT; side++)
            for (int quick = BENCH_ROWS[row].quick != NULL; quick >= 0; quick--) {
                Error error = {0};
                FILE *null = fopen("/dev/null", "w");
                ck_assert_ptr_nonnull(null);
                ck_assert_msg(bench_row_load(&BENCH_ROWS[row], side, quick, spec, &policy, &error),
                              "%s: %s", BENCH_ROWS[row].name, error.text);
                if (side == SIDE_script && bench_row_has(&BENCH_ROWS[row], side))
                    ck_assert_msg(script_write(null, spec, &error), "%s", error.text);
                fclose(null);
            }
    free(spec);
}
END_TEST

// When all is allocated: of those of an age up to `low` all live, then low / age, and none beyond
// `high`.
static double live_objects(const Spec *spec) {
    const Dist *law = &spec->populations[0].lifetime.allocations;
    double age = fmin((double)spec_allocations(spec), (double)law->high);
    return (double)law->low * (1 + log(age / (double)law->low));
}

// 10 k, 0.25 M and 5 M live objects, within 3 %.
START_TEST(churn_has_as_many_live_objects_as_it_says) {
    static const struct {
        const char *row;
        double live;
    } cases[] = {{"churn-10k", 10e3}, {"churn-250k", 250e3}, {"churn-5M", 5e6}};
    Spec *spec = memory_new(1, sizeof *spec);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        Error error = {0};
        PolicyChoice policy;
        const BenchRow *row = &BENCH_ROWS[row_of(cases[i].row)];
        ck_assert(bench_row_load(row, SIDE_null, false, spec, &policy, &error));
        double live = live_objects(spec);
        ck_assert_msg(fabs(live / cases[i].live - 1) < 0.03, "%s: %f", cases[i].row, live);
    }
    free(spec);
}
END_TEST

static uint64_t churn_of(const char *row, BenchSide side) {
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    PolicyChoice policy;
    ck_assert(bench_row_load(&BENCH_ROWS[row_of(row)], side, false, spec, &policy, &error));
    uint64_t churn = spec_allocations(spec) - spec->phases[0].allocations;
    free(spec);
    return churn;
}

START_TEST(the_real_side_plays_a_fiftieth_of_the_full_case) {
    ck_assert_uint_eq(churn_of("warsaw-full", SIDE_ledger), 100000000);
    ck_assert_uint_eq(churn_of("warsaw-full", SIDE_real), 2000000);
}
END_TEST

START_TEST(what_takes_minutes_is_not_repeated_so_often) {
    char *plain[] = {"bench"}, *quick[] = {"bench", "--quick"},
         *nine[] = {"bench", "--repeats", "9"};
    static const struct {
        const char *row;
        BenchSide side;
        uint64_t plain;
    } cases[] = {{"churn-10k", SIDE_real, 5},
                 {"churn-5M", SIDE_real, 3},
                 {"warsaw-full", SIDE_real, 1},
                 {"warsaw-full", SIDE_ledger, 3}};
    BenchArguments a;
    Error error = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t row = row_of(cases[i].row);
        ck_assert(bench_arguments_parse(&a, 1, plain, &error));
        ck_assert_uint_eq(bench_turns(&a, row, cases[i].side), cases[i].plain);
        ck_assert(bench_arguments_parse(&a, 3, nine, &error));
        ck_assert_uint_eq(bench_turns(&a, row, cases[i].side), 9);
    }
    ck_assert(bench_arguments_parse(&a, 2, quick, &error));
    ck_assert_uint_eq(bench_turns(&a, row_of("churn-10k"), SIDE_real), 3);
}
END_TEST

// The figure has a line per row and figure: room for one bar, and for a name of its own.
START_TEST(the_figure_has_room_for_every_row) {
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++) {
        const char *what = BENCH_ROWS[row].what;
        size_t name = strcspn(what, ":");
        ck_assert_msg(name <= 32 && what[name] == ':', "%s: '%s'", BENCH_ROWS[row].name, what);
        for (size_t other = 0; other < row; other++)
            ck_assert_msg(strncmp(BENCH_ROWS[other].what, what, name + 1) != 0, "%s", what);
        for (BenchFigure figure = BENCH_X_REAL; figure < BENCH_FIGURES; figure++) {
            int bars = 0;
            for (BenchSide side = 0; side < SIDE_COUNT; side++)
                bars += bench_bar_find(&BENCH_ROWS[row], side, figure) != NULL;
            ck_assert_int_le(bars, 1);
        }
    }
}
END_TEST

START_TEST(a_wrong_row_is_answered_with_the_nearest) {
    char *argv[] = {"bench", "--row", "churn-10"},
         *quick[] = {"bench", "--quick", "--row", "churn-5M"};
    BenchArguments arguments;
    Error error = {0};
    ck_assert(!bench_arguments_parse(&arguments, 3, argv, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "did you mean 'churn-10k'"));
    error = (Error){0};
    ck_assert(!bench_arguments_parse(&arguments, 4, quick, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "not part of a quick run"));
}
END_TEST

Suite *bench_suite(void) {
    Suite *suite = suite_create("bench");
    TCase *tests = tcase_create("bench");
    tcase_add_test(tests, the_median_is_the_middle_value);
    tcase_add_test(tests, a_ratio_is_of_medians_and_its_spread_of_repeats);
    tcase_add_test(tests, a_side_that_took_one_turn_stands_beside_each_of_the_other);
    tcase_add_test(tests, apply_only_takes_the_generator_off_both_sides);
    tcase_add_test(tests, what_was_not_measured_has_no_figure);
    tcase_add_test(tests, growth_is_against_the_smallest_model);
    tcase_add_test(tests, a_bar_is_met_at_its_value);
    tcase_add_test(tests, a_side_that_fails_has_not_met_its_bar);
    tcase_add_test(tests, the_summary_names_what_is_not_met);
    tcase_add_test(tests, a_part_stands_for_the_whole);
    tcase_add_test(tests, without_full_collections_the_average_is_continued);
    tcase_add_test(tests, looks_and_memory_have_their_own_units);
    tcase_add_test(tests, every_row_loads);
    tcase_add_test(tests, churn_has_as_many_live_objects_as_it_says);
    tcase_add_test(tests, the_real_side_plays_a_fiftieth_of_the_full_case);
    tcase_add_test(tests, what_takes_minutes_is_not_repeated_so_often);
    tcase_add_test(tests, the_figure_has_room_for_every_row);
    tcase_add_test(tests, a_wrong_row_is_answered_with_the_nearest);
    suite_add_tcase(suite, tests);
    return suite;
}
