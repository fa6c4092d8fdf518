// test_ledger_locality.c -- what the ledger heap estimates: it follows from where objects lie, and
// changes nothing else
//
// How good it is: tests/estimate
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hand_heap.h"
#include "ledger_misses.h"
#include "program.h"
#include "run.h"
#include "suites.h"

// ---- what a walk misses ----

static Passes passes(uint64_t objects, uint64_t jumps, uint64_t span) {
    const uint64_t pages = objects * LINE_BYTES / PAGE_BYTES;
    return (Passes){.all = {.objects = objects,
                            .jumps = jumps,
                            .lone_jumps = jumps,
                            .bytes = objects * LINE_BYTES,
                            .lines = objects,
                            .pages = pages,
                            .span = span}};
}

START_TEST(what_fits_a_cache_does_not_miss_it) {
    const Passes small = passes(400, 400, 256), larger = passes(10000, 10000, 8000);
    const Misses a = misses_estimate(&small), b = misses_estimate(&larger);
    ck_assert_uint_eq(a.jumps_l1 + a.jumps_l2 + a.jumps_l3, 0);
    ck_assert_uint_gt(b.jumps_l1, 4 * 9000);
    ck_assert_uint_lt(b.jumps_l2, 4 * 2500);
    ck_assert_uint_eq(b.jumps_l3 + b.pages, 0);
}
END_TEST

START_TEST(what_is_larger_than_all_caches_misses_every_time) {
    const uint64_t objects = 3000000;
    const Passes large = passes(objects, objects, 2 * objects);
    const Misses m = misses_estimate(&large);
    ck_assert_uint_eq(m.jumps_l1, 4 * objects);
    ck_assert_uint_ge(m.jumps_l3, 4 * objects - objects / 10);
    ck_assert_uint_eq(m.pages, 4 * large.all.pages);
}
END_TEST

START_TEST(a_walk_in_order_misses_pages_alone) {
    const Passes in_order = passes(3000000, 0, 3000000);
    const Misses m = misses_estimate(&in_order);
    ck_assert_uint_eq(m.jumps_l1 + m.jumps_l3 + m.edges_l1 + m.edges_l3, 0);
    ck_assert_uint_eq(m.pages, 4 * in_order.all.pages);
}
END_TEST

START_TEST(more_objects_in_the_same_memory_never_miss_less) {
    uint64_t last = 0;
    for (uint64_t objects = 1000; objects <= 1000000; objects += 1000) {
        const Passes p = passes(objects, 1000, 1000000);
        const Misses m = misses_estimate(&p);
        ck_assert_uint_ge(m.jumps_l3 + 4, last);  // rounding
        last = m.jumps_l3;
    }
    ck_assert_uint_gt(last, 3900);
}
END_TEST

// ---- lists: each step is proved ----

START_TEST(units_go_where_their_space_goes) {
    HeapOptions options = hand_options();
    options.ledger = options.locality = true;
    Heap *heap = hand_heap_with(&options);
    play(heap, chain(0, 2), ring(1, 3), chain(2, 1));
    execute(heap, move(1, ASIDE));
    play(heap, ring(3, 4), dead(1), drop(1));
    execute(heap, collect(0));
    execute(heap, move(1u << ASIDE, 0));
    const PauseWork work = execute(heap, collect(2));
    ck_assert_uint_eq(work.result.collected, 3);
    ck_assert_uint_eq(work.moves, 3);
    heap_close(heap);
}
END_TEST

// ---- runs ----

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

typedef struct {
    CostModel cost;
    Engine engine;
    size_t batch;
    bool check;
} How;

static RunResult play_once(const char *workload, const char *policy_name, How how) {
    const CostTable cost = cost_table_shipped(how.cost);
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    RunResult result;
    Error error = {0};
    bool done = false;
    Run *run = NULL;
    bool good = spec_read_text(spec, "workload", workload, NULL, 0, &error) &&
                policy_choose(&policy, policy_name, &error);
    RunOptions options = {.spec = spec,
                          .policy = &policy,
                          .engine = how.engine,
                          .cost = &cost,
                          .batch = how.batch,
                          .check = how.check};
    good = good && (run = run_open(&options, &error)) != NULL &&
           run_advance(run, UINT64_MAX, &done, &error) && run_result(run, &result, &error);
    ck_assert_msg(good, "policy %s: %s\n%s", policy_name, error.text, workload);
    run_close(run);
    free(spec);
    result.recorder = NULL;
    return result;
}

enum { PROGRAMS = 32, PROVED_EVERY = 8 };

