// naive_memory.c -- the rules of obmalloc, written down once more with lists and linear searches
//
// Shares no idea with the model but the rules: a list is a plain array, its order is found by
// looking for the right place, and what can be counted is not remembered.
#include "naive_memory.h"

#include <stdlib.h>

#define UNITS_MAX 64

typedef struct {
    int *at;
    int count;
    int room;
} List;

static void list_insert(List *list, int place, int value) {
    if (list->count == list->room) {
        list->room = list->room * 2 + 8;
        list->at = realloc(list->at, (size_t)list->room * sizeof *list->at);
    }
    for (int i = list->count++; i > place; i--) list->at[i] = list->at[i - 1];
    list->at[place] = value;
}

static void list_push(List *list, int value) { list_insert(list, list->count, value); }

static int list_pop(List *list) { return list->at[--list->count]; }

static void list_remove(List *list, int value) {
    int kept = 0;
    for (int i = 0; i < list->count; i++) {
        if (list->at[i] != value) list->at[kept++] = list->at[i];
    }
    list->count = kept;
}

typedef struct {
    int units;   // size of its blocks
    int live;    // blocks in use
    int carved;  // blocks ever handed out
    List freed;  // of those, the ones given back
} Pool;

typedef struct {
    bool in_region;
    bool region_open;
    int live;      // blocks in use, in a region
    int carved;    // pools ever handed out
    List emptied;  // of those, the ones given back
} Arena;

struct NaiveMemory {
    MemoryLayout layout;
    Arena arenas[NAIVE_ARENAS];
    Pool *pools;               // arena by arena
    List numbers;              // of arenas that may be mapped, the next one last
    List usable;               // arenas with free pools
    List emptied;              // RELEASE_NEVER: pools given back, and
    int newest;                // the arena that pools are carved of, or -1
    List used[UNITS_MAX + 1];  // by units: pools with live and free blocks
    List regions[MEMORY_REGIONS];
    int fill[MEMORY_REGIONS];  // units taken of the newest arena
    uint64_t large_held;
    MemoryStats stats;
};

static bool never(const NaiveMemory *naive) { return naive->layout.release == RELEASE_NEVER; }

static int arena_pools(const NaiveMemory *naive) {
    return (int)(naive->layout.arena_bytes / naive->layout.pool_bytes);
}

NaiveMemory *naive_new(const MemoryLayout *layout) {
    NaiveMemory *naive = memory_new(1, sizeof *naive);
    naive->layout = *layout;
    naive->newest = -1;
    naive->pools = memory_new((size_t)(NAIVE_ARENAS * arena_pools(naive)), sizeof(Pool));
    for (int i = NAIVE_ARENAS; i-- > 0;) list_push(&naive->numbers, i);
    return naive;
}

void naive_free(NaiveMemory *naive) {
    for (int i = 0; i < NAIVE_ARENAS * arena_pools(naive); i++) free(naive->pools[i].freed.at);
    for (int i = 0; i < NAIVE_ARENAS; i++) free(naive->arenas[i].emptied.at);
    for (int i = 0; i <= UNITS_MAX; i++) free(naive->used[i].at);
    for (int i = 0; i < (int)MEMORY_REGIONS; i++) free(naive->regions[i].at);
    free(naive->numbers.at);
    free(naive->usable.at);
    free(naive->emptied.at);
    free(naive->pools);
    free(naive);
}

static int arena_free_pools(const NaiveMemory *naive, int number) {
    const Arena *arena = &naive->arenas[number];
    return arena_pools(naive) - arena->carved + arena->emptied.count;
}

static int arena_map(NaiveMemory *naive, bool in_region) {
    int number = list_pop(&naive->numbers);
    Arena *arena = &naive->arenas[number];
    arena->in_region = arena->region_open = in_region;
    arena->live = arena->emptied.count = 0;
    arena->carved = (int)naive->layout.pools_lost;
    naive->stats.arenas++;
    naive->stats.arenas_mapped++;
    return number;
}

static void arena_unmap(NaiveMemory *naive, int number) {
    list_push(&naive->numbers, number);
    naive->stats.arenas--;
    naive->stats.arenas_released++;
}

// Up to 2.4: the pool that was emptied last, of whatever arena, else the next of the newest arena.
static int pool_take_any(NaiveMemory *naive, bool *again) {
    *again = naive->emptied.count > 0;
    if (*again) return list_pop(&naive->emptied);
    if (naive->newest < 0 || naive->arenas[naive->newest].carved == arena_pools(naive))
        naive->newest = arena_map(naive, false);
    return naive->newest * arena_pools(naive) + naive->arenas[naive->newest].carved++;
}

static int pool_take_usable(NaiveMemory *naive, bool *again) {
    if (naive->usable.count == 0) list_push(&naive->usable, arena_map(naive, false));
    int number = naive->usable.at[0];
    Arena *arena = &naive->arenas[number];
    *again = arena->emptied.count > 0;
    int id = *again ? list_pop(&arena->emptied) : number * arena_pools(naive) + arena->carved++;
    if (arena_free_pools(naive, number) == 0) list_remove(&naive->usable, number);
    return id;
}

