// heap_state.h -- the inside of the simulated heaps
//
// What both heaps have, and the tables of the tracing heap; those of the ledger heap are in
// ledger_state.h. For the files of both, and for cpython/replay_memory.c, which compares addresses
// with the real allocator's.
#ifndef OURO_HEAP_STATE_H
#define OURO_HEAP_STATE_H

#include "block.h"
#include "free_lists.h"
#include "heap.h"
#include "image.h"
#include "locality.h"
#include "space.h"

// tags[object]
enum {
    TAG_SPACE = 0x0f,          // its space; NO_SPACE: not tracked yet
    TAG_DEAD = 0x10,           // its unit is dead, by the truth note
    TAG_HELD = 0x20,           // dead, and a collection that saw it kept it
    TAG_UNCOLLECTABLE = 0x40,  // referred to by gc.garbage
    TAG_ALIVE = 0x80,          // allocated and not freed
    NO_SPACE = 0x0f
};

// gc[object]: in which samples of locality.h it is, and above that
//   in a space         its position, in units of 1 << GC_POSITION
//   a candidate        GC_CANDIDATE, and references from outside, in units of GC_ONE
//   while it is freed  who freed it, in units of 1 << GC_POSITION; GC_CANDIDATE stays
// What a collection reads at random is this word alone: the target of each reference.
enum {
    GC_LINE = SAMPLE_LINE,
    GC_PAGE = SAMPLE_PAGE,
    GC_SAMPLE = GC_LINE | GC_PAGE,
    GC_CANDIDATE = 4,    // of the condemned spaces
    GC_POSITION = 3,     // bits below a position
    GC_UNREACHABLE = 8,  // a candidate, tentatively; CPython's NEXT_MASK_UNREACHABLE
    GC_ONE = 16          // one reference
};

// Numbers of objects and positions end here: more would be 17 GB of tables.
#define TRACING_OBJECTS_END (UINT32_C(1) << 29)

// slots[]: an object or 0, and whether it is the last slot of its object. Slot 0 is the only one of
// all objects that have none.
#define SLOT_LAST UINT32_C(0x80000000)
enum { SLOT_NONE = 0 };

// members[object] from here on: the member is in members_far[object].
enum { MEMBER_FAR = 255 };

enum {
    INSTANCE_CLOSED = 1,
    INSTANCE_DEAD = 2,
    INSTANCE_HELD = 4,
    INSTANCE_RESURRECTS = 8,  // its finalizer does
    INSTANCE_FINALIZED = 16,  // and was called: never again
    INSTANCE_TORN = 32        // slots of members were cleared one by one
};

// What became of a UNIT: objects first .. first + objects - 1, until the last of them is freed.
// Their slots are in one block, whose first word is the number of the instance.
typedef struct {
    uint32_t first, objects;
    uint32_t live;       // objects not freed; of a free instance: the next one
    uint32_t death_low;  // allocation clock of its truth note
    uint16_t death_high;
    uint8_t template;
    uint8_t flags;
} Instance;
_Static_assert(sizeof(Instance) == 20, "of a unit of four objects: 5 bytes for each");

// Whose work a free is.
typedef enum { FREED_BY_MUTATOR, FREED_IN_PAUSE, FREED_BY_ORACLE } FreedBy;

// A UNIT half done: the collector may have to run in its middle.
typedef struct {
    bool active;
    bool allocated;  // the member has its memory; it is not tracked yet
    uint32_t instance;
    uint32_t member;
    uint32_t slot_next;  // first slot of the next member
} Cursor;

// What the two heaps do each in their own way: TRACING_HEAP and LEDGER_HEAP. heap.c does the rest.
typedef struct {
    bool (*open)(Heap *h, Error *error);
    void (*close)(Heap *h);

    // Fetches what the events after the next one will touch; there are `count` of them, that
    // included.
    void (*fetch)(const Heap *h, const Event *events, size_t count);

    // UNIT: builds it whole where heap_fits, or begins it and goes on by heap_unit_steps; false
    // when something wants attention before it is finished.
    bool (*unit)(Heap *h, const Event *unit);

    // The member at the cursor: gets its memory; then goes into its space, with its native payload
    // and its references.
    void (*allocate)(Heap *h, const Event *unit, const Member *member);
    void (*attach)(Heap *h, const Event *unit, const Member *member);

    // STORE and DROP, and DEAD before them; settle: what follows when they are over.
    void (*store)(Heap *h, const Event *event);
    void (*drop)(Heap *h, const Event *event);
    void (*dead)(Heap *h, const Event *event);
    void (*settle)(Heap *h);

    // Plans, but for what is the same under every heap; let_go: the program lets go of what
    // finalizers brought back.
    void (*collect)(Heap *h, const Plan *plan);
    void (*move)(Heap *h, uint32_t from, uint32_t into);
    void (*let_go)(Heap *h);

    uint64_t (*objects)(const Heap *h, uint32_t space);  // in it
    bool (*check)(const Heap *h, Error *error);          // heap_check
} HeapKind;

