// plan.h -- what a policy asks of the heap, and when it wants to be asked next
#ifndef OURO_PLAN_H
#define OURO_PLAN_H

#include "heap_view.h"

// The spaces a policy works with, set once. Their roles are the policy's.
typedef struct {
    uint32_t space_count;                 // 1 to SPACES_MAX
    const char *space_names[SPACES_MAX];  // for figures
    bool is_region[SPACES_MAX];  // objects born there get memory of their own, released wholesale
    uint64_t batch;              // objects to a batch of HeapView.risen and fallen; 0: not counted
    bool free_at_death;          // not a collector at all: garbage goes when the truth note says so
    bool takes_parts;   // there are plans with a budget or mark_first, or PLAN_MARK: which live
                        // objects are reached, and in which order, matters
    bool reads_held;    // HeapView.held_bytes matters
    bool counts_roots;  // HeapView.roots matters, and there is PLAN_ROOTS
    bool counts_populations;  // HeapView.populations is kept
    bool wants_requests;      // WAKE_REQUEST: in the idle time between two requests
} SpaceSetup;

typedef enum {
    PLAN_NOTHING,
    PLAN_COLLECT,  // find what is unreachable among the objects of `spaces`, free it, survivors to
                   // `into`
    PLAN_MOVE,     // put the objects of `spaces` into `into` without looking (freeze, unfreeze)
    PLAN_RELEASE,  // the same as PLAN_COLLECT, but garbage goes wholesale with its region
    PLAN_MARK,     // put what registers reach among the objects of `spaces` into `into`
    PLAN_ROOTS     // find what is unreachable among what candidate roots reach, and free it; what
                   // finalizers bring back goes to `into`, all else stays; `spaces` are all, the
                   // rule is FINALIZERS_PEP442
} PlanKind;

// What becomes of garbage that has finalizers; each is called once at most.
typedef enum {
    FINALIZERS_PEP442,        // 3.9 on: they are called; what they bring back stays, the rest goes
    FINALIZERS_PEP442_WHOLE,  // 3.4 to 3.8: the same, but if anything comes back nothing goes
    FINALIZERS_LEGACY         // to 3.3: none is called; their objects stay, and what these reach
} FinalizerRule;

typedef struct {
    PlanKind kind;
    uint32_t spaces;     // bit i: space i is condemned
    uint8_t into;        // the space of the survivors
    uint8_t generation;  // under which the collection is counted: 0, 1 or 2
    bool reset_young;    // HeapView.young starts again at 0
    FinalizerRule finalizers;
    bool mark_first;  // PLAN_COLLECT: what registers reach among the condemned survives untested
    // Parts of a space; 0: whole ones.
    //   PLAN_COLLECT  candidates are made up to this number with objects of `refill`, each with all
    //                 it reaches there; `spaces` may then be none
    //   PLAN_MARK     a step of marking in three colours: `spaces` are white, `refill` is gray,
    //                 `into` black. So many gray objects, oldest first, are blackened: what they
    //                 refer to turns gray if it was white. When none is gray the next register's
    //                 root is; of those, too, a step looks at so many.
    uint64_t budget;
    uint8_t refill;
    bool newest;  // PLAN_COLLECT: the newest object of `refill` first, not the oldest
    bool resume;  // PLAN_MARK: registers go on where the last step stopped
} Plan;

// Whether a plan looks for garbage: a freeze and a marking are pauses, but no collections.
static inline bool plan_collects(PlanKind kind) {
    return kind == PLAN_COLLECT || kind == PLAN_RELEASE || kind == PLAN_ROOTS;
}

#define FUSE_NEVER UINT64_MAX
#define FUSE_NONE                          \
    ((Fuse){.young = FUSE_NEVER,           \
            .live_bytes = FUSE_NEVER,      \
            .clock = FUSE_NEVER,           \
            .risen = FUSE_NEVER,           \
            .allocated_bytes = FUSE_NEVER, \
            .roots = FUSE_NEVER})

// When to wake: at the first allocation after which one of these holds; `roots`, at the end of the
// first STORE or DROP. If several do, the reason given is the first of them in this order. An
// object's native payload is allocated after it, and wakes at the next allocation.
typedef struct {
    uint64_t young;            // HeapView.young > this
    uint64_t live_bytes;       // HeapView.live_bytes > this
    uint64_t clock;            // HeapView.clock >= this
    uint64_t risen;            // HeapView.risen > this
    uint64_t allocated_bytes;  // HeapView.allocated_bytes > this
    uint64_t roots;            // HeapView.roots > this
    bool at_safepoint;  // 3.12 and later: not inside the allocation, but at the next safepoint
} Fuse;

#endif
