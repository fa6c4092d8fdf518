// test_minheap.c -- the smallest limit: of made-up machines, of workloads, and by naive bisection
//
// What is asked of the simulator: that the smallest limit is what a run without one holds at its
// peak; that a byte less ends the run; and that who looks for it by trying alone finds the same.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/minheap_print.h"
#include "program.h"
#include "suites.h"

// ---- the search, on machines that are a few numbers ----

// Needs `needs`; holds `holds` when it may, which is more if it makes do with less when it must.
// `needs` 0: no limit will do.
typedef struct {
    uint64_t needs, holds;
    uint32_t runs;
} Machine;

static bool machine_play(void *context, uint64_t limit, MinheapTrial *trial, Error *error) {
    Machine *machine = context;
    (void)error;
    machine->runs++;
    *trial = (MinheapTrial){.finished = machine->needs > 0 && limit >= machine->needs,
                            .end.clock = limit};
    trial->metrics.peak_held_bytes = machine->holds;
    return true;
}

static MinheapFound searched(Machine *machine) {
    MinheapFound found;
    Error error = {0};
    ck_assert_msg(minheap_search(machine_play, machine, &found, &error), "%s", error.text);
    ck_assert_uint_eq(found.runs, machine->runs);
    return found;
}

START_TEST(who_needs_what_it_holds_takes_three_runs) {
    Machine machine = {.needs = 5 << 20, .holds = 5 << 20};
    MinheapFound found = searched(&machine);
    ck_assert_int_eq(found.proof, MINHEAP_PROVED);
    ck_assert_uint_eq(found.limit, 5 << 20);
    ck_assert_uint_eq(found.runs, 3);
    ck_assert_uint_eq(found.at.end.clock, 5 << 20);
    ck_assert_uint_eq(found.peak.clock, (5 << 20) - 1);
}
END_TEST

// Less than it holds where nothing presses: it collects when the limit is near. And more, which
// only a policy could need that wastes memory under a limit.
START_TEST(who_behaves_by_the_limit_is_bisected) {
    const uint64_t needs[] = {1, 2, 3, 1234567, 4999999, 5000001, 5000002, 70000000, 1ull << 40};
    for (size_t i = 0; i < ARRAY_LENGTH(needs); i++) {
        Machine machine = {.needs = needs[i], .holds = 5000000};
        MinheapFound found = searched(&machine);
        ck_assert_int_eq(found.proof, MINHEAP_BISECTED);
        ck_assert_uint_eq(found.limit, needs[i]);
        ck_assert_uint_eq(found.at.end.clock, needs[i]);
        if (needs[i] > 1) ck_assert_uint_eq(found.peak.clock, needs[i] - 1);
        ck_assert_uint_le(found.runs, 80);
    }
}
END_TEST

START_TEST(who_never_finishes_has_no_limit) {
    Machine machine = {.needs = 0, .holds = 5000000};
    MinheapFound found = searched(&machine);
    ck_assert_int_eq(found.proof, MINHEAP_NEVER);
    ck_assert_uint_eq(found.limit, 0);
    ck_assert_uint_eq(found.runs, 1);
}
END_TEST

// Finishes without a limit and under none: the search upward ends.
START_TEST(who_finishes_without_a_limit_alone_has_none) {
    Machine machine = {.needs = MINHEAP_NO_LIMIT, .holds = 5000000};
    ck_assert_int_eq(searched(&machine).proof, MINHEAP_NEVER);
}
END_TEST

START_TEST(where_nothing_is_held_no_limit_is_too_small) {
    Machine machine = {.needs = 1, .holds = 0};
    MinheapFound found = searched(&machine);
    ck_assert_int_eq(found.proof, MINHEAP_PROVED);
    ck_assert_uint_eq(found.limit, 0);
}
END_TEST

// ---- on the simulator ----

typedef struct {
    Spec spec;
    PolicyChoice policy;
    CostTable cost;
    atomic_bool stop;
    MinheapClock clock;
    MinheapSetting setting;
} Case;

static void must(bool good, const Error *error) { ck_assert_msg(good, "%s", error->text); }

static void case_ready(Case *c, const char *policy) {
    Error error = {0};
    must(policy_choose(&c->policy, policy, &error), &error);
    c->cost = cost_table_shipped(COST_COUNTS);
    c->setting = (MinheapSetting){.spec = &c->spec,
                                  .engine = ENGINE_AUTO,
                                  .cost = &c->cost,
                                  .allocator = &MEMORY_DEFAULT,
                                  .batch = 4096,
                                  .stop = &c->stop};
}

