// test_laws.c -- what must come out of thresholds, segregation and pauses, whatever the workload
//
// The laws of the generations hold exactly when nothing dies, and are tested on counters alone;
// that of segregation on the simulator; those of pauses against closed forms and against trying
// every window there is.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "all_live.h"
#include "rng.h"
#include "run.h"
#include "suites.h"

static unsigned seed_of(int index) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) + (unsigned)index;
}

// Stops the test when the two differ; the seed says how to see it again.
static void same(unsigned seed, const char *what, uint64_t found, uint64_t expected) {
    if (found == expected) return;
    ck_abort_msg("seed %u: %s is %" PRIu64 ", expected %" PRIu64, seed, what, found, expected);
}

// ---- thresholds ----

START_TEST(something_is_collected_every_t0_plus_1_allocations) {
    AllLive model = all_live_new(700, 10, 10, true);
    for (uint64_t i = 1; i <= 1000; i++) {
        ck_assert_int_ge(all_live_next(&model), 0);
        ck_assert_uint_eq(model.clock, 701 * i);
    }
}
END_TEST

// Without full collections in between, which start it anew.
START_TEST(generation_1_is_collected_every_t1_plus_2_triggers) {
    unsigned seed = seed_of(0);
    Rng rng;
    rng_seed(&rng, seed, 1);
    for (int round = 0; round < 100; round++) {
        uint64_t t1 = rng_below(&rng, 50);
        AllLive model = all_live_new(1 + rng_below(&rng, 1000), t1, UINT64_MAX, false);
        for (uint64_t trigger = 1; trigger < 500; trigger++)
            same(seed, "the generation", (uint64_t)all_live_next(&model), trigger % (t1 + 2) == 0);
    }
}
END_TEST

// Exact: trigger number (t2 + 1)(t1 + 2) + 1, each t0 + 1 allocations after the last; then the
// same again.
START_TEST(a_full_collection_is_due_every_t2_plus_1_times_t1_plus_2_plus_1_triggers) {
    unsigned seed = seed_of(0);
    Rng rng;
    rng_seed(&rng, seed, 2);
    for (int round = 0; round < 100; round++) {
        uint64_t t0 = 1 + rng_below(&rng, 3000), t1 = rng_below(&rng, 20), t2 = rng_below(&rng, 20);
        uint64_t period = (t2 + 1) * (t1 + 2) + 1;
        AllLive model = all_live_new(t0, t1, t2, false);
        for (uint64_t trigger = 1; trigger <= 3 * period; trigger++) {
            same(seed, "a full one", all_live_next(&model) == 2, trigger % period == 0);
            same(seed, "the clock", model.clock, trigger * (t0 + 1));
        }
    }
}
END_TEST

START_TEST(thresholds_30000_5_100000_are_full_after_21_billion_allocations) {
    AllLive model = all_live_new(30000, 5, 100000, true);
    while (all_live_next(&model) < 2) continue;
    ck_assert_uint_eq(model.clock, UINT64_C(700008) * 30001);
    ck_assert_uint_gt(model.clock, UINT64_C(21000000000));
}
END_TEST

START_TEST(threshold_0_of_zero_never_collects) {
    KnobValue values[GENERATION_KNOB_COUNT] = {{.text = ""}};
    Generations g = generations_new(values);
    HeapView view = {.reason = WAKE_START};
    Plan plan = {.kind = PLAN_NOTHING};
    Fuse fuse = {.young = 1};
    ck_assert(!generations_wake(&g, &view, &plan, &fuse));
    ck_assert_uint_eq(fuse.young, FUSE_NEVER);
}
END_TEST

// gcmodule.c: long_lived_pending < long_lived_total / 4 waits, with C's division.
START_TEST(a_full_collection_waits_for_a_quarter_rounded_down) {
    static const struct {
        uint64_t total, pending;
        int due;
    } cases[] = {{0, 0, 2}, {3, 0, 2}, {4, 0, 1}, {8, 1, 1}, {8, 2, 2}, {11, 2, 2}, {12, 2, 1}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        Generations g = {.threshold = {700, 10, 10}, .count = {0, 11, 11}, .quarter = true};
        g.long_lived_total = cases[i].total;
        g.long_lived_pending = cases[i].pending;
        ck_assert_int_eq(generations_due(&g, 701), cases[i].due);
    }
}
END_TEST

