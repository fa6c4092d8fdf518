// ledger_collect.c -- the ledger heap: plans carried out
//
// Trial deletion as in collect.c, over dead units instead of objects: a unit is one node, its refs
// are its count, the links of its root its edges.
#include <string.h>

#include "ledger_state.h"

// ---- candidates ----

static uint64_t gather_space(Heap *h, uint32_t number, uint32_t into, uint64_t count) {
    Ledger *l = h->ledger;
    Space *space = &h->spaces[number];
    uint64_t shift =
        number == into ? 0 : segments_concat(&l->segments, into, number, h->view.clock);
    for (uint64_t i = 0; i < space->length; i++) {
        uint32_t record = space->members[i];
        if (record == 0) continue;
        l->records[record].place += shift;
        l->records[record].flags |= RECORD_CANDIDATE;
        l->placed[count++] = (Placed){l->records[record].place, record};
    }
    count = pieces_gather(h, number, count);
    book_add(&l->condemned, &l->books[number]);
    space_reset(space);
    return count;
}

static uint64_t gather(Heap *h, const Plan *plan) {
    uint32_t order[SPACES_MAX];
    const uint32_t spaces = heap_condemn(h, plan, order);
    uint64_t count = 0;
    for (uint32_t i = 0; i < spaces; i++) count = gather_space(h, order[i], plan->into, count);
    placed_sort(h->ledger, count);
    return count;
}

// ---- deduce_unreachable ----

// A root that other objects of its unit hold from outside the condemned spaces is as good as
// outside itself: what it refers to stays.
static void update_refs(Heap *h, uint64_t count, uint32_t spaces) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t number = l->placed[i].record;
        Record *r = &l->records[number];
        l->counts[number] = r->refs;
        if (!(r->flags & RECORD_PIECES) ||
            (pieces_find(h, number, spaces) > 0 && pieces_root_found(h, number)))
            r->flags |= RECORD_OPEN;
    }
}

static void subtract_refs(Heap *h, uint64_t count) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < count; i++) {
        const Record *r = &l->records[l->placed[i].record];
        const uint32_t *links = record_links(h, r);
        for (uint32_t k = 0; r->flags & RECORD_OPEN && k < record_link_count(h, r); k++)
            if (l->records[links[k]].flags & RECORD_OPEN) l->counts[links[k]]--;
    }
}

// What the root of a reached unit refers to is reached: it is added to l->late if its turn is over.
static uint64_t visit(Heap *h, uint32_t number, uint64_t late) {
    Ledger *l = h->ledger;
    const uint32_t *links = record_links(h, &l->records[number]);
    const uint32_t count = record_link_count(h, &l->records[number]);
    for (uint32_t k = 0; k < count; k++) {
        Record *target = &l->records[links[k]];
        if (!(target->flags & RECORD_OPEN) || target->flags & RECORD_REACHED) continue;
        target->flags |= RECORD_REACHED;
        if (target->flags & RECORD_ASIDE) l->late[late++] = links[k];
    }
    return late;
}

static void survive(Heap *h, uint32_t number, const Plan *plan, bool in_place) {
    Ledger *l = h->ledger;
    Record *r = &l->records[number];
    r->flags &= ~(uint32_t)RECORD_COLLECTING;
    if (!in_place) r->place = segments_append(&l->segments, plan->into, h->view.clock);
    if (r->flags & RECORD_PIECES) {
        pieces_survive_rest(h, number, plan->spaces, plan->into);
        return;
    }
    r->flags |= RECORD_KEPT;
    r->space = plan->into;
    l->positions[number] = space_add(&h->spaces[plan->into], number, l->positions);
    h->spaces[plan->into].waiting.held_bytes += record_form(h, r)->bytes;
}

// Of a unit in pieces a part may be reached and another not.
static bool is_found(Heap *h, uint32_t number, const Plan *plan) {
    Ledger *l = h->ledger;
    Record *r = &l->records[number];
    l->counts[number] = r->objects;
    if (!(r->flags & RECORD_PIECES)) return true;
    l->counts[number] = pieces_found(h, number);
    pieces_survive_rest(h, number, plan->spaces, plan->into);
    if (l->counts[number] == 0) r->flags &= ~(uint32_t)RECORD_COLLECTING;
    return l->counts[number] > 0;
}

