// recording.h -- the one recording of the process: what hooks, passes and calls share
//
// Everything here runs under Python's lock (the GIL), inside its allocator or inside a call of the
// program, and must leave no trace in the interpreter: no object is made, counted, moved or asked
// to do anything but to be traversed. Memory comes from the C library.
#ifndef OURO_RECORD_RECORDING_H
#define OURO_RECORD_RECORDING_H

#include <sys/types.h>

#include "python.h"
#include "shadow.h"
#include "trace.h"

enum { NOT_LISTED = 255, PERMANENT_LIST = 3, LISTS = 4 };

// What is known of a slot.
typedef struct {
    uint32_t candidate;  // its place in the last look, if `candidates[candidate].slot` is the slot
    uint8_t list;        // in which it was seen last: 0, 1, 2, PERMANENT_LIST or NOT_LISTED
    bool garbage;        // found unreachable
    bool callback;       // a weak reference whose callback the collection will call
} Slot;

// An object that a look found in the collector's lists.
typedef struct {
    PyObject *object;
    int64_t references;  // that do not come from other candidates, then as reach.h says
    uint32_t slot;
    uint8_t list;
    bool untracks;  // a tuple of nothing that can be in a cycle: the collector will untrack it
} Candidate;

// Numbers that grow; `items` is from the C library.
typedef struct {
    uint32_t *items;
    size_t count, capacity;
} Numbers;

// A look at the lists: pass.c.
typedef struct {
    Candidate *candidates;
    size_t count, capacity;
    int generation;
    uint64_t garbage, callbacks, finalizers;  // of what is unreachable
    bool is_fresh;                            // of this very moment: a collection sees the same
} Look;

typedef struct {
    bool active;   // events are recorded
    bool samples;  // looks between collections: the default mode
    pid_t process;
    TraceWriter *writer;
    Shadow shadow;
    Slot *slots;
    size_t slot_capacity;
    Numbers members[LISTS];  // slots that were seen in a list; some have left it since
    Look look;
    int64_t count;        // generations[0].count as the trace has it
    uint64_t mismatches;  // checks that failed
    uint64_t unchecked;   // collections whose result could not be foretold: gc.callbacks
    char failure[256];    // the first of them
    TraceSlots result;    // how much it was, when it has ended
    bool is_written;      // all of it, then
} Recording;
extern Recording recording;

void numbers_push(Numbers *numbers, uint32_t number);

// Notes in the trace that a check of the recorder failed.
void recording_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Begins, before the interpreter does; ends, when it begins to end, with gc.get_stats() and
// gc.get_count() as they are then. `code` of a program that leaves by itself; returns the code to
// leave with.
bool recording_start(const char *path, const TraceHead *head, Error *error);
int recording_end(int code);

#endif
