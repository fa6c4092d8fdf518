// test_rules.c -- policies as texts: the shipped ones are what they say, and none fires late
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/policy_file.h"
#include "rng.h"
#include "run.h"
#include "suites.h"

static void must(bool good, const Error *error) { ck_assert_msg(good, "%s", error->text); }

// ---- against policies in C ----

static const struct {
    const char *workload, *scale, *policy, *rules;
} PAIRS[] = {
    {"warsaw-2006", "workload.scale=0.01", "gen3:quarter=no", "policies/examples/gen3.ini"},
    {"warsaw-2006", "workload.scale=0.01", "gen3:quarter=no,t0=70,t1=3,t2=0",
     "policies/examples/gen3.ini:t0=70,t1=3,t2=0"},
    {"gc-collect", "workload.scale=0.01", "gen3:quarter=no", "policies/examples/gen3.ini"},
    {"llm-serving", "workload.scale=0.01", "gen3:quarter=no", "policies/examples/gen3.ini"},
    {"orm-burst", "workload.scale=0.01", "gen3:quarter=no,t1=2", "policies/examples/gen3.ini:t1=2"},
    {"warsaw-2006", "workload.scale=0.01", "freeze:phase=build,quarter=no",
     "policies/examples/freeze.ini"},
    {"warsaw-2006-leak", "workload.scale=0.01", "freeze:phase=build,quarter=no,t0=99",
     "policies/examples/freeze.ini:t0=99"},
};

static RunResult run_digests(const Spec *spec, const char *policy) {
    Error error = {0};
    PolicyChoice choice;
    RunResult result = {0};
    must(policy_named(&choice, policy, &error), &error);
    RunOptions options = {.spec = spec, .policy = &choice, .batch = 4096};
    Run *run = run_open(&options, &error);
    must(run != NULL, &error);
    for (bool done = false; !done;) must(run_advance(run, UINT64_MAX, &done, &error), &error);
    must(run_result(run, &result, &error), &error);
    run_close(run);
    return result;
}

START_TEST(shipped_rules_decide_what_the_policy_of_the_same_name_decides) {
    char path[256];
    Error error = {0};
    Spec *spec = memory_new(1, sizeof *spec);
    const char *const overrides[] = {PAIRS[_i].scale, "workload.memory_limit=none"};
    snprintf(path, sizeof path, "workloads/%s.ini", PAIRS[_i].workload);
    must(spec_read(spec, path, overrides, ARRAY_LENGTH(overrides), &error), &error);
    RunResult c = run_digests(spec, PAIRS[_i].policy), rules = run_digests(spec, PAIRS[_i].rules);
    ck_assert_uint_gt(c.metrics.collections, 0);
    ck_assert_uint_eq(rules.result_digest, c.result_digest);
    ck_assert_uint_eq(rules.behaviour_digest, c.behaviour_digest);
    free(spec);
}
END_TEST

// ---- against looking at every allocation ----

enum { TEXT_SIZE = 4096 };

static uint32_t draw(Rng *rng, uint32_t below) { return rng_below(rng, below); }

static void condition_draw(Rng *rng, char *text, size_t size) {
    static const char *const left[] = {"young",     "live_bytes",     "clock", "live_objects",
                                       "a.objects", "last.survivors", "round", "v"};
    static const char *const signs[] = {">", ">=", "<", "<=", "==", "!="};
    const uint32_t quantity = draw(rng, ARRAY_LENGTH(left));
    if (draw(rng, 6) == 0) {
        snprintf(text, size, "phase %s first", draw(rng, 2) == 0 ? "==" : "!=");
        return;
    }
    // Mostly upwards: what falls is looked at each time.
    const char *sign = signs[draw(rng, draw(rng, 4) == 0 ? 6 : 2)];
    const uint32_t most[] = {300, 40000, 3000, 800, 500, 400, 3, 2000};
    if (quantity == 2)
        snprintf(text, size, "clock %s w + %u", sign, draw(rng, 600));
    else
        snprintf(text, size, "%s %s %u", left[quantity], sign, draw(rng, most[quantity]));
}