// Splits the candidates: those reached survive, the rest is left in l->placed. Returns its number.
static uint64_t move_unreachable(Heap *h, uint64_t count, const Plan *plan) {
    Ledger *l = h->ledger;
    uint64_t late = 0, aside = 0, found = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t number = l->placed[i].record;
        Record *r = &l->records[number];
        if (r->flags & RECORD_OPEN && (r->flags & RECORD_REACHED || l->counts[number] > 0)) {
            late = visit(h, number, late);
            if (r->flags & RECORD_PIECES) pieces_keep(h, number);
            survive(h, number, plan, true);
        } else {
            r->flags |= RECORD_ASIDE;
            l->placed[aside++] = l->placed[i];
        }
    }
    for (uint64_t i = 0; i < late; i++) {
        late = visit(h, l->late[i], late);
        if (l->records[l->late[i]].flags & RECORD_PIECES) pieces_keep(h, l->late[i]);
        survive(h, l->late[i], plan, false);
    }
    for (uint64_t i = 0; i < aside; i++) {
        uint32_t number = l->placed[i].record;
        if (!(l->records[number].flags & RECORD_CANDIDATE)) continue;  // came late
        if (is_found(h, number, plan)) l->placed[found++] = l->placed[i];
    }
    return found;
}

static uint64_t objects_found(const Ledger *l, uint64_t found) {
    uint64_t objects = 0;
    for (uint64_t i = 0; i < found; i++) objects += l->counts[l->placed[i].record];
    return objects;
}

// ---- finalizers: finalize.c ----

// A unit that was found stays after all.
static void survive_found(Heap *h, uint32_t number, const Plan *plan, bool garbage) {
    Record *r = &h->ledger->records[number];
    if (r->flags & RECORD_PIECES) {
        r->place = segments_append(&h->ledger->segments, plan->into, h->view.clock);
        r->flags &= ~(uint32_t)RECORD_COLLECTING;
        pieces_survive_found(h, number, plan->into, garbage);
        return;
    }
    survive(h, number, plan, false);
    if (!garbage) return;
    r->flags |= RECORD_GARBAGE;
    h->levels.uncollectable_bytes += record_form(h, r)->bytes;
}

// All that the `late` units in l->late reach is added to them, and leaves l->placed.
static uint64_t set_apart(Heap *h, uint64_t *found, uint64_t late) {
    Ledger *l = h->ledger;
    uint64_t left = 0;
    for (uint64_t i = 0; i < late; i++) late = visit(h, l->late[i], late);
    for (uint64_t i = 0; i < *found; i++) {
        l->placed[left] = l->placed[i];
        left += !(l->records[l->placed[i].record].flags & RECORD_REACHED);
    }
    *found = left;
    return late;
}

static bool has_finalizer(const Heap *h, const Record *r) {
    return r->flags & RECORD_OPEN && h->options.templates[r->template]->finalizer;
}

// FINALIZERS_LEGACY: what is not to be freed; returns the number of units.
static uint64_t set_aside(Heap *h, uint64_t *found) {
    Ledger *l = h->ledger;
    uint64_t late = 0;
    for (uint64_t i = 0; i < *found; i++) {
        uint32_t number = l->placed[i].record;
        if (!has_finalizer(h, &l->records[number])) continue;
        l->records[number].flags |= RECORD_REACHED;
        l->late[late++] = number;
    }
    return set_apart(h, found, late);
}

// When the garbage is gone: what did not fall with it goes to gc.garbage, or is held by what is in
// there.
static void survive_aside(Heap *h, uint64_t count, const Plan *plan) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t number = l->late[i], objects = l->counts[number];
        Record *r = &l->records[number];
        uint32_t left = !(r->flags & RECORD_USED)  ? 0
                        : r->flags & RECORD_PIECES ? pieces_found(h, number)
                                                   : objects;
        h->pause.fallen += objects - left;
        h->pause.result.uncollectable += left;
        const bool root = !(r->flags & RECORD_PIECES) || pieces_root_found(h, number);
        if (left > 0 && root && has_finalizer(h, r)) r->refs++;
        if (r->flags & RECORD_USED) survive_found(h, number, plan, true);
    }
}

