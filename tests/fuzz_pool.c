// fuzz_pool.c -- reserved memory that is given back and taken again without asking the system
//
// Opening and closing two heaps takes some hundred tables: for a program of a hundred objects the
// system calls and page faults would take longer than all else. The linker sends the product's
// calls here (--wrap). Small tables lie side by side in one place, which is cleared when the last
// of them was given back; large ones are kept, by size, and their pages given up.
#include <string.h>
#include <sys/mman.h>

#include "base.h"

enum { POOL_BYTES = 1 << 25, SMALL_BYTES = 1 << 20, BEHIND = 512, KEPT_MAX = 64 };

static struct {
    uint8_t *base;
    size_t used, small;  // bytes; tables
    struct {
        void *memory;
        size_t bytes;
        bool taken;
    } kept[KEPT_MAX];
    uint32_t count;
} pool;

static void *map(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MEMORY_CHECK(memory != MAP_FAILED);
    return memory;
}

// What stands behind the end of a reservation is zero (reserve_new).
static size_t table_bytes(uint64_t count, size_t size) {
    return (size_t)((count * size + BEHIND + 63) & ~63ull);
}

static void *take_large(size_t bytes) {
    uint32_t i = 0;
    while (i < pool.count && (pool.kept[i].taken || pool.kept[i].bytes != bytes)) i++;
    if (i == KEPT_MAX) return map(bytes);
    if (i == pool.count) {
        pool.kept[pool.count++].memory = map(bytes);
        pool.kept[i].bytes = bytes;
    }
    pool.kept[i].taken = true;
    return pool.kept[i].memory;
}

static void give_large(void *memory, size_t bytes) {
    uint32_t i = 0;
    while (i < pool.count && pool.kept[i].memory != memory) i++;
    if (i == pool.count) {
        munmap(memory, bytes);
        return;
    }
    pool.kept[i].taken = false;
    madvise(memory, bytes, MADV_DONTNEED);
}

void *__wrap_reserve_new(uint64_t count, size_t size, const char *what, Error *error);
void __wrap_reserve_free(void *memory, uint64_t count, size_t size);
void *__wrap_mapping_take(Mapping *mapping, uint64_t count, size_t size, const char *what,
                          Error *error);
void __wrap_mapping_give(const Mapping *mapping, void *memory, uint64_t count, size_t size);

void *__wrap_reserve_new(uint64_t count, size_t size, const char *what, Error *error) {
    const size_t bytes = table_bytes(count, size);
    (void)what;
    (void)error;
    if (bytes > SMALL_BYTES) return take_large(bytes);
    if (pool.base == NULL) pool.base = map(POOL_BYTES);
    CHECK(pool.used + bytes <= POOL_BYTES);
    void *memory = pool.base + pool.used;
    pool.used += bytes;
    pool.small++;
    return memory;
}

void __wrap_reserve_free(void *memory, uint64_t count, size_t size) {
    const size_t bytes = table_bytes(count, size);
    if (memory == NULL) return;
    if (bytes > SMALL_BYTES) {
        give_large(memory, bytes);
        return;
    }
    if (--pool.small > 0) return;
    memset(pool.base, 0, pool.used);
    pool.used = 0;
}

void *__wrap_mapping_take(Mapping *mapping, uint64_t count, size_t size, const char *what,
                          Error *error) {
    CHECK(mapping == NULL);
    return __wrap_reserve_new(count, size, what, error);
}

void __wrap_mapping_give(const Mapping *mapping, void *memory, uint64_t count, size_t size) {
    CHECK(mapping == NULL);
    __wrap_reserve_free(memory, count, size);
}
