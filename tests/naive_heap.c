// naive_heap.c -- CPython's collector told the shortest way, to check the simulated heap against
//
// Nothing here is fast: a collection looks at every object and every reference there is.
#include "naive_heap.h"

#include <stdlib.h>

#include "naive_reach.h"
#include "naive_roots.h"

enum { UNTRACKED = -1 };  // no list yet

typedef NaiveObject Object;
typedef NaiveObjects Objects;

struct NaiveHeap {
    NaiveRules rules;
    const Template *const *templates;
    Object **roots;  // by unit
    Objects objects;
    Objects dying;  // at count 0, not freed yet
    Objects saved;  // by their finalizers, in the present collection
    uint64_t count[3], long_lived_total, long_lived_pending;
    int64_t thread_count, shared_count;  // NAIVE_FREE_THREADED
    bool scheduled;
    uint64_t allocated_bytes, budget_end, budgets;  // NAIVE_BUDGET
    uint64_t roots_fit;                             // NAIVE_ROOTS: before a collection
    uint64_t freed, live_max;
    bool in_pause;
    uint32_t phase_before;
    NaiveFigures figures;
    NaiveCollection *collections;
    size_t collection_capacity;
};

// ---- counting without the GIL (gc_free_threading.c of 3.13 and 3.15) ----

static bool should_collect(const NaiveHeap *h) {
    if (h->rules.threshold[0] == 0 || h->shared_count <= (int64_t)h->rules.threshold[0])
        return false;
    const int64_t quarter = (int64_t)(h->long_lived_total / 4);
    return h->shared_count > quarter || (h->rules.quarter && h->shared_count == quarter) ||
           h->rules.threshold[1] == 0;
}

static void count_allocation(NaiveHeap *h) {
    if (++h->thread_count < (int64_t)h->rules.batch) return;
    h->shared_count += h->thread_count;
    h->thread_count = 0;
    h->scheduled = h->scheduled || should_collect(h);
}

static void count_free(NaiveHeap *h) {
    if (--h->thread_count > -(int64_t)h->rules.batch) return;
    h->shared_count += h->thread_count;
    h->thread_count = 0;
    if (h->shared_count < 0 && !h->rules.below_zero) h->shared_count = 0;
}

// ---- reference counts ----

static Object *object_new(NaiveHeap *h, uint32_t slot_count, bool finalizer) {
    Object *object = memory_new(1, sizeof *object);
    *object = (Object){.refs = 1,
                       .held = true,
                       .finalizer = finalizer,
                       .list = UNTRACKED,
                       .birth = h->figures.clock,
                       .index = (uint32_t)h->objects.count,
                       .slot_count = slot_count,
                       .slots = memory_new(slot_count + 1, sizeof(Object *))};
    naive_push(&h->objects, object);
    h->figures.clock++;
    h->count[0]++;
    if (h->rules.kind == NAIVE_FREE_THREADED) count_allocation(h);
    if (h->objects.count > h->live_max) h->live_max = h->objects.count;
    return object;
}

static void object_forget(Object *object) {
    free(object->slots);
    free(object);
}

static void object_delete(NaiveHeap *h, Object *object) {
    Object *last = h->objects.items[--h->objects.count];
    h->objects.items[object->index] = last;
    last->index = object->index;
    if (h->count[0] > 0) h->count[0]--;
    if (h->rules.kind == NAIVE_FREE_THREADED) count_free(h);
    h->freed++;
    if (!h->in_pause) h->figures.freed_refcount++;
    object_forget(object);
}

static void refer(Object *from, uint32_t slot, Object *to) {
    CHECK(slot < from->slot_count && from->slots[slot] == NULL);
    from->slots[slot] = to;
    to->refs++;
}

static void drop_reference(NaiveHeap *h, Object *object) {
    CHECK(object->refs > 0);
    object->suspect = --object->refs > 0;
    if (object->refs == 0) naive_push(&h->dying, object);
}

static void clear_slots(NaiveHeap *h, Object *object) {
    for (uint32_t i = 0; i < object->slot_count; i++) {
        if (object->slots[i] != NULL) drop_reference(h, object->slots[i]);
        object->slots[i] = NULL;
    }
}

// Frees what is at count 0 and all that only it kept.
static void free_dying(NaiveHeap *h) {
    while (h->dying.count > 0) {
        Object *object = h->dying.items[--h->dying.count];
        clear_slots(h, object);
        object_delete(h, object);
    }
}

// ---- one collection ----

