// test_programs.c -- random small workloads under random policies, against the naive heap
//
// Each program is a workload text drawn from a seed: phases, populations of every shape, links,
// mutation, lifetimes, finalizers, payload. It runs under a random policy with thresholds small
// enough for hundreds of collections, everything checked after each event; then every collection is
// compared with what naive_heap.h makes of the same events.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "naive_heap.h"
#include "run.h"
#include "suites.h"

enum { TEXT_SIZE = 16384 };

typedef struct {
    char text[TEXT_SIZE];
    size_t length;
} Text;

__attribute__((format(printf, 2, 3))) static void add(Text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->text + text->length, TEXT_SIZE - text->length, format, arguments);
    va_end(arguments);
    CHECK(length >= 0 && text->length + (size_t)length < TEXT_SIZE);
    text->length += (size_t)length;
}

typedef struct {
    unsigned seed;
    Rng rng;
    Text workload;
    const char *policy_name;
    Text knobs;
    NaiveRules rules;
    Spec spec;
    uint32_t populations;
} Program;

static uint32_t between(Program *p, uint32_t low, uint32_t high) {
    return low + rng_below(&p->rng, high - low + 1);
}

static bool chance(Program *p, uint32_t percent) { return rng_chance(&p->rng, percent * 10000); }

// ---- a random workload ----

static void add_shape(Program *p) {
    Text *text = &p->workload;
    uint32_t shape = rng_below(&p->rng, 8);
    static const char *const names[] = {"single", "pair",  "chain", "ring",
                                        "tree",   "btree", "mesh",  "instance"};
    add(text, "shape = %s", names[shape]);
    if (shape == 4 || shape == 5) add(text, " fanout=%u", between(p, 1, 5));
    if (shape == 6) add(text, " degree=%u", between(p, 1, 4));
    add(text, "\n");
    if (shape >= 2) {
        uint32_t mean = between(p, 2, 12);
        if (chance(p, 30))
            add(text, "objects = %u\n", mean);
        else if (chance(p, 50))
            add(text, "objects = uniform min=1 max=%u\n", mean);
        else
            add(text, "objects = geometric mean=%u max=40\n", mean);
    }
    if (chance(p, 70)) add(text, "cycle_density = %u%%\n", between(p, 0, 100));
    if (shape != 6 && chance(p, 20)) add(text, "back_edges = %u%%\n", between(p, 0, 100));
}

static void add_lifetime(Program *p) {
    static const char *const kinds[] = {"phase", "round", "forever"};
    Text *text = &p->workload;
    uint32_t draw = between(p, 0, 99);
    if (draw < 30)
        add(text, "lifetime = %s\n", kinds[draw < 15 ? 0 : draw < 29 ? 1 : 2]);
    else if (draw < 45)
        add(text, "lifetime = fixed %u\n", between(p, 1, 300));
    else if (draw < 60)
        add(text, "lifetime = uniform min=1 max=%u\n", between(p, 1, 500));
    else
        add(text, "lifetime = geometric mean=%u\n", between(p, 2, 400));
}

// To itself and to what is declared above: so links never lead back.
static void add_links(Program *p) {
    Text *text = &p->workload;
    uint32_t links = chance(p, 70) ? between(p, 1, 3) : 0;
    for (uint32_t i = 0; i < links; i++)
        add(text, "%s p%u %u%%", i == 0 ? "links =" : ",", between(p, 0, p->populations),
            between(p, 10, 100));
    if (links == 0) return;
    add(text, "\n");
    if (chance(p, 50)) add(text, "mutation_rate = %u%%\n", between(p, 1, 80));
}

static void add_population(Program *p, uint32_t phase, uint32_t share) {
    Text *text = &p->workload;
    add(text, "[population p%u]\nphase = f%u\nshare = %u%%\n", p->populations, phase, share);
    add_shape(p);
    add_lifetime(p);
    add_links(p);
    if (chance(p, 30)) {
        add(text, "finalizer = yes\n");
        if (chance(p, 60)) add(text, "resurrect = %u%%\n", between(p, 1, 100));
    }
    if (chance(p, 30)) add(text, "payload = %u\n", between(p, 1, 2000));
    if (chance(p, 30)) add(text, "payload_on = every\n");
    if (chance(p, 30)) add(text, "bytes = %u\n", between(p, 16, 700));
    if (chance(p, 5)) add(text, "store = external\n");
    p->populations++;
}

static void add_workload(Program *p) {
    static const uint32_t shares[3][3] = {{100}, {60, 40}, {50, 30, 20}};
    Text *text = &p->workload;
    uint32_t phases = between(p, 1, 3);
    add(text, "[workload]\nrounds = %u\nseed = %u\n", between(p, 1, 3), p->seed);
    for (uint32_t i = 0; i < phases; i++) {
        add(text, "[phase f%u]\nallocations = %u\n", i, between(p, 50, 900));
        if (chance(p, 20)) add(text, "collect_every = %u\n", between(p, 10, 200));
        if (chance(p, 20)) add(text, "collect_at_end = yes\n");
        if (chance(p, 20)) add(text, "request = %u\n", between(p, 10, 100));
    }
    for (uint32_t i = 0; i < phases; i++) {
        uint32_t count = between(p, 1, 3);
        for (uint32_t k = 0; k < count; k++) add_population(p, i, shares[count - 1][k]);
    }
}

