// test_dist.c -- the tables recomputed, and every law against its formula
//
// Draws come from fixed seeds: a bound of five standard deviations holds or fails for good.
#include "dist.h"

#include <stdio.h>

#include "dist_tables.h"
#include "suites.h"

enum { DRAWS = 200000 };

static Dist dist_of(const char *text, uint64_t low) {
    Dist dist;
    Error error = {0};
    ck_assert_msg(dist_parse(&dist, text, low, 1000000000000, &error), "%s: %s", text, error.text);
    return dist;
}

// ---- tables ----

#define TWO_62 (1ull << 62)  // 1 in 2.62 fixed point

// log2 of `x` in 2.62, 1 <= x < 2: a squaring gives a bit.
static uint32_t log2_by_squaring(uint64_t x) {
    uint32_t result = 0;
    for (int bit = 31; bit >= 0; bit--) {
        U128 square = (U128)x * x >> 62;
        if (square >= 2 * TWO_62) {
            result |= 1u << bit;
            square /= 2;
        }
        x = (uint64_t)square;
    }
    return result;
}

static uint64_t square_root(U128 square) {
    uint64_t root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t larger = root | 1ull << bit;
        if ((U128)larger * larger <= square) root = larger;
    }
    return root;
}

// 2^(i / 256) in 2.62: the product of those of 2^(1/2), 2^(1/4), ... that the bits of i ask for.
static uint64_t exp2_by_roots(uint32_t i) {
    uint64_t root = 2 * TWO_62, product = TWO_62;
    for (uint32_t bit = 128; bit > 0; bit /= 2) {
        root = square_root((U128)root << 62);
        if (i & bit) product = (uint64_t)((U128)product * root >> 62);
    }
    return product;
}

START_TEST(the_table_of_log2_is_what_squaring_gives) {
    for (uint32_t i = 0; i < 256; i++) {
        ck_assert_uint_eq(LOG2_TABLE[i], log2_by_squaring(TWO_62 + i * (TWO_62 >> 8)));
    }
}
END_TEST

START_TEST(the_table_of_exp2_is_what_square_roots_give) {
    for (uint32_t i = 0; i < 256; i++) {
        ck_assert_uint_eq(EXP2_TABLE[i], (uint32_t)((exp2_by_roots(i) - TWO_62) >> 30));
    }
}
END_TEST

// ---- laws ----

// How many of DRAWS draws are at least `value`.
static uint32_t draws_from(const Dist *dist, uint64_t value) {
    uint32_t count = 0;
    Rng rng;
    rng_seed(&rng, 1, 7);
    for (int i = 0; i < DRAWS; i++) count += dist_draw(dist, &rng) >= value;
    return count;
}

// P(X >= value) is `probability`.
static void survival_is(const char *text, uint64_t value, double probability) {
    Dist dist = dist_of(text, 1);
    double difference = draws_from(&dist, value) - probability * DRAWS;
    double variance = DRAWS * probability * (1 - probability);
    ck_assert_msg(difference * difference <= 25 * variance + 1, "%s: P(X >= %ju) is off by %g",
                  text, (uintmax_t)value, difference / DRAWS);
}

static double power(double base, uint64_t exponent) {
    double product = 1;
    for (uint64_t i = 0; i < exponent; i++) product *= base;
    return product;
}

START_TEST(fixed_is_always_the_same) {
    static const char *const texts[] = {"5k", "fixed 5k"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        Dist dist = dist_of(texts[i], 0);
        ck_assert_uint_eq(draws_from(&dist, 5000), DRAWS);
        ck_assert_uint_eq(draws_from(&dist, 5001), 0);
    }
}
END_TEST

START_TEST(uniform_gives_every_value_equally_often) {
    for (uint64_t value = 11; value <= 20; value++) {
        survival_is("uniform min=11 max=20", value, (double)(21 - value) / 10);
    }
    survival_is("uniform min=11 max=20", 21, 0);
    survival_is("uniform min=7 max=7", 7, 1);
}
END_TEST

