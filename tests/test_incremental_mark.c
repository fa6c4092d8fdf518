// test_incremental_mark.c -- the bound on garbage, and what it takes from 3.13's generations
//
// Rounds are watched from outside: in the table of collections, and by the truth notes. The naive
// heap does not play this policy: what an increment takes depends on the order of the lists, in
// which survivors stand as move_unreachable left them, and the naive heap has no order. What takes
// its place is heap_check after every event, and the bound, which knows no order either.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines.h"
#include "heap_state.h"
#include "program.h"
#include "suites.h"

// Spaces of the policy.
enum { YOUNG, MIDDLE, GRAY, OLD };

// Knobs that make many rounds of a small program.
enum { T1 = 1, MARK = 400, INCREMENT = 25, PASSES = 3 };
static const char small_rounds[] = "incremental-mark:t0=30,t1=1,mark=400,increment=25,passes=3";

enum { PROGRAMS_PER_TEST = 10, TESTS = 20 };

// ---- rounds, as the table of collections shows them ----

typedef struct {
    uint64_t begin;               // clock
    uint64_t old, registers;      // at most, when it began
    uint64_t young_collections;   // one for each t0 net allocations
    uint64_t survivors_max;       // of one of them
    uint64_t unmarked;            // candidates of the first pass
    uint32_t white, first_aside;  // PLAN_MARK's `spaces`; `into` of the first pass
    bool is_in_first_pass;
    bool is_cut;  // by gc.collect(), after which the next round waits for its turn
} Round;

typedef struct {
    const Heap *heap;
    size_t seen;
    uint64_t middle_clock, middle_live;
    Round round;
    uint64_t rounds, unmarked;
    uint64_t judged;  // rounds whose length was
    uint64_t seed;
} Watch;

static void no_garbage_is_older(const Watch *w, uint64_t clock) {
    const Heap *h = w->heap;
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if ((h->tags[i] & (TAG_ALIVE | TAG_DEAD)) != (TAG_ALIVE | TAG_DEAD)) continue;
        const uint64_t death = instance_death(&h->instances[object_instance(h, i)]);
        ck_assert_msg(death >= clock,
                      "OURO_SEED=%" PRIu64 ": object %" PRIu32 " died at %" PRIu64
                      ", before the round that began at %" PRIu64 ", and is there at %" PRIu64,
                      w->seed, i, death, clock, h->view.clock);
    }
}

// In units of t0 net allocations: the formula of policies/incremental_mark.c, which says nothing
// where `mark` objects survive a young collection.
static void round_was_short(Watch *w) {
    const Round *r = &w->round;
    if (r->is_cut || r->survivors_max >= MARK) return;
    w->judged++;
    const uint64_t marking = (r->old + r->registers) / (MARK - r->survivors_max) + 2;
    const uint64_t most = T1 + 2 + marking + (PASSES + 2) * (r->unmarked / INCREMENT + 1);
    ck_assert_msg(r->young_collections <= most,
                  "OURO_SEED=%" PRIu64 ": a round of %" PRIu64 " steps, at most %" PRIu64
                  " were promised",
                  w->seed, r->young_collections, most);
}

// `begin` is where young and middle objects were collected: what died before that is gone by now,
// if the round before this one had begun.
static void round_begins(Watch *w, const Collection *first_mark) {
    if (w->rounds > 0) {
        round_was_short(w);
        no_garbage_is_older(w, w->round.begin);
        w->unmarked += w->round.unmarked;
    }
    w->rounds++;
    w->round = (Round){.begin = w->middle_clock,
                       .old = w->middle_live,
                       .registers = w->heap->instance_count,
                       .white = first_mark->spaces};
}

static void note_sweep(Round *r, const Collection *c) {
    if (r->first_aside == 0) {
        r->first_aside = c->into;
        r->is_in_first_pass = true;
    }
    r->is_in_first_pass &= c->into == r->first_aside;
    if (r->is_in_first_pass) r->unmarked += c->candidates;
}

