// test_roots.c -- candidate roots, and marking before trial deletion
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hand_heap.h"
#include "harness.h"
#include "program.h"
#include "suites.h"

static Heap *rooted_heap(void) {
    HeapOptions options = hand_options();
    options.counts_roots = true;
    return hand_heap_with(&options);
}

static uint64_t roots(const Heap *heap) { return heap_view(heap)->roots; }

static const Plan from_roots = {.kind = PLAN_ROOTS, .spaces = (1u << SPACES) - 1, .into = 1};

// ---- the buffer ----

START_TEST(what_loses_a_reference_but_not_its_last_waits_once) {
    Heap *heap = rooted_heap();
    play(heap, chain(0, 3), to(chain(1, 1), 0), to(chain(2, 1), 0), ring(3, 4));
    ck_assert_uint_eq(roots(heap), 0);
    play(heap, dead(1), drop(1));
    ck_assert_uint_eq(roots(heap), 1);
    play(heap, dead(2), drop(2));
    ck_assert_uint_eq(roots(heap), 1);
    play(heap, dead(3), drop(3));
    ck_assert_uint_eq(roots(heap), 2);
    ck_assert_uint_eq(heap_mutator_work(heap)->roots, 2);
    play(heap, dead(0), drop(0));  // nobody refers to it: it is freed, and leaves
    ck_assert_uint_eq(roots(heap), 1);
    heap_close(heap);
}
END_TEST

START_TEST(more_roots_than_the_fuse_wake_at_the_end_of_the_event) {
    Heap *heap = rooted_heap();
    Fuse fuse = FUSE_NONE;
    fuse.roots = 1;
    heap_set_fuse(heap, &fuse);
    play(heap, ring(0, 2), ring(1, 2), dead(0), drop(0), dead(1));
    ck_assert(play_until(heap, drop(1), WAKE_ROOTS));
    ck_assert_uint_eq(roots(heap), 2);
    heap_close(heap);
}
END_TEST

// ---- what a collection finds ----

START_TEST(rings_that_were_let_go_of_are_freed) {
    Heap *heap = rooted_heap();
    play(heap, chain(0, 50), ring(1, 3), ring(2, 4), dead(1), drop(1), dead(2), drop(2));
    PauseWork work = execute(heap, from_roots);
    expect(work, 7, 7, 0);
    ck_assert_uint_eq(work.result.marked, 2);
    ck_assert_uint_eq(work.result.edges, 7);
    ck_assert_uint_eq(work.freed, 7);
    ck_assert_uint_eq(live(heap), 50);
    ck_assert_uint_eq(roots(heap), 0);
    heap_close(heap);
}
END_TEST

// The whole of it is examined, and is no candidate any more.
START_TEST(what_the_program_holds_stays_where_it_is) {
    Heap *heap = rooted_heap();
    play(heap, chain(0, 5), to(chain(1, 1), 0), dead(1), drop(1));
    PauseWork work = execute(heap, from_roots);
    expect(work, 5, 0, 5);
    ck_assert_uint_eq(work.futile, 5);
    ck_assert_uint_eq(work.moves, 0);
    ck_assert_uint_eq(heap_view(heap)->spaces[0].objects, 5);
    expect(execute(heap, from_roots), 0, 0, 0);
    heap_close(heap);
}
END_TEST

// Ring 0 was let go of first, but ring 1 refers to it, which the program holds.
START_TEST(what_is_white_at_first_may_be_black_later) {
    Heap *heap = rooted_heap();
    play(heap, ring(0, 3), to(ring(1, 2), 0), to(chain(2, 1), 1));
    play(heap, drop(0), dead(2), drop(2));
    PauseWork work = execute(heap, from_roots);
    expect(work, 5, 0, 5);
    ck_assert_uint_eq(work.moves, 3);
    heap_close(heap);
}
END_TEST

