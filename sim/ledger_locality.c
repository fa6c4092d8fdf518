// ledger_locality.c -- the ledger heap: what a collection would miss in the caches, estimated
//
// Units are linked in the order of CPython's list (but for live ones that a collection reaches
// late), which is all that it takes to look at one object of them: where the object before it is,
// and where its references lead.
//
// Objects are chosen by the number of their birth, one in 16, and fewer as they grow many: so each
// counts alike, whatever the size of its unit. Of a space in which too few are chosen, or which was
// born since the last look, objects of its list are looked at, from its end on. What was found
// stays the rate of the space until it is time to look again: a look costs about as much as some
// births, so there is one for BIRTHS_PER_LOOK of them.
#include "ledger_locality.h"

#include <stdlib.h>

#include "ledger_look.h"
#include "ledger_misses.h"

enum {
    CHOSEN_MAX = 2048,
    CHOSEN_SHIFT = 4,   // at first
    LOOKS_ENOUGH = 64,  // to know a space
    BIRTHS_PER_LOOK = 32,
    FOUND_PER_LOOK = 64
};

typedef struct {
    bool is_known;
    bool is_large;     // enough of it is chosen
    uint64_t clock;    // of the last look at it
    uint64_t regions;  // of memory that it is spread over
    uint64_t rates[LOOK_COUNTS];
} SpaceRates;

// A unit and its neighbours in the list. Those below SPACES_MAX are the spaces.
typedef struct {
    uint32_t previous, next;
    uint32_t birth;  // low digits of the allocation clock: tells units of one record apart
} Node;

typedef struct {
    uint32_t record, birth;
    uint32_t member;
} Chosen;

struct LedgerLocality {
    Node *nodes;
    uint64_t node_count;
    SpaceRates spaces[SPACES_MAX];
    Chosen chosen[CHOSEN_MAX];
    uint32_t chosen_count;
    uint32_t shift;  // every 2^shift-th birth is chosen
    uint64_t next_chosen;
    uint64_t looked;  // clock of the last look at the chosen
    Passes passes;    // of the collection that runs
};

LedgerLocality *ledger_locality_open(uint64_t records, Error *error) {
    LedgerLocality *y = memory_new(1, sizeof *y);
    y->node_count = records + SPACES_MAX;
    y->shift = CHOSEN_SHIFT;
    y->nodes = reserve_new(y->node_count, sizeof *y->nodes, "the ledger's lists", error);
    if (y->nodes == NULL) {
        free(y);
        return NULL;
    }
    for (uint32_t i = 0; i < SPACES_MAX; i++) y->nodes[i].previous = y->nodes[i].next = i;
    return y;
}

void ledger_locality_close(LedgerLocality *y) {
    if (y == NULL) return;
    reserve_free(y->nodes, y->node_count, sizeof *y->nodes);
    free(y);
}

// ---- lists ----

static inline Node *node_of(LedgerLocality *y, uint32_t record) {
    return &y->nodes[SPACES_MAX + record];
}

void ledger_locality_gone(LedgerLocality *y, uint32_t record) {
    const Node *node = node_of(y, record);
    y->nodes[node->previous].next = node->next;
    y->nodes[node->next].previous = node->previous;
}

static bool list_check(const Heap *h, uint32_t space, uint64_t *left, Error *error) {
    const Node *nodes = h->ledger->locality->nodes;
    for (uint32_t i = nodes[space].next; i != space; i = nodes[i].next) {
        const uint32_t record = i - SPACES_MAX;
        uint32_t there = space;
        if (i < SPACES_MAX || *left == 0 || nodes[nodes[i].next].previous != i)
            return error_set(error, "list of space %u: broken at node %u", space, i);
        const bool half = h->cursor.active && h->cursor.instance == record;
        if (!(h->ledger->records[record].flags & RECORD_USED) ||
            (!half && look_space(h, record, UINT32_MAX, &there) && there != space))
            return error_set(error, "list of space %u: unit %u is in %u", space, record, there);
        --*left;
    }
    return true;
}

