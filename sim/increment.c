// increment.c -- parts of a space: what an incremental collector takes at a time, and marking from
// roots
//
// gc_collect_increment, expand_region_transitively_reachable and mark_at_start of
// Python/gc.c, 3.14.0 to 3.14.4.
#include "heap_state.h"

void increment_take(Heap *h, uint32_t object) {
    Space *space = &h->spaces[object_space(h, object)];
    uint64_t bytes = object_bytes(h, object);
    uint8_t tags = h->tags[object];
    object_leave(h, object);
    space->bytes -= bytes;
    h->condemned_bytes += bytes;
    h->gc[object] |= GC_CANDIDATE;
    if (!(tags & TAG_DEAD)) return;
    uint64_t held = tags & TAG_HELD ? bytes : 0;
    space->waiting.objects--;
    space->waiting.bytes -= bytes;
    space->waiting.held_bytes -= held;
    h->condemned.objects++;
    h->condemned.bytes += bytes;
    h->condemned.held_bytes += held;
}

// The oldest object of the space (or the newest) goes first, then all that it reaches there: so no
// cycle is cut in two.
uint64_t increment_refill(Heap *h, const Plan *plan, uint64_t count) {
    Space *space = &h->spaces[plan->refill];
    const uint64_t gathered = count;
    while (count < plan->budget && space->objects > 0) {
        uint64_t scanned = count;
        h->candidates[count] = plan->newest ? space_tail(space) : space_head(space);
        increment_take(h, h->candidates[count++]);
        for (; scanned < count; scanned++) {
            for (EdgeWalk edge = edges_of(h, h->candidates[scanned]); edge_next(h, &edge);) {
                if (object_space(h, edge.target) != plan->refill ||
                    h->gc[edge.target] & GC_CANDIDATE)
                    continue;
                increment_take(h, edge.target);
                h->candidates[count++] = edge.target;
            }
        }
    }
    return deduce_update(h, h->candidates + gathered, count - gathered, gathered);
}

// Looks at the i-th object that is marked, h->rescued[i]. Candidates' bytes are counted already.
static inline void note_step(Heap *h, uint64_t i, bool candidates) {
    const uint32_t object = h->rescued[i], last = h->rescued[i > 0 ? i - 1 : 0];
    h->pause.jumps += locality_is_jump(h->addresses[last], h->addresses[object], h->near);
    if (!candidates) h->pause.condemned_bytes += object_bytes(h, object);
    touch_step(h, h->rescued, i);
}

static bool is_marked_now(Heap *h, const Plan *plan, uint32_t object) {
    uint32_t space = object_space(h, object);
    if (space == NO_SPACE || !(plan->spaces >> space & 1)) return false;
    uint64_t bytes = object_bytes(h, object);
    CHECK(!(h->tags[object] & TAG_DEAD));
    object_leave(h, object);
    h->spaces[space].bytes -= bytes;
    object_enter(h, object, plan->into);
    h->spaces[plan->into].bytes += bytes;
    return true;
}

// A candidate that is marked has GC_UNREACHABLE, which trial deletion has not begun to use.
static bool is_candidate_now(Heap *h, uint32_t object) {
    if ((h->gc[object] & (GC_CANDIDATE | GC_UNREACHABLE)) != GC_CANDIDATE) return false;
    CHECK(!(h->tags[object] & TAG_DEAD));
    h->gc[object] |= GC_UNREACHABLE;
    return true;
}

TWICE bool is_found(Heap *h, const Plan *plan, uint32_t object, bool candidates) {
    return candidates ? is_candidate_now(h, object) : is_marked_now(h, plan, object);
}

