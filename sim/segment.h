// segment.h -- which space an object is in, and where in its list, without a list
//
// Objects born into a space one after the other, with no plan in between, are a *segment*: they
// stay together, in this order, whatever becomes of the space. So it is segments that go from space
// to space. A space is a tree of them, and appending one space to another hangs one root below
// another: O(1), however many objects there are. An object finds its space, and its place in the
// space's list, by way of its segment; the way is cut short as it is gone (a disjoint-set forest
// whose edges carry offsets: R. Tarjan, 1975; for the offsets, "potentials").
//
// A place is a number by which the objects of a space can be put into the order of CPython's list.
// Objects are numbered by their birth; that number plus the offsets on the way to the root is the
// place. Plans move whole lists; what a collection puts at the end of one by itself gets a new
// place (segments_append).
#ifndef OURO_SEGMENT_H
#define OURO_SEGMENT_H

#include "heap_view.h"

typedef struct {
    uint32_t parent;  // 0: a root, or not in use; then offset is 0 or the next free number
    uint32_t uses;    // objects in it, segments right below it, and 1 each as a root and as a leaf
    uint64_t offset;  // from its places to those of its parent, modulo 2^64
    uint32_t space;   // of a root
} Segment;

typedef struct {
    uint32_t root;        // 0: nothing was in it since it was last emptied
    uint32_t leaf;        // to which births are added; 0: the next birth begins a segment
    uint64_t first, end;  // places: first <= place < end; if there is a leaf it goes on from `end`
} SegmentSpace;

typedef struct {
    Segment *table;  // from 1
    uint64_t limit;
    uint32_t count, free;
    SegmentSpace spaces[SPACES_MAX];
} Segments;

// For at most `objects` objects at a time.
bool segments_open(Segments *segments, uint64_t objects, Error *error);
void segments_close(Segments *segments);

// A leaf for a space that has none; `birth`: the number of the next birth.
void segments_begin(Segments *segments, uint32_t space, uint64_t birth);

// Object number `birth` (ascending) is born into a space: returns its segment.
static inline uint32_t segments_birth(Segments *segments, uint32_t space, uint64_t birth) {
    if (UNLIKELY(segments->spaces[space].leaf == 0)) segments_begin(segments, space, birth);
    uint32_t leaf = segments->spaces[space].leaf;
    segments->table[leaf].uses++;
    return leaf;
}

// So many objects of a segment will not be asked for any more.
void segments_forget(Segments *segments, uint32_t segment, uint32_t objects);

// Where the objects of a segment are: birth + offset is the place of each.
typedef struct {
    uint32_t space;
    uint64_t offset;
} SegmentPlace;
SegmentPlace segments_find(Segments *segments, uint32_t segment);

// A place behind everything in a space; `births`: the number of the next birth.
uint64_t segments_append(Segments *segments, uint32_t space, uint64_t births);

// All of `from` goes to the end of `into`; what is added to the places that it had is returned.
uint64_t segments_concat(Segments *segments, uint32_t into, uint32_t from, uint64_t births);

#endif