START_TEST(uniform_reaches_beyond_32_bits) {
    survival_is("uniform min=1 max=1000G", 500000000001, 0.5);
    survival_is("uniform min=1 max=1000G", 900000000001, 0.1);
}
END_TEST

START_TEST(geometric_survives_each_step_with_the_same_chance) {
    static const uint64_t means[] = {2, 3, 6, 20, 100};
    for (size_t i = 0; i < ARRAY_LENGTH(means); i++) {
        char text[64];
        snprintf(text, sizeof text, "geometric mean=%ju", (uintmax_t)means[i]);
        double again = 1 - 1 / (double)means[i];
        for (uint64_t steps = 0; steps < 3 * means[i]; steps += 1 + means[i] / 10) {
            survival_is(text, 1 + steps, power(again, steps));
        }
    }
}
END_TEST

START_TEST(a_geometric_mean_of_the_lowest_value_is_that_value) {
    survival_is("geometric mean=1", 1, 1);
    survival_is("geometric mean=1", 2, 0);
}
END_TEST

START_TEST(a_geometric_law_may_begin_at_zero) {
    Dist dist = dist_of("geometric mean=1", 0);  // as many failures before a success at 1/2
    uint32_t zeros = DRAWS - draws_from(&dist, 1);
    ck_assert_uint_gt(zeros, DRAWS / 2 - 1119);
    ck_assert_uint_lt(zeros, DRAWS / 2 + 1119);
}
END_TEST

// (x / min)^-E at x = 1000 * 4^k is 2^(-2 k E).
START_TEST(power_survives_by_its_exponent) {
    static const struct {
        const char *text;
        uint64_t halvings;  // 2 E
    } laws[] = {{"power min=1k exponent=0.5", 1},
                {"power min=1k exponent=1", 2},
                {"power min=1k exponent=1.5", 3},
                {"power min=1k exponent=3", 6}};
    for (size_t i = 0; i < ARRAY_LENGTH(laws); i++) {
        for (uint64_t k = 0; k < 6; k++) {
            survival_is(laws[i].text, 1000ull << (2 * k), power(0.5, k * laws[i].halvings));
        }
    }
}
END_TEST

START_TEST(table_gives_its_values_in_their_shares) {
    const char *text = "table 3:50% 10:20% 1k:30%";
    survival_is(text, 3, 1);
    survival_is(text, 4, 0.5);
    survival_is(text, 10, 0.5);
    survival_is(text, 11, 0.3);
    survival_is(text, 1000, 0.3);
    survival_is(text, 1001, 0);
    Dist dist;
    Error error = {0};
    ck_assert(dist_parse(&dist, "table 7:50% 3:20% 5:30%", 1, 100, &error));
    ck_assert_uint_eq(dist.low, 3);
    ck_assert_uint_eq(dist.high, 7);
}
END_TEST

START_TEST(draws_above_max_are_cut_to_it) {
    survival_is("geometric mean=6 max=10", 10, power(5.0 / 6, 9));
    survival_is("geometric mean=6 max=10", 11, 0);
    survival_is("power min=1k exponent=1 max=4k", 4000, 0.25);
    survival_is("power min=1k exponent=1 max=4k", 4001, 0);
}
END_TEST

// ---- means ----

// Of draws of a finite variance. The mean said is rounded, and found by quadrature: half a unit and
// a thousandth are forgiven.
static void mean_is_said(const char *text, uint64_t low) {
    Dist dist = dist_of(text, low);
    Rng rng;
    rng_seed(&rng, 2, 7);
    double said = (double)dist.mean, sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double off = (double)dist_draw(&dist, &rng) - said;
        sum += off;
        squares += off * off;
    }
    double off = sum / DRAWS, forgiven = 0.5 + said / 1000;
    off = off > forgiven ? off - forgiven : off < -forgiven ? off + forgiven : 0;
    ck_assert_msg(off * off <= 25 * squares / DRAWS / DRAWS, "%s: the mean is not %g", text, said);
}

