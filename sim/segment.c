// segment.c -- which space an object is in, and where in its list, without a list
#include "segment.h"

bool segments_open(Segments *s, uint64_t objects, Error *error) {
    *s = (Segments){0};
    // When nothing hangs deeper than a root there is one per object, and two per space.
    s->limit = min_u64(objects + 2ull * SPACES_MAX, UINT32_MAX - 1);
    s->table = reserve_new(s->limit + 1, sizeof *s->table, "the table of segments", error);
    return s->table != NULL;
}

void segments_close(Segments *s) {
    reserve_free(s->table, s->limit + 1, sizeof *s->table);
    s->table = NULL;
}

// One use less; a segment of no use is given back, and perhaps what it hung below. True if it was.
static bool segment_release(Segments *s, uint32_t number, uint32_t uses) {
    CHECK(s->table[number].uses >= uses);
    s->table[number].uses -= uses;
    if (LIKELY(s->table[number].uses > 0)) return false;
    while (number != 0 && s->table[number].uses == 0) {
        uint32_t parent = s->table[number].parent;
        s->table[number] = (Segment){.offset = s->free};
        s->free = number;
        number = parent;
        if (number != 0) s->table[number].uses--;
    }
    return true;
}

SegmentPlace segments_find(Segments *s, uint32_t number) {
    Segment *table = s->table;
    uint64_t offset = 0;
    uint32_t root = number;
    for (; table[root].parent != 0; root = table[root].parent) offset += table[root].offset;
    const SegmentPlace place = {table[root].space, offset};
    while (number != root && table[number].parent != root) {
        uint32_t parent = table[number].parent;
        uint64_t rest = offset - table[number].offset;
        table[number].parent = root;
        table[number].offset = offset;
        table[root].uses++;
        if (segment_release(s, parent, 1)) break;
        number = parent;
        offset = rest;
    }
    return place;
}

// Hangs every segment right below its root: what only other segments hung below comes free.
static void segments_flatten(Segments *s) {
    for (uint32_t i = 1; i <= s->count; i++)
        if (s->table[i].uses > 0) segments_find(s, i);
}

static uint32_t segment_take(Segments *s) {
    if (s->free == 0 && s->count == s->limit) segments_flatten(s);
    uint32_t number = s->free;
    if (number != 0) {
        s->free = (uint32_t)s->table[number].offset;
    } else {
        CHECK(s->count < s->limit);
        number = ++s->count;
    }
    s->table[number] = (Segment){0};
    return number;
}

// A leaf is a root, or hangs below one: a use of it at least, besides its objects.
void segments_begin(Segments *s, uint32_t number, uint64_t birth) {
    SegmentSpace *space = &s->spaces[number];
    uint32_t leaf = segment_take(s);
    s->table[leaf].uses = 1;
    space->leaf = leaf;
    if (space->root == 0) {
        s->table[leaf].uses++;
        s->table[leaf].space = number;
        space->root = leaf;
        space->first = space->end = birth;
        return;
    }
    s->table[leaf].parent = space->root;
    s->table[leaf].offset = space->end - birth;
    s->table[space->root].uses++;
}

// `births`: the number of the next birth.
static void leaf_end(Segments *s, SegmentSpace *space, uint64_t births) {
    if (space->leaf == 0) return;
    space->end = births + s->table[space->leaf].offset;
    segment_release(s, space->leaf, 1);
    space->leaf = 0;
}

void segments_forget(Segments *s, uint32_t segment, uint32_t objects) {
    segment_release(s, segment, objects);
}

uint64_t segments_append(Segments *s, uint32_t number, uint64_t births) {
    SegmentSpace *space = &s->spaces[number];
    CHECK(space->root != 0);
    leaf_end(s, space, births);
    return space->end++;
}

uint64_t segments_concat(Segments *s, uint32_t into, uint32_t from, uint64_t births) {
    SegmentSpace *target = &s->spaces[into], *source = &s->spaces[from];
    CHECK(into != from);
    leaf_end(s, target, births);
    leaf_end(s, source, births);
    const SegmentSpace moved = *source;
    *source = (SegmentSpace){0};
    if (moved.root == 0) return 0;
    if (target->root == 0) {
        s->table[moved.root].space = into;
        *target = moved;
        return 0;
    }
    uint64_t shift = target->end - moved.first;
    target->end += moved.end - moved.first;
    s->table[moved.root].parent = target->root;
    s->table[moved.root].offset = shift;
    s->table[target->root].uses++;
    segment_release(s, moved.root, 1);
    return shift;
}