// Every finalizer is called once in its life.
static void call_finalizers(NaiveHeap *h, bool whole) {
    for (size_t i = 0; i < h->objects.count; i++) {
        Object *object = h->objects.items[i];
        if (!object->candidate || object->mark != NAIVE_UNMARKED || !object->finalizer) continue;
        if (object->resurrects && !object->finalized) naive_push(&h->saved, object);
        object->finalized = true;
    }
    for (size_t i = 0; i < h->saved.count; i++) h->saved.items[i]->refs++;
    for (size_t i = 0; i < h->saved.count; i++)
        naive_mark_from(h->saved.items[i], NAIVE_RESURRECTED);
    if (!whole || h->saved.count == 0) return;
    for (size_t i = 0; i < h->objects.count; i++)
        naive_mark_from(h->objects.items[i], NAIVE_RESURRECTED);
}

static void let_go_of_saved(NaiveHeap *h) {
    for (size_t i = 0; i < h->saved.count; i++) drop_reference(h, h->saved.items[i]);
    h->saved.count = 0;
    free_dying(h);
}

static NaiveCollection *log_collection(NaiveHeap *h, uint32_t generation) {
    if (h->figures.collection_count == h->collection_capacity) {
        h->collection_capacity = 2 * h->collection_capacity + 64;
        h->collections = realloc(h->collections, h->collection_capacity * sizeof *h->collections);
        CHECK(h->collections != NULL);
    }
    NaiveCollection *c = &h->collections[h->figures.collection_count++];
    *c = (NaiveCollection){.clock = h->figures.clock, .generation = generation};
    return c;
}

// All of them are held while their slots are cleared, so that none goes before its turn.
static void delete_unreachable(NaiveHeap *h, NaiveCollection *c) {
    Objects unreachable = {0};
    for (size_t i = 0; i < h->objects.count; i++) {
        Object *object = h->objects.items[i];
        if (object->candidate && object->mark == NAIVE_UNMARKED) naive_push(&unreachable, object);
    }
    c->collected = unreachable.count;
    for (size_t i = 0; i < unreachable.count; i++) unreachable.items[i]->refs++;
    for (size_t i = 0; i < unreachable.count; i++) clear_slots(h, unreachable.items[i]);
    for (size_t i = 0; i < unreachable.count; i++) {
        CHECK(unreachable.items[i]->refs == 1);
        drop_reference(h, unreachable.items[i]);
    }
    free_dying(h);
    free(unreachable.items);
}

// What was kept and has not fallen with the garbage that referred to it. Objects with a finalizer
// go to gc.garbage, which holds the rest.
static void count_uncollectable(NaiveHeap *h, NaiveCollection *c) {
    for (size_t i = 0; i < h->objects.count; i++) {
        Object *object = h->objects.items[i];
        if (object->mark != NAIVE_KEPT) continue;
        c->uncollectable++;
        if (!object->finalizer) continue;
        object->in_garbage_list = true;
        object->refs++;
    }
}

// The candidates that nobody has marked are garbage; what is kept goes to list `into`.
static void dispose(NaiveHeap *h, int into, NaiveFinalizers finalizers, NaiveCollection *c) {
    if (finalizers == NAIVE_LEGACY)
        naive_mark_finalizers(&h->objects);
    else
        call_finalizers(h, finalizers == NAIVE_CALLED_WHOLE);
    for (size_t i = 0; i < h->objects.count; i++) {
        Object *object = h->objects.items[i];
        c->candidates += object->candidate;
        c->survivors += object->mark == NAIVE_REACHABLE;
        c->resurrected += object->mark == NAIVE_RESURRECTED;
        if (object->mark != NAIVE_UNMARKED) object->list = into;
    }
    h->freed = 0;
    h->in_pause = true;
    delete_unreachable(h, c);
    h->in_pause = false;
    c->freed = h->freed;
    count_uncollectable(h, c);
    let_go_of_saved(h);
}

static void trial_delete(NaiveHeap *h, uint32_t condemned, int into, NaiveFinalizers finalizers,
                         NaiveCollection *c) {
    const bool mark_first = h->rules.mark_all || (h->rules.mark_full && c->generation == 2);
    c->marked = naive_condemn(&h->objects, condemned, mark_first);
    dispose(h, into, finalizers, c);
    c->candidates -= c->marked;
    c->survivors -= c->marked;
}

