// test_catalogue_phases.c -- the policies that follow what the program does: ticks, requests,
// rounds, phases
//
// Against arithmetic by hand, on programs of single objects. On either heap it comes to the same.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "suites.h"

enum { ENGINES = 2 };  // tracing, ledger

#define OBJECTS(phase)           "[population of_" phase "]\nphase = " phase "\nshape = single\n"
#define STAY(phase)              OBJECTS(phase) "cycle_density = 0%\nlifetime = round\n"
#define LOOPS(phase)             OBJECTS(phase) "cycle_density = 100%\nlifetime = round\n"
#define GARBAGE(phase)           OBJECTS(phase) "cycle_density = 100%\nlifetime = fixed 1\n"
#define PHASE(name, allocations) "[phase " name "]\nallocations = " allocations "\n"

static size_t count_of(const Trial *trial) { return trial->result.recorder->collection_count; }

// Plans that are carried out one after the other: what they do, and to how many objects.
typedef struct {
    uint64_t clock;
    PlanKind kind;
    uint32_t spaces;
    uint64_t candidates, collected;
} Expected;

static void expect_plans(const Trial *trial, const Expected *expected, size_t count) {
    ck_assert_uint_eq(count_of(trial), count);
    for (size_t i = 0; i < count; i++) {
        const Collection *c = &trial->result.recorder->collections[i];
        ck_assert_uint_eq(c->clock, expected[i].clock);
        ck_assert_int_eq(c->kind, expected[i].kind);
        ck_assert_uint_eq(c->spaces, expected[i].spaces);
        ck_assert_uint_eq(c->candidates, expected[i].candidates);
        ck_assert_uint_eq(c->collected, expected[i].collected);
    }
}

// ---- by-hand ----

enum { GENERATIONS = 7, FROZEN = 8 };

#define TICKS "by-hand:t0=0,every=1000,of=allocations"

START_TEST(a_freeze_ticker_moves_and_never_looks) {
    Trial *trial = trial_text(PHASE("p", "3500") STAY("p"), TICKS ",thaw=0,collect=no", (Engine)_i);
    static const Expected expected[] = {{1000, PLAN_MOVE, GENERATIONS, 0, 0},
                                        {2000, PLAN_MOVE, GENERATIONS, 0, 0},
                                        {3000, PLAN_MOVE, GENERATIONS, 0, 0}};
    expect_plans(trial, expected, ARRAY_LENGTH(expected));
    trial_end(trial);
}
END_TEST

// Inside an allocation the new object is no candidate: 999 at first, 1,000 from tick to tick.
START_TEST(what_is_frozen_is_no_candidate_any_more) {
    Trial *trial =
        trial_text(PHASE("p", "2500") STAY("p"), TICKS ",thaw=0,collect=full", (Engine)_i);
    static const Expected expected[] = {{1000, PLAN_COLLECT, GENERATIONS, 999, 0},
                                        {1000, PLAN_MOVE, GENERATIONS, 0, 0},
                                        {2000, PLAN_COLLECT, GENERATIONS, 1000, 0},
                                        {2000, PLAN_MOVE, GENERATIONS, 0, 0}};
    expect_plans(trial, expected, ARRAY_LENGTH(expected));
    trial_end(trial);
}
END_TEST

// Each second tick thaws: then all that there is is looked at, 2,000 objects but the newest.
START_TEST(a_thaw_comes_before_the_full_collection_and_the_freeze) {
    Trial *trial = trial_text(PHASE("p", "2500") STAY("p"), TICKS ",thaw=2,collect=no", (Engine)_i);
    static const Expected expected[] = {{1000, PLAN_MOVE, GENERATIONS, 0, 0},
                                        {2000, PLAN_MOVE, FROZEN, 0, 0},
                                        {2000, PLAN_COLLECT, GENERATIONS, 1999, 0},
                                        {2000, PLAN_MOVE, GENERATIONS, 0, 0}};
    expect_plans(trial, expected, ARRAY_LENGTH(expected));
    trial_end(trial);
}
END_TEST

// 99 of 100 objects are garbage by the time of a tick, and the oldest generation is never full of
// them: t0 alone would leave it to a full collection that does not come.
START_TEST(manual_full_collections_take_the_place_of_automatic_ones) {
    Trial *trial = trial_text(PHASE("p", "4500") GARBAGE("p"),
                              "manual-full:t0=100,t1=0,t2=0,every=1000", (Engine)_i);
    size_t fulls = 0;
    for (size_t i = 0; i < count_of(trial); i++) {
        const Collection *c = &trial->result.recorder->collections[i];
        fulls += c->generation == 2;
        if (c->generation == 2) ck_assert_uint_eq(c->clock, 1000 * fulls);
    }
    ck_assert_uint_eq(fulls, 4);
    trial_end(trial);
}
END_TEST

// ---- between two requests ----

#define SERVING "[phase p]\nallocations = 5000\nrequest = 500\n" STAY("p")
#define IDLE    "freeze-on-idle:t0=0"

