// places.h -- where in the program: sampled births, and functions that begin a phase
//
// A place is `file:line function`. Frames are read as they lie in memory.
#ifndef OURO_RECORD_PLACES_H
#define OURO_RECORD_PLACES_H

#include "trace.h"

enum { PHASE_FUNCTIONS_MAX = 16 };
#define NO_PLACE UINT32_MAX

// One birth of `every`, on the average, is sampled; 0: none.
void places_start(uint32_t every);

// A phase begins when `function` of a file whose path ends with `file` first allocates an object,
// and again whenever it does after another of these phases. `place` is file:function.
bool places_phase(const char *place, Error *error);

// The place of the birth that may come now, which the trace is told when it is new, or NO_PLACE.
uint32_t places_sample(TraceWriter *writer);

// Notes a phase if one begins here.
void places_watch(TraceWriter *writer);

#endif
