// heap_check.h -- recomputes everything the heap claims, by the simplest means
#ifndef OURO_HEAP_CHECK_H
#define OURO_HEAP_CHECK_H

#include "heap.h"

// True when all of this holds; else `error` says what does not, with the object's number:
// - an object is marked dead by the truth notes if and only if no register reaches it;
// - its reference count is the number of slots, registers and gc.garbage entries that hold it;
// - it is in the space that its tag says, at the position that is booked, and nowhere else;
// - candidate roots, if they are counted, are where the books say, and all garbage can be reached
//   from them but for what gc.garbage holds;
// - objects, bytes and garbage of every space, and in all, are what counting gives.
// Call between events, or when a question is open; not between a DEAD note and the event it
// announces. Takes time and memory in proportion to the heap.
bool heap_check(const Heap *heap, Error *error);

#endif
