// test_shrink.c -- what is left of a program is what the failure needs, and nothing else
#include <stdio.h>
#include <string.h>

#include "shrink.h"
#include "suites.h"

static const Program PROGRAM = {
    "[workload]\nseed = 3\nrounds = 2\n"
    "[phase a]\ncollect_at_end = yes\n[phase b]\n"
    "[population p]\nphase = a\nfinalizer = yes\n[population q]\nphase = b\nlinks = p\n",
    "gen3:t0=5,t1=2,t2=1"};

typedef struct {
    const char *needs[3];  // lines; NULL: none
    const char *knob;
    uint32_t asked;
} Failure;

static bool fails(void *context, const Shrunk *candidate) {
    Failure *failure = context;
    const char *text = candidate->program.workload;
    failure->asked++;
    for (size_t i = 0; i < ARRAY_LENGTH(failure->needs); i++)
        if (failure->needs[i] != NULL && strstr(text, failure->needs[i]) == NULL) return false;
    // q's link needs p
    if (strstr(text, "links = p") != NULL && strstr(text, "[population p]") == NULL) return false;
    if (strcmp(candidate->scale, "1") != 0 && strcmp(candidate->scale, "0.250000") < 0)
        return false;
    return failure->knob == NULL || strstr(candidate->program.policy, failure->knob) != NULL;
}

START_TEST(only_the_lines_that_it_needs_are_left) {
    Failure failure = {.needs = {"rounds = 2\n", "[population p]\n", "finalizer = yes\n"},
                       .knob = "t1=2"};
    Shrunk shrunk = shrink_program(&PROGRAM, fails, &failure);
    ck_assert_str_eq(shrunk.program.workload, "rounds = 2\n[population p]\nfinalizer = yes\n");
    ck_assert_str_eq(shrunk.program.policy, "gen3:t1=2");
    ck_assert_str_eq(shrunk.scale, "0.250000");
    ck_assert_uint_eq(shrunk.tries, failure.asked);
}
END_TEST

START_TEST(what_is_needed_by_name_goes_with_the_name) {
    Failure failure = {.needs = {"[population q]\n"}};
    Shrunk shrunk = shrink_program(&PROGRAM, fails, &failure);
    ck_assert_str_eq(shrunk.program.workload, "[population q]\n");
    ck_assert_str_eq(shrunk.program.policy, "gen3");
}
END_TEST

START_TEST(first_and_last_knob_can_go) {
    static const char *const knobs[] = {"t0=5", "t1=2", "t2=1"};
    char expected[32];
    Failure failure = {.knob = knobs[_i]};
    snprintf(expected, sizeof expected, "gen3:%s", knobs[_i]);
    ck_assert_str_eq(shrink_program(&PROGRAM, fails, &failure).program.policy, expected);
}
END_TEST

START_TEST(nothing_that_is_needed_goes) {
    Failure failure = {.needs = {PROGRAM.workload}, .knob = PROGRAM.policy};
    Shrunk shrunk = shrink_program(&PROGRAM, fails, &failure);
    ck_assert_str_eq(shrunk.program.workload, PROGRAM.workload);
    ck_assert_str_eq(shrunk.program.policy, PROGRAM.policy);
}
END_TEST

static bool fails_long(void *context, const Shrunk *candidate) {
    ++*(uint32_t *)context;
    return strlen(candidate->program.workload) > 3;
}

START_TEST(the_number_of_tries_is_bounded) {
    Program program = {{0}, "gen3"};
    uint32_t asked = 0;
    for (size_t i = 0; i < 4000; i++) program.workload[i] = i % 10 == 9 ? '\n' : 'x';
    Shrunk shrunk = shrink_program(&program, fails_long, &asked);
    ck_assert_uint_le(asked, SHRINK_TRIES_MAX);
    ck_assert_uint_eq(strlen(shrunk.program.workload), 10);
}
END_TEST

Suite *shrink_suite(void) {
    Suite *suite = suite_create("shrink");
    TCase *test_case = tcase_create("shrink");
    tcase_add_test(test_case, only_the_lines_that_it_needs_are_left);
    tcase_add_test(test_case, what_is_needed_by_name_goes_with_the_name);
    tcase_add_loop_test(test_case, first_and_last_knob_can_go, 0, 3);
    tcase_add_test(test_case, nothing_that_is_needed_goes);
    tcase_add_test(test_case, the_number_of_tries_is_bounded);
    suite_add_tcase(suite, test_case);
    return suite;
}
