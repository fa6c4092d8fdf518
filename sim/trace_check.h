// trace_check.h -- does a trace foretell the collections that it recorded?
//
// Plays births, deaths and what the recorder saw of the lists through CPython 3.11's rules, under
// the thresholds of the recording: when a collection is due (gcmodule.c, _PyObject_GC_Link), which
// generation (gc_collect_generations, with the rule of 25 %), what is in the lists, what is
// collected. Nothing of the real counters goes in: only the calls that the program made
// (gc.collect, gc.set_threshold, gc.freeze and the like), and what its code did inside a
// collection: how many weak references ended with their callback, and how much garbage finalizers
// kept from being counted.
#ifndef OURO_TRACE_CHECK_H
#define OURO_TRACE_CHECK_H

#include "trace.h"

typedef struct {
    uint64_t collections[3], collected[3];
} TraceStats;

typedef struct {
    TraceStats foretold, recorded;  // the latter as gc.get_stats() has it, at the end
    uint64_t
        triggers;  // collections that were due, or came, but not both, or of another generation
    uint64_t collects;    // collections with another number of objects collected
    uint64_t candidates;  // collections that looked at another number of objects
    uint64_t totals;      // collections after which a long-lived total is another
    uint64_t kept;    // collections in which finalizers kept garbage: that number is taken as is
    uint64_t counts;  // gc.get_count() at the end: how many of the three are others
    uint64_t failed;  // FAILED events: checks that the recorder made
    char first[256];  // the first difference, with its event; "" if there is none
} TraceCheck;

// Reads `reader` to its end. False with `error` when the file is damaged; a truncated one is
// checked as far as it goes.
bool trace_check(TraceReader *reader, TraceCheck *check, Error *error);

// Whether collections and objects collected are foretold exactly, and no check failed.
bool trace_check_passes(const TraceCheck *check);

#endif
