// block.h -- ranges of an index space, reused last in, first out
//
// The objects of a unit take consecutive numbers, and so do their slots. Ranges of one length are
// kept in one list; lengths above 256 are rounded up to an eighth of their power of two, so that
// lists stay few.
#ifndef OURO_BLOCK_H
#define OURO_BLOCK_H

#include "base.h"

enum { BLOCK_LISTS = 256 + 32 * 8 };

typedef struct {
    uint32_t next;   // first number never used; 0 is never handed out
    uint64_t limit;  // numbers end here
    uint32_t
        free[BLOCK_LISTS];  // first range of each list, linked through the caller's table; 0: none
} BlockIndex;

void block_init(BlockIndex *index, uint64_t limit);

// A range of `length` >= 1 numbers; returns the first, or 0 when there is no more. `links` is a
// table over all numbers in which a free range keeps, at its first number, the next of its list.
uint32_t block_take(BlockIndex *index, const uint32_t *links, uint32_t length);
void block_give(BlockIndex *index, uint32_t *links, uint32_t first, uint32_t length);

#endif
