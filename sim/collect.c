// collect.c -- carrying out a plan: CPython's trial deletion over whole spaces
//
// gc_collect_main of Modules/gcmodule.c, 3.8 to 3.11, pass by pass and with its names. One word per
// object is read at random: gc[] holds the reference count under deduction and, in its two low
// bits, whether the object is a candidate and whether it is tentatively unreachable.
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

static void update_refs(Heap *h, uint64_t count) {
    Address last = count > 0 ? h->addresses[h->candidates[0]] : 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i], ahead = candidate_ahead(h, i, count);
        __builtin_prefetch(&h->refcounts[ahead]);
        __builtin_prefetch(&h->gc[ahead], 1);
        __builtin_prefetch(&h->addresses[ahead]);
        h->gc[object] = h->refcounts[object] << 2 | GC_CANDIDATE;
        h->pause.jumps += address_is_far(h, last, h->addresses[object]);
        last = h->addresses[object];
    }
}

static void subtract_refs(Heap *h, uint64_t count) {
    uint64_t edges = 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t *slots = object_slots(h, h->candidates[i]);
        uint32_t slot_count = h->slot_counts[h->candidates[i]];
        __builtin_prefetch(object_slots(h, candidate_ahead(h, i, count)));
        for (uint32_t k = 0; k < slot_count; k++) {
            uint32_t target = slots[k];
            if (target == 0) continue;
            edges++;
            if (h->gc[target] & GC_CANDIDATE) h->gc[target] -= GC_ONE;
        }
    }
    h->pause.result.edges = edges;
}

// What a reachable object refers to is reachable. If it was put aside already it comes back, to the
// end of the list being scanned.
static uint64_t visit_reachable(Heap *h, uint32_t object, uint64_t rescued) {
    const uint32_t *slots = object_slots(h, object);
    for (uint32_t k = 0; k < h->slot_counts[object]; k++) {
        uint32_t target = slots[k], word = h->gc[target];
        if (target == 0 || !(word & GC_CANDIDATE)) continue;
        if (word & GC_UNREACHABLE) h->rescued[rescued++] = target;
        if (word & GC_UNREACHABLE || word >> 2 == 0) h->gc[target] = GC_CANDIDATE | GC_ONE;
    }
    return rescued;
}

// Splits candidates: the reachable ones stay (their number is returned), the rest is in
// h->unreachable.
static uint64_t move_unreachable(Heap *h, uint64_t count, uint64_t *unreachable) {
    uint64_t kept = 0, aside = 0, rescued = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->candidates[i];
        if (h->gc[object] >> 2 == 0) {
            h->gc[object] |= GC_UNREACHABLE;
            h->unreachable[aside++] = object;
        } else {
            h->candidates[kept++] = object;
            rescued = visit_reachable(h, object, rescued);
        }
    }
    for (uint64_t i = 0; i < rescued; i++) {
        h->candidates[kept++] = h->rescued[i];
        rescued = visit_reachable(h, h->rescued[i], rescued);
    }
    h->pause.moves = aside;
    *unreachable = 0;
    for (uint64_t i = 0; i < aside; i++) {
        h->unreachable[*unreachable] = h->unreachable[i];
        *unreachable += (h->gc[h->unreachable[i]] & GC_UNREACHABLE) != 0;
    }
    return kept;
}

static void survive(Heap *h, uint32_t object, uint32_t into) {
    Space *space = &h->spaces[into];
    h->gc[object] = 0;
    h->tags[object] = tags_in_space(h->tags[object], into);
    h->positions[object] = space_add(space, object, h->positions);
    if (!(h->tags[object] & TAG_DEAD)) return;
    h->tags[object] |= TAG_HELD;  // garbage that a collection saw and did not find
    space->waiting.held_bytes += object_bytes(h, object);
}

// Up to 3.3: what has a finalizer is not freed, nor what it refers to (move_legacy_finalizers and
// move_legacy_finalizer_reachable). Takes them out of h->unreachable into h->rescued; returns their
// number, and in *count that of those left.
static uint64_t move_legacy_finalizers(Heap *h, uint64_t *count) {
    uint64_t reached = 0, left = 0;
    for (uint64_t i = 0; i < *count; i++) {
        uint32_t object = h->unreachable[i];
        if (!object_finalizer(h, object)) continue;
        h->gc[object] = GC_CANDIDATE | GC_ONE;
        h->rescued[reached++] = object;
    }
    for (uint64_t i = 0; i < reached; i++) reached = visit_reachable(h, h->rescued[i], reached);
    for (uint64_t i = 0; i < *count; i++) {
        h->unreachable[left] = h->unreachable[i];
        left += (h->gc[h->unreachable[i]] & GC_UNREACHABLE) != 0;
    }
    *count = left;
    return reached;
}

