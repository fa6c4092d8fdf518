// collect.c -- carrying out a plan: CPython's trial deletion over whole spaces
//
// gc_collect_main of Modules/gcmodule.c, 3.8 to 3.11, pass by pass and with its names. One word per
// object is read at random: gc[] holds the reference count under deduction and, in its low bits,
// whether the object is a candidate, whether it is tentatively unreachable, and whether its touches
// are in the sample of locality.h. What each pass of CPython touches is played there.
#include "heap_state.h"

// CPython appends the younger lists, in order, to that of the oldest condemned generation (or to
// the list that it collects in place).
static uint64_t gather_space(Heap *h, uint32_t number, uint64_t count) {
    Space *space = &h->spaces[number];
    for (uint64_t i = 0; i < space->length; i++) {
        h->candidates[count] = space->members[i];
        count += space->members[i] != 0;
    }
    h->condemned_bytes += space->bytes;
    h->condemned.objects += space->waiting.objects;
    h->condemned.bytes += space->waiting.bytes;
    h->condemned.held_bytes += space->waiting.held_bytes;
    space_reset(space);
    return count;
}

static uint64_t gather(Heap *h, uint32_t spaces, uint32_t into) {
    uint32_t oldest = spaces >> into & 1 ? into : 31u - (uint32_t)__builtin_clz(spaces);
    h->condemned_bytes = 0;
    h->condemned = (Waiting){0};
    uint64_t count = gather_space(h, oldest, 0);
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (i != oldest && spaces >> i & 1) count = gather_space(h, i, count);
    return count;
}

// Candidates are known ahead, so what a pass will touch can be fetched in time; distances between 8
// and 48 measured alike.
enum { AHEAD = 16 };

static uint32_t candidate_ahead(const Heap *h, uint64_t i, uint64_t count) {
    return h->candidates[i + AHEAD < count ? i + AHEAD : i];
}

// The touches that were written down, as often as CPython makes them.
static void play(Heap *h, PassKind kind, uint32_t times) {
    if (h->locality == NULL) return;
    for (uint32_t i = 0; i < times; i++) locality_play(h->locality, kind, &h->pause.misses);
}

static void play_begin(Heap *h) {
    if (h->locality != NULL) locality_begin(h->locality);
}

static void update_refs(Heap *h, uint64_t count) {
    Address last = count > 0 ? h->addresses[h->candidates[0]] : 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i], ahead = candidate_ahead(h, i, count);
        __builtin_prefetch(&h->refcounts[ahead]);
        __builtin_prefetch(&h->gc[ahead], 1);
        __builtin_prefetch(&h->addresses[ahead]);
        CHECK(h->refcounts[object] < UINT32_MAX / GC_ONE);
        h->gc[object] = h->refcounts[object] * GC_ONE | GC_CANDIDATE | (h->gc[object] & GC_SAMPLE);
        h->pause.jumps += locality_is_jump(last, h->addresses[object], h->near);
        last = h->addresses[object];
    }
}

static void subtract_refs(Heap *h, uint64_t count) {
    uint64_t edges = 0;
    play_begin(h);
    for (uint64_t i = 0; i < count; i++) {
        touch_step(h, h->candidates, i);
        __builtin_prefetch(&h->slots[h->slots_at[candidate_ahead(h, i, count)]]);
        for (EdgeWalk edge = edges_of(h, h->candidates[i]); edge_next(h, &edge);) {
            edges++;
            touch_edge(h, h->candidates[i], edge.last, edge.target);
            if (h->gc[edge.target] & GC_CANDIDATE) h->gc[edge.target] -= GC_ONE;
        }
    }
    play(h, PASS_STEPS, 1);  // update_refs took the same steps
    play(h, PASS_STEPS_AND_EDGES, 1);
    h->pause.result.edges = edges;
}

// What a reachable object refers to is reachable. If it was put aside already it comes back, to the
// end of the list being scanned.
uint64_t collect_visit(Heap *h, uint32_t object, uint64_t rescued) {
    for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
        uint32_t target = edge.target, word = h->gc[target];
        touch_edge(h, object, edge.last, target);
        if (!(word & GC_CANDIDATE)) continue;
        if (word & GC_UNREACHABLE) h->rescued[rescued++] = target;
        if (word & GC_UNREACHABLE || word < GC_ONE)
            h->gc[target] = GC_CANDIDATE | GC_ONE | (word & GC_SAMPLE);
    }
    return rescued;
}

// Splits candidates: the reachable ones stay (their number is returned), the rest is in
// h->unreachable.
static uint64_t move_unreachable(Heap *h, uint64_t count, uint64_t *unreachable) {
    uint64_t kept = 0, aside = 0, rescued = 0;
    play_begin(h);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i];
        touch_step(h, h->candidates, i);
        if (h->gc[object] < GC_ONE) {
            h->gc[object] |= GC_UNREACHABLE;
            h->unreachable[aside++] = object;
        } else {
            h->candidates[kept++] = object;
            rescued = collect_visit(h, object, rescued);
        }
    }
    for (uint64_t i = 0; i < rescued; i++) {
        h->candidates[kept++] = h->rescued[i];
        touch_step(h, h->rescued, i);
        rescued = collect_visit(h, h->rescued[i], rescued);
    }
    play(h, PASS_STEPS_AND_EDGES, 1);
    h->pause.moves = aside;
    *unreachable = 0;
    for (uint64_t i = 0; i < aside; i++) {
        h->unreachable[*unreachable] = h->unreachable[i];
        *unreachable += (h->gc[h->unreachable[i]] & GC_UNREACHABLE) != 0;
    }
    return kept;
}

void collect_survive(Heap *h, uint32_t object, uint32_t into) {
    Space *space = &h->spaces[into];
    object_enter(h, object, into);
    if (!(h->tags[object] & TAG_DEAD)) return;
    h->tags[object] |= TAG_HELD;  // garbage that a collection saw and did not find
    space->waiting.held_bytes += object_bytes(h, object);
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

uint64_t collect_deduce(Heap *h, uint64_t count, uint64_t *unreachable) {
    update_refs(h, count);
    subtract_refs(h, count);
    return move_unreachable(h, count, unreachable);
}

void tracing_collect(Heap *h, const Plan *plan) {
    PlanResult *result = &h->pause.result;
    uint64_t unreachable = 0, count = gather(h, plan->spaces, plan->into);
    if (plan->budget > count) count = increment_refill(h, plan, count);
    h->pause.condemned_bytes = h->condemned_bytes;
    h->pause.futile = count - h->condemned.objects;
    uint64_t kept = collect_deduce(h, count, &unreachable);
    result->candidates = count;
    result->survivors = kept;
    walk_survivors(h, kept, plan->generation == 2);
    for (uint64_t i = 0; i < kept; i++)
        collect_survive(h, h->candidates[i], plan->into);
    uint64_t aside = 0;
    const bool legacy = plan->finalizers == FINALIZERS_LEGACY, any = heap_finalizes(h);
    if (any && legacy) aside = finalize_set_aside(h, &unreachable);
    walk_unreachable(h, unreachable);  // what is brought back below is walked along as well
    if (any && !legacy) finalize_call(h, plan, &unreachable);
    result->collected = unreachable;
    delete_garbage(h, unreachable);
    finalize_survive(h, aside, plan->into);
    Space *into = &h->spaces[plan->into];  // sums wrap: what fell during deletion is balanced here
    into->bytes += h->condemned_bytes;
    into->waiting.objects += h->condemned.objects;
    into->waiting.bytes += h->condemned.bytes;
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
