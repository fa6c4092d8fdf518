// ledger_state.h -- the inside of the ledger heap
#ifndef OURO_LEDGER_STATE_H
#define OURO_LEDGER_STATE_H

#include "form.h"
#include "ledger.h"
#include "ledger_locality.h"
#include "levels.h"
#include "segment.h"

enum {
    RECORD_CLOSED = 1,
    RECORD_HELD = 2,        // by its register
    RECORD_ROOT_CYCLE = 4,  // its objects refer to the root: no DROP frees it
    RECORD_RESURRECTS = 8,  // its finalizer does
    RECORD_FINALIZED = 16,  // and was called: never again
    RECORD_SPLIT = 32,      // alive, and born into several segments
    RECORD_DEAD = 64,       // by the truth note
    RECORD_LISTED = 128,    // in the lists of the dead
    RECORD_PIECES = 256,    // dead, and its objects are looked at one by one
    RECORD_KEPT = 512,      // whole: a collection saw it and kept it
    RECORD_GARBAGE = 1024,  // whole: referred to by gc.garbage, or from there
    RECORD_GOING = 2048,    // its objects are being freed
    RECORD_STUMP = 4096,    // but the root, which something else still refers to
    RECORD_USED = 8192,
    // of the collection that runs
    RECORD_CANDIDATE = 1 << 16,  // some of its objects are
    RECORD_OPEN = 1 << 17,       // whether its root is reached depends on other units
    RECORD_REACHED = 1 << 18,
    RECORD_ASIDE = 1 << 19,  // it was not reached when its turn came
    RECORD_COLLECTING = RECORD_CANDIDATE | RECORD_OPEN | RECORD_REACHED | RECORD_ASIDE
};

// A unit, from its UNIT to its last object.
typedef struct {
    uint64_t place;  // allocation clock before its first object; once listed its place (segment.h)
    uint32_t first;  // in addresses[] and payloads[]; its links follow
    uint32_t objects;
    uint32_t refs;     // to its root, not from its own objects
    uint32_t segment;  // SPLIT: its first run; PIECES: which pieces
    uint32_t flags;
    uint8_t template;
    uint8_t space;  // once listed, if not in pieces
} Record;
_Static_assert(sizeof(Record) == 32, "two records share a cache line");
_Static_assert((int)FORM_ROW == (int)MEMORY_ROW, "orders are long enough for rows");

// The members of a split unit from `from` on, to those of the next run.
typedef struct {
    uint32_t from, segment;
    uint32_t next;  // 0: the last one
} Run;

// The members of a unit one by one: what of it is where, once it is dead.
enum {
    PIECE_SPACE = 15,
    PIECE_FOUND = 16,    // of the collection that runs: candidate, and not reached
    PIECE_KEPT = 32,     // a collection saw it and kept it
    PIECE_GARBAGE = 64,  // referred to by gc.garbage, or from there
    PIECE_ALIVE = 128    // not freed
};
typedef struct {
    uint64_t serial;  // never used twice; 0: not in use
    uint8_t *marks;
    Graph graph;
    uint32_t record, left;
    uint32_t next;  // of those not in use
} Pieces;

// A space lists units in pieces apart: some of their members are in it, or were.
typedef struct {
    uint64_t serial;
    uint32_t pieces;
} PiecesEntry;
typedef struct {
    PiecesEntry *entries;
    size_t count, capacity;
} PiecesList;

typedef struct {
    uint64_t objects;
    uint64_t edges;  // their slots that are filled
} Book;

typedef struct {
    uint64_t place;
    uint32_t record;
} Placed;

// A unit whose objects are being freed, and how far that is.
typedef struct {
    const uint32_t *steps;
    uint32_t *owned;  // `steps`, if nobody else keeps them
    uint32_t length, next, link;
    uint32_t record;
} Frame;

struct Ledger {
    Forms forms;
    Segments segments;
    Book books[SPACES_MAX];
    PiecesList pieces_lists[SPACES_MAX];

    // by record, from 1
    Record *records;
    uint32_t record_count, record_free;
    uint64_t *deaths;     // of listed units: allocation clock of their truth note
    uint32_t *positions;  // of listed units that are whole: in their space
    uint32_t *counts;     // of candidates: references from outside; of what is found: its objects
    uint32_t *record_of_unit;
    uint32_t *doomed;  // what this event kills
    uint32_t doomed_count;

    // by address block: the objects of a unit, then its links
    Address *addresses;  // links: records, or 0
    Address *payloads;
    BlockIndex blocks;

    Run *runs;
    uint32_t run_count, run_free, run_last;  // run_last: of the unit that is being built
    Pieces *pieces;
    uint32_t pieces_count, pieces_free;
    size_t pieces_capacity;
    uint64_t serial;

