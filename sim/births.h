// births.h -- when each unit of a tracing heap was built
//
// The heap itself does not remember: no other run pays for it.
#ifndef OURO_BIRTHS_H
#define OURO_BIRTHS_H

#include "heap.h"
#include "spec.h"

typedef struct Births Births;

Births *births_new(const Spec *spec, Error *error);
void births_free(Births *births);

// Call after every event (RunWatcher.applied).
void births_note(Births *births, const Heap *heap, const Event *event);

// Allocation clocks by number of the instance: before the first object of the unit was allocated.
const uint64_t *births_of(const Births *births);

#endif
