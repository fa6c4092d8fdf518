// deduce.c -- deduce_unreachable: which candidates are reachable from outside
//
// The passes of gc_collect_main in Modules/gcmodule.c, 3.8 to 3.11, by their names. The word in
// gc[] is all that is read at random; what each pass of CPython touches is played where misses are
// counted.
//
// Each loop is compiled for three kinds of list. A short one is in the caches, and fetching ahead
// costs more than it brings: a third of the time of a young collection. In a long one every step
// misses: fetched in three stages, the slots of an object when it is 2 AHEAD and their targets when
// it is AHEAD, a full collection of 2 M objects takes half the time. Nothing is asked about misses
// where they are not counted.
#include "heap_state.h"

typedef enum { LIST_SHORT, LIST_LONG, LIST_TRACED } List;

enum { AHEAD = 12, LONG = 1 << 14 };

static List list_of(const Heap *h, uint64_t count) {
    if (h->locality != NULL) return LIST_TRACED;
    return count < LONG ? LIST_SHORT : LIST_LONG;
}

// Lists end before their reservations do (reserve_new): what stands behind the end is zero, or an
// object that was in the list once.
TWICE void fetch_step(const Heap *h, const uint32_t *list) {
    __builtin_prefetch(&h->refcounts[list[AHEAD]]);
    __builtin_prefetch(&h->gc[list[AHEAD]], 1);
    __builtin_prefetch(&h->addresses[list[AHEAD]]);
}

// Most objects have three slots at most; the slots behind them belong to objects that come next.
TWICE void fetch_edges(const Heap *h, const uint32_t *list) {
    const uint32_t *slots = &h->slots[h->slots_at[list[AHEAD]]];
    __builtin_prefetch(&h->slots_at[list[3 * AHEAD]]);
    __builtin_prefetch(&h->slots[h->slots_at[list[2 * AHEAD]]]);
    __builtin_prefetch(&h->gc[slots[0] & ~SLOT_LAST], 1);
    __builtin_prefetch(&h->gc[slots[1] & ~SLOT_LAST], 1);
    __builtin_prefetch(&h->gc[slots[2] & ~SLOT_LAST], 1);
}

// ---- update_refs ----

// The list that is copied is a space's, or the list of candidates itself.
TWICE uint64_t update_list(Heap *h, const uint32_t *list, uint64_t length, uint64_t count,
                           List kind) {
    uint64_t jumps = 0, first = 0;
    while (first < length && list[first] == 0) first++;
    Address last = count > 0 ? h->addresses[h->candidates[count - 1]]
                             : h->addresses[first < length ? list[first] : 0];
    for (uint64_t i = first; i < length; i++) {
        uint32_t object = list[i];
        if (kind != LIST_SHORT) fetch_step(h, list + i);
        if (object == 0) continue;
        CHECK(h->refcounts[object] < UINT32_MAX / GC_ONE);
        h->candidates[count++] = object;
        h->gc[object] = h->refcounts[object] * GC_ONE | GC_CANDIDATE | (h->gc[object] & GC_SAMPLE);
        jumps += locality_is_jump(last, h->addresses[object], h->near);
        last = h->addresses[object];
    }
    h->pause.jumps += jumps;
    return count;
}

uint64_t deduce_update(Heap *h, const uint32_t *list, uint64_t length, uint64_t count) {
    if (list_of(h, length) == LIST_SHORT) return update_list(h, list, length, count, LIST_SHORT);
    return update_list(h, list, length, count, LIST_LONG);
}

// ---- subtract_refs ----

// Without a branch for each reference, which nobody could predict: to the object 0 lead those that
// lead nowhere, and it is no candidate.
TWICE uint64_t subtract_edges(Heap *h, uint32_t object) {
    uint64_t edges = 0;
    uint32_t word, *gc = h->gc;
    const uint32_t *slot = &h->slots[h->slots_at[object]];
    do {
        word = *slot++;
        uint32_t target = word & ~SLOT_LAST;
        edges += target != 0;
        gc[target] -= (gc[target] & GC_CANDIDATE) * (GC_ONE / GC_CANDIDATE);
    } while (!(word & SLOT_LAST));
    return edges;
}

TWICE void subtract_list(Heap *h, uint64_t count, List kind) {
    uint64_t edges = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i];
        if (kind != LIST_SHORT) fetch_edges(h, h->candidates + i);
        if (kind == LIST_TRACED) {
            touch_step(h, h->candidates, i);
            for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);)
                touch_edge(h, object, edge.last, edge.target);
        }
        edges += subtract_edges(h, object);
    }
    h->pause.result.edges = edges;
}