START_TEST(an_estimate_changes_nothing_but_times) {
    const uint64_t first = number_of("OURO_SEED", 1);
    for (uint64_t seed = first; seed < first + PROGRAMS; seed++) {
        const bool is_proved = seed % PROVED_EVERY == 0;  // which takes its time
        const Program p =
            program_new(seed, (ProgramKind){.size = is_proved ? PROGRAM_WHOLE / 4 : PROGRAM_WHOLE});
        const How proved = {COST_CACHE, ENGINE_LEDGER, 1, is_proved};
        const How large = {COST_CACHE, ENGINE_LEDGER, 4096, false};
        const How counts = {COST_COUNTS, ENGINE_LEDGER, 4096, false};
        const RunResult a = play_once(p.workload, p.policy, proved);
        const RunResult b = play_once(p.workload, p.policy, large);
        const RunResult c = play_once(p.workload, p.policy, counts);
        ck_assert_msg(a.result_digest == b.result_digest, "OURO_SEED=%" PRIu64 ": batches", seed);
        ck_assert_msg(b.behaviour_digest == c.behaviour_digest, "OURO_SEED=%" PRIu64 ": behaviour",
                      seed);
    }
}
END_TEST

// The same counts, in order and scattered: the tracing heap takes some times longer, and so it is
// said to.
START_TEST(scattered_objects_take_longer) {
    static const char *const workloads[] = {
        "[phase p]\nallocations = 600k\n[population a]\nlifetime = round\n",
        "[phase p]\nallocations = 3M\n[population a]\nlifetime = geometric mean=600k\n"};
    const char *policy = "gen3:t0=20000,t1=3,t2=3,quarter=no";
    uint64_t each[2][2];
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            const How how = {COST_CACHE, k == 0 ? ENGINE_TRACING : ENGINE_LEDGER, 4096, false};
            const Metrics m = play_once(workloads[i], policy, how).metrics;
            each[i][k] = m.pause_ns_total * 100 / m.candidates;
        }
    ck_assert_uint_gt(each[1][0], 3 * each[0][0]);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_lt(each[i][1], each[i][0] + each[i][0] / 4);
        ck_assert_uint_gt(each[i][1], each[i][0] - each[i][0] / 4);
    }
}
END_TEST

START_TEST(the_name_of_the_model_says_that_it_is_an_estimate) {
    CostTable table = cost_table_shipped(COST_CACHE);
    cost_table_estimated(&table);
    ck_assert_str_eq(table.name, "cache (shipped table), estimated");
    memset(table.name, 'x', sizeof table.name - 1);
    cost_table_estimated(&table);
    ck_assert_uint_lt(strlen(table.name), sizeof table.name);
    ck_assert_ptr_nonnull(strstr(table.name, ", estimated"));
}
END_TEST

// A unit that was born into two spaces and is dead is looked at by nobody: neither itself, nor as
// what others refer to. A space in which there is nothing else stays unknown.
START_TEST(units_in_pieces_are_not_looked_at) {
    enum { YOUNG = 20, LARGE = 6000, RINGS = 10, OTHER = RINGS + 1, MANY = 240000 };
    HeapOptions options = hand_options();
    options.ledger = options.locality = true;
    Heap *heap = hand_heap_with(&options);
    hand_fuse_young(heap, YOUNG);
    ck_assert(!play_until(heap, ring(0, LARGE), WAKE_YOUNG));
    execute(heap, collect(0));
    heap_set_fuse(heap, &FUSE_NONE);
    play(heap, ring(0, LARGE));
    Plan same = collect(0);
    same.into = 0;
    expect(execute(heap, same), LARGE - YOUNG, 0, LARGE - YOUNG);
    for (uint32_t i = 1; i <= RINGS; i++) play(heap, to(ring(i, 2), 0));
    play(heap, chain(OTHER, MANY), drop(0));
    for (uint32_t i = 1; i < RINGS; i++) play(heap, dead(i), drop(i));
    play(heap, dead(0), dead(RINGS), drop(RINGS));
    const uint64_t found = 2 * RINGS, kept = LARGE - YOUNG + MANY;
    expect(execute(heap, collect(0)), found + kept, found, kept);
    expect(execute(heap, collect(2)), LARGE + MANY, LARGE, MANY);
    heap_close(heap);
}
END_TEST

Suite *ledger_locality_suite(void) {
    Suite *suite = suite_create("ledger_locality");
    TCase *walks = tcase_create("by hand"), *runs = tcase_create("runs");
    tcase_add_test(walks, what_fits_a_cache_does_not_miss_it);
    tcase_add_test(walks, what_is_larger_than_all_caches_misses_every_time);
    tcase_add_test(walks, a_walk_in_order_misses_pages_alone);
    tcase_add_test(walks, more_objects_in_the_same_memory_never_miss_less);
    tcase_add_test(walks, units_go_where_their_space_goes);
    tcase_add_test(walks, units_in_pieces_are_not_looked_at);
    tcase_set_timeout(runs, 60);
    tcase_add_test(runs, an_estimate_changes_nothing_but_times);
    tcase_add_test(runs, scattered_objects_take_longer);
    tcase_add_test(runs, the_name_of_the_model_says_that_it_is_an_estimate);
    suite_add_tcase(suite, walks);
    suite_add_tcase(suite, runs);
    return suite;
}
