// memory.c -- what obmalloc would hold for the simulated objects
//
// Three questions, and the order of each list that answers one decides every address:
//
//   Which block of a pool?    The one freed last, else the first never handed out.
//   Which pool of a class?    The head of its used list, where a pool goes that was full or empty.
//   Which arena for a pool?   The head of the usable list, ascending by free pools: full arenas are
//                             filled up, and empty ones get their chance to go back. Before 3.8 the
//                             list was searched for an arena's place instead of remembering it: the
//                             order is the same. Up to 2.4 arenas had no say: the pool freed last,
//                             else the next of the newest arena (RELEASE_NEVER).
//
// Two departures from Objects/obmalloc.c change no address. A pool's free list is a stack beside
// it, not a chain through its blocks, so freeing touches the end of a short array instead of one
// more scattered place. The first block never handed out stays off it; CPython keeps it at the
// bottom. An arena's number is its index in CPython's table: the one released last is the first to
// be taken again, else the lowest never used.
#include <stdlib.h>
#include <string.h>

#include "memory_state.h"

COLD static void used_link(Memory *memory, uint32_t id) {
    Pool *pool = &memory->pools[id];
    uint32_t head = memory->used[pool->units];
    pool->prev = NONE;
    pool->next = head;
    if (head != NONE) memory->pools[head].prev = id;
    memory->used[pool->units] = id;
}

COLD static void used_unlink(Memory *memory, uint32_t id) {
    const Pool *pool = &memory->pools[id];
    if (pool->next != NONE) memory->pools[pool->next].prev = pool->prev;
    *(pool->prev != NONE ? &memory->pools[pool->prev].next : &memory->used[pool->units]) =
        pool->next;
}

static uint16_t *pool_stack(const Memory *memory, uint32_t id) {
    return memory->stacks + MEMORY_ROW + ((size_t)id << memory->stack_shift);
}

// A pool for a class that has none with a free block: it becomes the only one in the used list.
COLD static uint32_t pool_start(Memory *memory, uint32_t units) {
    bool never = memory->layout.release == RELEASE_NEVER;
    uint32_t id = never ? arena_take_any_pool(memory) : arena_take_pool(memory);
    Pool *pool = &memory->pools[id];
    if (pool->units != units) {
        pool->units = (uint16_t)units;
        pool->live = 0;
        pool->freed = 0;
        pool->fresh = (uint16_t)(POOL_HEADER >> memory->unit_shift);
    }
    used_link(memory, id);
    return id;
}

COLD static void pool_empty(Memory *memory, uint32_t id) {
    used_unlink(memory, id);
    if (memory->layout.release == RELEASE_NEVER) {
        memory->pools[id].next = memory->pool_free;
        memory->pool_free = id;
        return;
    }
    uint32_t number = id / memory->arena_pools;
    memory->pools[id].next = memory->arenas[number].pool_empty;
    memory->arenas[number].pool_empty = id;
    arena_gain_pool(memory, number);
}

uint64_t memory_large_held(uint32_t bytes) {
    const uint64_t field = 8, step = 16, mapped = 32 << 20, page = 4096;
    uint64_t chunk = (bytes + field + step - 1) / step * step;
    return chunk < mapped ? chunk : (chunk + field + page - 1) / page * page;
}

COLD static Address large_alloc(Memory *memory, uint32_t bytes) {
    CHECK(bytes <= REQUEST_MAX);
    memory->stats.large_blocks++;
    memory->stats.large_bytes += bytes;
    memory->stats.held_bytes += memory_large_held(bytes);
    return MEMORY_LARGE | memory->large_next++;  // after 2^31 of them, from the start again
}

COLD static void large_free(Memory *memory, Address address, uint32_t bytes) {
    CHECK(address >= MEMORY_LARGE && memory->stats.large_blocks > 0);
    CHECK(memory->stats.large_bytes >= bytes);
    memory->stats.large_blocks--;
    memory->stats.large_bytes -= bytes;
    memory->stats.held_bytes -= memory_large_held(bytes);
}

static inline Address block_alloc(Memory *memory, uint32_t bytes) {
    CHECK(bytes > 0);
    if (UNLIKELY(bytes > memory->small_limit)) return large_alloc(memory, bytes);
    uint32_t units = units_of(memory, bytes);
    uint32_t id = memory->used[units];
    if (UNLIKELY(id == NONE)) id = pool_start(memory, units);
    Pool *pool = &memory->pools[id];
    uint32_t offset;
    if (pool->freed > 0) {
        offset = pool_stack(memory, id)[--pool->freed];
    } else {
        offset = pool->fresh;
        pool->fresh = (uint16_t)(offset + units);
    }
    if (UNLIKELY(++pool->live == memory->capacity[units])) used_unlink(memory, id);
    return (id << memory->pool_shift) + offset;
}

