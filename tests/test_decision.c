// test_decision.c -- what policies may say: wrong ones are refused by name, right ones carried out
#include "decision.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap_check.h"
#include "program.h"
#include "registry.h"
#include "rng.h"
#include "run.h"
#include "suites.h"

// ---- policies as tables ----

START_TEST(every_policy_of_the_registry_is_in_order) {
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        Error error = {0};
        ck_assert_msg(policy_check(POLICIES[i], &error), "%s: %s", POLICIES[i]->name, error.text);
    }
}
END_TEST

static bool start(void *state, const KnobValue *values, const WorkloadNames *names,
                  SpaceSetup *setup, Error *error) {
    (void)state, (void)values, (void)names, (void)setup, (void)error;
    return true;
}
static void wake(void *state, const HeapView *view, Decision *decision) {
    (void)state, (void)view, (void)decision;
}

static const Knob ONE[] = {{"a", KNOB_COUNT, "1", 0, 9, NULL, "h"}};
static const Knob TWICE_A[] = {{"a", KNOB_COUNT, "1", 0, 9, NULL, "h"},
                               {"a", KNOB_FLAG, "yes", 0, 0, NULL, "h"}};
static const Knob COLON[] = {{"a:b", KNOB_COUNT, "1", 0, 9, NULL, "h"}};
static const Knob COMMA[] = {{"a,b", KNOB_COUNT, "1", 0, 9, NULL, "h"}};
static const Knob KIND[] = {{"a", (KnobKind)7, "1", 0, 9, NULL, "h"}};
static const Knob DEFAULT[] = {{"a", KNOB_COUNT, "10", 0, 9, NULL, "h"}};
static const Knob CHOICE[] = {{"a", KNOB_TEXT, "z", 0, 0, "x|y", "h"}};
static const Knob RANGE[] = {{"a", KNOB_COUNT, "5", 9, 1, NULL, "h"}};
static const Knob NO_DEFAULT[] = {{"a", KNOB_COUNT, NULL, 0, 9, NULL, "h"}};
static const Knob NO_HELP[] = {{"a", KNOB_COUNT, "1", 0, 9, NULL, NULL}};
static const Knob NO_NAME[] = {{NULL, KNOB_COUNT, "1", 0, 9, NULL, "h"}};

#define POLICY_OF(name, knobs, count) \
    { name, "s", "s", knobs, count, 8, start, wake, NULL }

static const struct {
    Policy policy;
    const char *says;
} BAD_POLICIES[] = {
    {POLICY_OF(NULL, ONE, 1), "its name '(NULL)'"},
    {POLICY_OF("", ONE, 1), "its name ''"},
    {POLICY_OF("a:b", ONE, 1), "its name 'a:b'"},
    {POLICY_OF("a,b", ONE, 1), "its name 'a,b'"},
    {POLICY_OF("n", NULL, 1), "its table of knobs is NULL"},
    {POLICY_OF("n", ONE, 17), "17 knobs; at most 16"},
    {POLICY_OF("n", TWICE_A, 2), "knob a: there are two"},
    {POLICY_OF("n", COLON, 1), "its name 'a:b'"},
    {POLICY_OF("n", COMMA, 1), "its name 'a,b'"},
    {POLICY_OF("n", NO_NAME, 1), "its name '(NULL)'"},
    {POLICY_OF("n", KIND, 1), "knob a: kind 7 is unknown"},
    {POLICY_OF("n", DEFAULT, 1), "default of a: 10 is out of range"},
    {POLICY_OF("n", CHOICE, 1), "default of a: 'z' is not allowed; allowed: x|y"},
    {POLICY_OF("n", RANGE, 1), "its range is empty: 9 to 1"},
    {POLICY_OF("n", NO_DEFAULT, 1), "knob a: its default is NULL"},
    {POLICY_OF("n", NO_HELP, 1), "knob a: its help is NULL"},
    {{"n", NULL, "s", ONE, 1, 8, start, wake, NULL}, "its summary is NULL"},
    {{"n", "s", NULL, ONE, 1, 8, start, wake, NULL}, "its source is NULL"},
    {{"n", "s", "s", ONE, 1, 8, NULL, wake, NULL}, "`start` is NULL"},
    {{"n", "s", "s", ONE, 1, 8, start, NULL, NULL}, "`wake` is NULL"},
    {{"n", "s", "s", ONE, 1, SIZE_MAX, start, wake, NULL}, "a state of"},
};