typedef struct Ledger Ledger;

typedef struct {
    Address address;
    uint32_t bytes;  // 0: there is none
} Untracked;

struct Heap {
    const HeapKind *kind;
    HeapOptions options;
    HeapView view;
    int64_t batch, in_batch;  // live objects above the level of the last batch
    Fuse fuse;
    WakeReason due;  // a fuse that has blown and waits for a safepoint
    uint64_t sample_clock;
    uint64_t clock_stop;  // the sooner of fuse.clock and sample_clock
    uint8_t birth_space[HEAP_TEMPLATES_MAX];

    // by object; 0 is no object
    uint32_t *refcounts;  // while it is freed: the slot that is cleared next
    uint32_t *gc;
    uint32_t *slots_at;  // its first slot
    uint32_t *addresses;
    uint32_t *payloads;  // addresses of native blocks
    uint8_t *tags;
    uint8_t *members;  // which member of its unit it is
    uint32_t *members_far;
    BlockIndex objects;

    uint32_t *slots;
    BlockIndex slot_blocks;
    Images images;

    Instance *instances;
    uint32_t instance_count, instance_free;
    uint32_t *instance_of_unit;
    uint32_t *doomed;  // free_at_death: instances that this event kills
    uint32_t doomed_count;

    Space spaces[SPACES_MAX];
    Memory *memory;
    uint32_t arenas_max;  // mapped; running out of them is running out of memory
    uint32_t near;        // what is no jump of a list walk: locality_near
    Locality *locality;   // NULL: misses are not counted
    Ledger *ledger;       // of LEDGER_HEAP
    Cursor cursor;

    uint32_t free_blocks[FREE_LISTS + 1];  // in CPython's free lists; the last: in none
    uint64_t collected_clock;              // HeapView.clock at the last plan
    Untracked *untracked;                  // by unit: untracked.c
    uint32_t untracked_capacity;
    uint64_t untracked_bytes;

    Space roots;            // counts_roots: candidates for roots of garbage, oldest first
    uint32_t *root_at;      // by object: roots.c
    uint64_t roots_before;  // the event

    uint32_t *candidates, *rescued, *unreachable;  // of a collection
    FreedBy freed_by;
    FinalizerRule finalizers;  // of the plan that is carried out
    uint32_t *resurrected;     // objects that finalizers stored where the program reaches them
    uint64_t resurrected_count;
    uint64_t condemned_bytes;  // of the candidates that are left
    Waiting condemned;         // garbage among them that is left
    PauseWork pause;
    uint32_t registers_marked;             // PLAN_MARK in steps: instances that were looked at
    uint64_t event_freed, event_payloads;  // by the present event

    MutatorWork work;
    HeapLevels levels;
    uint64_t levels_bytes;  // allocated bytes up to which the areas are summed
    Hist ages;
};

static inline uint32_t object_space(const Heap *h, uint32_t object) {
    return h->tags[object] & TAG_SPACE;
}

static inline uint8_t tags_in_space(uint8_t tags, uint32_t space) {
    return (uint8_t)((tags & (0xff ^ TAG_SPACE)) | space);
}

// Which member of its unit it is.
static inline uint32_t object_member(const Heap *h, uint32_t object) {
    uint32_t member = h->members[object];
    return LIKELY(member < MEMBER_FAR) ? member : h->members_far[object];
}

// Of its root: the slot block of a unit begins one word before the first slot of its root, which
// stays where it is until the last member is freed.
static inline uint32_t root_instance(const Heap *h, uint32_t root) {
    return h->slots[h->slots_at[root] - 1];
}

static inline uint32_t object_instance(const Heap *h, uint32_t object) {
    return root_instance(h, object - object_member(h, object));
}

static inline const Template *object_template(const Heap *h, uint32_t object) {
    return h->options.templates[h->instances[object_instance(h, object)].template];
}

