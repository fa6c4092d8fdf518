// ledger_look.h -- the ledger heap: one object looked at, and what many looks come to
//
// What a collection does with an object, and where that leads: collect.c does the same to all of
// them (touch_step, touch_edge).
#ifndef OURO_LEDGER_LOOK_H
#define OURO_LEDGER_LOOK_H

#include "ledger_state.h"

enum { REGION_BYTES = 1 << 16, REGIONS = 1024 };  // as many are told apart: more than any cache

// What is counted of an object.
enum {
    LOOK_JUMP,   // the step to it leads to another place
    LOOK_LONE,   // so it does, and nothing that the walk came to shortly before refers to it
    LOOK_FAR,    // the step leads to a page that was hardly met not long ago
    LOOK_LINE,   // bytes, of its line at most
    LOOK_BYTES,  // bytes, of a page at most
    LOOK_EDGES,  // references to another place that are not followed just before: and by the space
    LOOK_COUNTS = LOOK_EDGES + SPACES_MAX  // of the target
};

typedef struct {
    uint64_t weight, looks;
    uint64_t regions[REGIONS / 64];  // bit set of those that were met
    uint64_t counts[LOOK_COUNTS];    // weighted
} Looks;

// A member of a unit in `space`, if it is born. `before`: the record that lies before it in the
// list that is walked along; 0: none.
void look_at(const Heap *h, Looks *looks, uint32_t space, uint32_t before, uint32_t record,
             uint32_t member, uint64_t weight);

// In which space a member is; false: that cannot be said.
bool look_space(const Heap *h, uint32_t record, uint32_t member, uint32_t *space);

// Of a unit that was born into several lists, those members that are born and in the last of them.
typedef struct {
    uint32_t from, end;
} Stretch;
Stretch look_stretch(const Heap *h, uint32_t record);

// Counts per object, in 1/65536; and of how many regions it seems that so many were met.
enum { RATE_ONE = 1 << 16 };
void looks_rates(const Looks *looks, uint64_t rates[LOOK_COUNTS]);
uint64_t looks_regions(const Looks *looks);

#endif
