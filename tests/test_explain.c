// test_explain.c -- moments, what a policy will do, and what other policies would have done
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "suites.h"

static const char CHURN[] =
    "[phase load]\nallocations = 4k\n[phase serve]\nallocations = 30k\n"
    "[population model]\nphase = load\nshape = tree fanout=3\nobjects = 40\nlifetime = round\n"
    "[population records]\nphase = serve\nshape = chain\nobjects = geometric mean=4\n"
    "cycle_density = 50%\nlifetime = geometric mean=900\nlinks = model 40%, records 20%\n";

static const char GROWTH[] =
    "[phase p]\nallocations = 60k\n[population kept]\nshape = single\n"
    "objects = 1\nlifetime = round\n";

typedef struct {
    Spec spec;
    PolicyChoice policy;
    CostTable cost;
    ExplainOptions options;
    Explanation e;
    Run *first;
} Case;

static Case *case_new(const char *text, const char *policy, Moment moment) {
    Error error = {0};
    Case *c = memory_new(1, sizeof *c);
    ck_assert_msg(spec_read_text(&c->spec, "w", text, NULL, 0, &error), "%s", error.text);
    ck_assert_msg(policy_choose(&c->policy, policy, &error), "%s", error.text);
    c->cost = cost_table_shipped(COST_COUNTS);
    c->options = (ExplainOptions){
        .spec = &c->spec, .policy = &c->policy, .cost = &c->cost, .moment = moment};
    return c;
}

static void case_explain(Case *c) {
    Error error = {0};
    ck_assert_msg(explain(&c->options, &c->e, &c->first, &error), "%s", error.text);
}

static void case_refused(Case *c, const char *said) {
    Error error = {0};
    ck_assert(!explain(&c->options, &c->e, &c->first, &error));
    ck_assert_msg(strstr(error.text, said) != NULL, "not '%s', but: %s", said, error.text);
}

static void case_free(Case *c) {
    run_close(c->first);
    free(c);
}

static Metrics metrics_of(const Case *c) {
    Error error = {0};
    RunResult result;
    bool done = false;
    const RunOptions options = {
        .spec = &c->spec, .policy = &c->policy, .cost = &c->cost, .batch = 1000};
    Run *run = run_open(&options, &error);
    ck_assert_msg(run != NULL && run_advance(run, UINT64_MAX, &done, &error) &&
                      run_result(run, &result, &error),
                  "%s", error.text);
    const Metrics metrics = result.metrics;
    run_close(run);
    return metrics;
}

// ---- moments ----

START_TEST(a_moment_is_read_or_refused) {
    static const char *const bad[] = {"",       "event", "event x", "event 0",
                                      "peak 3", "peaks", "alloc"};
    Moment moment;
    Error error = {0};
    ck_assert(moment_parse("event 12k", &moment, &error) && moment.number == 12000);
    ck_assert(moment.kind == MOMENT_EVENT);
    ck_assert(moment_parse("alloc=7", &moment, &error) && moment.kind == MOMENT_ALLOC);
    ck_assert(moment_parse("oom", &moment, &error) && moment.kind == MOMENT_OOM);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        Error said = {0};
        ck_assert_msg(!moment_parse(bad[i], &moment, &said), "'%s'", bad[i]);
        ck_assert(strstr(said.text, "--at") != NULL);
    }
}
END_TEST

START_TEST(the_peak_is_where_live_bytes_are_most) {
    static const char *const policies[] = {"gen3", "gen3:trigger=safepoint", "none", "freeze",
                                           "cpython-3.14.4"};
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        Case *c = case_new(CHURN, policies[i], (Moment){MOMENT_PEAK, 0});
        case_explain(c);
        const Metrics m = metrics_of(c);
        ck_assert_uint_eq(c->e.census.reachable.bytes + c->e.census.garbage.bytes,
                          m.peak_live_bytes);
        ck_assert_int_eq(c->e.found, MOMENT_PEAK);
        case_free(c);
    }
}
END_TEST