static void call_finalizers(Heap *h, uint64_t found) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < found; i++) {
        uint32_t number = l->placed[i].record;
        Record *r = &l->records[number];
        if (!has_finalizer(h, r) || r->flags & RECORD_FINALIZED) continue;
        r->flags |= RECORD_FINALIZED;
        h->pause.finalizers++;
        if (!(r->flags & RECORD_RESURRECTS)) continue;
        r->refs++;
        r->flags |= RECORD_REACHED;
        l->late[l->resurrected_count] = number;
        l->resurrected[l->resurrected_count++] = number;
    }
}

// What finalizers bring back survives; the rest is left in l->placed.
static void finalize(Heap *h, const Plan *plan, uint64_t *found) {
    Ledger *l = h->ledger;
    CHECK(l->resurrected_count == 0);
    call_finalizers(h, *found);
    if (l->resurrected_count == 0) return;
    const uint64_t all = *found;
    uint64_t back = all;
    if (plan->finalizers == FINALIZERS_PEP442_WHOLE) {
        for (uint64_t i = 0; i < all; i++) l->late[i] = l->placed[i].record;
        *found = 0;
    } else {
        back = set_apart(h, found, l->resurrected_count);
    }
    for (uint64_t i = 0; i < back; i++) {
        h->pause.result.resurrected += l->counts[l->late[i]];
        survive_found(h, l->late[i], plan, false);
    }
}

void ledger_let_go(Heap *h) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < l->resurrected_count; i++) ledger_release(h, l->resurrected[i]);
    l->resurrected_count = 0;
}

// ---- plans ----

static void delete_garbage(Heap *h, uint64_t found) {
    Ledger *l = h->ledger;
    for (uint64_t i = 0; i < found; i++) ledger_clear(h, l->placed[i].record, false);
    for (uint64_t i = 0; i < found; i++)
        l->records[l->placed[i].record].flags &= ~(uint32_t)RECORD_COLLECTING;
}

void ledger_collect(Heap *h, const Plan *plan) {
    Ledger *l = h->ledger;
    PlanResult *result = &h->pause.result;
    if (l->locality != NULL) ledger_locality_begin(h, plan);
    uint64_t count = gather(h, plan), aside = 0;
    h->pause.condemned_bytes = h->condemned_bytes;
    h->pause.futile = l->condemned.objects - h->condemned.objects;
    result->candidates = l->condemned.objects;
    result->edges = l->condemned.edges;
    update_refs(h, count, plan->spaces);
    subtract_refs(h, count);
    uint64_t found = move_unreachable(h, count, plan);
    result->survivors = result->candidates - objects_found(l, found);
    if (l->locality != NULL)
        ledger_locality_end(h, plan, found, result->candidates - result->survivors);
    const bool legacy = plan->finalizers == FINALIZERS_LEGACY, any = heap_finalizes(h);
    if (any && legacy) aside = set_aside(h, &found);
    if (any && !legacy) finalize(h, plan, &found);
    result->collected = objects_found(l, found);
    delete_garbage(h, found);
    survive_aside(h, aside, plan);
    Space *into = &h->spaces[plan->into];  // sums wrap: what fell during deletion is balanced here
    into->bytes += h->condemned_bytes;
    into->waiting.objects += h->condemned.objects;
    into->waiting.bytes += h->condemned.bytes;
    book_add(&l->books[plan->into], &l->condemned);
}

void ledger_move(Heap *h, uint32_t from, uint32_t to) {
    Ledger *l = h->ledger;
    Space *source = &h->spaces[from], *into = &h->spaces[to];
    if (l->locality != NULL) ledger_locality_move(h, from, to);
    uint64_t shift = segments_concat(&l->segments, to, from, h->view.clock);
    for (uint64_t i = 0; i < source->length; i++) {
        uint32_t number = source->members[i];
        if (number == 0) continue;
        l->records[number].place += shift;
        l->records[number].space = (uint8_t)to;
        l->positions[number] = space_add(into, number, l->positions);
    }
    pieces_move(h, from, to);
    into->bytes += source->bytes;
    into->waiting.objects += source->waiting.objects;
    into->waiting.bytes += source->waiting.bytes;
    into->waiting.held_bytes += source->waiting.held_bytes;
    book_add(&l->books[to], &l->books[from]);
    space_reset(source);
}
