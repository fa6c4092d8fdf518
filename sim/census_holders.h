// census_holders.h -- what keeps the garbage that a collection saw and kept
#ifndef OURO_CENSUS_HOLDERS_H
#define OURO_CENSUS_HOLDERS_H

#include "census.h"

// Why a dead object is still there.
GarbageReason garbage_reason(const Heap *heap, uint32_t object, uint32_t unexamined);

// Fills census->holders, the largest row first. Takes memory for as long as it looks: four words
// for each object number in use.
void holders_find(Census *census, const Heap *heap, uint32_t unexamined);

#endif