START_TEST(the_end_and_no_peak_beyond_it) {
    Case *c = case_new(CHURN, "none", (Moment){MOMENT_END, 0});
    case_explain(c);
    const Metrics m = metrics_of(c);
    ck_assert_uint_eq(c->e.census.garbage.objects, m.residue_objects);
    ck_assert_uint_eq(c->e.census.event, m.events);
    ck_assert(!c->e.is_followed);
    case_free(c);
    c = case_new(CHURN, "none", (Moment){MOMENT_OOM, 0});
    case_refused(c, "--at oom: the run does not run out of memory");
    case_free(c);
    c = case_new(CHURN, "none", (Moment){MOMENT_EVENT, 1000000});
    case_refused(c, "--at event 1000000: the run has");
    case_free(c);
    c = case_new(CHURN, "none", (Moment){MOMENT_ALLOC, 1000000});
    case_refused(c, "--at alloc 1000000: the run has");
    case_free(c);
}
END_TEST

START_TEST(where_memory_runs_out_is_where_the_run_ends) {
    Case *c = case_new(CHURN, "none", (Moment){MOMENT_AUTO, 0});
    c->spec.memory_limit = 700000;
    case_explain(c);
    const Metrics m = metrics_of(c);
    ck_assert_int_eq(c->e.found, MOMENT_OOM);
    ck_assert_uint_eq(c->e.census.clock, m.allocations);
    ck_assert_uint_eq(c->e.census.event, m.events);
    ck_assert_uint_gt(c->e.held_bytes, c->spec.memory_limit);
    ck_assert_uint_gt(c->e.stream_end, c->e.census.clock);  // it is followed beyond
    case_free(c);
}
END_TEST

// ---- what a policy will do ----

// In a heap where nothing is ever freed the forecast is what happens.
// Where allocations are counted in batches it does not know how full the present one is.
static void compare_with_what_happens(const char *policy, uint64_t from) {
    Case *c = case_new(GROWTH, policy, (Moment){MOMENT_ALLOC, from});
    case_explain(c);
    const Recorder *recorder = run_recorder(c->first);
    for (uint32_t i = 0; i < c->e.spaces.space_count; i++) {
        uint64_t clock = UINT64_MAX;
        for (size_t k = 0; k < recorder->collection_count; k++) {
            const Collection *plan = &recorder->collections[k];
            if (plan->clock <= c->e.census.clock || !(plan->spaces >> i & 1)) continue;
            if (plan->phase == ROUND_END) continue;  // not foreseen
            clock = min_u64(clock, plan->clock);
        }
        if (clock == UINT64_MAX) continue;
        const uint64_t forecast = c->e.census.clock + c->e.forecasts[i].allocations;
        ck_assert_msg(
            c->e.forecasts[i].comes && forecast >= clock && forecast - clock <= c->e.spaces.batch,
            "%s: space %u: forecast %llu, but %llu", policy, i, (unsigned long long)forecast,
            (unsigned long long)clock);
    }
    case_free(c);
}

START_TEST(a_forecast_comes_true_where_nothing_is_freed) {
    static const char *const policies[] = {"gen3:t0=50,t1=3,t2=2,quarter=no",
                                           "gen3:t0=70,t1=4,t2=3,quarter=yes",
                                           "gen3:t0=90,t1=2,t2=5,trigger=safepoint",
                                           "freeze:t0=60,t1=4,t2=3",
                                           "cpython-3.13",
                                           "free-threaded:t0=200,t1=3"};
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        compare_with_what_happens(policies[i], 1);
        compare_with_what_happens(policies[i], 7777);
    }
}
END_TEST

// METRICS: generation 2 becomes due after ((t2 + 1)(t1 + 2) + 1) t0 net allocations.
START_TEST(the_thresholds_of_2006_come_to_a_full_collection_after_2e10_allocations) {
    Case *c = case_new(GROWTH, "warsaw", (Moment){MOMENT_EVENT, 2});
    case_explain(c);
    const uint64_t law = ((UINT64_C(100001)) * (5 + 2) + 1) * 30000;
    const Forecast *full = &c->e.forecasts[2];
    ck_assert(full->comes);
    ck_assert_uint_ge(full->allocations, law - law / 1000);
    ck_assert_uint_le(full->allocations, law + law / 1000);
    case_free(c);
}
END_TEST

