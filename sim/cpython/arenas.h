// arenas.h -- where the interpreter's arenas are, and what is in them
//
// Arenas come from a reserved region, aligned to their size: then all pools of an arena are usable,
// and addresses do not depend on where mmap happens to put things.
#ifndef OURO_CPYTHON_ARENAS_H
#define OURO_CPYTHON_ARENAS_H

#include "base.h"

enum { ARENA_BYTES = 1 << 20, ARENAS_MAX = 1 << 15 };
enum { ARENA_BYTES_MIN = 1 << 18 };  // of any version; less is no arena but a stack of frames

// Takes over the interpreter's arena allocator. False with `error` when the region cannot be
// reserved.
bool arenas_start(Error *error);

// Fills what is free in the interpreter's pools, so that from here on blocks come from one new,
// empty arena. The requests are those of arenas_drain_request: 33 times allocate and free. The
// filling stays.
void arenas_drain(void);
bool arenas_can_drain(void);  // not where arenas are smaller: before 3.10
#define ARENAS_DRAIN_REQUESTS 33
uint32_t arenas_drain_request(uint32_t i);  // bytes of the i-th

// All memory held: arenas of any size, and what others say that they take (regions, large blocks).
void arenas_hold(int64_t bytes);
uint64_t arenas_held_bytes(void);
uint64_t arenas_held_peak(bool restart);  // since the last restart

uint64_t arenas_now(void);  // mapped since arenas_drain, the new one included

// The number of the mapped arena that holds `block`, or UINT32_MAX; and where in it the block is.
uint32_t arenas_find(const void *block, uint32_t *offset);
bool arenas_is_mapped(uint32_t number);

#endif
