// test_catalogue.c -- the policies that count bytes and yields, against arithmetic by hand
//
// Each figure is worked out in the comment above it. Programs are as plain as can be: objects of
// 100 bytes that all stay, or that all are garbage at once. On either heap it comes to the same.
#include "all_live.h"
#include "harness.h"
#include "suites.h"

enum { ENGINES = 2 };  // tracing, ledger

#define PHASE(allocations) "[phase all]\nallocations = " allocations "\n"
#define OBJECTS            "[population p]\nshape = single\nbytes = 100\n"
#define STAY               OBJECTS "cycle_density = 0%\nlifetime = round\n"
#define GARBAGE            OBJECTS "cycle_density = 100%\nlifetime = fixed 1\n"

static const Collection *nth(const Trial *trial, size_t n) {
    ck_assert_uint_lt(n, trial->result.recorder->collection_count);
    return &trial->result.recorder->collections[n];
}

static size_t count_of(const Trial *trial) { return trial->result.recorder->collection_count; }

static size_t fulls_of(const Trial *trial) {
    size_t fulls = 0;
    for (size_t i = 0; i < count_of(trial); i++) fulls += nth(trial, i)->generation == 2;
    return fulls;
}

// ---- presets of thresholds ----

// Generation 0 is due each t0 + 1 allocations; generation 2 the first time at trigger number
// (t2 + 1) (t1 + 2) + 1.
static const struct {
    const char *preset;
    uint64_t first_full;  // allocations
} PRESET_FULLS[] = {
    {"dask", UINT64_C(993) * 2101},           // 31 x 32 + 1
    {"talk-python", UINT64_C(133) * 50001},   // 11 x 12 + 1
    {"freqtrade", UINT64_C(502503) * 50001},  // 1001 x 502 + 1
    {"ofrak", UINT64_C(677) * 10241},         // 26 x 26 + 1
    {"mypy", UINT64_C(133) * 150001},         // 11 x 12 + 1
    {"inmanta", UINT64_C(10303) * 5000001},   // 101 x 102 + 1
    {"warsaw", UINT64_C(700008) * 30001},     // 100001 x 7 + 1
    {"cpython-3.13", UINT64_C(133) * 2001},   // 11 x 12 + 1
};

START_TEST(a_preset_of_thresholds_has_its_first_full_collection_where_they_say) {
    PolicyChoice choice;
    Error error = {0};
    ck_assert_msg(policy_choose(&choice, PRESET_FULLS[_i].preset, &error), "%s", error.text);
    AllLive model =
        all_live_new(choice.values[0].count, choice.values[1].count, choice.values[2].count, true);
    while (all_live_next(&model) < 2) continue;
    ck_assert_uint_eq(model.clock, PRESET_FULLS[_i].first_full);
}
END_TEST

// ---- byte-budget ----

// Above 10,000 bytes with the 101st object, at 10,100; above 20,100 with the 202nd. 100,000 objects
// have room for 990 times 101; each fourth of these is full.
START_TEST(a_budget_of_10000_bytes_is_spent_each_101_objects_of_100) {
    Trial *trial =
        trial_text(PHASE("100k") STAY, "byte-budget:budget=10000,full_every=4", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 990);
    ck_assert_uint_eq(fulls_of(trial), 247);
    ck_assert_uint_eq(nth(trial, 0)->clock, 101);
    ck_assert_uint_eq(nth(trial, 989)->clock, 990 * 101);
    ck_assert_uint_eq(nth(trial, 2)->candidates, 101);
    ck_assert_uint_eq(nth(trial, 3)->candidates, 4 * 101);
    trial_end(trial);
}
END_TEST

// Object n has 500 (n - 1) + 100 bytes allocated when it is asked whether the budget is spent, and
// 500 n when it is collected: 21 objects from one to the next. 4,761 times 21 are 99,981.
START_TEST(native_payload_is_spent_as_well) {
    Trial *trial =
        trial_text(PHASE("100k") STAY "payload = 400\n", "byte-budget:budget=10000", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 4761);
    for (size_t i = 0; i < count_of(trial); i++)
        ck_assert_uint_eq(nth(trial, i)->clock, 21 * (i + 1));
    trial_end(trial);
}
END_TEST

// ---- native-payload-aware ----

