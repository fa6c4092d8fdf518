// tape.c -- a stream of events, written down while one run generates it, for others to play
#include "tape.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef enum { TAPE_EMPTY, TAPE_CLAIMED, TAPE_COMPLETE } TapeState;

struct Tape {
    Event *events;
    uint64_t count, limit;
    uint64_t digest;
    bool overflowed;
    atomic_int state;  // TapeState
};

Tape *tape_new(uint64_t events, Error *error) {
    Tape *tape = memory_new(1, sizeof *tape);
    tape->limit = events;
    tape->events = reserve_new(events, sizeof *tape->events, "the stream of events", error);
    if (tape->events != NULL) return tape;
    free(tape);
    return NULL;
}

void tape_free(Tape *tape) {
    if (tape == NULL) return;
    reserve_free(tape->events, tape->limit, sizeof *tape->events);
    free(tape);
}

bool tape_claim(Tape *tape) {
    int expected = TAPE_EMPTY;
    return atomic_compare_exchange_strong(&tape->state, &expected, TAPE_CLAIMED);
}

void tape_append(Tape *tape, const Event *events, size_t count) {
    tape->overflowed |= count > tape->limit - tape->count;
    if (tape->overflowed) return;
    memcpy(tape->events + tape->count, events, count * sizeof *events);
    tape->count += count;
}

void tape_complete(Tape *tape, uint64_t digest) {
    if (tape->overflowed) return;
    tape->digest = digest;
    atomic_store(&tape->state, TAPE_COMPLETE);
}

bool tape_is_complete(const Tape *tape) { return atomic_load(&tape->state) == TAPE_COMPLETE; }

uint64_t tape_digest(const Tape *tape) { return tape->digest; }

const Event *tape_events(const Tape *tape, uint64_t from, size_t max, size_t *count) {
    *count = (size_t)min_u64(max, tape->count - from);
    return tape->events + from;
}
