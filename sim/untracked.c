// untracked.c -- blocks that are taken, and no collector looks at
#include "untracked.h"

#include <stdlib.h>
#include <string.h>

#include "levels.h"

static void room_for(Heap *h, uint32_t unit) {
    const uint32_t before = h->untracked_capacity;
    if (unit < before) return;
    h->untracked_capacity = (uint32_t)max_u64(before * 2ull + 1024, unit + 1ull);
    h->untracked = memory_resize(h->untracked, h->untracked_capacity, sizeof *h->untracked);
    memset(h->untracked + before, 0, (h->untracked_capacity - before) * sizeof *h->untracked);
}

void untracked_take(Heap *h, uint32_t unit, uint32_t bytes) {
    CHECK(unit < h->options.units_max && bytes > 0);
    room_for(h, unit);
    CHECK(h->untracked[unit].bytes == 0);
    h->untracked[unit] = (Untracked){memory_alloc(h->memory, bytes), bytes};
    h->untracked_bytes += bytes;
    levels_grow(h, bytes);
}

void untracked_give(Heap *h, uint32_t unit) {
    CHECK(unit < h->untracked_capacity && h->untracked[unit].bytes > 0);
    const uint32_t bytes = h->untracked[unit].bytes;
    levels_sum(h);
    memory_free(h->memory, h->untracked[unit].address, bytes);
    h->untracked[unit].bytes = 0;
    h->untracked_bytes -= bytes;
    h->levels.reachable_bytes -= bytes;
    h->view.live_bytes -= bytes;
}

void untracked_free(Heap *h) { free(h->untracked); }
