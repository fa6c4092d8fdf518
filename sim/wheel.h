// wheel.h -- what is due when: a hierarchical timing wheel
//
// G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987): six wheels of 256
// buckets, each turning 256 times slower than the one before. Adding is O(1); an entry moves down
// at most five times. Entries are links in the caller's array, so nothing is allocated.
#ifndef OURO_WHEEL_H
#define OURO_WHEEL_H

#include "base.h"

#define WHEEL_NONE UINT32_MAX
enum { WHEEL_LEVELS = 6, WHEEL_BUCKETS = 256, WHEEL_WORDS = WHEEL_BUCKETS / 64 };

typedef struct {
    uint64_t due;
    uint32_t next;      // in the same bucket, or free for the caller while not in the wheel
    uint32_t position;  // the caller's
} WheelNode;

typedef struct {
    uint64_t now;
    uint64_t occupied[WHEEL_LEVELS][WHEEL_WORDS];  // a bit per bucket
    uint32_t head[WHEEL_LEVELS][WHEEL_BUCKETS];
} Wheel;

void wheel_init(Wheel *wheel, uint64_t now);

// Adds nodes[i], whose `due` (at least wheel->now, below 2^48) is set.
void wheel_add(Wheel *wheel, WheelNode *nodes, uint32_t i);

// Takes out all nodes of the earliest time that is not after `until`, as a list through `next`;
// WHEEL_NONE when there is none (then the wheel's time is `until`). The order within one time is
// deterministic.
uint32_t wheel_take(Wheel *wheel, WheelNode *nodes, uint64_t until);

#endif
