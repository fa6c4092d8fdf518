// test_gate.c -- the verdict: states, what is worst, tolerances, waivers
#include <stdlib.h>
#include <string.h>

#include "gate_case.h"
#include "suites.h"

// ---- states ----

START_TEST(directions_decide_what_is_worse) {
    static const struct {
        const char *metric, *base, *found;
        GateState state;
        int code;
    } rows[] = {
        {"candidates", "1000", "1001", GATE_REGRESSED, 1},  // lower is better
        {"candidates", "1000", "999", GATE_IMPROVED, 0},
        {"mmu_100ms", "500", "499", GATE_REGRESSED, 1},  // higher is better
        {"mmu_100ms", "500", "501", GATE_IMPROVED, 0},
        {"collections", "5", "6", GATE_CHANGED, 0},  // neither
        {"candidates", "1000", NULL, GATE_MISSING, 1},
        {"candidates", NULL, "1000", GATE_NEW, 0},
        {"candidates", "0", "1", GATE_REGRESSED, 1},
        {"zeta", "1000", NULL, GATE_MISSING, 1},  // the last of its run
        {"zeta", NULL, "1000", GATE_NEW, 0},
        {"candidates", "1,2", "3", GATE_CHANGED, 0},  // repeats of what has none
        {"candidates", "3", "1,2", GATE_CHANGED, 0},
        {"candidates", "3", "many", GATE_CHANGED, 0},
        {"measured_gc_ns", "1", "many", GATE_UNJUDGED, 2},
        {"measured_gc_ns", "many", "1", GATE_UNJUDGED, 2},
        {"result_digest", "0a", NULL, GATE_MISSING, 1},
    };
    GateCase c = case_open("ok", "ok");
    case_figure(&c, rows[_i].metric, rows[_i].base, rows[_i].found);
    case_one_finding(&c, rows[_i].state, rows[_i].metric, rows[_i].code, "");
}
END_TEST

START_TEST(equal_figures_are_counted) {
    GateCase c = case_open("ok", "ok");
    case_figure(&c, "candidates", "7", "7");
    case_judge(&c);
    ck_assert_uint_eq(c.verdict.unchanged, 2);
    ck_assert_uint_eq(c.verdict.figures, 2);
    ck_assert_uint_eq(c.verdict.runs, 1);
    ck_assert_uint_eq(c.verdict.count, 0);
    case_close(&c);
}
END_TEST

START_TEST(a_run_that_dies_is_one_finding) {
    GateCase c = case_open("ok", "oom");
    case_figure(&c, "candidates", "1000", "10");
    case_one_finding(&c, GATE_STATUS, "status", 1, "");
}
END_TEST

START_TEST(a_run_that_lives_again_is_better) {
    GateCase c = case_open("crash", "ok");
    case_figure(&c, "candidates", "10", "1000");
    case_one_finding(&c, GATE_IMPROVED, "status", 0, "");
}
END_TEST

START_TEST(another_death_is_no_improvement) {
    GateCase c = case_open("oom", "crash");
    case_one_finding(&c, GATE_STATUS, "status", 1, "");
}
END_TEST

// Of two runs that died, who lived longer is better; who collected less is not.
START_TEST(who_dies_early_collects_little) {
    GateCase sooner = case_open("oom", "oom"), later = case_open("oom", "oom");
    GateCase less = case_open("oom", "oom");
    case_figure(&sooner, "allocations", "1000", "999");
    case_one_finding(&sooner, GATE_REGRESSED, "allocations", 1, "");
    case_figure(&later, "allocations", "1000", "1001");
    case_one_finding(&later, GATE_IMPROVED, "allocations", 0, "");
    case_figure(&less, "candidates", "1000", "10");
    case_one_finding(&less, GATE_CHANGED, "candidates", 0, "");
}
END_TEST

START_TEST(a_whole_run_is_missing_or_new_once) {
    GateCase gone = case_open("ok", "ok"), come = case_open("ok", "ok");
    case_put(&gone.base, "q", "status", "ok");
    case_put(&gone.base, "q", "candidates", "5");
    case_one_finding(&gone, GATE_MISSING, "status", 1, "");
    case_put(&come.found, "a", "status", "ok");
    case_put(&come.found, "a", "candidates", "5");
    case_one_finding(&come, GATE_NEW, "status", 0, "");
}
END_TEST

START_TEST(the_digest_speaks_when_nothing_else_does) {
    GateCase alone = case_open("ok", "ok"), other = case_open("ok", "ok");
    case_figure(&alone, "result_digest", "000000000000000a", "000000000000000b");
    case_one_finding(&alone, GATE_CHANGED, "result_digest", 0, "not watched");
    case_figure(&other, "result_digest", "0000000000000001", "0000000000000002");
    case_figure(&other, "candidates", "1", "2");
    case_one_finding(&other, GATE_REGRESSED, "candidates", 1, "");
}
END_TEST

static void put_run(GateFigures *figures, const char *workload, const char *policy) {
    Error error = {0};
    ck_assert(gate_figures_add(figures, (GateFigure){workload, policy, "status", "ok", 0}, &error));
}

