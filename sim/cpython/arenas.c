// arenas.c -- where the interpreter's arenas are, and what is in them
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "arenas.h"

#include <sys/mman.h>

#if PY_VERSION_HEX >= 0x030a0000
#define ARENA_LAYOUT MEMORY_3_10
enum { ARENA_BYTES = 1 << 20 };
#elif PY_VERSION_HEX >= 0x03090000
#define ARENA_LAYOUT MEMORY_3_9
enum { ARENA_BYTES = 1 << 18 };
#else
#define ARENA_LAYOUT MEMORY_3_7
enum { ARENA_BYTES = 1 << 18 };
#endif
enum { ARENAS_MAX = 32 * ((1 << 30) / ARENA_BYTES) };

static PyObjectArenaAllocator own;  // the interpreter's
static bool aligned;
static char *region;
static bool mapped[ARENAS_MAX];
static uint32_t unused[ARENAS_MAX], unused_count, next;
static char *newest;  // the arena taken last

enum { AHEAD_MAX = 1024 };
static char *ahead[AHEAD_MAX];  // mapped before the interpreter asks: a ring
static uint32_t ahead_first, ahead_count;

static uint64_t now, before_drain;
static uint64_t held, held_peak;  // bytes

const MemoryLayout *arenas_layout(void) { return &ARENA_LAYOUT; }
uint32_t arenas_max(void) { return ARENAS_MAX; }

static void *region_take(void) {
    CHECK(unused_count > 0 || next < ARENAS_MAX);
    uint32_t number = unused_count > 0 ? unused[--unused_count] : next++;
    mapped[number] = true;
    return region + (size_t)number * ARENA_BYTES;
}

static void region_give(char *arena) {
    uint32_t offset, number = arenas_find(arena, &offset);
    CHECK(number != UINT32_MAX);
    mapped[number] = false;
    unused[unused_count++] = number;
    madvise(arena, ARENA_BYTES, MADV_DONTNEED);
}

uint32_t arenas_map_ahead(void) {
    CHECK(!aligned && ahead_count < AHEAD_MAX);
    char *arena = own.alloc(own.ctx, ARENA_BYTES);
    CHECK(arena != NULL);
    ahead[(ahead_first + ahead_count++) % AHEAD_MAX] = arena;
    return (uintptr_t)arena % ARENA_LAYOUT.pool_bytes != 0;
}

static char *ahead_take(void) {
    if (ahead_count == 0) return own.alloc(own.ctx, ARENA_BYTES);
    ahead_count--;
    return ahead[ahead_first++ % AHEAD_MAX];
}

void arenas_drop_ahead(void) {
    while (ahead_count > 0) own.free(own.ctx, ahead_take(), ARENA_BYTES);
}

// The interpreter's stack of frames (3.11 on) comes from here too, in smaller pieces: not ours.
static void *arena_take(void *context, size_t size) {
    (void)context;
    if (size != ARENA_BYTES) return own.alloc(own.ctx, size);
    newest = aligned ? region_take() : ahead_take();
    CHECK(newest != NULL);
    arenas_hold(ARENA_BYTES);
    now++;
    return newest;
}

static void arena_give(void *context, void *arena, size_t size) {
    (void)context;
    if (size == ARENA_BYTES) arenas_hold(-ARENA_BYTES);
    now -= size == ARENA_BYTES;
    if (aligned && size == ARENA_BYTES) {
        region_give(arena);
    } else {
        own.free(own.ctx, arena, size);
    }
}

static bool region_reserve(Error *error) {
    char *reserved = reserve_new((uint64_t)ARENAS_MAX + 1, ARENA_BYTES, "arenas", error);
    if (reserved == NULL) return false;
    uintptr_t misplaced = (uintptr_t)reserved % ARENA_BYTES;
    region = reserved + (misplaced > 0 ? ARENA_BYTES - misplaced : 0);
    return true;
}

bool arenas_start(bool is_aligned, Error *error) {
    CHECK(ARENA_LAYOUT.arena_bytes == ARENA_BYTES);
    aligned = is_aligned;
    if (aligned && !region_reserve(error)) return false;
    PyObject_GetArenaAllocator(&own);
    PyObjectArenaAllocator allocator = {NULL, arena_take, arena_give};
    PyObject_SetArenaAllocator(&allocator);
    return true;
}

bool arenas_are_aligned(void) { return aligned; }

uint32_t arenas_drain_request(uint32_t i) { return i == 0 ? 512 : 16 * i; }

static bool in_newest(const void *block) {
    return (uintptr_t)block - (uintptr_t)newest < ARENA_BYTES;
}

// Before 3.9 the new arena goes back with its only block, and the next request brings another.
void arenas_drain(void) {
    uint64_t start = now;
    before_drain = now;
    void *block = NULL;
    while (now == start) block = PyObject_Malloc(arenas_drain_request(0));
    PyObject_Free(block);
    for (uint32_t i = 1; i < ARENAS_DRAIN_REQUESTS; i++) {
        do block = PyObject_Malloc(arenas_drain_request(i));
        while (!in_newest(block));
        PyObject_Free(block);
    }
}

void arenas_hold(int64_t bytes) {
    held += (uint64_t)bytes;
    held_peak = max_u64(held_peak, held);
}

uint64_t arenas_held_bytes(void) { return held; }

uint64_t arenas_held_peak(bool restart) {
    if (restart) held_peak = held;
    return held_peak;
}

uint64_t arenas_now(void) { return now - before_drain; }

uint32_t arenas_find(const void *block, uint32_t *offset) {
    uintptr_t distance = (uintptr_t)block - (uintptr_t)region;
    if (distance >= (uintptr_t)ARENAS_MAX * ARENA_BYTES) return UINT32_MAX;
    *offset = (uint32_t)(distance % ARENA_BYTES);
    uint32_t number = (uint32_t)(distance / ARENA_BYTES);
    return mapped[number] ? number : UINT32_MAX;
}

bool arenas_is_mapped(uint32_t number) { return mapped[number]; }