START_TEST(what_no_allocation_brings_about_is_never) {
    Case *c = case_new(CHURN, "freeze:unfreeze=never", (Moment){MOMENT_ALLOC, 20000});
    case_explain(c);
    ck_assert_uint_eq(c->e.spaces.space_count, 4);
    for (uint32_t i = 0; i < 3; i++) ck_assert(c->e.forecasts[i].comes);
    ck_assert(!c->e.forecasts[3].comes);
    ck_assert_int_eq(explanation_reason(&c->e, 3), GARBAGE_FROZEN);
    case_free(c);
    c = case_new(CHURN, "none", (Moment){MOMENT_PEAK, 0});
    case_explain(c);
    ck_assert_uint_eq(c->e.census.reasons[GARBAGE_FROZEN].objects, c->e.census.garbage.objects);
    case_free(c);
    c = case_new(CHURN, "arena:populations=records", (Moment){MOMENT_ALLOC, 20000});
    case_explain(c);
    ck_assert_uint_gt(c->e.census.reasons[GARBAGE_REGION].objects, 0);
    case_free(c);
}
END_TEST

// ---- what becomes of it ----

// Every fate is a plan that was carried out, of that generation and at that clock.
static uint64_t compare_fates(uint64_t clock) {
    Case *c = case_new(CHURN, "gen3:t0=100,t1=4,t2=3", (Moment){MOMENT_ALLOC, clock});
    uint64_t seen = 0;
    case_explain(c);
    const Recorder *recorder = run_recorder(c->first);
    for (uint32_t i = 0; i < c->e.fate_count; i++) {
        const FateRow *row = &c->e.fates[i];
        bool first = !row->is_freed, last = first;
        for (size_t k = 0; k < recorder->collection_count; k++) {
            const Collection *plan = &recorder->collections[k];
            if (plan->generation != row->generation || plan->kind != row->kind) continue;
            first |= plan->clock == c->e.census.clock + row->soonest;
            last |= plan->clock == c->e.census.clock + row->latest;
        }
        ck_assert_msg(first && last, "row %u", i);
        seen += row->is_freed;
    }
    case_free(c);
    return seen;
}

START_TEST(a_fate_is_a_collection_of_the_run) {
    uint64_t seen = 0;
    for (uint64_t clock = 20000; clock < 24000; clock += 400) seen += compare_fates(clock);
    ck_assert_uint_ge(seen, 20);
}
END_TEST

// ---- the others ----

START_TEST(the_same_policy_has_the_same_garbage_at_the_same_moment) {
    static const char *const policies[] = {"gen3:t0=100", "freeze:t0=100", "cpython-3.14.4"};
    PolicyChoice oracle;
    Error error = {0};
    ck_assert(policy_choose(&oracle, "oracle", &error));
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        Case *c = case_new(CHURN, policies[i], (Moment){MOMENT_EVENT, 15000});
        PolicyChoice against[] = {c->policy, oracle};
        c->options.against = against;
        c->options.against_count = ARRAY_LENGTH(against);
        case_explain(c);
        ck_assert_uint_eq(c->e.against_count, 2);
        ck_assert(c->e.against[0].is_there && c->e.against[1].is_floor);
        ck_assert_uint_eq(c->e.against[0].garbage_bytes, c->e.census.garbage.bytes);
        ck_assert_uint_eq(c->e.against[0].held_bytes, c->e.held_bytes);
        ck_assert_uint_eq(c->e.against[0].pause_ns, c->e.pause_ns);
        ck_assert_uint_eq(c->e.against[1].garbage_bytes, 0);
        ck_assert_uint_eq(c->e.against[1].live_bytes, c->e.census.reachable.bytes);
        case_free(c);
    }
}
END_TEST

Suite *explain_suite(void) {
    Suite *suite = suite_create("explain");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 30);
    tcase_add_test(all, a_moment_is_read_or_refused);
    tcase_add_test(all, the_peak_is_where_live_bytes_are_most);
    tcase_add_test(all, the_end_and_no_peak_beyond_it);
    tcase_add_test(all, where_memory_runs_out_is_where_the_run_ends);
    tcase_add_test(all, a_forecast_comes_true_where_nothing_is_freed);
    tcase_add_test(all, the_thresholds_of_2006_come_to_a_full_collection_after_2e10_allocations);
    tcase_add_test(all, what_no_allocation_brings_about_is_never);
    tcase_add_test(all, a_fate_is_a_collection_of_the_run);
    tcase_add_test(all, the_same_policy_has_the_same_garbage_at_the_same_moment);
    suite_add_tcase(suite, all);
    return suite;
}
