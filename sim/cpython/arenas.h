// arenas.h -- where the interpreter's arenas are, and what is in them
//
// Aligned arenas come from a reserved region, aligned to their size: then all pools of an arena are
// usable, and addresses do not depend on where mmap happens to put things. The interpreter's own
// are aligned to pages only and are watched, not replaced: their number is all that can be
// compared.
#ifndef OURO_CPYTHON_ARENAS_H
#define OURO_CPYTHON_ARENAS_H

#include "memory_layout.h"

// The layout of this interpreter's allocator.
const MemoryLayout *arenas_layout(void);
uint32_t arenas_max(void);  // at one time: 32 GiB of them

// Takes over the interpreter's arena allocator, or watches it. False with `error` when the region
// cannot be reserved.
bool arenas_start(bool aligned, Error *error);
bool arenas_are_aligned(void);

// Fills what is free in the interpreter's pools, so that from here on blocks come from one new,
// empty arena. The requests are those of arenas_drain_request: 33 times allocate and free. The
// filling stays.
void arenas_drain(void);
#define ARENAS_DRAIN_REQUESTS 33
uint32_t arenas_drain_request(uint32_t i);  // bytes of the i-th

// Of arenas that are not aligned: lets the interpreter's allocator map its next arena ahead, and
// says how many pools that one has not, because it is not aligned to them (0 or 1). The interpreter
// gets the arenas in the order in which they were mapped.
uint32_t arenas_map_ahead(void);
void arenas_drop_ahead(void);  // gives those back that the interpreter has not asked for

// All memory held: arenas, and what others say that they take (regions, large blocks).
void arenas_hold(int64_t bytes);
uint64_t arenas_held_bytes(void);
uint64_t arenas_held_peak(bool restart);  // since the last restart

uint64_t arenas_now(void);  // mapped since arenas_drain, the new one included

// Of aligned arenas: the number of the mapped one that holds `block`, or UINT32_MAX; and where in
// it the block is.
uint32_t arenas_find(const void *block, uint32_t *offset);
bool arenas_is_mapped(uint32_t number);

#endif
