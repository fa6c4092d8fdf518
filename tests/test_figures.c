// test_figures.c -- the shipped workloads against public figures
//
// Every expected number comes from a report that the head of the workload names, or from the
// thresholds by a short calculation that stands here; none comes from a run of ours. Tolerances
// belong to the figure: what the model leaves out, or how units are drawn.
#include <inttypes.h>

#include "harness.h"
#include "suites.h"

#define MB 1000000u

// |found - expected| within `percent` of what is expected.
#define ASSERT_NEAR(found, expected, percent) \
    assert_near(#found, (uint64_t)(found), (uint64_t)(expected), percent)

static void assert_near(const char *name, uint64_t found, uint64_t expected, unsigned percent) {
    uint64_t apart = found > expected ? found - expected : expected - found;
    ck_assert_msg(apart * 100 <= expected * percent,
                  "%s is %" PRIu64 ", expected %" PRIu64 " within %u %%", name, found, expected,
                  percent);
}

#define ASSERT_WITHIN(found, low, high) \
    assert_within(#found, (uint64_t)(found), (uint64_t)(low), (uint64_t)(high))

static void assert_within(const char *name, uint64_t found, uint64_t low, uint64_t high) {
    ck_assert_msg(low <= found && found <= high,
                  "%s is %" PRIu64 ", expected %" PRIu64 " to %" PRIu64, name, found, low, high);
}

// The full collections of one phase that one reason asked for: WAKE_YOUNG, the thresholds, or
// WAKE_COLLECT, the program.
typedef struct {
    const Collection *list[4096];
    size_t count;
    uint64_t candidates, collected;  // sums
} Fulls;

static Fulls fulls_of(const Trial *trial, uint32_t phase, WakeReason reason) {
    Fulls fulls = {.count = 0};
    const Recorder *recorder = trial->result.recorder;
    for (size_t i = 0; i < recorder->collection_count; i++) {
        const Collection *one = &recorder->collections[i];
        if (one->kind != PLAN_COLLECT || one->generation != 2) continue;
        if (one->phase != phase || one->reason != reason) continue;
        ck_assert_uint_lt(fulls.count, ARRAY_LENGTH(fulls.list));
        fulls.list[fulls.count++] = one;
        fulls.candidates += one->candidates;
        fulls.collected += one->collected;
    }
    return fulls;
}

// ---- counts that follow from thresholds ----

// T. Peters: 23,000 nodes, 242 to 246 MB for the process, of which some 12 MB are not its nodes.
START_TEST(run_queue_peaks_at_23000_nodes) {
    static const char *const policies[] = {"gen3:t0=2000,t1=10,t2=10", "cpython-3.13"};
    Metrics m = run_workload("run-queue", policies[_i], NULL);
    ASSERT_NEAR(m.peak_live_objects, 23000, 1);
    ASSERT_WITHIN(m.peak_held_bytes, 226 * MB, 246 * MB);
}
END_TEST

// 60,991 nodes and 628 MB on 3.14.0, 69,999 and 717 MB on 3.14.4, of which some 12 MB are the
// process's. How many objects of the interpreter marking finds is not published: hence 2 %.
START_TEST(run_queue_grows_under_the_incremental_collector) {
    static const struct {
        const char *policy;
        uint64_t nodes, megabytes;
    } published[] = {{"cpython-3.14.0", 60991, 628}, {"cpython-3.14.4", 69999, 717}};
    Metrics m = run_workload("run-queue", published[_i].policy, NULL);
    ASSERT_NEAR(m.peak_live_objects, published[_i].nodes, 2);
    ASSERT_NEAR(m.peak_held_bytes / MB, published[_i].megabytes - 12, 3);
}
END_TEST

// 34,755 nodes and 371 MB on 3.13.0t, which counts below zero; 45,203 and 480 MB on 3.14.4t, which
// asks for resident memory. How much of that is the process's own, or freed and kept, is not
// published, and its allocator is another: hence 3 % of the nodes and 6 % of the memory.
START_TEST(run_queue_without_the_gil) {
    static const struct {
        const char *policy;
        uint64_t nodes, percent, megabytes;
    } published[] = {{"cpython-3.13t:below_zero=yes", 34755, 1, 371},
                     {"cpython-3.14t", 45203, 3, 480}};
    Metrics m = run_workload("run-queue", published[_i].policy, NULL);
    ASSERT_NEAR(m.peak_live_objects, published[_i].nodes, (unsigned)published[_i].percent);
    ASSERT_NEAR(m.peak_held_bytes / MB, published[_i].megabytes - 12, 6);
}
END_TEST

START_TEST(orm_burst_collects_1859_times) {
    ck_assert_uint_eq(run_workload("orm-burst", "cpython-3.11", NULL).collections, 1859);
}
END_TEST

// The first figure allows 26 at most; see the head of the workload.
START_TEST(orm_burst_with_50000_collects_29_times) {
    Metrics m = run_workload("orm-burst", "cpython-3.11:t0=50k,t1=20,t2=20", NULL);
    ASSERT_NEAR(m.collections, 29, 11);
    ck_assert_uint_eq(m.collected, 0);
}
END_TEST

// Real interpreters, 3.8 to 3.11, on 4 million objects that all stay. A full collection comes
// before the allocation of that number, counted from 0, and examines all before it.
START_TEST(list_of_live_collects_as_cpython_did) {
    static const uint64_t expected[] = {93232,   186465,  279698,  372931,  474576,
                                        601457,  753574,  947751,  1192400, 1495933,
                                        1875174, 2346947, 2936488, 3677445};
    Trial *trial = trial_run("list-of-live", "cpython-3.11", "workload.scale=2", NULL);
    const Metrics *m = &trial->result.metrics;
    Fulls fulls = fulls_of(trial, 0, WAKE_YOUNG);
    ck_assert_uint_eq(m->collections_gen0, 5218);
    ck_assert_uint_eq(m->collections_gen1, 474);
    ck_assert_uint_eq(fulls.count, ARRAY_LENGTH(expected));
    for (size_t i = 0; i < fulls.count; i++)
        ck_assert_uint_eq(fulls.list[i]->candidates, expected[i]);
    trial_end(trial);
}
END_TEST

// Without the rule the k-th full collection examines k times as many objects: N * N / 2 / 93,233 in
// all. With it the sizes are a geometric series of ratio 1.25: 5 visits per object that lives.
START_TEST(list_of_live_is_quadratic_without_the_rule) {
    Metrics rule1 = run_workload("list-of-live", "cpython-3.11", NULL);
    Metrics rule2 = run_workload("list-of-live", "cpython-3.11", "workload.scale=2", NULL);
    Metrics none1 = run_workload("list-of-live", "cpython-2.4", "workload.scale=0.5", NULL);
    Metrics none2 = run_workload("list-of-live", "cpython-2.4", NULL);
    const uint64_t n = 2000000, period = 93233;
    ASSERT_NEAR(none2.candidates_gen2, n * n / 2 / period, 5);
    ASSERT_NEAR(none2.candidates_gen2 * 100 / none1.candidates_gen2, 400, 10);
    ASSERT_NEAR(rule2.candidates_gen2 * 100 / rule1.candidates_gen2, 200, 15);
    ASSERT_WITHIN(rule2.candidates_gen2 * 10 / (2 * n), 40, 50);
}
END_TEST

// pyperformance: each gc.collect() finds 100 rings of 21 nodes.
START_TEST(gc_collect_finds_every_ring) {
    static const char *const policies[] = {"none", "warsaw", "cpython-3.11", "freeze"};
    Trial *trial = trial_run("gc-collect", policies[_i], NULL);
    Fulls calls = fulls_of(trial, 0, WAKE_COLLECT);
    ck_assert_uint_eq(calls.count, 10);
    for (size_t i = 0; i < calls.count; i++) ck_assert_uint_ge(calls.list[i]->collected, 2100);
    trial_end(trial);
}
END_TEST

START_TEST(gc_traversal_visits_every_reference_for_nothing) {
    Trial *trial = trial_run("gc-traversal", "cpython-3.13", NULL);
    for (uint32_t phase = 0; phase < 2; phase++) {
        Fulls fulls = fulls_of(trial, phase, WAKE_COLLECT);
        ck_assert_uint_eq(fulls.count, 1);
        ck_assert_uint_eq(fulls.list[0]->candidates, 1000);
        ck_assert_uint_eq(fulls.list[0]->edges, 499500);
        ck_assert_uint_eq(fulls.list[0]->collected, 0);
    }
    trial_end(trial);
}
END_TEST

// With L objects live, all in cycles: a young collection every t0 + 1 allocations, a middle one
// every (t1 + 2) of them; what each leaves behind is L or all it saw. Memory peaks before the last
// middle collection that a full one waits for, or before the full one. L lived at the one before.
static uint64_t cyclotron_peak(uint64_t live, uint64_t t0, uint64_t t1, uint64_t t2) {
    uint64_t young = t0 + 1, middle = (t1 + 2) * young;
    uint64_t before_middle =
        live + t2 * min_u64(live, middle) + (t1 + 1) * min_u64(live, young) + young;
    uint64_t before_full = live + (t2 + 1) * min_u64(live, middle) + young;
    return max_u64(before_middle, before_full);
}

START_TEST(cyclotron_peaks_where_the_thresholds_say) {
    static const struct {
        const char *objects, *lifetime;
        uint64_t live;
    } cells[] = {
        {"chains.objects=10", "chains.lifetime=fixed 100", 100},
        {"chains.objects=10", "chains.lifetime=fixed 10k", 10000},
        {"chains.objects=10", "chains.lifetime=fixed 30k", 30000},
        {"chains.objects=100", "chains.lifetime=fixed 10k", 10000},
        {"chains.objects=100", "chains.lifetime=fixed 30k", 30000},
    };
    Metrics m =
        run_workload("cyclotron", "cpython-3.13", cells[_i].objects, cells[_i].lifetime, NULL);
    ASSERT_NEAR(m.peak_live_objects, cyclotron_peak(cells[_i].live, 2000, 10, 10), 2);
}
END_TEST

// D. Viehland: 46 GB and growing with the first incremental collectors. The oldest generation gets
// 11 times what a middle collection sees; the younger ones hold as much once more; the kept list
// and two others live, or lived when it was last examined.
START_TEST(linked_list_churn_is_bounded) {
    static const char *const lengths[] = {"churn.allocations=2M", "churn.allocations=8M"};
    static const char *const sizes[] = {"lists.objects=20", "lists.objects=5000"};
    const uint64_t middle = 12 * 701, live = 10000 + 2 * 5000;
    Metrics m =
        run_workload("linked-list-churn", "cpython-3.11", lengths[_i / 2], sizes[_i % 2], NULL);
    ck_assert_uint_le(m.peak_live_objects, live + 12 * middle);
    Metrics uncollected = run_workload("linked-list-churn", "none", sizes[_i % 2], NULL);
    ck_assert_uint_ge(uncollected.peak_live_objects, 2000000);
}
END_TEST

// ---- what a policy does not see ----

START_TEST(native_payload_is_36_mb_without_cycles) {
    static const char *const policies[] = {"none", "cpython-3.11", "cpython-3.13"};
    Metrics m = run_workload("native-payload", policies[_i], "clients.cycle_density=0%", NULL);
    ASSERT_NEAR(m.peak_held_bytes, 36 * MB, 5);
}
END_TEST

// A hundredth of the payload: the same collections. With all of it, what waits is 2,001 / 60
// clients in the youngest generation and one per young collection in the middle one.
START_TEST(native_payload_is_not_counted) {
    Metrics big = run_workload("native-payload", "cpython-3.13", NULL);
    Metrics small = run_workload("native-payload", "cpython-3.13", "clients.payload=6k", NULL);
    ck_assert_uint_eq(big.collections, small.collections);
    ck_assert_uint_eq(big.candidates, small.candidates);
    ck_assert_uint_ge(big.peak_held_bytes, 36 * MB + (2001 / 60 + 10) * (600u << 10));
    ck_assert_uint_le(small.peak_held_bytes, 38 * MB);
}
END_TEST

// Cycles and sessions, 1.5 million objects, are not freed by count: 16 full collections are due. At
// most part of the quarter, a quarter of a million, is reached by the sessions.
START_TEST(a_big_start_starves_full_collections) {
    Trial *starved = trial_run("quarter-starvation", "cpython-3.11", NULL);
    Trial *fed = trial_run("quarter-starvation", "gen3:quarter=no", NULL);
    ck_assert_uint_eq(fulls_of(starved, 1, WAKE_YOUNG).count, 0);
    ASSERT_NEAR(fulls_of(fed, 1, WAKE_YOUNG).count, 1500000 / 93233, 10);
    ck_assert_uint_ge(starved->result.metrics.peak_live_objects, 1000000 + 170000);
    ck_assert_uint_le(fed->result.metrics.peak_live_objects, 1000000 + 40000);
    trial_end(starved);
    trial_end(fed);
}
END_TEST

// ---- a model that lives ----

// 5 and 100,000 middle ones away, at 30,001 allocations each: 21 billion.
START_TEST(warsaw_thresholds_never_collect_fully_and_die) {
    Trial *warsaw = trial_run("warsaw-2006-pathological", "warsaw", NULL);
    Trial *none = trial_run("warsaw-2006-pathological", "none", NULL);
    ck_assert_int_eq(warsaw->result.status, STATUS_OOM);
    ck_assert_uint_eq(warsaw->result.metrics.collections_gen2, 0);
    ck_assert_uint_gt(warsaw->result.metrics.collections_gen1, 0);
    ck_assert_int_eq(none->result.status, STATUS_OOM);
    ck_assert_uint_lt(none->result.metrics.allocations, warsaw->result.metrics.allocations);
    trial_end(warsaw);
    trial_end(none);
}
END_TEST

START_TEST(segregation_and_the_default_thresholds_live) {
    static const char *const policies[] = {"cpython-2.4", "freeze", "arena"};
    Trial *trial = trial_run("warsaw-2006-pathological", policies[_i], NULL);
    ck_assert_int_eq(trial->result.status, STATUS_OK);
    trial_end(trial);
}
END_TEST

// Full collections see S + c objects, or c when the S of the model are segregated.
START_TEST(segregation_saves_the_model) {
    static const char *const policies[] = {"freeze:quarter=no", "arena:quarter=no"};
    const char *length = "churn.allocations=4M";
    const uint64_t model = 400000;
    Trial *all = trial_run("warsaw-2006-pathological", "gen3:quarter=no", length, NULL);
    Trial *rest = trial_run("warsaw-2006-pathological", policies[_i], length, NULL);
    Fulls with = fulls_of(all, 1, WAKE_YOUNG), without = fulls_of(rest, 1, WAKE_YOUNG);
    ck_assert_uint_ge(without.count, 10);
    uint64_t others = without.candidates / without.count;
    ASSERT_NEAR(with.candidates / with.count, model + others, 3);
    trial_end(all);
    trial_end(rest);
}
END_TEST

// 2 % of 1.6 million allocations are not there, 72 bytes each; at the price of a database.
START_TEST(offload_lowers_the_floor_and_takes_time) {
    Metrics kept = run_workload("warsaw-2006", "oracle", "workload.scale=0.2", NULL);
    Metrics written = run_workload("warsaw-2006-offload", "oracle", "workload.scale=0.2", NULL);
    ASSERT_NEAR(kept.floor_bytes - written.floor_bytes, 32000 * 72, 10);
    ASSERT_WITHIN(written.total_ns / kept.total_ns, 12, 24);
}
END_TEST

// 1 % of 3 times 0.9 million allocations. A policy that collects when all is dropped leaves no more
// than the oracle.
START_TEST(a_leak_is_what_every_policy_leaves) {
    const char *part = "workload.scale=0.3";
    uint64_t leak = run_workload("warsaw-2006-leak", "oracle", part, NULL).residue_objects;
    ASSERT_NEAR(leak, 27000, 4);
    ck_assert_uint_eq(run_workload("warsaw-2006-leak", "freeze", part, NULL).residue_objects, leak);
    ck_assert_uint_eq(run_workload("warsaw-2006-leak", "arena", part, NULL).residue_objects, leak);
    ck_assert_uint_gt(run_workload("warsaw-2006-leak", "cpython-2.4", part, NULL).residue_objects,
                      leak);
}
END_TEST

// Dask: the whole graph, every time. What is found is new: a quarter of the old, a fifth of all.
START_TEST(scheduler_examines_its_graph_for_nothing) {
    Trial *trial = trial_run("scheduler", "cpython-3.11", NULL);
    Fulls fulls = fulls_of(trial, 1, WAKE_YOUNG);
    ck_assert_uint_ge(fulls.count, 2);
    for (size_t i = 0; i < fulls.count; i++) ck_assert_uint_ge(fulls.list[i]->candidates, 1000000);
    ck_assert_uint_le(fulls.collected * 5, fulls.candidates);
    trial_end(trial);
}
END_TEST

// SGLang: 74.8 million objects examined, 0 freed, and more each time. Kept is a quarter of what was
// allocated in the phase so far.
START_TEST(llm_serving_full_collections_free_nothing) {
    Trial *trial = trial_run("llm-serving", "cpython-3.11", NULL);
    Fulls fulls = fulls_of(trial, 1, WAKE_YOUNG);
    ck_assert_uint_ge(fulls.count, 2);
    ck_assert_uint_eq(fulls.collected, 0);
    for (size_t i = 0; i < fulls.count; i++)
        ASSERT_NEAR(fulls.list[i]->candidates, 1000000 + (fulls.list[i]->clock - 1000000) / 4, 3);
    trial_end(trial);
}
END_TEST

START_TEST(llm_serving_freeze_hides_the_model) {
    Trial *trial = trial_run("llm-serving", "freeze", NULL);
    Fulls fulls = fulls_of(trial, 1, WAKE_YOUNG);
    ck_assert_uint_ge(fulls.count, 2);
    for (size_t i = 0; i < fulls.count; i++)
        ASSERT_NEAR(fulls.list[i]->candidates, (fulls.list[i]->clock - 1000000) / 4, 5);
    trial_end(trial);
}
END_TEST

// Rippling: p99 halved. The times are modelled, but the cause is not: no request meets the cache.
START_TEST(web_tail_loses_its_full_collections) {
    Trial *before = trial_run("web-tail", "cpython-3.11", NULL);
    Trial *after = trial_run("web-tail", "freeze:t0=50k,collect_first=yes", NULL);
    Fulls met = fulls_of(before, 1, WAKE_YOUNG), left = fulls_of(after, 1, WAKE_YOUNG);
    ck_assert_uint_ge(met.count, 2);
    for (size_t i = 0; i < met.count; i++) ck_assert_uint_ge(met.list[i]->candidates, 1500000);
    ck_assert_uint_le(left.candidates, 100000);
    ck_assert_uint_le(after->result.metrics.request_ns_p99 * 2,
                      before->result.metrics.request_ns_p99);
    trial_end(before);
    trial_end(after);
}
END_TEST

Suite *figures_suite(void) {
    Suite *suite = suite_create("figures");
    TCase *counts = tcase_create("counts that follow from thresholds");
    tcase_set_timeout(counts, 20);
    tcase_add_loop_test(counts, run_queue_peaks_at_23000_nodes, 0, 2);
    tcase_add_loop_test(counts, run_queue_grows_under_the_incremental_collector, 0, 2);
    tcase_add_loop_test(counts, run_queue_without_the_gil, 0, 2);
    tcase_add_test(counts, orm_burst_collects_1859_times);
    tcase_add_test(counts, orm_burst_with_50000_collects_29_times);
    tcase_add_test(counts, list_of_live_collects_as_cpython_did);
    tcase_add_test(counts, list_of_live_is_quadratic_without_the_rule);
    tcase_add_loop_test(counts, gc_collect_finds_every_ring, 0, 4);
    tcase_add_test(counts, gc_traversal_visits_every_reference_for_nothing);
    tcase_add_loop_test(counts, cyclotron_peaks_where_the_thresholds_say, 0, 5);
    tcase_add_loop_test(counts, linked_list_churn_is_bounded, 0, 4);
    suite_add_tcase(suite, counts);
    TCase *unseen = tcase_create("what a policy does not see");
    tcase_set_timeout(unseen, 20);
    tcase_add_loop_test(unseen, native_payload_is_36_mb_without_cycles, 0, 3);
    tcase_add_test(unseen, native_payload_is_not_counted);
    tcase_add_test(unseen, a_big_start_starves_full_collections);
    suite_add_tcase(suite, unseen);
    TCase *model = tcase_create("a model that lives");
    tcase_set_timeout(model, 20);
    tcase_add_test(model, warsaw_thresholds_never_collect_fully_and_die);
    tcase_add_loop_test(model, segregation_and_the_default_thresholds_live, 0, 3);
    tcase_add_loop_test(model, segregation_saves_the_model, 0, 2);
    tcase_add_test(model, offload_lowers_the_floor_and_takes_time);
    tcase_add_test(model, a_leak_is_what_every_policy_leaves);
    tcase_add_test(model, scheduler_examines_its_graph_for_nothing);
    tcase_add_test(model, llm_serving_full_collections_free_nothing);
    tcase_add_test(model, llm_serving_freeze_hides_the_model);
    tcase_add_test(model, web_tail_loses_its_full_collections);
    suite_add_tcase(suite, model);
    return suite;
}