static inline uint64_t instance_death(const Instance *instance) {
    return (uint64_t)instance->death_high << 32 | instance->death_low;
}

static inline const Image *instance_image(Heap *h, const Instance *instance) {
    return image_find(&h->images, instance->template, instance->objects,
                      instance->flags & INSTANCE_CLOSED);
}

// The references of an object, in order: for (EdgeWalk w = edges_of(h, o); edge_next(h, &w);)
// goes through all that lead somewhere, w.target.
typedef struct {
    uint32_t slot;  // the next one; SLOT_NONE: there is none
    uint32_t target;
    uint32_t last;  // what the slot before it refers to, if there is one
} EdgeWalk;

static inline EdgeWalk edges_of(const Heap *h, uint32_t object) {
    return (EdgeWalk){.slot = h->slots_at[object]};
}

static inline bool edge_next(const Heap *h, EdgeWalk *walk) {
    while (walk->slot != SLOT_NONE) {
        uint32_t word = h->slots[walk->slot++];
        if (word & SLOT_LAST) walk->slot = SLOT_NONE;
        walk->last = walk->target;
        walk->target = word & ~SLOT_LAST;
        if (walk->target != 0) return true;
    }
    return false;
}

// Writes into a slot; returns what was there.
static inline uint32_t slot_set(Heap *h, uint32_t slot, uint32_t target) {
    uint32_t word = h->slots[slot];
    h->slots[slot] = (word & SLOT_LAST) | target;
    return word & ~SLOT_LAST;
}

// Into a space: it is its youngest.
static inline void object_enter(Heap *h, uint32_t object, uint32_t space) {
    h->gc[object] = (h->gc[object] & GC_SAMPLE) | space_add(&h->spaces[space], object, h->gc)
                                                      << GC_POSITION;
    h->tags[object] = tags_in_space(h->tags[object], space);
}

static inline void object_leave(Heap *h, uint32_t object) {
    space_remove(&h->spaces[object_space(h, object)], h->gc[object] >> GC_POSITION, h->gc);
}

// Requested bytes, native payload included.
uint64_t object_bytes(const Heap *h, uint32_t object);

// Whether it has a finalizer.
bool object_finalizer(const Heap *h, uint32_t object);

// A number, objects and slots for a unit; 0, and nothing is taken, when there are no more.
uint32_t instance_take(Heap *h, const Event *unit, uint32_t slot_words);

// The last of its objects was freed.
void instance_give(Heap *h, uint32_t instance);

// Memory, number and count 1 for member `member`; tracked in no space yet.
void object_allocate(Heap *h, uint32_t instance, uint32_t member, uint32_t slots_at,
                     uint32_t slots);

// Puts it into its space, with its native payload.
void object_track(Heap *h, uint32_t object, uint32_t space);

// One reference less, some are left: the object may be the root of garbage now. And: it is freed.
void roots_suspect(Heap *h, uint32_t object);
void roots_forget(Heap *h, uint32_t object);

// A STORE or DROP is over: WAKE_ROOTS, if the fuse has blown.
void roots_settle(Heap *h);

// One reference less; at zero the object is freed, with all that only it kept (iteratively).
void object_decref(Heap *h, uint32_t object);

// Clears all slots of an object, in order: tp_clear.
void object_clear(Heap *h, uint32_t object);

// Builds a unit in one go, where heap_fits; false: no numbers are left.
bool whole_build(Heap *h, const Event *unit, const Image *image);

// A root is about to clear its slots: if all other members of its unit fall with that they are
// freed here, in one go. Returns the slot with which to go on.
uint32_t whole_fall(Heap *h, uint32_t root);

// Writes down that a list walk comes to list[i]. It has left the neighbourhood if that is not near
// the object before, nor as far on as that was from the one before it: processors fetch ahead with
// any stride.
static inline void touch_step(const Heap *h, const uint32_t *list, uint64_t i) {
    uint32_t object = list[i], sample = h->gc[object] & GC_SAMPLE;
    if (LIKELY(sample == 0)) return;
    Address here = h->addresses[object], last = i > 0 ? h->addresses[list[i - 1]] : here;
    Address before = i > 1 ? h->addresses[list[i - 2]] : last;
    locality_step(h->locality, here, sample,
                  locality_is_jump(last, here, h->near) && here - last != last - before);
}