bool ledger_locality_check(const Heap *h, Error *error) {
    uint64_t left = 0;
    for (uint32_t i = 1; i <= h->ledger->record_count; i++)
        left += (h->ledger->records[i].flags & RECORD_USED) != 0;
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (!list_check(h, i, &left, error)) return false;
    return left == 0 || error_set(error, "%llu units are in no list", (unsigned long long)left);
}

// ---- the chosen ----

static bool chosen_is_there(const Heap *h, const Chosen *c) {
    LedgerLocality *y = h->ledger->locality;
    return h->ledger->records[c->record].flags & RECORD_USED &&
           node_of(y, c->record)->birth == c->birth;
}

// Forgets what is gone; if that was not half of them, chooses half as often.
static void chosen_thin(Heap *h) {
    LedgerLocality *y = h->ledger->locality;
    uint32_t left = 0;
    for (uint32_t i = 0; i < y->chosen_count; i++) {
        y->chosen[left] = y->chosen[i];
        left += chosen_is_there(h, &y->chosen[i]);
    }
    y->chosen_count = left;
    if (left <= CHOSEN_MAX / 2) return;
    const uint32_t bit = 1u << y->shift++;
    left = 0;
    for (uint32_t i = 0; i < y->chosen_count; i++) {
        y->chosen[left] = y->chosen[i];
        left += ((y->chosen[i].birth + y->chosen[i].member) & bit) == 0;
    }
    y->chosen_count = left;
}

static void node_append(LedgerLocality *y, uint32_t record, uint32_t space) {
    Node *node = node_of(y, record), *list = &y->nodes[space];
    node->previous = list->previous;
    node->next = space;
    y->nodes[node->previous].next = list->previous = SPACES_MAX + record;
}

void ledger_locality_place(LedgerLocality *y, uint32_t record, uint32_t space) {
    ledger_locality_gone(y, record);
    node_append(y, record, space);
}

// Numbers without a pattern from numbers in order (the finalizer of MurmurHash3, A. Appleby).
static uint32_t scatter(uint64_t number) {
    uint32_t x = (uint32_t)number;
    x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
    x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
    return x ^ x >> 16;
}

// Which birth of a row of 2^shift is chosen: not always the same one, or units of one size would be
// looked at in the same places.
static uint64_t chosen_of(uint64_t row, uint32_t shift) {
    return (row << shift) + (scatter(row) & ((1u << shift) - 1));
}

COLD static void choose(Heap *h, uint32_t record, uint64_t birth, uint64_t end) {
    LedgerLocality *y = h->ledger->locality;
    CHECK(y->next_chosen >= birth);
    while (y->next_chosen < end) {
        while (y->chosen_count == CHOSEN_MAX) chosen_thin(h);
        const uint32_t member = (uint32_t)(y->next_chosen - birth);
        y->chosen[y->chosen_count++] = (Chosen){record, (uint32_t)birth, member};
        y->next_chosen = chosen_of((y->next_chosen >> y->shift) + 1, y->shift);
    }
}

void ledger_locality_born(Heap *h, uint32_t record, uint32_t space) {
    LedgerLocality *y = h->ledger->locality;
    const uint64_t birth = h->view.clock, end = birth + h->ledger->records[record].objects;
    node_of(y, record)->birth = (uint32_t)birth;
    node_append(y, record, space);
    if (UNLIKELY(y->next_chosen < end)) choose(h, record, birth, end);
}

// ---- looking at a space ----

// Which record lies before one in its list; 0: none.
static uint32_t record_before(const Heap *h, uint32_t record) {
    uint32_t node = node_of(h->ledger->locality, record)->previous;
    return node < SPACES_MAX ? 0 : node - SPACES_MAX;
}

static void rates_set(Heap *h, uint32_t space, const Looks *looks) {
    SpaceRates *s = &h->ledger->locality->spaces[space];
    s->is_known = true;
    s->clock = h->view.clock;
    s->regions = looks_regions(looks);
    looks_rates(looks, s->rates);
}