// What did not fall with the garbage goes to gc.garbage, or is held by what is in there.
static void handle_legacy_finalizers(Heap *h, uint64_t count, uint32_t into) {
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->rescued[i];
        if (!(h->tags[object] & TAG_ALIVE)) {
            h->pause.fallen++;
            continue;
        }
        h->pause.result.uncollectable++;
        if (object_finalizer(h, object)) h->refcounts[object]++;
        survive(h, object, into);
        h->tags[object] |= TAG_UNCOLLECTABLE;
        h->levels.uncollectable_bytes += object_bytes(h, object);
    }
}

// Pops the head of the list, clears it, until the list is empty: what falls with it has left the
// list.
static void delete_garbage(Heap *h, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        if (h->tags[h->unreachable[i]] & TAG_ALIVE) object_clear(h, h->unreachable[i]);
}

static bool any_finalizer(const Heap *h) {
    for (uint32_t i = 0; i < h->options.template_count; i++)
        if (h->options.templates[i]->finalizer) return true;
    return false;
}

static void call_finalizers(Heap *h, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        h->pause.finalizers += object_finalizer(h, h->unreachable[i]);
}

static void collect(Heap *h, const Plan *plan) {
    PlanResult *result = &h->pause.result;
    uint64_t unreachable = 0, count = gather(h, plan->spaces, plan->into);
    if (plan->budget > count) count = increment_refill(h, plan, count);
    result->candidates = count;
    h->pause.condemned_bytes = h->condemned_bytes;
    h->pause.futile = count - h->condemned.objects;
    update_refs(h, count);
    subtract_refs(h, count);
    uint64_t kept = move_unreachable(h, count, &unreachable);
    result->survivors = kept;
    for (uint64_t i = 0; i < kept; i++) survive(h, h->candidates[i], plan->into);
    uint64_t kept_finalizers = 0;
    if (any_finalizer(h)) {
        if (plan->legacy_finalizers)
            kept_finalizers = move_legacy_finalizers(h, &unreachable);
        else
            call_finalizers(h, unreachable);
    }
    result->collected = unreachable;
    delete_garbage(h, unreachable);
    handle_legacy_finalizers(h, kept_finalizers, plan->into);
    Space *into = &h->spaces[plan->into];  // sums wrap: what fell during deletion is balanced here
    into->bytes += h->condemned_bytes;
    into->waiting.objects += h->condemned.objects;
    into->waiting.bytes += h->condemned.bytes;
}

static void move_space(Heap *h, uint32_t from, uint32_t to) {
    Space *source = &h->spaces[from], *into = &h->spaces[to];
    for (uint64_t i = 0; i < source->length; i++) {
        uint32_t object = source->members[i];
        if (object == 0) continue;
        h->tags[object] = tags_in_space(h->tags[object], to);
        h->positions[object] = space_add(into, object, h->positions);
    }
    into->bytes += source->bytes;
    into->waiting.objects += source->waiting.objects;
    into->waiting.bytes += source->waiting.bytes;
    into->waiting.held_bytes += source->waiting.held_bytes;
    space_reset(source);
}

const PauseWork *heap_execute(Heap *h, const Plan *plan) {
    h->pause = (PauseWork){.young = h->view.young};
    if (plan->reset_young) h->view.young = 0;
    if (plan->kind == PLAN_NOTHING) return &h->pause;
    CHECK(plan->spaces != 0 && plan->spaces >> h->options.space_count == 0);
    CHECK(plan->into < h->options.space_count);
    uint64_t released = memory_stats(h->memory)->arenas_released;
    h->freed_by = FREED_IN_PAUSE;
    h->legacy_finalizers = plan->legacy_finalizers;
    if (plan_collects(plan->kind)) collect(h, plan);
    if (plan->kind == PLAN_MARK) increment_mark(h, plan);
    for (uint32_t i = 0; i < h->options.space_count; i++) {
        if (!(plan->spaces >> i & 1)) continue;
        if (plan->kind == PLAN_MOVE && i != plan->into) move_space(h, i, plan->into);
        if (plan->kind == PLAN_RELEASE && h->options.is_region[i])
            memory_region_close(h->memory, i);
    }
    h->freed_by = FREED_BY_MUTATOR;
    h->pause.arenas_released = memory_stats(h->memory)->arenas_released - released;
    h->view.last = h->pause.result;
    heap_view_spaces(h);
    return &h->pause;
}