// Ring 2 is held by ring 1, which is garbage, and by a register: it is let go of with ring 1.
START_TEST(what_garbage_referred_to_is_a_candidate_again) {
    Heap *heap = rooted_heap();
    play(heap, ring(2, 2), to(ring(1, 3), 2), dead(1), drop(1));
    expect(execute(heap, from_roots), 5, 3, 2);
    ck_assert_uint_eq(roots(heap), 1);
    play(heap, dead(2), drop(2));
    expect(execute(heap, from_roots), 2, 2, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

START_TEST(what_a_finalizer_brings_back_is_found_again) {
    Heap *heap = rooted_heap();
    Event unit = of(ring(0, 3), WITH_FINALIZER);
    unit.flags |= UNIT_RESURRECTS;
    play(heap, unit, ring(1, 2), dead(0), drop(0), dead(1), drop(1));
    PauseWork work = execute(heap, from_roots);
    expect(work, 5, 2, 0);
    ck_assert_uint_eq(work.result.resurrected, 3);
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 3);
    ck_assert_uint_eq(roots(heap), 1);
    expect(execute(heap, from_roots), 3, 3, 0);
    heap_close(heap);
}
END_TEST

// ---- when ----

typedef struct {
    PolicyChoice choice;
    void *state;
    HeapView view;
    Decision decision;
} Asked;

static Asked asked_new(const char *policy) {
    Asked asked = {0};
    Error error = {0};
    SpaceSetup setup = {0};
    const WorkloadNames names = {0};
    ck_assert_msg(policy_choose(&asked.choice, policy, &error), "%s", error.text);
    const Policy *p = asked.choice.policy;
    asked.state = memory_new(1, p->state_size);
    ck_assert(p->start(asked.state, asked.choice.values, &names, &setup, &error));
    return asked;
}

static uint64_t ask(Asked *asked, WakeReason reason) {
    asked->view.reason = reason;
    asked->decision.plan = (Plan){.kind = PLAN_NOTHING};
    asked->choice.policy->wake(asked->state, &asked->view, &asked->decision);
    return asked->decision.fuse.roots;
}

// A collection, and the fuse after it.
static uint64_t after(Asked *asked, WakeReason reason, uint64_t examined, uint64_t freed) {
    ask(asked, reason);
    ck_assert_int_eq(asked->decision.plan.kind, PLAN_ROOTS);
    asked->view.last =
        (PlanResult){.candidates = examined, .collected = freed, .survivors = examined - freed};
    return ask(asked, WAKE_DONE);
}

START_TEST(php_waits_for_10000_more_after_fewer_than_100) {
    Asked php = asked_new("php-7.3");
    ck_assert_uint_eq(ask(&php, WAKE_START), 10000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 100), 10000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 99), 20000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 0), 30000);
    ck_assert_uint_eq(after(&php, WAKE_COLLECT, 500, 500), 30000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 100), 20000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 500), 10000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 500, 500), 10000);
    for (int i = 0; i < 99998; i++) after(&php, WAKE_ROOTS, 0, 0);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 0, 0), 1000000000);
    ck_assert_uint_eq(after(&php, WAKE_ROOTS, 0, 0), 1000000000);
    free(php.state);
}
END_TEST

// The last root that fits starts the collection, so the fuse is one below the threshold.
START_TEST(orc_follows_the_share_of_garbage) {
    static const uint64_t falls[] = {84, 56, 36, 24, 16, 16}, rises[] = {24, 36, 54, 81, 121, 181};
    Asked orc = asked_new("nim-orc");
    ck_assert_uint_eq(ask(&orc, WAKE_START), 127);
    ck_assert_uint_eq(after(&orc, WAKE_ROOTS, 10, 10), 127);
    for (size_t i = 0; i < ARRAY_LENGTH(falls); i++)
        ck_assert_uint_eq(after(&orc, WAKE_ROOTS, 10, 5), falls[i] - 1);
    for (size_t i = 0; i < ARRAY_LENGTH(rises); i++)
        ck_assert_uint_eq(after(&orc, WAKE_ROOTS, 11, 5), rises[i] - 1);
    ck_assert_uint_eq(after(&orc, WAKE_ROOTS, 10, 10), 120 - 1);
    ck_assert_uint_eq(after(&orc, WAKE_COLLECT, 10, 10), 120 - 1);
    free(orc.state);
}
END_TEST

// ---- whole runs ----