static void look_at_chosen(Heap *h) {
    LedgerLocality *y = h->ledger->locality;
    Looks looks[SPACES_MAX] = {{0}};
    uint32_t space;
    for (uint32_t i = 0; i < y->chosen_count; i++) {
        const Chosen *c = &y->chosen[i];
        if (chosen_is_there(h, c) && look_space(h, c->record, c->member, &space))
            look_at(h, &looks[space], space, record_before(h, c->record), c->record, c->member, 1);
    }
    for (uint32_t i = 0; i < SPACES_MAX; i++) {
        y->spaces[i].is_large = looks[i].weight >= LOOKS_ENOUGH;
        if (y->spaces[i].is_large) rates_set(h, i, &looks[i]);
    }
    y->looked = h->view.clock;
}

// Which object of a row is looked at.
static uint64_t place_in(uint64_t row, uint64_t every) {
    return row * every + scatter(row) % every;
}

// At one in so many of the last `window` objects of its list.
static void look_at_last(Heap *h, uint32_t space, uint64_t window) {
    const LedgerLocality *y = h->ledger->locality;
    const uint64_t every = window / LOOKS_ENOUGH + 1;
    Looks looks = {0};
    uint64_t passed = 0, row = 0;
    for (uint32_t node = y->nodes[space].previous; node >= SPACES_MAX && passed < window;
         node = y->nodes[node].previous) {
        const uint32_t record = node - SPACES_MAX;
        const Stretch stretch = look_stretch(h, record);
        const uint64_t first = passed;
        passed += stretch.end - stretch.from;
        for (; place_in(row, every) < passed; row++) {
            const uint32_t member = stretch.from + (uint32_t)(place_in(row, every) - first);
            look_at(h, &looks, space, record_before(h, record), record, member, 1);
        }
    }
    if (looks.weight > 0) rates_set(h, space, &looks);
}

// How much of a space is to be looked at now: walking along a list costs little for an object, but
// is not to cost more than births do. 0: nothing.
static uint64_t window_of(const Heap *h, uint32_t space) {
    const SpaceRates *s = &h->ledger->locality->spaces[space];
    const uint64_t objects = h->ledger->books[space].objects, since = h->view.clock - s->clock;
    if (s->is_known && since < (uint64_t)LOOKS_ENOUGH * BIRTHS_PER_LOOK) return 0;
    if (s->is_large && objects > since) return 0;
    return min_u64(objects, 2 * since + LOOKS_ENOUGH);
}

// ---- a collection ----

// Adds what a walk along so many objects touches.
static void walk_add(const Heap *h, Walk *w, uint64_t objects, const uint64_t *rates,
                     uint32_t spaces) {
#define RATE(rate) ((uint64_t)((U128)objects * rates[rate] / RATE_ONE))
    w->objects += objects;
    w->jumps += RATE(LOOK_JUMP);
    w->lone_jumps += RATE(LOOK_LONE);
    w->bytes += RATE(LOOK_BYTES);
    w->far_steps += RATE(LOOK_FAR);
    w->lines += RATE(LOOK_LINE) / LINE_BYTES;
    for (uint32_t i = 0; i < h->options.space_count; i++)
        *(spaces >> i & 1 ? &w->inner : &w->outer) += RATE(LOOK_EDGES + i);
#undef RATE
}

// The survivors have the rates of what they were before.
static void rates_join(Heap *h, uint32_t from, uint32_t into) {
    LedgerLocality *y = h->ledger->locality;
    SpaceRates *a = &y->spaces[from], *b = &y->spaces[into];
    const uint64_t x = h->ledger->books[from].objects, z = h->ledger->books[into].objects;
    if (from == into || x == 0) return;
    const uint64_t share = mul_div_u64(x, RATE_ONE, x + z);
    for (uint32_t i = 0; i < LOOK_COUNTS; i++)
        b->rates[i] = (a->rates[i] * share + b->rates[i] * (RATE_ONE - share)) / RATE_ONE;
    b->regions = z == 0 ? a->regions : max_u64(a->regions, b->regions);
    b->is_known |= a->is_known;
}

