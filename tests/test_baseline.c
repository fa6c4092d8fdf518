// test_baseline.c -- repeats, inputs that must be equal, and what is no baseline
#include "cli/baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate_case.h"
#include "suites.h"

// ---- repeats ----

static void repeats(GateCase *c, const char *metric, const char *base, const char *found) {
    char text[200], *rest = text, *word = NULL;
    snprintf(text, sizeof text, "%s", base);
    while ((word = strsep(&rest, " ")) != NULL) case_put(&c->base, "p", metric, word);
    rest = text;
    snprintf(text, sizeof text, "%s", found);
    while ((word = strsep(&rest, " ")) != NULL) case_put(&c->found, "p", metric, word);
}

START_TEST(measured_figures_are_ranked) {
    static const struct {
        const char *base, *found;
        GateState state;
        int code;
    } rows[] = {
        {"100 101 102 103 104", "210 230 200 205 206", GATE_REGRESSED, 1},
        {"210 230 200 205 206", "100 101 102 103 104", GATE_IMPROVED, 0},
        {"100 101 102 103", "210 230 200 205", GATE_UNJUDGED, 2},  // 1 / 70 is the least there is
        {"100", "100", GATE_UNJUDGED, 2},
    };
    GateCase c = case_open("ok", "ok");
    repeats(&c, "measured_gc_ns", rows[_i].base, rows[_i].found);
    case_one_finding(&c, rows[_i].state, "measured_gc_ns", rows[_i].code, "repeats");
}
END_TEST

START_TEST(measured_noise_is_no_finding) {
    GateCase mixed = case_open("ok", "ok"), small = case_open("ok", "ok");
    repeats(&mixed, "measured_gc_ns", "100 150 200 250 300", "120 140 260 270 400");
    case_no_finding(&mixed);
    repeats(&small, "measured_gc_ns", "1000 1001 1002 1003 1004", "1010 1011 1012 1013 1014");
    case_no_finding(&small);  // every one is slower, by 1 %: within the 5 % of measured figures
}
END_TEST

START_TEST(equal_repeats_of_exact_figures_are_one) {
    GateCase c = case_open("ok", "ok");
    repeats(&c, "candidates", "100 100 100", "100");
    case_no_finding(&c);
}
END_TEST

START_TEST(unequal_repeats_of_exact_figures_are_a_failed_check) {
    GateFigures figures = {0};
    Error error = {0};
    case_put(&figures, "p", "candidates", "100");
    case_put(&figures, "p", "candidates", "101");
    ck_assert(!gate_figures_settle(&figures, &error));
    ck_assert(error.check_failed);
    ck_assert_msg(strstr(error.text, "100 and 101") != NULL, "%s", error.text);
    gate_figures_free(&figures);
}
END_TEST

START_TEST(repeats_are_sorted_as_numbers) {
    GateFigures figures = {0};
    Error error = {0};
    static const char *const values[] = {"100", "9", "20", "10000"};
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
        case_put(&figures, "p", "measured_gc_ns", values[i]);
    ck_assert_msg(gate_figures_settle(&figures, &error), "%s", error.text);
    ck_assert_uint_eq(figures.count, 1);
    ck_assert_str_eq(figures.rows[0].value, "9,20,100,10000");
    gate_figures_free(&figures);
}
END_TEST

START_TEST(more_repeats_than_there_is_room_for_are_refused) {
    GateFigures figures = {0};
    Error error = {0};
    uint64_t numbers[GATE_REPEATS_MAX];
    size_t count = 0;
    char text[2 * GATE_VALUE_SIZE];
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!gate_numbers(text, numbers, &count));
    for (int i = 0; i <= GATE_REPEATS_MAX; i++) case_put(&figures, "p", "measured_gc_ns", "7");
    ck_assert(!gate_figures_settle(&figures, &error));
    ck_assert_msg(strstr(error.text, "more than 30 repeats") != NULL, "%s", error.text);
    gate_figures_free(&figures);
}
END_TEST

// ---- inputs and baselines ----

START_TEST(figures_of_other_inputs_are_not_judged) {
    static const char *const heads[] = {"workload_digest", "stream_digest"};
    GateCase c = case_open("ok", "ok");
    case_put(&c.base, GATE_ALL, heads[_i], "000000000000000a");
    case_put(&c.found, GATE_ALL, heads[_i], "000000000000000b");
    case_judge(&c);
    ck_assert(!c.judged);
    ck_assert_msg(strstr(c.error.text, heads[_i]) != NULL, "%s", c.error.text);
    ck_assert(!c.error.check_failed);
    case_close(&c);
}
END_TEST

