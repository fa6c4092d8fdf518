// test_metrics.c -- figures of runs so small that everything can be computed by hand
#include "metrics.h"

#include <string.h>

#include "hand_heap.h"
#include "suites.h"

// ---- cost ----

// By cost.def, in 1/16 ns: 253 + 100 * 8.5 + 150 * 4.5 + 20 * 8.125 + 10 * 10.5 + 30 * 3.125
// + 9 * 21.5 + 7 * 171.3125 + 40 * 1.5 + 6 * 0.125 + 8 * 29.8125 + 5 * 53 + 2 * 1.3125 + 37.125
// + 3 * 80 + 122000 = 126375.9.
static const PauseWork PAUSE = {.result = {.candidates = 100, .edges = 150},
                                .moves = 20,
                                .jumps = 30,
                                .misses = {30, 9, 7, 40, 6, 8, 5},
                                .freed = 10,
                                .payloads_small = 2,
                                .payloads_large = 1,
                                .finalizers = 3,
                                .arenas_released = 1};

static uint64_t pause_ns(CostModel model, PlanKind kind, PauseWork work) {
    CostTable table = cost_table_shipped(model);
    PauseCounts counts = cost_pause_counts(kind, &work);
    return cost_pause_ns(&table, &counts);
}

START_TEST(a_collection_costs_the_sum_of_its_work) {
    ck_assert_uint_eq(pause_ns(COST_CACHE, PLAN_COLLECT, PAUSE), 126376);
}
END_TEST

// 253 + 10 * 15 + 2 * 1.3125 + 37.125 + 3 * 80 + 122000 = 122682.75
START_TEST(what_is_released_wholesale_is_not_looked_at) {
    ck_assert_uint_eq(pause_ns(COST_CACHE, PLAN_RELEASE, PAUSE), 122683);
}
END_TEST

START_TEST(a_collection_of_nothing_has_a_price) {
    ck_assert_uint_eq(pause_ns(COST_CACHE, PLAN_COLLECT, (PauseWork){0}), 253);
    ck_assert_uint_eq(pause_ns(COST_COUNTS, PLAN_MOVE, (PauseWork){0}), 220);
}
END_TEST

START_TEST(the_model_of_counts_does_not_know_order_and_place) {
    PauseWork elsewhere = PAUSE;
    elsewhere.moves = elsewhere.jumps = 1000;
    elsewhere.misses = (Misses){1000, 1000, 1000, 1000, 1000, 1000, 1000};
    ck_assert_uint_eq(pause_ns(COST_COUNTS, PLAN_COLLECT, elsewhere),
                      pause_ns(COST_COUNTS, PLAN_COLLECT, PAUSE));
}
END_TEST

// Ideal: (10 * 147 + 5 * 32 + 2 * 192) / 16 = 125.9; besides (4 * 99 + 192) / 16 = 36.8 and the
// arena.
START_TEST(the_mutator_pays_for_its_objects_and_for_new_arenas) {
    CostTable table = cost_table_shipped(COST_CACHE);
    HeapView view = {.clock = 10};
    MutatorWork work = {.work_ns = 1000,
                        .stores = 5,
                        .freed_refcount = 4,
                        .payloads = 2,
                        .payloads_freed = 1,
                        .arenas_mapped = 1};
    ck_assert_uint_eq(cost_ideal_ns(&table, &view, &work), 1126);
    ck_assert_uint_eq(cost_mutator_ns(&table, &view, &work), 1163 + 354000);
}
END_TEST

START_TEST(a_cascade_pays_for_objects_and_payload) {
    CostTable table = cost_table_shipped(COST_CACHE);
    MutatorWork work = {.cascade_objects_max = 1000, .cascade_payloads = 10};
    ck_assert_uint_eq(cost_cascade_ns(&table, &work), 6308);  // (1000 * 99 + 10 * 192) / 16
}
END_TEST

// ---- figures of a record ----

// A program that computes for 1 ms and has no objects.
static Heap *heap_that_computes(void) {
    Heap *heap = hand_heap_new();
    play(heap, (Event){.op = OP_WORK, .value = 1000000});
    return heap;
}

static Metrics compute(const Recorder *recorder, Heap *heap) {
    Error error = {0};
    Metrics metrics;
    ck_assert_msg(metrics_compute(&metrics, recorder, heap, &error), "%s", error.text);
    return metrics;
}

