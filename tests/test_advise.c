// test_advise.c -- the cheapest policy within limits, and regret, against small cases by hand
#include <string.h>

#include "cli/advise.h"
#include "suites.h"

typedef struct {
    const char *workload, *policy, *status, *kind;
    uint64_t p99, peak, total, gc;
} TestRun;

// Two workloads: on a the quick one holds most; on b it is the slow one that does well, and d dies.
static const TestRun RUNS[] = {
    {"a", "quick", "ok", "collector", 10, 900, 100, 10},
    {"a", "small", "ok", "collector", 40, 300, 200, 110},
    {"a", "even", "ok", "collector", 20, 600, 150, 60},
    {"a", "d", "ok", "collector", 5, 100, 90, 5},
    {"a", "oracle", "ok", "floor", 0, 50, 50, 0},
    {"b", "quick", "ok", "collector", 80, 900, 400, 300},
    {"b", "small", "ok", "collector", 20, 300, 200, 100},
    {"b", "even", "ok", "collector", 20, 600, 220, 120},
    {"b", "d", "oom", "collector", 1, 1, 1, 1},
    {"b", "oracle", "ok", "floor", 0, 50, 50, 0},
};

static GateFigures figures_of_runs(size_t count) {
    GateFigures figures = {0};
    Error error = {0};
    for (const TestRun *run = RUNS; run < RUNS + count; run++) {
        const struct {
            const char *metric;
            uint64_t number;
        } numbers[] = {{"pause_ns_p99", run->p99},
                       {"peak_held_bytes", run->peak},
                       {"total_ns", run->total},
                       {"pause_ns_total", run->gc}};
        const char *const words[][2] = {{"status", run->status}, {"kind", run->kind}};
        for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
            ck_assert(gate_figures_add_number(&figures, run->workload, run->policy,
                                              numbers[i].metric, numbers[i].number, &error));
        for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
            ck_assert(gate_figures_add(
                &figures, (GateFigure){run->workload, run->policy, words[i][0], words[i][1], 0},
                &error));
    }
    ck_assert(gate_figures_settle(&figures, &error));
    return figures;
}

static const AdviceRow *row_of(const Advice *advice, AdviceKind kind, const char *workload,
                               const char *policy) {
    for (size_t i = 0; i < advice->row_count; i++) {
        const AdviceRow *row = &advice->rows[i];
        if (row->kind == kind && (workload == NULL || strcmp(row->workload, workload) == 0) &&
            (policy == NULL || strcmp(row->policy, policy) == 0))
            return row;
    }
    return NULL;
}

static void answer_is(const Advice *advice, AdviceKind kind, const char *workload,
                      const char *policy) {
    const AdviceRow *row = row_of(advice, kind, workload, NULL);
    ck_assert_msg(row != NULL, "no answer %s on %s", advice_kind_name(kind), workload);
    ck_assert_str_eq(row->policy, policy);
}

// The floor is no answer, nor is a run that died: d is the cheapest on a and 1 ns on b.
START_TEST(the_cheapest_within_limits_is_chosen) {
    static const struct {
        uint64_t p99, peak;
        const char *a, *b;
    } rows[] = {
        {UINT64_MAX, 1000, "d", "small"}, {4, 1000, NULL, NULL}, {5, 100, "d", NULL},
        {20, 600, "d", "small"},          {20, 299, "d", NULL},  {20, 300, "d", "small"},
        {80, UINT64_MAX, "d", "small"},   {19, 1000, "d", NULL},
    };
    GateFigures figures = figures_of_runs(ARRAY_LENGTH(RUNS));
    Advice advice;
    Error error = {0};
    AdviceLimits limits = {rows[_i].p99, rows[_i].peak};
    ck_assert(advice_make(&advice, &figures, limits, &error));
    const AdviceRow *a = row_of(&advice, ADVICE_CHEAPEST, "a", NULL);
    const AdviceRow *b = row_of(&advice, ADVICE_CHEAPEST, "b", NULL);
    ck_assert_int_eq(a != NULL, rows[_i].a != NULL);
    ck_assert_int_eq(b != NULL, rows[_i].b != NULL);
    if (a != NULL) ck_assert_str_eq(a->policy, rows[_i].a);
    if (b != NULL) ck_assert_str_eq(b->policy, rows[_i].b);
    advice_free(&advice);
    gate_figures_free(&figures);
}
END_TEST

