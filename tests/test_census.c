// test_census.c -- the census of a moment against the naive heap, and what is said to become of it
//
// The naive heap plays the same events and knows nothing of truth notes, tags or books: what is
// garbage it finds by marking. An object is known by its birth, and so is its population.
#include <inttypes.h>
#include <stdlib.h>

#include "explain.h"
#include "hand_heap.h"
#include "heap_state.h"
#include "naive_rules.h"
#include "program.h"
#include "suites.h"

enum { PROGRAMS_PER_TEST = 10, TESTS = 12 };

// OURO_SEED=n makes n the seed of the very first program.
static uint64_t seed_of(int test, int i) {
    const char *text = getenv("OURO_SEED");
    const uint64_t first = text != NULL ? strtoull(text, NULL, 10) : 1;
    return first + (uint64_t)(test * PROGRAMS_PER_TEST + i);
}

typedef struct {
    uint64_t seed;
    Program program;
    Spec spec;
    PolicyChoice policy;
    NaiveRules rules;
    const Template *templates[POPULATIONS_MAX];
    uint64_t events;  // of the stream
    uint64_t moment;  // an event

    // What the naive heap has there.
    uint64_t units;          // built so far
    uint64_t *births;        // of each, first to last
    uint16_t *makers;        // its population
    uint64_t *deaths;        // by unit, from its note: the clock
    uint64_t *death_events;  // and the event; UINT64_MAX: none
    uint64_t *unit_of;       // by number of the stream
    PopulationCensus populations[POPULATIONS_MAX];
    uint64_t spaces[SPACES_MAX];
    uint64_t garbage, garbage_left;  // objects: at the moment, and of them at the end
} Case;

#define CASE_CHECK(c, found, expected)                                                             \
    do {                                                                                           \
        const uint64_t found_ = (found), expected_ = (expected);                                   \
        if (found_ == expected_) break;                                                            \
        ck_abort_msg("OURO_SEED=%" PRIu64 ", policy %s, event %" PRIu64 ": " #found " is %" PRIu64 \
                     ", naive %" PRIu64 "\n%s",                                                    \
                     (c)->seed, (c)->program.policy, (c)->moment, found_, expected_,               \
                     (c)->program.workload);                                                       \
    } while (0)

// NULL: the naive heap has no such policy.
static Case *case_new(uint64_t seed) {
    Error error = {0};
    Case *c = memory_new(1, sizeof *c);
    c->seed = seed;
    c->program = program_new(seed, (ProgramKind){.size = PROGRAM_WHOLE / 2, .simulated = true});
    bool good = spec_read_text(&c->spec, "random", c->program.workload, NULL, 0, &error) &&
                policy_choose(&c->policy, c->program.policy, &error);
    ck_assert_msg(good, "OURO_SEED=%" PRIu64 ": %s", seed, error.text);
    c->spec.memory_limit = 0;
    for (uint32_t i = 0; i < c->spec.population_count; i++)
        c->templates[i] = &c->spec.populations[i].template;
    if (naive_rules_of(&c->policy, &c->spec, &c->rules)) return c;
    free(c);
    return NULL;
}

// ---- the naive census ----

static uint64_t unit_born_before(const Case *c, uint64_t birth) {
    uint64_t low = 0, high = c->units;  // the last one whose birth is not later
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        *(c->births[middle] <= birth ? &low : &high) = middle;
    }
    return low;
}

static void count_object(Case *c, const NaiveObject *object, uint64_t clock) {
    const uint64_t unit = unit_born_before(c, object->birth);
    const uint32_t member = (uint32_t)(object->birth - c->births[unit]);
    const Template *t = c->templates[c->makers[unit]];
    PopulationCensus *p = &c->populations[c->makers[unit]];
    const uint64_t payload = template_payload(t, member);
    const Tally tally = {1, template_bytes(t, member) + payload, payload};
    if (object->mark == NAIVE_REACHABLE) {
        tally_add(&p->reachable, &tally);
        tally_add(&p->reachable_ages[age_class(clock - c->births[unit])], &tally);
        return;
    }
    tally_add(&p->garbage, &tally);
    tally_add(&p->garbage_ages[age_class(clock - c->deaths[unit])], &tally);
    c->spaces[object->list]++;
    c->garbage++;
}

static void naive_census(Case *c, NaiveHeap *naive) {
    size_t count;
    NaiveObject *const *objects = naive_heap_objects(naive, &count);
    naive_heap_reach(naive);
    for (size_t i = 0; i < count; i++) count_object(c, objects[i], naive_heap_figures(naive).clock);
}

// Of the garbage there was at the moment.
static void naive_count_left(Case *c, NaiveHeap *naive) {
    size_t count;
    NaiveObject *const *objects = naive_heap_objects(naive, &count);
    for (size_t i = 0; i < count; i++)
        c->garbage_left += c->death_events[unit_born_before(c, objects[i]->birth)] <= c->moment;
}

