// block.c -- ranges of an index space, reused last in, first out
#include "block.h"

#include <string.h>

enum { EXACT = 256, STEPS_LOG2 = 3 };

// The list of a length; `*rounded` is what its ranges really have.
static uint32_t block_list(uint32_t length, uint64_t *rounded) {
    CHECK(length > 0);
    *rounded = length;
    if (length < EXACT) return length;
    uint32_t power = 31u - (uint32_t)__builtin_clz(length), shift = power - STEPS_LOG2;
    uint64_t steps = ((uint64_t)length + (1u << shift) - 1) >> shift;  // 8 to 16 of them
    *rounded = steps << shift;
    return EXACT + (power - 8) * (1u << STEPS_LOG2) + (uint32_t)steps - (1u << STEPS_LOG2);
}

void block_init(BlockIndex *index, uint64_t limit) {
    memset(index, 0, sizeof *index);
    index->next = 1;
    index->limit = limit;
}

uint32_t block_take(BlockIndex *index, const uint32_t *links, uint32_t length) {
    uint64_t rounded;
    uint32_t list = block_list(length, &rounded), first = index->free[list];
    if (first != 0) {
        index->free[list] = links[first];
        return first;
    }
    if (index->next + rounded > index->limit) return 0;
    first = index->next;
    index->next += (uint32_t)rounded;
    return first;
}

void block_give(BlockIndex *index, uint32_t *links, uint32_t first, uint32_t length) {
    uint64_t rounded;
    uint32_t list = block_list(length, &rounded);
    links[first] = index->free[list];
    index->free[list] = first;
}