Address memory_alloc(Memory *memory, uint32_t bytes) { return block_alloc(memory, bytes); }

static inline void block_free(Memory *memory, Address address, uint32_t bytes) {
    CHECK(bytes > 0);
    if (UNLIKELY(bytes > memory->small_limit)) {
        large_free(memory, address, bytes);
        return;
    }
    uint32_t id = address >> memory->pool_shift;
    uint32_t number = address >> memory->arena_shift;
    CHECK(number < memory->arenas_numbered);
    Pool *pool = &memory->pools[id];
    if (UNLIKELY(pool->units == 0)) {
        arena_free_block(memory, number);
        return;
    }
    uint32_t units = pool->units;
    CHECK(units == units_of(memory, bytes) && pool->live > 0);
    uint32_t offset = address - (id << memory->pool_shift);
    pool_stack(memory, id)[pool->freed++] = (uint16_t)offset;
    uint32_t live = pool->live--;
    if (UNLIKELY(live == memory->capacity[units])) {
        used_link(memory, id);
    } else if (UNLIKELY(live == 1)) {
        pool_empty(memory, id);
    }
}

void memory_free(Memory *memory, Address address, uint32_t bytes) {
    block_free(memory, address, bytes);
}

// ---- many at once ----

void memory_alloc_many(Memory *memory, uint32_t bytes, uint32_t count, Address *addresses) {
    for (uint32_t i = 0; i < count; i++) addresses[i] = block_alloc(memory, bytes);
}

void memory_free_many(Memory *memory, const Address *addresses, const uint32_t *order,
                      uint32_t count, uint32_t bytes) {
    for (uint32_t i = 0; i < count; i++) block_free(memory, addresses[order[i]], bytes);
}

// What pool `id` has, as many as are wanted; returns how many. `row` has room for MEMORY_ROW more.
static uint32_t pool_alloc_row(Memory *memory, uint32_t id, uint32_t wanted, Address *row) {
    Pool *pool = &memory->pools[id];
    const uint32_t units = pool->units, start = id << memory->pool_shift;
    const uint32_t taken =
        (uint32_t)min_u64(wanted, (uint64_t)memory->capacity[units] - pool->live);
    const uint32_t again = (uint32_t)min_u64(taken, pool->freed);
    const uint16_t *top = pool_stack(memory, id) + pool->freed - 1;
    for (int i = 0; i < MEMORY_ROW; i++) row[i] = start + top[-i];
    for (uint32_t i = again; i < taken; i++) {
        row[i] = start + pool->fresh;
        pool->fresh = (uint16_t)(pool->fresh + units);
    }
    pool->freed = (uint16_t)(pool->freed - again);
    pool->live = (uint16_t)(pool->live + taken);
    if (pool->live == memory->capacity[units]) used_unlink(memory, id);
    return taken;
}

void memory_alloc_row(Memory *memory, uint32_t bytes, uint32_t count, Address *addresses) {
    Address row[2 * MEMORY_ROW];
    if (UNLIKELY(count > MEMORY_ROW || bytes > memory->small_limit)) {
        memory_alloc_many(memory, bytes, count, addresses);
        return;
    }
    const uint32_t units = units_of(memory, bytes);
    for (uint32_t i = 0; i < count;) {
        uint32_t id = memory->used[units];
        if (UNLIKELY(id == NONE)) id = pool_start(memory, units);
        i += pool_alloc_row(memory, id, count - i, row + i);
    }
    memcpy(addresses, row, MEMORY_ROW * sizeof *row);
}

