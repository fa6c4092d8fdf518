// test_golden.c -- when CPython collects what, on a program of which nothing dies
//
// Measured on the real 3.8 to 3.13 and on a model of them: allocations count from 0, the figure is
// the index of the allocation that triggers. Proved twice, on counters alone and on the whole
// simulator.
#include <inttypes.h>
#include <stdio.h>

#include "all_live.h"
#include "run.h"
#include "suites.h"

enum { ALLOCATIONS = 4000000, FULL_MAX = 40 };

typedef struct {
    uint64_t t0, t1, t2;
    uint64_t collections[3];       // in all, by generation
    uint64_t full[FULL_MAX];       // index of each full collection, as far as they are on record
    uint64_t young[3], middle[2];  // and of the first others
} Golden;

static const Golden GOLDEN[] = {
    {.t0 = 700,
     .t1 = 10,
     .t2 = 10,
     .collections = {5218, 474, 14},
     .full = {93232, 186465, 279698, 372931, 474576, 601457, 753574, 947751, 1192400, 1495933,
              1875174, 2346947, 2936488, 3677445},
     .young = {700, 1401, 2102},
     .middle = {8411, 16823}},
    {.t0 = 2000,
     .t1 = 10,
     .t2 = 10,
     .collections = {1825, 165, 9},
     .full = {266132, 532265, 798398, 1064531, 1354676, 1716857, 2151074, 2705351, 3403700}},
    {.t0 = 700,
     .t1 = 0,
     .t2 = 0,
     .collections = {2839, 2839, 28},
     .full = {2102, 4205, 6308, 9813, 13318, 18225, 24534, 32245, 41358, 53275}},
    {.t0 = 700,
     .t1 = 5,
     .t2 = 1,
     .collections = {4872, 811, 23},
     .full = {10514, 21029, 31544, 42059, 57481, 72903, 93232}},
};

// What a run was seen to do.
typedef struct {
    uint64_t collections[3];
    uint64_t first[3][FULL_MAX];  // indices by generation
} Seen;

static void see(Seen *seen, uint64_t index, uint32_t generation) {
    ck_assert_uint_le(generation, 2);
    uint64_t number = seen->collections[generation]++;
    if (number < FULL_MAX) seen->first[generation][number] = index;
}

static void compare_first(const uint64_t *found, const uint64_t *expected, size_t count) {
    for (size_t i = 0; i < count && expected[i] > 0; i++) ck_assert_uint_eq(found[i], expected[i]);
}

static void compare(const Seen *seen, const Golden *golden) {
    compare_first(seen->first[2], golden->full, FULL_MAX);
    compare_first(seen->first[0], golden->young, ARRAY_LENGTH(golden->young));
    compare_first(seen->first[1], golden->middle, ARRAY_LENGTH(golden->middle));
    for (int i = 0; i < 3; i++) ck_assert_uint_eq(seen->collections[i], golden->collections[i]);
}

START_TEST(counters_alone_give_the_golden_vector) {
    const Golden *golden = &GOLDEN[_i];
    AllLive model = all_live_new(golden->t0, golden->t1, golden->t2, true);
    Seen seen = {0};
    for (uint64_t i = 0; i < ALLOCATIONS; i++) {
        int generation = all_live_allocate(&model);
        if (generation >= 0) see(&seen, i, (uint32_t)generation);
    }
    compare(&seen, golden);
}
END_TEST

START_TEST(the_simulator_gives_the_golden_vector) {
    const Golden *golden = &GOLDEN[_i];
    Error error = {0};
    Spec spec;
    PolicyChoice choice;
    RunResult result;
    Seen seen = {0};
    bool done = false;
    char policy[POLICY_LABEL_SIZE];
    snprintf(policy, sizeof policy,
             "gen3:t0=%" PRIu64 ",t1=%" PRIu64 ",t2=%" PRIu64 ",trigger=allocation,quarter=yes",
             golden->t0, golden->t1, golden->t2);
    bool good = spec_read_text(&spec, "golden",
                               "[phase all]\nallocations = 4M\n"
                               "[population live]\nshape = single\nlifetime = round\n",
                               NULL, 0, &error) &&
                policy_choose(&choice, policy, &error);
    Run *run =
        good ? run_open(&(RunOptions){.spec = &spec, .policy = &choice, .batch = 4096}, &error)
             : NULL;
    good = run != NULL && run_advance(run, UINT64_MAX, &done, &error) &&
           run_result(run, &result, &error);
    ck_assert_msg(good, "%s", error.text);
    for (size_t i = 0; i < result.recorder->collection_count; i++)
        see(&seen, result.recorder->collections[i].clock - 1,
            result.recorder->collections[i].generation);
    compare(&seen, golden);
    run_close(run);
}
END_TEST

Suite *golden_suite(void) {
    Suite *suite = suite_create("golden");
    TCase *vectors = tcase_create("golden vectors");
    tcase_set_timeout(vectors, 60);
    tcase_add_loop_test(vectors, counters_alone_give_the_golden_vector, 0, ARRAY_LENGTH(GOLDEN));
    tcase_add_loop_test(vectors, the_simulator_gives_the_golden_vector, 0, ARRAY_LENGTH(GOLDEN));
    suite_add_tcase(suite, vectors);
    return suite;
}