static void note_event(Case *c, const Event *event, uint64_t number, uint64_t clock) {
    if (event->op == OP_UNIT) {
        c->births[c->units] = clock;
        c->makers[c->units] = event->template;
        c->death_events[c->units] = UINT64_MAX;
        c->unit_of[event->unit] = c->units++;
    }
    if (event->op != OP_DEAD) return;
    c->deaths[c->unit_of[event->unit]] = clock;
    c->death_events[c->unit_of[event->unit]] = number;
}

// Plays all events; the moment is after event number `moment`, 0: none.
static void naive_play(Case *c) {
    Error error = {0};
    uint64_t events = 0;
    bool taken = false;
    size_t count = 0;
    const Event *event;
    Mutator *mutator = mutator_open(&c->spec, &error);
    ck_assert_msg(mutator != NULL, "%s", error.text);
    NaiveHeap *naive = naive_heap_new(&c->rules, c->templates, mutator_units_max(&c->spec));
    c->units = 0;
    while ((event = mutator_next(mutator, 1, &count), count > 0)) {
        const Event copy = *event;
        note_event(c, &copy, ++events, naive_heap_figures(naive).clock);
        naive_heap_apply(naive, &copy);
        if (c->moment == 0 || events < c->moment || copy.op == OP_DEAD || taken) continue;
        c->moment = events;  // a note comes true with the event behind it
        taken = true;
        naive_census(c, naive);
    }
    c->events = events;
    if (taken) naive_count_left(c, naive);
    naive_heap_free(naive);
    mutator_close(mutator);
}

static void case_prepare(Case *c) {
    const uint64_t units = spec_allocations(&c->spec) + (1u << 16);
    c->births = memory_new(units, sizeof *c->births);
    c->makers = memory_new(units, sizeof *c->makers);
    c->deaths = memory_new(units, sizeof *c->deaths);
    c->death_events = memory_new(units, sizeof *c->death_events);
    c->unit_of = memory_new(mutator_units_max(&c->spec), sizeof *c->unit_of);
    naive_play(c);
}

static void case_free(Case *c) {
    free(c->births);
    free(c->makers);
    free(c->deaths);
    free(c->death_events);
    free(c->unit_of);
    free(c);
}

// ---- compared ----

static void same_tally(const Case *c, const Tally *found, const Tally *expected) {
    CASE_CHECK(c, found->objects, expected->objects);
    CASE_CHECK(c, found->bytes, expected->bytes);
    CASE_CHECK(c, found->payload_bytes, expected->payload_bytes);
}

static void same_census(const Case *c, const Census *census) {
    for (uint32_t i = 0; i < c->spec.population_count; i++) {
        const PopulationCensus *found = &census->populations[i], *expected = &c->populations[i];
        same_tally(c, &found->reachable, &expected->reachable);
        same_tally(c, &found->garbage, &expected->garbage);
        for (uint32_t k = 0; k < AGE_CLASSES; k++) {
            same_tally(c, &found->reachable_ages[k], &expected->reachable_ages[k]);
            same_tally(c, &found->garbage_ages[k], &expected->garbage_ages[k]);
        }
    }
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        CASE_CHECK(c, census->spaces[i].garbage.objects, c->spaces[i]);
}

static void same_fates(const Case *c, const Explanation *e) {
    Tally freed = {0}, never = {0};
    for (uint32_t i = 0; i < e->fate_count; i++)
        tally_add(e->fates[i].is_freed ? &freed : &never, &e->fates[i].tally);
    CASE_CHECK(c, freed.objects + never.objects + e->fates_elsewhere.objects, c->garbage);
    CASE_CHECK(c, never.objects, c->garbage_left);
    for (uint32_t i = 0; i < e->fate_count; i++)
        CASE_CHECK(c, e->fates[i].soonest <= e->fates[i].latest, true);
}

static void explain_and_compare(Case *c) {
    const CostTable cost = cost_table_shipped(COST_COUNTS);
    const ExplainOptions options = {.spec = &c->spec,
                                    .policy = &c->policy,
                                    .cost = &cost,
                                    .moment = {MOMENT_EVENT, c->moment},
                                    .audit = true};
    Explanation *e = memory_new(1, sizeof *e);
    Run *first = NULL;
    Error error = {0};
    const bool good = explain(&options, e, &first, &error);
    ck_assert_msg(good, "OURO_SEED=%" PRIu64 ", policy %s: %s\n%s", c->seed, c->program.policy,
                  error.text, c->program.workload);
    run_close(first);
    CASE_CHECK(c, e->census.event, c->moment);
    same_census(c, &e->census);
    same_fates(c, e);
    free(e);
}

