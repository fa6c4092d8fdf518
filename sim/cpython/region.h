// region.h -- memory of its own for the objects of a region, released as a whole
//
// What the policy `arena` asks for, for real: arenas of 1 MiB, filled from the front, with a count
// of objects each. The objects have GC heads but are in no list of the collector; in its counter of
// net allocations they are, as in the simulation. An object that its reference count frees lowers
// the count of its arena and leaves a hole. A region that is released gives back all at once what
// nobody outside refers to; what somebody does refer to is found by trial deletion, becomes an
// ordinary old object where it lies, and holds its arena.
#ifndef OURO_CPYTHON_REGION_H
#define OURO_CPYTHON_REGION_H

#include "node.h"

enum { REGION_ARENA_BYTES = 1 << 20, REGIONS_MAX = 12 };

typedef struct {
    uint64_t candidates;  // objects of the region
    uint64_t edges;       // references from them
    uint64_t collected;   // went with the region
    uint64_t survivors;
} RegionRelease;

// Reserves the address space. False with `error` when there is none.
bool regions_start(Error *error);

// Memory for a node of `bytes` with its GC head, at most REGION_ARENA_BYTES.
Node *region_alloc(uint32_t region, uint32_t bytes);

// Takes back a node whose reference count freed it; false when it is of no region.
bool region_free(Node *node);

// Releases a region; what was done is added to `release`.
void region_release(uint32_t region, RegionRelease *release);

#endif