START_TEST(a_full_collection_that_waits_lets_the_generation_through_that_is_due) {
    Generations g = {.threshold = {700, 10, 10}, .quarter = true, .long_lived_total = 100};
    g.count[2] = 11;
    ck_assert_int_eq(generations_due(&g, 701), 0);
    ck_assert_int_eq(generations_due(&g, 700), -1);
    g.count[1] = 11;
    ck_assert_int_eq(generations_due(&g, 701), 1);
    g.quarter = false;
    ck_assert_int_eq(generations_due(&g, 701), 2);
}
END_TEST

// A full collection comes with the first trigger at which pending >= total / 4; pending grows when
// generation 1 is collected.
START_TEST(with_the_quarter_rule_full_collections_follow_live_size_by_5_to_4) {
    AllLive model = all_live_new(700, 10, 10, true);
    const uint64_t step = 12 * 701;  // by which pending grows
    uint64_t last = 0, last_visits = 0;
    while (model.clock < UINT64_C(4000000000)) {
        if (all_live_next(&model) < 2) continue;
        if (last > 200 * step) {  // 133 triggers between two are a lower bound before that
            ck_assert_uint_ge(model.candidates, last + last / 4);
            ck_assert_uint_le(model.candidates, last + last / 4 + step + 701);
        }
        last = model.candidates;
        last_visits = model.visits;
    }
    // 1 + 4/5 + (4/5)^2 + ... = 5
    ck_assert_uint_ge(last_visits, last / 100 * 495);
    ck_assert_uint_le(last_visits, last / 100 * 505);
}
END_TEST

START_TEST(without_the_quarter_rule_the_cost_of_growing_is_quadratic) {
    AllLive model = all_live_new(700, 10, 10, false);
    const uint64_t between = UINT64_C(133) * 701;
    for (uint64_t number = 1; number <= 1000;) {
        if (all_live_next(&model) < 2) continue;
        // the object that triggers is not among the candidates
        ck_assert_uint_eq(model.visits, between * number * (number + 1) / 2 - number);
        number++;
    }
}
END_TEST

// ---- segregation ----

typedef struct {
    uint64_t collections, candidates;  // of those that the program asked for
} Full;

// 50,000 objects that stay, 500 that are live at any time besides (an object counts its own
// allocation), gc.collect() now and then.
static Full full_collections(const char *policy) {
    static const char text[] =
        "[phase build]\n"
        "[population model]\nphase = build\nallocations = 50k\nlifetime = round\n"
        "[phase churn]\ncollect_every = 2k\n"
        "[population records]\nphase = churn\nallocations = 40k\nlifetime = fixed 501\n";
    Error error = {0};
    Spec spec;
    PolicyChoice choice;
    RunResult result;
    Full full = {0};
    bool done = false;
    bool good = spec_read_text(&spec, "segregation", text, NULL, 0, &error) &&
                policy_choose(&choice, policy, &error);
    RunOptions options = {.spec = &spec, .policy = &choice, .batch = 4096};
    Run *run = good ? run_open(&options, &error) : NULL;
    good = run != NULL && run_advance(run, UINT64_MAX, &done, &error) &&
           run_result(run, &result, &error);
    ck_assert_msg(good, "%s", error.text);
    for (size_t i = 0; i < result.recorder->collection_count; i++) {
        const Collection *c = &result.recorder->collections[i];
        if (c->reason != WAKE_COLLECT) continue;
        full.collections++;
        full.candidates += c->candidates;
    }
    run_close(run);
    return full;
}

START_TEST(segregating_50000_of_50500_makes_full_collections_101_times_cheaper) {
    Full together = full_collections("gen3:t0=0"), apart = full_collections("freeze:t0=0");
    ck_assert_uint_eq(together.collections, 20);
    ck_assert_uint_eq(apart.collections, 20);
    ck_assert_uint_eq(apart.candidates, 20 * 500);
    ck_assert_uint_eq(together.candidates, 101 * apart.candidates);
}
END_TEST

// ---- pauses ----

static Pauses periodic(uint64_t pause, uint64_t period, size_t count, Pause *list) {
    for (size_t i = 0; i < count; i++) list[i] = (Pause){i * period, pause};
    return pauses_new(list, count, count * period);
}