// No threshold of objects. 10,000 bytes of payload are passed by the 11th kilobyte, which is seen
// at the 12th object; each 11 objects from there. 50,000 since the last full collection are passed
// by the 51st, which is seen at object 52, before a 5th young one is due. So every 51 objects there
// are four young collections and a full one: 196 times in 10,000, and nothing in the last 4.
START_TEST(native_payload_triggers_young_and_full_collections) {
    static const uint64_t clocks[] = {12, 23, 34, 45, 52};
    Trial *trial =
        trial_text(PHASE("10k") STAY "payload = 1000\n",
                   "native-payload-aware:t0=0,payload=10000,full_payload=50000", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 5 * 196);
    for (size_t i = 0; i < count_of(trial); i++) {
        ck_assert_uint_eq(nth(trial, i)->clock, 51 * (i / 5) + clocks[i % 5]);
        ck_assert_uint_eq(nth(trial, i)->generation, i % 5 == 4 ? 2 : 0);
    }
    trial_end(trial);
}
END_TEST

// At most two payloads are there at any time.
START_TEST(native_payload_that_reference_counting_frees_triggers_nothing) {
    Trial *trial =
        trial_text(PHASE("10k") OBJECTS "cycle_density = 0%\nlifetime = fixed 1\npayload = 1000\n",
                   "native-payload-aware:t0=0,payload=10000", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 0);
    trial_end(trial);
}
END_TEST

START_TEST(objects_trigger_where_there_is_no_payload) {
    Trial *trial = trial_text(PHASE("10k") STAY, "native-payload-aware:t0=999", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 10);
    for (size_t i = 0; i < 10; i++) ck_assert_uint_eq(nth(trial, i)->clock, 1000 * (i + 1));
    trial_end(trial);
}
END_TEST

// ---- heap-factor ----

// Above 1,000 bytes with 11 objects; above twice that with 23: n becomes 2 n + 1, which is
// 12 x 2^k - 1. Of these 14 are below 100,000 (k from 0 to 13): the logarithm of what it grew.
START_TEST(a_heap_that_grows_is_collected_once_per_factor) {
    Trial *trial = trial_text(PHASE("100k") STAY, "heap-factor:percent=200,least=1000", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 14);
    for (size_t k = 0; k < 14; k++) ck_assert_uint_eq(nth(trial, k)->clock, (12u << k) - 1);
    trial_end(trial);
}
END_TEST

// One object is live, the rest is garbage: each time 101 objects exceed 10,000 bytes. All but the
// live one (and the newest, if that is another) are freed: 99 or 100 more fit.
START_TEST(a_heap_that_does_not_grow_is_collected_at_the_least_limit) {
    Trial *trial =
        trial_text(PHASE("10k") GARBAGE, "heap-factor:percent=200,least=10000", (Engine)_i);
    ck_assert_uint_eq(nth(trial, 0)->clock, 101);
    ck_assert_uint_ge(count_of(trial), 99);
    ck_assert_uint_le(count_of(trial), 101);
    ck_assert_uint_le(trial->result.metrics.peak_live_objects, 101);
    trial_end(trial);
}
END_TEST

// ---- membalancer ----

// g = 100 bytes per allocation and s = 100 bytes per candidate (there are no references): E is
// sqrt(L x 2^30 / price). With a price of 1024, in MiB: L becomes L + sqrt(L), from 1 on; with
// four times that L + sqrt(L) / 2. In objects, of which 10485.76 are a MiB:
static const struct {
    const char *policy;
    size_t count;
    uint64_t clocks[9];
} SQUARE_ROOTS[] = {
    // 1, 2, 3.41421, 5.26197, 7.55587; the next is 10.30466, and 100,000 objects are 9.54
    {"membalancer:price=1024,least=1M", 5, {10486, 20972, 35801, 55176, 79229}},
    // 1, 1.5, 2.11237, 2.83907, 3.68155, 4.64092, 5.71806, 6.91368, 8.22838; the next is 9.66263
    {"membalancer:price=4096,least=1M",
     9,
     {10486, 15729, 22150, 29770, 38604, 48664, 59959, 72495, 86281}},
};

START_TEST(the_heap_grows_by_the_square_root_of_what_it_holds) {
    for (size_t k = 0; k < ARRAY_LENGTH(SQUARE_ROOTS); k++) {
        Trial *trial = trial_text(PHASE("100k") STAY, SQUARE_ROOTS[k].policy, (Engine)_i);
        ck_assert_uint_eq(count_of(trial), SQUARE_ROOTS[k].count);
        for (size_t i = 0; i < count_of(trial); i++) {
            ck_assert_uint_ge(nth(trial, i)->clock + 3, SQUARE_ROOTS[k].clocks[i]);
            ck_assert_uint_le(nth(trial, i)->clock, SQUARE_ROOTS[k].clocks[i] + 10);
        }
        trial_end(trial);
    }
}
END_TEST