    LedgerLocality *locality;  // NULL: misses are not estimated

    Frame *frames;
    size_t depth, frames_capacity;

    // of a collection
    Book condemned;  // of the candidates that are left
    Placed *placed, *scratch;
    uint32_t *late;  // candidates that were reached after they were put aside
    uint32_t *resurrected;
    uint64_t resurrected_count;
};

static inline Form *record_form(const Heap *h, const Record *r) {
    return forms_get(&h->ledger->forms, h->options.templates[r->template], r->template, r->objects,
                     r->flags & RECORD_CLOSED);
}

// Words that the addresses of so many objects take: rows are written as a whole.
static inline uint32_t record_words(uint32_t objects) {
    return (objects + MEMORY_ROW - 1) / MEMORY_ROW * MEMORY_ROW;
}

static inline uint32_t *record_links(const Heap *h, const Record *r) {
    return h->ledger->addresses + r->first + record_words(r->objects);
}

static inline uint32_t record_link_count(const Heap *h, const Record *r) {
    return h->options.templates[r->template]->links;
}

// What is in `other` goes over to `book`.
static inline void book_add(Book *book, Book *other) {
    book->objects += other->objects;
    book->edges += other->edges;
    *other = (Book){0};
}

// Room for one element more in a table that grows.
void *ledger_grow(void *table, size_t count, size_t *capacity, size_t size);

// ---- ledger.c ----

void record_give(Heap *h, uint32_t number);

// The space of a unit that is not listed and was born into one segment.
static inline uint32_t record_space(const Heap *h, const Record *r) {
    const Segments *s = &h->ledger->segments;
    const Segment *segment = &s->table[r->segment];
    if (LIKELY(segment->parent == 0)) return segment->space;
    return segments_find(&h->ledger->segments, r->segment).space;
}

// The first run of a split unit is given up, with those that follow.
void runs_give(Ledger *l, uint32_t run);

// ---- ledger_free.c ----

// A reference to its root less, from outside: what nothing refers to any more is freed, with all
// that only it kept.
void ledger_release(Heap *h, uint32_t record);

// tp_clear of its objects; of a unit in pieces: of those found, or `all`.
void ledger_clear(Heap *h, uint32_t record, bool all);

// ---- ledger_pieces.c ----

// From here on its members are looked at one by one; and the last of them is freed.
void pieces_make(Heap *h, uint32_t record);
void pieces_give(Heap *h, uint32_t record);
void pieces_close(Heap *h);

// Members that are not freed.
uint32_t pieces_left(const Heap *h, uint32_t record);

// Lists a unit that is dead; adds those listed in a condemned space to the `count` candidates and
// returns their number; moves all of a space into another.
void pieces_list(Heap *h, uint32_t record);
uint64_t pieces_gather(Heap *h, uint32_t space, uint64_t count);
void pieces_move(Heap *h, uint32_t from, uint32_t into);

// How a root that has lost its last reference goes; and tp_clear of the members found, or of all.
Teardown pieces_drop(Heap *h, uint32_t record);
Teardown pieces_clear(Heap *h, uint32_t record, bool all);

// A member is freed: books are kept; `bytes` of its own and of its payload.
void pieces_freed(Heap *h, uint32_t record, uint32_t member, uint64_t bytes);

// The book of the references that the root holds.
uint64_t *pieces_edges(Heap *h, uint32_t record);

// Marks the members in `spaces` as found that no other member refers to, directly or not; returns
// their number. pieces_keep: none is found.
uint32_t pieces_find(Heap *h, uint32_t record, uint32_t spaces);
bool pieces_root_found(const Heap *h, uint32_t record);
uint32_t pieces_found(const Heap *h, uint32_t record);
void pieces_keep(Heap *h, uint32_t record);

// The members that are found (garbage: kept for good), or all others in `spaces`, go to `into`.
uint32_t pieces_survive_found(Heap *h, uint32_t record, uint8_t into, bool garbage);
void pieces_survive_rest(Heap *h, uint32_t record, uint32_t spaces, uint8_t into);

// ---- ledger_collect.c, ledger_check.c: of LEDGER_HEAP ----

void ledger_collect(Heap *h, const Plan *plan);
void ledger_move(Heap *h, uint32_t from, uint32_t into);
void ledger_let_go(Heap *h);

// Recounts references, books, garbage and segments from the units.
bool ledger_check(const Heap *h, Error *error);

// ---- ledger_order.c ----

// Brings `count` of l->placed into ascending order of places.
void placed_sort(Ledger *l, uint64_t count);

#endif
