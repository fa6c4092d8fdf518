// heap_view.h -- all that a policy may know of the heap: counters, never an object
#ifndef OURO_HEAP_VIEW_H
#define OURO_HEAP_VIEW_H

#include "base.h"

enum { SPACES_MAX = 12, VIEW_POPULATIONS_MAX = 64 };

//        enumerator     why the policy is asked
#define WAKE_REASONS(X)                                                      \
    X(WAKE_NONE, "not at all: the events are used up")                       \
    X(WAKE_START, "the run begins")                                          \
    X(WAKE_YOUNG, "net allocations since the last reset exceed the fuse")    \
    X(WAKE_BYTES, "live bytes exceed the fuse")                              \
    X(WAKE_CLOCK, "the allocation clock has reached the fuse")               \
    X(WAKE_RISEN, "live objects have risen by more batches than the fuse")   \
    X(WAKE_PHASE, "a phase begins, or a round has ended")                    \
    X(WAKE_COLLECT, "the program calls gc.collect()")                        \
    X(WAKE_DONE, "the last plan was carried out: `last` says what it found") \
    X(WAKE_SAMPLE, "(for the driver: time for a sample)")                    \
    X(WAKE_REQUEST, "a request has ended, another begins (if asked for)")    \
    X(WAKE_MEMORY, "(for the driver: the memory limit is exceeded)")         \
    X(WAKE_ALLOCATED, "bytes allocated so far exceed the fuse")              \
    X(WAKE_ROOTS, "candidate roots exceed the fuse")

typedef enum {
#define X(reason, why) reason,
    WAKE_REASONS(X)
#undef X
} WakeReason;

typedef struct {
    uint64_t objects;
    uint64_t bytes;  // requested, native payload included
} SpaceView;

// What carrying out a plan found.
typedef struct {
    uint64_t candidates;     // objects of the condemned spaces
    uint64_t edges;          // references from them
    uint64_t collected;      // unreachable and freed
    uint64_t uncollectable;  // unreachable, kept: legacy finalizers and what they refer to
    uint64_t resurrected;    // unreachable, kept: a finalizer brought them back
    uint64_t survivors;      // candidates that were found reachable
    uint64_t marked;         // PLAN_MARK: objects that it moved; mark_first: that it set aside, and
                             // are no candidates; PLAN_ROOTS: candidate roots with which it began
    uint64_t registers;      // PLAN_MARK with a budget: left for the next step to look at
} PlanResult;

// The objects of a population, if SpaceSetup.counts_populations.
typedef struct {
    uint64_t born;  // so far
    uint64_t live;  // of them: allocated and not freed
} PopulationView;

typedef struct {
    WakeReason reason;
    uint64_t clock;            // objects allocated so far
    uint64_t allocated_bytes;  // requested so far, native payload included
    uint64_t live_objects;     // allocated and not freed
    uint64_t live_bytes;
    uint64_t payload_bytes;  // native memory among live_bytes
    uint64_t
        young;  // CPython's generations[0].count: + 1 per allocation, - 1 per free, not below 0
    // Batches of SpaceSetup.batch net allocations, and of as many net frees: when live_objects are
    // so far above (below) where the last batch ended, one more has risen (fallen) and ends there.
    uint64_t risen, fallen;
    uint64_t roots;       // candidate roots that wait (roots.c): SpaceSetup.counts_roots
    uint64_t held_bytes;  // by the allocator: when the policy was woken
    uint32_t phase;       // number of the present phase; UINT32_MAX between rounds
    uint32_t round;
    SpaceView spaces[SPACES_MAX];
    PlanResult last;
    PopulationView populations[VIEW_POPULATIONS_MAX];
} HeapView;

// At WAKE_PHASE: no phase begins, the round has ended and everything was dropped.
static inline bool view_round_ended(const HeapView *view) { return view->phase == UINT32_MAX; }

#endif
