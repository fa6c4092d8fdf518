// test_whole.c -- units built and freed in one go, against the same member by member
//
// Two tracing heaps take the same events. In one of them something wants attention after every
// member, and every unit passes for one whose slots were cleared before: so nothing goes in one go.
// In the end both must have the same objects at the same addresses.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hand_heap.h"
#include "heap_state.h"
#include "mutator.h"
#include "rng.h"
#include "suites.h"

static const char workload[] =
    "[phase p]\nallocations = 6000\n"
    "[population chains]\nshape = chain\nobjects = geometric mean=5 max=90\ncycle_density = 60%\n"
    "share = 25%\nlifetime = geometric mean=400\nlinks = chains 40%\n"
    "[population trees]\nshape = tree fanout=3\nobjects = geometric mean=9 max=90\n"
    "cycle_density = 40%\nback_edges = 30%\nshare = 15%\nlifetime = geometric mean=300\n"
    "finalizer = yes\nresurrect = 20%\nlinks = trees 30%, meshes 30%\n"
    "[population meshes]\nshape = mesh degree=3\nobjects = geometric mean=8 max=90\n"
    "cycle_density = 50%\nshare = 20%\nlifetime = geometric mean=300\npayload = 700\n"
    "mutation_rate = 5%\nlinks = chains 50%\n"
    "[population btrees]\nshape = btree fanout=3\nobjects = geometric mean=12 max=90\n"
    "cycle_density = 30%\nshare = 20%\nlifetime = geometric mean=300\npayload = 90\n"
    "payload_on = every\n"
    "[population dicts]\nshape = instance\nobjects = geometric mean=4 max=90\n"
    "cycle_density = 50%\nshare = 10%\nlifetime = geometric mean=200\nfinalizer = yes\n"
    "[population singles]\nshape = single\ncycle_density = 50%\nshare = 10%\n"
    "lifetime = geometric mean=200\nlinks = singles 50%\n";

static Heap *open_heap(const Spec *spec) {
    HeapOptions options = hand_options();
    options.template_count = spec->population_count;
    options.units_max = mutator_units_max(spec);
    options.locality = true;
    for (uint32_t i = 0; i < spec->population_count; i++)
        options.templates[i] = &spec->populations[i].template;
    return hand_heap_with(&options);
}

static void apply_whole(Heap *h, const Event *event) { ck_assert(heap_apply(h, event, 1) == 1); }

static void apply_pieces(Heap *h, const Event *event) {
    heap_set_sample(h, 0);
    while (heap_apply(h, event, 1) == 0) ck_assert_int_eq(heap_view(h)->reason, WAKE_SAMPLE);
    if (event->op == OP_UNIT) h->instances[h->instance_of_unit[event->unit]].flags |= INSTANCE_TORN;
}

static bool same_edges(const Heap *a, const Heap *b, uint32_t object) {
    EdgeWalk x = edges_of(a, object), y = edges_of(b, object);
    for (bool more = true; more;) {
        more = edge_next(a, &x);
        if (edge_next(b, &y) != more || (more && x.target != y.target)) return false;
    }
    return true;
}

static bool same_object(const Heap *a, const Heap *b, uint32_t object) {
    if (a->tags[object] != b->tags[object]) return false;
    if (!(a->tags[object] & TAG_ALIVE)) return true;
    uint32_t member = object_member(a, object);
    const Template *t = object_template(a, object);
    return a->refcounts[object] == b->refcounts[object] && member == object_member(b, object) &&
           a->addresses[object] == b->addresses[object] &&
           (template_payload(t, member) == 0 || a->payloads[object] == b->payloads[object]) &&
           same_edges(a, b, object);
}

// The next member of a list from position *i on, or 0.
static uint32_t next_member(const Space *space, uint64_t *i) {
    while (*i < space->length && space->members[*i] == 0) ++*i;
    return *i < space->length ? space->members[(*i)++] : 0;
}

static bool same_space(const Space *a, const Space *b) {
    uint64_t i = 0, k = 0;
    uint32_t x, y;
    do {
        x = next_member(a, &i);
        y = next_member(b, &k);
    } while (x == y && x != 0);
    return x == y && a->objects == b->objects && a->bytes == b->bytes &&
           memcmp(&a->waiting, &b->waiting, sizeof a->waiting) == 0;
}