// A pool that is in no list, for blocks of `units`.
static int pool_take(NaiveMemory *naive, int units) {
    bool again;
    int id = never(naive) ? pool_take_any(naive, &again) : pool_take_usable(naive, &again);
    Pool *pool = &naive->pools[id];
    if (!again || pool->units != units) {
        pool->units = units;
        pool->carved = pool->freed.count = 0;
    }
    return id;
}

// The arena has one free pool more: back to the system, or to its place.
static void arena_rank(NaiveMemory *naive, int number) {
    List *usable = &naive->usable;
    int pools_free = arena_free_pools(naive, number);
    bool last = usable->count > 0 && usable->at[usable->count - 1] == number;
    list_remove(usable, number);
    if (pools_free == arena_pools(naive) - (int)naive->layout.pools_lost &&
        !(last && naive->layout.release == RELEASE_ALL_BUT_LAST)) {
        arena_unmap(naive, number);
        return;
    }
    int place = 0;
    while (place < usable->count && arena_free_pools(naive, usable->at[place]) < pools_free) {
        place++;
    }
    list_insert(usable, place, number);
}

static Address pool_address(const NaiveMemory *naive, int id, int block) {
    const MemoryLayout *layout = &naive->layout;
    uint64_t byte = (uint64_t)id * layout->pool_bytes + POOL_HEADER;
    return (Address)(byte / layout->alignment) + (Address)(block * naive->pools[id].units);
}

static bool pool_is_full(const NaiveMemory *naive, const Pool *pool) {
    uint32_t room = naive->layout.pool_bytes - POOL_HEADER;
    return pool->live == (int)(room / ((uint32_t)pool->units * naive->layout.alignment));
}

static Address small_alloc(NaiveMemory *naive, int units) {
    List *used = &naive->used[units];
    if (used->count == 0) list_push(used, pool_take(naive, units));
    int id = used->at[0];
    Pool *pool = &naive->pools[id];
    int block = pool->freed.count > 0 ? list_pop(&pool->freed) : pool->carved++;
    pool->live++;
    if (pool_is_full(naive, pool)) list_remove(used, id);
    return pool_address(naive, id, block);
}

static void small_free(NaiveMemory *naive, Address address) {
    int id = (int)((uint64_t)address * naive->layout.alignment / naive->layout.pool_bytes);
    Pool *pool = &naive->pools[id];
    List *used = &naive->used[pool->units];
    if (pool_is_full(naive, pool)) list_insert(used, 0, id);
    list_push(&pool->freed, (int)(address - pool_address(naive, id, 0)) / pool->units);
    if (--pool->live > 0) return;
    int number = id / arena_pools(naive);
    list_remove(used, id);
    list_push(never(naive) ? &naive->emptied : &naive->arenas[number].emptied, id);
    if (!never(naive)) arena_rank(naive, number);
}

static Address region_alloc(NaiveMemory *naive, int region, int units) {
    List *arenas = &naive->regions[region];
    int arena_units = (int)(naive->layout.arena_bytes / naive->layout.alignment);
    if (arenas->count == 0 || naive->fill[region] + units > arena_units) {
        list_push(arenas, arena_map(naive, true));
        naive->fill[region] = 0;
    }
    int number = arenas->at[arenas->count - 1];
    naive->arenas[number].live++;
    naive->fill[region] += units;
    return (Address)(number * arena_units + naive->fill[region] - units);
}

void naive_region_close(NaiveMemory *naive, int region) {
    while (naive->regions[region].count > 0) {
        int number = list_pop(&naive->regions[region]);
        naive->arenas[number].region_open = false;
        if (naive->arenas[number].live == 0) arena_unmap(naive, number);
    }
}

// glibc: 8 bytes more, in steps of 16; whole pages, 16 bytes more, from 32 MiB on.
static uint64_t large_held(uint32_t bytes) {
    uint64_t held = bytes;
    for (held += 8; held % 16 != 0;) held++;
    if (held >= 32 * 1024 * 1024)
        for (held += 8; held % 4096 != 0;) held++;
    return held;
}

Address naive_alloc(NaiveMemory *naive, int region, uint32_t bytes) {
    if (bytes > naive->layout.small_limit) {
        naive->stats.large_blocks++;
        naive->stats.large_bytes += bytes;
        naive->large_held += large_held(bytes);
        return 0;
    }
    int alignment = (int)naive->layout.alignment, units = ((int)bytes + alignment - 1) / alignment;
    return region == NO_REGION ? small_alloc(naive, units) : region_alloc(naive, region, units);
}

void naive_release(NaiveMemory *naive, Address address, uint32_t bytes) {
    if (bytes > naive->layout.small_limit) {
        naive->stats.large_blocks--;
        naive->stats.large_bytes -= bytes;
        naive->large_held -= large_held(bytes);
        return;
    }
    int number = (int)((uint64_t)address * naive->layout.alignment / naive->layout.arena_bytes);
    Arena *arena = &naive->arenas[number];
    if (!arena->in_region) {
        small_free(naive, address);
    } else if (--arena->live == 0 && !arena->region_open) {
        arena_unmap(naive, number);
    }
}

const MemoryStats *naive_stats(NaiveMemory *naive) {
    uint64_t arena_bytes = naive->stats.arenas * naive->layout.arena_bytes;
    naive->stats.held_bytes = arena_bytes + naive->large_held;
    return &naive->stats;
}
