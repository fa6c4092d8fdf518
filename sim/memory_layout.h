// memory_layout.h -- the geometries of CPython's small-object allocator, version by version
#ifndef OURO_MEMORY_LAYOUT_H
#define OURO_MEMORY_LAYOUT_H

#include "base.h"

// When an arena goes back to the system.
typedef enum {
    RELEASE_NEVER,        // and a free pool may be of any arena: up to 2.4
    RELEASE_FREE,         // when all its pools are free
    RELEASE_ALL_BUT_LAST  // so, but not if it is the last of the arenas with free pools: from 3.9
} ArenaRelease;

typedef struct {
    const char *name;      // one of its versions
    const char *versions;  // of CPython, separated by blanks
    uint32_t arena_bytes;  // what is mapped and unmapped at once; a power of two
    uint32_t pool_bytes;   // one pool holds blocks of one size class; a power of two
    uint32_t alignment;    // of blocks, and the step between size classes: 8 or 16
    uint32_t small_limit;  // larger requests go to malloc; a multiple of `alignment`
    uint32_t pools_lost;   // of each arena, at its start
    ArenaRelease release;
} MemoryLayout;

enum { POOL_HEADER = 48 };  // bytes at the start of a pool, in all versions on 64 bits

#define LAYOUT(constant, ...) extern const MemoryLayout constant;
#include "memory_layouts.def"
#undef LAYOUT

#define MEMORY_DEFAULT MEMORY_3_10

// The layout of a version, "2.7" say. NULL with `error`, which lists what there is.
const MemoryLayout *memory_layout_find(const char *version, Error *error);

// Stops the program when the model cannot have this layout.
void memory_layout_check(const MemoryLayout *layout);

#endif
