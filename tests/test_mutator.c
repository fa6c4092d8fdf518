// test_mutator.c -- the canonical stream by hand, and what it depends on
//
// Its truth notes are checked on random workloads in test_truth.c.
#include "mutator.h"

#include <stdio.h>

#include "suites.h"

static Spec spec_of(const char *text) {
    Spec spec;
    Error error = {0};
    ck_assert_msg(spec_read_text(&spec, "w.ini", text, NULL, 0, &error), "%s\n%s", error.text,
                  text);
    return spec;
}

static Mutator *mutator_of(const Spec *spec) {
    Error error = {0};
    Mutator *mutator = mutator_open(spec, &error);
    ck_assert_msg(mutator != NULL, "%s", error.text);
    return mutator;
}

// ---- by hand ----

// The stream in short: letters as below, with units or targets behind them.
static const char *stream_text(const char *text) {
    static char result[4096];
    static const char letters[OP_COUNT] = {
        [OP_UNIT] = 'U', [OP_STORE] = 'S',   [OP_DROP] = 'x',    [OP_DEAD] = 'd',
        [OP_WORK] = 'W', [OP_COLLECT] = 'C', [OP_REQUEST] = 'R', [OP_PHASE] = 'P'};
    Spec spec = spec_of(text);
    Mutator *mutator = mutator_of(&spec);
    size_t count = 0, used = 0;
    result[0] = '\0';
    do {
        const Event *events = mutator_next(mutator, 100, &count);
        for (const Event *e = events; e < events + count && used + 40 < sizeof result; e++) {
            char number[12] = "", target[12] = "";
            bool names = e->op <= OP_DEAD, values = e->op == OP_PHASE || e->op == OP_WORK;
            bool aims = (e->op == OP_UNIT || e->op == OP_STORE) && e->target != NO_UNIT;
            if (names) snprintf(number, sizeof number, "%u", e->unit);
            if (values && e->value != ROUND_END) snprintf(number, sizeof number, "%u", e->value);
            if (aims) snprintf(target, sizeof target, ">%u", e->target);
            used += (size_t)snprintf(result + used, sizeof result - used, "%s%c%s%s",
                                     used > 0 ? " " : "", letters[e->op], number, target);
        }
    } while (count > 0);
    mutator_close(mutator);
    return result;
}

#define SINGLES(phase, population) \
    "[phase p]\nallocations = 4\n" phase "[population u]\n" population

START_TEST(units_live_until_the_phase_ends_in_order_of_birth) {
    ck_assert_str_eq(stream_text(SINGLES("", "lifetime = phase")),
                     "P0 U0 U1 U2 U3 d0 x0 d1 x1 d2 x2 d3 x3 P");
}
END_TEST

START_TEST(a_lifetime_is_counted_in_allocations) {
    ck_assert_str_eq(stream_text(SINGLES("", "lifetime = 3")),
                     "P0 U0 U1 U2 d0 x0 U0 d1 x1 d2 x2 d0 x0 P");
}
END_TEST

START_TEST(numbers_of_the_dead_are_used_again) {
    ck_assert_str_eq(stream_text(SINGLES("", "lifetime = 1")),
                     "P0 U0 d0 x0 U0 d0 x0 U0 d0 x0 U0 d0 x0 P");
}
END_TEST

START_TEST(forever_outlives_the_round) {
    ck_assert_str_eq(stream_text("[workload]\nrounds = 2\n" SINGLES("", "lifetime = forever")),
                     "P0 U0 U1 U2 U3 P P0 U4 U5 U6 U7 P");
}
END_TEST

START_TEST(a_unit_referred_to_outlives_its_register) {
    ck_assert_str_eq(stream_text(SINGLES("", "lifetime = 2\nlinks = u 100%")),
                     "P0 U0 U1>0 x0 U2>1 x1 U3>2 x2 d3 d2 d1 d0 x3 P");
}
END_TEST

START_TEST(further_links_are_stored_after_birth) {
    ck_assert_str_eq(stream_text("[phase p]\nallocations = 2\n[population u]\nlifetime = phase\n"
                                 "links = u 0%, u 100%\n"),
                     "P0 U0 U1 S1>0 x0 d1 d0 x1 P");
}
END_TEST

START_TEST(collections_and_requests_come_on_time) {
    ck_assert_str_eq(stream_text(SINGLES("collect_every = 2\nrequest = 3\ncollect_at_end = yes\n",
                                         "lifetime = phase")),
                     "P0 R U0 U1 C U2 R U3 C d0 x0 d1 x1 d2 x2 d3 x3 C P");
}
END_TEST

START_TEST(external_units_are_work) {
    ck_assert_str_eq(stream_text(SINGLES("",
                                         "lifetime = phase\nshape = pair\nstore = external\n"
                                         "external_ns = 100\nwork = 7")),
                     "P0 W207 W207 P");
}
END_TEST

// Allocations by population, stores, and units that resurrect.
typedef struct {
    uint64_t allocations[3], all, stores, resurrecting;
} Totals;

static Totals totals_of(const char *text) {
    Spec spec = spec_of(text);
    Mutator *mutator = mutator_of(&spec);
    Totals totals = {.all = 0};
    size_t count = 0;
    do {
        const Event *events = mutator_next(mutator, 1000, &count);
        for (const Event *e = events; e < events + count; e++) {
            totals.stores += e->op == OP_STORE;
            if (e->op != OP_UNIT) continue;
            totals.resurrecting += (e->flags & UNIT_RESURRECTS) != 0;
            totals.allocations[e->template] += e->value;
            totals.all += e->value;
        }
    } while (count > 0);
    mutator_close(mutator);
    return totals;
}