// The program is the same, so each request takes what it takes without a collector. Pauses lie
// between the end of one and the start of the next, and nowhere else.
START_TEST(pauses_between_two_requests_count_for_neither) {
    Trial *idle = trial_text(SERVING, IDLE, (Engine)_i);
    Trial *none = trial_text(SERVING, "none", (Engine)_i);
    const Recorder *with = idle->result.recorder, *without = none->result.recorder;
    uint64_t between = 0;
    ck_assert_uint_ge(with->request_count, 9);
    ck_assert_uint_eq(with->request_count, without->request_count);
    for (size_t i = 0; i < with->request_count; i++) {
        const Request *a = &with->requests[i], *b = &without->requests[i];
        ck_assert_uint_eq(a->end_ns - a->start_ns, b->end_ns - b->start_ns);
        if (i > 0) between += a->start_ns - with->requests[i - 1].end_ns;
    }
    ck_assert_uint_gt(between, 0);
    ck_assert_uint_le(between, with->pause_ns);
    ck_assert_uint_eq(without->requests[1].start_ns, without->requests[0].end_ns);
    trial_end(idle);
    trial_end(none);
}
END_TEST

// They are not lost: later requests come later by exactly as much.
START_TEST(later_requests_come_later_by_all_pauses_before_them) {
    Trial *idle = trial_text(SERVING, IDLE, (Engine)_i);
    Trial *none = trial_text(SERVING, "none", (Engine)_i);
    const Recorder *with = idle->result.recorder, *without = none->result.recorder;
    for (size_t i = 0; i < with->request_count; i++) {
        uint64_t pauses = 0;
        for (size_t k = 0; k < with->collection_count; k++)
            if (with->collections[k].start_ns < with->requests[i].start_ns)
                pauses += with->collections[k].pause_ns;
        ck_assert_uint_eq(with->requests[i].end_ns, without->requests[i].end_ns + pauses);
    }
    trial_end(idle);
    trial_end(none);
}
END_TEST

// 500 objects are new at each, the rest is frozen.
START_TEST(on_idle_only_what_the_last_request_left_is_looked_at) {
    Trial *trial = trial_text(SERVING, IDLE, (Engine)_i);
    size_t looks = 0;
    for (size_t i = 0; i < count_of(trial); i++) {
        const Collection *c = &trial->result.recorder->collections[i];
        ck_assert_int_eq(c->reason == WAKE_REQUEST, c->kind == PLAN_COLLECT);
        ck_assert_uint_le(c->candidates, 500);
        looks += c->candidates;
    }
    ck_assert_uint_ge(looks, 4500);
    ck_assert_uint_le(looks, 5000);
    trial_end(trial);
}
END_TEST

START_TEST(a_policy_that_does_not_ask_is_not_asked_between_requests) {
    Trial *trial = trial_text(SERVING, "by-hand:t0=0,every=10M", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 0);
    trial_end(trial);
}
END_TEST

// ---- pretenure ----

#define ROUNDS(n)  "[workload]\nrounds = " n "\n"
#define YOUNG_ONLY "pretenure:t0=999,t1=1000000"

// Ten collections in each round, one each 1,000 objects. In the first the new object is not tracked
// yet and the one before it is: 999, then 1,000 candidates. From the second round on there is
// nothing young: of what was made in a round all is alive, of what was made in all only a part.
START_TEST(what_survived_a_round_is_born_old_in_the_next) {
    Trial *trial =
        trial_text(ROUNDS("3") PHASE("p", "10k") STAY("p"), YOUNG_ONLY ",percent=60", (Engine)_i);
    ck_assert_uint_eq(count_of(trial), 30);
    for (size_t i = 0; i < 30; i++) {
        const uint64_t expected = i >= 10 ? 0 : i == 0 ? 999 : 1000;
        ck_assert_uint_eq(trial->result.recorder->collections[i].candidates, expected);
    }
    trial_end(trial);
}
END_TEST

START_TEST(what_did_not_survive_is_born_young) {
    Trial *trial = trial_text(ROUNDS("2") PHASE("p", "10k") GARBAGE("p"), YOUNG_ONLY, (Engine)_i);
    ck_assert_uint_ge(count_of(trial), 18);
    for (size_t i = 0; i < count_of(trial); i++) {
        ck_assert_uint_ge(trial->result.recorder->collections[i].candidates, 999);
        ck_assert_uint_ge(trial->result.recorder->collections[i].collected, 998);
    }
    trial_end(trial);
}
END_TEST

// Two populations in turn, half of the objects each.
START_TEST(populations_that_are_said_are_born_old_at_once) {
    Trial *trial = trial_text(
        "[phase p]\nallocations = 10k\n" GARBAGE("p") "share = 50%\n"
        "[population model]\nphase = p\nshape = single\nshare = 50%\nlifetime = round\n",
        YOUNG_ONLY ",populations=model", (Engine)_i);
    uint64_t examined = 0;
    ck_assert_uint_eq(count_of(trial), 10);
    for (size_t i = 0; i < count_of(trial); i++)
        examined += trial->result.recorder->collections[i].candidates;
    ck_assert_uint_ge(examined, 4700);
    ck_assert_uint_le(examined, 5300);
    trial_end(trial);
}
END_TEST

