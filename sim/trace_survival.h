// trace_survival.h -- how much of the young generation survives, for every threshold at once
//
// One pass over a trace. Each threshold has a counter of its own, as `_PyObject_GC_Link` of 3.11
// keeps it, free lists of its own, and so collections at moments of its own. When the program (or
// `ouro record --policy`) sets thresholds first, all begins there. Births and deaths by reference
// count are exact; that an object is tracked, or unreachable, is known at the recorder's next look.
// Of births that were counted nobody knows which would have come from a free list that is fuller:
// thresholds far below the recorded one get too many collections. Recorded under a low threshold
// the trace speaks for all above.
#ifndef OURO_TRACE_SURVIVAL_H
#define OURO_TRACE_SURVIVAL_H

#include "trace.h"

// From 100 to 1 M, ten to a decade (R10), that of the interpreter's start, and the program's first.
enum { SURVIVAL_POINTS_MAX = 43 };

typedef struct {
    uint64_t threshold;
    uint64_t collections;  // that it makes due, of whatever generation
    uint64_t survivors;    // young objects that were reachable then, in all of them
    uint64_t found;        // young objects that were not
} SurvivalPoint;

typedef struct {
    size_t count;
    SurvivalPoint points[SURVIVAL_POINTS_MAX];  // by threshold, ascending
    uint64_t recorded_threshold;                // 0: none, or it changed on the way
    uint64_t recorded_collections;              // that came by themselves
    uint64_t unreachable;                       // objects that became garbage for a collector
    uint64_t called;                            // gc.collect() and gc.freeze(): all begin anew
} Survival;

// Reads `reader` to its end. False with `error` when the file is damaged; of a truncated one all
// that is there counts.
bool trace_survival(TraceReader *reader, Survival *survival, Error *error);

#endif