START_TEST(the_mean_said_is_that_of_the_draws) {
    static const char *const texts[] = {
        "17",
        "uniform min=1 max=1M",
        "uniform min=1 max=1000G",
        "uniform min=100 max=300",
        "geometric mean=1",
        "geometric mean=2",
        "geometric mean=3",
        "geometric mean=7",
        "geometric mean=1k",
        "geometric mean=1M",
        "geometric mean=2G",
        "geometric mean=6 max=10",
        "power min=10 exponent=2.5",
        "power min=1k exponent=10",
        "power min=1 exponent=1.5 max=1k",
        "power min=1k exponent=1 max=100k",
        "power min=7 exponent=0.2 max=1M",
        "table 1:20% 7:20% 1k:60%",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) mean_is_said(texts[i], 1);
    mean_is_said("geometric mean=5", 0);
    mean_is_said("geometric mean=50", 40);
}
END_TEST

START_TEST(the_mean_asked_of_a_geometric_law_is_said) {
    static const uint64_t means[] = {1, 2, 3, 4, 5, 10, 100, 1000, 1000000, 4000000000};
    for (size_t i = 0; i < ARRAY_LENGTH(means); i++) {
        char text[64];
        snprintf(text, sizeof text, "geometric mean=%ju", (uintmax_t)means[i]);
        uint64_t said = dist_of(text, 1).mean;
        uint64_t off = said > means[i] ? said - means[i] : means[i] - said;
        ck_assert_msg(off <= means[i] / 1000, "%s: the mean is %ju", text, (uintmax_t)said);
    }
}
END_TEST

// The mean of 100 / u for u = 1, 2, ... 2^32 over 2^32 is 100 (32 ln 2 + 0.577) = 2,276: too rare a
// sum for draws to find.
START_TEST(every_octave_adds_to_the_mean_of_a_power_law) {
    uint64_t said = dist_of("power min=100 exponent=1", 1).mean;
    ck_assert_uint_gt(said, 2264);
    ck_assert_uint_lt(said, 2288);
}
END_TEST

START_TEST(a_mean_is_at_least_one) { ck_assert_uint_eq(dist_of("0", 0).mean, 1); }
END_TEST

// ---- refusals ----

static void dist_refused(const char *text, const char *message) {
    Dist dist;
    Error error = {0};
    ck_assert_msg(!dist_parse(&dist, text, 1, 1000000000000, &error), "'%s' is accepted", text);
    ck_assert_str_eq(error.text, message);
}

START_TEST(an_empty_distribution_is_refused) {
    dist_refused(" ", "no value; allowed: " DIST_SYNTAX);
}
END_TEST

START_TEST(an_unknown_law_is_refused) {
    dist_refused("normal mean=5", "'normal' is no distribution; allowed: " DIST_SYNTAX);
}
END_TEST

START_TEST(a_bad_fixed_value_is_refused) {
    dist_refused("5 6", "'5 6' is not a number such as 700, 30k or 1.5M");
    dist_refused("fixed", "fixed takes a number");
    dist_refused("0", "0 is out of range: 1 to 1000000000000 are allowed");
}
END_TEST

START_TEST(an_argument_that_a_law_does_not_take_is_refused) {
    dist_refused("uniform min=1", "uniform takes min= and max=");
    dist_refused("uniform min=1 max=2 mean=1", "uniform takes min= and max=");
    dist_refused("geometric max=7", "geometric takes mean= and, if wanted, max=");
    dist_refused("geometric mean=7 min=1", "geometric takes mean= and, if wanted, max=");
    dist_refused("power min=7", "power takes min=, exponent= and, if wanted, max=");
}
END_TEST

