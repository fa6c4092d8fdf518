// locality.c -- how many touches of a collection miss the caches
#include "locality.h"

#include <stdlib.h>

enum { SAMPLE = 16, SAMPLE_BITS = 4 };
enum {
    L1_BITS = L1_LINES_LOG2 - SAMPLE_BITS,
    L2_BITS = L2_LINES_LOG2 - SAMPLE_BITS,
    L3_BITS = L3_LINES_LOG2 - SAMPLE_BITS,
    TABLE_BITS = TABLE_PAGES_LOG2 - SAMPLE_BITS
};
enum { CACHE_WAYS = 2, TABLE_WAYS = 4 };

// What was touched, and how: number << TOUCH_BITS |
enum { TOUCH_STEP, TOUCH_STEP_FAR, TOUCH_EDGE, TOUCH_EDGE_FAR, TOUCH_PAGE, TOUCH_BITS = 3 };

struct Locality {
    uint32_t l1[1 << L1_BITS], l2[1 << L2_BITS], l3[1 << L3_BITS];  // the newest way first
    uint32_t table[1 << TABLE_BITS];
    uint32_t *touches;
    uint64_t count, max;
    uint32_t line_shift, page_shift;  // an address shifted by these is a line, a page
};

// Blocks of malloc have no address: each has a line and a page of its own (which may coincide with
// another's). Numbers have 29 bits at most.
static uint32_t place_of(Address address, uint32_t shift) {
    return (address < MEMORY_LARGE ? address >> shift : address) & ((MEMORY_LARGE >> shift) - 1);
}

static uint32_t line_of(const Locality *l, Address address) {
    return place_of(address, l->line_shift);
}

static uint32_t page_of(const Locality *l, Address address) {
    return place_of(address, l->page_shift);
}

// Fibonacci hashing: the upper bits choose the sample, those below the set.
static uint32_t hash(uint32_t number) { return number * UINT32_C(2654435769); }

static bool is_sampled(uint32_t number) { return hash(number) >> (32 - SAMPLE_BITS) == 0; }

uint32_t locality_sample(const Locality *l, Address address) {
    return (is_sampled(line_of(l, address)) ? SAMPLE_LINE : 0u) |
           (is_sampled(page_of(l, address)) ? SAMPLE_PAGE : 0u);
}

// Least recently used within a set. Number 0 stands for an empty way; it is never looked up, as the
// numbers begin at 1.
static bool misses(uint32_t *cache, uint32_t bits, uint32_t ways, uint32_t number) {
    uint32_t key = number + 1, sets = (1u << bits) / ways;
    uint32_t *set = cache + (size_t)(hash(number) >> (32 - SAMPLE_BITS - bits) & (sets - 1)) * ways;
    uint32_t way = 0;
    while (way + 1 < ways && set[way] != key) way++;
    bool found = set[way] == key;
    for (; way > 0; way--) set[way] = set[way - 1];
    set[0] = key;
    return !found;
}

void locality_touch(Locality *l, Address address) {
    uint32_t line = line_of(l, address), page = page_of(l, address);
    if (is_sampled(line)) {
        misses(l->l1, L1_BITS, CACHE_WAYS, line);
        misses(l->l2, L2_BITS, CACHE_WAYS, line);
        misses(l->l3, L3_BITS, CACHE_WAYS, line);
    }
    if (is_sampled(page)) misses(l->table, TABLE_BITS, TABLE_WAYS, page);
}

void locality_begin(Locality *l) { l->count = 0; }

static void note(Locality *l, uint32_t number, uint32_t kind) {
    CHECK(l->count < l->max);
    l->touches[l->count++] = number << TOUCH_BITS | kind;
}

void locality_step(Locality *l, Address address, uint32_t sample, bool is_jump) {
    if (sample & SAMPLE_LINE) note(l, line_of(l, address), is_jump ? TOUCH_STEP_FAR : TOUCH_STEP);
    if (sample & SAMPLE_PAGE) note(l, page_of(l, address), TOUCH_PAGE);
}

void locality_edge(Locality *l, Address address, bool is_jump) {
    note(l, line_of(l, address), is_jump ? TOUCH_EDGE_FAR : TOUCH_EDGE);
}

static void play_touch(Locality *l, uint32_t number, uint32_t kind, Misses *m) {
    if (kind == TOUCH_PAGE) {
        m->pages += misses(l->table, TABLE_BITS, TABLE_WAYS, number) ? SAMPLE : 0;
        return;
    }
    uint64_t l1 = misses(l->l1, L1_BITS, CACHE_WAYS, number) ? SAMPLE : 0;
    uint64_t l2 = misses(l->l2, L2_BITS, CACHE_WAYS, number) ? SAMPLE : 0;
    uint64_t l3 = misses(l->l3, L3_BITS, CACHE_WAYS, number) ? SAMPLE : 0;
    if (kind == TOUCH_STEP_FAR) {
        m->jumps_l1 += l1;
        m->jumps_l2 += l2;
        m->jumps_l3 += l3;
    } else if (kind == TOUCH_EDGE_FAR) {
        m->edges_l1 += l1;
        m->edges_l2 += l2;
        m->edges_l3 += l3;
    }
}

void locality_play(Locality *l, PassKind pass, Misses *m) {
    for (uint64_t i = 0; i < l->count; i++) {
        uint32_t kind = l->touches[i] & ((1 << TOUCH_BITS) - 1);
        bool is_edge = kind == TOUCH_EDGE || kind == TOUCH_EDGE_FAR;
        if (!is_edge || pass == PASS_STEPS_AND_EDGES)
            play_touch(l, l->touches[i] >> TOUCH_BITS, kind, m);
    }
}

Locality *locality_open(uint64_t touches_max, uint32_t alignment, Error *error) {
    Locality *l = memory_new(1, sizeof *l);
    l->max = touches_max;
    l->line_shift = (uint32_t)__builtin_ctz(LINE_BYTES / alignment);
    l->page_shift = (uint32_t)__builtin_ctz(PAGE_BYTES / alignment);
    l->touches = reserve_new(touches_max, sizeof *l->touches, "touches of a collection", error);
    if (l->touches != NULL) return l;
    free(l);
    return NULL;
}

void locality_close(Locality *l) {
    if (l == NULL) return;
    reserve_free(l->touches, l->max, sizeof *l->touches);
    free(l);
}
