// trace_change.h -- where a program turns from building to serving, found afterwards
//
// Live objects over births are drawn as two straight lines, cut where they fit best by least
// squares. There is a change if two lines fit eight times as well as one, the first one rises, and
// the second rises at most an eighth as fast. Integers decide.
#ifndef OURO_TRACE_CHANGE_H
#define OURO_TRACE_CHANGE_H

#include "base.h"

enum { CHANGE_SAMPLES = 512, CHANGE_SEGMENT_MIN = 8 };

// Samples at equal distances: when there is no room, every second one is forgotten.
typedef struct {
    uint64_t live[CHANGE_SAMPLES];
    uint64_t stride;  // births from one sample to the next; 0 before the first
    uint32_t count;
} ChangeFinder;

// After each birth: how many there were, and how many objects live.
void change_note(ChangeFinder *finder, uint64_t births, uint64_t live);

// Births before the change; 0: there is none, or too little was seen (16 samples).
uint64_t change_find(const ChangeFinder *finder);

#endif
