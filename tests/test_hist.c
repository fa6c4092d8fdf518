// test_hist.c -- the histogram against a sorted array
#include "hist.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "suites.h"

enum { VALUES_MAX = 3000 };

// Any magnitude is as likely as any other.
static uint64_t value_of_any_magnitude(Rng *rng) {
    uint32_t bits = rng_below(rng, 65);
    uint64_t value = (uint64_t)rng_next(rng) << 32 | rng_next(rng);
    return bits == 0 ? 0 : value >> (64 - bits);
}

static int by_value(const void *a, const void *b) {
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

// The smallest value that `permille` / 1000 of all values do not exceed.
static uint64_t sorted_quantile(const uint64_t *sorted, uint32_t count, uint32_t permille) {
    uint32_t rank = (count * permille + 999) / 1000;
    return sorted[rank > 0 ? rank - 1 : 0];
}

static void quantiles_compare(unsigned seed, const Hist *hist, const uint64_t *sorted,
                              uint32_t count) {
    for (uint32_t permille = 0; permille <= 1000; permille++) {
        uint64_t found = hist_quantile(hist, permille);
        uint64_t exact = sorted_quantile(sorted, count, permille);
        bool same = exact < 64 || permille == 1000;
        bool good = found == exact || (!same && found < exact && exact - found < exact / 32);
        if (good) continue;
        ck_abort_msg("seed %u, %u values: quantile %u is %ju, expected %ju", seed, count, permille,
                     (uintmax_t)found, (uintmax_t)exact);
    }
}

// OURO_SEED=n makes n the seed of index 0.
static unsigned seed_of(int index) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) + (unsigned)index;
}

START_TEST(quantiles_match_a_sorted_array) {
    static Hist hist;
    static uint64_t values[VALUES_MAX];
    unsigned seed = seed_of(_i);
    Rng rng;
    rng_seed(&rng, seed, 0);
    memset(&hist, 0, sizeof hist);
    uint32_t count = 1 + rng_below(&rng, rng_chance(&rng, PPM / 2) ? 5 : VALUES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = value_of_any_magnitude(&rng);
        hist_add(&hist, values[i]);
    }
    qsort(values, count, sizeof *values, by_value);
    ck_assert_uint_eq(hist.count, count);
    ck_assert_uint_eq(hist.max, values[count - 1]);
    quantiles_compare(seed, &hist, values, count);
}
END_TEST

START_TEST(an_empty_histogram_has_quantiles_of_zero) {
    static Hist hist;
    ck_assert_uint_eq(hist_quantile(&hist, 0), 0);
    ck_assert_uint_eq(hist_quantile(&hist, 500), 0);
    ck_assert_uint_eq(hist_quantile(&hist, 1000), 0);
}
END_TEST

START_TEST(values_below_64_have_a_bucket_each) {
    for (uint32_t value = 0; value < 64; value++) {
        ck_assert_uint_eq(hist_bucket(value), value);
        ck_assert_uint_eq(hist_bucket_low(value), value);
    }
}
END_TEST

START_TEST(buckets_follow_one_another_without_gaps) {
    for (uint32_t bucket = 1; bucket < HIST_BUCKETS; bucket++) {
        uint64_t low = hist_bucket_low(bucket);
        ck_assert_uint_eq(hist_bucket(low), bucket);
        ck_assert_uint_eq(hist_bucket(low - 1), bucket - 1);
    }
    ck_assert_uint_eq(hist_bucket(UINT64_MAX), HIST_BUCKETS - 1);
}
END_TEST

START_TEST(buckets_are_narrower_than_a_32nd) {
    for (uint32_t bucket = 64; bucket + 1 < HIST_BUCKETS; bucket++) {
        uint64_t low = hist_bucket_low(bucket);
        ck_assert_uint_le(hist_bucket_low(bucket + 1) - low, low / 32);
    }
}
END_TEST

Suite *hist_suite(void) {
    Suite *suite = suite_create("hist");
    TCase *buckets = tcase_create("buckets");
    tcase_add_test(buckets, values_below_64_have_a_bucket_each);
    tcase_add_test(buckets, buckets_follow_one_another_without_gaps);
    tcase_add_test(buckets, buckets_are_narrower_than_a_32nd);
    suite_add_tcase(suite, buckets);
    TCase *quantiles = tcase_create("quantiles");
    tcase_add_test(quantiles, an_empty_histogram_has_quantiles_of_zero);
    tcase_add_loop_test(quantiles, quantiles_match_a_sorted_array, 0, 100);
    suite_add_tcase(suite, quantiles);
    return suite;
}
