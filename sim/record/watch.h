// watch.h -- the interpreter's collections: when they begin and end, and whether it was foretold
#ifndef OURO_RECORD_WATCH_H
#define OURO_RECORD_WATCH_H

#include "recording.h"

// A collection that the trace does not have yet has begun, and perhaps ended; one that it has is
// on; it is on no longer.
bool watch_has_begun(void);
bool watch_is_on(void);
bool watch_has_ended(void);

// The generation that a collection now would have: gc_collect_generations.
int watch_generation_due(void);

// gc.isenabled(), noted when it is another than in the trace.
bool watch_enabled(void);

// gc.get_threshold(): the same.
void watch_thresholds(void);

// The program calls gc.collect(generation): what begins next is that.
void watch_call(int generation);
void watch_call_end(void);

void watch_begin(TraceReason reason, int generation);

// Functions in gc.callbacks run first, inside the collection, and their objects are counted; only
// then the counts go to 0. It will be so, it is so (`starting`), it was so until now.
bool watch_will_start(void);
bool watch_is_starting(void);
bool watch_has_started(int64_t last_count);
void watch_start(void);

void watch_death(Slot *slot);
void watch_end(void);

#endif