static bool same_heaps(Heap *a, Heap *b) {
    bool good = a->objects.next == b->objects.next;
    for (uint32_t i = 1; good && i < a->objects.next; i++) good = same_object(a, b, i);
    for (uint32_t i = 0; good && i < SPACES; i++) good = same_space(&a->spaces[i], &b->spaces[i]);
    return good && memcmp(heap_levels(a), heap_levels(b), sizeof(HeapLevels)) == 0 &&
           memcmp(&a->work, &b->work, sizeof a->work) == 0 &&
           memcmp(&a->ages, &b->ages, sizeof a->ages) == 0 &&
           memcmp(heap_memory(a), heap_memory(b), sizeof(MemoryStats)) == 0;
}

static Plan random_plan(Rng *rng, uint64_t seed) {
    Plan plan = collect((uint8_t)rng_below(rng, 3));
    plan.finalizers = (FinalizerRule)(seed % 3);
    return plan;
}

static void compare(const Spec *spec, uint64_t seed) {
    Error error = {0};
    Mutator *mutator = mutator_open(spec, &error);
    ck_assert_msg(mutator != NULL, "%s", error.text);
    Heap *whole = open_heap(spec), *pieces = open_heap(spec);
    Rng rng;
    rng_seed(&rng, seed, 0);
    size_t count;
    for (const Event *event; event = mutator_next(mutator, 1, &count), count > 0;) {
        apply_whole(whole, event);
        apply_pieces(pieces, event);
        if (event->op == OP_DEAD || rng_below(&rng, 40) > 0) continue;
        const Plan plan = random_plan(&rng, seed);
        PauseWork x = *heap_execute(whole, &plan), y = *heap_execute(pieces, &plan);
        ck_assert_msg(memcmp(&x, &y, sizeof x) == 0 && same_heaps(whole, pieces),
                      "seed %" PRIu64 ": at allocation %" PRIu64, seed, heap_view(whole)->clock);
        prove(whole);
    }
    ck_assert_uint_gt(heap_view(whole)->clock, 5000);
    heap_close(whole);
    heap_close(pieces);
    mutator_close(mutator);
}

START_TEST(units_in_one_go_end_where_members_do) {
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    char seed[64];
    snprintf(seed, sizeof seed, "workload.seed=%d", _i);
    const char *overrides[] = {seed};
    ck_assert_msg(spec_read_text(spec, "w.ini", workload, overrides, 1, &error), "%s", error.text);
    compare(spec, (uint64_t)_i);
    free(spec);
}
END_TEST

// The root is behind its member in the list, so the member clears its slot first: the reference to
// the root must not be taken back twice.
START_TEST(what_was_cleared_in_part_does_not_fall_in_one_go) {
    Heap *heap = hand_heap_new();
    heap_set_sample(heap, 1);
    ck_assert(!play_until(heap, ring(0, 2), WAKE_SAMPLE));
    heap_set_sample(heap, UINT64_MAX);
    execute(heap, move(1, 1));
    ck_assert(play_until(heap, ring(0, 2), WAKE_NONE));
    execute(heap, move(2, 0));
    play(heap, dead(0), drop(0));
    expect(execute(heap, collect(0)), 2, 2, 0);
    ck_assert_uint_eq(live(heap), 0);
    heap_close(heap);
}
END_TEST

// Built at once only where nothing wants attention in its middle.
START_TEST(what_has_risen_is_told_before_a_unit_is_whole) {
    HeapOptions options = hand_options();
    options.batch = 4;
    Heap *heap = hand_heap_with(&options);
    play(heap, chain(0, 6));
    ck_assert_uint_eq(heap_view(heap)->risen, 1);
    heap_set_fuse(heap, &(Fuse){FUSE_NEVER, FUSE_NEVER, FUSE_NEVER, 0, FUSE_NEVER, false});
    ck_assert(!play_until(heap, chain(1, 2), WAKE_RISEN));
    ck_assert_uint_eq(live(heap), 7);
    heap_close(heap);
}
END_TEST

Suite *whole_suite(void) {
    Suite *suite = suite_create("whole");
    TCase *tcase = tcase_create("units in one go");
    tcase_set_timeout(tcase, 20);
    tcase_add_loop_test(tcase, units_in_one_go_end_where_members_do, 1, 10);
    tcase_add_test(tcase, what_was_cleared_in_part_does_not_fall_in_one_go);
    tcase_add_test(tcase, what_has_risen_is_told_before_a_unit_is_whole);
    suite_add_tcase(suite, tcase);
    return suite;
}