// `collect` of gcmodule.c.
static void collect_generation(NaiveHeap *h, int generation) {
    NaiveCollection *c = log_collection(h, (uint32_t)generation);
    if (generation < 2) h->count[generation + 1]++;
    for (int i = 0; i <= generation; i++) h->count[i] = 0;
    trial_delete(h, (2u << generation) - 1, generation < 2 ? generation + 1 : 2,
                 h->rules.finalizers, c);
    if (generation == 1) h->long_lived_pending += c->survivors;
    if (generation == 2) {
        h->long_lived_pending = 0;
        h->long_lived_total = c->survivors + c->marked;
    }
}

// Everything, whatever is asked for; `generation` is what is reported.
static void collect_all(NaiveHeap *h, uint32_t generation) {
    NaiveCollection *c = log_collection(h, generation);
    h->shared_count = 0;
    trial_delete(h, 1, 0, NAIVE_CALLED, c);
    h->long_lived_total = c->candidates + c->marked - c->collected;
}

static void collect_roots(NaiveHeap *h, uint32_t generation) {
    NaiveCollection *c = log_collection(h, generation);
    c->marked = naive_roots_count(h->objects.items, h->objects.count);
    naive_roots_condemn(h->objects.items, h->objects.count);
    dispose(h, 0, NAIVE_CALLED, c);
    h->roots_fit = naive_roots_adapt(&h->rules, h->roots_fit, c);
}

static void collect_if_roots(NaiveHeap *h) {
    const uint64_t roots = naive_roots_count(h->objects.items, h->objects.count);
    if (roots > h->roots_fit || (roots == h->roots_fit && h->rules.adaptive == NAIVE_ORC))
        collect_roots(h, 0);
}

static void collect_budget(NaiveHeap *h, bool full) {
    NaiveCollection *c = log_collection(h, full ? 2 : 0);
    h->budget_end = h->allocated_bytes + h->rules.budget;
    h->count[0] = 0;
    trial_delete(h, full ? 3 : 1, 1, NAIVE_CALLED, c);
}

// `collect_generations` of gcmodule.c.
static void collect_due(NaiveHeap *h) {
    if (h->rules.kind == NAIVE_FREE_THREADED) {
        h->scheduled = false;
        if (should_collect(h)) collect_all(h, 0);
        return;
    }
    if (h->rules.kind == NAIVE_BUDGET) {
        collect_budget(h, ++h->budgets % h->rules.full_every == 0);
        return;
    }
    for (int i = 2; i >= 0; i--) {
        if (h->count[i] <= h->rules.threshold[i]) continue;
        if (i == 2 && h->rules.quarter && h->long_lived_pending < h->long_lived_total / 4) continue;
        collect_generation(h, i);
        return;
    }
}

static bool is_due(const NaiveHeap *h) {
    if (h->rules.kind == NAIVE_ROOTS) return false;
    if (h->rules.kind == NAIVE_FREE_THREADED) return h->scheduled;
    if (h->rules.kind == NAIVE_BUDGET) return h->allocated_bytes > h->budget_end;
    return h->rules.threshold[0] > 0 && h->count[0] > h->rules.threshold[0];
}

static void move_lists(NaiveHeap *h, uint32_t from, int into) {
    log_collection(h, 0);
    for (size_t i = 0; i < h->objects.count; i++) {
        Object *object = h->objects.items[i];
        if (object->list >= 0 && from >> object->list & 1) object->list = into;
    }
}

// ---- events ----

// The interpreter holds a new object until it is in its register, or in the slot that owns it.
static void build_unit(NaiveHeap *h, const Event *unit) {
    const Template *t = h->templates[unit->template];
    bool closed = unit->flags & UNIT_CLOSED, aside = h->rules.born_aside >> unit->template & 1;
    Object **members = memory_new(unit->value, sizeof(Object *));
    for (uint32_t i = 0; i < unit->value; i++) {
        Member member = template_member(t, unit->value, closed, i);
        members[i] = object_new(h, member.slots, t->finalizer && i == 0);
        members[i]->resurrects = unit->flags & UNIT_RESURRECTS;
        h->allocated_bytes += template_bytes(t, i);
        bool due = is_due(h);
        if (due && !h->rules.at_safepoint) collect_due(h);
        members[i]->list = aside ? NAIVE_ASIDE : 0;
        h->allocated_bytes += template_payload(t, i);
        if (i > 0) {
            members[i]->held = false;
            members[i]->refs--;
            refer(members[member.parent], member.parent_slot, members[i]);
        } else {
            members[0]->link_slot = template_link_slot(t, unit->value, closed, 0);
            h->roots[unit->unit] = members[0];
        }
        for (uint32_t k = 0; k < member.stores; k++) {
            MemberStore store = template_store(t, unit->value, closed, i, k);
            refer(members[store.from], store.slot, members[store.to]);
        }
        if (i == 0 && unit->target != NO_UNIT)
            refer(members[0], members[0]->link_slot, h->roots[unit->target]);
        if (due && h->rules.at_safepoint) collect_due(h);
    }
    free(members);
}