// Registers are the roots, in the order of their instances; then breadth first. `candidates`: among
// those, else among the objects of plan->spaces. They are in h->rescued then; returns their number.
TWICE uint64_t mark(Heap *h, const Plan *plan, bool candidates) {
    uint64_t marked = 0, edges = 0;
    for (uint32_t i = 1; i <= h->instance_count; i++) {
        const Instance *instance = &h->instances[i];
        if (instance->live > 0 && instance->flags & INSTANCE_HELD &&
            is_found(h, plan, instance->first, candidates))
            h->rescued[marked++] = instance->first;
    }
    for (uint64_t i = 0; i < marked; i++) {
        note_step(h, i, candidates);
        for (EdgeWalk edge = edges_of(h, h->rescued[i]); edge_next(h, &edge);) {
            edges++;
            touch_edge(h, h->rescued[i], edge.last, edge.target);
            if (is_found(h, plan, edge.target, candidates)) h->rescued[marked++] = edge.target;
        }
    }
    h->pause.result.marked = marked;
    h->pause.result.edges += edges;
    return marked;
}

// gc_mark_alive_from_roots of Python/gc_free_threading.c, 3.14. Survivors keep their order, as
// there, where the order is that of the heap. The walk along the list to leave them out is not
// priced: it reads a flag of each.
uint64_t increment_mark_first(Heap *h, const Plan *plan, uint64_t count) {
    uint64_t left = 0;
    if (mark(h, plan, true) == 0) return count;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t object = h->candidates[i];
        if (h->gc[object] & GC_UNREACHABLE)
            deduce_survive(h, object, plan->into);
        else
            h->candidates[left++] = object;
    }
    return left;
}

// ---- in three colours ----

// From one space to another, dead or not: what died when it was gray stays so.
static void recolour(Heap *h, uint32_t object, uint32_t into) {
    Space *from = &h->spaces[object_space(h, object)], *to = &h->spaces[into];
    const uint64_t bytes = object_bytes(h, object);
    const uint8_t tags = h->tags[object];
    object_leave(h, object);
    object_enter(h, object, into);
    from->bytes -= bytes;
    to->bytes += bytes;
    if (!(tags & TAG_DEAD)) return;
    const uint64_t held = tags & TAG_HELD ? bytes : 0;
    from->waiting.objects--;
    from->waiting.bytes -= bytes;
    from->waiting.held_bytes -= held;
    to->waiting.objects++;
    to->waiting.bytes += bytes;
    to->waiting.held_bytes += held;
}

static bool is_white(const Heap *h, const Plan *plan, uint32_t object) {
    const uint32_t space = object_space(h, object);
    return space != NO_SPACE && plan->spaces >> space & 1;
}

// Registers until one has something to mark; false: there is none, or `looks` are used up.
static bool root_next(Heap *h, const Plan *plan, uint64_t *looks) {
    while (h->registers_marked<h->instance_count && * looks> 0) {
        const Instance *instance = &h->instances[++h->registers_marked];
        if (instance->live == 0 || !(instance->flags & INSTANCE_HELD)) continue;
        --*looks;
        if (!is_white(h, plan, instance->first)) continue;
        recolour(h, instance->first, plan->refill);
        return true;
    }
    return false;
}

// No write barrier tells what the program attaches meanwhile: what is white in the end may be
// alive.
static void mark_step(Heap *h, const Plan *plan) {
    Space *gray = &h->spaces[plan->refill];
    uint64_t marked = 0, edges = 0, looks = plan->budget;
    if (!plan->resume) h->registers_marked = 0;
    while (marked < plan->budget && (gray->objects > 0 || root_next(h, plan, &looks))) {
        const uint32_t object = space_head(gray);
        h->rescued[marked] = object;
        recolour(h, object, plan->into);
        note_step(h, marked++, false);
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
            edges++;
            touch_edge(h, object, edge.last, edge.target);
            if (is_white(h, plan, edge.target)) recolour(h, edge.target, plan->refill);
        }
    }
    h->pause.result.marked = marked;
    h->pause.result.edges = edges + plan->budget - looks;
    h->pause.result.registers = h->instance_count - h->registers_marked;
}

void increment_mark(Heap *h, const Plan *plan) {
    if (h->locality != NULL) locality_begin(h->locality);
    plan->budget > 0 ? mark_step(h, plan) : (void)mark(h, plan, false);
    if (h->locality != NULL) locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
}
