// base.h -- the ground floor: CHECK, Error and reserved memory
//
// Two kinds of failure exist. A programmer's error stops the process at once (CHECK, always on).
// Bad input is not a programmer's error: a function that can meet it returns false and fills an
// Error with one line that says where, what was found and what is allowed.
#ifndef OURO_BASE_H
#define OURO_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
// A function that is rarely called: it stays out of its callers, which then save fewer registers.
#define COLD                __attribute__((noinline, cold))

// A loop that is wanted twice, with a flag true and false: each copy knows its flag.
#define TWICE static inline __attribute__((always_inline))

// Stops the process with file, line and the condition when an invariant of the program is broken.
#define CHECK(condition) \
    (LIKELY(condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
_Noreturn void check_failed(const char *file, int line, const char *condition);

// Stops the process, exit code 2, with one line on stderr when the machine has no memory: neither a
// programmer's error nor bad input. No caller could go on, and nothing is lost by it: files appear
// under their names when they are whole, and a journal has its rows the moment that runs end.
#define MEMORY_CHECK(condition) \
    (LIKELY(condition) ? (void)0 : memory_missing(__FILE__ ": " #condition))
_Noreturn void memory_missing(const char *what);

// 128 bits: products of bytes and bytes, summed over a run, leave 64.
__extension__ typedef unsigned __int128 U128;

// One line of explanation for bad input. The first message stays: later ones are its consequences.
// Of one that is too long the middle is left out: it begins with where, and ends with what is
// allowed.
typedef struct {
    char text[512];     // empty: nothing went wrong
    bool check_failed;  // not bad input: a check of the program's own says no
} Error;

// Fills `error` (unless it is filled already) and returns false, so that a caller can return the
// call.
bool error_set(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }

// a * b / c without overflow in between; c > 0; the quotient must fit 64 bits (it is cut to
// UINT64_MAX).
uint64_t mul_div_u64(uint64_t a, uint64_t b, uint64_t c);

// Address space for `count` elements of `size` bytes, zero, that takes physical memory only as it
// is touched. Simulation tables are reserved for their upper bound, so that nothing is allocated,
// moved or refused once a run has started. NULL (and `error` filled) when the address space is not
// to be had.
void *reserve_new(uint64_t count, size_t size, const char *what, Error *error);
void reserve_free(void *memory, uint64_t count, size_t size);

// A reservation that other parts take pieces of, for what must outlive its process: whoever shares
// the mapping reads it when the process has died. It is given back as a whole, by its owner.
typedef struct {
    char *base;
    uint64_t size, used;  // bytes
} Mapping;

// A piece of `mapping`, which must be zero where it is not used yet; NULL: as reserve_new.
void *mapping_take(Mapping *mapping, uint64_t count, size_t size, const char *what, Error *error);
void mapping_give(const Mapping *mapping, void *memory, uint64_t count, size_t size);

// malloc, realloc and strndup for small tables and texts; zeroed is what memory_new gives alone.
// MEMORY_CHECK when there is none.
void *memory_new(size_t count, size_t size);
void *memory_resize(void *memory, size_t count, size_t size);
char *memory_text(const char *text, size_t length_max);

#endif
