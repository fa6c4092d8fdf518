// finalize.c -- what finalizers keep, and what they bring back
//
// Steps 8, 10 and 11 of `collect` in Modules/gcmodule.c: move_legacy_finalizers (to 3.3),
// finalize_garbage with check_garbage (3.4 to 3.8) or handle_resurrected_objects (3.9 on).
//
// A finalizer that resurrects puts its object into a list of the program, which the program clears
// as soon as the collection is over: so what comes back is garbage again at once, and the truth
// notes call it dead all the time. Finalizers are called once; the next collection that finds the
// object frees it. Those called by reference counting resurrect nothing: the list would be cleared
// before anybody could see a difference.
#include "heap_state.h"

// ---- to 3.3: what has a finalizer is not freed, nor what it refers to ----

uint64_t finalize_set_aside(Heap *h, uint64_t *count) {
    uint64_t reached = 0, left = 0;
    for (uint64_t i = 0; i < *count; i++) {
        uint32_t object = h->unreachable[i];
        if (!object_finalizer(h, object)) continue;
        h->gc[object] = GC_CANDIDATE | GC_ONE | (h->gc[object] & GC_SAMPLE);
        h->rescued[reached++] = object;
    }
    for (uint64_t i = 0; i < reached; i++) reached = deduce_visit(h, h->rescued[i], reached);
    for (uint64_t i = 0; i < *count; i++) {
        h->unreachable[left] = h->unreachable[i];
        left += (h->gc[h->unreachable[i]] & GC_UNREACHABLE) != 0;
    }
    *count = left;
    return reached;
}

// What did not fall with the garbage goes to gc.garbage, or is held by what is in there.
void finalize_survive(Heap *h, uint64_t count, uint32_t into) {
    for (uint64_t i = 0; i < count; i++) {
        uint32_t object = h->rescued[i];
        if (!(h->tags[object] & TAG_ALIVE)) {
            h->pause.fallen++;
            continue;
        }
        h->pause.result.uncollectable++;
        if (object_finalizer(h, object)) h->refcounts[object]++;
        deduce_survive(h, object, into);
        h->tags[object] |= TAG_UNCOLLECTABLE;
        h->levels.uncollectable_bytes += object_bytes(h, object);
    }
}

// ---- from 3.4 on: finalizers are called ----

static void call_finalizer(Heap *h, uint32_t object) {
    Instance *instance = &h->instances[object_instance(h, object)];
    if (!object_finalizer(h, object) || instance->flags & INSTANCE_FINALIZED) return;
    instance->flags |= INSTANCE_FINALIZED;
    h->pause.finalizers++;
    if (!(instance->flags & INSTANCE_RESURRECTS)) return;
    h->refcounts[object]++;
    h->resurrected[h->resurrected_count++] = object;
}

// The garbage is examined as candidates were, but among itself. CPython does this in every
// collection, so the price of garbage contains it: the work is not counted a second time, nor what
// it touches (walk_unreachable).
static uint64_t handle_resurrected(Heap *h, const Plan *plan, uint64_t *count) {
    PauseWork work = h->pause;
    uint64_t kept = *count;
    if (plan->finalizers == FINALIZERS_PEP442_WHOLE) {
        for (uint64_t i = 0; i < kept; i++) deduce_survive(h, h->unreachable[i], plan->into);
        *count = 0;
    } else {
        kept = deduce_update(h, h->unreachable, kept, 0);
        kept = deduce_unreachable(h, kept, plan->into, count);
    }
    h->pause = work;
    return kept;
}

void finalize_call(Heap *h, const Plan *plan, uint64_t *count) {
    CHECK(h->resurrected_count == 0);
    for (uint64_t i = 0; i < *count; i++) call_finalizer(h, h->unreachable[i]);
    if (h->resurrected_count == 0) return;
    h->pause.result.resurrected = handle_resurrected(h, plan, count);
}

void finalize_let_go(Heap *h) {
    for (uint64_t i = 0; i < h->resurrected_count; i++) object_decref(h, h->resurrected[i]);
    h->resurrected_count = 0;
}
