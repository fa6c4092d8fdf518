// trace_lives.h -- a trace as the lives of objects, in the order in which a collector meets them
//
// A block is taken and given back; between, it may be several objects of the program, for free
// lists give it out again, and part of the time none that a collector looks at. A *life* is the
// time in which a block is one object that is in the collector's lists, or may be. It begins with
// the block; or, uncounted, when a pass finds it in a younger list than before. It ends with the
// block; or, uncounted, when a pass no longer finds it.
#ifndef OURO_TRACE_LIVES_H
#define OURO_TRACE_LIVES_H

#include "trace.h"

#define NO_SLOT UINT32_MAX

typedef enum {
    LIFE_BEGINS,  // `number`: bytes of its block
    LIFE_TYPED,   // `number`: its type, as in TRACE_TYPE
    LIFE_ENDS,    // its reference count came to 0, or it left the lists; `number`: 1 with its block
    LIFE_GARBAGE,  // it was found unreachable
    LIFE_KEPT,     // it is not garbage any more: resurrected
    LIFE_REFERS,   // garbage refers to garbage; `number`: the other life
    BLOCK_FREED,   // a block that has no life, or whose life was garbage, was given back
    LIST_TAKEN,    // a block came from free list `list`
    LIST_GIVEN,    // one went there
    LIST_LEVEL,    // `number` are in it after a collection, in which `births` came
    COLLECTING,    // a collection is about to begin
    TRACE_SAYS,  // `event`: a phase, a name of a type or place, where the last life was asked for,
                 // a collection that the program called, or one that is over
} LifeEventKind;

typedef struct {
    LifeEventKind kind;
    bool counted;      // BEGINS, ENDS: CPython counts it in generations[0].count
    bool may_collect;  // BEGINS: a collection that is due may begin here
    uint32_t slot;     // NO_SLOT: of no block in particular
    uint64_t life;     // numbered in the order of their beginnings
    uint64_t number;
    uint32_t list, births;
    const TraceEvent *event;  // until the next one is read
} LifeEvent;

typedef struct LifeReader LifeReader;

// NULL with `error` when the file cannot be opened or is no trace.
LifeReader *life_reader_new(const char *path, Error *error);
void life_reader_free(LifeReader *reader);
const TraceReader *life_reader_trace(const LifeReader *reader);

// How many blocks free list `list` had, as recorded.
uint64_t life_reader_level(const LifeReader *reader, uint32_t list);

// The next event. False at the end, or with `error` when the trace is damaged.
bool life_read(LifeReader *reader, LifeEvent *event, Error *error);

#endif