// Pause P every T, window w = kT + r: MMU = (k(T - P) + max(0, r - P)) / w.
START_TEST(mmu_of_periodic_pauses_has_a_closed_form) {
    enum { COUNT = 20 };
    Pause list[COUNT];
    for (uint64_t period = 2; period < 60; period += 3)
        for (uint64_t pause = 1; pause < period; pause++) {
            Pauses pauses = periodic(pause, period, COUNT, list);
            for (uint64_t window = 1; window <= (COUNT - 1) * period; window++) {
                uint64_t k = window / period, r = window % period;
                uint64_t left = k * (period - pause) + (r > pause ? r - pause : 0);
                uint32_t found = pauses_mmu_ppm(&pauses, window);
                if (found == left * PPM / window) continue;
                ck_abort_msg("%" PRIu64 " every %" PRIu64 ", window %" PRIu64 ": %u ppm", pause,
                             period, window, found);
            }
            pauses_free(&pauses);
        }
}
END_TEST

enum { RANDOM_MAX = 12, LENGTH_MAX = 300 };

typedef struct {
    Pause list[RANDOM_MAX];
    size_t count;
    uint64_t total;
    bool paused[LENGTH_MAX];  // by ns
} RandomPauses;

// Some touch, some are of no length, and the run may begin or end with one.
static RandomPauses random_pauses(Rng *rng) {
    RandomPauses r = {.count = rng_below(rng, RANDOM_MAX + 1)};
    for (size_t i = 0; i < r.count; i++) {
        uint64_t gap = rng_chance(rng, PPM / 4) ? 0 : rng_below(rng, 15);
        r.list[i] = (Pause){r.total + gap, rng_below(rng, 10)};
        r.total += gap + r.list[i].pause_ns;
        for (uint64_t ns = r.list[i].start_ns; ns < r.total; ns++) r.paused[ns] = true;
    }
    if (rng_chance(rng, PPM / 2) || r.total == 0) r.total += 1 + rng_below(rng, 10);
    return r;
}

// Every window that begins at a whole nanosecond.
static uint32_t mmu_by_trying(const RandomPauses *r, uint64_t window) {
    uint64_t least = UINT64_MAX;
    if (window > r->total) window = r->total;
    ck_assert_uint_gt(window, 0);
    for (uint64_t from = 0; from + window <= r->total; from++) {
        uint64_t left = 0;
        for (uint64_t ns = from; ns < from + window; ns++) left += !r->paused[ns];
        if (left < least) least = left;
    }
    return (uint32_t)(least * PPM / window);
}

static void compare_with_trying(unsigned seed) {
    Rng rng;
    rng_seed(&rng, seed, 3);
    RandomPauses r = random_pauses(&rng);
    Pauses pauses = pauses_new(r.list, r.count, r.total);
    for (uint64_t window = 1; window <= r.total + 5; window++)
        same(seed, "mmu", pauses_mmu_ppm(&pauses, window), mmu_by_trying(&r, window));
    pauses_free(&pauses);
}

START_TEST(mmu_of_random_pauses_is_what_trying_every_window_finds) {
    for (int i = 0; i < 100; i++) compare_with_trying(seed_of(i));
}
END_TEST

static uint64_t longest_stretch(const RandomPauses *r) {
    uint64_t longest = 0, stretch = 0;
    for (uint64_t ns = 0; ns < r->total; ns++) {
        stretch = r->paused[ns] ? stretch + 1 : 0;
        longest = max_u64(longest, stretch);
    }
    return longest;
}

static void compare_with_longest(unsigned seed) {
    Rng rng;
    rng_seed(&rng, seed, 4);
    RandomPauses r = random_pauses(&rng);
    Pauses pauses = pauses_new(r.list, r.count, r.total);
    uint64_t longest = longest_stretch(&r);
    for (uint64_t window = 1; window <= r.total; window++)
        same(seed, "mmu is 0", pauses_mmu_ppm(&pauses, window) == 0, window <= longest);
    pauses_free(&pauses);
}

START_TEST(mmu_is_zero_up_to_the_longest_merged_pause) {
    for (int i = 0; i < 100; i++) compare_with_longest(seed_of(i));
}
END_TEST

START_TEST(a_window_of_nothing_and_a_run_without_pauses_are_all_the_mutators) {
    Pauses none = pauses_new(NULL, 0, 100);
    ck_assert_uint_eq(pauses_mmu_ppm(&none, 10), PPM);
    ck_assert_uint_eq(pauses_mmu_ppm(&none, 0), PPM);
    pauses_free(&none);
}
END_TEST

