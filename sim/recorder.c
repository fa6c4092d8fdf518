// recorder.c -- what a run leaves behind
#include "recorder.h"

enum { SAMPLES = 1000, PHASE_MARKS = 2000, COLLECTIONS_MAX = 1 << 26 };

bool recorder_open(Recorder *r, const CostTable *cost, uint64_t allocations, uint64_t objects,
                   uint64_t requests, uint64_t phases, Mapping *mapping, Error *error) {
    *r = (Recorder){.cost = *cost, .mapping = mapping};
    r->sample_every = max_u64(allocations / SAMPLES, 1);
    r->phase_max = min_u64(phases, PHASE_MARKS);
    // One for each phase mark and for the end, and never two at one clock.
    r->sample_max = min_u64(2 * SAMPLES + PHASE_MARKS, objects + r->phase_max + 2);
    r->request_max = requests;
    // A policy may carry out some plans at each allocation: by-hand unfreezes, collects, freezes.
    r->collection_max = min_u64(4 * (objects + requests + phases) + 16, COLLECTIONS_MAX);
#define TABLE(field, count) \
    ((r->field = mapping_take(mapping, r->count, sizeof *r->field, #field, error)) != NULL)
    return TABLE(collections, collection_max) && TABLE(samples, sample_max) &&
           TABLE(requests, request_max) && TABLE(phases, phase_max);
#undef TABLE
}

void recorder_close(Recorder *r) {
#define TABLE(field, count) mapping_give(r->mapping, r->field, r->count, sizeof *r->field)
    TABLE(collections, collection_max);
    TABLE(samples, sample_max);
    TABLE(requests, request_max);
    TABLE(phases, phase_max);
#undef TABLE
}

uint64_t recorder_now_ns(const Recorder *r, const Heap *heap) {
    return cost_mutator_ns(&r->cost, heap_view(heap), heap_mutator_work(heap)) + r->pause_ns;
}

uint64_t recorder_sample(Recorder *r, Heap *heap) {
    const HeapView *view = heap_view(heap);
    const HeapLevels *levels = heap_levels(heap);
    CHECK(levels->reachable_bytes + levels->garbage_bytes == view->live_bytes);
    if (r->sample_count == r->sample_max) return UINT64_MAX;
    Sample *s = &r->samples[r->sample_count++];
    *s = (Sample){.clock = view->clock,
                  .model_ns = recorder_now_ns(r, heap),
                  .reachable_bytes = levels->reachable_bytes,
                  .live_bytes = view->live_bytes,
                  .held_bytes = heap_memory(heap)->held_bytes,
                  .garbage_bytes = levels->garbage_bytes,
                  .uncollectable_bytes = levels->uncollectable_bytes,
                  .collections = r->collection_count};
    for (uint32_t i = 0; i < SPACES_MAX; i++) {
        SpaceGarbage garbage = heap_garbage(heap, i);
        s->waiting_bytes[i] = garbage.waiting_bytes;
        s->held_by_older_bytes += garbage.held_bytes;
    }
    s->held_by_older_bytes -= levels->uncollectable_bytes;  // they were seen and kept as well
    return (view->clock / r->sample_every + 1) * r->sample_every;
}

void recorder_measure(Recorder *r) {
    for (size_t i = 0; i < r->collection_count; i++) {
        r->collections[i].predicted_ns = r->collections[i].pause_ns;
        r->collections[i].pause_ns = r->collections[i].start_ns = 0;
    }
    r->pause_ns = r->request_count = r->stretch = 0;
    r->in_request = false;
}

void recorder_request_at(Recorder *r, uint64_t now) {
    if (r->in_request && r->request_count < r->request_max)
        r->requests[r->request_count++] = (Request){r->request_start_ns, now, r->stretch};
    r->in_request = true;
    r->request_start_ns = now;
}

void recorder_request(Recorder *r, const Heap *heap) {
    recorder_request_at(r, recorder_now_ns(r, heap));
}

void recorder_idle(Recorder *r, const Heap *heap) {
    r->request_start_ns = recorder_now_ns(r, heap);
}

void recorder_stretch(Recorder *r) {
    r->in_request = false;
    r->stretch++;
}

void recorder_phase(Recorder *r, Heap *heap) {
    const HeapView *view = heap_view(heap);
    recorder_stretch(r);
    if (view->phase == ROUND_END) {
        r->residue_objects = view->live_objects;
        r->residue_bytes = view->live_bytes;
    }
    if (r->phase_count == r->phase_max) return;
    r->phases[r->phase_count++] =
        (PhaseMark){view->clock, view->live_objects, view->live_bytes, view->round, view->phase};
    recorder_sample(r, heap);
}

bool recorder_collection(Recorder *r, const Heap *heap, const Plan *plan, WakeReason reason,
                         const PauseWork *work, Error *error) {
    const HeapView *view = heap_view(heap);
    const PauseCounts counts = cost_pause_counts(plan->kind, work);
    CHECK(work->result.candidates == work->result.collected + work->result.survivors +
                                         work->result.uncollectable + work->fallen +
                                         work->result.resurrected);
    if (r->collection_count == r->collection_max)
        return error_set(error, "more than %zu collections; use a smaller --scale",
                         r->collection_max);
    Collection *c = &r->collections[r->collection_count++];
    *c = (Collection){.clock = view->clock,
                      .event = heap_mutator_work(heap)->events,
                      .start_ns = recorder_now_ns(r, heap),
                      .pause_ns = cost_pause_ns(&r->cost, &counts),
                      .candidates = work->result.candidates,
                      .edges = work->result.edges,
                      .collected = work->result.collected,
                      .uncollectable = work->result.uncollectable,
                      .survivors = work->result.survivors,
                      .moves = work->moves,
                      .jumps = work->jumps,
                      .jumps_l1 = counts.jumps_l1,
                      .jumps_l2 = counts.jumps_l2,
                      .jumps_l3 = counts.jumps_l3,
                      .edges_l1 = counts.edges_l1,
                      .edges_l2 = counts.edges_l2,
                      .edges_l3 = counts.edges_l3,
                      .pages = counts.pages,
                      .futile = work->futile,
                      .freed = work->freed,
                      .released = counts.released,
                      .payloads_small = counts.payloads_small,
                      .payloads_large = counts.payloads_large,
                      .arenas_released = counts.arenas_released,
                      .condemned_bytes = work->condemned_bytes,
                      .live_bytes_after = view->live_bytes,
                      .marked = work->result.marked,
                      .finalizers = work->finalizers,
                      .resurrected = work->result.resurrected,
                      .young = work->young,
                      .spaces = plan->spaces,
                      .into = plan->into,
                      .round = view->round,
                      .phase = view->phase,
                      .kind = (uint8_t)plan->kind,
                      .generation = plan->generation,
                      .reason = (uint8_t)reason};
    r->pause_ns += c->pause_ns;
    r->fallen += work->fallen;
    return true;
}