static Case *case_of(const char *workload, const char *policy, const char *scale) {
    Case *c = memory_new(1, sizeof *c);
    Error error = {0};
    char path[128];
    snprintf(path, sizeof path, "workloads/%s.ini", workload);
    must(spec_read(&c->spec, path, &scale, 1, &error), &error);
    case_ready(c, policy);
    return c;
}

static Case *case_of_program(uint64_t seed) {
    Case *c = memory_new(1, sizeof *c);
    Error error = {0};
    Program program = program_new(seed, (ProgramKind){.size = PROGRAM_WHOLE, .simulated = true});
    must(spec_read_text(&c->spec, "program", program.workload, NULL, 0, &error), &error);
    case_ready(c, program.policy);
    return c;
}

static MinheapFound found_of(Case *c) {
    MinheapFound found;
    Error error = {0};
    must(minheap_policy(&c->setting, &c->policy, &c->clock, &found, &error), &error);
    return found;
}

static MinheapFloor floor_of(Case *c) {
    MinheapFloor floor;
    Error error = {0};
    must(minheap_floor(&c->setting, &c->clock, &floor, &error), &error);
    return floor;
}

// One run, by nothing but run.h: whether it finishes, and its figures.
static bool finishes(const Case *c, uint64_t limit, RunResult *result) {
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    *spec = c->spec;
    spec->memory_limit = limit;
    RunOptions options = {
        .spec = spec, .policy = &c->policy, .engine = ENGINE_AUTO, .cost = &c->cost, .batch = 4096};
    Run *run = run_open(&options, &error);
    must(run != NULL, &error);
    for (bool done = false; !done;) must(run_advance(run, UINT64_MAX, &done, &error), &error);
    must(run_result(run, result, &error), &error);
    run_close(run);
    free(spec);
    return result->status == STATUS_OK;
}

// ---- identities ----

static const char *const WORKLOADS[] = {"warsaw-2006", "warsaw-2006-pathological",
                                        "llm-serving", "native-payload",
                                        "web-tail",    "gc-collect",
                                        "scheduler"};
static const char *const POLICIES_TRIED[] = {"none",           "cpython-2.4",   "cpython-3.13",
                                             "cpython-3.14.4", "cpython-3.14t", "freeze",
                                             "arena",          "oracle"};

START_TEST(the_smallest_limit_is_what_a_run_without_one_holds) {
    for (size_t i = 0; i < ARRAY_LENGTH(POLICIES_TRIED); i++) {
        Case *c = case_of(WORKLOADS[_i], POLICIES_TRIED[i], "workload.scale=0.01");
        MinheapFound found = found_of(c);
        RunResult free_run, tight_run, dead_run;
        ck_assert(finishes(c, 0, &free_run));
        ck_assert_int_eq(found.proof, MINHEAP_PROVED);
        ck_assert_uint_eq(found.runs, 3);
        ck_assert_uint_eq(found.limit, free_run.metrics.peak_held_bytes);
        ck_assert(finishes(c, found.limit, &tight_run));
        ck_assert_uint_eq(tight_run.result_digest, free_run.result_digest);
        ck_assert(!finishes(c, found.limit - 1, &dead_run));
        ck_assert_uint_eq(found.peak.clock, dead_run.metrics.allocations);
        ck_assert_uint_eq(found.at.metrics.pause_ns_total, free_run.metrics.pause_ns_total);
        free(c);
    }
}
END_TEST

START_TEST(the_floor_is_below_the_oracle_and_below_every_policy) {
    Case *oracle = case_of(WORKLOADS[_i], "oracle", "workload.scale=0.01");
    const MinheapFloor floor = floor_of(oracle);
    const uint64_t least = found_of(oracle).limit;
    ck_assert_uint_gt(floor.bytes, 0);
    ck_assert_uint_le(floor.bytes, least);
    for (size_t i = 0; i < ARRAY_LENGTH(POLICIES_TRIED); i++) {
        Case *c = case_of(WORKLOADS[_i], POLICIES_TRIED[i], "workload.scale=0.01");
        MinheapFound found = found_of(c);
        ck_assert_uint_eq(found.at.metrics.floor_bytes, floor.bytes);
        ck_assert_msg(found.limit >= least, "%s on %s: %" PRIu64 " bytes, the oracle %" PRIu64,
                      POLICIES_TRIED[i], WORKLOADS[_i], found.limit, least);
        free(c);
    }
    free(oracle);
}
END_TEST