START_TEST(a_policy_that_cannot_be_chosen_is_refused) {
    Error error = {0};
    ck_assert(!policy_check(&BAD_POLICIES[_i].policy, &error));
    ck_assert_msg(strstr(error.text, BAD_POLICIES[_i].says) != NULL, "%s", error.text);
}
END_TEST

// ---- spaces and decisions ----

static SpaceSetup three_spaces(void) {
    return (SpaceSetup){
        .space_count = 3, .space_names = {"a", "b", "region"}, .is_region = {false, false, true}};
}

START_TEST(spaces_that_cannot_be_are_refused) {
    Error error[4] = {0};
    SpaceSetup none = {0}, many = {.space_count = 13}, unnamed = {.space_count = 1},
               twice = {.space_count = 2, .space_names = {"a", "a"}}, good = three_spaces();
    ck_assert(setup_check(&good, &error[0]));
    ck_assert(!setup_check(&none, &error[0]));
    ck_assert_str_eq(error[0].text, "start: 0 spaces; 1 to 12 are allowed");
    ck_assert(!setup_check(&many, &error[1]));
    ck_assert_str_eq(error[1].text, "start: 13 spaces; 1 to 12 are allowed");
    ck_assert(!setup_check(&unnamed, &error[2]));
    ck_assert(strstr(error[2].text, "the name '(NULL)' of space 0") != NULL);
    ck_assert(!setup_check(&twice, &error[3]));
    ck_assert_str_eq(error[3].text, "start: two spaces are called 'a'");
}
END_TEST

static const struct {
    Plan plan;
    const char *says;
} BAD_PLANS[] = {
    {{.kind = (PlanKind)9, .spaces = 1}, "plan: kind 9 is unknown"},
    {{.kind = PLAN_COLLECT}, "plan: spaces is 0x0; bits 0 to 2 are allowed"},
    {{.kind = PLAN_COLLECT, .spaces = 8}, "plan: spaces is 0x8"},
    {{.kind = PLAN_MOVE, .spaces = 1, .into = 3}, "plan: into is space 3; there are 0 to 2"},
    {{.kind = PLAN_COLLECT, .spaces = 1, .generation = 3}, "plan: generation is 3"},
    {{.kind = PLAN_COLLECT, .spaces = 1, .finalizers = (FinalizerRule)5}, "finalizers 5"},
    {{.kind = PLAN_MARK, .spaces = 1, .into = 1}, "start did not say takes_parts"},
    {{.kind = PLAN_COLLECT, .spaces = 1, .budget = 5}, "start did not say takes_parts"},
    {{.kind = PLAN_RELEASE, .spaces = 4, .into = 2}, "PLAN_RELEASE of region 2"},
};

START_TEST(a_plan_that_cannot_be_is_refused) {
    const SpaceSetup setup = three_spaces();
    Decision decision = {.plan = BAD_PLANS[_i].plan};
    Error error = {0};
    ck_assert(!decision_check(&decision, &setup, 1, &error));
    ck_assert_msg(strstr(error.text, BAD_PLANS[_i].says) != NULL, "%s", error.text);
}
END_TEST

START_TEST(births_are_looked_at_where_there_is_a_population) {
    const SpaceSetup setup = three_spaces();
    Decision decision = {.birth_space = {0, 1, 3}};
    Error error = {0};
    ck_assert(decision_check(&decision, &setup, 2, &error));
    ck_assert(!decision_check(&decision, &setup, 3, &error));
    ck_assert_str_eq(error.text, "population 2 is to be born in space 3; there are 0 to 2");
}
END_TEST

// ---- whatever is accepted can be carried out ----

// Draws a decision at each wake; what decision_check refuses is left out.
typedef struct {
    Rng rng;
    SpaceSetup setup;
} Wild;

static bool wild_start(void *state, const KnobValue *values, const WorkloadNames *names,
                       SpaceSetup *setup, Error *error) {
    Wild *w = state;
    (void)names, (void)error;
    rng_seed(&w->rng, values[0].count, 1);
    *setup = three_spaces();
    setup->space_count = 1 + rng_below(&w->rng, 3);
    setup->takes_parts = values[1].count != 0;
    w->setup = *setup;
    return true;
}

static Plan plan_draw(Rng *rng) {
    return (Plan){.kind = (PlanKind)rng_below(rng, 6),
                  .spaces = rng_below(rng, 16),
                  .into = (uint8_t)rng_below(rng, 4),
                  .generation = (uint8_t)rng_below(rng, 4),
                  .reset_young = rng_below(rng, 2) == 0,
                  .budget = rng_below(rng, 3) == 0 ? rng_below(rng, 300) : 0,
                  .refill = (uint8_t)rng_below(rng, 4)};
}