static RunResult run_text(const char *text, const char *policy, bool check, Trial *trial) {
    RunResult result;
    Error error = {0};
    bool done;
    ck_assert_msg(spec_read_text(&trial->spec, "w.ini", text, NULL, 0, &error) &&
                      policy_choose(&trial->policy, policy, &error),
                  "%s", error.text);
    const RunOptions options = {
        .spec = &trial->spec, .policy = &trial->policy, .batch = 4096, .check = check};
    trial->run = run_open(&options, &error);
    ck_assert_msg(trial->run != NULL && run_advance(trial->run, UINT64_MAX, &done, &error) &&
                      run_result(trial->run, &result, &error),
                  "%s: %s", policy, error.text);
    return result;
}

// Rings of 5 to which nobody refers: each that is let go of is one candidate, and is garbage. So a
// collection comes when 40 have gone, or 41 if the 40 fit; it examines 5 for each and frees them.
START_TEST(each_ring_that_dies_is_one_root) {
    static const char rings[] =
        "[phase p]\nallocations = 10000\n[population rings]\nshape = ring\nobjects = 5\n"
        "lifetime = fixed 100\n";
    static const struct {
        const char *policy;
        uint64_t fit;
    } cases[] = {{"candidate-roots:threshold=40", 41},
                 {"candidate-roots:threshold=40,adaptive=php", 41},
                 {"candidate-roots:threshold=40,adaptive=orc", 40}};
    Trial *trial = memory_new(1, sizeof *trial);
    RunResult result = run_text(rings, cases[_i].policy, true, trial);
    ck_assert_uint_eq(result.metrics.collections, 10000 / 5 / cases[_i].fit);
    for (size_t i = 0; i < result.recorder->collection_count; i++) {
        const Collection *c = &result.recorder->collections[i];
        ck_assert_uint_eq(c->marked, cases[_i].fit);
        ck_assert_uint_eq(c->candidates, 5 * cases[_i].fit);
        ck_assert_uint_eq(c->collected, c->candidates);
        ck_assert_int_eq(c->reason, WAKE_ROOTS);
    }
    ck_assert_uint_eq(result.metrics.residue_objects,
                      10000 - result.metrics.collections * cases[_i].fit * 5);
    run_close(trial->run);
    free(trial);
}
END_TEST

START_TEST(every_event_of_shipped_workloads_holds_under_check) {
    static const char *const names[] = {"warsaw-2006", "cyclotron", "orm-burst", "gc-collect",
                                        "web-tail"};
    static const char *const policies[] = {
        "candidate-roots:threshold=100", "candidate-roots:threshold=30,adaptive=php,step=20",
        "candidate-roots:threshold=20,adaptive=orc", "gen3-mark:t0=50,t1=3,t2=2,quarter=no"};
    char path[64];
    snprintf(path, sizeof path, "workloads/%s.ini", names[_i]);
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        Trial *trial = memory_new(1, sizeof *trial);
        Error error = {0};
        bool done;
        const char *const small[] = {"workload.scale=0.0002", "workload.memory_limit=none"};
        ck_assert_msg(spec_read(&trial->spec, path, small, 2, &error) &&
                          policy_choose(&trial->policy, policies[i], &error),
                      "%s", error.text);
        const RunOptions options = {
            .spec = &trial->spec, .policy = &trial->policy, .batch = 1, .check = true};
        trial->run = run_open(&options, &error);
        ck_assert_msg(trial->run != NULL && run_advance(trial->run, UINT64_MAX, &done, &error),
                      "%s: %s", policies[i], error.text);
        run_close(trial->run);
        free(trial);
    }
}
END_TEST