// The moment of the floor: no run is as high before it. By hand, from the text: the model is built
// once, and nothing else is kept.
START_TEST(the_floor_is_reached_where_the_last_object_of_the_most_is_made) {
    static const char text[] =
        "[phase build]\n[phase idle]\n"
        "[population model]\nphase = build\nshape = single\nbytes = 100\nunits = 1000\n"
        "lifetime = phase\n"
        "[population later]\nphase = idle\nshape = single\nbytes = 100\nunits = 300\n"
        "lifetime = phase\n";
    Case *c = memory_new(1, sizeof *c);
    Error error = {0};
    must(spec_read_text(&c->spec, "hand", text, NULL, 0, &error), &error);
    case_ready(c, "oracle");
    MinheapFloor floor = floor_of(c);
    ck_assert_uint_eq(floor.bytes, 100000);
    ck_assert_uint_eq(floor.peak.clock, 1000);
    ck_assert_uint_eq(floor.peak.phase, 0);
    ck_assert_uint_eq(found_of(c).limit, 1 << 20);  // one arena
    free(c);
}
END_TEST

// The last that a program takes is the payload of its last object: no allocation comes after it.
START_TEST(a_payload_counts_when_it_is_taken_and_not_with_the_next_object) {
    static const char text[] =
        "[phase p]\n[population u]\nshape = single\nbytes = 100\npayload = 10k\nunits = 100\n"
        "lifetime = round\n";
    Case *c = memory_new(1, sizeof *c);
    Error error = {0};
    must(spec_read_text(&c->spec, "hand", text, NULL, 0, &error), &error);
    case_ready(c, "none");
    MinheapFound found = found_of(c);
    ck_assert_int_eq(found.proof, MINHEAP_PROVED);
    ck_assert_uint_eq(found.limit, (1 << 20) + 100 * memory_large_held(10240));
    ck_assert_uint_eq(found.peak.clock, 100);
    free(c);
}
END_TEST

// ---- against who only tries ----

// The least limit under which it finishes, known to finish under `enough`; looks at nothing else.
static uint64_t least_by_trying(const Case *c, uint64_t enough) {
    uint64_t too_small = 0;
    RunResult result;
    while (enough - too_small > 1) {
        uint64_t middle = too_small + (enough - too_small) / 2;
        if (finishes(c, middle, &result))
            enough = middle;
        else
            too_small = middle;
    }
    return enough;
}

static unsigned long seed_given(void) {
    const char *given = getenv("OURO_SEED");
    return given != NULL ? strtoul(given, NULL, 10) : 1;
}

START_TEST(trying_alone_finds_the_same_of_random_programs) {
    enum { PROGRAMS = 8 };
    unsigned long seed = seed_given() * 1000 + (unsigned long)_i * PROGRAMS;
    for (unsigned long i = 0; i < PROGRAMS; i++) {
        Case *c = case_of_program(seed + i);
        MinheapFound found = found_of(c);
        uint64_t tried = least_by_trying(c, 1ull << 34);
        ck_assert_msg(found.limit == tried && found.proof == MINHEAP_PROVED,
                      "OURO_SEED=%lu, program %lu under %s: %" PRIu64 " (%s), by trying %" PRIu64,
                      seed_given(), seed + i, c->policy.label, found.limit,
                      minheap_proof_name(found.proof), tried);
        free(c);
    }
}
END_TEST

START_TEST(trying_alone_finds_the_same_of_workloads) {
    static const char *const policies[] = {"cpython-3.13", "warsaw", "cpython-3.14t"};
    Case *c = case_of(WORKLOADS[_i], policies[_i], "workload.scale=0.002");
    ck_assert_uint_eq(found_of(c).limit, least_by_trying(c, 1ull << 34));
    free(c);
}
END_TEST

// A policy that knows the limit, as a plug-in may that reads its own knob: the same generations,
// with a smaller youngest one the less there is.
static bool play_by_the_limit(void *context, uint64_t limit, MinheapTrial *trial, Error *error) {
    Case *c = context;
    RunResult result;
    char policy[64];
    snprintf(policy, sizeof policy, "gen3:t0=%" PRIu64, min_u64(limit / 2000 + 1, 100000));
    must(policy_choose(&c->policy, policy, error), error);
    trial->finished = finishes(c, limit == MINHEAP_NO_LIMIT ? 0 : limit, &result);
    trial->metrics = result.metrics;
    return true;
}