static void note(Watch *w, const Collection *c) {
    Round *r = &w->round;
    if (c->kind == PLAN_MARK && c->spaces != r->white) round_begins(w, c);
    if (c->kind == PLAN_COLLECT && c->spaces == 0) note_sweep(r, c);
    r->is_cut |= c->generation == 2;
    if (c->spaces != 1u << YOUNG && c->spaces != (1u << YOUNG | 1u << MIDDLE)) return;
    r->young_collections++;
    r->survivors_max = max_u64(r->survivors_max, c->survivors);
    if (c->spaces == 1u << YOUNG) return;
    w->middle_clock = c->clock;
    w->middle_live = w->heap->view.live_objects;
}

static void watch_run(Run *run, Watch *w) {
    Error error = {0};
    bool done = false;
    while (!done) {
        const bool good = run_event(run, &done, &error);
        ck_assert_msg(good, "OURO_SEED=%" PRIu64 ": %s", w->seed, error.text);
        const Recorder *recorder = run_recorder(run);
        for (; w->seen < recorder->collection_count; w->seen++)
            note(w, &recorder->collections[w->seen]);
    }
}

// ---- the bound ----

// OURO_SEED=n makes n the seed of the very first program.
static uint64_t seed_of(int test, int i) {
    const char *text = getenv("OURO_SEED");
    const uint64_t first = text != NULL ? strtoull(text, NULL, 10) : 1;
    return first + (uint64_t)(test * PROGRAMS_PER_TEST + i);
}

static void must(bool good, const char *what, uint64_t seed, const Error *error) {
    ck_assert_msg(good, "%s, OURO_SEED=%" PRIu64 ": %s", what, seed, error->text);
}

static Watch watch_spec(const Spec *spec, uint64_t seed, bool check) {
    PolicyChoice policy;
    Played played = {0};
    Watch w;
    Error error = {0};
    must(policy_choose(&policy, small_rounds, &error) &&
             played_open(&played, spec, &policy, ENGINE_TRACING, 1, check, &error),
         spec->name, seed, &error);
    w = (Watch){.heap = run_heap(played.run), .seed = seed};
    watch_run(played.run, &w);
    run_close(played.run);
    return w;
}

// What a finalizer brings back waits for one round more, so none does here.
static Watch watch_program(uint64_t seed, bool check) {
    const Program program =
        program_new(seed, (ProgramKind){.size = PROGRAM_WHOLE, .simulated = true});
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    must(spec_read_text(spec, "random", program.workload, NULL, 0, &error), "random", seed, &error);
    for (uint32_t i = 0; i < spec->population_count; i++) spec->populations[i].resurrect_ppm = 0;
    const Watch w = watch_spec(spec, seed, check);
    free(spec);
    return w;
}

START_TEST(what_was_garbage_when_a_round_began_is_gone_when_it_ends) {
    uint64_t judged = 0, unmarked = 0;
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) {
        const Watch w = watch_program(seed_of(_i, i), i == 0);
        judged += w.judged;
        unmarked += w.unmarked;
    }
    ck_assert_uint_gt(judged, 20);
    ck_assert_uint_gt(unmarked, 0);
}
END_TEST

// ---- shipped workloads ----

// At scale 0.1: under incremental-mark the largest pause and the most garbage are lower (-), equal
// (=) or higher (+) than under cpython-3.13. Equal are pauses of gc.collect(), and garbage that
// nobody can avoid, for it dies at once. A step of 30,000 objects is more than 3.13 examines in a
// heap that is small.
#define VERDICTS(X)                     \
    X("cyclotron", "--")                \
    X("gc-collect", "==")               \
    X("gc-traversal", "==")             \
    X("linked-list-churn", "--")        \
    X("list-of-live", "+=")             \
    X("llm-serving", "==")              \
    X("native-payload", "--")           \
    X("orm-burst", "+=")                \
    X("quarter-starvation", "=-")       \
    X("run-queue", "--")                \
    X("scheduler", "+-")                \
    X("warsaw-2006", "--")              \
    X("warsaw-2006-leak", "--")         \
    X("warsaw-2006-offload", "--")      \
    X("warsaw-2006-pathological", "--") \
    X("web-tail", "--")

