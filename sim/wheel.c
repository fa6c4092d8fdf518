// wheel.c -- what is due when: a hierarchical timing wheel
#include "wheel.h"

#include <string.h>

enum { BITS = 8, HIGHEST = WHEEL_LEVELS - 1 };

bool wheel_open(Wheel *wheel, uint32_t items_max, const void *records, size_t record_size,
                Error *error) {
    const uint64_t partly_filled = (uint64_t)WHEEL_LEVELS * WHEEL_BUCKETS * WHEEL_CHUNK;
    memset(wheel, 0, sizeof *wheel);
    memset(wheel->top, 0xff, sizeof wheel->top);
    wheel->chunk_free = wheel->single_free = WHEEL_NONE;
    wheel_set(wheel, 0);
    wheel->records = records;
    wheel->record_size = record_size;
    // An item takes two entries at the highest level, and a chunk has one that is none.
    wheel->entries_max = 3ull * items_max + partly_filled;
    wheel->entries_max = min_u64(wheel->entries_max, WHEEL_NONE / WHEEL_CHUNK * WHEEL_CHUNK);
    wheel->entries = reserve_new(wheel->entries_max, sizeof *wheel->entries, "lifetimes", error);
    return wheel->entries != NULL;
}

void wheel_close(Wheel *wheel) {
    reserve_free(wheel->entries, wheel->entries_max, sizeof *wheel->entries);
}

static bool wheel_is_empty(const Wheel *wheel) {
    uint64_t bits = 0;
    for (uint32_t level = 0; level < WHEEL_LEVELS; level++)
        for (uint32_t word = 0; word < WHEEL_WORDS; word++) bits |= wheel->occupied[level][word];
    return bits == 0;
}

void wheel_set(Wheel *wheel, uint64_t now) {
    CHECK(wheel_is_empty(wheel));
    wheel->now = now;
    wheel->soon = UINT64_MAX;
}

// ---- buckets ----

static uint32_t chunk_take(Wheel *wheel) {
    uint32_t chunk = wheel->chunk_free;
    if (chunk != WHEEL_NONE) {
        wheel->chunk_free = wheel->entries[chunk].item;
        return chunk;
    }
    CHECK(wheel->entries_used + WHEEL_CHUNK <= wheel->entries_max);
    chunk = wheel->entries_used;
    wheel->entries_used += WHEEL_CHUNK;
    return chunk;
}

// Chunks begin at multiples of their length: an entry that is last in its chunk, and no entry at
// all, are both followed by such a multiple.
static inline void bucket_push(Wheel *wheel, uint32_t *top, WheelEntry entry) {
    if ((*top + 1) % WHEEL_CHUNK == 0) {
        uint32_t chunk = chunk_take(wheel);
        wheel->entries[chunk].item = *top;
        *top = chunk;
    }
    wheel->entries[++*top] = entry;
}

static inline WheelEntry bucket_pop(Wheel *wheel, uint32_t *top) {
    WheelEntry entry = wheel->entries[(*top)--];
    if (*top % WHEEL_CHUNK != 0) return entry;
    uint32_t chunk = *top;
    *top = wheel->entries[chunk].item;
    wheel->entries[chunk].item = wheel->chunk_free;
    wheel->chunk_free = chunk;
    // The walk takes another chunk's worth of steps before it is there.
    if (*top != WHEEL_NONE)
        __builtin_prefetch(&wheel->entries[wheel->entries[*top - *top % WHEEL_CHUNK].item]);
    return entry;
}

static void singles_make(Wheel *wheel) {
    uint32_t chunk = chunk_take(wheel);
    for (uint32_t i = 0; i < WHEEL_CHUNK; i++) {
        wheel->entries[chunk + i].next = wheel->single_free;
        wheel->single_free = chunk + i;
    }
}

static inline void list_push(Wheel *wheel, uint32_t bucket, uint32_t item) {
    if (UNLIKELY(wheel->single_free == WHEEL_NONE)) singles_make(wheel);
    uint32_t *top = &wheel->top[0][bucket], single = wheel->single_free;
    wheel->single_free = wheel->entries[single].next;
    wheel->entries[single] = (WheelEntry){.item = item, .next = *top};
    *top = single;
    wheel->occupied[0][bucket / 64] |= 1ull << bucket % 64;
}

static inline uint32_t list_pop(Wheel *wheel, uint32_t bucket) {
    uint32_t *top = &wheel->top[0][bucket], single = *top;
    *top = wheel->entries[single].next;
    wheel->entries[single].next = wheel->single_free;
    wheel->single_free = single;
    uint64_t is_empty = *top == WHEEL_NONE;
    wheel->occupied[0][bucket / 64] &= ~(is_empty << bucket % 64);
    return wheel->entries[single].item;
}