// ---- phase-stack ----

// What a phase leaves is examined once, when it ends; then a phase at a time, from the last one
// down, when all was dropped and loops are left. Spaces: generations 7, a 8, b 16.
START_TEST(each_phase_is_put_aside_and_ends_on_its_own) {
    Trial *trial = trial_text(PHASE("a", "1000") PHASE("b", "2000") PHASE("c", "500") LOOPS("a")
                                  LOOPS("b") LOOPS("c"),
                              "phase-stack:t0=0", (Engine)_i);
    static const Expected expected[] = {
        {1000, PLAN_COLLECT, GENERATIONS, 1000, 0},  {1000, PLAN_MOVE, GENERATIONS, 0, 0},
        {3000, PLAN_COLLECT, GENERATIONS, 2000, 0},  {3000, PLAN_MOVE, GENERATIONS, 0, 0},
        {3500, PLAN_COLLECT, GENERATIONS, 500, 500}, {3500, PLAN_COLLECT, 16, 2000, 2000},
        {3500, PLAN_COLLECT, 8, 1000, 1000}};
    expect_plans(trial, expected, ARRAY_LENGTH(expected));
    ck_assert_uint_eq(trial->result.metrics.residue_objects, 0);
    trial_end(trial);
}
END_TEST

START_TEST(only_the_phases_that_are_named_have_a_space) {
    Trial *trial = trial_text(PHASE("a", "1000") PHASE("b", "2000") PHASE("c", "500") LOOPS("a")
                                  LOOPS("b") LOOPS("c"),
                              "phase-stack:t0=0,phases=b,collect_first=no", (Engine)_i);
    static const Expected expected[] = {{3000, PLAN_MOVE, GENERATIONS, 0, 0},
                                        {3500, PLAN_COLLECT, GENERATIONS, 500, 500},
                                        {3500, PLAN_COLLECT, 8, 3000, 3000}};
    expect_plans(trial, expected, ARRAY_LENGTH(expected));
    trial_end(trial);
}
END_TEST

static void expect_refusal(const char *policy, const char *why) {
    char text[2000] = "";
    for (int i = 0; i <= 10; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "[phase f%d]\nallocations = 100\n[population p%d]\nphase = f%d\nshape = single\n"
                 "lifetime = round\n",
                 i, i, i);
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    Error error = {0};
    ck_assert_msg(spec_read_text(spec, "text", text, NULL, 0, &error) &&
                      policy_choose(&choice, policy, &error),
                  "%s", error.text);
    Run *run = run_open(&(RunOptions){.spec = spec, .policy = &choice, .batch = 1}, &error);
    ck_assert(run == NULL);
    ck_assert_msg(strstr(error.text, why) != NULL, "%s", error.text);
    free(spec);
}

START_TEST(ten_phases_are_more_than_there_is_room_for) {
    expect_refusal("phase-stack", "more than 9");
}
END_TEST

START_TEST(a_phase_that_there_is_not_is_refused) {
    expect_refusal("phase-stack:phases=f1+g2", "no phase 'g2'");
}
END_TEST

START_TEST(a_population_that_there_is_not_is_refused) {
    expect_refusal("pretenure:populations=p1+q2", "no population 'q2'");
}
END_TEST

Suite *catalogue_phases_suite(void) {
    Suite *suite = suite_create("catalogue_phases");
    TCase *tcase = tcase_create("closed forms"), *refused = tcase_create("refused");
    tcase_set_timeout(tcase, 20);
#define ON_BOTH(name) tcase_add_loop_test(tcase, name, 0, ENGINES)
    ON_BOTH(a_freeze_ticker_moves_and_never_looks);
    ON_BOTH(what_is_frozen_is_no_candidate_any_more);
    ON_BOTH(a_thaw_comes_before_the_full_collection_and_the_freeze);
    ON_BOTH(manual_full_collections_take_the_place_of_automatic_ones);
    ON_BOTH(pauses_between_two_requests_count_for_neither);
    ON_BOTH(later_requests_come_later_by_all_pauses_before_them);
    ON_BOTH(on_idle_only_what_the_last_request_left_is_looked_at);
    ON_BOTH(a_policy_that_does_not_ask_is_not_asked_between_requests);
    ON_BOTH(what_survived_a_round_is_born_old_in_the_next);
    ON_BOTH(what_did_not_survive_is_born_young);
    ON_BOTH(populations_that_are_said_are_born_old_at_once);
    ON_BOTH(each_phase_is_put_aside_and_ends_on_its_own);
    ON_BOTH(only_the_phases_that_are_named_have_a_space);
#undef ON_BOTH
    tcase_add_test(refused, ten_phases_are_more_than_there_is_room_for);
    tcase_add_test(refused, a_phase_that_there_is_not_is_refused);
    tcase_add_test(refused, a_population_that_there_is_not_is_refused);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, refused);
    return suite;
}