START_TEST(an_unknown_argument_is_refused) {
    dist_refused("geometric 7", "'7' is not NAME=VALUE, such as mean=5k");
    dist_refused("geometric mea=7", "'mea' is none of min, max, mean and exponent");
}
END_TEST

START_TEST(a_value_out_of_range_is_refused) {
    dist_refused("uniform min=0 max=7", "0 is out of range: 1 to 1000000000000 are allowed");
    dist_refused("uniform min=8 max=7", "min is above max");
    dist_refused("geometric mean=8 max=7", "mean is above max");
    dist_refused("power min=1 exponent=0.1", "0.1 is out of range: 0.2 to 10 are allowed");
}
END_TEST

// Its slope, trials per octave, would leave 32.32 fixed point.
START_TEST(a_geometric_mean_above_4G_is_refused) {
    dist_refused("geometric mean=4000000001", "a geometric mean of more than 4G is not possible");
}
END_TEST

START_TEST(a_bad_table_is_refused) {
    dist_refused("table", "the shares of a table must sum to 100 %");
    dist_refused("table 1:50% 2:49%", "the shares of a table must sum to 100 %");
    dist_refused("table 1:50% 2:51%", "the shares of a table must sum to 100 %");
    dist_refused("table 1 2:50%", "'1' is not VALUE:SHARE, such as 10:50%");
    dist_refused("table 0:100%", "0 is out of range: 1 to 1000000000000 are allowed");
    dist_refused("table 1:x", "'x' is not a share: 0 % to 100 %, or 0 to 1, are allowed");
    dist_refused("table 1:1 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0 1:0",
                 "a table has at most 16 entries");
}
END_TEST

static TCase *laws_case(void) {
    TCase *tests = tcase_create("laws");
    tcase_add_test(tests, fixed_is_always_the_same);
    tcase_add_test(tests, uniform_gives_every_value_equally_often);
    tcase_add_test(tests, uniform_reaches_beyond_32_bits);
    tcase_add_test(tests, geometric_survives_each_step_with_the_same_chance);
    tcase_add_test(tests, a_geometric_mean_of_the_lowest_value_is_that_value);
    tcase_add_test(tests, a_geometric_law_may_begin_at_zero);
    tcase_add_test(tests, power_survives_by_its_exponent);
    tcase_add_test(tests, table_gives_its_values_in_their_shares);
    tcase_add_test(tests, draws_above_max_are_cut_to_it);
    tcase_add_test(tests, the_mean_said_is_that_of_the_draws);
    tcase_add_test(tests, the_mean_asked_of_a_geometric_law_is_said);
    tcase_add_test(tests, every_octave_adds_to_the_mean_of_a_power_law);
    tcase_add_test(tests, a_mean_is_at_least_one);
    return tests;
}

static TCase *refusals_case(void) {
    TCase *tests = tcase_create("refusals");
    tcase_add_test(tests, an_empty_distribution_is_refused);
    tcase_add_test(tests, an_unknown_law_is_refused);
    tcase_add_test(tests, a_bad_fixed_value_is_refused);
    tcase_add_test(tests, an_argument_that_a_law_does_not_take_is_refused);
    tcase_add_test(tests, an_unknown_argument_is_refused);
    tcase_add_test(tests, a_value_out_of_range_is_refused);
    tcase_add_test(tests, a_geometric_mean_above_4G_is_refused);
    tcase_add_test(tests, a_bad_table_is_refused);
    return tests;
}

Suite *dist_suite(void) {
    Suite *suite = suite_create("dist");
    TCase *tables = tcase_create("tables");
    tcase_add_test(tables, the_table_of_log2_is_what_squaring_gives);
    tcase_add_test(tables, the_table_of_exp2_is_what_square_roots_give);
    suite_add_tcase(suite, tables);
    suite_add_tcase(suite, laws_case());
    suite_add_tcase(suite, refusals_case());
    return suite;
}
