// tape.h -- a stream of events, written down while one run generates it, for others to play
//
// The stream is a pure function of workload and seed, so runs that differ in their policy alone can
// share it: the first generates and writes, those that start when it is complete read. Who starts
// in between generates for itself.
#ifndef OURO_TAPE_H
#define OURO_TAPE_H

#include "event.h"

typedef struct Tape Tape;

// For at most `events` events: a longer stream is not kept. Memory is taken as it is written. NULL
// with `error` when the address space is not to be had.
Tape *tape_new(uint64_t events, Error *error);
void tape_free(Tape *tape);

// Whether the caller is the one to write it. Then each batch of the stream is appended, and it ends
// with its digest (mutator.h), or is given up. At most one thread writes, ever.
bool tape_claim(Tape *tape);
void tape_append(Tape *tape, const Event *events, size_t count);
void tape_complete(Tape *tape, uint64_t digest);

// Whether all of it is there, to be read by any number of threads.
bool tape_is_complete(const Tape *tape);
uint64_t tape_digest(const Tape *tape);

// The events from number `from` on, at most `max`; *count is 0 at the end.
const Event *tape_events(const Tape *tape, uint64_t from, size_t max, size_t *count);

#endif
