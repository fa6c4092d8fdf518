// test_pareto.c -- the front against its definition, the knee against cases by hand
#include <stdlib.h>

#include "cli/pareto.h"
#include "rng.h"
#include "suites.h"

static bool is_beaten(const ParetoPoint *points, size_t count, const ParetoPoint *point) {
    for (size_t i = 0; i < count; i++) {
        const ParetoPoint *other = &points[i];
        if (other->competes && other->memory <= point->memory && other->time <= point->time &&
            (other->memory < point->memory || other->time < point->time))
            return true;
    }
    return false;
}

// Few values, so that many points are equal in one or in both. OURO_SEED=n makes n the seed.
START_TEST(the_front_is_who_is_not_beaten) {
    const char *given = getenv("OURO_SEED");
    unsigned long seed = given != NULL ? strtoul(given, NULL, 10) : 1;
    Rng rng;
    rng_seed(&rng, seed, (uint64_t)_i);
    ParetoPoint points[40];
    const size_t count = 1 + (size_t)_i % ARRAY_LENGTH(points);
    for (size_t i = 0; i < count; i++)
        points[i] = (ParetoPoint){.memory = rng_below(&rng, 8),
                                  .time = rng_below(&rng, 8),
                                  .competes = rng_below(&rng, 4) > 0};
    pareto_mark(points, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(
            points[i].front == (points[i].competes && !is_beaten(points, count, &points[i])),
            "OURO_SEED=%lu, case %d, point %zu", seed, _i, i);
}
END_TEST

static int knee_of(ParetoPoint *points, size_t count) {
    int knee = -1;
    for (size_t i = 0; i < count; i++) points[i].competes = true;
    pareto_mark(points, count);
    for (size_t i = 0; i < count; i++)
        if (points[i].knee) knee = knee < 0 ? (int)i : -2;
    return knee;
}

// Decades: (1, 1000) to (100, 10). At (10, 20) the front has come nearly all the way down.
START_TEST(the_knee_is_where_the_front_turns) {
    ParetoPoint points[] = {{.memory = 100, .time = 10},
                            {.memory = 10, .time = 20},
                            {.memory = 5, .time = 150},
                            {.memory = 1, .time = 1000},
                            {.memory = 200, .time = 500}};
    ck_assert_int_eq(knee_of(points, ARRAY_LENGTH(points)), 1);
}
END_TEST

START_TEST(a_straight_front_has_no_knee) {
    ParetoPoint straight[] = {
        {.memory = 1, .time = 100}, {.memory = 10, .time = 10}, {.memory = 100, .time = 1}};
    ParetoPoint bulging[] = {
        {.memory = 1, .time = 100}, {.memory = 10, .time = 90}, {.memory = 100, .time = 1}};
    ParetoPoint two[] = {{.memory = 1, .time = 100}, {.memory = 10, .time = 1}};
    ck_assert_int_eq(knee_of(straight, 3), -1);
    ck_assert_int_eq(knee_of(bulging, 3), -1);
    ck_assert_int_eq(knee_of(two, 2), -1);
}
END_TEST

// Who never collects has no logarithm, and must not bend the front.
START_TEST(a_time_of_nothing_is_no_end_of_the_front) {
    ParetoPoint points[] = {{.memory = 1, .time = 1000},
                            {.memory = 10, .time = 20},
                            {.memory = 100, .time = 10},
                            {.memory = 1000, .time = 0}};
    ck_assert_int_eq(knee_of(points, ARRAY_LENGTH(points)), 1);
    ck_assert(points[3].front);
}
END_TEST

Suite *pareto_suite(void) {
    Suite *suite = suite_create("pareto");
    TCase *tests = tcase_create("pareto");
    tcase_add_loop_test(tests, the_front_is_who_is_not_beaten, 0, 200);
    tcase_add_test(tests, the_knee_is_where_the_front_turns);
    tcase_add_test(tests, a_straight_front_has_no_knee);
    tcase_add_test(tests, a_time_of_nothing_is_no_end_of_the_front);
    suite_add_tcase(suite, tests);
    return suite;
}
