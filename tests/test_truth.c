// test_truth.c -- the mutator's truth notes against a graph search, on random workloads
//
// The shadow keeps plain arrays: which units there are, which are held, who refers to whom. After
// every STORE and DROP it searches the graph from the held ones: what is no longer found must be
// exactly what the DEAD notes said before.
#include <stdio.h>
#include <stdlib.h>

#include "mutator.h"
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

// ---- the shadow ----

typedef struct {
    bool exists;
    bool held;
    bool noted;  // said to die with the next STORE or DROP
    uint16_t population;
    uint64_t birth;
    uint32_t links[LINKS_MAX];
} ShadowUnit;

typedef struct {
    unsigned seed;
    const char *text;
    const Spec *spec;
    ShadowUnit *units;
    uint32_t *queue;
    uint32_t top;  // numbers seen are below
    uint64_t births, events;
    uint32_t phase, round;
    bool begun, noted;
    uint64_t allocations, last;  // of this phase; of its latest unit
} Shadow;

// External objects are counted by the time they take; other work is shorter.
enum { EXTERNAL_NS = 1000000, WORK_NS = 1000 };

#define SHADOW_CHECK(s, condition)                                                                \
    do {                                                                                          \
        if (condition) break;                                                                     \
        ck_abort_msg("seed %u, event %ju: " #condition "\n%s", (s)->seed, (uintmax_t)(s)->events, \
                     (s)->text);                                                                  \
    } while (0)

static bool unit_exists(const Shadow *s, uint32_t unit) {
    return unit < s->top && s->units[unit].exists;
}

// A link leads to a unit of the population that the text names; in its own, to an older one.
static void link_check(const Shadow *s, uint32_t from, uint32_t link, uint32_t to) {
    const Population *p = &s->spec->populations[s->units[from].population];
    SHADOW_CHECK(s, link < p->template.links);
    SHADOW_CHECK(s, unit_exists(s, to) && s->units[to].held);
    SHADOW_CHECK(s, s->units[to].population == p->links[link].population);
    if (s->units[to].population == s->units[from].population) {
        SHADOW_CHECK(s, s->units[to].birth < s->units[from].birth);
    }
}

static void shadow_unit(Shadow *s, const Event *e) {
    SHADOW_CHECK(s, e->unit < mutator_units_max(s->spec) && !unit_exists(s, e->unit));
    SHADOW_CHECK(s, e->template <s->spec->population_count && e->value > 0);
    const Population *p = &s->spec->populations[e->template];
    SHADOW_CHECK(s, p->phase == s->phase && !p->external);
    if (e->unit >= s->top) s->top = e->unit + 1;
    s->units[e->unit] = (ShadowUnit){
        true, true, false, e->template, s->births++, {e->target, NO_UNIT, NO_UNIT, NO_UNIT}};
    if (e->target != NO_UNIT) link_check(s, e->unit, 0, e->target);
    s->allocations += s->last = e->value;
}

// Units still to be found are marked by a place in the queue.
static void shadow_search(Shadow *s, bool *found) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->top; i++) {
        found[i] = s->units[i].held;
        if (found[i]) s->queue[count++] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < LINKS_MAX; k++) {
            uint32_t to = s->units[s->queue[i]].links[k];
            if (to == NO_UNIT || found[to]) continue;
            found[to] = true;
            s->queue[count++] = to;
        }
    }
}

// The killer is out: those noted, and no others, are out of reach.
static void shadow_bury(Shadow *s) {
    static bool found[1 << 16];
    CHECK(s->top <= ARRAY_LENGTH(found));
    shadow_search(s, found);
    for (uint32_t i = 0; i < s->top; i++) {
        ShadowUnit *unit = &s->units[i];
        if (!unit->exists) continue;
        SHADOW_CHECK(s, !unit->noted || !found[i]);
        SHADOW_CHECK(s, unit->noted || found[i]);
        unit->exists = !unit->noted;
    }
    s->noted = false;
}

static void shadow_store(Shadow *s, const Event *e) {
    SHADOW_CHECK(s, unit_exists(s, e->unit) && s->units[e->unit].held);
    link_check(s, e->unit, e->flags, e->target);
    s->units[e->unit].links[e->flags] = e->target;
    shadow_bury(s);
}

static void shadow_drop(Shadow *s, const Event *e) {
    SHADOW_CHECK(s, unit_exists(s, e->unit) && s->units[e->unit].held);
    s->units[e->unit].held = false;
    shadow_bury(s);
}

