// shadow.c -- what is known of the block at an address: its slot in the trace
#include "shadow.h"

bool shadow_start(Shadow *shadow, Error *error) {
    shadow->parts = reserve_new((uint64_t)1 << (SHADOW_BITS - SHADOW_PART), sizeof *shadow->parts,
                                "the table of blocks", error);
    return shadow->parts != NULL;
}

uint32_t *shadow_part_new(Shadow *shadow, const void *block) {
    Error error = {0};
    uint32_t *part = reserve_new(1 << (SHADOW_PART - SHADOW_UNIT), sizeof *part,
                                 "a part of the table of blocks", &error);
    MEMORY_CHECK(part != NULL);
    shadow->parts[(uintptr_t)block >> SHADOW_PART] = part;
    return part;
}
