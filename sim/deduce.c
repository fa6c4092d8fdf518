// deduce.c -- deduce_unreachable: which candidates are reachable from outside
//
// The passes of gc_collect_main in Modules/gcmodule.c, 3.8 to 3.11, by their names. The word in
// gc[] is all that is read at random; what each pass of CPython touches is played where misses are
// counted.
//
// A step along a long list misses: so the slots of an object are fetched when it is 2 AHEAD, their
// targets when it is AHEAD, and a full collection of 1 M scattered objects takes a third of the
// time. A short list is in the caches, and fetching would cost a third of a young collection. Loops
// are compiled twice, for they ask nothing about misses where nobody counts them.
#include "heap_state.h"

enum { AHEAD = 12, LONG = 1 << 14 };

// Lists end before their reservations do (reserve_new): what stands behind the end is zero, or an
// object that was in the list once.
static inline void fetch_step(const Heap *h, const uint32_t *list) {
    __builtin_prefetch(&h->refcounts[list[AHEAD]]);
    __builtin_prefetch(&h->gc[list[AHEAD]], 1);
    __builtin_prefetch(&h->addresses[list[AHEAD]]);
}

// Most objects have three slots at most; the slots behind them belong to objects that come next.
static inline void fetch_edges(const Heap *h, const uint32_t *list) {
    const uint32_t *slots = &h->slots[h->slots_at[list[AHEAD]]];
    __builtin_prefetch(&h->slots_at[list[3L * AHEAD]]);
    __builtin_prefetch(&h->slots[h->slots_at[list[2L * AHEAD]]]);
    __builtin_prefetch(&h->gc[slots[0] & ~SLOT_LAST], 1);
    __builtin_prefetch(&h->gc[slots[1] & ~SLOT_LAST], 1);
    __builtin_prefetch(&h->gc[slots[2] & ~SLOT_LAST], 1);
}

// ---- update_refs ----

// The list that is copied is a space's, or the list of candidates itself.
uint64_t deduce_update(Heap *h, const uint32_t *list, uint64_t length, uint64_t count) {
    const bool is_long = length >= LONG;
    uint64_t jumps = 0, first = 0;
    while (first < length && list[first] == 0) first++;
    Address last = count > 0 ? h->addresses[h->candidates[count - 1]]
                             : h->addresses[first < length ? list[first] : 0];
    for (uint64_t i = first; i < length; i++) {
        uint32_t object = list[i];
        if (is_long) fetch_step(h, list + i);
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

// ---- subtract_refs ----

// Without a branch for each reference, which nobody could predict: to the object 0 lead those that
// lead nowhere, and it is no candidate.
static inline uint64_t subtract_edges(Heap *h, uint32_t object) {
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

static void touch_edges(const Heap *h, uint32_t object) {
    for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);)
        touch_edge(h, object, edge.last, edge.target);
}

TWICE void subtract_list(Heap *h, uint64_t count, bool traced) {
    const bool is_long = count >= LONG;
    uint64_t edges = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (is_long) fetch_edges(h, h->candidates + i);
        if (traced) {
            touch_step(h, h->candidates, i);
            touch_edges(h, h->candidates[i]);
        }
        edges += subtract_edges(h, h->candidates[i]);
    }
    h->pause.result.edges += edges;
}

static void subtract_refs(Heap *h, uint64_t count) {
    if (h->locality == NULL) {
        subtract_list(h, count, false);
        return;
    }
    locality_begin(h->locality);
    subtract_list(h, count, true);
    locality_play(h->locality, PASS_STEPS, &h->pause.misses);  // update_refs took the same steps
    locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
}

// ---- move_unreachable ----

// What a reachable object refers to is reachable. If it was put aside already it comes back, to the
// end of the list being scanned. Branches are as above.
static inline uint64_t visit_edges(Heap *h, uint32_t object, uint64_t rescued) {
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

uint64_t deduce_visit(Heap *h, uint32_t object, uint64_t rescued) {
    if (h->locality != NULL) touch_edges(h, object);
    return visit_edges(h, object, rescued);
}

static inline void survive(Heap *h, uint32_t object, uint32_t into) {
    object_enter(h, object, into);
    if (LIKELY(!(h->tags[object] & TAG_DEAD))) return;
    h->tags[object] |= TAG_HELD;  // garbage that a collection saw and did not find
    h->spaces[into].waiting.held_bytes += object_bytes(h, object);
}

void deduce_survive(Heap *h, uint32_t object, uint32_t into) { survive(h, object, into); }

// A survivor goes to its space at once: what refers to it later sees no candidate, which is the
// same as a reachable one.
TWICE uint64_t keep(Heap *h, uint64_t kept, uint32_t object, uint32_t into, uint64_t rescued,
                    bool traced) {
    if (traced) {
        h->candidates[kept] = object;
        touch_edges(h, object);
    }
    rescued = visit_edges(h, object, rescued);
    survive(h, object, into);
    return rescued;
}

typedef struct {
    uint64_t kept, aside;
} Split;

TWICE Split move_list(Heap *h, uint64_t count, uint32_t into, bool traced) {
    const bool is_long = count >= LONG;
    uint64_t kept = 0, aside = 0, rescued = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i];
        if (is_long) {
            fetch_step(h, h->candidates + i);
            fetch_edges(h, h->candidates + i);
        }
        if (traced) touch_step(h, h->candidates, i);
        if (h->gc[object] < GC_ONE) {
            h->gc[object] |= GC_UNREACHABLE;
            h->unreachable[aside++] = object;
        } else {
            rescued = keep(h, kept++, object, into, rescued, traced);
        }
    }
    for (uint64_t i = 0; i < rescued; i++) {
        if (traced) touch_step(h, h->rescued, i);
        rescued = keep(h, kept++, h->rescued[i], into, rescued, traced);
    }
    return (Split){kept, aside};
}

static Split move_unreachable(Heap *h, uint64_t count, uint32_t into) {
    if (h->locality == NULL) return move_list(h, count, into, false);
    locality_begin(h->locality);
    Split split = move_list(h, count, into, true);
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
        *unreachable +=
            (h->gc[object] & (GC_CANDIDATE | GC_UNREACHABLE)) == (GC_CANDIDATE | GC_UNREACHABLE);
    }
    return split.kept;
}