enum { COUNT = 10 };

// Pauses of 10, 20, ... 100 ns, in no order; the last is a freeze.
static Recorder ten_pauses(Collection *list) {
    static const uint64_t pauses[COUNT] = {70, 20, 100, 10, 50, 90, 30, 60, 80, 40};
    Recorder recorder = {.cost = cost_table_shipped(COST_CACHE),
                         .collections = list,
                         .collection_count = COUNT,
                         .pause_ns = 550};
    for (size_t i = 0; i < COUNT; i++)
        list[i] = (Collection){.start_ns = 500000 + i * 1000,
                               .pause_ns = pauses[i],
                               .kind = i + 1 == COUNT ? PLAN_MOVE : PLAN_COLLECT,
                               .generation = (uint8_t)(i % 3),
                               .candidates = i + 1 == COUNT ? 0 : 100,
                               .survivors = 60,
                               .collected = 40,
                               .futile = 25};
    return recorder;
}

START_TEST(percentiles_of_pauses_are_nearest_ranks) {
    Collection list[COUNT];
    Recorder recorder = ten_pauses(list);
    Heap *heap = heap_that_computes();
    Metrics m = compute(&recorder, heap);
    ck_assert_uint_eq(m.pause_ns_total, 550);
    ck_assert_uint_eq(m.pause_ns_mean, 55);
    ck_assert_uint_eq(m.pause_ns_p50, 50);
    ck_assert_uint_eq(m.pause_ns_p90, 90);
    ck_assert_uint_eq(m.pause_ns_p99, 100);
    ck_assert_uint_eq(m.pause_ns_p999, 100);
    ck_assert_uint_eq(m.pause_ns_max, 100);
    heap_close(heap);
}
END_TEST

START_TEST(collections_are_counted_by_generation_and_moves_are_none) {
    Collection list[COUNT];
    Recorder recorder = ten_pauses(list);
    Heap *heap = heap_that_computes();
    Metrics m = compute(&recorder, heap);
    ck_assert_uint_eq(m.collections, 9);
    ck_assert_uint_eq(m.collections_gen0, 3);
    ck_assert_uint_eq(m.collections_gen1, 3);
    ck_assert_uint_eq(m.collections_gen2, 3);
    ck_assert_uint_eq(m.pause_ns_max_gen0, 70);
    ck_assert_uint_eq(m.pause_ns_max_gen1, 60);
    ck_assert_uint_eq(m.pause_ns_max_gen2, 100);
    ck_assert_uint_eq(m.candidates, 900);
    ck_assert_uint_eq(m.candidates_gen1, 300);
    ck_assert_uint_eq(m.yield, 400);
    ck_assert_uint_eq(m.futile, 250);
    heap_close(heap);
}
END_TEST

// The run takes 1000550 ns; any window of 1 ms contains all pauses.
START_TEST(time_is_the_mutators_and_all_pauses) {
    Collection list[COUNT];
    Recorder recorder = ten_pauses(list);
    Heap *heap = heap_that_computes();
    Metrics m = compute(&recorder, heap);
    ck_assert_uint_eq(m.mutator_ns, 1000000);
    ck_assert_uint_eq(m.total_ns, 1000550);
    ck_assert_uint_eq(m.ideal_ns, 1000000);
    ck_assert_uint_eq(m.overhead, 1000);
    ck_assert_uint_eq(m.mmu_1ms, 999);
    ck_assert_uint_eq(m.mmu_1s, 999);
    heap_close(heap);
}
END_TEST

START_TEST(a_broken_identity_is_an_error) {
    Collection list[COUNT];
    Recorder recorder = ten_pauses(list);
    recorder.pause_ns = 551;
    Heap *heap = heap_that_computes();
    Error error = {0};
    Metrics metrics;
    ck_assert(!metrics_compute(&metrics, &recorder, heap, &error));
    ck_assert_msg(strstr(error.text, "sum of pauses") != NULL, "%s", error.text);
    heap_close(heap);
}
END_TEST