// d is not alive on b; of the others `even` takes 150/90 and 220/200 of the cheapest, `small`
// 200/90 and 1: means of 1.383 and 1.611. With p99 at most 40 quick is out on b.
START_TEST(over_all_the_mean_decides) {
    GateFigures figures = figures_of_runs(ARRAY_LENGTH(RUNS));
    Advice advice;
    Error error = {0};
    ck_assert(advice_make(&advice, &figures, (AdviceLimits){40, 600}, &error));
    ck_assert(advice.answered);
    answer_is(&advice, ADVICE_OVERALL, GATE_ALL, "even");
    ck_assert_uint_eq(row_of(&advice, ADVICE_OVERALL, GATE_ALL, NULL)->time, 1383);
    advice_free(&advice);
    gate_figures_free(&figures);
}
END_TEST

// On b with p99 10 and peak 400: small exceeds p99 by 2, even p99 by 2 and peak by 1.5: small is
// cheaper. Nobody has 10; 400 is met.
START_TEST(who_comes_nearest_and_which_limit_nobody_meets) {
    GateFigures figures = figures_of_runs(ARRAY_LENGTH(RUNS));
    Advice advice;
    Error error = {0};
    ck_assert(advice_make(&advice, &figures, (AdviceLimits){10, 400}, &error));
    answer_is(&advice, ADVICE_NEAREST, "b", "small");
    const AdviceRow *row = row_of(&advice, ADVICE_NEAREST, "b", NULL);
    ck_assert_uint_eq(row->excess, 2000);
    ck_assert(row->over_p99 && !row->over_peak);
    ck_assert(row->nobody_p99 && !row->nobody_peak);
    ck_assert(!advice.answered);
    // quick: 8 and 2.25; small: 4; even: 2 and 1.5.
    answer_is(&advice, ADVICE_OVERALL_NEAREST, GATE_ALL, "even");
    ck_assert_uint_eq(row_of(&advice, ADVICE_OVERALL_NEAREST, GATE_ALL, NULL)->excess, 2000);
    advice_free(&advice);
    gate_figures_free(&figures);
}
END_TEST

// d is chosen for a, and dies on b; small is chosen for b, and on a d holds a third in less gc.
START_TEST(regret_says_what_the_wrong_choice_costs) {
    GateFigures figures = figures_of_runs(ARRAY_LENGTH(RUNS));
    Advice advice;
    Error error = {0};
    ck_assert(advice_make(&advice, &figures, (AdviceLimits){20, 600}, &error));
    const AdviceRow *dead = row_of(&advice, ADVICE_REGRET, "b", "d");
    const AdviceRow *slow = row_of(&advice, ADVICE_REGRET, "a", "small");
    const AdviceRow *right = row_of(&advice, ADVICE_REGRET, "b", "small");
    ck_assert_uint_eq(dead->time, 0);
    ck_assert(!dead->run->competes);
    ck_assert_uint_eq(slow->time, 2222);              // 200 / 90
    ck_assert_uint_eq(slow->run->regret_peak, 3000);  // 300 / 100
    ck_assert_uint_eq(slow->run->regret_gc, 22000);   // 110 / 5
    ck_assert(slow->over_p99 && !slow->over_peak);
    ck_assert_uint_eq(right->time, 1000);
    ck_assert_uint_eq(right->run->regret_peak, 1000);
    ck_assert_uint_eq(right->run->regret_gc, 1000);
    advice_free(&advice);
    gate_figures_free(&figures);
}
END_TEST

START_TEST(nothing_to_choose_from_is_an_error) {
    GateFigures none = {0}, figures = {0};
    Advice advice;
    Error error = {0}, alone = {0};
    ck_assert(!advice_make(&advice, &none, (AdviceLimits){1, 1}, &error));
    ck_assert_str_eq(error.text, "there are no runs to choose from");
    figures = figures_of_runs(ARRAY_LENGTH(RUNS));
    for (size_t i = 0; i < figures.count; i++)  // nobody of b is a collector
        if (strcmp(figures.rows[i].workload, "b") == 0 &&
            strcmp(figures.rows[i].metric, "kind") == 0)
            memcpy((char *)figures.rows[i].value, "floor", 6);
    ck_assert(!advice_make(&advice, &figures, (AdviceLimits){1, 1}, &alone));
    ck_assert_str_eq(alone.text, "b: no collector ran to the end there");
    gate_figures_free(&figures);
}
END_TEST

Suite *advise_suite(void) {
    Suite *suite = suite_create("advise");
    TCase *tests = tcase_create("advise");
    tcase_add_loop_test(tests, the_cheapest_within_limits_is_chosen, 0, 8);
    tcase_add_test(tests, over_all_the_mean_decides);
    tcase_add_test(tests, who_comes_nearest_and_which_limit_nobody_meets);
    tcase_add_test(tests, regret_says_what_the_wrong_choice_costs);
    tcase_add_test(tests, nothing_to_choose_from_is_an_error);
    suite_add_tcase(suite, tests);
    return suite;
}