// False if nothing was done, as the blocks are not of one pool.
static bool pool_free_row(Memory *memory, uint32_t bytes, const Address *addresses,
                          const uint32_t *order, uint32_t count) {
    const Address first = addresses[order[0]];
    const uint32_t id = first >> memory->pool_shift, start = id << memory->pool_shift;
    Pool *pool = &memory->pools[id];
    const uint32_t units = pool->units;
    Address differ = 0;
    uint16_t offsets[MEMORY_ROW];
    for (int i = 0; i < MEMORY_ROW; i++) {
        Address address = addresses[order[i]];
        differ |= address ^ first;
        offsets[i] = (uint16_t)(address - start);
    }
    const uint32_t room = (1u << memory->stack_shift) - pool->freed;
    if (differ >> memory->pool_shift != 0 || units == 0 || room < MEMORY_ROW) return false;
    CHECK(units == units_of(memory, bytes) && pool->live >= count);
    if (pool->live == memory->capacity[units]) used_link(memory, id);
    memcpy(pool_stack(memory, id) + pool->freed, offsets, sizeof offsets);
    pool->freed = (uint16_t)(pool->freed + count);
    pool->live = (uint16_t)(pool->live - count);
    if (UNLIKELY(pool->live == 0)) pool_empty(memory, id);
    return true;
}

void memory_free_row(Memory *memory, const Address *addresses, const uint32_t *order,
                     uint32_t count, uint32_t bytes) {
    if (LIKELY(count <= MEMORY_ROW && bytes <= memory->small_limit) &&
        pool_free_row(memory, bytes, addresses, order, count))
        return;
    memory_free_many(memory, addresses, order, count, bytes);
}

static void geometry_set(Memory *memory, const MemoryLayout *layout) {
    uint32_t alignment = layout->alignment, pool_room = layout->pool_bytes - POOL_HEADER;
    memory->layout = *layout;
    memory->small_limit = layout->small_limit;
    memory->unit_shift = (uint32_t)__builtin_ctz(alignment);
    memory->pool_shift = (uint32_t)__builtin_ctz(layout->pool_bytes / alignment);
    memory->arena_shift = (uint32_t)__builtin_ctz(layout->arena_bytes / alignment);
    memory->arena_pools = layout->arena_bytes / layout->pool_bytes;
    for (uint32_t units = 1; units <= UNITS_MAX; units++)
        memory->capacity[units] = (uint16_t)(pool_room / (units * alignment));
    memory->stack_shift = 32u - (uint32_t)__builtin_clz(memory->capacity[1]);
}

static void lists_clear(Memory *memory) {
    for (uint32_t i = 0; i <= UNITS_MAX; i++) memory->used[i] = NONE;
    for (uint32_t i = 0; i <= memory->arena_pools; i++) memory->rightmost[i] = NONE;
    for (uint32_t i = 0; i < MEMORY_REGIONS; i++) memory->regions[i].arenas = NONE;
    memory->usable = NONE;
    memory->pool_free = NONE;
    memory->arena_unused = NONE;
}

uint32_t memory_arenas_max(const MemoryLayout *layout) {
    return MEMORY_LARGE / (layout->arena_bytes / layout->alignment);
}

Memory *memory_open(const MemoryLayout *layout, uint32_t arenas_max, Error *error) {
    memory_layout_check(layout);
    CHECK(arenas_max <= memory_arenas_max(layout));
    Memory *memory = memory_new(1, sizeof *memory);
    geometry_set(memory, layout);
    memory->arenas_max = arenas_max;
    memory->pools_max = (uint64_t)arenas_max * memory->arena_pools;
    memory->rightmost = memory_new(memory->arena_pools + 1, sizeof *memory->rightmost);
    lists_clear(memory);
    uint64_t entries = (memory->pools_max << memory->stack_shift) + MEMORY_ROW;
    memory->arenas = reserve_new(arenas_max, sizeof(Arena), "arenas", error);
    memory->pools = reserve_new(memory->pools_max, sizeof(Pool), "pools", error);
    memory->stacks = reserve_new(entries, sizeof(uint16_t), "freed blocks", error);
    if (memory->arenas != NULL && memory->pools != NULL && memory->stacks != NULL) return memory;
    memory_close(memory);
    return NULL;
}

void memory_ask_pools_lost(Memory *memory, PoolsLost ask, void *context) {
    memory->pools_lost = ask;
    memory->pools_lost_context = context;
}

void memory_close(Memory *memory) {
    if (memory == NULL) return;
    uint64_t entries = (memory->pools_max << memory->stack_shift) + MEMORY_ROW;
    reserve_free(memory->stacks, entries, sizeof(uint16_t));
    reserve_free(memory->pools, memory->pools_max, sizeof(Pool));
    reserve_free(memory->arenas, memory->arenas_max, sizeof(Arena));
    free(memory->rightmost);
    free(memory);
}

const MemoryStats *memory_stats(const Memory *memory) { return &memory->stats; }
