// test_rng.c -- ranges and chances drawn from PCG
//
// That the generator itself is PCG, bit for bit, is proved elsewhere (tests/pcg). Here: what is
// built on top of it. Every seed is fixed, so that the statistical bounds (five sigma) hold or fail
// for good.
#include "rng.h"
#include "suites.h"

static Rng rng_of(uint64_t seed) {
    Rng rng;
    rng_seed(&rng, seed, 0);
    return rng;
}

START_TEST(below_one_is_zero) {
    Rng rng = rng_of(1);
    for (int i = 0; i < 1000; i++) ck_assert_uint_eq(rng_below(&rng, 1), 0);
}
END_TEST

START_TEST(below_stays_below_its_bound) {
    static const uint32_t bounds[] = {2, 3, 7, 10, 1u << 31, (1u << 31) + 1, UINT32_MAX};
    Rng rng = rng_of(2);
    for (size_t i = 0; i < ARRAY_LENGTH(bounds); i++) {
        for (int draw = 0; draw < 10000; draw++) {
            ck_assert_uint_lt(rng_below(&rng, bounds[i]), bounds[i]);
        }
    }
}
END_TEST

START_TEST(below_a_power_of_two_is_the_upper_bits) {
    Rng rng = rng_of(3), same = rng;
    for (int draw = 0; draw < 1000; draw++) {
        ck_assert_uint_eq(rng_below(&rng, 1u << 12), rng_next(&same) >> 20);
    }
}
END_TEST

// Variance of a count is below its mean: 5 sigma of 100,000 are 1,582.
START_TEST(below_gives_every_value_equally_often) {
    uint32_t counts[10] = {0};
    Rng rng = rng_of(4);
    for (int draw = 0; draw < 1000000; draw++) counts[rng_below(&rng, 10)]++;
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_gt(counts[i], 98418);
        ck_assert_uint_lt(counts[i], 101582);
    }
}
END_TEST

// Without rejection, every third of these 3 * 2^30 values would come twice as often as the others.
START_TEST(below_rejects_what_would_be_biased) {
    uint32_t counts[3] = {0};
    Rng rng = rng_of(5);
    for (int draw = 0; draw < 300000; draw++) counts[rng_below(&rng, 3u << 30) % 3]++;
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_gt(counts[i], 98418);
        ck_assert_uint_lt(counts[i], 101582);
    }
}
END_TEST

START_TEST(certain_answers_draw_nothing) {
    Rng rng = rng_of(6), before = rng;
    ck_assert(!rng_chance(&rng, 0));
    ck_assert(rng_chance(&rng, PPM));
    ck_assert(rng_chance(&rng, UINT32_MAX));
    ck_assert_uint_eq(rng.state, before.state);
}
END_TEST

START_TEST(uncertain_answers_draw) {
    Rng rng = rng_of(7), before = rng;
    (void)rng_chance(&rng, 1);
    ck_assert_uint_ne(rng.state, before.state);
}
END_TEST

// 5 sigma of 300,000 out of a million are 2,291; of 1,000 they are 158.
START_TEST(a_chance_comes_as_often_as_it_says) {
    uint32_t often = 0, seldom = 0;
    Rng rng = rng_of(8);
    for (int draw = 0; draw < 1000000; draw++) {
        often += rng_chance(&rng, 300000);
        seldom += rng_chance(&rng, 1000);
    }
    ck_assert_uint_gt(often, 297709);
    ck_assert_uint_lt(often, 302291);
    ck_assert_uint_gt(seldom, 842);
    ck_assert_uint_lt(seldom, 1158);
}
END_TEST

static uint32_t equal_draws(uint64_t seed, uint64_t stream, uint64_t other_seed,
                            uint64_t other_stream) {
    uint32_t equal = 0;
    Rng first, second;
    rng_seed(&first, seed, stream);
    rng_seed(&second, other_seed, other_stream);
    for (int draw = 0; draw < 10000; draw++) equal += rng_next(&first) == rng_next(&second);
    return equal;
}

START_TEST(the_same_seed_and_stream_repeat) { ck_assert_uint_eq(equal_draws(9, 1, 9, 1), 10000); }
END_TEST

START_TEST(streams_of_one_seed_differ) {
    for (uint64_t stream = 1; stream < 50; stream++) {
        ck_assert_uint_le(equal_draws(9, 0, 9, stream), 1);
    }
}
END_TEST

START_TEST(seeds_of_one_stream_differ) {
    for (uint64_t seed = 1; seed < 50; seed++) ck_assert_uint_le(equal_draws(0, 3, seed, 3), 1);
}
END_TEST

Suite *rng_suite(void) {
    Suite *suite = suite_create("rng");
    TCase *below = tcase_create("below");
    tcase_add_test(below, below_one_is_zero);
    tcase_add_test(below, below_stays_below_its_bound);
    tcase_add_test(below, below_a_power_of_two_is_the_upper_bits);
    tcase_add_test(below, below_gives_every_value_equally_often);
    tcase_add_test(below, below_rejects_what_would_be_biased);
    suite_add_tcase(suite, below);
    TCase *chance = tcase_create("chance");
    tcase_add_test(chance, certain_answers_draw_nothing);
    tcase_add_test(chance, uncertain_answers_draw);
    tcase_add_test(chance, a_chance_comes_as_often_as_it_says);
    suite_add_tcase(suite, chance);
    TCase *streams = tcase_create("streams");
    tcase_add_test(streams, the_same_seed_and_stream_repeat);
    tcase_add_test(streams, streams_of_one_seed_differ);
    tcase_add_test(streams, seeds_of_one_stream_differ);
    suite_add_tcase(suite, streams);
    return suite;
}
