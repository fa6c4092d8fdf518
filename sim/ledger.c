// ledger.c -- the ledger heap: books instead of lists
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

bool ledger_open(Heap *h, Error *error) {
    uint64_t objects = h->options.objects_max + 1;
    Ledger *l = h->ledger = memory_new(1, sizeof *l);
#define TABLE(field) \
    ((l->field = reserve_new(objects, sizeof *l->field, "the ledger's " #field, error)) != NULL)
    return segments_open(&l->segments, objects, error) && TABLE(places) && TABLE(placed) &&
           TABLE(scratch);
#undef TABLE
}

void ledger_close(Heap *h) {
    uint64_t objects = h->options.objects_max + 1;
    Ledger *l = h->ledger;
    if (l == NULL) return;
    if (l->segments.table != NULL) segments_close(&l->segments);
    reserve_free(l->places, objects, sizeof *l->places);
    reserve_free(l->placed, objects, sizeof *l->placed);
    reserve_free(l->scratch, objects, sizeof *l->scratch);
    free(l);
    h->ledger = NULL;
}

// ---- birth and death ----

// Members `from` to `end` - 1 were born into one segment.
static uint64_t die_together(Heap *h, const Instance *instance, uint32_t from, uint32_t end) {
    uint32_t segment = h->positions[instance->first + from];
    SegmentPlace place = segments_find(&h->ledger->segments, segment);
    const Template *t = h->options.templates[instance->template];
    uint64_t bytes = 0;
    for (uint32_t i = from; i < end; i++) {
        uint32_t object = instance->first + i;
        CHECK(h->tags[object] & TAG_ALIVE);
        h->tags[object] = (uint8_t)(TAG_ALIVE | TAG_DEAD | place.space);
        bytes += template_bytes(t, i) + (uint64_t)template_payload(t, i);
    }
    h->spaces[place.space].waiting.objects += end - from;
    h->spaces[place.space].waiting.bytes += bytes;
    return bytes;
}

uint64_t ledger_die(Heap *h, const Instance *instance) {
    const uint32_t *segments = &h->positions[instance->first];
    uint64_t bytes = 0;
    for (uint32_t from = 0, end; from < instance->objects; from = end) {
        for (end = from + 1; end < instance->objects && segments[end] == segments[from]; end++)
            continue;
        bytes += die_together(h, instance, from, end);
    }
    return bytes;
}

// Neighbours mostly share a segment: it is asked once.
static void list_members(Heap *h, Instance *instance) {
    Segments *segments = &h->ledger->segments;
    SegmentPlace place = {0};
    uint32_t last = 0;
    for (uint32_t i = 0; i < instance->objects; i++) {
        uint32_t object = instance->first + i, segment = h->positions[object];
        if (!(h->tags[object] & TAG_ALIVE)) continue;
        if (segment != last) place = segments_find(segments, segment);
        last = segment;
        h->ledger->places[object] = instance->birth + i + place.offset;
        h->positions[object] = space_add(&h->spaces[place.space], object, h->positions);
        segments_forget(segments, segment, 1);
    }
    instance->flags |= INSTANCE_LISTED;
}

void ledger_list(Heap *h) {
    for (uint32_t i = 0; i < h->doomed_count; i++) {
        Instance *instance = &h->instances[h->doomed[i]];
        if (instance->live > 0) list_members(h, instance);
    }
    h->doomed_count = 0;
}

// ---- plans ----

uint64_t ledger_gather(Heap *h, uint32_t number, uint32_t into, uint64_t count) {
    Ledger *l = h->ledger;
    const Space *space = &h->spaces[number];
    uint64_t shift =
        number == into ? 0 : segments_concat(&l->segments, into, number, h->view.clock);
    for (uint64_t i = 0; i < space->length; i++) {
        uint32_t object = space->members[i];
        if (object != 0) l->placed[count++] = (Placed){l->places[object] += shift, object};
    }
    book_add(&l->condemned, &l->books[number]);
    return count;
}

void ledger_append(Heap *h, uint32_t object, uint32_t space) {
    h->ledger->places[object] = segments_append(&h->ledger->segments, space, h->view.clock);
}

void ledger_move(Heap *h, uint32_t from, uint32_t into) {
    Ledger *l = h->ledger;
    const Space *source = &h->spaces[from];
    uint64_t shift = segments_concat(&l->segments, into, from, h->view.clock);
    for (uint64_t i = 0; i < source->length; i++) {
        uint32_t object = source->members[i];
        if (object == 0) continue;
        l->places[object] += shift;
        h->tags[object] = tags_in_space(h->tags[object], into);
        h->positions[object] = space_add(&h->spaces[into], object, h->positions);
    }
    book_add(&l->books[into], &l->books[from]);
}

// ---- order ----

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, FEW = 32 };

static void sort_few(Placed *placed, uint64_t count) {
    for (uint64_t i = 1; i < count; i++) {
        Placed one = placed[i];
        uint64_t k = i;
        for (; k > 0 && placed[k - 1].place > one.place; k--) placed[k] = placed[k - 1];
        placed[k] = one;
    }
}

static void sort_digit(Placed *to, const Placed *from, uint64_t count, uint32_t shift) {
    uint64_t starts[DIGITS] = {0}, next = 0;
    for (uint64_t i = 0; i < count; i++) starts[from[i].place >> shift & (DIGITS - 1)]++;
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint64_t length = starts[d];
        starts[d] = next;
        next += length;
    }
    for (uint64_t i = 0; i < count; i++)
        to[starts[from[i].place >> shift & (DIGITS - 1)]++] = from[i];
}

// Digit by digit from the lowest, as far as places differ.
static void sort_many(Ledger *l, uint64_t count) {
    uint64_t differ = 0, falls = 0;
    for (uint64_t i = 1; i < count; i++) {
        differ |= l->placed[i].place ^ l->placed[0].place;
        falls += l->placed[i].place < l->placed[i - 1].place;
    }
    if (falls == 0) return;
    for (uint32_t shift = 0; shift < 64 && differ >> shift != 0; shift += DIGIT_BITS) {
        if ((differ >> shift & (DIGITS - 1)) == 0) continue;
        sort_digit(l->scratch, l->placed, count, shift);
        Placed *sorted = l->scratch;
        l->scratch = l->placed;
        l->placed = sorted;
    }
}

void ledger_sort(Heap *h, uint64_t count) {
    Ledger *l = h->ledger;
    if (count <= FEW)
        sort_few(l->placed, count);
    else
        sort_many(l, count);
    for (uint64_t i = 0; i < count; i++) h->candidates[i] = l->placed[i].object;
}
