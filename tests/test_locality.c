// test_locality.c -- the sampled caches against whole ones, and against heaps one can think through
#include "locality.h"

#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "suites.h"

// ---- an oracle: every line, in caches of full size ----

enum { ALIGNMENT = 16, LINE_UNITS = 64 / ALIGNMENT, PAGE_UNITS = 4096 / ALIGNMENT };

typedef struct {
    uint32_t sets, ways;
    uint32_t *lines;  // number + 1, the newest of a set first; 0: empty
} Cache;

static Cache cache_new(uint32_t lines, uint32_t ways) {
    return (Cache){lines / ways, ways, calloc(lines, sizeof(uint32_t))};
}

static bool cache_misses(Cache *cache, uint32_t line) {
    uint32_t *set = cache->lines + (size_t)(line % cache->sets) * cache->ways, way = 0;
    while (way < cache->ways && set[way] != line + 1) way++;
    bool missed = way == cache->ways;
    memmove(set + 1, set, (missed ? cache->ways - 1 : way) * sizeof *set);
    set[0] = line + 1;
    return missed;
}

typedef struct {
    Cache l1, l2, l3, pages;
} Naive;

static Naive naive_new(void) {
    return (Naive){cache_new(512, 2), cache_new(16384, 2), cache_new(131072, 2),
                   cache_new(4096, 4)};
}

static void naive_free(Naive *naive) {
    free(naive->l1.lines);
    free(naive->l2.lines);
    free(naive->l3.lines);
    free(naive->pages.lines);
}

// One pass: a step to each object, and one reference of each to `targets` (NULL: none).
static Misses naive_pass(Naive *n, const Address *order, const Address *targets, uint32_t count) {
    Misses m = {0};
    for (uint32_t i = 0; i < count; i++) {
        bool jump = i > 0 && locality_is_jump(order[i - 1], order[i], locality_near(ALIGNMENT));
        bool l1 = cache_misses(&n->l1, order[i] / LINE_UNITS);
        bool l2 = cache_misses(&n->l2, order[i] / LINE_UNITS);
        bool l3 = cache_misses(&n->l3, order[i] / LINE_UNITS);
        m.jumps_l1 += jump && l1;
        m.jumps_l2 += jump && l2;
        m.jumps_l3 += jump && l3;
        m.pages += cache_misses(&n->pages, order[i] / PAGE_UNITS);
        if (targets == NULL) continue;
        bool far = locality_is_jump(order[i], targets[i], locality_near(ALIGNMENT));
        l1 = cache_misses(&n->l1, targets[i] / LINE_UNITS);
        l2 = cache_misses(&n->l2, targets[i] / LINE_UNITS);
        l3 = cache_misses(&n->l3, targets[i] / LINE_UNITS);
        m.edges_l1 += far && l1;
        m.edges_l2 += far && l2;
        m.edges_l3 += far && l3;
    }
    return m;
}

// ---- the same pass, sampled ----

static Locality *sampled_new(void) {
    Error error = {0};
    Locality *locality = locality_open(1 << 23, ALIGNMENT, &error);
    ck_assert_msg(locality != NULL, "%s", error.text);
    return locality;
}

static Misses sampled_pass(Locality *l, const Address *order, const Address *targets,
                           uint32_t count) {
    Misses m = {0};
    locality_begin(l);
    for (uint32_t i = 0; i < count; i++) {
        locality_step(l, order[i], locality_sample(l, order[i]),
                      i > 0 && locality_is_jump(order[i - 1], order[i], locality_near(ALIGNMENT)));
        if (targets != NULL && locality_sample(l, targets[i]) & SAMPLE_LINE)
            locality_edge(l, targets[i],
                          locality_is_jump(order[i], targets[i], locality_near(ALIGNMENT)));
    }
    locality_play(l, targets != NULL ? PASS_STEPS_AND_EDGES : PASS_STEPS, &m);
    return m;
}

// `count` objects of 64 bytes in `places` places, in order or shuffled.
static Address *addresses_new(uint32_t count, bool shuffled, uint64_t seed) {
    Address *addresses = malloc(count * sizeof *addresses);
    Rng rng;
    rng_seed(&rng, seed, 1);
    for (uint32_t i = 0; i < count; i++) addresses[i] = i * LINE_UNITS;
    for (uint32_t i = count; shuffled && i > 1; i--) {
        uint32_t other = rng_below(&rng, i);
        Address kept = addresses[i - 1];
        addresses[i - 1] = addresses[other];
        addresses[other] = kept;
    }
    return addresses;
}

// Within a twentieth of all touches, a tenth of the count itself, and four lines of the sample.
static void near(const char *what, uint64_t found, uint64_t expected, uint32_t count) {
    uint64_t apart = found > expected ? found - expected : expected - found;
    ck_assert_msg(apart <= count / 20 + expected / 10 + 64, "%s: %ju of %u touches, expected %ju",
                  what, (uintmax_t)found, count, (uintmax_t)expected);
}

static const uint32_t SIZES[] = {300, 3000, 30000, 100000, 300000, 1000000};