START_TEST(every_object_is_where_the_naive_heap_has_it) {
    int judged = 0;
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) {
        Case *c = case_new(seed_of(_i, i));
        if (c == NULL) continue;
        case_prepare(c);
        c->moment = 1 + c->events * (1 + c->seed % 7) / 8;
        naive_play(c);
        explain_and_compare(c);
        case_free(c);
        judged++;
    }
    ck_assert_int_ge(judged, PROGRAMS_PER_TEST / 2);
}
END_TEST

// ---- what holds garbage ----

static const HolderRow *row_held_by(const Census *census, uint32_t held, uint32_t holder) {
    for (uint32_t i = 0; i < census->holder_count; i++)
        if (census->holders[i].held.population == held &&
            census->holders[i].holder.population == holder)
            return &census->holders[i];
    return NULL;
}

static Census *census_of(const Heap *heap, uint32_t unexamined) {
    Error error = {0};
    Census *census = memory_new(1, sizeof *census);
    census_take(census, heap, NULL, unexamined);
    ck_assert_msg(census_check(census, heap, false, &error), "%s", error.text);
    return census;
}

// An old ring refers to a chain of two younger ones, which a collection sees and keeps.
static Heap *heap_with_a_chain(void) {
    enum { OLDER, MIDDLE, LAST };
    Heap *heap = hand_heap_new();
    play(heap, ring(OLDER, 2));
    execute(heap, collect(0));
    play(heap, of(ring(LAST, 4), SMALL_PAYLOAD));
    play(heap, of(to(ring(MIDDLE, 3), LAST), WITH_FINALIZER));
    play(heap, store(OLDER, MIDDLE), drop(MIDDLE), drop(LAST));
    play(heap, dead(OLDER), dead(MIDDLE), dead(LAST), drop(OLDER));
    execute(heap, collect(0));
    return heap;
}

START_TEST(the_holder_of_garbage_is_named_with_the_chain) {
    Heap *heap = heap_with_a_chain();
    Census *census = census_of(heap, 0);
    ck_assert_uint_eq(census->reasons[GARBAGE_HELD].objects, 7);
    ck_assert_uint_eq(census->reasons[GARBAGE_WAITS].objects, 2);
    const HolderRow *middle = row_held_by(census, WITH_FINALIZER, PLAIN);
    const HolderRow *last = row_held_by(census, SMALL_PAYLOAD, PLAIN);
    ck_assert(middle != NULL && last != NULL);
    ck_assert(middle->is_found && middle->why == GARBAGE_WAITS);
    ck_assert_uint_eq(middle->tally.objects, 3);
    ck_assert_uint_eq(middle->chain_length, 2);
    ck_assert_uint_eq(last->tally.objects, 4);
    ck_assert_uint_eq(last->tally.payload_bytes, SMALL_BYTES);
    ck_assert_uint_eq(last->chain_length, 3);
    ck_assert_uint_eq(last->chain[0].population, PLAIN);
    ck_assert_uint_eq(last->chain[1].population, WITH_FINALIZER);
    ck_assert_uint_eq(last->chain[2].population, SMALL_PAYLOAD);
    free(census);
    heap_close(heap);
}
END_TEST

START_TEST(frozen_garbage_is_told_from_garbage_that_waits) {
    Heap *heap = hand_heap_new();
    play(heap, ring(0, 2), ring(1, 3));
    play(heap, dead(0), drop(0));
    execute(heap, move(1, ASIDE));
    play(heap, dead(1), drop(1));
    play(heap, ring(2, 5), dead(2), drop(2));
    Census *census = census_of(heap, 1u << ASIDE);
    ck_assert_uint_eq(census->reasons[GARBAGE_FROZEN].objects, 5);
    ck_assert_uint_eq(census->reasons[GARBAGE_WAITS].objects, 5);
    free(census);
    heap_close(heap);
}
END_TEST

START_TEST(what_a_legacy_finalizer_keeps_is_uncollectable) {
    Heap *heap = hand_heap_new();
    play(heap, of(ring(0, 3), WITH_FINALIZER), dead(0), drop(0));
    Plan plan = collect(0);
    plan.finalizers = FINALIZERS_LEGACY;
    execute(heap, plan);
    Census *census = census_of(heap, 0);
    ck_assert_uint_eq(census->reasons[GARBAGE_UNCOLLECTABLE].objects, 3);
    ck_assert_uint_eq(census->reasons[GARBAGE_HELD].objects, 0);
    free(census);
    heap_close(heap);
}
END_TEST