// Whatever the order in which garbage is found. In a full collection registers reach all that is
// alive, so that trial deletion finds no survivor.
START_TEST(marking_first_frees_the_same) {
    const Program program = program_new((uint64_t)_i, (ProgramKind){.size = PROGRAM_WHOLE});
    Trial *plain = memory_new(1, sizeof *plain), *first = memory_new(1, sizeof *first);
    RunResult a = run_text(program.workload, "gen3:t0=40,t1=3,t2=2,quarter=no", false, plain);
    RunResult b = run_text(program.workload, "gen3-mark:t0=40,t1=3,t2=2,quarter=no", false, first);
    ck_assert_uint_eq(a.recorder->collection_count, b.recorder->collection_count);
    for (size_t i = 0; i < a.recorder->collection_count; i++) {
        const Collection *x = &a.recorder->collections[i], *y = &b.recorder->collections[i];
        ck_assert_uint_eq(x->clock, y->clock);
        ck_assert_uint_eq(x->collected, y->collected);
        ck_assert_uint_eq(x->freed, y->freed);
        ck_assert_uint_eq(x->resurrected, y->resurrected);
        ck_assert_uint_eq(x->candidates, y->candidates + y->marked);
        ck_assert_uint_eq(x->survivors, y->survivors + y->marked);
        ck_assert_uint_eq(y->generation == 2 ? y->survivors : y->marked, 0);
    }
    run_close(plain->run);
    run_close(first->run);
    free(plain);
    free(first);
}
END_TEST

// Only the tracing heap knows what live objects reach.
START_TEST(the_ledger_refuses_with_a_reason_and_auto_takes_the_tracing_heap) {
    static const char *const policies[] = {"candidate-roots", "gen3-mark",
                                           "free-threaded:version=3.15"};
    static const char *const reasons[] = {"begins at candidate roots", "takes parts of a space",
                                          "takes parts of a space"};
    const CostTable counts = cost_table_shipped(COST_COUNTS);
    Trial *trial = memory_new(1, sizeof *trial);
    Error error = {0};
    const char text[] =
        "[phase p]\nallocations = 100\n[population small]\nshape = single\nlifetime = 9\n";
    ck_assert_msg(spec_read_text(&trial->spec, "w.ini", text, NULL, 0, &error), "%s", error.text);
    ck_assert(policy_choose(&trial->policy, policies[_i], &error));
    RunOptions options = {.spec = &trial->spec,
                          .policy = &trial->policy,
                          .batch = 1,
                          .cost = &counts,
                          .engine = ENGINE_LEDGER};
    ck_assert_ptr_null(run_open(&options, &error));
    ck_assert_msg(strstr(error.text, reasons[_i]) != NULL, "%s", error.text);
    options.engine = ENGINE_AUTO;
    trial->run = run_open(&options, &error);
    ck_assert_ptr_nonnull(trial->run);
    ck_assert_int_eq(run_advance(trial->run, UINT64_MAX, &(bool){false}, &error), true);
    ck_assert(run_result(trial->run, &trial->result, &error));
    ck_assert_int_eq(trial->result.engine, ENGINE_TRACING);
    run_close(trial->run);
    free(trial);
}
END_TEST

Suite *roots_suite(void) {
    Suite *suite = suite_create("roots");
    TCase *tcase = tcase_create("candidate roots");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_loses_a_reference_but_not_its_last_waits_once);
    tcase_add_test(tcase, more_roots_than_the_fuse_wake_at_the_end_of_the_event);
    tcase_add_test(tcase, rings_that_were_let_go_of_are_freed);
    tcase_add_test(tcase, what_the_program_holds_stays_where_it_is);
    tcase_add_test(tcase, what_is_white_at_first_may_be_black_later);
    tcase_add_test(tcase, what_garbage_referred_to_is_a_candidate_again);
    tcase_add_test(tcase, what_a_finalizer_brings_back_is_found_again);
    tcase_add_test(tcase, php_waits_for_10000_more_after_fewer_than_100);
    tcase_add_test(tcase, orc_follows_the_share_of_garbage);
    tcase_add_loop_test(tcase, each_ring_that_dies_is_one_root, 0, 3);
    tcase_add_loop_test(tcase, every_event_of_shipped_workloads_holds_under_check, 0, 5);
    tcase_add_loop_test(tcase, the_ledger_refuses_with_a_reason_and_auto_takes_the_tracing_heap, 0,
                        3);
    tcase_add_loop_test(tcase, marking_first_frees_the_same, 1, 40);
    suite_add_tcase(suite, tcase);
    return suite;
}
