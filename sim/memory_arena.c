// memory_arena.c -- which arena gives the next pool, and which goes back; regions
#include "memory_state.h"

static uint32_t arena_map(Memory *memory) {
    uint32_t number = memory->arena_unused;
    if (number != NONE) {
        memory->arena_unused = memory->arenas[number].next;
    } else {
        number = memory->arenas_numbered++;
        CHECK(number < memory->arenas_max);
    }
    memory->stats.arenas++;
    memory->stats.arenas_mapped++;
    memory->stats.held_bytes += memory->layout.arena_bytes;
    return number;
}

static void arena_unmap(Memory *memory, uint32_t number) {
    memory->arenas[number].next = memory->arena_unused;
    memory->arena_unused = number;
    memory->stats.arenas--;
    memory->stats.arenas_released++;
    memory->stats.held_bytes -= memory->layout.arena_bytes;
}

static void usable_unlink(Memory *memory, uint32_t number) {
    const Arena *arena = &memory->arenas[number];
    if (arena->next != NONE) memory->arenas[arena->next].prev = arena->prev;
    *(arena->prev != NONE ? &memory->arenas[arena->prev].next : &memory->usable) = arena->next;
}

// After arena `prev`; NONE: at the head.
static void usable_link(Memory *memory, uint32_t number, uint32_t prev) {
    uint32_t *link = prev != NONE ? &memory->arenas[prev].next : &memory->usable;
    uint32_t next = *link;
    *link = number;
    memory->arenas[number].prev = prev;
    memory->arenas[number].next = next;
    if (next != NONE) memory->arenas[next].prev = number;
}

// Wholly free, for pools.
static uint32_t arena_start(Memory *memory) {
    uint32_t number = arena_map(memory);
    Arena *arena = &memory->arenas[number];
    uint32_t lost = memory->layout.pools_lost;
    if (memory->pools_lost != NULL) lost = memory->pools_lost(memory->pools_lost_context);
    CHECK(lost + 2 <= memory->arena_pools);
    arena->pools_free = arena->pools_usable = memory->arena_pools - lost;
    arena->pools_carved = lost;
    arena->pool_empty = NONE;
    return number;
}

static uint32_t arena_carve(Memory *memory, uint32_t number) {
    uint32_t id = number * memory->arena_pools + memory->arenas[number].pools_carved++;
    memory->pools[id].units = 0;
    return id;
}

static void usable_refill(Memory *memory) {
    uint32_t number = arena_start(memory);
    usable_link(memory, number, NONE);
    memory->rightmost[memory->arenas[number].pools_usable] = number;
}

// The arena goes back, or moves behind those that have as many as it had: the
// left end of its new group. Whether it is the last of the list is asked before it moves: any arena
// to the right, even one in use, lets it go.
void arena_gain_pool(Memory *memory, uint32_t number) {
    Arena *arena = &memory->arenas[number];
    uint32_t before = arena->pools_free++;
    uint32_t after = before + 1;
    uint32_t last = memory->rightmost[before];
    if (last == number) {
        bool follows = arena->prev != NONE && memory->arenas[arena->prev].pools_free == before;
        memory->rightmost[before] = follows ? arena->prev : NONE;
    }
    bool kept = memory->layout.release == RELEASE_ALL_BUT_LAST && arena->next == NONE;
    if (after == arena->pools_usable && !kept) {
        usable_unlink(memory, number);
        arena_unmap(memory, number);
        return;
    }
    if (memory->rightmost[after] == NONE) memory->rightmost[after] = number;
    if (before == 0) {
        usable_link(memory, number, NONE);
    } else if (last != number) {
        usable_unlink(memory, number);
        usable_link(memory, number, last);
    }
}

// The head has the fewest free pools, and so stays at the head.
uint32_t arena_take_pool(Memory *memory) {
    if (memory->usable == NONE) usable_refill(memory);
    uint32_t number = memory->usable;
    Arena *arena = &memory->arenas[number];
    uint32_t before = arena->pools_free--;
    if (memory->rightmost[before] == number) memory->rightmost[before] = NONE;
    if (before > 1) {
        memory->rightmost[before - 1] = number;
    } else {
        usable_unlink(memory, number);
    }
    uint32_t id = arena->pool_empty;
    if (id == NONE) return arena_carve(memory, number);
    arena->pool_empty = memory->pools[id].next;
    return id;
}

uint32_t arena_take_any_pool(Memory *memory) {
    uint32_t id = memory->pool_free, newest = memory->usable;
    if (id != NONE) {
        memory->pool_free = memory->pools[id].next;
        return id;
    }
    if (newest == NONE || memory->arenas[newest].pools_carved == memory->arena_pools)
        newest = memory->usable = arena_start(memory);
    return arena_carve(memory, newest);
}

// ---- regions ----

void arena_free_block(Memory *memory, uint32_t number) {
    Arena *arena = &memory->arenas[number];
    CHECK(arena->region_blocks > 0);
    arena->region_blocks--;
    if (arena->region_blocks == 0 && !arena->region_open) arena_unmap(memory, number);
}

// The arena's pool records say that it is not cut into pools: this is how memory_free knows.
static void region_extend(Memory *memory, Region *region) {
    uint32_t number = arena_map(memory);
    memory->arenas[number].region_blocks = 0;
    memory->arenas[number].region_open = true;
    memory->arenas[number].next = region->arenas;
    for (uint32_t i = 0; i < memory->arena_pools; i++) {
        memory->pools[number * memory->arena_pools + i].units = 0;
    }
    region->arenas = number;
    region->fill = 0;
}

Address memory_region_alloc(Memory *memory, uint32_t region_number, uint32_t bytes) {
    CHECK(bytes > 0 && region_number < MEMORY_REGIONS);
    if (UNLIKELY(bytes > memory->small_limit)) return memory_alloc(memory, bytes);
    Region *region = &memory->regions[region_number];
    uint32_t units = units_of(memory, bytes);
    if (UNLIKELY(region->arenas == NONE || region->fill + units > 1u << memory->arena_shift)) {
        region_extend(memory, region);
    }
    uint32_t offset = region->fill;
    region->fill += units;
    memory->arenas[region->arenas].region_blocks++;
    return (region->arenas << memory->arena_shift) + offset;
}

// The newest arena goes back first, so that the oldest number is the next to be taken.
void memory_region_close(Memory *memory, uint32_t region_number) {
    CHECK(region_number < MEMORY_REGIONS);
    Region *region = &memory->regions[region_number];
    while (region->arenas != NONE) {
        uint32_t number = region->arenas;
        Arena *arena = &memory->arenas[number];
        region->arenas = arena->next;
        arena->region_open = false;
        if (arena->region_blocks == 0) arena_unmap(memory, number);
    }
}