// ---- a random policy ----

static void add_thresholds(Program *p) {
    static const char *const finalizers[] = {"pep442", "pep442-whole", "legacy"};
    NaiveRules *r = &p->rules;
    uint32_t t0_max = chance(p, 50) ? 25 : 163;  // small ones reach the oldest generation often
    *r = (NaiveRules){.threshold = {between(p, 3, t0_max), between(p, 1, 6), between(p, 1, 4)},
                      .quarter = chance(p, 50),
                      .at_safepoint = chance(p, 50),
                      .finalizers = (NaiveFinalizers)between(p, NAIVE_CALLED, NAIVE_LEGACY)};
    add(&p->knobs, "t0=%u,t1=%u,t2=%u,quarter=%s,trigger=%s,finalizers=%s",
        (unsigned)r->threshold[0], (unsigned)r->threshold[1], (unsigned)r->threshold[2],
        r->quarter ? "yes" : "no", r->at_safepoint ? "safepoint" : "allocation",
        finalizers[r->finalizers]);
}

static void add_collect(Program *p, const char *knob, bool *rule) {
    *rule = chance(p, 50);
    add(&p->knobs, ",%s=%s", knob, *rule ? "yes" : "no");
}

// The populations whose objects are born aside; none leaves the policy its default.
static void add_born(Program *p, uint64_t born) {
    p->rules.born_aside = born;
    for (uint32_t i = 0; i < p->populations; i++)
        if (born >> i & 1) add(&p->knobs, "%sp%u", (born & ((1u << i) - 1)) ? "+" : "", i);
}

static uint64_t populations_of_first_phase(const Program *p) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < p->spec.population_count; i++)
        if (p->spec.populations[i].phase == 0) set |= 1u << i;
    return set;
}

static void add_free_threaded(Program *p) {
    NaiveRules *r = &p->rules;
    *r = (NaiveRules){.kind = NAIVE_FREE_THREADED,
                      .threshold = {between(p, 3, 60), between(p, 0, 3)},
                      .batch = between(p, 1, 40),
                      .below_zero = chance(p, 50),
                      .at_safepoint = true};
    add(&p->knobs, "t0=%u,t1=%u,batch=%u,below_zero=%s,version=3.13,own=0",
        (unsigned)r->threshold[0], (unsigned)r->threshold[1], (unsigned)r->batch,
        r->below_zero ? "yes" : "no");
}

static void add_policy(Program *p) {
    static const char *const names[] = {"gen3", "freeze", "arena", "free-threaded"};
    NaiveKind kind = (NaiveKind)rng_below(&p->rng, 4);
    p->policy_name = names[kind];
    if (kind == NAIVE_FREE_THREADED) {
        add_free_threaded(p);
        return;
    }
    add_thresholds(p);
    p->rules.kind = kind;
    if (kind == NAIVE_GENERATIONS) return;
    add_collect(p, "collect_first", &p->rules.collect_first);
    if (kind == NAIVE_FREEZE) add_collect(p, "collect_after", &p->rules.collect_after);
    if (kind == NAIVE_REGION) p->rules.born_aside = populations_of_first_phase(p);
    if (!chance(p, 40)) return;
    add(&p->knobs, ",populations=");
    add_born(p, 1 + rng_below(&p->rng, (1u << p->populations) - 1));
}

static Program *program_new(unsigned seed) {
    Error error = {0};
    Program *p = memory_new(1, sizeof *p);
    p->seed = seed;
    rng_seed(&p->rng, seed, 0);
    add_workload(p);
    if (!spec_read_text(&p->spec, "random", p->workload.text, NULL, 0, &error))
        ck_abort_msg("seed %u: %s\n%s", seed, error.text, p->workload.text);
    add_policy(p);
    return p;
}

// ---- running it ----

// Stops the test; the texts say what to run by hand.
__attribute__((format(printf, 2, 3))) _Noreturn static void program_fail(const Program *p,
                                                                         const char *format, ...) {
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    ck_abort_msg("seed %u, policy %s:%s: %s\n%s", p->seed, p->policy_name, p->knobs.text, what,
                 p->workload.text);
}

// All of it, checked after every event; the result is valid until run_close.
static Run *program_run(const Program *p, const char *policy, const char *knobs,
                        RunResult *result) {
    Error error = {0};
    PolicyChoice choice;
    bool done = false;
    bool good = policy_choose(&choice, policy, &error) &&
                param_set(policy, choice.policy->knobs, choice.policy->knob_count, knobs,
                          choice.values, &error);
    RunOptions options = {.spec = &p->spec, .policy = &choice, .batch = 1, .check = true};
    Run *run = good ? run_open(&options, &error) : NULL;
    if (run == NULL || !run_advance(run, UINT64_MAX, &done, &error) || !done ||
        !run_result(run, result, &error))
        program_fail(p, "%s", error.text);
    result->policy = NULL;  // it was here
    return run;
}

