// test_programs.c -- random small workloads under random policies, against the naive heap
//
// Each program runs with thresholds small enough for hundreds of collections, everything checked
// after each event. Many more: build/fuzz
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lockstep.h"
#include "naive_rules.h"
#include "program.h"
#include "suites.h"

enum { PROGRAMS_PER_TEST = 10, TESTS = 30, ORACLES = 10 };

// OURO_SEED=n makes n the seed of the very first program.
static uint64_t seed_of(int test, int i) {
    const char *text = getenv("OURO_SEED");
    const uint64_t first = text != NULL ? strtoull(text, NULL, 10) : 1;
    return first + (uint64_t)(test * PROGRAMS_PER_TEST + i);
}

typedef struct {
    uint64_t seed;
    Program program;
    Spec spec;
    PolicyChoice policy;
} Case;

static void case_fail(const Case *c, const Error *error) {
    ck_abort_msg("OURO_SEED=%" PRIu64 ", policy %s: %s\n%s", c->seed, c->program.policy,
                 error->text, c->program.workload);
}

static Case *case_new(uint64_t seed) {
    Error error = {0};
    Case *c = memory_new(1, sizeof *c);
    c->seed = seed;
    c->program = program_new(seed, (ProgramKind){.size = PROGRAM_WHOLE / 2, .simulated = true});
    if (!spec_read_text(&c->spec, "random", c->program.workload, NULL, 0, &error) ||
        !policy_choose(&c->policy, c->program.policy, &error))
        case_fail(c, &error);
    return c;
}

// Returns whether the naive heap has such a policy.
static bool check_against_naive_heap(uint64_t seed) {
    Case *c = case_new(seed);
    NaiveRules rules;
    uint64_t objects;
    Played tracing;
    Error error = {0};
    const bool has = naive_rules_of(&c->policy, &c->spec, &rules);
    if (has) {
        if (!lockstep_play(&tracing, &c->spec, &c->policy, &rules, true, &objects, &error))
            case_fail(c, &error);
        run_close(tracing.run);
    }
    free(c);
    return has;
}

START_TEST(every_collection_is_that_of_the_naive_heap) {
    int judged = 0;
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) judged += check_against_naive_heap(seed_of(_i, i));
    ck_assert_int_ge(judged, PROGRAMS_PER_TEST / 2);
}
END_TEST

// ---- the programs themselves ----

// Compilers differ in the order in which they evaluate arguments, and a draw may be one.
START_TEST(a_seed_is_the_same_program_whatever_compiled_it) {
    XXH64_hash_t digest = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        const ProgramKind kind = {.size = seed % 3 == 0 ? PROGRAM_WHOLE : 7,
                                  .simulated = seed % 2 == 0};
        const Program p = program_new(seed, kind);
        digest = XXH64(p.workload, strlen(p.workload), digest);
        digest = XXH64(p.policy, strlen(p.policy), digest);
    }
    ck_assert_uint_eq(digest, 1845870532474917701u);
}
END_TEST

// ---- the oracle ----

static Metrics metrics_under(Case *c, const char *policy) {
    Played played;
    Error error = {0};
    if (!policy_choose(&c->policy, policy, &error) ||
        !played_open(&played, &c->spec, &c->policy, ENGINE_TRACING, 1, true, &error) ||
        !played_end(&played, &error))
        case_fail(c, &error);
    const Metrics metrics = played.result.metrics;
    run_close(played.run);
    return metrics;
}

START_TEST(the_oracle_holds_nothing_but_what_is_reachable) {
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) {
        Case *c = case_new(seed_of(_i, i));
        const Metrics m = metrics_under(c, c->program.policy), floor = metrics_under(c, "oracle");
        ck_assert_uint_eq(floor.peak_garbage_bytes, 0);
        ck_assert_uint_eq(floor.peak_live_bytes, floor.floor_bytes);
        ck_assert_uint_eq(m.floor_bytes, floor.floor_bytes);
        free(c);
    }
}
END_TEST

Suite *programs_suite(void) {
    Suite *suite = suite_create("programs");
    TCase *random = tcase_create("random programs");
    tcase_set_timeout(random, 60);
    tcase_add_test(random, a_seed_is_the_same_program_whatever_compiled_it);
    tcase_add_loop_test(random, every_collection_is_that_of_the_naive_heap, 0, TESTS);
    tcase_add_loop_test(random, the_oracle_holds_nothing_but_what_is_reachable, 0, ORACLES);
    suite_add_tcase(suite, random);
    return suite;
}