// ---- time ----

// That of the highest digit (base 256) in which a time differs from the present.
static inline uint32_t level_of(const Wheel *wheel, uint64_t due) {
    return (63u - (uint32_t)__builtin_clzll((due ^ wheel->now) | 1)) / BITS;
}

// The low half of `due` and the bucket say when an item is due, but for the highest level.
static inline void bucket_add(Wheel *wheel, uint32_t level, uint32_t item, uint64_t due) {
    uint32_t bucket = due >> level * BITS & (WHEEL_BUCKETS - 1), *top = &wheel->top[level][bucket];
    if (level == 0) {
        list_push(wheel, bucket, item);
        return;
    }
    if (UNLIKELY(level == HIGHEST))
        bucket_push(wheel, top, (WheelEntry){.due = (uint32_t)(due >> 32)});
    bucket_push(wheel, top, (WheelEntry){item, {(uint32_t)due}});
    wheel->occupied[level][bucket / 64] |= 1ull << bucket % 64;
}

void wheel_add(Wheel *wheel, uint32_t item, uint64_t due) {
    uint32_t level = level_of(wheel, due);
    CHECK(due >= wheel->now && level < WHEEL_LEVELS);
    bucket_add(wheel, level, item, due);
    wheel->soon = min_u64(wheel->soon, due >> level * BITS << level * BITS);
}

// The first bucket of a level that is not empty, or WHEEL_NONE. Buckets before the present time
// are.
static uint32_t bucket_first(const Wheel *wheel, uint32_t level) {
    uint32_t now = wheel->now >> BITS * level & (WHEEL_BUCKETS - 1);
    for (uint32_t word = now / 64; word < WHEEL_WORDS; word++) {
        uint64_t bits = wheel->occupied[level][word];
        if (bits != 0) return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return WHEEL_NONE;
}

static void bucket_mark_empty(Wheel *wheel, uint32_t level, uint32_t bucket) {
    wheel->occupied[level][bucket / 64] &= ~(1ull << bucket % 64);
}

// Moves all items of a bucket, the last first, to where they belong now that its time has come.
static void bucket_spread(Wheel *wheel, uint32_t level, uint32_t bucket) {
    uint32_t top = wheel->top[level][bucket];
    while (top != WHEEL_NONE) {
        WheelEntry entry = bucket_pop(wheel, &top);
        uint64_t high = wheel->now >> 32;
        if (UNLIKELY(level == HIGHEST)) high = bucket_pop(wheel, &top).due;
        uint64_t due = high << 32 | entry.due;
        bucket_add(wheel, level_of(wheel, due), entry.item, due);
    }
    wheel->top[level][bucket] = WHEEL_NONE;
    bucket_mark_empty(wheel, level, bucket);
}

// The same for what is due within the next 256 steps of time.
static void bucket_spread_last(Wheel *wheel, uint32_t bucket) {
    uint32_t top = wheel->top[1][bucket];
    while (top != WHEEL_NONE) {
        WheelEntry entry = bucket_pop(wheel, &top);
        __builtin_prefetch(wheel->records + entry.item * wheel->record_size, 1);
        list_push(wheel, entry.due % WHEEL_BUCKETS, entry.item);
    }
    wheel->top[1][bucket] = WHEEL_NONE;
    bucket_mark_empty(wheel, 1, bucket);
}

// Lets the time of the first bucket above the first level come, unless it is after `until`; false:
// then, or when there is none. It is called once in 256 steps of time: inside its caller it would
// make that one save registers.
__attribute__((noinline)) static bool wheel_turn(Wheel *wheel, uint64_t until) {
    for (uint32_t level = 1; level < WHEEL_LEVELS; level++) {
        uint32_t bucket = bucket_first(wheel, level), shift = BITS * level;
        if (bucket == WHEEL_NONE) continue;
        wheel->soon = ((wheel->now >> shift >> BITS << BITS) | bucket) << shift;
        if (wheel->soon > until) return false;
        wheel->now = wheel->soon;
        if (level == 1)
            bucket_spread_last(wheel, bucket);
        else
            bucket_spread(wheel, level, bucket);
        return true;
    }
    wheel->soon = UINT64_MAX;
    return false;
}

uint32_t wheel_take_soon(Wheel *wheel, uint64_t until) {
    uint32_t bucket = bucket_first(wheel, 0);
    while (bucket == WHEEL_NONE && wheel_turn(wheel, until)) bucket = bucket_first(wheel, 0);
    if (bucket != WHEEL_NONE) wheel->soon = (wheel->now >> BITS << BITS) | bucket;
    if (wheel->soon > until) {
        wheel->now = until;
        return WHEEL_NONE;
    }
    wheel->now = wheel->soon;
    return list_pop(wheel, bucket);
}