static void shadow_dead(Shadow *s, const Event *e) {
    SHADOW_CHECK(s, unit_exists(s, e->unit) && !s->units[e->unit].noted);
    s->units[e->unit].noted = s->noted = true;
}

// What the program may still hold when a phase or a round has ended.
static void held_check(const Shadow *s, bool round_ended) {
    for (uint32_t i = 0; i < s->top; i++) {
        if (!unit_exists(s, i) || !s->units[i].held) continue;
        LifetimeKind kind = s->spec->populations[s->units[i].population].lifetime.kind;
        SHADOW_CHECK(s, kind != LIVES_PHASE);
        SHADOW_CHECK(s, !round_ended || kind == LIVES_FOREVER);
    }
}

// The phase that ends has allocated what was asked, but for the end of its last unit.
static void shadow_phase(Shadow *s, const Event *e) {
    uint32_t next = s->begun ? s->phase + 1 : 0;
    if (s->begun) {
        uint64_t asked = s->spec->phases[s->phase].allocations;
        SHADOW_CHECK(s, s->allocations >= asked && s->allocations - s->last < asked);
    }
    bool round_ended = s->begun && next == s->spec->phase_count;
    SHADOW_CHECK(s, e->value == (round_ended ? ROUND_END : next) && e->target == s->round);
    held_check(s, round_ended);
    s->phase = next;
    s->begun = !round_ended;
    s->round += round_ended;
    s->allocations = s->last = 0;
}

static void shadow_event(Shadow *s, const Event *e) {
    s->events++;
    SHADOW_CHECK(s, !s->noted || e->op == OP_DEAD || e->op == OP_STORE || e->op == OP_DROP);
    SHADOW_CHECK(s, s->begun || e->op == OP_PHASE);
    if (e->op == OP_UNIT) shadow_unit(s, e);
    if (e->op == OP_STORE) shadow_store(s, e);
    if (e->op == OP_DROP) shadow_drop(s, e);
    if (e->op == OP_DEAD) shadow_dead(s, e);
    if (e->op == OP_PHASE) shadow_phase(s, e);
    if (e->op == OP_WORK && e->value >= EXTERNAL_NS) {
        s->allocations += s->last = e->value / EXTERNAL_NS;
    }
}

// Plays the whole stream; the mutator's digest of it.
static uint64_t shadow_run(unsigned seed, size_t batch, const char *text) {
    Spec spec = spec_of(text);
    Mutator *mutator = mutator_of(&spec);
    Shadow s = {.seed = seed, .text = text, .spec = &spec};
    s.units = memory_new(mutator_units_max(&spec), sizeof *s.units);
    s.queue = memory_new(mutator_units_max(&spec), sizeof *s.queue);
    size_t count = 0;
    do {
        const Event *events = mutator_next(mutator, batch, &count);
        for (size_t i = 0; i < count; i++) shadow_event(&s, &events[i]);
    } while (count > 0);
    SHADOW_CHECK(&s, !s.begun && !s.noted && s.round == spec.rounds);
    uint64_t digest = mutator_digest(mutator);
    free(s.units);
    free(s.queue);
    mutator_close(mutator);
    return digest;
}

// ---- random workloads ----

typedef struct {
    Rng rng;
    uint32_t populations;
    bool upwards;  // links lead to populations declared above, else below; to their own always
    char text[16384];
    size_t used;
} Writer;

static void __attribute__((format(printf, 2, 3))) put(Writer *w, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->text + w->used, sizeof w->text - w->used, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    w->used += (size_t)length;
    CHECK(w->used < sizeof w->text);
}

static uint32_t any(Writer *w, uint32_t bound) { return rng_below(&w->rng, bound); }

#define ANY_OF(w, list) ((list)[any(w, ARRAY_LENGTH(list))])

static void put_links(Writer *w, uint32_t number) {
    uint32_t links = any(w, LINKS_MAX + 1);
    for (uint32_t k = 0; k < links; k++) {
        uint32_t to = w->upwards ? any(w, number + 1) : number + any(w, w->populations - number);
        put(w, "%s u%u %u%%", k > 0 ? "," : "links =", to, any(w, 101));
    }
    if (links > 0) put(w, "\nmutation_rate = %u%%\n", any(w, 2) * any(w, 60));
}

