// test_ledger.c -- the ledger heap does what the tracing heap does, on random programs and on all
// workloads
//
// Many more: build/fuzz
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines.h"
#include "hand_heap.h"
#include "ledger.h"
#include "program.h"
#include "suites.h"

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

// ---- by hand: each step is proved, the books included ----

static Heap *ledger_new(void) {
    HeapOptions options = hand_options();
    options.ledger = true;
    return hand_heap_with(&options);
}

START_TEST(a_cleared_link_is_no_reference_of_its_space_any_more) {
    Heap *heap = ledger_new();
    play(heap, chain(0, 1), chain(1, 3), store(1, 0), store(1, 0));
    PauseWork work = execute(heap, collect(0));
    ck_assert_uint_eq(work.result.edges, 3);
    play(heap, store(1, NO_UNIT), store(1, NO_UNIT));
    work = execute(heap, collect(1));
    ck_assert_uint_eq(work.result.edges, 2);
    expect(work, 4, 0, 4);
    heap_close(heap);
}
END_TEST

// The members of a ring are born before and after a collection: half of its garbage is out of reach
// of the next one, and keeps the other half.
START_TEST(a_unit_that_a_collection_cut_in_two_is_found_when_both_halves_are_condemned) {
    Heap *heap = ledger_new();
    hand_fuse_young(heap, 2);
    ck_assert(!play_until(heap, ring(0, 4), WAKE_YOUNG));
    execute(heap, collect(0));
    ck_assert(play_until(heap, ring(0, 4), WAKE_NONE));
    ck_assert_uint_eq(heap_view(heap)->spaces[1].objects, 2);
    play(heap, dead(0), drop(0));
    expect(execute(heap, move(1, ASIDE)), 0, 0, 0);
    expect(execute(heap, collect(1)), 2, 0, 2);
    expect(execute(heap, move(1u << ASIDE, 0)), 0, 0, 0);
    expect(execute(heap, collect(2)), 4, 4, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// Each holds the other: while the first goes the second falls, and takes its reference back.
START_TEST(units_that_refer_to_each_other_go_once) {
    Heap *heap = ledger_new();
    play(heap, chain(0, 3), to(chain(1, 2), 0), store(0, 1), drop(0), dead(0), dead(1), drop(1));
    expect(execute(heap, collect(0)), 5, 5, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// A chain that was born into two spaces falls with a ring that refers to it, out of both lists.
START_TEST(what_fell_is_not_moved_any_more) {
    Heap *heap = ledger_new();
    hand_fuse_young(heap, 2);
    ck_assert(!play_until(heap, chain(0, 4), WAKE_YOUNG));
    execute(heap, collect(0));
    heap_set_fuse(heap, &FUSE_NONE);
    play(heap, chain(0, 4), to(ring(1, 2), 0), drop(0), dead(0), dead(1), drop(1));
    execute(heap, collect(0));
    ck_assert_uint_eq(live(heap), 0);
    execute(heap, move(1u << 1, ASIDE));
    ck_assert_uint_eq(heap_view(heap)->spaces[ASIDE].objects, 0);
    heap_close(heap);
}
END_TEST

static Plan legacy(uint8_t generation) {
    Plan plan = collect(generation);
    plan.finalizers = FINALIZERS_LEGACY;
    return plan;
}

// A legacy finalizer keeps what its object reaches; when that object falls with other garbage, what
// it reached is left behind, counted as uncollectable until the next collection frees it. Ring 0 is
// left by chain 1, which falls with ring 2; tree 3, of whose children some know their parents and
// none the root, hangs on ring 0 and falls in its turn.
static void legacy_leaves_behind(const HeapOptions *options) {
    enum { TREE = LARGE_PAYLOAD };
    Heap *heap = hand_heap_with(options);
    play(heap, of(ring(3, 7), TREE), to(ring(0, 3), 3), drop(3));
    play(heap, to(of(chain(1, 2), WITH_FINALIZER), 0), drop(0), to(ring(2, 2), 1), drop(1));
    play(heap, dead(3), dead(0), dead(1), dead(2), drop(2));
    PauseWork work = execute(heap, legacy(0));
    expect(work, 14, 2, 0);
    ck_assert_uint_eq(work.fallen, 2);
    ck_assert_uint_eq(work.result.uncollectable, 10);
    ck_assert_uint_eq(heap_levels(heap)->uncollectable_bytes, 10 * BYTES);
    work = execute(heap, legacy(2));
    ck_assert_uint_eq(work.freed, 10);
    ck_assert_uint_eq(heap_levels(heap)->uncollectable_bytes, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}

START_TEST(what_a_legacy_finalizer_left_behind_is_freed_later) {
    static const Template tree = {
        .shape = SHAPE_TREE, .fanout = 2, .links = 2, .bytes = BYTES, .back_ppm = 340000};
    HeapOptions options = hand_options();
    options.templates[LARGE_PAYLOAD] = &tree;
    options.ledger = _i;
    legacy_leaves_behind(&options);
}
END_TEST

// No plan of its own comes between, but the interface has room for one.
START_TEST(a_unit_in_two_spaces_goes_at_its_death) {
    HeapOptions options = hand_options();
    options.ledger = _i;
    options.free_at_death = true;
    Heap *heap = hand_heap_with(&options);
    hand_fuse_young(heap, 2);
    ck_assert(!play_until(heap, ring(0, 4), WAKE_YOUNG));
    execute(heap, move(1, 1));
    heap_set_fuse(heap, &FUSE_NONE);
    play(heap, ring(0, 4), dead(0), drop(0));
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// Of units of more than FORM_KEPT objects only the last form is kept: whatever the next one differs
// in, it gets its own.
START_TEST(large_units_have_the_form_of_their_own_kind) {
    enum { LARGE = 2000 };
    const Event kinds[] = {chain(0, LARGE), ring(0, LARGE), of(ring(0, LARGE), SMALL_PAYLOAD),
                           of(chain(0, LARGE), SMALL_PAYLOAD), chain(0, LARGE + 1)};
    const uint64_t edges[] = {LARGE - 1, LARGE, LARGE, LARGE - 1, LARGE};
    Heap *heap = ledger_new();
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        play(heap, kinds[i]);
        ck_assert_uint_eq(execute(heap, collect(2)).result.edges, edges[i]);
        play(heap, dead(0), drop(0));
        execute(heap, collect(2));
        ck_assert_uint_eq(live(heap), 0);
    }
    heap_close(heap);
}
END_TEST

// A space that is condemned together with the one it goes to stays where it is.
START_TEST(a_space_is_not_moved_into_itself) {
    for (int ledger = 0; ledger < 2; ledger++) {
        HeapOptions options = hand_options();
        options.ledger = ledger;
        Heap *heap = hand_heap_with(&options);
        play(heap, chain(0, 2));
        execute(heap, move(1, ASIDE));
        play(heap, chain(1, 3), ring(2, 2), dead(2), drop(2));
        execute(heap, move(1u << ASIDE | 1, ASIDE));
        ck_assert_uint_eq(heap_view(heap)->spaces[ASIDE].objects, 7);
        Plan plan = release(ASIDE, ASIDE);  // no region: its garbage is freed one by one
        expect(execute(heap, plan), 7, 2, 5);
        heap_close(heap);
    }
}
END_TEST

// ---- order ----

// Objects that refer to themselves die in another order than they were born; no collection reaches
// one late, so both heaps free in the same order, and the allocator says so ever after.
static Run *run_half(Engine engine, const Spec *spec, const PolicyChoice *policy) {
    const CostTable cost = cost_table_shipped(COST_COUNTS);
    RunOptions options = {
        .spec = spec, .policy = policy, .engine = engine, .cost = &cost, .batch = 1};
    Error error = {0};
    bool done = false;
    Run *run = run_open(&options, &error);
    ck_assert_msg(run != NULL && run_advance(run, 50000, &done, &error), "%s", error.text);
    ck_assert(!done);
    return run;
}

#define SELF_REFERRING                                                 \
    "[phase p]\nallocations = 10k\n[phase q]\nallocations = 90k\n"     \
    "[population a]\nphase = p\nshape = single\ncycle_density = 90%\n" \
    "lifetime = uniform min=1 max=9000\n"                              \
    "[population b]\nphase = q\nshape = single\ncycle_density = 90%\n" \
    "lifetime = uniform min=1 max=2000\n"

// Every shape; links among them and payload; nothing is freed but by reference counting.
#define OF(shape)    \
    "shape = " shape \
    "\nobjects = geometric mean=9\nlifetime = uniform min=1 max=3000\nshare = 20%\n"
#define ALL_SHAPES \
    "[phase p]\nallocations = 900k\n"                                                             \
    "[population a]\n" OF("chain") "links = b 60%, a 40%\n[population b]\n" OF("tree fanout=3")    \
    "cycle_density = 50%\nback_edges = 30%\nlinks = c 60%\n[population c]\n" OF("mesh degree=3")   \
    "payload = 700\n[population d]\n" OF("instance") "cycle_density = 30%\nlinks = c 80%\n"       \
    "[population e]\n" OF("btree fanout=3") "payload = 90\n"

static const struct {
    const char *policy, *workload;
} PLACED[] = {{"gen3:t0=50,t1=3,t2=3,quarter=no", SELF_REFERRING},
              {"freeze:t0=60,t1=2,t2=2,phase=q", SELF_REFERRING},
              {"free-threaded:t0=90,version=3.13,batch=9", SELF_REFERRING},
              {"none", ALL_SHAPES}};

START_TEST(every_block_is_in_its_place_where_nothing_is_reached_late) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    Error error = {0};
    bool good = spec_read_text(spec, "order", PLACED[_i].workload, NULL, 0, &error) &&
                policy_choose(&policy, PLACED[_i].policy, &error);
    ck_assert_msg(good, "%s", error.text);
    Run *runs[] = {run_half(ENGINE_TRACING, spec, &policy), run_half(ENGINE_LEDGER, spec, &policy)};
    const Heap *a = run_heap(runs[0]), *b = run_heap(runs[1]);
    uint32_t compared = 0;
    for (uint32_t unit = 0; unit < a->options.units_max; unit++) {
        const Instance *instance = &a->instances[a->instance_of_unit[unit]];
        if (!(instance->flags & INSTANCE_HELD) || instance->live == 0) continue;
        for (uint32_t k = 0; k < instance->objects; k++)
            ck_assert_uint_eq(a->addresses[instance->first + k], ledger_addresses(b, unit)[k]);
        compared += instance->objects;
    }
    ck_assert_uint_ge(compared, 500);
    for (int i = 0; i < 2; i++) run_close(runs[i]);
    free(spec);
}
END_TEST

// ---- random programs ----

enum { PARTS = 10, PROGRAMS = 200, CHECKED_EVERY = 16 };  // proved after every event

static void compare_program(uint64_t seed) {
    Program program = program_new(seed, (ProgramKind){.size = PROGRAM_WHOLE, .simulated = true});
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    EnginesCompared compared;
    Error error = {0};
    if (!spec_read_text(spec, "random", program.workload, NULL, 0, &error) ||
        !policy_choose(&policy, program.policy, &error) ||
        !engines_compare(spec, &policy, seed % number_of("OURO_CHECKED_EVERY", CHECKED_EVERY) == 0,
                         &compared, &error))
        ck_abort_msg("OURO_SEED=%" PRIu64 ", policy %s: %s\n%s", seed, program.policy, error.text,
                     program.workload);
    free(spec);
}

START_TEST(random_programs_are_the_same_on_both_heaps) {
    uint64_t programs = number_of("OURO_PROGRAMS", PROGRAMS), first = number_of("OURO_SEED", 1);
    for (uint64_t i = (uint64_t)_i; i < programs; i += PARTS) compare_program(first + i);
}
END_TEST

// ---- all workloads ----

static const char *const WORKLOADS[] = {
    "cyclotron",         "gc-collect",          "gc-traversal",
    "linked-list-churn", "list-of-live",        "llm-serving",
    "native-payload",    "orm-burst",           "quarter-starvation",
    "run-queue",         "scheduler",           "warsaw-2006",
    "warsaw-2006-leak",  "warsaw-2006-offload", "warsaw-2006-pathological",
    "web-tail"};

// They take parts of a space, begin at candidate roots, or ask what is held.
static const char *const TRACING_ONLY[] = {
    "incremental",   "incremental-mark", "cpython-3.14.0",  "cpython-3.14.4", "free-threaded",
    "cpython-3.14t", "gen3-mark",        "candidate-roots", "php-7.3",        "nim-orc"};

static bool ledger_applies(const char *policy) {
    for (size_t i = 0; i < ARRAY_LENGTH(TRACING_ONLY); i++)
        if (strcmp(policy, TRACING_ONLY[i]) == 0) return false;
    return true;
}

static void compare_workload(const char *name, const char *policy_name) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    EnginesCompared compared;
    Error error = {0};
    char path[64];
    // Where fewer random programs are wanted (sanitizers) workloads are smaller, too.
    const bool small = number_of("OURO_PROGRAMS", PROGRAMS) < PROGRAMS;
    const char *overrides[] = {small ? "workload.scale=0.005" : "workload.scale=0.02",
                               "workload.memory_limit=none"};
    snprintf(path, sizeof path, "workloads/%s.ini", name);
    if (!spec_read(spec, path, overrides, 2, &error) ||
        !policy_choose(&policy, policy_name, &error) ||
        !engines_compare(spec, &policy, false, &compared, &error))
        ck_abort_msg("%s under %s: %s", name, policy_name, error.text);
    free(spec);
}

START_TEST(all_workloads_are_the_same_under_all_policies) {
    for (size_t i = 0; i < POLICY_COUNT; i++)
        if (ledger_applies(POLICIES[i]->name)) compare_workload(WORKLOADS[_i], POLICIES[i]->name);
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (ledger_applies(PRESETS[i].name)) compare_workload(WORKLOADS[_i], PRESETS[i].name);
}
END_TEST

Suite *ledger_suite(void) {
    Suite *suite = suite_create("ledger");
    TCase *hand = tcase_create("by hand");
    TCase *random = tcase_create("random programs"), *shipped = tcase_create("workloads");
    tcase_add_test(hand, a_cleared_link_is_no_reference_of_its_space_any_more);
    tcase_add_test(hand,
                   a_unit_that_a_collection_cut_in_two_is_found_when_both_halves_are_condemned);
    tcase_add_test(hand, units_that_refer_to_each_other_go_once);
    tcase_add_test(hand, what_fell_is_not_moved_any_more);
    tcase_add_loop_test(hand, what_a_legacy_finalizer_left_behind_is_freed_later, 0, 2);
    tcase_add_loop_test(hand, a_unit_in_two_spaces_goes_at_its_death, 0, 2);
    tcase_add_test(hand, large_units_have_the_form_of_their_own_kind);
    tcase_add_test(hand, a_space_is_not_moved_into_itself);
    tcase_add_loop_test(hand, every_block_is_in_its_place_where_nothing_is_reached_late, 0,
                        ARRAY_LENGTH(PLACED));
    tcase_set_timeout(random, 60 + (double)number_of("OURO_PROGRAMS", PROGRAMS) / 5);
    tcase_set_timeout(shipped, 60);
    tcase_add_loop_test(random, random_programs_are_the_same_on_both_heaps, 0, PARTS);
    tcase_add_loop_test(shipped, all_workloads_are_the_same_under_all_policies, 0,
                        ARRAY_LENGTH(WORKLOADS));
    suite_add_tcase(suite, hand);
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, shipped);
    return suite;
}