static void store_link(NaiveHeap *h, const Event *event) {
    Object *root = h->roots[event->unit];
    uint32_t slot = root->link_slot + event->flags;
    Object *old = root->slots[slot];
    root->slots[slot] = NULL;
    if (event->target != NO_UNIT) refer(root, slot, h->roots[event->target]);
    if (old != NULL) drop_reference(h, old);
    free_dying(h);
}

static void drop_register(NaiveHeap *h, const Event *event) {
    h->roots[event->unit]->held = false;
    drop_reference(h, h->roots[event->unit]);
    free_dying(h);
}

static void freeze(NaiveHeap *h) {
    if (h->rules.collect_first) collect_generation(h, 2);
    move_lists(h, 7, NAIVE_ASIDE);
    h->count[0] = h->count[1] = h->count[2] = 0;
}

static void round_end(NaiveHeap *h) {
    if (h->rules.kind == NAIVE_FREEZE) {
        move_lists(h, 1u << NAIVE_ASIDE, 2);
        if (h->rules.collect_after) collect_generation(h, 2);
    } else if (h->rules.kind == NAIVE_REGION) {
        if (h->rules.collect_first) collect_generation(h, 2);
        trial_delete(h, 1u << NAIVE_ASIDE, 2, NAIVE_CALLED, log_collection(h, 2));
    }
}

static void phase_change(NaiveHeap *h, uint32_t phase) {
    bool first_ended = h->phase_before == 0 && phase != 0 && phase != ROUND_END;
    if (first_ended && h->rules.kind == NAIVE_FREEZE && h->rules.born_aside == 0) freeze(h);
    if (phase == ROUND_END) round_end(h);
    h->phase_before = phase;
}

// The program calls gc.collect().
static void collect_asked(NaiveHeap *h) {
    if (h->rules.kind == NAIVE_FREE_THREADED)
        collect_all(h, 2);
    else if (h->rules.kind == NAIVE_ROOTS)
        collect_roots(h, 2);
    else if (h->rules.kind == NAIVE_BUDGET)
        collect_budget(h, true);
    else
        collect_generation(h, 2);
}

void naive_heap_apply(NaiveHeap *h, const Event *event) {
    if (event->op == OP_UNIT) build_unit(h, event);
    if (event->op == OP_STORE) store_link(h, event);
    if (event->op == OP_DROP) drop_register(h, event);
    if (event->op == OP_COLLECT) collect_asked(h);
    if (event->op == OP_PHASE) phase_change(h, event->value);
    if (h->rules.kind == NAIVE_ROOTS && (event->op == OP_STORE || event->op == OP_DROP))
        collect_if_roots(h);
}

// ---- to look at ----

NaiveObject *const *naive_heap_objects(const NaiveHeap *h, size_t *count) {
    *count = h->objects.count;
    return h->objects.items;
}

void naive_heap_reach(NaiveHeap *h) {
    for (size_t i = 0; i < h->objects.count; i++) {
        h->objects.items[i]->candidate = true;
        h->objects.items[i]->mark = NAIVE_UNMARKED;
    }
    for (size_t i = 0; i < h->objects.count; i++)
        if (h->objects.items[i]->held) naive_mark_from(h->objects.items[i], NAIVE_REACHABLE);
}

uint64_t naive_heap_young(const NaiveHeap *h) { return h->count[0]; }

NaiveFigures naive_heap_figures(const NaiveHeap *h) {
    NaiveFigures figures = h->figures;
    figures.live = h->objects.count;
    figures.live_max = h->live_max;
    figures.collections = h->collections;
    return figures;
}

NaiveHeap *naive_heap_new(const NaiveRules *rules, const Template *const *templates,
                          uint32_t units_max) {
    NaiveHeap *h = memory_new(1, sizeof *h);
    h->rules = *rules;
    h->roots_fit = rules->threshold[0];
    h->templates = templates;
    h->roots = memory_new(units_max, sizeof(Object *));
    h->phase_before = ROUND_END;
    h->budget_end = rules->budget;
    return h;
}

void naive_heap_free(NaiveHeap *h) {
    for (size_t i = 0; i < h->objects.count; i++) object_forget(h->objects.items[i]);
    free(h->objects.items);
    free(h->dying.items);
    free(h->saved.items);
    free(h->roots);
    free(h->collections);
    free(h);
}
