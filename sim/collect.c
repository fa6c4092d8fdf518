// collect.c -- carrying out a plan: CPython's trial deletion over whole spaces
//
// gc_collect_main of Modules/gcmodule.c, 3.8 to 3.11; what is reachable is found in deduce.c.
#include "heap_state.h"

static uint64_t gather(Heap *h, const Plan *plan) {
    uint32_t order[SPACES_MAX];
    const uint32_t spaces = heap_condemn(h, plan, order);
    uint64_t count = 0;
    for (uint32_t i = 0; i < spaces; i++) {
        Space *space = &h->spaces[order[i]];
        count = deduce_update(h, space->members, space->length, count);
        space_reset(space);
    }
    return count;
}

// The touches that were written down, as often as CPython makes them.
static void play(Heap *h, PassKind kind, uint32_t times) {
    for (uint32_t i = 0; i < times; i++) locality_play(h->locality, kind, &h->pause.misses);
}

// Pops the head of the list, clears it, until the list is empty: what falls with it has left the
// list.
static void delete_garbage(Heap *h, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        if (h->tags[h->unreachable[i]] & TAG_ALIVE) object_clear(h, h->unreachable[i]);
}

// untrack_tuples walks along the survivors; untrack_dicts too, in a full collection.
static void walk_survivors(Heap *h, uint64_t count, bool full) {
    if (h->locality == NULL) return;
    locality_begin(h->locality);
    for (uint64_t i = 0; i < count; i++) touch_step(h, h->candidates, i);
    play(h, PASS_STEPS, full ? 2 : 1);
}

// What is unreachable is walked along for legacy finalizers, weak references and finalizers,
// deduced once more, and deleted.
static void walk_unreachable(Heap *h, uint64_t count) {
    if (h->locality == NULL) return;
    locality_begin(h->locality);
    for (uint64_t i = 0; i < count; i++) {
        touch_step(h, h->unreachable, i);
        for (EdgeWalk edge = edges_of(h, h->unreachable[i]); edge_next(h, &edge);)
            touch_edge(h, h->unreachable[i], edge.last, edge.target);
    }
    play(h, PASS_STEPS, 4);
    play(h, PASS_STEPS_AND_EDGES, 3);
}

void collect_garbage(Heap *h, const Plan *plan, uint64_t count, uint64_t aside) {
    if (heap_finalizes(h) && plan->finalizers != FINALIZERS_LEGACY) finalize_call(h, plan, &count);
    h->pause.result.collected = count;
    delete_garbage(h, count);
    finalize_survive(h, aside, plan->into);
    Space *into = &h->spaces[plan->into];  // sums wrap: what fell during deletion is balanced here
    into->bytes += h->condemned_bytes;
    into->waiting.objects += h->condemned.objects;
    into->waiting.bytes += h->condemned.bytes;
}

void tracing_collect(Heap *h, const Plan *plan) {
    PlanResult *result = &h->pause.result;
    uint64_t unreachable = 0, count = gather(h, plan);
    if (plan->budget > count) count = increment_refill(h, plan, count);
    h->pause.condemned_bytes = h->condemned_bytes;
    if (plan->mark_first) count = increment_mark_first(h, plan, count);
    h->pause.futile = count - h->condemned.objects;
    uint64_t kept = deduce_unreachable(h, count, plan->into, &unreachable);
    result->candidates = count;
    result->survivors = kept;
    walk_survivors(h, kept, plan->generation == 2);
    uint64_t aside = 0;
    if (heap_finalizes(h) && plan->finalizers == FINALIZERS_LEGACY)
        aside = finalize_set_aside(h, &unreachable);
    walk_unreachable(h, unreachable);  // what is brought back is walked along as well
    collect_garbage(h, plan, unreachable, aside);
}

void tracing_move(Heap *h, uint32_t from, uint32_t to) {
    Space *source = &h->spaces[from], *into = &h->spaces[to];
    for (uint64_t i = 0; i < source->length; i++) {
        if (source->members[i] != 0) object_enter(h, source->members[i], to);
    }
    into->bytes += source->bytes;
    into->waiting.objects += source->waiting.objects;
    into->waiting.bytes += source->waiting.bytes;
    into->waiting.held_bytes += source->waiting.held_bytes;
    space_reset(source);
}