// One to four rules of one to three conditions each; `every = 1` for those that no fuse stands for.
static void rules_draw(Rng *rng, char *text) {
    static const char *const steps[] = {"collect a b into b", "collect a into b as 0",
                                        "move b into c then collect a into a as 1",
                                        "collect a b c into c"};
    const uint32_t count = 1 + draw(rng, 4);
    size_t used = (size_t)snprintf(text, TEXT_SIZE,
                                   "[policy]\nname = drawn\nspaces = a b c\nevery = 1\n"
                                   "trigger = %s\n[values]\nv = 0\nw = 0\n",
                                   draw(rng, 2) == 0 ? "allocation" : "safepoint");
    for (uint32_t i = 0; i < count; i++) {
        char first[128], second[128], third[128];
        condition_draw(rng, first, sizeof first);
        condition_draw(rng, second, sizeof second);
        condition_draw(rng, third, sizeof third);
        // The clock keeps a rule that always holds from firing at each allocation.
        used += (size_t)snprintf(text + used, TEXT_SIZE - used,
                                 "[rule r%u]\nwhen = %s and clock > w + %u\n %s %s\n %s %s\n"
                                 "do = %s\nset = w = clock, v = v + %u\n",
                                 i, first, 20 + draw(rng, 300), draw(rng, 2) == 0 ? "and" : "or",
                                 second, "and clock > w + 30 and", third,
                                 steps[draw(rng, ARRAY_LENGTH(steps))], draw(rng, 500));
    }
    ck_assert_uint_lt(used, TEXT_SIZE);
}

// The same decisions, but asked again at each allocation: no fuse can be too late.
static void wake_always(void *state, const HeapView *view, Decision *decision) {
    rules_wake(state, view, decision);
    bool at_safepoint = decision->fuse.at_safepoint;
    decision->fuse = FUSE_NONE;
    decision->fuse.clock = view->clock + 1;
    decision->fuse.at_safepoint = at_safepoint;
}

static Run *run_policy(const Spec *spec, const Policy *policy) {
    Error error = {0};
    PolicyChoice choice;
    must(policy_choice_set(&choice, policy, policy->name, NULL, "drawn", &error), &error);
    RunOptions options = {.spec = spec, .policy = &choice, .batch = 64};
    Run *run = run_open(&options, &error);
    must(run != NULL, &error);
    for (bool done = false; !done;) must(run_advance(run, UINT64_MAX, &done, &error), &error);
    return run;
}

static const char WORKLOAD[] =
    "[workload]\nrounds = 2\n[phase p]\nallocations = 1500\n[phase q]\nallocations = 2500\n"
    "[population m]\nphase = p\nlifetime = round\n[population u]\nphase = q\nshape = chain\n"
    "objects = uniform min=1 max=9\ncycle_density = 40%\nlifetime = geometric mean=300\n";

static uint64_t compare_with_always(uint64_t seed) {
    char text[TEXT_SIZE], overrides[64];
    Error error = {0};
    Rng rng;
    rng_seed(&rng, seed, 1);
    rules_draw(&rng, text);
    snprintf(overrides, sizeof overrides, "workload.seed=%llu", (unsigned long long)seed % 1000);
    Spec *spec = memory_new(1, sizeof *spec);
    must(spec_read_text(spec, "w", WORKLOAD, (const char *const[]){overrides}, 1, &error), &error);
    Rules *rules = rules_read("drawn.ini", text, strlen(text), &error);
    ck_assert_msg(rules != NULL, "seed %llu: %s", (unsigned long long)seed, error.text);
    Policy always = rules->policy;
    always.wake = wake_always;
    Run *fused = run_policy(spec, &rules->policy), *naive = run_policy(spec, &always);
    const Recorder *a = run_recorder(fused), *b = run_recorder(naive);
    const uint64_t count = a->collection_count;
    for (size_t i = 0; i < min_u64(count, b->collection_count); i++)
        ck_assert_msg(a->collections[i].clock == b->collections[i].clock &&
                          a->collections[i].candidates == b->collections[i].candidates,
                      "seed %llu: collection %zu at %llu instead of %llu:\n%s",
                      (unsigned long long)seed, i, (unsigned long long)a->collections[i].clock,
                      (unsigned long long)b->collections[i].clock, text);
    ck_assert_msg(count == b->collection_count, "seed %llu: %zu collections instead of %zu:\n%s",
                  (unsigned long long)seed, a->collection_count, b->collection_count, text);
    run_close(fused);
    run_close(naive);
    rules_free(rules);
    free(spec);
    return count;
}

START_TEST(a_rule_fires_at_the_first_allocation_at_which_it_holds) {
    const char *given = getenv("OURO_SEED");
    const uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 7;
    uint64_t collections = 0;
    printf("rules: OURO_SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < 150; i++) collections += compare_with_always(seed * 1000 + i);
    ck_assert_uint_gt(collections, 1000);
}
END_TEST

Suite *rules_suite(void) {
    Suite *suite = suite_create("rules");
    TCase *tests = tcase_create("rules");
    tcase_add_loop_test(tests, shipped_rules_decide_what_the_policy_of_the_same_name_decides, 0,
                        (int)ARRAY_LENGTH(PAIRS));
    tcase_add_test(tests, a_rule_fires_at_the_first_allocation_at_which_it_holds);
    suite_add_tcase(suite, tests);
    return suite;
}