static void put_population(Writer *w, uint32_t number, uint32_t phase, uint32_t share) {
    static const char *const shapes[] = {"single",        "pair",          "chain",
                                         "ring",          "tree fanout=3", "btree fanout=2",
                                         "mesh degree=2", "instance"};
    static const char *const sizes[] = {"1",
                                        "40",
                                        "geometric mean=6",
                                        "uniform min=1 max=20",
                                        "power min=2 exponent=1.5 max=50",
                                        "table 1:50% 9:50%"};
    static const char *const lives[] = {"1",
                                        "30",
                                        "geometric mean=50",
                                        "uniform min=0 max=200",
                                        "power min=5 exponent=1",
                                        "phase",
                                        "round",
                                        "forever"};
    uint32_t shape = any(w, ARRAY_LENGTH(shapes));
    put(w, "[population u%u]\nphase = p%u\nshare = %u%%\n", number, phase, share);
    put(w, "shape = %s\nlifetime = %s\n", shapes[shape], ANY_OF(w, lives));
    if (shape > 1) put(w, "objects = %s\n", ANY_OF(w, sizes));
    put(w, "cycle_density = %u%%\nwork = %u\n", any(w, 101), any(w, 2) * any(w, WORK_NS));
    if (any(w, 10) == 0) put(w, "store = external\nexternal_ns = %d\n", EXTERNAL_NS);
    put_links(w, number);
}

static const char *random_workload(Writer *w, unsigned seed) {
    static const uint32_t shares[][3] = {{100, 0, 0}, {70, 30, 0}, {50, 45, 5}};
    uint32_t phases, counts[3], number = 0;
    rng_seed(&w->rng, seed, 0);
    w->used = w->populations = 0;
    w->upwards = any(w, 2) == 0;
    phases = 1 + any(w, 3);
    put(w, "[workload]\nseed = %u\nrounds = %u\n", seed, 1 + any(w, 4));
    for (uint32_t i = 0; i < phases; i++) {
        w->populations += counts[i] = 1 + any(w, 3);
        put(w, "[phase p%u]\nallocations = %u\n", i, 1 + any(w, 1000));
        put(w, "collect_every = %u\nrequest = %u\n", any(w, 2) * any(w, 300), any(w, 300));
        put(w, "collect_at_end = %u\n", any(w, 2));
    }
    for (uint32_t i = 0; i < phases; i++) {
        for (uint32_t k = 0; k < counts[i]; k++) {
            put_population(w, number++, i, shares[counts[i] - 1][k]);
        }
    }
    return w->text;
}

// OURO_SEED=n makes n the seed of index 0.
static unsigned seed_of(int index) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) + (unsigned)index;
}

START_TEST(truth_notes_match_a_graph_search) {
    static Writer writer;
    unsigned seed = seed_of(_i);
    (void)shadow_run(seed, 4096, random_workload(&writer, seed));
}
END_TEST

START_TEST(batches_do_not_change_the_stream) {
    static const size_t batches[] = {1, 7, 4096};
    static Writer writer;
    unsigned seed = seed_of(_i);
    const char *text = random_workload(&writer, seed);
    uint64_t expected = shadow_run(seed, 100, text);
    for (size_t i = 0; i < ARRAY_LENGTH(batches); i++) {
        uint64_t digest = shadow_run(seed, batches[i], text);
        ck_assert_msg(digest == expected, "seed %u, batches of %zu\n%s", seed, batches[i], text);
    }
}
END_TEST

// Their numbers were once reckoned for a single round.
START_TEST(what_forever_refers_to_outlives_all_rounds) {
    (void)shadow_run(0, 100,
                     "[workload]\nrounds = 4\n[phase p]\nallocations = 1k\n"
                     "[population u]\nshare = 90%\nlifetime = 2\nlinks = u 100%\n"
                     "[population leak]\nshare = 10%\nlifetime = forever\nlinks = u 100%\n"
                     "shape = chain\nobjects = 40\n");
}
END_TEST

Suite *truth_suite(void) {
    Suite *suite = suite_create("truth");
    TCase *random = tcase_create("random workloads");
    tcase_add_loop_test(random, truth_notes_match_a_graph_search, 0, 200);
    tcase_add_loop_test(random, batches_do_not_change_the_stream, 0, 10);
    tcase_add_test(random, what_forever_refers_to_outlives_all_rounds);
    suite_add_tcase(suite, random);
    return suite;
}