// Writes down that a reference is followed. It leads to another place if its target lies neither
// near its source nor near the target of the reference before it (`last`; 0: none).
static inline void touch_edge(const Heap *h, uint32_t source, uint32_t last, uint32_t target) {
    if (LIKELY(!(h->gc[target] & GC_LINE))) return;
    Address address = h->addresses[target];
    locality_edge(h->locality, address,
                  locality_is_jump(h->addresses[source], address, h->near) &&
                      (last == 0 || locality_is_jump(h->addresses[last], address, h->near)));
}

// The program itself touches an object.
static inline void touch(const Heap *h, uint32_t object) {
    if (UNLIKELY(h->gc[object] & GC_SAMPLE)) locality_touch(h->locality, h->addresses[object]);
}

// update_refs: appends a list, in which zeros are skipped, to the `count` candidates that there are
// already; returns how many there are then.
uint64_t deduce_update(Heap *h, const uint32_t *list, uint64_t length, uint64_t count);

// Splits candidates: those reachable from outside go to space `into`, and their number is returned;
// the rest is in h->unreachable. Where misses are counted h->candidates are then the survivors.
uint64_t deduce_unreachable(Heap *h, uint64_t count, uint32_t into, uint64_t *unreachable);

// What a reachable object refers to is reachable; what was put aside goes to the end of h->rescued.
uint64_t deduce_visit(Heap *h, uint32_t object, uint64_t rescued);

// A candidate that stays goes to space `into`.
void deduce_survive(Heap *h, uint32_t object, uint32_t into);

// FINALIZERS_LEGACY: takes what is not to be freed out of the *count of h->unreachable into
// h->rescued; returns its number. When the garbage is gone what is left of it survives.
uint64_t finalize_set_aside(Heap *h, uint64_t *count);
void finalize_survive(Heap *h, uint64_t count, uint32_t into);

// Else: calls the finalizers of the *count of h->unreachable and leaves in it what is to be freed.
void finalize_call(Heap *h, const Plan *plan, uint64_t *count);

// The program lets go of what finalizers brought back.
void finalize_let_go(Heap *h);

// Calls finalizers by a rule other than FINALIZERS_LEGACY, frees what is left of the first `count`
// of h->unreachable, and books what is left of the condemned for plan->into; `aside` are what
// finalize_set_aside took away before.
void collect_garbage(Heap *h, const Plan *plan, uint64_t count, uint64_t aside);

// Out of its space and among the condemned.
void increment_take(Heap *h, uint32_t object);

// Adds to the candidates from plan->refill until they number plan->budget; returns their number.
uint64_t increment_refill(Heap *h, const Plan *plan, uint64_t count);

// PLAN_MARK.
void increment_mark(Heap *h, const Plan *plan);

// Plan.mark_first: takes what registers reach out of the `count` candidates; returns how many are
// left.
uint64_t increment_mark_first(Heap *h, const Plan *plan, uint64_t count);

// The buffer of candidate roots, where HeapOptions.counts_roots; and PLAN_ROOTS.
bool roots_open(Heap *h, Error *error);
void roots_close(Heap *h);
void roots_collect(Heap *h, const Plan *plan);

// Whether an object is in the buffer, and at `position`.
static inline bool roots_has(const Heap *h, uint32_t object) { return h->root_at[object] != 0; }
bool roots_has_at(const Heap *h, uint32_t object, uint64_t position);

// ---- the tracing heap's side of heap.c: its HeapKind ----

extern const HeapKind TRACING_HEAP;

void tracing_collect(Heap *h, const Plan *plan);
void tracing_move(Heap *h, uint32_t from, uint32_t into);
bool tracing_check(const Heap *h, Error *error);

// ---- what heap.c does for both heaps ----

// Whether a unit of so many objects, blocks and bytes can be built in one go: nothing will want
// attention in its middle or at its end.
bool heap_fits(const Heap *h, uint64_t objects, uint64_t blocks, uint64_t bytes);

// Goes on with the unit that the cursor is in, member by member; false when something wants
// attention before it is finished.
bool heap_unit_steps(Heap *h, const Event *unit);

// Sums up what lies in the spaces that a plan condemns, which are to be emptied. Returns how many
// they are, and in `order` which: as CPython appends the younger lists to that of the oldest
// condemned generation, or to the list that it collects in place.
uint32_t heap_condemn(Heap *h, const Plan *plan, uint32_t order[SPACES_MAX]);

// Whether any object may have a finalizer.
bool heap_finalizes(const Heap *h);

#endif
