// shadow.h -- what is known of the block at an address: its slot in the trace
//
// Two levels of tables over 47 bits of addresses; those of a MiB in which no block was ever counted
// do not exist. Python's own memory is not touched.
#ifndef OURO_RECORD_SHADOW_H
#define OURO_RECORD_SHADOW_H

#include "base.h"

enum { SHADOW_UNIT = 4, SHADOW_PART = 20, SHADOW_BITS = 47 };  // log2 of 16 bytes, 1 MiB, 128 TiB

typedef struct {
    uint32_t **parts;  // by address >> SHADOW_PART; each has a number per 16 bytes
} Shadow;

bool shadow_start(Shadow *shadow, Error *error);
// Makes the part in which `block` is.
uint32_t *shadow_part_new(Shadow *shadow, const void *block);

// 0: not a block that was set, else what was.
static inline uint32_t shadow_get(const Shadow *shadow, const void *block) {
    uintptr_t address = (uintptr_t)block;
    if (UNLIKELY(address >> SHADOW_BITS != 0)) return 0;
    const uint32_t *part = shadow->parts[address >> SHADOW_PART];
    return part == NULL ? 0 : part[(address & ((1 << SHADOW_PART) - 1)) >> SHADOW_UNIT];
}

static inline void shadow_set(Shadow *shadow, const void *block, uint32_t value) {
    uintptr_t address = (uintptr_t)block;
    CHECK(address >> SHADOW_BITS == 0);
    uint32_t *part = shadow->parts[address >> SHADOW_PART];
    if (UNLIKELY(part == NULL)) part = shadow_part_new(shadow, block);
    part[(address & ((1 << SHADOW_PART) - 1)) >> SHADOW_UNIT] = value;
}

#endif
