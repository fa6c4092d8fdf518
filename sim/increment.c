// increment.c -- parts of a space: what an incremental collector takes at a time, and marking from
// roots
//
// gc_collect_increment, expand_region_transitively_reachable and mark_at_start of
// Python/gc.c, 3.14.0 to 3.14.4.
#include "heap_state.h"

// Out of its space and among the condemned.
static void take(Heap *h, uint32_t object) {
    Space *space = &h->spaces[object_space(h, object)];
    uint64_t bytes = object_bytes(h, object);
    uint8_t tags = h->tags[object];
    space_remove(space, h->positions[object], h->positions);
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

// The oldest object of the space goes first, then all that it reaches there: so no cycle is cut in
// two.
uint64_t increment_refill(Heap *h, const Plan *plan, uint64_t count) {
    Space *space = &h->spaces[plan->refill];
    while (count < plan->budget && space->objects > 0) {
        uint64_t scanned = count;
        h->candidates[count] = space_head(space);
        take(h, h->candidates[count++]);
        for (; scanned < count; scanned++) {
            const uint32_t *slots = object_slots(h, h->candidates[scanned]);
            for (uint32_t k = 0; k < h->slot_counts[h->candidates[scanned]]; k++) {
                uint32_t target = slots[k];
                if (target == 0 || object_space(h, target) != plan->refill ||
                    h->gc[target] & GC_CANDIDATE)
                    continue;
                take(h, target);
                h->candidates[count++] = target;
            }
        }
    }
    return count;
}

static bool is_marked_now(Heap *h, const Plan *plan, uint32_t object) {
    uint32_t space = object_space(h, object);
    if (space == NO_SPACE || !(plan->spaces >> space & 1)) return false;
    uint64_t bytes = object_bytes(h, object);
    CHECK(!(h->tags[object] & TAG_DEAD));
    space_remove(&h->spaces[space], h->positions[object], h->positions);
    h->spaces[space].bytes -= bytes;
    h->tags[object] = tags_in_space(h->tags[object], plan->into);
    h->positions[object] = space_add(&h->spaces[plan->into], object, h->positions);
    h->spaces[plan->into].bytes += bytes;
    return true;
}

// Registers are the roots, in the order of their instances; then breadth first.
void increment_mark(Heap *h, const Plan *plan) {
    uint64_t marked = 0, edges = 0;
    if (h->locality != NULL) locality_begin(h->locality);
    for (uint32_t i = 1; i <= h->instance_count; i++) {
        const Instance *instance = &h->instances[i];
        if (instance->live > 0 && instance->flags & INSTANCE_HELD &&
            is_marked_now(h, plan, instance->first))
            h->rescued[marked++] = instance->first;
    }
    for (uint64_t i = 0; i < marked; i++) {
        const uint32_t *slots = object_slots(h, h->rescued[i]);
        uint32_t last = h->rescued[i > 0 ? i - 1 : 0];
        h->pause.jumps +=
            locality_is_jump(h->addresses[last], h->addresses[h->rescued[i]], h->near);
        h->pause.condemned_bytes += object_bytes(h, h->rescued[i]);
        touch_step(h, h->rescued, i);
        for (uint32_t k = 0; k < h->slot_counts[h->rescued[i]]; k++) {
            if (slots[k] == 0) continue;
            edges++;
            touch_edge(h, h->rescued[i], k > 0 ? slots[k - 1] : 0, slots[k]);
            if (is_marked_now(h, plan, slots[k])) h->rescued[marked++] = slots[k];
        }
    }
    if (h->locality != NULL) locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
    h->pause.result.marked = marked;
    h->pause.result.edges = edges;
}
