// census.h -- who is in the heap at one moment, and why what is garbage is still there
//
// Every object of a tracing heap is counted once: by the population that made it, reachable or
// garbage (by the truth notes), by age, by space, and garbage by the reason why it waits. All sums
// are those of the heap's own books (census_check).
#ifndef OURO_CENSUS_H
#define OURO_CENSUS_H

#include "heap.h"

//        enumerator             name             what the garbage is
#define GARBAGE_REASONS(X)                                                                   \
    X(GARBAGE_WAITS, "waits", "in a space that the policy looks at, some time")              \
    X(GARBAGE_HELD, "held", "seen by a collection and kept: older garbage refers to it")     \
    X(GARBAGE_FROZEN, "frozen", "in a space that no number of allocations makes it look at") \
    X(GARBAGE_REGION, "region", "in a region of memory that is still open")                  \
    X(GARBAGE_UNCOLLECTABLE, "uncollectable", "kept for good by a legacy finalizer (gc.garbage)")

typedef enum {
#define X(reason, name, what) reason,
    GARBAGE_REASONS(X)
#undef X
        GARBAGE_REASON_COUNT
} GarbageReason;

const char *garbage_reason_name(GarbageReason reason);
const char *garbage_reason_what(GarbageReason reason);

// Ages in allocations: below 1 k, 10 k, 100 k, 1 M, 10 M, and above.
enum { AGE_CLASSES = 6 };
uint32_t age_class(uint64_t allocations);
const char *age_class_name(uint32_t class);

typedef struct {
    uint64_t objects;
    uint64_t bytes;          // requested, native payload included
    uint64_t payload_bytes;  // of them
} Tally;

static inline void tally_add(Tally *sum, const Tally *more) {
    sum->objects += more->objects;
    sum->bytes += more->bytes;
    sum->payload_bytes += more->payload_bytes;
}

typedef struct {
    Tally reachable, garbage;
    Tally reasons[GARBAGE_REASON_COUNT];
    Tally reachable_ages[AGE_CLASSES];  // since birth
    Tally garbage_ages[AGE_CLASSES];    // since death
    Tally stays[SPACES_MAX];            // what is reachable, by space
    Tally waits[SPACES_MAX];            // garbage by space, of whatever reason
} PopulationCensus;

typedef struct {
    uint32_t population, space;
} Place;

enum { HOLDER_ROWS_MAX = 32, CHAIN_MAX = 8 };

// Garbage that a collection saw and kept, and what keeps it: the nearest garbage that refers to it,
// over other such garbage, and that no collection has kept itself.
typedef struct {
    Place held, holder;
    bool is_found;  // false: whatever held it is gone; the next collection of its space frees it
    GarbageReason why;  // the holder is still there
    Tally tally;
    uint32_t steps_max;      // references from the holder to it, at most
    Place chain[CHAIN_MAX];  // the way from the holder to one of them; neighbours in one place are
    uint32_t chain_length;   // named once, and what is too long is cut
} HolderRow;

typedef struct {
    uint64_t clock, event;
    uint32_t phase, round;
    Tally reachable, garbage;
    Tally unplaced;  // of what is reachable: an object that is being built is in no space yet
    Tally reasons[GARBAGE_REASON_COUNT];
    PopulationCensus populations[HEAP_TEMPLATES_MAX];
    struct {
        Tally reachable, garbage;
        Tally held;  // of the garbage: seen and kept, uncollectable or not
    } spaces[SPACES_MAX];
    HolderRow holders[HOLDER_ROWS_MAX];
    uint32_t holder_count;
    Tally held_elsewhere;  // held garbage in more rows than there are
} Census;

// Takes it between two events or where the policy is about to be asked. `births` are allocation
// clocks by number of the instance (NULL: ages of what is reachable are not counted); `unexamined`
// has a bit for each space that the policy does not come to look at.
void census_take(Census *census, const Heap *heap, const uint64_t *births, uint32_t unexamined);

// Sums in the census against each other and against the books of the heap it was taken of, which
// has not changed since. False with `error` (a failed check) naming what differs.
bool census_check(const Census *census, const Heap *heap, bool has_births, Error *error);

#endif
