// naive_memory.h -- the oracle of the allocator model: slow, and simple enough to be read as the
// rules
//
// The functions are those of memory.h, and so are the results, except that a large block has no
// address.
#ifndef OURO_TESTS_NAIVE_MEMORY_H
#define OURO_TESTS_NAIVE_MEMORY_H

#include "memory.h"

#define NAIVE_ARENAS 512   // mapped at one time, at most
#define NO_REGION    (-1)  // from pools

typedef struct NaiveMemory NaiveMemory;

NaiveMemory *naive_new(const MemoryLayout *layout);
void naive_free(NaiveMemory *naive);
const MemoryStats *naive_stats(NaiveMemory *naive);

Address naive_alloc(NaiveMemory *naive, int region, uint32_t bytes);
void naive_release(NaiveMemory *naive, Address address, uint32_t bytes);
void naive_region_close(NaiveMemory *naive, int region);

#endif
