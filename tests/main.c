// main.c -- runs the Check suites of suites.def: all of them, or those named
//
// Each test runs in a process of its own (CK_FORK=no keeps it in this one, for a debugger). stdout
// ends with `N passed, N failed`. Exit codes: 0 all passed, 1 some failed, 2 no such suite.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "suites.h"

typedef struct {
    const char *name;
    Suite *(*create)(void);
} Entry;

static const Entry SUITES[] = {
#define SUITE(name) {#name, name##_suite},
#include "suites.def"
#undef SUITE
};
static const size_t SUITES_COUNT = sizeof SUITES / sizeof SUITES[0];

typedef struct {
    int passed;
    int failed;
} Tally;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run_suite(const Entry *entry, Tally *tally) {
    double start = seconds_now();
    SRunner *runner = srunner_create(entry->create());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int passed = srunner_ntests_run(runner) - failed;
    srunner_free(runner);
    fflush(stdout);
    fprintf(stderr, "%-12s %4d passed %4d failed %8.2f s\n", entry->name, passed, failed,
            seconds_now() - start);
    tally->passed += passed;
    tally->failed += failed;
}

// The harness must be able to fail: this suite has one test, and it does.
START_TEST(one_is_two) { ck_assert_int_eq(1, 2); }
END_TEST

static Suite *canary_suite(void) {
    Suite *suite = suite_create("canary");
    TCase *tests = tcase_create("canary");
    tcase_add_test(tests, one_is_two);
    suite_add_tcase(suite, tests);
    return suite;
}

static const Entry CANARY = {"canary", canary_suite};

static const Entry *suite_named(const char *name) {
    if (strcmp(name, "--canary") == 0) return &CANARY;
    for (size_t i = 0; i < SUITES_COUNT; i++) {
        if (strcmp(SUITES[i].name, name) == 0) return &SUITES[i];
    }
    return NULL;
}

int main(int argc, char **argv) {
    Tally tally = {0, 0};
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < SUITES_COUNT; i++) puts(SUITES[i].name);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        if (suite_named(argv[i]) != NULL) continue;
        fprintf(stderr, "tests: no suite '%s'; --list names them\n", argv[i]);
        return 2;
    }
    for (int i = 1; i < argc; i++) run_suite(suite_named(argv[i]), &tally);
    if (argc == 1) {
        for (size_t i = 0; i < SUITES_COUNT; i++) run_suite(&SUITES[i], &tally);
    }
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return tally.failed > 0 ? 1 : 0;
}