static void subtract_refs(Heap *h, uint64_t count) {
    switch (list_of(h, count)) {
        case LIST_SHORT:
            subtract_list(h, count, LIST_SHORT);
            break;
        case LIST_LONG:
            subtract_list(h, count, LIST_LONG);
            break;
        case LIST_TRACED:
            locality_begin(h->locality);
            subtract_list(h, count, LIST_TRACED);
            locality_play(h->locality, PASS_STEPS, &h->pause.misses);  // as update_refs
            locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
    }
}

// ---- move_unreachable ----

// What a reachable object refers to is reachable. If it was put aside already it comes back, to the
// end of the list being scanned. Branches are as above.
TWICE uint64_t visit_edges(Heap *h, uint32_t object, uint64_t rescued) {
    uint32_t word, *gc = h->gc;
    const uint32_t *slot = &h->slots[h->slots_at[object]];
    do {
        word = *slot++;
        uint32_t target = word & ~SLOT_LAST, is = gc[target];
        bool found = (is & (GC_CANDIDATE | ~(GC_ONE - 1u))) == GC_CANDIDATE;
        gc[target] = found ? GC_CANDIDATE | GC_ONE | (is & GC_SAMPLE) : is;
        h->rescued[rescued] = target;
        rescued += found & (is / GC_UNREACHABLE);
    } while (!(word & SLOT_LAST));
    return rescued;
}

static void touch_edges(const Heap *h, uint32_t object) {
    for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);)
        touch_edge(h, object, edge.last, edge.target);
}

uint64_t deduce_visit(Heap *h, uint32_t object, uint64_t rescued) {
    if (h->locality != NULL) touch_edges(h, object);
    return visit_edges(h, object, rescued);
}

void deduce_survive(Heap *h, uint32_t object, uint32_t into) {
    object_enter(h, object, into);
    if (LIKELY(!(h->tags[object] & TAG_DEAD))) return;
    h->tags[object] |= TAG_HELD;  // garbage that a collection saw and did not find
    h->spaces[into].waiting.held_bytes += object_bytes(h, object);
}

// A survivor goes to its space at once: what refers to it later sees no candidate, which is the
// same as a reachable one.
TWICE uint64_t keep(Heap *h, uint64_t kept, uint32_t object, uint32_t into, uint64_t rescued,
                    List kind) {
    if (kind == LIST_TRACED) {
        h->candidates[kept] = object;
        touch_edges(h, object);
    }
    rescued = visit_edges(h, object, rescued);
    deduce_survive(h, object, into);
    return rescued;
}

typedef struct {
    uint64_t kept, aside;
} Split;

TWICE Split move_list(Heap *h, uint64_t count, uint32_t into, List kind) {
    uint64_t kept = 0, aside = 0, rescued = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i];
        if (kind != LIST_SHORT) {
            fetch_step(h, h->candidates + i);
            fetch_edges(h, h->candidates + i);
        }
        if (kind == LIST_TRACED) touch_step(h, h->candidates, i);
        if (h->gc[object] < GC_ONE) {
            h->gc[object] |= GC_UNREACHABLE;
            h->unreachable[aside++] = object;
        } else {
            rescued = keep(h, kept++, object, into, rescued, kind);
        }
    }
    for (uint64_t i = 0; i < rescued; i++) {
        if (kind == LIST_TRACED) touch_step(h, h->rescued, i);
        rescued = keep(h, kept++, h->rescued[i], into, rescued, kind);
    }
    return (Split){kept, aside};
}

static Split move_unreachable(Heap *h, uint64_t count, uint32_t into) {
    List kind = list_of(h, count);
    if (kind == LIST_SHORT) return move_list(h, count, into, LIST_SHORT);
    if (kind == LIST_LONG) return move_list(h, count, into, LIST_LONG);
    locality_begin(h->locality);
    Split split = move_list(h, count, into, LIST_TRACED);
    locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
    return split;
}

uint64_t deduce_unreachable(Heap *h, uint64_t count, uint32_t into, uint64_t *unreachable) {
    subtract_refs(h, count);
    Split split = move_unreachable(h, count, into);
    h->pause.moves = split.aside;
    *unreachable = 0;
    for (uint64_t i = 0; i < split.aside; i++) {
        uint32_t object = h->unreachable[i];
        h->unreachable[*unreachable] = object;
        *unreachable += (h->gc[object] & (GC_CANDIDATE | GC_UNREACHABLE)) ==
                        (GC_CANDIDATE | GC_UNREACHABLE);
    }
    return split.kept;
}
