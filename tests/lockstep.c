// lockstep.c -- one workload under one policy on the tracing heap and on the naive one, at once
#include "lockstep.h"

#include <stdlib.h>

#include "heap_state.h"
#include "mutator.h"

// Twins are known by their births: the n-th object of one heap is the n-th of the other.
typedef struct {
    const Heap *heap;
    NaiveHeap *naive;
    uint32_t *number_of;  // by birth: the tracing heap's number
    uint64_t *birth_of;   // by number: the last object that had it
    uint64_t *objects;    // compared so far
    Error *error;
} Pair;

static bool same(const Pair *p, const char *what, uint64_t at, uint64_t tracing, uint64_t naive) {
    if (tracing == naive) return true;
    return error_set(p->error, "%s (%llu): tracing %llu, naive %llu", what, (unsigned long long)at,
                     (unsigned long long)tracing, (unsigned long long)naive);
}

// ---- after a collection ----

static bool same_references(const Pair *p, const NaiveObject *object, uint32_t number) {
    const Heap *h = p->heap;
    bool good = true;
    for (uint32_t k = 0; good && k < object->slot_count; k++) {
        const NaiveObject *to = object->slots[k];
        good = same(p, "the target of a reference of object", object->birth,
                    h->slots[h->slots_at[number] + k] & ~SLOT_LAST,
                    to != NULL ? p->number_of[to->birth] : 0);
    }
    return good;
}

static bool same_object(const Pair *p, const NaiveObject *object) {
    const Heap *h = p->heap;
    const uint32_t number = p->number_of[object->birth];
    const uint8_t tags = h->tags[number];
    return same(p, "alive: object", object->birth, (tags & TAG_ALIVE) != 0, true) &&
           same(p, "the birth of object", object->birth, p->birth_of[number], object->birth) &&
           same(p, "the generation of object", object->birth, object_space(h, number),
                (uint64_t)object->list) &&
           same(p, "the references to object", object->birth, h->refcounts[number], object->refs) &&
           same(p, "out of reach: object", object->birth, (tags & TAG_DEAD) != 0,
                object->mark != NAIVE_REACHABLE) &&
           same_references(p, object, number);
}

static bool same_objects(const Pair *p) {
    size_t count;
    NaiveObject *const *objects = naive_heap_objects(p->naive, &count);
    bool good = same(p, "objects", 0, p->heap->view.live_objects, count) &&
                same(p, "young", 0, p->heap->view.young, naive_heap_young(p->naive));
    naive_heap_reach(p->naive);
    for (size_t i = 0; good && i < count; i++) good = same_object(p, objects[i]);
    *p->objects += count;
    return good;
}

// ---- in the end ----

static bool same_collections(const Pair *p, const Recorder *found, const NaiveFigures *naive) {
    bool good = true;
    for (size_t i = 0; good && i < found->collection_count && i < naive->collection_count; i++) {
        const Collection *c = &found->collections[i];
        const NaiveCollection *expected = &naive->collections[i];
        good = same(p, "collection: clock", i, c->clock, expected->clock) &&
               same(p, "collection: generation", i, c->generation, expected->generation) &&
               same(p, "collection: marked", i, c->marked, expected->marked) &&
               same(p, "collection: candidates", i, c->candidates, expected->candidates) &&
               same(p, "collection: collected", i, c->collected, expected->collected) &&
               same(p, "collection: uncollectable", i, c->uncollectable, expected->uncollectable) &&
               same(p, "collection: resurrected", i, c->resurrected, expected->resurrected) &&
               same(p, "collection: survivors", i, c->survivors, expected->survivors) &&
               same(p, "collection: freed", i, c->freed, expected->freed);
    }
    return good && same(p, "collections", 0, found->collection_count, naive->collection_count);
}

static bool same_figures(const Pair *p, const RunResult *result) {
    const NaiveFigures naive = naive_heap_figures(p->naive);
    const Metrics *m = &result->metrics;
    return same_collections(p, result->recorder, &naive) &&
           same(p, "allocations", 0, m->allocations, naive.clock) &&
           same(p, "freed_refcount", 0, m->freed_refcount, naive.freed_refcount) &&
           same(p, "live at the end", 0, m->allocations - m->freed_refcount - m->freed_in_pauses,
                naive.live) &&
           same(p, "peak_live_objects", 0, m->peak_live_objects, naive.live_max);
}

// ---- playing ----

static void note_births(const Pair *p, const Event *unit, uint64_t clock) {
    const Heap *h = p->heap;
    const uint32_t first = h->instances[h->instance_of_unit[unit->unit]].first;
    for (uint32_t i = 0; i < unit->value; i++) {
        p->number_of[clock + i] = first + i;
        p->birth_of[first + i] = clock + i;
    }
}

static bool play(const Pair *p, Run *run, Mutator *mutator) {
    size_t collections = 0, count = 0;
    const Event *event;
    bool done = false;
    while ((event = mutator_next(mutator, 1, &count), count > 0)) {
        const Event copy = *event;
        const uint64_t clock = p->heap->view.clock;
        naive_heap_apply(p->naive, &copy);
        if (!run_event(run, &done, p->error)) return false;
        if (copy.op == OP_UNIT) note_births(p, &copy, clock);
        if (run_recorder(run)->collection_count == collections) continue;
        collections = run_recorder(run)->collection_count;
        if (!same_objects(p)) return false;
    }
    while (!done)
        if (!run_event(run, &done, p->error)) return false;
    return same_objects(p);
}

bool lockstep_play(Played *tracing, const Spec *spec, const PolicyChoice *policy,
                   const NaiveRules *rules, bool check, uint64_t *objects, Error *error) {
    const Template *templates[POPULATIONS_MAX];
    *tracing = (Played){0};
    *objects = 0;
    for (uint32_t i = 0; i < spec->population_count; i++)
        templates[i] = &spec->populations[i].template;
    Pair p = {.objects = objects, .error = error};
    Mutator *mutator = mutator_open(spec, error);
    if (mutator == NULL || !played_open(tracing, spec, policy, ENGINE_TRACING, 1, check, error)) {
        mutator_close(mutator);
        return false;
    }
    p.heap = run_heap(tracing->run);
    p.naive = naive_heap_new(rules, templates, mutator_units_max(spec));
    p.number_of = memory_new(p.heap->options.objects_max + 1, sizeof *p.number_of);
    p.birth_of = memory_new(p.heap->options.objects_max + 1, sizeof *p.birth_of);
    bool good = play(&p, tracing->run, mutator) &&
                run_result(tracing->run, &tracing->result, error) &&
                same_figures(&p, &tracing->result);
    naive_heap_free(p.naive);
    mutator_close(mutator);
    free(p.number_of);
    free(p.birth_of);
    return good;
}