// Every second object refers to the one before it: half a reference more for each candidate, so s
// is 2/3 of what it was, and E sqrt(3/2) = 1.22474 of it: L = 1, then 2.22474 MiB.
START_TEST(a_collector_with_more_to_do_leaves_more_room) {
    Trial *trial = trial_text(PHASE("60k") "[population p]\nshape = pair\nbytes = 100\n"
                                           "cycle_density = 0%\nlifetime = round\n",
                              "membalancer:price=1024,least=1M", (Engine)_i);
    ck_assert_uint_ge(nth(trial, 1)->clock, 23328 - 5);
    ck_assert_uint_le(nth(trial, 1)->clock, 23328 + 10);
    trial_end(trial);
}
END_TEST

// ---- dynamic-threshold ----

// Nothing is garbage, and a fifth should be: the threshold goes 4.74 % (the logistic function of
// 0.2) of what is left to 5,000: 700, + 203, + 194, + 185. A collection is due one allocation after
// it, and the new object does not count any more.
START_TEST(thresholds_rise_when_collections_find_nothing) {
    static const uint64_t intervals[] = {701, 904, 1098, 1283};
    Trial *trial = trial_text(PHASE("4000") STAY, "dynamic-threshold", (Engine)_i);
    uint64_t clock = 0;
    ck_assert_uint_eq(count_of(trial), 4);
    for (size_t i = 0; i < 4; i++) ck_assert_uint_eq(nth(trial, i)->clock, clock += intervals[i]);
    trial_end(trial);
}
END_TEST

// All is garbage: it stays where it began. Each collection takes all but one live object.
START_TEST(thresholds_stay_when_collections_find_all) {
    Trial *trial = trial_text(PHASE("7010") GARBAGE, "dynamic-threshold", (Engine)_i);
    ck_assert_uint_eq(nth(trial, 0)->clock, 701);
    for (size_t i = 1; i < count_of(trial); i++) ck_assert_uint_ge(nth(trial, i)->young, 701);
    ck_assert_uint_ge(count_of(trial), 5);
    for (size_t i = 1; i < count_of(trial); i++) ck_assert_uint_le(nth(trial, i)->young, 702);
    trial_end(trial);
}
END_TEST

// 1,458 after the four above. Then all is garbage but the last object of the first phase: 0.999 of
// the candidates, 0.799 too many, and 95.18 % of the way (of 758) are gone at once. Then it is all:
// 95.26 % of 37, of 2, and of 1, which is nothing.
START_TEST(thresholds_fall_when_collections_find_more) {
    Trial *trial = trial_text(
        "[phase a]\nallocations = 3986\n[phase b]\nallocations = 20k\n"
        "[population p]\nphase = a\nshape = single\nlifetime = round\n"
        "[population q]\nphase = b\nshape = single\ncycle_density = 100%\n"
        "lifetime = fixed 1\n",
        "dynamic-threshold", (Engine)_i);
    static const uint64_t young[] = {701, 904, 1098, 1283, 1459, 738, 703, 702, 702};
    for (size_t i = 0; i < ARRAY_LENGTH(young); i++)
        ck_assert_uint_eq(nth(trial, i)->young, young[i]);
    trial_end(trial);
}
END_TEST

Suite *catalogue_suite(void) {
    Suite *suite = suite_create("catalogue");
    TCase *tcase = tcase_create("closed forms");
    tcase_set_timeout(tcase, 20);
    tcase_add_loop_test(tcase, a_preset_of_thresholds_has_its_first_full_collection_where_they_say,
                        0, ARRAY_LENGTH(PRESET_FULLS));
#define ON_BOTH(name) tcase_add_loop_test(tcase, name, 0, ENGINES)
    ON_BOTH(a_budget_of_10000_bytes_is_spent_each_101_objects_of_100);
    ON_BOTH(native_payload_is_spent_as_well);
    ON_BOTH(native_payload_triggers_young_and_full_collections);
    ON_BOTH(native_payload_that_reference_counting_frees_triggers_nothing);
    ON_BOTH(objects_trigger_where_there_is_no_payload);
    ON_BOTH(a_heap_that_grows_is_collected_once_per_factor);
    ON_BOTH(a_heap_that_does_not_grow_is_collected_at_the_least_limit);
    ON_BOTH(the_heap_grows_by_the_square_root_of_what_it_holds);
    ON_BOTH(a_collector_with_more_to_do_leaves_more_room);
    ON_BOTH(thresholds_rise_when_collections_find_nothing);
    ON_BOTH(thresholds_stay_when_collections_find_all);
    ON_BOTH(thresholds_fall_when_collections_find_more);
#undef ON_BOTH
    suite_add_tcase(suite, tcase);
    return suite;
}
