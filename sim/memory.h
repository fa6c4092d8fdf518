// memory.h -- what obmalloc would hold for the simulated objects
//
// CPython's small-object allocator in the geometry of a version (memory_layout.h), block by block:
// size classes, pools, arenas, which pool serves next and when an arena goes back to the system
// (Objects/obmalloc.c). The same sequence of requests gives the same addresses and the same arena
// events as the real allocator started with no pool in use and arenas aligned to their size (mmap
// aligns to pages: then an arena of 3.10 may have one pool less). Requests above `small_limit` go
// to malloc and are counted, not placed.
//
// A *region* is memory that a policy releases wholesale: arenas of its own, filled front to back; a
// block freed in it is not used again; an arena of a closed region goes back when nothing in it is
// left.
#ifndef OURO_MEMORY_H
#define OURO_MEMORY_H

#include "memory_layout.h"

// Where a block is, in units of layout->alignment bytes. Below MEMORY_LARGE: arena number *
// arena_bytes / alignment + offset. At or above it: a block of malloc, in the order of allocation.
typedef uint32_t Address;
#define MEMORY_LARGE 0x80000000u

// Running figures, for reading only. held_bytes = arenas * arena_bytes + memory_large_held of every
// large block.
typedef struct {
    uint64_t held_bytes;       // what the process holds for the objects
    uint64_t arenas;           // mapped now, regions included
    uint64_t arenas_mapped;    // ever mapped
    uint64_t arenas_released;  // ever given back
    uint64_t large_blocks;     // blocks of malloc now
    uint64_t large_bytes;      // and the bytes requested for them
} MemoryStats;

typedef struct Memory Memory;

// `arenas_max` bounds the arenas mapped at one time (at most memory_arenas_max); address space for
// their tables is reserved. NULL with `error` filled when it cannot be had.
Memory *memory_open(const MemoryLayout *layout, uint32_t arenas_max, Error *error);
uint32_t memory_arenas_max(const MemoryLayout *layout);  // that an Address can tell apart

// Asks for each arena of pools from here on how many pools it loses because of where it lies
// (instead of layout->pools_lost; at least two must be left).
typedef uint32_t (*PoolsLost)(void *context);
void memory_ask_pools_lost(Memory *memory, PoolsLost ask, void *context);

void memory_close(Memory *memory);
const MemoryStats *memory_stats(const Memory *memory);

// A block of `bytes` (1 to 2^31) from pools, or from malloc above small_limit. Never fails: running
// out is the caller's decision, from held_bytes and its limit; more than arenas_max arenas is a
// CHECK.
Address memory_alloc(Memory *memory, uint32_t bytes);
void memory_alloc_many(Memory *memory, uint32_t bytes, uint32_t count, Address *addresses);

// A block from region number `region` (0 to MEMORY_REGIONS - 1); above small_limit from malloc.
#define MEMORY_REGIONS 16u
Address memory_region_alloc(Memory *memory, uint32_t region, uint32_t bytes);

// Ends a region: arenas without live blocks go back at once, the others with their last block. The
// next allocation in the same region number opens a new one.
void memory_region_close(Memory *memory, uint32_t region);

// Gives back a block from any of the above; `bytes` as requested.
void memory_free(Memory *memory, Address address, uint32_t bytes);

// Gives back addresses[order[i]] for each i, all of `bytes`.
void memory_free_many(Memory *memory, const Address *addresses, const uint32_t *order,
                      uint32_t count, uint32_t bytes);

// The same for short rows, with hardly a branch that could be guessed wrong: lengths of units are
// random, and a wrong guess costs as much as freeing three blocks. Up to MEMORY_ROW - count
// addresses more are written (read), and so many numbers of `order` are read; what they are does
// not matter, as long as they are numbers of the row.
enum { MEMORY_ROW = 8 };
void memory_alloc_row(Memory *memory, uint32_t bytes, uint32_t count, Address *addresses);
void memory_free_row(Memory *memory, const Address *addresses, const uint32_t *order,
                     uint32_t count, uint32_t bytes);

// What glibc's malloc takes for a block of `bytes` above small_limit: a size field and steps of 16
// bytes; from 32 MiB on always whole pages of its own. (From 128 KiB on a block has such pages as
// long as none as large has been freed: at most a page more than this says.)
uint64_t memory_large_held(uint32_t bytes);

#endif