START_TEST(a_policy_that_goes_by_the_limit_gets_along_with_less_than_it_takes) {
    Case *c = case_of("warsaw-2006", "none", "workload.scale=0.02");
    MinheapFound found;
    MinheapTrial trial;
    Error error = {0};
    must(minheap_search(play_by_the_limit, c, &found, &error), &error);
    ck_assert_int_eq(found.proof, MINHEAP_BISECTED);
    must(play_by_the_limit(c, MINHEAP_NO_LIMIT, &trial, &error), &error);
    ck_assert_uint_lt(found.limit, trial.metrics.peak_held_bytes);
    must(play_by_the_limit(c, found.limit, &trial, &error), &error);
    ck_assert(trial.finished);
    must(play_by_the_limit(c, found.limit - 1, &trial, &error), &error);
    ck_assert(!trial.finished);
    free(c);
}
END_TEST

START_TEST(a_search_that_is_stopped_says_so) {
    Case *c = case_of("warsaw-2006", "none", "workload.scale=0.01");
    MinheapFound found;
    MinheapFloor floor;
    Error error = {0};
    atomic_store(&c->stop, true);
    ck_assert(!minheap_policy(&c->setting, &c->policy, &c->clock, &found, &error));
    ck_assert_str_ne(error.text, "");
    ck_assert(!minheap_floor(&c->setting, &c->clock, &floor, &error));
    free(c);
}
END_TEST

// ---- the table ----

START_TEST(rows_are_by_limit_and_who_never_finishes_is_last) {
    const uint64_t limits[] = {30, 0, 10, 20, 10};
    PolicyChoice policies[ARRAY_LENGTH(limits)];
    MinheapRow rows[ARRAY_LENGTH(limits)];
    MinheapTable table = {.floor.bytes = 5, .rows = rows, .count = ARRAY_LENGTH(limits)};
    for (size_t i = 0; i < table.count; i++)
        rows[i] = (MinheapRow){
            .policy = &policies[i],
            .found = {.limit = limits[i], .proof = limits[i] ? MINHEAP_PROVED : MINHEAP_NEVER}};
    minheap_sort(&table);
    const size_t order[] = {2, 4, 3, 0, 1};
    for (size_t i = 0; i < table.count; i++) ck_assert_ptr_eq(rows[i].policy, &policies[order[i]]);
    ck_assert_uint_eq(minheap_to_floor(&table, &rows[0]), 2000);
    ck_assert_uint_eq(minheap_to_floor(&table, &rows[4]), 0);
}
END_TEST

Suite *minheap_suite(void) {
    Suite *suite = suite_create("minheap");
    TCase *search = tcase_create("the search"), *identities = tcase_create("identities");
    TCase *naive = tcase_create("by trying"), *rows = tcase_create("rows");
    tcase_add_test(search, who_needs_what_it_holds_takes_three_runs);
    tcase_add_test(search, who_behaves_by_the_limit_is_bisected);
    tcase_add_test(search, who_never_finishes_has_no_limit);
    tcase_add_test(search, who_finishes_without_a_limit_alone_has_none);
    tcase_add_test(search, where_nothing_is_held_no_limit_is_too_small);
    tcase_set_timeout(identities, 60);
    tcase_add_loop_test(identities, the_smallest_limit_is_what_a_run_without_one_holds, 0,
                        ARRAY_LENGTH(WORKLOADS));
    tcase_add_loop_test(identities, the_floor_is_below_the_oracle_and_below_every_policy, 0,
                        ARRAY_LENGTH(WORKLOADS));
    tcase_add_test(identities, the_floor_is_reached_where_the_last_object_of_the_most_is_made);
    tcase_add_test(identities, a_payload_counts_when_it_is_taken_and_not_with_the_next_object);
    tcase_set_timeout(naive, 60);
    tcase_add_loop_test(naive, trying_alone_finds_the_same_of_random_programs, 0, 4);
    tcase_add_loop_test(naive, trying_alone_finds_the_same_of_workloads, 0, 3);
    tcase_add_test(naive, a_policy_that_goes_by_the_limit_gets_along_with_less_than_it_takes);
    tcase_add_test(naive, a_search_that_is_stopped_says_so);
    tcase_add_test(rows, rows_are_by_limit_and_who_never_finishes_is_last);
    suite_add_tcase(suite, search);
    suite_add_tcase(suite, identities);
    suite_add_tcase(suite, naive);
    suite_add_tcase(suite, rows);
    return suite;
}