// Each pause takes three times what the model says; the fullest sample holds 5 bytes for each 4.
START_TEST(measured_times_and_memory_replace_modelled_ones) {
    Collection list[COUNT];
    Sample samples[] = {{.live_bytes = 100, .held_bytes = 900},
                        {.live_bytes = 400, .held_bytes = 500}};
    Recorder recorder = ten_pauses(list);
    Heap *heap = heap_that_computes();
    Metrics modelled = compute(&recorder, heap), m = modelled;
    heap_close(heap);
    recorder_measure(&recorder);
    for (size_t i = 0; i < COUNT; i++) {
        list[i].start_ns = 1000 * i;
        list[i].pause_ns = 3 * list[i].predicted_ns;
    }
    recorder.samples = samples;
    recorder.sample_count = ARRAY_LENGTH(samples);
    recorder.held_bytes_max = 900;
    recorder.rss_bytes_max = 1000;
    m.floor_bytes = 300;
    metrics_measured(&m, &recorder, 10000);
    ck_assert_uint_eq(m.pause_ns_total, 3 * modelled.pause_ns_total);
    ck_assert_uint_eq(m.pause_ns_max_gen1, 3 * modelled.pause_ns_max_gen1);
    ck_assert_uint_eq(m.freed_in_pauses, modelled.freed_in_pauses);
    ck_assert_uint_eq(m.predicted_ns_total, modelled.pause_ns_total);
    ck_assert_uint_eq(m.predicted_ns_p50, modelled.pause_ns_p50);
    ck_assert_uint_eq(m.predicted_ns_max, modelled.pause_ns_max);
    ck_assert_uint_eq(m.total_ns, 10000);
    ck_assert_uint_eq(m.mutator_ns, 10000 - 1650);
    ck_assert_uint_eq(m.overhead, 0);
    ck_assert_uint_eq(m.peak_to_floor, 3000);
    ck_assert_uint_eq(m.fragmentation, 1250);
    ck_assert_uint_eq(m.rss_peak_bytes, 1000);
}
END_TEST

START_TEST(a_second_run_has_requests_of_its_own) {
    Request list[COUNT];
    Recorder recorder = {.requests = list, .request_max = COUNT};
    for (uint64_t i = 0; i < 4; i++) recorder_request_at(&recorder, 10 * i);
    ck_assert_uint_eq(recorder.request_count, 3);
    recorder_measure(&recorder);
    recorder_request_at(&recorder, 5);
    recorder_request_at(&recorder, 7);
    recorder_stretch(&recorder);  // what is under way when a phase ends does not count
    recorder_request_at(&recorder, 100);
    recorder_request_at(&recorder, 104);
    ck_assert_uint_eq(recorder.request_count, 2);
    ck_assert_uint_eq(list[0].end_ns - list[0].start_ns, 2);
    ck_assert_uint_eq(list[1].end_ns - list[1].start_ns, 4);
    ck_assert_uint_ne(list[0].stretch, list[1].stretch);
}
END_TEST

// ---- requests ----

static Metrics of_requests(const Request *requests, size_t count) {
    Request list[COUNT];
    if (count > 0) memcpy(list, requests, count * sizeof *requests);
    Recorder recorder = {.requests = list, .request_count = count};
    Heap *heap = heap_that_computes();
    Metrics metrics = compute(&recorder, heap);
    heap_close(heap);
    return metrics;
}

// Four in 800 ns should have started at 0, 200, 400 and 600. The first takes 500: metered, those
// behind it took 400, 300 and 200.
START_TEST(metered_latency_counts_the_wait_behind_a_slow_request) {
    Metrics m =
        of_requests((Request[]){{0, 500, 0}, {500, 600, 0}, {600, 700, 0}, {700, 800, 0}}, 4);
    ck_assert_uint_eq(m.requests, 4);
    ck_assert_uint_eq(m.request_ns_p50, 100);
    ck_assert_uint_eq(m.request_ns_p99, 500);
    ck_assert_uint_eq(m.request_ns_max, 500);
    ck_assert_uint_eq(m.metered_ns_p50, 300);
    ck_assert_uint_eq(m.metered_ns_p99, 500);
    ck_assert_uint_eq(m.metered_ns_max, 500);
}
END_TEST

// One that starts early is measured from its own start.
START_TEST(metered_latency_is_plain_for_requests_that_are_early) {
    Metrics m =
        of_requests((Request[]){{100, 200, 0}, {200, 300, 0}, {300, 800, 0}, {800, 900, 0}}, 4);
    ck_assert_uint_eq(m.request_ns_p50, 100);
    ck_assert_uint_eq(m.request_ns_max, 500);
    ck_assert_uint_eq(m.metered_ns_p50, 100);  // 100, 100, 500 and 900 - 700
    ck_assert_uint_eq(m.metered_ns_max, 500);
}
END_TEST