static void wild_wake(void *state, const HeapView *view, Decision *decision) {
    Wild *w = state;
    bool good = false;
    for (uint32_t i = 0; view->reason == WAKE_START && i < POLICY_POPULATIONS_MAX; i++)
        decision->birth_space[i] = (uint8_t)rng_below(&w->rng, w->setup.space_count);
    decision->fuse.clock = view->clock + 1 + rng_below(&w->rng, 40);
    if (view->reason == WAKE_START || rng_below(&w->rng, 4) == 0) return;
    for (uint32_t tries = 0; tries < 20 && !good; tries++) {
        Error error = {0};
        decision->plan = plan_draw(&w->rng);
        good = decision_check(decision, &w->setup, 0, &error);
    }
    if (!good) decision->plan = (Plan){.kind = PLAN_NOTHING};
}

static const Knob WILD_KNOBS[] = {{"seed", KNOB_COUNT, "1", 0, UINT64_MAX, NULL, "h"},
                                  {"parts", KNOB_FLAG, "no", 0, 0, NULL, "h"}};
static const Policy WILD = {.name = "wild",
                            .summary = "random plans",
                            .source = "a test",
                            .knobs = WILD_KNOBS,
                            .knob_count = ARRAY_LENGTH(WILD_KNOBS),
                            .state_size = sizeof(Wild),
                            .start = wild_start,
                            .wake = wild_wake};

// The number of plans that were carried out.
static uint64_t wild_play(uint64_t seed, Engine engine) {
    char text[64];
    Error error = {0};
    PolicyChoice choice;
    Program program = program_new(seed, (ProgramKind){.size = 20, .simulated = true});
    Spec *spec = memory_new(1, sizeof *spec);
    snprintf(text, sizeof text, "wild:seed=%" PRIu64 ",parts=%s", seed,
             engine == ENGINE_TRACING ? "yes" : "no");
    bool good = spec_read_text(spec, "w", program.workload, NULL, 0, &error) &&
                policy_choice_set(&choice, &WILD, "wild", NULL, text, &error);
    ck_assert_msg(good, "seed %" PRIu64 ": %s", seed, error.text);
    RunOptions options = {
        .spec = spec, .policy = &choice, .batch = 64, .engine = engine, .check = seed % 8 == 0};
    Run *run = run_open(&options, &error);
    for (bool done = false; run != NULL && !done;)
        if (!run_advance(run, UINT64_MAX, &done, &error)) break;
    ck_assert_msg(error.text[0] == '\0', "seed %" PRIu64 ": %s", seed, error.text);
    uint64_t count = run_recorder(run)->collection_count;
    run_close(run);
    free(spec);
    return count;
}

static void wild_plays(Engine engine) {
    const char *given = getenv("OURO_SEED");
    const uint64_t first = given != NULL ? strtoull(given, NULL, 10) : 1;
    uint64_t plans = 0;
    printf("decision: OURO_SEED=%" PRIu64 "\n", first);
    for (uint64_t seed = first; seed < first + 150; seed++) plans += wild_play(seed, engine);
    ck_assert_uint_gt(plans, 500);
}

START_TEST(the_tracing_heap_carries_out_whatever_is_accepted) { wild_plays(ENGINE_TRACING); }
END_TEST
START_TEST(the_ledger_heap_carries_out_whatever_is_accepted) { wild_plays(ENGINE_LEDGER); }
END_TEST

Suite *decision_suite(void) {
    Suite *suite = suite_create("decision");
    TCase *tests = tcase_create("decision");
    tcase_add_test(tests, every_policy_of_the_registry_is_in_order);
    tcase_add_loop_test(tests, a_policy_that_cannot_be_chosen_is_refused, 0,
                        (int)ARRAY_LENGTH(BAD_POLICIES));
    tcase_add_test(tests, spaces_that_cannot_be_are_refused);
    tcase_add_loop_test(tests, a_plan_that_cannot_be_is_refused, 0, (int)ARRAY_LENGTH(BAD_PLANS));
    tcase_add_test(tests, births_are_looked_at_where_there_is_a_population);
    tcase_add_test(tests, the_tracing_heap_carries_out_whatever_is_accepted);
    tcase_add_test(tests, the_ledger_heap_carries_out_whatever_is_accepted);
    suite_add_tcase(suite, tests);
    return suite;
}