START_TEST(figures_of_another_version_are_not_judged) {
    static const char *const versions[] = {"1", NULL};  // NULL: the baseline does not say
    GateCase c = case_open("ok", "ok");
    Error error = {0};
    if (versions[_i] != NULL)
        ck_assert(gate_figures_add(
            &c.base, (GateFigure){GATE_ALL, GATE_ALL, "behaviour", versions[_i], 0}, &error));
    ck_assert(
        gate_figures_add(&c.found, (GateFigure){GATE_ALL, GATE_ALL, "behaviour", "2", 0}, &error));
    case_judge(&c);
    ck_assert(!c.judged);
    case_close(&c);
}
END_TEST

START_TEST(no_runs_are_not_judged) {
    GateCase c = {.judged = false};
    case_put(&c.base, "p", "status", "ok");
    case_judge(&c);
    ck_assert(!c.judged);
    case_close(&c);
}
END_TEST

static void baseline_of_two(GateFigures *figures) {
    Error error = {0};
    *figures = (GateFigures){0};
    case_put(figures, "p", "status", "ok");
    case_put(figures, "p", "candidates", "100");
    ck_assert(gate_figures_settle(figures, &error));
}

START_TEST(a_baseline_is_read_as_it_was_written) {
    GateFigures figures, again;
    Error error = {0};
    size_t length = 0;
    baseline_of_two(&figures);
    char *text = baseline_text(&figures, &length);
    ck_assert_msg(baseline_parse(&again, "b", text, length, &error), "%s", error.text);
    ck_assert_uint_eq(again.count, figures.count);
    for (size_t i = 0; i < again.count; i++) {
        ck_assert_int_eq(gate_figure_order(&again.rows[i], &figures.rows[i]), 0);
        ck_assert_str_eq(again.rows[i].value, figures.rows[i].value);
        ck_assert_uint_eq(again.rows[i].line, 3 + i);
    }
    free(text);
    gate_figures_free(&figures);
    gate_figures_free(&again);
}
END_TEST

// Every way to cut it off, and every byte of it changed.
START_TEST(a_damaged_baseline_is_refused) {
    GateFigures figures, again;
    size_t length = 0;
    baseline_of_two(&figures);
    char *whole = baseline_text(&figures, &length), *text = malloc(length + 1);
    for (size_t i = 0; i < 2 * length; i++) {
        Error error = {0};
        memcpy(text, whole, length + 1);
        if (i < length) text[i] = '\0';
        if (i >= length) text[i - length] ^= 1;
        ck_assert_msg(!baseline_parse(&again, "b", text, i < length ? i : length, &error),
                      "damage %zu of %zu is not seen", i, length);
    }
    free(text);
    free(whole);
    gate_figures_free(&figures);
}
END_TEST

START_TEST(a_baseline_without_runs_is_refused) {
    GateFigures none = {0}, again;
    Error error = {0};
    size_t length = 0;
    char *text = baseline_text(&none, &length);
    ck_assert(!baseline_parse(&again, "b", text, length, &error));
    ck_assert_msg(strstr(error.text, "no runs") != NULL, "%s", error.text);
    free(text);
}
END_TEST

START_TEST(names_that_no_table_can_hold_are_refused) {
    static const char *const names[] = {"", "a\tb", "a\nb", "\x7f"};
    GateFigures figures = {0};
    Error error = {0};
    ck_assert(!gate_figures_add(&figures, (GateFigure){"w", names[_i], "m", "1", 0}, &error));
    gate_figures_free(&figures);
}
END_TEST

Suite *baseline_suite(void) {
    Suite *suite = suite_create("baseline");
    TCase *tests = tcase_create("baseline");
    tcase_add_loop_test(tests, measured_figures_are_ranked, 0, 4);
    tcase_add_test(tests, measured_noise_is_no_finding);
    tcase_add_test(tests, equal_repeats_of_exact_figures_are_one);
    tcase_add_test(tests, unequal_repeats_of_exact_figures_are_a_failed_check);
    tcase_add_test(tests, repeats_are_sorted_as_numbers);
    tcase_add_test(tests, more_repeats_than_there_is_room_for_are_refused);
    tcase_add_loop_test(tests, figures_of_other_inputs_are_not_judged, 0, 2);
    tcase_add_loop_test(tests, figures_of_another_version_are_not_judged, 0, 2);
    tcase_add_test(tests, no_runs_are_not_judged);
    tcase_add_test(tests, a_baseline_is_read_as_it_was_written);
    tcase_add_test(tests, a_damaged_baseline_is_refused);
    tcase_add_test(tests, a_baseline_without_runs_is_refused);
    tcase_add_loop_test(tests, names_that_no_table_can_hold_are_refused, 0, 4);
    suite_add_tcase(suite, tests);
    return suite;
}
