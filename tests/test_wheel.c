// test_wheel.c -- the timing wheel against a plain array that is searched for its minimum
#include "wheel.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "suites.h"

enum { ITEMS = 300, STEPS = 3000 };
#define TIME_MAX (1ull << 47)  // of a program: what is added then is due below 2^48

typedef struct {
    unsigned seed;
    unsigned step;
    Wheel wheel;
    bool waits[ITEMS];  // the naive side: is in the wheel, and due then
    uint64_t due[ITEMS];
} Pair;

static void pair_check(const Pair *pair, bool good, const char *what) {
    if (!good) ck_abort_msg("seed %u, step %u: %s", pair->seed, pair->step, what);
}

static void pair_add(Pair *pair, uint32_t i, uint64_t due) {
    pair->due[i] = due;
    pair->waits[i] = true;
    wheel_add(&pair->wheel, i, due);
}

static uint64_t naive_earliest(const Pair *pair) {
    uint64_t earliest = UINT64_MAX;
    for (uint32_t i = 0; i < ITEMS; i++) {
        if (pair->waits[i]) earliest = min_u64(earliest, pair->due[i]);
    }
    return earliest;
}

// What comes out is due first, each item once. False: nothing.
static bool pair_take(Pair *pair, uint64_t until) {
    uint64_t earliest = naive_earliest(pair);
    uint32_t item = wheel_take(&pair->wheel, until);
    if (earliest > until) {
        pair_check(pair, item == WHEEL_NONE, "took an item that is not due");
        pair_check(pair, pair->wheel.now == until, "the time is not `until`");
        return false;
    }
    pair_check(pair, item < ITEMS, "missed an item that is due");
    pair_check(pair, pair->wheel.now == earliest, "the time is not that of the item");
    pair_check(pair, pair->waits[item], "took an item twice");
    pair_check(pair, pair->due[item] == earliest, "took an item out of order");
    pair->waits[item] = false;
    return true;
}

static void pair_begin(Pair *pair, unsigned seed, uint64_t now) {
    Error error = {0};
    memset(pair, 0, sizeof *pair);
    pair->seed = seed;
    ck_assert_msg(wheel_open(&pair->wheel, ITEMS, pair->waits, sizeof *pair->waits, &error), "%s",
                  error.text);
    wheel_set(&pair->wheel, now);
}

// Any magnitude up to 2^bits is as likely as any other; zero comes as well.
static uint64_t random_span(Rng *rng, uint32_t bits_max) {
    uint64_t value = (uint64_t)rng_next(rng) << 32 | rng_next(rng);
    uint32_t bits = rng_below(rng, bits_max + 1);
    return value & ((1ull << bits) - 1);
}

static void program_run(unsigned seed, uint32_t bits_max) {
    static Pair pair;
    Rng rng;
    rng_seed(&rng, seed, 0);
    pair_begin(&pair, seed, random_span(&rng, 40));
    for (pair.step = 0; pair.step < STEPS && pair.wheel.now < TIME_MAX; pair.step++) {
        uint32_t i = rng_below(&rng, ITEMS);
        if (rng_chance(&rng, PPM / 2)) {
            if (!pair.waits[i]) pair_add(&pair, i, pair.wheel.now + random_span(&rng, bits_max));
        } else {
            (void)pair_take(&pair, pair.wheel.now + random_span(&rng, bits_max));
        }
    }
    while (pair_take(&pair, (1ull << 48) - 1)) pair.step++;
    wheel_close(&pair.wheel);
}

// OURO_SEED=n makes n the seed of index 0.
static unsigned seed_of(int index) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) + (unsigned)index;
}

START_TEST(near_times_match_the_oracle) { program_run(seed_of(_i), 8); }
END_TEST

START_TEST(far_times_match_the_oracle) { program_run(seed_of(_i), 40); }
END_TEST

START_TEST(an_empty_wheel_follows_the_time) {
    static Pair pair;
    pair_begin(&pair, 0, 5);
    ck_assert(!pair_take(&pair, 1000));
    ck_assert_uint_eq(pair.wheel.now, 1000);
    wheel_close(&pair.wheel);
}
END_TEST

START_TEST(an_item_may_be_due_at_once) {
    static Pair pair;
    pair_begin(&pair, 0, 77);
    pair_add(&pair, 0, 77);
    ck_assert(pair_take(&pair, 77));
    ck_assert(!pair_take(&pair, 77));
    wheel_close(&pair.wheel);
}
END_TEST

START_TEST(items_of_one_time_come_out_together) {
    static Pair pair;
    pair_begin(&pair, 0, 0);
    for (uint32_t i = 0; i < ITEMS; i++) pair_add(&pair, i, 123456789);
    for (uint32_t i = 0; i < ITEMS; i++) ck_assert(pair_take(&pair, 1ull << 40));
    ck_assert(!pair_take(&pair, 1ull << 40));
    wheel_close(&pair.wheel);
}
END_TEST

START_TEST(every_level_gives_back_what_it_got) {
    static Pair pair;
    pair_begin(&pair, 0, 0);
    uint64_t turn = 1;  // of the wheel below
    for (uint32_t level = 0; level < WHEEL_LEVELS; level++, turn *= WHEEL_BUCKETS) {
        pair_add(&pair, 3 * level, turn);
        pair_add(&pair, 3 * level + 1, turn + 1);
        pair_add(&pair, 3 * level + 2, turn * WHEEL_BUCKETS - 1);
    }
    uint32_t taken = 0;
    while (pair_take(&pair, (1ull << 48) - 1)) taken++;
    ck_assert_uint_eq(taken, 3 * WHEEL_LEVELS);
    wheel_close(&pair.wheel);
}
END_TEST

Suite *wheel_suite(void) {
    Suite *suite = suite_create("wheel");
    TCase *by_hand = tcase_create("by hand");
    tcase_add_test(by_hand, an_empty_wheel_follows_the_time);
    tcase_add_test(by_hand, an_item_may_be_due_at_once);
    tcase_add_test(by_hand, items_of_one_time_come_out_together);
    tcase_add_test(by_hand, every_level_gives_back_what_it_got);
    suite_add_tcase(suite, by_hand);
    TCase *random = tcase_create("random programs");
    tcase_add_loop_test(random, near_times_match_the_oracle, 0, 50);
    tcase_add_loop_test(random, far_times_match_the_oracle, 0, 50);
    suite_add_tcase(suite, random);
    return suite;
}
