// memory_state.h -- the inside of the allocator's model: pools, arenas, regions
#ifndef OURO_MEMORY_STATE_H
#define OURO_MEMORY_STATE_H

#include "memory.h"

#define NONE        UINT32_MAX  // no pool, no arena: the end of a list
#define UNITS_MAX   64u         // of a block: size classes, where they are 8 bytes apart
#define REQUEST_MAX (UINT32_C(1) << 31)

// A pool is full (in no list), used (in its class's list) or empty (in its arena's). An empty one
// keeps class and stack: if the same class takes it again, blocks come in the order of that stack.
typedef struct {
    uint32_t next;   // in the used list of its class, or among the empty pools of its arena
    uint32_t prev;   // in the used list
    uint16_t live;   // blocks in use
    uint16_t freed;  // blocks on its stack
    uint16_t fresh;  // offset of the first block never handed out
    uint16_t units;  // the size of its blocks; 0: none yet, or the pool is part of a region
} Pool;
_Static_assert(sizeof(Pool) == 16, "four pools share a cache line");

typedef struct {
    uint32_t next;           // in the usable list, of the same region, or of the unused numbers
    uint32_t prev;           // in the usable list
    uint32_t pools_free;     // empty or not yet carved; 0: not in the usable list
    uint32_t pools_usable;   // all but those lost
    uint32_t pools_carved;   // from the front, lost ones included
    uint32_t pool_empty;     // first of the pools that were used and are empty
    uint32_t region_blocks;  // in use, of an arena of a region
    bool region_open;
} Arena;

typedef struct {
    uint32_t arenas;  // the newest first; NONE: the region is closed
    uint32_t fill;    // units taken from the newest
} Region;

struct Memory {
    uint32_t used[UNITS_MAX + 1];      // by units: the first pool with a free block
    uint16_t capacity[UNITS_MAX + 1];  // by units: blocks in a pool
    uint32_t small_limit;
    uint32_t unit_shift;   // bytes shifted by this are units,
    uint32_t pool_shift;   // an address shifted by this is a pool,
    uint32_t arena_shift;  // by this an arena
    uint32_t stack_shift;  // entries reserved per pool: blocks of the smallest class, rounded up
    Pool *pools;
    uint16_t *stacks;  // offsets in the pool, in units; the block freed last on top

    MemoryStats stats;
    MemoryLayout layout;
    uint32_t arena_pools;  // lost ones included
    PoolsLost pools_lost;  // NULL: as the layout says
    void *pools_lost_context;
    uint32_t arenas_max;
    uint64_t pools_max;
    uint32_t arenas_numbered;  // numbers ever given to an arena
    uint32_t arena_unused;     // first of those without an arena now
    uint32_t usable;           // the arena that gives the next pool; RELEASE_NEVER: the newest
    uint32_t pool_free;        // RELEASE_NEVER: the pool that was emptied last
    uint32_t *rightmost;       // by free pools: the last usable arena with that many, or NONE
    Arena *arenas;
    uint32_t large_next;
    Region regions[MEMORY_REGIONS];
};

// A pool for whoever has none with a free block, from the head of the usable list.
uint32_t arena_take_pool(Memory *memory);

// The same where arenas stay for ever.
uint32_t arena_take_any_pool(Memory *memory);

// One free pool more: the arena may go back.
void arena_gain_pool(Memory *memory, uint32_t number);

// A block of a region is freed.
void arena_free_block(Memory *memory, uint32_t arena);

static inline uint32_t units_of(const Memory *memory, uint32_t bytes) {
    return ((bytes - 1) >> memory->unit_shift) + 1;
}

#endif