START_TEST(a_sample_misses_as_often_as_all_lines_do) {
    uint32_t count = SIZES[_i / 2];
    bool shuffled = _i % 2;
    Address *order = addresses_new(count, shuffled, 7), *targets = addresses_new(count, true, 8);
    Naive naive = naive_new();
    Locality *locality = sampled_new();
    for (int pass = 0; pass < 3; pass++) {
        Misses a = naive_pass(&naive, order, targets, count);
        Misses b = sampled_pass(locality, order, targets, count);
        near("steps that miss the first level", b.jumps_l1, a.jumps_l1, count);
        near("steps that miss the second level", b.jumps_l2, a.jumps_l2, count);
        near("steps that miss the last level", b.jumps_l3, a.jumps_l3, count);
        near("edges that miss the first level", b.edges_l1, a.edges_l1, count);
        near("edges that miss the second level", b.edges_l2, a.edges_l2, count);
        near("edges that miss the last level", b.edges_l3, a.edges_l3, count);
        near("pages", b.pages, a.pages, count);
    }
    locality_close(locality);
    naive_free(&naive);
    free(order);
    free(targets);
}
END_TEST

START_TEST(a_walk_in_order_never_jumps) {
    const uint32_t count = 1000000;
    Address *order = addresses_new(count, false, 0);
    Locality *locality = sampled_new();
    Misses m = sampled_pass(locality, order, NULL, count);
    ck_assert_uint_eq(m.jumps_l1 + m.jumps_l3 + m.edges_l1 + m.edges_l3, 0);
    near("pages", m.pages, count / 64, count / 64);
    locality_close(locality);
    free(order);
}
END_TEST

START_TEST(what_fits_a_cache_misses_it_once) {
    const uint32_t count = 50000;  // 3 MiB: more than the first level, less than the last
    Address *order = addresses_new(count, true, 3);
    Locality *locality = sampled_new();
    Misses first = sampled_pass(locality, order, NULL, count);
    Misses second = sampled_pass(locality, order, NULL, count);
    near("first pass, last level", first.jumps_l3, count, count);
    ck_assert_uint_lt(second.jumps_l3, count / 8);  // sets that happen to be overfull
    near("second pass, first level", second.jumps_l1, count, count);
    locality_close(locality);
    free(order);
}
END_TEST

START_TEST(what_the_program_touched_does_not_miss) {
    const uint32_t count = 30000;
    Address *order = addresses_new(count, true, 4);
    Locality *locality = sampled_new();
    for (uint32_t i = 0; i < count; i++) locality_touch(locality, order[i]);
    Misses m = sampled_pass(locality, order, NULL, count);
    ck_assert_uint_lt(m.jumps_l3, count / 20);
    ck_assert_uint_lt(m.pages, count / 20);
    locality_close(locality);
    free(order);
}
END_TEST

START_TEST(a_sixteenth_of_lines_and_pages_is_in_the_sample) {
    uint32_t lines = 0, pages = 0, count = 1 << 20;
    Locality *locality = sampled_new();
    for (uint32_t i = 0; i < count; i++) {
        lines += (locality_sample(locality, i * LINE_UNITS) & SAMPLE_LINE) != 0;
        pages += (locality_sample(locality, i * PAGE_UNITS / 2) & SAMPLE_PAGE) != 0;
    }
    locality_close(locality);
    near("lines", lines, count / 16, count / 16);
    near("pages", pages, count / 16, count / 16);
}
END_TEST

START_TEST(lines_and_pages_have_their_size_whatever_the_alignment) {
    Error error = {0};
    Locality *wide = sampled_new(), *narrow = locality_open(1, ALIGNMENT / 2, &error);
    ck_assert_ptr_nonnull(narrow);
    for (uint32_t i = 0; i < 1 << 20; i++)
        ck_assert_uint_eq(locality_sample(wide, i), locality_sample(narrow, 2 * i));
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_int_eq(locality_is_jump(50, i, locality_near(ALIGNMENT)),
                         locality_is_jump(100, 2 * i, locality_near(ALIGNMENT / 2)));
    locality_close(wide);
    locality_close(narrow);
}
END_TEST

Suite *locality_suite(void) {
    Suite *suite = suite_create("locality");
    TCase *sample = tcase_create("sample");
    tcase_set_timeout(sample, 20);
    tcase_add_loop_test(sample, a_sample_misses_as_often_as_all_lines_do, 0,
                        2 * (int)ARRAY_LENGTH(SIZES));
    tcase_add_test(sample, a_sixteenth_of_lines_and_pages_is_in_the_sample);
    tcase_add_test(sample, lines_and_pages_have_their_size_whatever_the_alignment);
    suite_add_tcase(suite, sample);
    TCase *heaps = tcase_create("heaps");
    tcase_add_test(heaps, a_walk_in_order_never_jumps);
    tcase_add_test(heaps, what_fits_a_cache_misses_it_once);
    tcase_add_test(heaps, what_the_program_touched_does_not_miss);
    suite_add_tcase(suite, heaps);
    return suite;
}
