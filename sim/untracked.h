// untracked.h -- blocks that are taken, and no collector looks at
//
// Objects that CPython does not track (tuples and dictionaries of nothing but atoms), and those
// that wait in free lists. Recordings have them; they are memory, and nothing else.
#ifndef OURO_UNTRACKED_H
#define OURO_UNTRACKED_H

#include "heap_state.h"

// A block of so many bytes that `unit` names; none has that name.
void untracked_take(Heap *h, uint32_t unit, uint32_t bytes);
void untracked_give(Heap *h, uint32_t unit);

void untracked_free(Heap *h);  // all that is left

#endif
