// ledger_misses.h -- from what the passes of a collection touch to what they miss, estimated
#ifndef OURO_LEDGER_MISSES_H
#define OURO_LEDGER_MISSES_H

#include "locality.h"

// What one pass over a list of objects touches.
typedef struct {
    uint64_t objects;
    uint64_t jumps;         // steps to another place
    uint64_t lone_jumps;    // of them: nothing that the walk came to shortly before refers there
    uint64_t bytes;         // of the objects, without what they hold besides
    uint64_t far_steps;     // out of reach of what was met last
    uint64_t inner;         // references to another place, where objects of the same list are
    uint64_t outer;         // to another place elsewhere
    uint64_t lines, pages;  // different ones of the objects
    uint64_t span;          // lines of memory that the objects are spread over
} Walk;

typedef struct {
    Walk all;             // of the candidates
    Walk found;           // of those that are unreachable
    uint64_t heap_lines;  // of all live objects
    bool full;            // the oldest generation
} Passes;

Misses misses_estimate(const Passes *passes);

#endif