START_TEST(runs_are_paired_by_workload_and_policy) {
    GateCase c = {.judged = false};
    put_run(&c.base, "churn", "p");
    put_run(&c.base, "tree", "p");
    put_run(&c.base, "wood", "p");
    put_run(&c.found, "bush", "*p");
    put_run(&c.found, "tree", "p");
    put_run(&c.found, "wood", "q");
    put_run(&c.found, "zoo", "p");
    case_put(&c.found, GATE_ALL, "workload_digest", "0a");  // of a workload that is new
    case_judge(&c);
    ck_assert_msg(c.judged, "%s", c.error.text);
    ck_assert_uint_eq(c.verdict.runs, 1);
    ck_assert_uint_eq(c.verdict.counts[GATE_MISSING], 2);
    ck_assert_uint_eq(c.verdict.counts[GATE_NEW], 3);
    case_close(&c);
}
END_TEST

START_TEST(a_run_without_a_status_is_compared_by_its_figures) {
    GateCase both = {.judged = false}, one = {.judged = false};
    case_figure(&both, "candidates", "1", "2");
    case_one_finding(&both, GATE_REGRESSED, "candidates", 1, "");
    case_figure(&one, "candidates", "1", "1");
    case_figure(&one, "status", "ok", NULL);
    case_one_finding(&one, GATE_MISSING, "status", 1, "");
}
END_TEST

START_TEST(the_worst_comes_first) {
    static const char *const order[] = {"edges", "candidates", "drag", "collections",
                                        "peak_held_bytes"};
    GateCase c = case_open("ok", "ok");
    case_figure(&c, "peak_held_bytes", "10", "9");  // improved
    case_figure(&c, "drag", "100", "101");          // + 1 %
    case_figure(&c, "candidates", "100", "150");    // + 50 %
    case_figure(&c, "collections", "1", "9");       // changed
    case_figure(&c, "edges", "0", "1");             // from nothing
    case_judge(&c);
    ck_assert_uint_eq(c.verdict.count, ARRAY_LENGTH(order));
    for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
        ck_assert_str_eq(finding_key(&c.verdict.findings[i])->metric, order[i]);
    case_close(&c);
}
END_TEST

START_TEST(each_finding_has_the_command_that_repeats_it) {
    static const struct {
        const char *command, *policy, *whole;
    } rows[] = {
        {"ouro run churn --scale 2", "gen3:t0=5", "ouro run churn --scale 2 --policy gen3:t0=5"},
        {"ouro run churn", "it's", "ouro run churn --policy 'it'\\''s'"},
        {"ouro compare churn --policy a", "a", "ouro compare churn --policy a"},
    };
    char command[GATE_COMMAND_SIZE];
    GateCase c = case_open("ok", "ok");
    case_put(&c.found, GATE_ALL, WORD_COMMAND, rows[_i].command);
    case_put(&c.found, rows[_i].policy, "status", "ok");
    case_judge(&c);
    ck_assert_uint_eq(c.verdict.count, 1);
    finding_command(&c.verdict.findings[0], command);
    ck_assert_str_eq(command, rows[_i].whole);
    case_close(&c);
}
END_TEST

// ---- tolerances ----

START_TEST(a_difference_counts_beyond_share_and_floor) {
    static const struct {
        const char *tolerance, *found;
        bool counts;
    } rows[] = {
        {"candidates=10%", "1100", false},    {"candidates=10%", "1101", true},
        {"candidates=0+50", "1050", false},   {"candidates=0+50", "1051", true},
        {"candidates=1%+100", "1100", false},  // more than the share, not than the floor
        {"candidates=20%+1", "1200", false},   // the other way round
        {"candidates=1%+100", "1101", true},  {"candidates=10%", "900", false},
        {"candidates=10%", "899", true},      {"drag=50%", "1001", true},
    };
    Error error = {0};
    GateCase c = case_open("ok", "ok");
    ck_assert_msg(allowances_tolerate(&c.allowances, rows[_i].tolerance, &error), "%s", error.text);
    case_figure(&c, "candidates", "1000", rows[_i].found);
    case_judge(&c);
    ck_assert_uint_eq(c.verdict.count, rows[_i].counts);
    ck_assert_uint_eq(c.verdict.tolerated, !rows[_i].counts);
    case_close(&c);
}
END_TEST

START_TEST(the_last_tolerance_holds) {
    Error error = {0};
    GateCase c = case_open("ok", "ok");
    ck_assert(allowances_tolerate(&c.allowances, "candidates=50%", &error));
    ck_assert(allowances_tolerate(&c.allowances, "candidates=1%", &error));
    case_figure(&c, "candidates", "1000", "1100");
    case_one_finding(&c, GATE_REGRESSED, "candidates", 1, "");
}
END_TEST

START_TEST(a_tolerance_of_nothing_known_is_refused) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"candidate=1%", "did you mean 'candidates'"},
        {"candidates", "allowed: METRIC=SHARE"},
        {"candidates=200%", "200%"},
        {"candidates=1%+x", "x"},
    };
    Allowances *none = calloc(1, sizeof *none);
    Error error = {0};
    ck_assert(!allowances_tolerate(none, rows[_i].text, &error));
    ck_assert_msg(strstr(error.text, rows[_i].message) != NULL, "%s", error.text);
    free(none);
}
END_TEST

