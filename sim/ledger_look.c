// ledger_look.c -- the ledger heap: one object looked at, and what many looks come to
#include "ledger_look.h"

enum {
    REACH_BYTES = 1 << 20,  // a step within it mostly leads to a page that was met not long ago
    SHORT = 256             // objects that fit the first cache
};

static Address address_at(const Heap *h, uint32_t record, uint32_t member) {
    return h->ledger->addresses[h->ledger->records[record].first + member];
}

// Where the object `back` places before a member is, 1 or 2; `otherwise` if there is none.
static Address address_before(const Heap *h, uint32_t before, uint32_t record, uint32_t member,
                              uint32_t back, Address otherwise) {
    if (member >= back) return address_at(h, record, member - back);
    if (before == 0) return otherwise;
    const uint32_t objects = h->ledger->records[before].objects, from_end = back - member;
    return address_at(h, before, objects > from_end ? objects - from_end : 0);
}

static bool is_far(const Heap *h, Address from, Address to) {
    return locality_is_jump(from, to, locality_near(h->options.allocator->alignment));
}

// Whether what refers to a member comes so short before it that it has not left the first cache.
static bool is_shortly_before(const Record *r, const Template *t, uint32_t member) {
    return member > 0 &&
           member - template_member(t, r->objects, r->flags & RECORD_CLOSED, member).parent < SHORT;
}

static void look_at_step(const Heap *h, Looks *looks, uint32_t before, uint32_t record,
                         uint32_t member, uint64_t weight) {
    const uint32_t reach = REACH_BYTES / h->options.allocator->alignment;
    const Record *r = &h->ledger->records[record];
    const Address here = address_at(h, record, member);
    const Address last = address_before(h, before, record, member, 1, here);
    const Address last_but_one = address_before(h, before, record, member, 2, last);
    const Template *t = h->options.templates[r->template];
    const uint32_t bytes = template_bytes(t, member);
    const uint32_t region = here / (REGION_BYTES / h->options.allocator->alignment) % REGIONS;
    looks->regions[region / 64] |= UINT64_C(1) << region % 64;
    looks->looks++;
    looks->weight += weight;
    const uint64_t far = weight * (is_far(h, last, here) && here - last != last - last_but_one);
    looks->counts[LOOK_JUMP] += far;
    looks->counts[LOOK_LONE] += is_shortly_before(r, t, member) ? 0 : far;
    looks->counts[LOOK_FAR] += weight * locality_is_jump(last, here, reach);
    looks->counts[LOOK_BYTES] += weight * min_u64(bytes, PAGE_BYTES);
    looks->counts[LOOK_LINE] += weight * min_u64(bytes, LINE_BYTES);
}

static void look_at_edge(const Heap *h, uint64_t *count, Address source, Address last,
                         Address target, uint64_t weight) {
    *count += weight * (is_far(h, source, target) && is_far(h, last, target));
}

// References among the objects of a unit are looked at with the member that makes them.
static void look_at_inner(const Heap *h, uint64_t *count, uint32_t record, uint32_t member,
                          uint64_t weight) {
    enum { STORES_MAX = 8 };
    const Record *r = &h->ledger->records[record];
    const Template *t = h->options.templates[r->template];
    const bool closed = r->flags & RECORD_CLOSED;
    const Address *at = h->ledger->addresses + r->first;
    const Member shape = template_member(t, r->objects, closed, member);
    if (member > 0)
        look_at_edge(h, count, at[shape.parent],
                     at[shape.parent_slot > 0 ? member - 1 : shape.parent], at[member], weight);
    for (uint32_t k = 0; k < min_u64(shape.stores, STORES_MAX); k++) {
        const MemberStore store = template_store(t, r->objects, closed, member, k);
        if (store.to < store.from) continue;  // it was there just before, or its sisters lead there
        const uint32_t last = t->shape == SHAPE_MESH && store.to > 0 ? store.to - 1 : store.from;
        look_at_edge(h, count, at[store.from], at[last], at[store.to], weight);
    }
}

// The run of a split unit that a member belongs to, or the last one.
static const Run *run_of(const Ledger *l, const Record *r, uint32_t member) {
    const Run *run = &l->runs[r->segment];
    while (run->next != 0 && l->runs[run->next].from <= member) run = &l->runs[run->next];
    return run;
}

bool look_space(const Heap *h, uint32_t record, uint32_t member, uint32_t *space) {
    const Record *r = &h->ledger->records[record];
    Ledger *l = h->ledger;
    if (r->flags & RECORD_PIECES) return false;
    if (r->flags & RECORD_SPLIT)
        *space = segments_find(&l->segments, run_of(l, r, member)->segment).space;
    else
        *space = r->flags & RECORD_LISTED ? r->space : record_space(h, r);
    return true;
}

Stretch look_stretch(const Heap *h, uint32_t record) {
    const Record *r = &h->ledger->records[record];
    const bool half = h->cursor.active && h->cursor.instance == record;
    const uint32_t end = half ? h->cursor.member : r->objects;
    return (Stretch){r->flags & RECORD_SPLIT ? run_of(h->ledger, r, end)->from : 0, end};
}

static void look_at_links(const Heap *h, Looks *looks, uint32_t record, uint64_t weight) {
    const Record *r = &h->ledger->records[record];
    const uint32_t *links = record_links(h, r);
    const Address source = address_at(h, record, 0);
    Address last = source;
    for (uint32_t k = 0; k < record_link_count(h, r); k++) {
        uint32_t space;
        if (links[k] == 0 || !look_space(h, links[k], 0, &space)) continue;
        const Address target = address_at(h, links[k], 0);
        look_at_edge(h, &looks->counts[LOOK_EDGES + space], source, last, target, weight);
        last = target;
    }
}

void look_at(const Heap *h, Looks *looks, uint32_t space, uint32_t before, uint32_t record,
             uint32_t member, uint64_t weight) {
    const bool half = h->cursor.active && h->cursor.instance == record;
    if (half && member >= h->cursor.member) return;  // not born yet
    look_at_step(h, looks, before, record, member, weight);
    look_at_inner(h, &looks->counts[LOOK_EDGES + space], record, member, weight);
    if (member == 0) look_at_links(h, looks, record, weight);
}

// ---- many ----

void looks_rates(const Looks *looks, uint64_t rates[LOOK_COUNTS]) {
    for (uint32_t i = 0; i < LOOK_COUNTS; i++)
        rates[i] = looks->counts[i] * RATE_ONE / max_u64(looks->weight, 1);
}

// Of R regions so many looks meet about 2 R looks / (2 R + looks).
uint64_t looks_regions(const Looks *looks) {
    uint64_t met = 0;
    for (uint32_t i = 0; i < REGIONS / 64; i++)
        met += (uint64_t)__builtin_popcountll(looks->regions[i]);
    if (met == looks->looks) return REGIONS;
    return max_u64(met, met * looks->looks / (2 * (looks->looks - met)));
}
