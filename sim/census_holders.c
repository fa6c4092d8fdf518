// census_holders.c -- what keeps the garbage that a collection saw and kept
//
// From all garbage that no collection has kept, and from what is uncollectable, references are
// followed breadth first through the garbage that was: so each of these is found over a shortest
// chain. What is not found has lost its holder, or was brought back by a finalizer: the next
// collection of its space frees it.
#include "census_holders.h"

#include <stdlib.h>

#include "heap_state.h"

typedef struct {
    Census *census;
    const Heap *heap;
    uint32_t unexamined;
    uint32_t *referrer;  // by object: the object over which it was found; itself: where it began
    uint32_t *holder;    // and that where it began
    uint32_t *steps;     // references between the two
    uint32_t *queue;
    uint32_t found;
    uint32_t deepest[HOLDER_ROWS_MAX];  // by row: the object that took the most steps
} Search;

static Place place_of(const Heap *h, uint32_t object) {
    return (Place){h->instances[object_instance(h, object)].template, object_space(h, object)};
}

static bool place_is(Place a, Place b) {
    return a.population == b.population && a.space == b.space;
}

static bool is_held(const Search *s, uint32_t object) {
    const uint8_t dead = TAG_ALIVE | TAG_DEAD;
    return (s->heap->tags[object] & dead) == dead &&
           garbage_reason(s->heap, object, s->unexamined) == GARBAGE_HELD;
}

static void search_begin(Search *s) {
    const Heap *h = s->heap;
    const uint8_t dead = TAG_ALIVE | TAG_DEAD;
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if ((h->tags[i] & dead) != dead || is_held(s, i)) continue;
        s->referrer[i] = s->holder[i] = i;
        s->queue[s->found++] = i;
    }
}

static void search(Search *s) {
    search_begin(s);
    for (uint32_t i = 0; i < s->found; i++) {
        uint32_t object = s->queue[i];
        for (EdgeWalk edge = edges_of(s->heap, object); edge_next(s->heap, &edge);) {
            if (s->referrer[edge.target] != 0 || !is_held(s, edge.target)) continue;
            s->referrer[edge.target] = object;
            s->holder[edge.target] = s->holder[object];
            s->steps[edge.target] = s->steps[object] + 1;
            s->queue[s->found++] = edge.target;
        }
    }
}

// ---- rows ----

static HolderRow *row_find(Census *c, const HolderRow *like) {
    for (uint32_t i = 0; i < c->holder_count; i++) {
        HolderRow *row = &c->holders[i];
        if (row->is_found == like->is_found && row->why == like->why &&
            place_is(row->held, like->held) && place_is(row->holder, like->holder))
            return row;
    }
    if (c->holder_count == HOLDER_ROWS_MAX) return NULL;
    c->holders[c->holder_count] = *like;
    return &c->holders[c->holder_count++];
}

// From the object back to where the chain begins; the row has it the other way round.
static void chain_write(const Search *s, uint32_t object, HolderRow *row) {
    Place chain[CHAIN_MAX];
    uint32_t length = 0;
    for (;; object = s->referrer[object]) {
        Place place = place_of(s->heap, object);
        bool is_new = length == 0 || !place_is(chain[length - 1], place);
        if (is_new && length < CHAIN_MAX)
            chain[length++] = place;
        else if (is_new)
            chain[CHAIN_MAX - 1] = place;
        if (s->referrer[object] == object) break;
    }
    row->chain_length = length;
    for (uint32_t i = 0; i < length; i++) row->chain[i] = chain[length - 1 - i];
}

static void row_add(Search *s, uint32_t object) {
    const Heap *h = s->heap;
    const Template *t = object_template(h, object);
    const uint32_t member = object_member(h, object), holder = s->holder[object];
    const uint64_t payload = template_payload(t, member);
    const Tally tally = {1, template_bytes(t, member) + payload, payload};
    HolderRow like = {.held = place_of(h, object), .is_found = holder != 0};
    like.holder = like.is_found ? place_of(h, holder) : like.held;
    if (like.is_found) like.why = garbage_reason(h, holder, s->unexamined);
    HolderRow *row = row_find(s->census, &like);
    tally_add(row != NULL ? &row->tally : &s->census->held_elsewhere, &tally);
    if (row == NULL || s->steps[object] <= row->steps_max) return;
    row->steps_max = s->steps[object];
    s->deepest[row - s->census->holders] = object;
}

static int order(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

// A total order: what is left of it is nobody's choice.
static int larger_first(const void *a, const void *b) {
    const HolderRow *left = a, *right = b;
    const int orders[] = {order(right->tally.bytes, left->tally.bytes),
                          order(left->held.population, right->held.population),
                          order(left->held.space, right->held.space),
                          order(left->holder.population, right->holder.population),
                          order(left->holder.space, right->holder.space),
                          order(left->why, right->why),
                          order(left->is_found, right->is_found)};
    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
        if (orders[i] != 0) return orders[i];
    return 0;
}

void holders_find(Census *census, const Heap *h, uint32_t unexamined) {
    Search s = {.census = census, .heap = h, .unexamined = unexamined};
    uint32_t **const tables[] = {&s.referrer, &s.holder, &s.steps, &s.queue};
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
        *tables[i] = memory_new(h->objects.next, sizeof **tables[i]);
    search(&s);
    for (uint32_t i = 1; i < h->objects.next; i++)
        if (is_held(&s, i)) row_add(&s, i);
    for (uint32_t i = 0; i < census->holder_count; i++)
        if (s.deepest[i] != 0) chain_write(&s, s.deepest[i], &census->holders[i]);
    qsort(census->holders, census->holder_count, sizeof *census->holders, larger_first);
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++) free(*tables[i]);
}
