// explain.h -- a moment of a run: a census, why the garbage is there, and what becomes of it
//
// Two passes. The first runs to the end as any run does, and learns how it ends and where live
// bytes peak. The second stops at the moment, takes the census, and goes on to the end of the
// stream (as if memory had no limit) to see which plan frees what. Other policies then play the
// same events up to the same moment.
#ifndef OURO_EXPLAIN_H
#define OURO_EXPLAIN_H

#include "audit.h"
#include "census.h"
#include "fate.h"
#include "forecast.h"
#include "run.h"

//        enumerator     name      the moment
#define MOMENTS(X)                                                                            \
    X(MOMENT_AUTO, "auto", "where memory runs out; if it does not, where live bytes peak")    \
    X(MOMENT_EVENT, "event",                                                                  \
      "when event N of the stream is done (of a truth note: the one behind it)")              \
    X(MOMENT_ALLOC, "alloc", "after allocation N: its event is done, or a collection begins") \
    X(MOMENT_PEAK, "peak", "where live bytes (allocated and not freed) peak, the first time") \
    X(MOMENT_END, "end", "the end of the run, whatever it is")                                \
    X(MOMENT_OOM, "oom", "where memory runs out")

typedef enum {
#define X(moment, name, what) moment,
    MOMENTS(X)
#undef X
        MOMENT_COUNT
} MomentKind;

const char *moment_name(MomentKind kind);
const char *moment_what(MomentKind kind);

typedef struct {
    MomentKind kind;
    uint64_t number;  // MOMENT_EVENT, MOMENT_ALLOC: from 1
} Moment;

// "event N", "alloc N" (also with '=' or ':' between), or the name of another moment.
bool moment_parse(const char *text, Moment *moment, Error *error);

enum { AGAINST_MAX = 32 };

// Another policy at the same moment of the same events.
typedef struct {
    const PolicyChoice *policy;
    bool is_there;   // false: it ran out of memory before; the figures are those of its end
    bool is_floor;   // no collector: garbage goes when it dies (oracle)
    bool estimated;  // pauses are (ledger heap)
    uint64_t clock;
    uint64_t garbage_bytes, live_bytes, held_bytes, pause_ns, pause_ns_max;
    uint64_t full;  // full collections
} AgainstRow;

typedef struct {
    const Spec *spec;
    const PolicyChoice *policy;
    Moment asked;
    MomentKind found;  // what it came to: not MOMENT_AUTO

    // The run itself.
    RunStatus status;
    uint64_t end_clock, end_events;
    uint64_t
        stream_end;    // allocation clock at the end of the stream, had memory no limit; of a run
                       // that was followed that far
    bool is_followed;  // false: nothing came after the moment

    // The moment.
    Census census;
    SpaceSetup spaces;
    uint64_t held_bytes;
    uint64_t collections[3], pause_ns;  // by generation, up to it
    Forecast forecasts[SPACES_MAX];
    FateRow fates[FATE_ROWS_MAX];
    uint32_t fate_count;
    Tally fates_elsewhere;
    bool is_audited;
    Audit audit;

    // When the phase (or the time between two rounds) began in which it lies; 0: the start.
    struct {
        uint64_t clock;
        Tally reachable[HEAP_TEMPLATES_MAX], garbage[HEAP_TEMPLATES_MAX];
    } mark;

    AgainstRow against[AGAINST_MAX];
    size_t against_count;
} Explanation;

typedef struct {
    const Spec *spec;
    const PolicyChoice *policy;
    const CostTable *cost;
    const MemoryLayout *allocator;
    const PolicyChoice *against;
    size_t against_count;  // at most AGAINST_MAX
    Moment moment;
    bool check;
    bool audit;  // every reference there is explained
} ExplainOptions;

// Fills `explanation`; *first, for the caller to close, is the first pass, with its samples. False
// with `error`: the moment is not in the run, something does not fit, or a check failed.
bool explain(const ExplainOptions *options, Explanation *explanation, Run **first, Error *error);

// Of a space: garbage there that no collection has seen waits for this reason.
GarbageReason explanation_reason(const Explanation *explanation, uint32_t space);

// Garbage of a space by what becomes of it. `freed`: part of it; allocations after the moment.
typedef struct {
    Tally freed, never;
    uint64_t soonest, latest;
} SpaceFate;
SpaceFate explanation_fate(const Explanation *explanation, uint32_t space);

#endif
