// test_fit.c -- prices are found again from times that were made with them
#include <math.h>

#include "cli/fit.h"
#include "rng.h"
#include "suites.h"

enum { ROWS = 200, PRICES = 6 };
static const double TRUE_PRICES[PRICES] = {50, 11.3, 4.3, 0, 112, 17.9};
static const bool ALL_FREE[PRICES] = {true, true, true, true, true, true};

// Counts over four orders of magnitude; times off by up to `percent` either way.
static void make_rows(FitRow *rows, uint64_t seed, uint32_t percent) {
    Rng rng;
    rng_seed(&rng, seed, 5);
    for (uint32_t i = 0; i < ROWS; i++) {
        double size = pow(10, rng_below(&rng, 5));
        rows[i] = (FitRow){.weight = 1, .source = i / 10};
        rows[i].counts[0] = 1;
        for (int k = 1; k < PRICES; k++) rows[i].counts[k] = size * rng_below(&rng, 100) / 50.0;
        double off = 1 + percent / 100.0 * ((int)rng_below(&rng, 201) - 100) / 100.0;
        rows[i].ns = fit_predict(&rows[i], TRUE_PRICES, PRICES) * off;
    }
}

START_TEST(exact_times_give_the_prices_back) {
    FitRow rows[ROWS];
    double prices[PRICES] = {20, 5, 10, 3, 50, 40};
    make_rows(rows, 1, 0);
    fit_prices(rows, ROWS, ALL_FREE, prices, PRICES);
    for (int k = 0; k < PRICES; k++)
        ck_assert_msg(fabs(prices[k] - TRUE_PRICES[k]) < 0.02 * TRUE_PRICES[k] + 0.1,
                      "price %d is %f", k, prices[k]);
    ck_assert(fit_error(rows, ROWS, prices, PRICES) < 0.005);
}
END_TEST

START_TEST(noise_is_what_is_left) {
    FitRow rows[ROWS];
    double prices[PRICES] = {20, 5, 10, 3, 50, 40};
    make_rows(rows, 2, 30);
    fit_prices(rows, ROWS, ALL_FREE, prices, PRICES);
    double error = fit_error(rows, ROWS, prices, PRICES);  // the mean of |off| is 15 %
    ck_assert_msg(error > 0.10 && error < 0.20, "error %f", error);
    double left_out = fit_error_left_out(rows, ROWS, ALL_FREE, prices, PRICES);
    ck_assert_msg(left_out >= error - 0.01 && left_out < 0.22, "left out %f", left_out);
}
END_TEST

START_TEST(no_price_is_below_zero) {
    FitRow rows[2] = {{.counts = {1, 1}, .ns = 10, .weight = 1},
                      {.counts = {1, 3}, .ns = 5, .weight = 1, .source = 1}};
    double prices[2] = {1, 1};
    fit_prices(rows, 2, ALL_FREE, prices, 2);
    ck_assert(prices[0] > 0 && prices[1] >= 0 && prices[1] < 0.01);
}
END_TEST

START_TEST(what_is_not_free_or_not_seen_stays) {
    FitRow rows[ROWS];
    double prices[PRICES + 1] = {20, 20, 10, 3, 50, 40, 42};
    const bool is_free[PRICES + 1] = {true, false, true, true, true, true, true};
    make_rows(rows, 3, 0);
    fit_prices(rows, ROWS, is_free, prices, PRICES + 1);
    ck_assert(prices[1] == 20);
    ck_assert(fabs(prices[PRICES] - 42) < 0.01);
}
END_TEST

Suite *fit_suite(void) {
    Suite *suite = suite_create("fit");
    TCase *prices = tcase_create("prices");
    tcase_add_test(prices, exact_times_give_the_prices_back);
    tcase_add_test(prices, noise_is_what_is_left);
    tcase_add_test(prices, no_price_is_below_zero);
    tcase_add_test(prices, what_is_not_free_or_not_seen_stays);
    suite_add_tcase(suite, prices);
    return suite;
}
