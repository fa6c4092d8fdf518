// naive_heap.h -- CPython's collector told the shortest way, to check the simulated heap against
//
// Objects are structs with pointers. What is unreachable is found by marking from what anything
// outside the condemned generations refers to, not by deducing counts; generations, counters and
// their order are those of Modules/gcmodule.c (3.8 to 3.11). Of the simulator only the expansion of
// events is used (event.h).
#ifndef OURO_TESTS_NAIVE_HEAP_H
#define OURO_TESTS_NAIVE_HEAP_H

#include "event.h"

// What becomes of the objects of the first phase; ASIDE is the list they are kept in.
typedef enum {
    NAIVE_GENERATIONS,  // nothing
    NAIVE_FREEZE,       // gc.freeze() when the first phase has ended, gc.unfreeze() after the round
    NAIVE_REGION,       // born aside; after the round what nobody outside refers to is freed
    NAIVE_FREE_THREADED,  // nothing; no generations
    NAIVE_BUDGET,         // nothing; lists 0 and 1, collected when so many bytes were allocated
    NAIVE_ROOTS           // nothing; collections begin at candidate roots (naive_roots.h)
} NaiveKind;

typedef enum { NAIVE_FIXED, NAIVE_PHP, NAIVE_ORC } NaiveAdaptive;

typedef enum {
    NAIVE_CALLED,        // what a finalizer resurrects is kept
    NAIVE_CALLED_WHOLE,  // if one resurrects anything, all garbage found is kept
    NAIVE_LEGACY         // garbage with a finalizer, and what it refers to, is kept
} NaiveFinalizers;

typedef struct {
    NaiveKind kind;
    uint64_t threshold[3];     // NAIVE_ROOTS: [0], roots that fit
    NaiveAdaptive adaptive;    // NAIVE_ROOTS
    uint64_t step, least;      // NAIVE_PHP
    bool mark_full, mark_all;  // full collections, or all, leave out what registers reach
    uint64_t batch;            // NAIVE_FREE_THREADED: threads add their count to the shared one
    bool below_zero;           // NAIVE_FREE_THREADED: where it may be negative
    uint64_t budget;           // NAIVE_BUDGET: bytes
    uint64_t full_every;       // NAIVE_BUDGET: each so many collections take list 1 as well
    bool quarter;  // a full collection waits until pending >= total / 4; NAIVE_FREE_THREADED: a
                   // quarter of the total is enough (3.15), not only more than that
    bool at_safepoint;  // collect after the new object is attached, not inside its allocation
    NaiveFinalizers finalizers;
    bool collect_first;   // a full collection before the freeze, or before the region goes
    bool collect_after;   // a full collection after gc.unfreeze()
    uint64_t born_aside;  // templates whose objects are born in ASIDE, as a bit set
} NaiveRules;

// One collection, release or move between lists (which examines nothing).
typedef struct {
    uint64_t clock;
    uint32_t generation;
    uint64_t marked;  // left out of the candidates; NAIVE_ROOTS: candidate roots
    uint64_t candidates, collected, uncollectable, resurrected, survivors;
    uint64_t freed;  // objects that went, those of other lists that fell with them included
} NaiveCollection;

typedef struct {
    uint64_t clock;           // objects allocated
    uint64_t freed_refcount;  // by the program's own decrements
    uint64_t live, live_max;
    const NaiveCollection *collections;
    size_t collection_count;
} NaiveFigures;

// The lists besides the generations 0, 1 and 2.
enum { NAIVE_ASIDE = 3 };

typedef enum { NAIVE_UNMARKED, NAIVE_REACHABLE, NAIVE_KEPT, NAIVE_RESURRECTED } NaiveMark;

typedef struct NaiveObject {
    uint64_t birth;  // objects allocated before it
    uint32_t refs;   // slots that refer to it, + 1 if held, + 1 if in gc.garbage
    bool held;       // by a register, or by the interpreter that is making it
    bool finalizer;
    bool resurrects, finalized;
    bool in_garbage_list;
    int list;  // -1: none yet
    bool candidate;
    bool suspect;    // lost a reference that was not its last, since the last collection
    uint32_t inner;  // references that count, in naive_roots.c
    NaiveMark mark;
    uint32_t index;      // in the list of all objects
    uint32_t link_slot;  // the first link of a root
    uint32_t slot_count;
    struct NaiveObject **slots;
} NaiveObject;

typedef struct NaiveHeap NaiveHeap;

// `templates` must outlive the heap; unit numbers are below `units_max`.
NaiveHeap *naive_heap_new(const NaiveRules *rules, const Template *const *templates,
                          uint32_t units_max);
void naive_heap_free(NaiveHeap *heap);
void naive_heap_apply(NaiveHeap *heap, const Event *event);
NaiveFigures naive_heap_figures(const NaiveHeap *heap);

// All objects that are not freed; gc.get_count()[0].
NaiveObject *const *naive_heap_objects(const NaiveHeap *heap, size_t *count);
uint64_t naive_heap_young(const NaiveHeap *heap);

// Marks what the program reaches as NAIVE_REACHABLE, all else as NAIVE_UNMARKED.
void naive_heap_reach(NaiveHeap *heap);

#endif
