// ledger.c -- the ledger heap: units built, linked, dropped, and listed when they are dead
#include <stdlib.h>
#include <string.h>

#include "ledger_state.h"

// ---- opening ----

// Of blocks of addresses and links: objects rounded up, if each is a unit.
static uint64_t words_max(const Heap *h) {
    return min_u64(MEMORY_ROW * h->options.objects_max + h->options.slots_max + 1, UINT32_MAX);
}

static bool ledger_open(Heap *h, Error *error) {
    uint64_t units = h->options.objects_max + 1;
    uint64_t words = words_max(h);
    Ledger *l = h->ledger = memory_new(1, sizeof *l);
    block_init(&l->blocks, words);
    l->run_count = 1;  // 0 is no run
#define TABLE(field, count) \
    ((l->field = reserve_new((count), sizeof *l->field, "the ledger's " #field, error)) != NULL)
    if (h->options.locality && (l->locality = ledger_locality_open(units, error)) == NULL)
        return false;
    return segments_open(&l->segments, units, error) &&
           forms_open(&l->forms, h->options.template_count, error) && TABLE(records, units) &&
           TABLE(deaths, units) && TABLE(positions, units) && TABLE(counts, units) &&
           TABLE(record_of_unit, h->options.units_max) && TABLE(doomed, units) &&
           TABLE(addresses, words) && TABLE(payloads, words) && TABLE(runs, units) &&
           TABLE(placed, units) && TABLE(scratch, units) && TABLE(late, units) &&
           TABLE(resurrected, units);
#undef TABLE
}

static void ledger_close(Heap *h) {
    uint64_t units = h->options.objects_max + 1;
    uint64_t words = words_max(h);
    Ledger *l = h->ledger;
    if (l == NULL) return;
#define TABLE(field, count) reserve_free(l->field, (count), sizeof *l->field)
    TABLE(records, units);
    TABLE(deaths, units);
    TABLE(positions, units);
    TABLE(counts, units);
    TABLE(record_of_unit, h->options.units_max);
    TABLE(doomed, units);
    TABLE(addresses, words);
    TABLE(payloads, words);
    TABLE(runs, units);
    TABLE(placed, units);
    TABLE(scratch, units);
    TABLE(late, units);
    TABLE(resurrected, units);
#undef TABLE
    if (l->segments.table != NULL) segments_close(&l->segments);
    ledger_locality_close(l->locality);
    pieces_close(h);
    forms_close(&l->forms);
    free(l->frames);
    free(l);
    h->ledger = NULL;
}

void *ledger_grow(void *table, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return table;
    *capacity = *capacity > 0 ? 2 * *capacity : 64;
    return memory_resize(table, *capacity, size);
}

// ---- records ----

static uint32_t record_take(Heap *h, const Event *unit, const Form *form) {
    Ledger *l = h->ledger;
    uint32_t number = l->record_free, links = h->options.templates[unit->template]->links;
    if (number != 0)
        l->record_free = l->records[number].first;
    else
        number = ++l->record_count;
    CHECK(number <= h->options.objects_max);
    Record *r = &l->records[number];
    *r = (Record){.place = h->view.clock,
                  .first = block_take(&l->blocks, l->addresses, record_words(unit->value) + links),
                  .objects = unit->value,
                  .refs = 1,
                  .flags = RECORD_USED | RECORD_HELD,
                  .template = (uint8_t)unit->template};
    CHECK(r->first != 0);
    if (unit->flags & UNIT_CLOSED) r->flags |= RECORD_CLOSED;
    if (unit->flags & UNIT_RESURRECTS) r->flags |= RECORD_RESURRECTS;
    if (form->root_refs > 0) r->flags |= RECORD_ROOT_CYCLE;
    for (uint32_t k = 0; k < links; k++) record_links(h, r)[k] = 0;
    l->record_of_unit[unit->unit] = number;
    if (l->locality != NULL) ledger_locality_born(h, number, h->birth_space[unit->template]);
    return number;
}

void record_give(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    Record *r = &l->records[number];
    if (l->locality != NULL) ledger_locality_gone(l->locality, number);
    block_give(&l->blocks, l->addresses, r->first,
               record_words(r->objects) + record_link_count(h, r));
    r->flags = 0;
    r->first = l->record_free;
    l->record_free = number;
}

// ---- runs of a split unit ----

static uint32_t run_new(Ledger *l, uint32_t from, uint32_t segment) {
    uint32_t run = l->run_free;
    if (run != 0)
        l->run_free = l->runs[run].next;
    else
        run = l->run_count++;
    l->runs[run] = (Run){from, segment, 0};
    return run;
}

void runs_give(Ledger *l, uint32_t run) {
    while (run != 0) {
        uint32_t next = l->runs[run].next;
        l->runs[run].next = l->run_free;
        l->run_free = run;
        run = next;
    }
}

// Member `member` was born into a segment that the one before it is not in.
static void record_split(Heap *h, Record *r, uint32_t member, uint32_t segment) {
    Ledger *l = h->ledger;
    if (l->locality != NULL)
        ledger_locality_place(l->locality, (uint32_t)(r - l->records), h->birth_space[r->template]);
    if (!(r->flags & RECORD_SPLIT)) {
        l->run_last = r->segment = run_new(l, 0, r->segment);
        r->flags |= RECORD_SPLIT;
    }
    uint32_t run = run_new(l, member, segment);
    l->runs[l->run_last].next = run;
    l->run_last = run;
}

// The segment of a member of a live unit.
static uint32_t member_segment(const Ledger *l, const Record *r, uint32_t member) {
    if (LIKELY(!(r->flags & RECORD_SPLIT))) return r->segment;
    uint32_t run = r->segment;
    while (l->runs[run].next != 0 && l->runs[l->runs[run].next].from <= member)
        run = l->runs[run].next;
    return l->runs[run].segment;
}

static Book *member_book(Ledger *l, const Record *r, uint32_t member) {
    return &l->books[segments_find(&l->segments, member_segment(l, r, member)).space];
}

// A split unit whose runs have come into one space is whole again, in the place of its first
// object.
static void runs_join(Ledger *l, Record *r) {
    const uint32_t first = l->runs[r->segment].segment;
    const uint32_t space = segments_find(&l->segments, first).space;
    for (uint32_t run = l->runs[r->segment].next; run != 0; run = l->runs[run].next)
        if (segments_find(&l->segments, l->runs[run].segment).space != space) return;
    for (uint32_t run = l->runs[r->segment].next; run != 0; run = l->runs[run].next)
        segments_forget(&l->segments, l->runs[run].segment, 1);
    runs_give(l, r->segment);
    r->segment = first;
    r->flags &= ~(uint32_t)RECORD_SPLIT;
}

// ---- UNIT, at once ----

static void link_first(Heap *h, Record *r, uint32_t unit) {
    uint32_t target = h->ledger->record_of_unit[unit];
    record_links(h, r)[0] = target;
    h->ledger->records[target].refs++;
    h->work.stores++;
}

static void blocks_take(Heap *h, const Record *r, uint32_t space) {
    Ledger *l = h->ledger;
    const Template *t = h->options.templates[r->template];
    const bool region = h->options.is_region[space];
    if (template_even(t) && !region) {
        memory_alloc_row(h->memory, t->bytes, r->objects, l->addresses + r->first);
        return;
    }
    for (uint32_t i = 0; i < r->objects; i++) {
        const uint32_t bytes = template_bytes(t, i);
        l->addresses[r->first + i] =
            region ? memory_region_alloc(h->memory, space, bytes) : memory_alloc(h->memory, bytes);
        if (UNLIKELY(template_payload(t, i) > 0))
            l->payloads[r->first + i] = memory_alloc(h->memory, template_payload(t, i));
    }
}

static void unit_whole(Heap *h, const Event *unit, const Form *form) {
    Ledger *l = h->ledger;
    const uint32_t space = h->birth_space[unit->template];
    Record *r = &l->records[record_take(h, unit, form)];
    r->segment = segments_birth(&l->segments, space, h->view.clock);
    blocks_take(h, r, space);
    levels_born(h, r->template, form->objects, form->bytes);
    h->view.payload_bytes += form->payload_bytes;
    h->work.payloads += form->payloads;
    h->work.stores += form->edges - (form->objects - 1);
    h->spaces[space].bytes += form->bytes;
    l->books[space].objects += form->objects;
    l->books[space].edges += form->edges;
    if (unit->target == NO_UNIT) return;
    link_first(h, r, unit->target);
    l->books[space].edges++;
}

// ---- UNIT, object by object ----

static Record *record_at_cursor(const Heap *h) { return &h->ledger->records[h->cursor.instance]; }

static void member_allocate(Heap *h, const Event *unit, const Member *shape) {
    (void)shape;
    const Template *t = h->options.templates[unit->template];
    const Record *r = record_at_cursor(h);
    const uint32_t member = h->cursor.member;
    uint32_t space = h->birth_space[r->template], bytes = template_bytes(t, member);
    h->ledger->addresses[r->first + member] = h->options.is_region[space]
                                                  ? memory_region_alloc(h->memory, space, bytes)
                                                  : memory_alloc(h->memory, bytes);
    levels_born(h, r->template, 1, bytes);
}

static void member_track(Heap *h, Record *r, uint32_t member) {
    Ledger *l = h->ledger;
    const Template *t = h->options.templates[r->template];
    uint32_t space = h->birth_space[r->template], payload = template_payload(t, member);
    uint32_t before = r->flags & RECORD_SPLIT ? l->runs[l->run_last].segment : r->segment;
    uint32_t segment = segments_birth(&l->segments, space, h->view.clock - 1);
    if (member == 0)
        r->segment = segment;
    else if (segment == before)
        segments_forget(&l->segments, segment, 1);  // a run uses it once
    else
        record_split(h, r, member, segment);
    if (payload > 0) {
        l->payloads[r->first + member] = memory_alloc(h->memory, payload);
        h->view.payload_bytes += payload;
        h->work.payloads++;
        levels_grow(h, payload);
    }
    if (member == 0 && l->locality != NULL)
        ledger_locality_place(l->locality, (uint32_t)(r - l->records), space);
    l->books[space].objects++;
    h->spaces[space].bytes += (uint64_t)template_bytes(t, member) + payload;
}

static void member_attach(Heap *h, const Event *unit, const Member *shape) {
    Ledger *l = h->ledger;
    Record *r = record_at_cursor(h);
    const uint32_t member = h->cursor.member;
    const Template *t = h->options.templates[unit->template];
    const bool closed = unit->flags & UNIT_CLOSED;
    member_track(h, r, member);
    if (member > 0) member_book(l, r, shape->parent)->edges++;
    for (uint32_t k = 0; k < shape->stores; k++)
        member_book(l, r, template_store(t, unit->value, closed, member, k).from)->edges++;
    h->work.stores += shape->stores;
    if (member > 0 || unit->target == NO_UNIT) return;
    link_first(h, r, unit->target);
    member_book(l, r, 0)->edges++;
}

// Whether there are numbers left for it: a heap that has none left has run out of memory.
static bool words_left(const Heap *h, const Event *unit) {
    uint64_t words = record_words(unit->value) + h->options.templates[unit->template]->links;
    return h->ledger->blocks.next + words + words / 8 < h->ledger->blocks.limit;
}

static bool build(Heap *h, const Event *unit) {
    if (UNLIKELY(!words_left(h, unit))) {
        h->view.reason = WAKE_MEMORY;
        return false;
    }
    const Form *form = forms_get(&h->ledger->forms, h->options.templates[unit->template],
                                 unit->template, unit->value, unit->flags & UNIT_CLOSED);
    if (LIKELY(heap_fits(h, unit->value, unit->value + form->payloads, form->bytes))) {
        unit_whole(h, unit, form);
        return true;
    }
    h->cursor = (Cursor){.active = true, .instance = record_take(h, unit, form)};
    return heap_unit_steps(h, unit);
}

// ---- STORE, DROP, DEAD ----

static void store(Heap *h, const Event *event) {
    Ledger *l = h->ledger;
    Record *r = &l->records[l->record_of_unit[event->unit]];
    uint32_t *link = &record_links(h, r)[event->flags], old = *link;
    *link = event->target == NO_UNIT ? 0 : l->record_of_unit[event->target];
    if (*link != 0) l->records[*link].refs++;
    h->work.stores++;
    if (*link != 0 && old == 0) member_book(l, r, 0)->edges++;
    if (*link == 0 && old != 0) member_book(l, r, 0)->edges--;
    if (old != 0) ledger_release(h, old);
}

static void drop(Heap *h, const Event *event) {
    uint32_t number = h->ledger->record_of_unit[event->unit];
    Record *r = &h->ledger->records[number];
    CHECK(r->flags & RECORD_HELD);
    r->flags &= ~(uint32_t)RECORD_HELD;
    ledger_release(h, number);
}

static void dead(Heap *h, const Event *event) {
    Ledger *l = h->ledger;
    uint32_t number = l->record_of_unit[event->unit];
    Record *r = &l->records[number];
    r->flags |= RECORD_DEAD;
    if (UNLIKELY(r->flags & RECORD_SPLIT)) runs_join(l, r);
    levels_died(h, r->objects, record_form(h, r)->bytes);
    l->doomed[l->doomed_count++] = number;
}

// ---- what is dead and was not freed ----

static void record_list(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    Record *r = &l->records[number];
    const SegmentPlace place = segments_find(&l->segments, r->segment);
    const uint64_t bytes = record_form(h, r)->bytes;
    Space *space = &h->spaces[place.space];
    segments_forget(&l->segments, r->segment, 1);
    r->place += place.offset;
    r->space = (uint8_t)place.space;
    l->positions[number] = space_add(space, number, l->positions);
    space->waiting.objects += r->objects;
    space->waiting.bytes += bytes;
}

static void settle(Heap *h) {
    Ledger *l = h->ledger;
    for (uint32_t i = 0; i < l->doomed_count; i++) {
        Record *r = &l->records[l->doomed[i]];
        if (!(r->flags & RECORD_USED)) continue;
        l->deaths[l->doomed[i]] = h->view.clock;
        if (r->flags & RECORD_SPLIT) pieces_make(h, l->doomed[i]);
        if (r->flags & RECORD_PIECES)
            pieces_list(h, l->doomed[i]);
        else
            record_list(h, l->doomed[i]);
        r->flags |= RECORD_LISTED;
    }
    if (h->options.free_at_death) {
        h->freed_by = FREED_BY_ORACLE;
        for (uint32_t i = 0; i < l->doomed_count; i++) ledger_clear(h, l->doomed[i], true);
        h->freed_by = FREED_BY_MUTATOR;
    }
    l->doomed_count = 0;
}

// ---- what others see ----

static uint64_t objects_in(const Heap *h, uint32_t space) {
    return h->ledger->books[space].objects;
}

const Address *ledger_addresses(const Heap *h, uint32_t unit) {
    const Ledger *l = h->ledger;
    return l->addresses + l->records[l->record_of_unit[unit]].first;
}

static inline uint32_t record_ahead(const Heap *h, uint32_t unit) {
    return unit < h->options.units_max ? h->ledger->record_of_unit[unit] : 0;
}

// Events are known ahead, so what they will touch can be fetched in time: first the number of the
// record, then the record, then where its objects lie. What is no unit of an event is fetched for
// nothing.
static void fetch(const Heap *h, const Event *events, size_t count) {
    enum { NUMBER = 24, RECORD = 12, BLOCK = 6, FEW = 32768 };
    const Ledger *l = h->ledger;
    if (l->record_count < FEW || UNLIKELY(count <= NUMBER)) return;  // few are in the cache anyway
    __builtin_prefetch(&l->record_of_unit[events[NUMBER].unit]);
    __builtin_prefetch(&l->record_of_unit[events[NUMBER].target]);
    __builtin_prefetch(&l->records[record_ahead(h, events[RECORD].unit)], 1);
    __builtin_prefetch(&l->records[record_ahead(h, events[RECORD].target)], 1);
    __builtin_prefetch(&l->addresses[l->records[record_ahead(h, events[BLOCK].unit)].first]);
}

const HeapKind LEDGER_HEAP = {.open = ledger_open,
                              .close = ledger_close,
                              .fetch = fetch,
                              .unit = build,
                              .allocate = member_allocate,
                              .attach = member_attach,
                              .store = store,
                              .drop = drop,
                              .dead = dead,
                              .settle = settle,
                              .collect = ledger_collect,
                              .move = ledger_move,
                              .let_go = ledger_let_go,
                              .objects = objects_in,
                              .check = ledger_check};
