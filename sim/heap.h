// heap.h -- the simulated heaps: objects, references, counts, and what CPython does to them
//
// The heap takes events and carries out plans; it knows no policy. It runs until a fuse blows and
// returns; the driver asks the policy and hands its plan to heap_execute.
//
// There are two. The *tracing* heap examines every candidate, as CPython does. The *ledger* heap
// (ledger.h) keeps books and examines only what is dead: the same collections at the price of the
// events. It knows no order among live objects, so it carries out no plan that takes parts of a
// space (budget, mark_first, PLAN_MARK) or begins at candidate roots (PLAN_ROOTS), and moves, jumps
// and misses in its PauseWork are estimates (ledger_locality.h), or zero.
#ifndef OURO_HEAP_H
#define OURO_HEAP_H

#include "event.h"
#include "heap_view.h"
#include "hist.h"
#include "locality.h"
#include "memory.h"
#include "plan.h"

enum { HEAP_TEMPLATES_MAX = VIEW_POPULATIONS_MAX };

typedef struct {
    const Template *templates[HEAP_TEMPLATES_MAX];
    uint32_t template_count;
    uint32_t units_max;     // unit numbers are below this
    uint64_t objects_max;   // most objects alive at once, at most 2^32 - 2
    uint64_t slots_max;     // most reference slots alive at once, at most 2^32 - 2
    uint64_t memory_limit;  // bytes held; UINT64_MAX: none
    uint32_t space_count;
    bool is_region[SPACES_MAX];
    uint64_t batch;  // objects to a batch of HeapView.risen and fallen, below 2^63; 0: none
    bool counts_populations;  // HeapView.populations is kept
    bool free_at_death;       // garbage is freed at its truth note, for nothing
    bool counts_roots;        // keep a buffer of candidate roots (tracing heap)
    bool locality;            // count what misses the caches in a collection (ledger: estimate)
    bool ledger;              // the ledger heap; else the tracing heap
    const MemoryLayout *allocator;  // NULL: MEMORY_DEFAULT
    Mapping *mapping;               // where levels and work are counted; NULL: memory of its own
} HeapOptions;

// Work of the mutator and its memory since the start; the cost model turns it into time.
typedef struct {
    uint64_t events;
    uint64_t stores;                            // references written, attachments not counted
    uint64_t freed_refcount;                    // objects freed by the mutator's decrements
    uint64_t freed_oracle;                      // objects freed at their truth note
    uint64_t roots;                             // objects put into the buffer of candidate roots
    uint64_t payloads;                          // native blocks allocated
    uint64_t payloads_freed;                    // by the mutator's decrements
    uint64_t work_ns;                           // WORK
    uint64_t arenas_mapped;                     // by the mutator
    uint64_t arenas_released;                   // by the mutator
    uint64_t cascade_objects_max;               // freed by one STORE or DROP
    uint64_t cascade_payloads, cascade_arenas;  // native blocks and arenas freed by that one
} MutatorWork;

// Levels that the truth notes give, and their peaks. live = reachable + garbage.
typedef struct {
    uint64_t reachable_objects, reachable_objects_max, reachable_bytes, reachable_bytes_max;
    uint64_t garbage_objects, garbage_objects_max, garbage_bytes, garbage_bytes_max;
    uint64_t uncollectable_bytes;  // garbage kept for good, because of legacy finalizers
    uint64_t live_objects_max, live_bytes_max;
    uint64_t held_bytes_max, held_bytes_at_live_max;
    U128 drag;            // garbage bytes summed over bytes allocated
    U128 reachable_area;  // reachable bytes summed over bytes allocated
} HeapLevels;

// What one plan made the collector do.
typedef struct {
    PlanResult result;
    uint64_t young;  // HeapView.young before it
    uint64_t condemned_bytes;
    uint64_t moves;  // to the list of the tentatively unreachable
    uint64_t jumps;  // steps of the list walk that leave the neighbourhood of the last object
    Misses misses;
    uint64_t futile;                          // candidates that were reachable (by the truth notes)
    uint64_t freed;                           // objects freed inside the pause, older ones included
    uint64_t payloads_small, payloads_large;  // native blocks freed inside the pause
    uint64_t fallen;  // kept for a legacy finalizer, but freed with garbage that referred to them
    uint64_t finalizers;  // called inside the pause
    uint64_t arenas_released;
} PauseWork;

typedef struct Heap Heap;

Heap *heap_open(const HeapOptions *options, Error *error);
void heap_close(Heap *heap);

// Applies events until all `count` are done or something wants attention: view->reason says what.
// Returns the number of events finished; call again with the rest. WAKE_NONE: all are.
size_t heap_apply(Heap *heap, const Event *events, size_t count);

void heap_set_fuse(Heap *heap, const Fuse *fuse);
void heap_set_birth_spaces(Heap *heap, const uint8_t *spaces);  // one per template
void heap_set_sample(Heap *heap, uint64_t clock);               // WAKE_SAMPLE at this clock

void heap_lift_limit(Heap *heap);  // memory_limit: none from now on

// Carries out a plan (PLAN_NOTHING: nothing); its work is valid until the next one.
const PauseWork *heap_execute(Heap *heap, const Plan *plan);

const HeapView *heap_view(const Heap *heap);
void heap_set_reason(Heap *heap, WakeReason reason);
const MutatorWork *heap_mutator_work(const Heap *heap);
const HeapLevels *heap_levels(Heap *heap);  // brought up to date
const MemoryStats *heap_memory(const Heap *heap);
const Hist *heap_ages(
    const Heap *heap);  // allocations between death and being freed by a collection

typedef struct {
    uint64_t waiting_bytes;  // garbage in this space that no collection has seen yet
    uint64_t held_bytes;     // garbage that a collection saw and kept: older garbage refers to it
} SpaceGarbage;
SpaceGarbage heap_garbage(const Heap *heap, uint32_t space);

#endif