void ledger_locality_move(Heap *h, uint32_t from, uint32_t into) {
    LedgerLocality *y = h->ledger->locality;
    Node *source = &y->nodes[from], *target = &y->nodes[into];
    rates_join(h, from, into);
    if (from == into || source->next == from) return;
    y->nodes[source->next].previous = target->previous;
    y->nodes[source->previous].next = into;
    y->nodes[target->previous].next = source->next;
    target->previous = source->previous;
    source->previous = source->next = from;
}

// Where the objects of a walk may be. Lines: in the regions that looks seem to have met; pools of
// other sizes lie between theirs, so they are spread less evenly than that, as if over twice as
// many (of 1, 2 and 3, 2 came nearest to the tracing heap). Pages: in order they fill a part of
// them; steps far off lead to the rest, of which there is as much as the heap has holes.
static void walk_spread(const Heap *h, Walk *w, uint64_t regions) {
    const uint64_t held = memory_stats(h->memory)->held_bytes;
    const uint64_t live = max_u64(min_u64(h->view.live_bytes, held), 1);
    const uint64_t in_order = w->bytes / PAGE_BYTES;
    const uint64_t rest = mul_div_u64(in_order, held - live, live);
    w->lines = min_u64(w->lines, held / LINE_BYTES);
    w->span = min_u64(held, 2 * regions * REGION_BYTES) / LINE_BYTES;
    w->pages = in_order;
    if (w->far_steps > 0 && rest > 0)
        w->pages += min_u64(rest, mul_div_u64(w->far_steps, 2 * rest, w->far_steps + 2 * rest));
}

void ledger_locality_begin(Heap *h, const Plan *plan) {
    LedgerLocality *y = h->ledger->locality;
    const uint64_t clock = h->view.clock, held = memory_stats(h->memory)->held_bytes;
    if (clock - y->looked >= (uint64_t)y->chosen_count * BIRTHS_PER_LOOK) look_at_chosen(h);
    Walk *all = &y->passes.all;
    uint64_t regions = 0;
    y->passes = (Passes){.full = plan->generation == 2,
                         .heap_lines = min_u64(h->view.live_bytes, held) / LINE_BYTES};
    for (uint32_t i = 0; i < h->options.space_count; i++) {
        if (!(plan->spaces >> i & 1) || h->ledger->books[i].objects == 0) continue;
        const uint64_t window = window_of(h, i);
        if (window > 0) look_at_last(h, i, window);
        walk_add(h, all, h->ledger->books[i].objects, y->spaces[i].rates, plan->spaces);
        regions += y->spaces[i].regions;
    }
    walk_spread(h, all, regions);
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (plan->spaces >> i & 1) rates_join(h, i, plan->into);
}

// Garbage is not like what it lay among: it is looked at by itself, as it is walked along. All of
// it counts as one space.
static void look_at_found(const Heap *h, Looks *looks, uint64_t units, uint64_t objects) {
    const Ledger *l = h->ledger;
    const uint64_t times = min_u64(objects / FOUND_PER_LOOK + 1, LOOKS_ENOUGH);
    for (uint64_t i = 0; i < times; i++) {
        const uint64_t at = i * units / times;
        const uint32_t record = l->placed[at].record, count = l->records[record].objects;
        const uint32_t member = scatter(at + i) % count;
        look_at(h, looks, 0, at > 0 ? l->placed[at - 1].record : 0, record, member, count);
    }
}

void ledger_locality_end(Heap *h, const Plan *plan, uint64_t units, uint64_t objects) {
    LedgerLocality *y = h->ledger->locality;
    Passes *p = &y->passes;
    uint64_t rates[LOOK_COUNTS];
    Looks looks = {0};
    if (objects > 0) look_at_found(h, &looks, units, objects);
    looks_rates(&looks, rates);
    walk_add(h, &p->found, objects, rates, UINT32_MAX);
    p->found.lines = min_u64(p->found.lines, p->all.lines);
    p->found.pages = min_u64(p->found.bytes / PAGE_BYTES + p->found.jumps, p->all.pages);
    p->found.span = p->all.span;
    h->pause.moves = objects;
    h->pause.jumps = p->all.jumps;
    h->pause.misses = misses_estimate(p);
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (plan->spaces >> i & 1) ledger_locality_move(h, i, plan->into);
}
