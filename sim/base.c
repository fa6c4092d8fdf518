// base.c -- the ground floor: CHECK, Error and reserved memory
#include "base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void check_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "ouro: internal error: %s:%d: CHECK(%s) failed\n", file, line, condition);
    abort();
}

// Without flushing: half of an answer on stdout could pass for the whole. Where several threads run
// out at once, the first says so, and keeps stderr to itself until it has ended them all.
void memory_missing(const char *what) {
    flockfile(stderr);
    fprintf(stderr, "ouro: out of memory (%s)\n", what);
    _exit(2);
}

bool error_set(Error *error, const char *format, ...) {
    enum { WHOLE_SIZE = 8192, HEAD = 200 };
    static const char gap[] = " ... ";
    const size_t tail = sizeof error->text - HEAD - (sizeof gap - 1);  // with its NUL
    if (error->text[0] != '\0') return false;
    char whole[WHOLE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(whole, sizeof whole, format, arguments);
    va_end(arguments);
    size_t length = strlen(whole);
    if (length < sizeof error->text) {
        memcpy(error->text, whole, length + 1);
        return false;
    }
    memcpy(error->text, whole, HEAD);
    memcpy(error->text + HEAD, gap, sizeof gap - 1);
    memcpy(error->text + HEAD + sizeof gap - 1, whole + length + 1 - tail, tail);
    return false;
}

uint64_t mul_div_u64(uint64_t a, uint64_t b, uint64_t c) {
    CHECK(c > 0);
    U128 quotient = (U128)a * b / c;
    return quotient > UINT64_MAX ? UINT64_MAX : (uint64_t)quotient;
}

// One page more than asked for, so that a count of zero is still a valid reservation.
static size_t reserve_bytes(uint64_t count, size_t size) {
    CHECK(size > 0 && count < (UINT64_MAX >> 8) / size);
    return (size_t)(count * size + 4096);
}

void *reserve_new(uint64_t count, size_t size, const char *what, Error *error) {
    size_t bytes = reserve_bytes(count, size);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) return memory;
    error_set(error, "cannot reserve %zu MiB of address space for %s; use a smaller --scale",
              bytes >> 20, what);
    return NULL;
}

void reserve_free(void *memory, uint64_t count, size_t size) {
    if (memory != NULL) munmap(memory, reserve_bytes(count, size));
}

void *mapping_take(Mapping *mapping, uint64_t count, size_t size, const char *what, Error *error) {
    if (mapping == NULL) return reserve_new(count, size, what, error);
    uint64_t bytes = (reserve_bytes(count, size) + 63) & ~63ull;  // no cache line is shared
    void *memory = mapping->base + mapping->used;
    if (bytes <= mapping->size - mapping->used) {
        mapping->used += bytes;
        return memory;
    }
    error_set(error, "cannot reserve %llu MiB of shared memory for %s; use a smaller --scale",
              (unsigned long long)(bytes >> 20), what);
    return NULL;
}

void mapping_give(const Mapping *mapping, void *memory, uint64_t count, size_t size) {
    if (mapping == NULL) reserve_free(memory, count, size);
}

static void *memory_had(void *memory, size_t count, size_t size) {
    if (LIKELY(memory != NULL)) return memory;
    char what[80];
    snprintf(what, sizeof what, "%zu times %zu bytes were refused", count, size);
    memory_missing(what);
}

void *memory_new(size_t count, size_t size) {
    return memory_had(calloc(count > 0 ? count : 1, size), count, size);
}

void *memory_resize(void *memory, size_t count, size_t size) {
    return memory_had(reallocarray(memory, count, size), count, size);
}

char *memory_text(const char *text, size_t length_max) {
    size_t length = strnlen(text, length_max);
    char *copy = memory_new(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}