// ---- waivers ----

START_TEST(a_waiver_holds_up_to_its_ceiling_and_its_day) {
    static const struct {
        const char *found, *expires;
        GateState state;
        int code;
        const char *note;
    } rows[] = {
        {"150", "2026-06-15", GATE_WAIVED, 0, "waived until 2026-06-15"},  // today still holds
        {"150", "2026-06-14", GATE_REGRESSED, 1, "expired on 2026-06-14"},
        {"151", "2027-01-01", GATE_REGRESSED, 1, "beyond the ceiling"},
    };
    GateCase c = case_open("ok", "ok");
    case_figure(&c, "candidates", "100", rows[_i].found);
    case_waiver(&c, "candidates", "150", rows[_i].expires);
    case_one_finding(&c, rows[_i].state, "candidates", rows[_i].code, rows[_i].note);
}
END_TEST

// Where higher is better the ceiling is a floor.
START_TEST(a_waiver_knows_which_way_is_worse) {
    GateCase at = case_open("ok", "ok"), below = case_open("ok", "ok");
    case_figure(&at, "mmu_100ms", "500", "400");
    case_waiver(&at, "mmu_100ms", "400", "2026-12-31");
    case_one_finding(&at, GATE_WAIVED, "mmu_100ms", 0, "");
    case_figure(&below, "mmu_100ms", "500", "399");
    case_waiver(&below, "mmu_100ms", "400", "2026-12-31");
    case_one_finding(&below, GATE_REGRESSED, "mmu_100ms", 1, "");
}
END_TEST

START_TEST(a_status_can_be_waived_but_no_other_one) {
    GateCase oom = case_open("ok", "oom"), crash = case_open("ok", "crash");
    case_waiver(&oom, "status", "oom", "2026-12-31");
    case_one_finding(&oom, GATE_WAIVED, "status", 0, "");
    case_waiver(&crash, "status", "oom", "2026-12-31");
    case_one_finding(&crash, GATE_STATUS, "status", 1, "");
}
END_TEST

START_TEST(a_waiver_of_something_else_changes_nothing) {
    GateCase c = case_open("ok", "ok");
    case_figure(&c, "candidates", "100", "150");
    case_waiver(&c, "edges", "1000", "2026-12-31");
    case_one_finding(&c, GATE_REGRESSED, "candidates", 1, "");
}
END_TEST

START_TEST(dates_are_days_of_the_calendar) {
    static const char *const good[] = {"2026-01-31", "2024-02-29", "2000-02-29", "2026-02-28"};
    static const char *const bad[] = {
        "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01",  "2026-04-31",
        "2026-04-00", "2026-4-01",  "20260401",   "2026-04-01x", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        ck_assert_msg(date_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) ck_assert_msg(!date_valid(bad[i]), "%s", bad[i]);
}
END_TEST

static TCase *states_case(void) {
    TCase *tests = tcase_create("states");
    tcase_add_loop_test(tests, directions_decide_what_is_worse, 0, 16);
    tcase_add_test(tests, equal_figures_are_counted);
    tcase_add_test(tests, a_run_that_dies_is_one_finding);
    tcase_add_test(tests, a_run_that_lives_again_is_better);
    tcase_add_test(tests, another_death_is_no_improvement);
    tcase_add_test(tests, who_dies_early_collects_little);
    tcase_add_test(tests, a_whole_run_is_missing_or_new_once);
    tcase_add_test(tests, the_digest_speaks_when_nothing_else_does);
    tcase_add_test(tests, runs_are_paired_by_workload_and_policy);
    tcase_add_test(tests, a_run_without_a_status_is_compared_by_its_figures);
    tcase_add_test(tests, the_worst_comes_first);
    tcase_add_loop_test(tests, each_finding_has_the_command_that_repeats_it, 0, 3);
    return tests;
}

static TCase *allowances_case(void) {
    TCase *tests = tcase_create("tolerances and waivers");
    tcase_add_loop_test(tests, a_difference_counts_beyond_share_and_floor, 0, 10);
    tcase_add_test(tests, the_last_tolerance_holds);
    tcase_add_loop_test(tests, a_tolerance_of_nothing_known_is_refused, 0, 4);
    tcase_add_loop_test(tests, a_waiver_holds_up_to_its_ceiling_and_its_day, 0, 3);
    tcase_add_test(tests, a_waiver_knows_which_way_is_worse);
    tcase_add_test(tests, a_status_can_be_waived_but_no_other_one);
    tcase_add_test(tests, a_waiver_of_something_else_changes_nothing);
    tcase_add_test(tests, dates_are_days_of_the_calendar);
    return tests;
}

Suite *gate_suite(void) {
    Suite *suite = suite_create("gate");
    suite_add_tcase(suite, states_case());
    suite_add_tcase(suite, allowances_case());
    return suite;
}
