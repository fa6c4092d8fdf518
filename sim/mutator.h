// mutator.h -- from a Spec to the canonical stream of events
//
// The mutator plays the program: it builds units, links them, holds them for their lifetime and
// lets go. It keeps a reference count per *unit* (its register and links from other units), so it
// knows the very event that makes a unit unreachable, and says so in the stream (DEAD). The stream
// depends on (spec, seed) alone.
#ifndef OURO_MUTATOR_H
#define OURO_MUTATOR_H

#include "spec.h"

typedef struct Mutator Mutator;

// NULL with `error` filled when the tables for this workload cannot be reserved.
Mutator *mutator_open(const Spec *spec, Error *error);
void mutator_close(Mutator *mutator);

// The next events, at most `max` (at least 1); *count is 0 at the end of the stream. They stay
// valid until the next call. Where the stream is cut into batches does not change it.
const Event *mutator_next(Mutator *mutator, size_t max, size_t *count);

// XXH3-64 of the templates and all events handed out or ready to be; final at the end of the
// stream.
uint64_t mutator_digest(const Mutator *mutator);

// An upper bound on unit numbers.
uint32_t mutator_units_max(const Spec *spec);

#endif
