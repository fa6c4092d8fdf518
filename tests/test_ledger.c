// test_ledger.c -- the ledger heap does what the tracing heap does, on random programs and on all
// workloads
//
// By hand: OURO_SEED=1 OURO_PROGRAMS=20000 build/tests ledger
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines.h"
#include "program.h"
#include "suites.h"

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

// ---- random programs ----

enum { PARTS = 10, PROGRAMS = 400, CHECKED_EVERY = 8 };

// A program has generations, freezing or regions; some get what those leave out.
static void policy_vary(Program *program, uint64_t seed) {
    static const char *const others[] = {"free-threaded:t0=40,t1=0,version=3.13,batch=16,own=0",
                                         "free-threaded:t0=60,version=3.15,batch=7,own=0,"
                                         "below_zero=yes",
                                         "none", "oracle"};
    char knobs[PROGRAM_POLICY_SIZE];
    if (seed % 8 == 3)
        snprintf(program->policy, sizeof program->policy, "%s",
                 others[seed / 8 % ARRAY_LENGTH(others)]);
    if (seed % 8 != 5 || strncmp(program->policy, "gen3", 4) != 0) return;
    snprintf(knobs, sizeof knobs, "%s", program->policy + 4);
    int length = snprintf(program->policy, sizeof program->policy, "%s%s",
                          seed % 16 == 5 ? "arena" : "freeze", knobs);
    ck_assert_int_lt(length, PROGRAM_POLICY_SIZE);
}

static void compare_program(uint64_t seed) {
    Program program = program_new(seed, seed % 2 ? FINALIZERS_PEP442 : FINALIZERS_PEP442_WHOLE);
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    EnginesCompared compared;
    Error error = {0};
    policy_vary(&program, seed);
    if (!spec_read_text(spec, "random", program.workload, NULL, 0, &error) ||
        !policy_choose(&policy, program.policy, &error) ||
        !engines_compare(spec, &policy, seed % CHECKED_EVERY == 0, &compared, &error))
        ck_abort_msg("OURO_SEED=%" PRIu64 ", policy %s: %s\n%s", seed, program.policy, error.text,
                     program.workload);
    free(spec);
}

START_TEST(random_programs_are_the_same_on_both_heaps) {
    uint64_t programs = number_of("OURO_PROGRAMS", PROGRAMS), first = number_of("OURO_SEED", 1);
    for (uint64_t i = (uint64_t)_i; i < programs; i += PARTS) compare_program(first + i);
}
END_TEST

// ---- all workloads ----

static const char *const WORKLOADS[] = {
    "cyclotron",         "gc-collect",          "gc-traversal",
    "linked-list-churn", "list-of-live",        "llm-serving",
    "native-payload",    "orm-burst",           "quarter-starvation",
    "run-queue",         "scheduler",           "warsaw-2006",
    "warsaw-2006-leak",  "warsaw-2006-offload", "warsaw-2006-pathological",
    "web-tail"};

static bool ledger_applies(const char *policy) {
    return strcmp(policy, "incremental") != 0 && strncmp(policy, "cpython-3.14", 12) != 0 &&
           strcmp(policy, "free-threaded") != 0;  // its default is 3.14, which asks what is held
}

static void compare_workload(const char *name, const char *policy_name) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    EnginesCompared compared;
    Error error = {0};
    char path[64];
    const char *overrides[] = {"workload.scale=0.02", "workload.memory_limit=none"};
    if (!ledger_applies(policy_name)) return;
    snprintf(path, sizeof path, "workloads/%s.ini", name);
    if (!spec_read(spec, path, overrides, 2, &error) ||
        !policy_choose(&policy, policy_name, &error) ||
        !engines_compare(spec, &policy, false, &compared, &error))
        ck_abort_msg("%s under %s: %s", name, policy_name, error.text);
    free(spec);
}

START_TEST(all_workloads_are_the_same_under_all_policies) {
    for (size_t i = 0; i < POLICY_COUNT; i++) compare_workload(WORKLOADS[_i], POLICIES[i]->name);
    for (size_t i = 0; i < PRESET_COUNT; i++) compare_workload(WORKLOADS[_i], PRESETS[i].name);
}
END_TEST

Suite *ledger_suite(void) {
    Suite *suite = suite_create("ledger");
    TCase *random = tcase_create("random programs"), *shipped = tcase_create("workloads");
    tcase_set_timeout(random, 60 + (double)number_of("OURO_PROGRAMS", PROGRAMS) / 10);
    tcase_set_timeout(shipped, 60);
    tcase_add_loop_test(random, random_programs_are_the_same_on_both_heaps, 0, PARTS);
    tcase_add_loop_test(shipped, all_workloads_are_the_same_under_all_policies, 0,
                        ARRAY_LENGTH(WORKLOADS));
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, shipped);
    return suite;
}
