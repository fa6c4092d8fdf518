// ledger.h -- the ledger heap: books instead of lists
//
// The same heap, but a space does not list its objects. It knows how many there are and how many
// references they hold (two books, changed where objects are born, written and freed), and lists
// *dead* objects only: what a truth note announced and reference counting did not free. A
// collection examines those of the condemned spaces, by the same trial deletion, and nothing else.
// That is exact, because no live object refers to a dead one: what is left of a dead object's count
// when the references from dead condemned objects are subtracted comes from garbage outside; it
// stays, with all it reaches, and the rest is what CPython finds unreachable. Live objects find
// their space by way of segment.h; nobody visits them.
//
// Dead objects are examined, and freed, in the order of CPython's list, as far as that is known: an
// object has its place from its birth and from the lists that were appended to each other, but
// CPython puts a *live* object that it reaches late at the end of the list. So what is freed in a
// pause may be freed in another order, and the allocator may then hold more or less. Nothing else
// differs.
//
// Functions are called only where h->ledger is there.
#ifndef OURO_LEDGER_H
#define OURO_LEDGER_H

#include "heap_state.h"
#include "segment.h"

typedef struct {
    uint64_t objects;
    uint64_t edges;  // their slots that are filled
} Book;

typedef struct {
    uint64_t place;  // segment.h
    uint32_t object;
} Placed;

struct Ledger {
    Segments segments;
    Book books[SPACES_MAX];
    Book condemned;    // of the candidates that are left
    uint64_t *places;  // of listed objects
    Placed *placed, *scratch;
};

bool ledger_open(Heap *h, Error *error);
void ledger_close(Heap *h);

// The space of an object that is tracked.
static inline uint32_t ledger_space(const Heap *h, uint32_t object) {
    if (UNLIKELY(h->tags[object] & TAG_DEAD)) return object_space(h, object);
    const Segment *segment = &h->ledger->segments.table[h->positions[object]];
    if (LIKELY(segment->parent == 0)) return segment->space;
    return segments_find(&h->ledger->segments, h->positions[object]).space;
}

// An object comes into a space.
static inline void ledger_track(Heap *h, uint32_t object, uint32_t space) {
    h->positions[object] = segments_birth(&h->ledger->segments, space, h->view.clock - 1);
    h->ledger->books[space].objects++;
}

// The truth note: the members of a unit are dead, each in its space, and wait to be freed or
// listed. Returns their bytes.
uint64_t ledger_die(Heap *h, const Instance *instance);

// The event that killed h->doomed is over: what is left of them is listed.
void ledger_list(Heap *h);

// The listed objects of a condemned space are added to the candidates, and go behind `into`.
uint64_t ledger_gather(Heap *h, uint32_t space, uint32_t into, uint64_t count);

// Brings the candidates into the order of CPython's list.
void ledger_sort(Heap *h, uint64_t count);

// Everything goes from one space to the end of another.
void ledger_move(Heap *h, uint32_t from, uint32_t into);

// A dead object gets a place behind everything in a space.
void ledger_append(Heap *h, uint32_t object, uint32_t space);

// What is in `other` goes over to `book`.
static inline void book_add(Book *book, Book *other) {
    book->objects += other->objects;
    book->edges += other->edges;
    *other = (Book){0};
}

// The book that a dead object is in.
static inline Book *ledger_book(const Heap *h, uint32_t object) {
    return h->gc[object] & GC_CANDIDATE ? &h->ledger->condemned
                                        : &h->ledger->books[object_space(h, object)];
}

// A dead object leaves its space: it is being freed.
static inline void ledger_leave(Heap *h, uint32_t object) {
    ledger_book(h, object)->objects--;
    if (h->gc[object] & GC_CANDIDATE) return;
    if (h->instances[h->instance_of[object]].flags & INSTANCE_LISTED)
        space_remove(&h->spaces[object_space(h, object)], h->positions[object], h->positions);
    else
        segments_forget(&h->ledger->segments, h->positions[object], 1);
}

// A live object has a reference more, or (-1) less.
static inline void ledger_fill(const Heap *h, uint32_t object, int change) {
    h->ledger->books[ledger_space(h, object)].edges += (uint64_t)(int64_t)change;
}

#endif