static NaiveHeap *program_run_naively(const Program *p) {
    Error error = {0};
    const Template *templates[POPULATIONS_MAX];
    for (uint32_t i = 0; i < p->spec.population_count; i++)
        templates[i] = &p->spec.populations[i].template;
    Mutator *mutator = mutator_open(&p->spec, &error);
    if (mutator == NULL) program_fail(p, "%s", error.text);
    NaiveHeap *heap = naive_heap_new(&p->rules, templates, mutator_units_max(&p->spec));
    size_t count = 0;
    do {
        const Event *events = mutator_next(mutator, 1000, &count);
        for (size_t i = 0; i < count; i++) naive_heap_apply(heap, &events[i]);
    } while (count > 0);
    mutator_close(mutator);
    return heap;
}

static void compare(const Program *p, size_t collection, const char *what, uint64_t found,
                    uint64_t expected) {
    if (found == expected) return;
    program_fail(p, "collection %zu: %s is %" PRIu64 ", expected %" PRIu64, collection, what, found,
                 expected);
}

static void compare_collections(const Program *p, const Recorder *found,
                                const NaiveFigures *naive) {
    for (size_t i = 0; i < found->collection_count && i < naive->collection_count; i++) {
        const Collection *c = &found->collections[i];
        const NaiveCollection *expected = &naive->collections[i];
        compare(p, i, "clock", c->clock, expected->clock);
        compare(p, i, "generation", c->generation, expected->generation);
        compare(p, i, "candidates", c->candidates, expected->candidates);
        compare(p, i, "collected", c->collected, expected->collected);
        compare(p, i, "uncollectable", c->uncollectable, expected->uncollectable);
        compare(p, i, "resurrected", c->resurrected, expected->resurrected);
        compare(p, i, "survivors", c->survivors, expected->survivors);
        compare(p, i, "freed", c->freed, expected->freed);
    }
    size_t last = found->collection_count;
    compare(p, last, "number of collections", last, naive->collection_count);
}

static void compare_figures(const Program *p, const Metrics *found, const NaiveFigures *naive) {
    uint64_t freed = found->freed_refcount + found->freed_in_pauses;
    size_t end = naive->collection_count;
    compare(p, end, "allocations", found->allocations, naive->clock);
    compare(p, end, "freed_refcount", found->freed_refcount, naive->freed_refcount);
    compare(p, end, "live at the end", found->allocations - freed, naive->live);
    compare(p, end, "peak_live_objects", found->peak_live_objects, naive->live_max);
}

// ---- tests: ten programs each ----

enum { PROGRAMS_PER_TEST = 10 };

// OURO_SEED=n makes n the seed of the very first program.
static unsigned seed_of(int test, int i) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) +
           (unsigned)(test * PROGRAMS_PER_TEST + i);
}

static void check_against_naive_heap(unsigned seed) {
    Program *p = program_new(seed);
    RunResult result;
    Run *run = program_run(p, p->policy_name, p->knobs.text, &result);
    NaiveHeap *naive = program_run_naively(p);
    NaiveFigures figures = naive_heap_figures(naive);
    compare_collections(p, result.recorder, &figures);
    compare_figures(p, &result.metrics, &figures);
    naive_heap_free(naive);
    run_close(run);
    free(p);
}

static void check_against_oracle(unsigned seed) {
    Program *p = program_new(seed);
    RunResult result, floor;
    Run *run = program_run(p, p->policy_name, p->knobs.text, &result);
    Run *oracle = program_run(p, "oracle", NULL, &floor);
    compare(p, 0, "garbage under the oracle", floor.metrics.peak_garbage_bytes, 0);
    compare(p, 0, "peak under the oracle", floor.metrics.peak_live_bytes,
            floor.metrics.floor_bytes);
    compare(p, 0, "floor_bytes", result.metrics.floor_bytes, floor.metrics.floor_bytes);
    run_close(run);
    run_close(oracle);
    free(p);
}

START_TEST(every_collection_is_that_of_the_naive_heap) {
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) check_against_naive_heap(seed_of(_i, i));
}
END_TEST

START_TEST(the_oracle_holds_nothing_but_what_is_reachable) {
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) check_against_oracle(seed_of(_i, i));
}
END_TEST

Suite *programs_suite(void) {
    Suite *suite = suite_create("programs");
    TCase *random = tcase_create("random programs");
    tcase_set_timeout(random, 60);
    tcase_add_loop_test(random, every_collection_is_that_of_the_naive_heap, 0, 30);
    tcase_add_loop_test(random, the_oracle_holds_nothing_but_what_is_reachable, 0, 10);
    suite_add_tcase(suite, random);
    return suite;
}