static const struct {
    const char *workload, *verdict;
} verdicts[] = {
#define X(workload, verdict) {workload, verdict},
    VERDICTS(X)
#undef X
};
enum { VERDICT_COUNT = ARRAY_LENGTH(verdicts) };

static Spec *workload_spec(const char *name, const char *scale) {
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    char path[100], override[50];
    const char *const overrides[] = {override, "workload.memory_limit=none"};
    snprintf(path, sizeof path, "workloads/%s.ini", name);
    snprintf(override, sizeof override, "workload.scale=%s", scale);
    must(spec_read(spec, path, overrides, 2, &error), name, 0, &error);
    return spec;
}

// Some thousand allocations, and every event is proved.
START_TEST(the_bound_holds_on_shipped_workloads_under_check) {
    const char *name = verdicts[_i].workload;
    Spec *spec = workload_spec(name, "1");
    const uint64_t some = 5000, millionths = 1000000 * some / spec_allocations(spec) + 1;
    free(spec);
    char scale[30];
    snprintf(scale, sizeof scale, "%" PRIu64 ".%06" PRIu64, millionths / 1000000,
             millionths % 1000000);
    spec = workload_spec(name, scale);
    watch_spec(spec, 0, true);
    free(spec);
}
END_TEST

static Metrics metrics_under(const Spec *spec, const char *policy) {
    PolicyChoice choice;
    Played played = {0};
    Error error = {0};
    must(policy_choose(&choice, policy, &error) &&
             played_open(&played, spec, &choice, ENGINE_TRACING, 4096, false, &error) &&
             played_end(&played, &error),
         spec->name, 0, &error);
    const Metrics metrics = played.result.metrics;
    run_close(played.run);
    return metrics;
}

static char verdict(uint64_t ours, uint64_t theirs) {
    if (ours == theirs) return '=';
    if (ours < theirs) return '-';
    return '+';
}

START_TEST(against_three_generations_it_does_as_the_table_says) {
    Spec *spec = workload_spec(verdicts[_i].workload, "0.1");
    const Metrics ours = metrics_under(spec, "incremental-mark");
    const Metrics theirs = metrics_under(spec, "cpython-3.13");
    const char found[] = {verdict(ours.pause_work_max, theirs.pause_work_max),
                          verdict(ours.peak_garbage_bytes, theirs.peak_garbage_bytes), '\0'};
    ck_assert_msg(strcmp(found, verdicts[_i].verdict) == 0, "X(\"%s\", \"%s\")", spec->name, found);
    free(spec);
}
END_TEST

START_TEST(it_wins_both_on_most_shipped_workloads) {
    int both = 0;
    for (size_t i = 0; i < VERDICT_COUNT; i++) both += strcmp(verdicts[i].verdict, "--") == 0;
    ck_assert_int_gt(2 * both, VERDICT_COUNT);
}
END_TEST

Suite *incremental_mark_suite(void) {
    Suite *suite = suite_create("incremental_mark");
    TCase *bound = tcase_create("the bound");
    TCase *shipped = tcase_create("shipped workloads");
    tcase_set_timeout(bound, 60);
    tcase_set_timeout(shipped, 60);
    tcase_add_loop_test(bound, what_was_garbage_when_a_round_began_is_gone_when_it_ends, 0, TESTS);
    tcase_add_loop_test(shipped, the_bound_holds_on_shipped_workloads_under_check, 0,
                        VERDICT_COUNT);
    tcase_add_loop_test(shipped, against_three_generations_it_does_as_the_table_says, 0,
                        VERDICT_COUNT);
    tcase_add_test(shipped, it_wins_both_on_most_shipped_workloads);
    suite_add_tcase(suite, bound);
    suite_add_tcase(suite, shipped);
    return suite;
}