static void compare_with_minimum(unsigned seed) {
    Rng rng;
    rng_seed(&rng, seed, 5);
    Collection collections[30] = {0};
    uint64_t now = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(collections); i++) {
        collections[i].start_ns = now += rng_below(&rng, 20000000);
        now += collections[i].pause_ns = rng_below(&rng, 3000000);
    }
    Recorder recorder = {.collections = collections, .collection_count = 30};
    Utilization points[UTILIZATION_POINTS_MAX];
    size_t count = metrics_utilization(&recorder, now, points);
    ck_assert_uint_gt(count, 10);
    ck_assert_uint_eq(points[count - 1].window_ns, now);
    for (size_t i = 0; i < count; i++) {
        uint32_t least = PPM;
        for (size_t k = i; k < count; k++)
            if (points[k].mmu_ppm < least) least = points[k].mmu_ppm;
        same(seed, "bmu", points[i].bmu_ppm, least);
        same(seed, "bmu falls", i > 0 && points[i].bmu_ppm < points[i - 1].bmu_ppm, false);
    }
}

START_TEST(bmu_is_the_least_mmu_of_all_longer_windows_and_never_falls) {
    for (int i = 0; i < 20; i++) compare_with_minimum(seed_of(i));
}
END_TEST

// ---- quantiles ----

// The least value that at least ppm / PPM of the values do not exceed, by counting.
static uint64_t quantile_by_counting(const uint64_t *values, size_t count, uint32_t ppm) {
    uint64_t best = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t below = 0;
        for (size_t k = 0; k < count; k++) below += values[k] <= values[i];
        if (below * PPM >= (uint64_t)ppm * count && values[i] < best) best = values[i];
    }
    return count == 0 ? 0 : best;
}

static void compare_with_counting(unsigned seed) {
    static const uint32_t usual[] = {0, 1, 10000, 500000, 900000, 990000, 999000, 999999, PPM};
    Rng rng;
    rng_seed(&rng, seed, 6);
    uint64_t values[200];
    size_t count = rng_below(&rng, ARRAY_LENGTH(values) + 1);
    for (size_t i = 0; i < count; i++) values[i] = rng_below(&rng, 100);
    sort_u64(values, count);
    for (size_t i = 0; i < 50; i++) {
        uint32_t ppm = i < ARRAY_LENGTH(usual) ? usual[i] : rng_below(&rng, PPM + 1);
        same(seed, "quantile", sorted_quantile(values, count, ppm),
             quantile_by_counting(values, count, ppm));
    }
}

START_TEST(quantiles_are_the_nearest_rank) {
    for (int i = 0; i < 50; i++) compare_with_counting(seed_of(i));
}
END_TEST

Suite *laws_suite(void) {
    Suite *suite = suite_create("laws");
    TCase *generations = tcase_create("generations");
    tcase_set_timeout(generations, 60);
    tcase_add_test(generations, something_is_collected_every_t0_plus_1_allocations);
    tcase_add_test(generations, generation_1_is_collected_every_t1_plus_2_triggers);
    tcase_add_test(generations,
                   a_full_collection_is_due_every_t2_plus_1_times_t1_plus_2_plus_1_triggers);
    tcase_add_test(generations, thresholds_30000_5_100000_are_full_after_21_billion_allocations);
    tcase_add_test(generations, threshold_0_of_zero_never_collects);
    tcase_add_test(generations, a_full_collection_waits_for_a_quarter_rounded_down);
    tcase_add_test(generations,
                   a_full_collection_that_waits_lets_the_generation_through_that_is_due);
    tcase_add_test(generations, with_the_quarter_rule_full_collections_follow_live_size_by_5_to_4);
    tcase_add_test(generations, without_the_quarter_rule_the_cost_of_growing_is_quadratic);
    tcase_add_test(generations,
                   segregating_50000_of_50500_makes_full_collections_101_times_cheaper);
    suite_add_tcase(suite, generations);
    TCase *pauses = tcase_create("pauses");
    tcase_set_timeout(pauses, 60);
    tcase_add_test(pauses, mmu_of_periodic_pauses_has_a_closed_form);
    tcase_add_test(pauses, mmu_of_random_pauses_is_what_trying_every_window_finds);
    tcase_add_test(pauses, mmu_is_zero_up_to_the_longest_merged_pause);
    tcase_add_test(pauses, a_window_of_nothing_and_a_run_without_pauses_are_all_the_mutators);
    tcase_add_test(pauses, bmu_is_the_least_mmu_of_all_longer_windows_and_never_falls);
    tcase_add_test(pauses, quantiles_are_the_nearest_rank);
    suite_add_tcase(suite, pauses);
    return suite;
}
