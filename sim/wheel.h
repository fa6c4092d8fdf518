// wheel.h -- what is due when: a hierarchical timing wheel
//
// G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987): six wheels of 256
// buckets, each turning 256 times slower than the one before. Adding is O(1); an item moves down
// at most five times.
//
// A bucket is a stack of entries in chunks of one cache line, not a list through the items: a walk
// along a list waits for memory at every step (with 5 million live objects that was 60 % of a run),
// and chunks say early which items come soon, so that theirs can be fetched ahead.
#ifndef OURO_WHEEL_H
#define OURO_WHEEL_H

#include "base.h"

#define WHEEL_NONE UINT32_MAX
enum { WHEEL_LEVELS = 6, WHEEL_BUCKETS = 256, WHEEL_WORDS = WHEEL_BUCKETS / 64, WHEEL_CHUNK = 8 };

// The first entry of a chunk holds, as its item, the top of the bucket below this chunk. The
// buckets of the first wheel, which hold one item or none, are lists of single entries: there,
// whether a chunk begins or ends is a branch that no processor guesses.
typedef struct {
    uint32_t item;
    union {
        uint32_t due;   // its low 32 bits: the rest follows from the bucket
        uint32_t next;  // of the list
    };
} WheelEntry;

typedef struct {
    uint64_t now;
    uint64_t soon;  // nothing is to be done before this time; at most that of the first bucket
    uint64_t occupied[WHEEL_LEVELS][WHEEL_WORDS];  // a bit per bucket
    uint32_t top[WHEEL_LEVELS][WHEEL_BUCKETS];     // the last entry of each bucket
    WheelEntry *entries;
    uint64_t entries_max;
    uint32_t entries_used, chunk_free, single_free;
    const char *records;  // the caller's, one per item, fetched when it is due soon
    size_t record_size;
} Wheel;

// An empty wheel for at most `items_max` items at a time; false with `error` when its table cannot
// be reserved. `records` are items_max pieces of `record_size` bytes that the caller reads when an
// item comes out.
bool wheel_open(Wheel *wheel, uint32_t items_max, const void *records, size_t record_size,
                Error *error);
void wheel_close(Wheel *wheel);

// Sets the time of an empty wheel, forwards or back.
void wheel_set(Wheel *wheel, uint64_t now);

// Adds an item (below items_max) that is due at `due`: at least wheel->now, below 2^48.
void wheel_add(Wheel *wheel, uint32_t item, uint64_t due);

// Takes out the next item of the earliest time that is not after `until` (at least wheel->now),
// which wheel->now then is; WHEEL_NONE when there is none (then the wheel's time is `until`). The
// order within one time is deterministic.
uint32_t wheel_take_soon(Wheel *wheel, uint64_t until);  // the same where wheel->soon <= until
static inline uint32_t wheel_take(Wheel *wheel, uint64_t until) {
    if (wheel->soon <= until) return wheel_take_soon(wheel, until);
    wheel->now = until;
    return WHEEL_NONE;
}

#endif