START_TEST(shares_are_of_allocations_not_of_units) {
    static const uint64_t percent[] = {70, 25, 5};
    Totals totals = totals_of(
        "[phase p]\nallocations = 2M\n"
        "[population a]\nshare = 70%\nshape = chain\nobjects = geometric mean=60\nlifetime = 9\n"
        "[population b]\nshare = 25%\nlifetime = 9\n"
        "[population c]\nshare = 5%\nshape = chain\nobjects = uniform min=1 max=9\nlifetime = 9\n");
    for (size_t i = 0; i < ARRAY_LENGTH(percent); i++) {
        uint64_t expected = totals.all * percent[i] / 100;
        ck_assert_uint_gt(totals.allocations[i], expected * 97 / 100);
        ck_assert_uint_lt(totals.allocations[i], expected * 103 / 100);
    }
}
END_TEST

START_TEST(resurrect_is_a_share_of_units) {
    Totals totals = totals_of(
        "[phase p]\nallocations = 1M\n[population u]\nshape = chain\nobjects = 10\n"
        "cycle_density = 50%\nlifetime = 9\nfinalizer = yes\nresurrect = 30%\n");
    ck_assert_uint_gt(totals.resurrecting, 29000);
    ck_assert_uint_lt(totals.resurrecting, 31000);
}
END_TEST

// Some stores are not made: where both ends were drawn alike.
START_TEST(mutation_rate_is_stores_per_allocation) {
    Totals totals = totals_of(
        "[phase p]\nallocations = 100k\n[population u]\nlifetime = 1k\n"
        "links = u 0%\nmutation_rate = 30%\n");
    ck_assert_uint_gt(totals.stores, 29500);
    ck_assert_uint_le(totals.stores, 30000);
}
END_TEST

// ---- what depends on what ----

typedef struct {
    uint64_t digest;  // as the mutator says
    uint64_t hash;    // of the events handed out (FNV-1a)
} Stream;

static Stream stream_of(const char *text, size_t batch) {
    Spec spec = spec_of(text);
    Mutator *mutator = mutator_of(&spec);
    Stream stream = {.hash = 14695981039346656037u};
    size_t count = 0;
    do {
        const unsigned char *bytes = (const unsigned char *)mutator_next(mutator, batch, &count);
        ck_assert_uint_le(count, batch);
        for (size_t i = 0; i < count * sizeof(Event); i++) {
            stream.hash = (stream.hash ^ bytes[i]) * 1099511628211u;
        }
    } while (count > 0);
    stream.digest = mutator_digest(mutator);
    mutator_close(mutator);
    return stream;
}

#define CHURN(seed, lifetime)                                                                    \
    "[workload]\nseed = " seed                                                                   \
    "\n[phase p]\nallocations = 5k\n[population u]\nshape = chain\nobjects = geometric mean=6\n" \
    "lifetime = " lifetime "\nlinks = u 50%\n"

START_TEST(batches_do_not_change_the_stream) {
    static const size_t batches[] = {1, 7, 100, 5000};
    Stream expected = stream_of(CHURN("1", "geometric mean=50"), 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(batches); i++) {
        Stream stream = stream_of(CHURN("1", "geometric mean=50"), batches[i]);
        ck_assert_uint_eq(stream.hash, expected.hash);
        ck_assert_uint_eq(stream.digest, expected.digest);
    }
}
END_TEST

START_TEST(another_seed_gives_another_stream) {
    Stream first = stream_of(CHURN("1", "9"), 100), second = stream_of(CHURN("2", "9"), 100);
    ck_assert_uint_ne(first.digest, second.digest);
    ck_assert_uint_ne(first.hash, second.hash);
}
END_TEST

START_TEST(another_template_gives_another_digest) {
    Stream first = stream_of(CHURN("1", "9"), 100);
    Stream second = stream_of(CHURN("1", "9") "bytes = 1k", 100);
    ck_assert_uint_eq(first.hash, second.hash);
    ck_assert_uint_ne(first.digest, second.digest);
}
END_TEST

Suite *mutator_suite(void) {
    Suite *suite = suite_create("mutator");
    TCase *by_hand = tcase_create("by hand");
    tcase_add_test(by_hand, units_live_until_the_phase_ends_in_order_of_birth);
    tcase_add_test(by_hand, a_lifetime_is_counted_in_allocations);
    tcase_add_test(by_hand, numbers_of_the_dead_are_used_again);
    tcase_add_test(by_hand, forever_outlives_the_round);
    tcase_add_test(by_hand, a_unit_referred_to_outlives_its_register);
    tcase_add_test(by_hand, further_links_are_stored_after_birth);
    tcase_add_test(by_hand, collections_and_requests_come_on_time);
    tcase_add_test(by_hand, external_units_are_work);
    tcase_add_test(by_hand, shares_are_of_allocations_not_of_units);
    tcase_add_test(by_hand, resurrect_is_a_share_of_units);
    tcase_add_test(by_hand, mutation_rate_is_stores_per_allocation);
    suite_add_tcase(suite, by_hand);
    TCase *streams = tcase_create("streams");
    tcase_add_test(streams, batches_do_not_change_the_stream);
    tcase_add_test(streams, another_seed_gives_another_stream);
    tcase_add_test(streams, another_template_gives_another_digest);
    suite_add_tcase(suite, streams);
    return suite;
}