START_TEST(without_requests_there_is_no_latency) {
    Metrics m = of_requests(NULL, 0);
    ck_assert_uint_eq(m.requests, 0);
    ck_assert_uint_eq(m.metered_ns_max, 0);
}
END_TEST

// ---- memory ----

// A ring of 2 dies, 3 objects are made, the ring is collected, 1 object is made.
static Heap *heap_of_six_objects(void) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 2), dead(0), drop(0), chain(1, 3));
    execute(heap, collect(0));
    play(heap, chain(2, 1));
    return heap;
}

START_TEST(drag_is_garbage_times_bytes_allocated_while_it_waits) {
    Heap *heap = heap_of_six_objects();
    ck_assert_uint_eq((uint64_t)heap_levels(heap)->drag, 2 * BYTES * 3 * BYTES);
    heap_close(heap);
}
END_TEST

// Reachable bytes over bytes allocated: 0 to 2, down to 0, 0 to 3, 3 to 4 objects.
START_TEST(the_area_of_reachable_bytes_is_made_of_triangles) {
    Heap *heap = heap_of_six_objects();
    uint64_t half_squares = 2 * 2 + 3 * 3 + (4 * 4 - 3 * 3);
    ck_assert_uint_eq((uint64_t)heap_levels(heap)->reachable_area,
                      half_squares * BYTES * BYTES / 2);
    heap_close(heap);
}
END_TEST

START_TEST(floor_peak_and_garbage_are_the_most_there_ever_was) {
    Heap *heap = heap_of_six_objects();
    const HeapLevels *levels = heap_levels(heap);
    ck_assert_uint_eq(levels->reachable_bytes_max, 4 * BYTES);
    ck_assert_uint_eq(levels->live_bytes_max, 5 * BYTES);
    ck_assert_uint_eq(levels->live_objects_max, 5);
    ck_assert_uint_eq(levels->garbage_bytes_max, 2 * BYTES);
    ck_assert_uint_eq(levels->held_bytes_max, 1 << 20);
    heap_close(heap);
}
END_TEST

Suite *metrics_suite(void) {
    Suite *suite = suite_create("metrics");
    TCase *cost = tcase_create("cost");
    tcase_set_timeout(cost, 60);
    tcase_add_test(cost, a_collection_costs_the_sum_of_its_work);
    tcase_add_test(cost, what_is_released_wholesale_is_not_looked_at);
    tcase_add_test(cost, a_collection_of_nothing_has_a_price);
    tcase_add_test(cost, the_model_of_counts_does_not_know_order_and_place);
    tcase_add_test(cost, the_mutator_pays_for_its_objects_and_for_new_arenas);
    tcase_add_test(cost, a_cascade_pays_for_objects_and_payload);
    suite_add_tcase(suite, cost);
    TCase *figures_of_a_record = tcase_create("figures of a record");
    tcase_set_timeout(figures_of_a_record, 60);
    tcase_add_test(figures_of_a_record, percentiles_of_pauses_are_nearest_ranks);
    tcase_add_test(figures_of_a_record, collections_are_counted_by_generation_and_moves_are_none);
    tcase_add_test(figures_of_a_record, time_is_the_mutators_and_all_pauses);
    tcase_add_test(figures_of_a_record, a_broken_identity_is_an_error);
    tcase_add_test(figures_of_a_record, measured_times_and_memory_replace_modelled_ones);
    tcase_add_test(figures_of_a_record, a_second_run_has_requests_of_its_own);
    suite_add_tcase(suite, figures_of_a_record);
    TCase *requests = tcase_create("requests");
    tcase_set_timeout(requests, 60);
    tcase_add_test(requests, metered_latency_counts_the_wait_behind_a_slow_request);
    tcase_add_test(requests, metered_latency_is_plain_for_requests_that_are_early);
    tcase_add_test(requests, without_requests_there_is_no_latency);
    suite_add_tcase(suite, requests);
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 60);
    tcase_add_test(memory, drag_is_garbage_times_bytes_allocated_while_it_waits);
    tcase_add_test(memory, the_area_of_reachable_bytes_is_made_of_triangles);
    tcase_add_test(memory, floor_peak_and_garbage_are_the_most_there_ever_was);
    suite_add_tcase(suite, memory);
    return suite;
}
