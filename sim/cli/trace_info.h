// trace_info.h -- ouro trace info: what a trace holds, in figures
#ifndef OURO_TRACE_INFO_H
#define OURO_TRACE_INFO_H

#include "options.h"
#include "trace.h"

// name, what it is
#define TRACE_FIGURES(X)                                                      \
    X(events, "all that the trace says, one by one")                          \
    X(births, "blocks taken that the collector counts")                       \
    X(deaths, "blocks given back")                                            \
    X(live, "births less deaths, at the end")                                 \
    X(live_max, "the most that lived at a time")                              \
    X(change, "births before live objects stopped growing; 0: no such place") \
    X(born_bytes, "sizes of all births")                                      \
    X(collections0, "collections of generation 0")                            \
    X(collections1, "of generation 1")                                        \
    X(collections2, "of generation 2: full ones")                             \
    X(collected0, "objects collected by those of generation 0")               \
    X(collected1, "by those of generation 1")                                 \
    X(collected2, "by full ones")                                             \
    X(called, "collections that the program asked for")                       \
    X(passes, "looks of the recorder at the collector's lists")               \
    X(candidates, "objects that these looked at, in all")                     \
    X(unreachable, "objects that were found unreachable")                     \
    X(free_list_changes, "objects taken from free lists or put there")        \
    X(file_bytes, "size of the file")                                         \
    X(event_bytes, "of its events, before compression")                       \
    X(bytes_per_1000, "bytes of events for a thousand births and deaths")     \
    X(truncated, "1: the file ends before the program did")                   \
    X(failed, "checks of the recorder's own that said no")

typedef struct {
    char *name;
    uint64_t count;  // of a place: sampled births; of a phase: births before it
} TraceName;

typedef struct {
    TraceName *items;
    size_t count, capacity;
} TraceNames;

typedef struct {
    TraceHead head;
    uint64_t thresholds[3];  // the last ones
#define X(name, what) uint64_t name;
    TRACE_FIGURES(X)
#undef X
    TraceNames places;  // by number, until trace_info_print sorts them
    TraceNames phases;
    uint64_t sampled;  // births whose place is known
} TraceInfo;

// Reads `reader` to its end; false with `error` when the file is damaged. Either way: free it.
bool trace_info_read(TraceInfo *info, TraceReader *reader, Error *error);
void trace_info_free(TraceInfo *info);

// Prints it, with the `top` places that ask for the most.
void trace_info_print(TraceInfo *info, Format format, size_t top);

#endif