// By going over all references again and again, until nothing new is found.
static uint64_t naive_held_found(const Heap *h) {
    uint64_t found = 0;
    const uint8_t is_dead = TAG_ALIVE | TAG_DEAD, kept = TAG_HELD | TAG_UNCOLLECTABLE;
    bool *reached = memory_new(h->objects.next, sizeof *reached);
    for (uint32_t i = 1; i < h->objects.next; i++)
        reached[i] = (h->tags[i] & is_dead) == is_dead && (h->tags[i] & kept) != TAG_HELD;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 1; i < h->objects.next; i++)
            for (EdgeWalk edge = edges_of(h, i); reached[i] && edge_next(h, &edge);)
                if (!reached[edge.target]) more = reached[edge.target] = true;
    }
    for (uint32_t i = 1; i < h->objects.next; i++)
        found += reached[i] && (h->tags[i] & kept) == TAG_HELD;
    free(reached);
    return found;
}

typedef struct {
    uint64_t events, looked, held;
} Look;

static void look_applied(void *context, const Heap *heap, const Event *event) {
    Look *look = context;
    Error error = {0};
    if (++look->events % 97 != 0 || event->op == OP_DEAD) return;
    Census *census = memory_new(1, sizeof *census);
    census_take(census, heap, NULL, 0);
    ck_assert_msg(census_check(census, heap, false, &error), "%s", error.text);
    uint64_t found = census->held_elsewhere.objects;
    for (uint32_t i = 0; i < census->holder_count; i++)
        if (census->holders[i].is_found) found += census->holders[i].tally.objects;
    if (census->held_elsewhere.objects == 0) ck_assert_uint_eq(found, naive_held_found(heap));
    look->held += census->reasons[GARBAGE_HELD].objects;
    look->looked++;
    free(census);
}

// Every 97th event, in whatever middle of a unit a collection may be about to begin.
START_TEST(held_garbage_has_a_holder_or_has_lost_it) {
    Look look = {0};
    const RunWatcher watcher = {.context = &look, .applied = look_applied};
    for (int i = 0; i < PROGRAMS_PER_TEST; i++) {
        Case *c = case_new(seed_of(_i, i));
        Error error = {0};
        bool done = false;
        if (c == NULL) continue;
        const RunOptions options = {
            .spec = &c->spec, .policy = &c->policy, .batch = 1, .watcher = &watcher};
        Run *run = run_open(&options, &error);
        ck_assert_msg(run != NULL && run_advance(run, UINT64_MAX, &done, &error),
                      "OURO_SEED=%" PRIu64 ": %s", c->seed, error.text);
        run_close(run);
        free(c);
    }
    ck_assert_uint_gt(look.looked, 100);
    ck_assert_uint_gt(look.held, 100);
}
END_TEST

// ---- it can say no ----

typedef void (*Spoil)(Heap *heap, Census *census);
static void spoil_space(Heap *h, Census *c) { (void)c, h->spaces[1].bytes++; }
static void spoil_held(Heap *h, Census *c) { (void)c, h->spaces[1].waiting.held_bytes--; }
static void spoil_garbage(Heap *h, Census *c) { (void)c, h->levels.garbage_objects++; }
static void spoil_live(Heap *h, Census *c) { (void)c, h->view.payload_bytes++; }
static void spoil_reason(Heap *h, Census *c) { (void)h, c->reasons[GARBAGE_WAITS].bytes++; }
static void spoil_population(Heap *h, Census *c) { (void)h, c->populations[0].garbage.objects++; }
static void spoil_holder(Heap *h, Census *c) { (void)h, c->holders[0].tally.bytes--; }

START_TEST(figures_that_differ_from_the_heaps_are_found) {
    static const Spoil spoils[] = {spoil_space,  spoil_held,       spoil_garbage, spoil_live,
                                   spoil_reason, spoil_population, spoil_holder};
    for (size_t i = 0; i < ARRAY_LENGTH(spoils); i++) {
        Error error = {0};
        Heap *heap = heap_with_a_chain();
        Census *census = census_of(heap, 0);
        spoils[i](heap, census);
        ck_assert_msg(!census_check(census, heap, false, &error), "spoilt figure %zu", i);
        ck_assert(error.check_failed);
        free(census);
        heap_close(heap);
    }
}
END_TEST

Suite *census_suite(void) {
    Suite *suite = suite_create("census");
    TCase *random = tcase_create("random programs");
    tcase_set_timeout(random, 60);
    tcase_add_loop_test(random, every_object_is_where_the_naive_heap_has_it, 0, TESTS);
    tcase_add_loop_test(random, held_garbage_has_a_holder_or_has_lost_it, 0, TESTS / 3);
    suite_add_tcase(suite, random);
    TCase *hand = tcase_create("by hand");
    tcase_add_test(hand, the_holder_of_garbage_is_named_with_the_chain);
    tcase_add_test(hand, frozen_garbage_is_told_from_garbage_that_waits);
    tcase_add_test(hand, what_a_legacy_finalizer_keeps_is_uncollectable);
    tcase_add_test(hand, figures_that_differ_from_the_heaps_are_found);
    suite_add_tcase(suite, hand);
    return suite;
}
