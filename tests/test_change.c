// test_change.c -- where a program turns from building to serving
#include "rng.h"
#include "suites.h"
#include "trace_change.h"

// Builds for `rise` births, one in `kept` of which stays; then as many are born as die, give or
// take `noise`.
static uint64_t change_of(uint64_t rise, uint64_t kept, uint64_t births, uint64_t noise) {
    ChangeFinder finder = {0};
    Rng rng;
    rng_seed(&rng, 7, 0);
    for (uint64_t i = 1; i <= births; i++) {
        const uint64_t live = (i < rise ? i : rise) / kept;
        change_note(&finder, i, live + (noise > 0 ? rng_below(&rng, (uint32_t)noise) : 0));
    }
    return change_find(&finder);
}

static void near(uint64_t found, uint64_t expected, uint64_t births) {
    const uint64_t off = found > expected ? found - expected : expected - found;
    ck_assert_msg(off <= births / 100, "%llu instead of %llu", (unsigned long long)found,
                  (unsigned long long)expected);
}

START_TEST(it_is_found_where_growth_ends) {
    near(change_of(300, 1, 500, 0), 300, 500);
    near(change_of(100000, 3, 1000000, 0), 100000, 1000000);
    near(change_of(900000, 2, 1000000, 0), 900000, 1000000);
    near(change_of(200000, 2, 1000000, 5000), 200000, 1000000);
}
END_TEST

START_TEST(there_is_none_where_nothing_changes) {
    ck_assert_uint_eq(change_of(1000000, 2, 1000000, 0), 0);  // it grows to the end
    ck_assert_uint_eq(change_of(1, 1, 1000000, 0), 0);        // it never grew
    ck_assert_uint_eq(change_of(1, 1, 1000000, 5000), 0);     // noise
    ck_assert_uint_eq(change_of(5, 1, 15, 0), 0);             // too little to see
}
END_TEST

// Two straight lines meet, and the second rises half as fast as the first: nothing ends there.
START_TEST(growth_that_goes_on_is_no_change) {
    ChangeFinder finder = {0};
    for (uint64_t i = 1; i <= 100000; i++)
        change_note(&finder, i, i < 40000 ? i : 40000 + (i - 40000) / 2);
    ck_assert_uint_eq(change_find(&finder), 0);
}
END_TEST

// It grows and shrinks again: a turn, and none that leads to serving.
START_TEST(shrinking_is_no_change) {
    ChangeFinder finder = {0};
    for (uint64_t i = 1; i <= 100000; i++) change_note(&finder, i, i < 50000 ? i : 100000 - i);
    ck_assert_uint_eq(change_find(&finder), 0);
}
END_TEST

Suite *change_suite(void) {
    Suite *suite = suite_create("change");
    TCase *tests = tcase_create("change points");
    tcase_add_test(tests, it_is_found_where_growth_ends);
    tcase_add_test(tests, there_is_none_where_nothing_changes);
    tcase_add_test(tests, growth_that_goes_on_is_no_change);
    tcase_add_test(tests, shrinking_is_no_change);
    suite_add_tcase(suite, tests);
    return suite;
}
