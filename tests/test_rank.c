// test_rank.c -- the rank test against values worked out by hand, and against plain enumeration
#include <stdlib.h>

#include "cli/rank.h"
#include "rng.h"
#include "suites.h"

static void chances_are(RankTest test, uint32_t greater, uint32_t less, uint32_t least) {
    ck_assert_uint_eq(test.greater_ppm, greater);
    ck_assert_uint_eq(test.less_ppm, less);
    ck_assert_uint_eq(test.least_ppm, least);
}

// One of the 20 ways to choose three ranks of six is as high: 5 %.
START_TEST(three_above_three_are_one_way_of_twenty) {
    const uint64_t low[] = {1, 2, 3}, high[] = {40, 50, 60};
    RankTest up = rank_test(low, 3, high, 3), down = rank_test(high, 3, low, 3);
    ck_assert_uint_eq(up.u_doubled, 18);
    ck_assert_uint_eq(down.u_doubled, 0);
    chances_are(up, 50000, 1000000, 50000);
    chances_are(down, 1000000, 50000, 50000);
}
END_TEST

// 1 / 252, rounded up: the least sizes that can show 1 % on both sides.
START_TEST(five_above_five_are_significant) {
    const uint64_t low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10};
    chances_are(rank_test(low, 5, high, 5), 3969, 1000000, 3969);
}
END_TEST

// U = 24 of 25: only one other way is as high, 2 / 252.
START_TEST(one_pair_out_of_order_doubles_the_chance) {
    const uint64_t low[] = {1, 2, 3, 4, 6}, high[] = {5, 7, 8, 9, 10};
    RankTest test = rank_test(low, 5, high, 5);
    ck_assert_uint_eq(test.u_doubled, 48);
    ck_assert_uint_eq(test.greater_ppm, 7937);
}
END_TEST

// Ranks 1.5, 1.5, 3.5, 3.5: a sum of 5 or more in five of six ways.
START_TEST(equal_numbers_share_their_ranks) {
    const uint64_t both[] = {1, 2};
    RankTest test = rank_test(both, 2, both, 2);
    ck_assert_uint_eq(test.u_doubled, 4);
    chances_are(test, 833334, 833334, 166667);
}
END_TEST

START_TEST(all_equal_says_nothing) {
    uint64_t same[RANK_SAMPLE_MAX];
    for (size_t i = 0; i < RANK_SAMPLE_MAX; i++) same[i] = UINT64_MAX;
    chances_are(rank_test(same, RANK_SAMPLE_MAX, same, RANK_SAMPLE_MAX), 1000000, 1000000, 1);
}
END_TEST

START_TEST(one_number_a_side_says_nothing) {
    const uint64_t low = 1, high = 2;
    chances_are(rank_test(&low, 1, &high, 1), 500000, 1000000, 500000);
}
END_TEST

// ---- the oracle: every choice of numbers is tried, and pairs are counted ----

static uint64_t pairs_doubled(const uint64_t *all, size_t count, uint32_t chosen) {
    uint64_t u = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if ((chosen >> i & 1) && !(chosen >> k & 1))
                u += all[i] > all[k] ? 2 : all[i] == all[k];
    return u;
}

static void matches_enumeration(unsigned seed) {
    Rng rng;
    rng_seed(&rng, seed, 1);
    uint64_t all[10], total = 0, as_high = 0, as_low = 0;
    size_t first = 1 + rng_below(&rng, 5), second = 1 + rng_below(&rng, 5), count = first + second;
    uint32_t range = 2 + rng_below(&rng, 20), own = ((1u << second) - 1) << first;
    for (size_t i = 0; i < count; i++) all[i] = rng_below(&rng, range);
    uint64_t u = pairs_doubled(all, count, own);
    for (uint32_t chosen = 0; chosen < 1u << count; chosen++) {
        if ((size_t)__builtin_popcount(chosen) != second) continue;
        uint64_t other = pairs_doubled(all, count, chosen);
        total++;
        as_high += other >= u;
        as_low += other <= u;
    }
    ck_assert_uint_gt(total, 0);
    RankTest test = rank_test(all, first, all + first, second);
    ck_assert_msg(test.u_doubled == u, "seed %u", seed);
    ck_assert_msg(test.greater_ppm == (as_high * 1000000 + total - 1) / total, "seed %u", seed);
    ck_assert_msg(test.less_ppm == (as_low * 1000000 + total - 1) / total, "seed %u", seed);
}

// OURO_SEED=n makes n the first seed.
START_TEST(chances_match_enumeration) {
    const char *first = getenv("OURO_SEED");
    unsigned seed = first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1;
    for (unsigned i = 0; i < 50; i++) matches_enumeration(seed + i);
}
END_TEST

Suite *rank_suite(void) {
    Suite *suite = suite_create("rank");
    TCase *tests = tcase_create("rank");
    tcase_add_test(tests, three_above_three_are_one_way_of_twenty);
    tcase_add_test(tests, five_above_five_are_significant);
    tcase_add_test(tests, one_pair_out_of_order_doubles_the_chance);
    tcase_add_test(tests, equal_numbers_share_their_ranks);
    tcase_add_test(tests, all_equal_says_nothing);
    tcase_add_test(tests, one_number_a_side_says_nothing);
    tcase_add_test(tests, chances_match_enumeration);
    suite_add_tcase(suite, tests);
    return suite;
}
