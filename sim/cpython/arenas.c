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

static char *region;
static bool mapped[ARENAS_MAX];
static uint32_t unused[ARENAS_MAX], unused_count, next, newest;
static uint64_t now, before_drain;

const MemoryLayout *arenas_layout(void) { return &ARENA_LAYOUT; }
uint32_t arenas_max(void) { return ARENAS_MAX; }

// The interpreter's stack of frames (3.11 on) comes from here too, in smaller pieces: not ours.
static void *arena_take(void *context, size_t size) {
    (void)context;
    if (size != ARENA_BYTES) {
        void *other = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return other == MAP_FAILED ? NULL : other;
    }
    CHECK(unused_count > 0 || next < ARENAS_MAX);
    newest = unused_count > 0 ? unused[--unused_count] : next++;
    mapped[newest] = true;
    now++;
    return region + (size_t)newest * ARENA_BYTES;
}

static void arena_give(void *context, void *arena, size_t size) {
    (void)context;
    uint32_t offset, number = arenas_find(arena, &offset);
    if (number == UINT32_MAX) {
        munmap(arena, size);
        return;
    }
    mapped[number] = false;
    unused[unused_count++] = number;
    now--;
    madvise(arena, size, MADV_DONTNEED);
}

bool arenas_start(Error *error) {
    CHECK(ARENA_LAYOUT.arena_bytes == ARENA_BYTES);
    char *reserved = reserve_new((uint64_t)ARENAS_MAX + 1, ARENA_BYTES, "arenas", error);
    if (reserved == NULL) return false;
    uintptr_t misplaced = (uintptr_t)reserved % ARENA_BYTES;
    region = reserved + (misplaced > 0 ? ARENA_BYTES - misplaced : 0);
    PyObjectArenaAllocator allocator = {NULL, arena_take, arena_give};
    PyObject_SetArenaAllocator(&allocator);
    return true;
}

uint32_t arenas_drain_request(uint32_t i) { return i == 0 ? 512 : 16 * i; }

void arenas_drain(void) {
    uint64_t start = now;
    uint32_t offset;
    before_drain = now;
    void *block = NULL;
    while (now == start) block = PyObject_Malloc(arenas_drain_request(0));
    PyObject_Free(block);
    uint32_t fresh = newest;
    for (uint32_t i = 1; i < ARENAS_DRAIN_REQUESTS; i++) {
        do block = PyObject_Malloc(arenas_drain_request(i));
        while (arenas_find(block, &offset) != fresh);
        PyObject_Free(block);
    }
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
