// wheel.c -- what is due when: a hierarchical timing wheel
#include "wheel.h"

#include <string.h>

enum { BITS = 8 };

void wheel_init(Wheel *wheel, uint64_t now) {
    memset(wheel, 0, sizeof *wheel);
    memset(wheel->head, 0xff, sizeof wheel->head);
    wheel->now = now;
}

// The level is that of the highest digit (base 256) in which `due` differs from now.
void wheel_add(Wheel *wheel, WheelNode *nodes, uint32_t i) {
    uint64_t due = nodes[i].due;
    uint32_t top = 63u - (uint32_t)__builtin_clzll((due ^ wheel->now) | 1);
    uint32_t level = top / BITS, bucket = due >> (BITS * level) & (WHEEL_BUCKETS - 1);
    CHECK(due >= wheel->now && level < WHEEL_LEVELS);
    nodes[i].next = wheel->head[level][bucket];
    wheel->head[level][bucket] = i;
    wheel->occupied[level][bucket / 64] |= 1ull << bucket % 64;
}

static uint32_t bucket_empty(Wheel *wheel, uint32_t level, uint32_t bucket) {
    uint32_t list = wheel->head[level][bucket];
    wheel->head[level][bucket] = WHEEL_NONE;
    wheel->occupied[level][bucket / 64] &= ~(1ull << bucket % 64);
    return list;
}

// The first bucket of a level that is not empty, or WHEEL_NONE. Buckets before the present time
// are.
static uint32_t bucket_first(const Wheel *wheel, uint32_t level) {
    for (uint32_t word = 0; word < WHEEL_WORDS; word++) {
        uint64_t bits = wheel->occupied[level][word];
        if (bits != 0) return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return WHEEL_NONE;
}

uint32_t wheel_take(Wheel *wheel, WheelNode *nodes, uint64_t until) {
    for (uint32_t level = 0; level < WHEEL_LEVELS;) {
        uint32_t bucket = bucket_first(wheel, level), shift = BITS * level;
        if (bucket == WHEEL_NONE) {
            level++;
            continue;
        }
        uint64_t start = ((wheel->now >> shift >> BITS << BITS) | bucket) << shift;
        if (start > until) break;
        wheel->now = start;
        uint32_t list = bucket_empty(wheel, level, bucket);
        if (level == 0) return list;
        while (list != WHEEL_NONE) {  // one level down
            uint32_t next = nodes[list].next;
            wheel_add(wheel, nodes, list);
            list = next;
        }
        level = 0;
    }
    wheel->now = max_u64(wheel->now, until);
    return WHEEL_NONE;
}
