// levels.h -- how much is alive, reachable, garbage: what both heaps count, as objects come and go
//
// All counts are per call, not per object: a heap that builds or frees a whole unit at once counts
// once.
#ifndef OURO_LEVELS_H
#define OURO_LEVELS_H

#include "heap_state.h"

// Sums the areas under garbage and reachable bytes up to now: called before either changes. Between
// two deaths garbage stays and reachable bytes grow with what is allocated: a rectangle and a
// trapezoid.
static inline void levels_sum(Heap *h) {
    uint64_t grown = h->view.allocated_bytes - h->levels_bytes;
    if (grown == 0) return;
    HeapLevels *l = &h->levels;
    l->drag += (U128)l->garbage_bytes * grown;
    l->reachable_area += (U128)(l->reachable_bytes - grown) * grown + (U128)grown * grown / 2;
    h->levels_bytes = h->view.allocated_bytes;
}

// So many bytes more were allocated.
static inline void levels_grow(Heap *h, uint64_t bytes) {
    HeapLevels *l = &h->levels;
    const MemoryStats *memory = memory_stats(h->memory);
    h->view.allocated_bytes += bytes;
    h->view.live_bytes += bytes;
    l->reachable_bytes += bytes;
    l->reachable_bytes_max = max_u64(l->reachable_bytes_max, l->reachable_bytes);
    l->held_bytes_max = max_u64(l->held_bytes_max, memory->held_bytes);
    if (h->view.live_bytes <= l->live_bytes_max) return;
    l->live_bytes_max = h->view.live_bytes;
    l->held_bytes_at_live_max = memory->held_bytes;
}

// So many objects of one template more were allocated; if more than one, in_batch does not come to
// the level of a batch before the last (heap_fits).
static inline void levels_born(Heap *h, uint32_t template, uint64_t objects, uint64_t bytes) {
    HeapLevels *l = &h->levels;
    if (UNLIKELY(h->options.counts_populations)) {
        h->view.populations[template].born += objects;
        h->view.populations[template].live += objects;
    }
    h->view.clock += objects;
    h->view.young += objects;
    h->view.live_objects += objects;
    h->in_batch += (int64_t)objects;
    if (h->in_batch == h->batch) {
        h->in_batch = 0;
        h->view.risen++;
    }
    l->reachable_objects += objects;
    l->reachable_objects_max = max_u64(l->reachable_objects_max, l->reachable_objects);
    l->live_objects_max = max_u64(l->live_objects_max, h->view.live_objects);
    levels_grow(h, bytes);
}

// What was reachable is garbage now.
static inline void levels_died(Heap *h, uint64_t objects, uint64_t bytes) {
    levels_sum(h);
    h->levels.reachable_objects -= objects;
    h->levels.reachable_bytes -= bytes;
    h->levels.garbage_objects += objects;
    h->levels.garbage_bytes += bytes;
}

// Objects of one unit that are freed.
typedef struct {
    uint64_t objects;
    uint64_t bytes;  // native payload included
    uint64_t payload_bytes;
    uint32_t payloads;        // native blocks
    uint32_t payloads_large;  // those of them that malloc gave
    uint32_t template;
    uint64_t death;  // allocation clock of their truth note
} Freed;

// Garbage that is collected goes to its free list, as far as that has room.
static inline void levels_list_fill(Heap *h, const Freed *freed) {
    const uint32_t list = h->options.templates[freed->template]->free_list - 1u;
    h->free_blocks[list] =
        (uint32_t)min_u64(h->free_blocks[list] + freed->objects, free_list_room(list));
}

static inline void levels_freed_work(Heap *h, const Freed *freed) {
    h->event_freed += freed->objects;
    h->event_payloads += freed->payloads;
    if (h->freed_by == FREED_IN_PAUSE) {
        h->pause.freed += freed->objects;
        h->pause.payloads_large += freed->payloads_large;
        h->pause.payloads_small += freed->payloads - freed->payloads_large;
        if (UNLIKELY(h->options.templates[freed->template]->free_list != 0))
            levels_list_fill(h, freed);
        hist_add_many(&h->ages, h->view.clock - freed->death, freed->objects);
    } else if (h->freed_by == FREED_BY_MUTATOR) {
        h->work.freed_refcount += freed->objects;
        h->work.payloads_freed += freed->payloads;
    } else {
        h->work.freed_oracle += freed->objects;
    }
}

static inline void levels_freed(Heap *h, const Freed *freed) {
    levels_sum(h);
    h->levels.garbage_objects -= freed->objects;
    h->levels.garbage_bytes -= freed->bytes;
    levels_freed_work(h, freed);
    if (UNLIKELY(h->options.counts_populations))
        h->view.populations[freed->template].live -= freed->objects;
    h->view.payload_bytes -= freed->payload_bytes;
    h->view.live_bytes -= freed->bytes;
    h->view.live_objects -= freed->objects;
    h->in_batch -= (int64_t)freed->objects;
    while (h->in_batch <= -h->batch) {
        h->in_batch += h->batch;
        h->view.fallen++;
    }
    h->view.young -= min_u64(h->view.young, freed->objects);
}

#endif
