// test_checks.c -- heap_check can say no: each claim of either heap is spoilt, and found
//
// Everything else in these tests trusts it. A spoilt claim is one word of the heap, changed behind
// its back; the message must name what was spoilt, not something that follows from it.
#include <string.h>

#include "hand_heap.h"
#include "heap_check.h"
#include "heap_state.h"
#include "ledger_state.h"
#include "suites.h"

typedef struct {
    void (*spoil)(Heap *heap);
    const char *said;
} Spoilt;

// Unit 0 is alive, 1 is a garbage ring that a collection saw and kept for the sake of 2, an older
// ring that refers to it, 3 is alive with a finalizer and refers to 0.
enum { ALIVE, YOUNGER, OLDER, FINALIZER };
static Heap *heap_with(bool ledger) {
    HeapOptions options = hand_options();
    options.ledger = options.locality = ledger;
    Heap *heap = hand_heap_with(&options);
    play(heap, chain(ALIVE, 3), ring(OLDER, 2));
    execute(heap, collect(0));
    play(heap, ring(YOUNGER, 3), store(OLDER, YOUNGER),
         to(of(chain(FINALIZER, 2), WITH_FINALIZER), ALIVE));
    play(heap, drop(YOUNGER), dead(OLDER), dead(YOUNGER), drop(OLDER));
    expect(execute(heap, collect(0)), 5, 0, 5);  // moved to space 1
    return heap;
}

static void expect_said(const Spoilt *spoilt, bool ledger) {
    Heap *heap = heap_with(ledger);
    prove(heap);
    spoilt->spoil(heap);
    Error error = {0};
    ck_assert_msg(!heap_check(heap, &error), "nobody says '%s'", spoilt->said);
    ck_assert_msg(strstr(error.text, spoilt->said) != NULL, "not '%s', but: %s", spoilt->said,
                  error.text);
    heap_close(heap);
}

// ---- what both heaps count ----

static void spoil_live_objects(Heap *h) { h->view.live_objects++; }
static void spoil_live_bytes(Heap *h) { h->view.live_bytes--; }
static void spoil_garbage(Heap *h) { h->levels.garbage_objects++; }
static void spoil_garbage_bytes(Heap *h) { h->levels.garbage_bytes++; }
static void spoil_reachable(Heap *h) { h->levels.reachable_objects--; }
static void spoil_reachable_bytes(Heap *h) { h->levels.reachable_bytes--; }
static void spoil_space_bytes(Heap *h) { h->spaces[1].bytes++; }
static void spoil_waiting(Heap *h) { h->spaces[1].waiting.objects++; }
static void spoil_waiting_bytes(Heap *h) { h->spaces[1].waiting.bytes++; }
static void spoil_waiting_held(Heap *h) { h->spaces[1].waiting.held_bytes--; }

#define COUNTED                                                                                 \
    {spoil_live_objects, "live objects: "}, {spoil_live_bytes, "live bytes: "},                 \
        {spoil_garbage, "garbage: "}, {spoil_garbage_bytes, "garbage bytes: "},                 \
        {spoil_reachable, "reachable objects: "}, {spoil_reachable_bytes, "reachable bytes: "}, \
        {spoil_space_bytes, ": bytes of a space: "}, {spoil_waiting, "garbage of a space: "},   \
        {spoil_waiting_bytes, "garbage of a space: "}, {                                        \
        spoil_waiting_held, "garbage held in a space: "                                         \
    }

// ---- the tracing heap ----

static uint32_t root_of(const Heap *h, uint32_t unit) {
    return h->instances[h->instance_of_unit[unit]].first;
}

static void spoil_refcount(Heap *h) { h->refcounts[root_of(h, ALIVE)]++; }
static void spoil_free(Heap *h) { h->tags[root_of(h, ALIVE) + 1] &= (uint8_t)~TAG_ALIVE; }
static void spoil_dead(Heap *h) { h->tags[root_of(h, ALIVE) + 1] |= TAG_DEAD; }
static void spoil_alive(Heap *h) {
    for (uint32_t i = 0; i < h->spaces[1].length; i++)
        h->tags[h->spaces[1].members[i]] &= (uint8_t)~TAG_DEAD;
}
static void spoil_candidate(Heap *h) { h->gc[root_of(h, ALIVE)] |= GC_CANDIDATE; }
static void spoil_objects(Heap *h) { h->spaces[1].objects++; }
// Both totals agree, and the members do not.
static void spoil_members(Heap *h) {
    h->spaces[1].objects++;
    h->spaces[2].objects--;
}
static void spoil_position(Heap *h) { h->gc[root_of(h, ALIVE)] += 1u << GC_POSITION; }
static void spoil_space(Heap *h) {
    uint32_t root = root_of(h, ALIVE);
    h->tags[root] = tags_in_space(h->tags[root], ASIDE);
}
static void spoil_stranger(Heap *h) { h->spaces[1].members[h->spaces[1].length - 1] = 1000; }
static void spoil_first(Heap *h) { h->spaces[1].first = h->spaces[1].length; }

static const Spoilt TRACING[] = {
    COUNTED,
    {spoil_refcount, "reference count: 3, but counting gives 2"},
    {spoil_free, "refers to a freed object"},
    {spoil_dead, "dead by the truth notes: 1"},
    {spoil_alive, "dead by the truth notes: 0"},
    {spoil_candidate, "candidate between collections"},
    {spoil_objects, "objects of all spaces"},
    {spoil_members, "members of a space"},
    {spoil_position, "position in its space"},
    {spoil_space, "position in its space"},
    {spoil_stranger, "position in its space"},
    {spoil_first, "before the first of its space"},
};

START_TEST(the_tracing_heap_is_not_believed) { expect_said(&TRACING[_i], false); }
END_TEST

// ---- the ledger heap ----

static Record *record_of(const Heap *h, uint32_t unit) {
    return &h->ledger->records[h->ledger->record_of_unit[unit]];
}

static void spoil_refs(Heap *h) { record_of(h, ALIVE)->refs++; }
static void spoil_used(Heap *h) { record_of(h, ALIVE)->flags &= ~(uint32_t)RECORD_USED; }
static void spoil_record_dead(Heap *h) { record_of(h, ALIVE)->flags |= RECORD_DEAD; }
static void spoil_record_alive(Heap *h) {
    record_of(h, OLDER)->flags &= ~(uint32_t)(RECORD_DEAD | RECORD_LISTED);
}
static void spoil_listed(Heap *h) { record_of(h, OLDER)->flags &= ~(uint32_t)RECORD_LISTED; }
static void spoil_kept(Heap *h) { record_of(h, YOUNGER)->flags &= ~(uint32_t)RECORD_KEPT; }
static void spoil_book(Heap *h) { h->ledger->books[1].objects++; }
static void spoil_book_edges(Heap *h) { h->ledger->books[1].edges--; }
static uint32_t *position_of(Heap *h, uint32_t unit) {
    return &h->ledger->positions[h->ledger->record_of_unit[unit]];
}
static void spoil_place(Heap *h) { h->spaces[1].members[*position_of(h, YOUNGER)] = 1; }
static void spoil_place_after(Heap *h) { *position_of(h, YOUNGER) = 1000; }
static void spoil_place_before(Heap *h) { h->spaces[1].first = *position_of(h, YOUNGER) + 1u; }
static void spoil_besides(Heap *h) { h->spaces[1].objects++; }
static void unlink_unit(Heap *h, uint32_t unit) {
    ledger_locality_gone(h->ledger->locality, h->ledger->record_of_unit[unit]);
}
static void spoil_order(Heap *h) { unlink_unit(h, ALIVE); }
// Out of the list, and back at the place of another one that is out of it.
static void spoil_links(Heap *h) {
    unlink_unit(h, ALIVE);
    unlink_unit(h, OLDER);
    unlink_unit(h, ALIVE);
}
static void spoil_uses(Heap *h) { h->ledger->segments.table[1].uses++; }

static const Spoilt LEDGER[] = {
    COUNTED,
    {spoil_refs, "references: 3, but counting gives 2"},
    {spoil_used, "refers to a freed unit"},
    {spoil_record_dead, "dead by the truth notes: 1"},
    {spoil_record_alive, "dead by the truth notes: 0"},
    {spoil_listed, "listed: 0"},
    {spoil_kept, "garbage held in a space"},
    {spoil_book, "objects of a space"},
    {spoil_book_edges, "references from a space"},
    {spoil_place, "position in its space"},
    {spoil_place_after, "position in its space"},
    {spoil_place_before, "position in its space"},
    {spoil_besides, "units listed besides"},
    {spoil_order, "1 units are in no list"},
    {spoil_links, "broken at node"},
    {spoil_uses, "uses of a segment"},
};

START_TEST(the_ledger_is_not_believed) { expect_said(&LEDGER[_i], true); }
END_TEST

// Of what the check of these lists reads, everything but the lists is checked before.
static void spoil_listed_space(Heap *h) { h->ledger->segments.table[1].space = ASIDE; }
static void spoil_record_count(Heap *h) { h->ledger->record_count = 1; }

static const Spoilt LISTS[] = {
    {spoil_used, "list of space 1: unit 1 is in"},
    {spoil_listed_space, "is in 3"},
    {spoil_record_count, "broken at node"},
};

START_TEST(the_lists_of_the_ledger_are_not_believed) {
    Heap *heap = heap_with(true);
    Error error = {0};
    ck_assert_msg(ledger_locality_check(heap, &error), "%s", error.text);
    LISTS[_i].spoil(heap);
    ck_assert(!ledger_locality_check(heap, &error));
    ck_assert_msg(strstr(error.text, LISTS[_i].said) != NULL, "not '%s', but: %s", LISTS[_i].said,
                  error.text);
    heap_close(heap);
}
END_TEST

// ---- what is counted for some policies only ----

// Unit 1 is a garbage ring whose root is a candidate: it lost a reference, and one was left.
static Heap *heap_that_counts(void) {
    HeapOptions options = hand_options();
    options.counts_roots = options.counts_populations = true;
    Heap *heap = hand_heap_with(&options);
    play(heap, chain(ALIVE, 3), ring(YOUNGER, 3), dead(YOUNGER), drop(YOUNGER));
    return heap;
}

static void spoil_born(Heap *h) { h->view.populations[0].born++; }
static void spoil_live(Heap *h) { h->view.populations[0].live++; }
static void spoil_roots_seen(Heap *h) { h->view.roots++; }
static void spoil_roots_listed(Heap *h) { h->roots.objects--; }
static void spoil_root_place(Heap *h) {
    for (uint64_t i = 0; i < h->roots.length; i++)
        if (h->roots.members[i] != 0) h->roots.members[i] = h->instances[1].first;
}
static void spoil_root_freed(Heap *h) {
    for (uint64_t i = 0; i < h->roots.length; i++)
        if (h->roots.members[i] != 0) h->roots.members[i] = h->objects.next;
}
static void spoil_root_missed(Heap *h) {
    for (uint32_t i = 1; i < h->objects.next; i++)
        if (roots_has(h, i)) roots_forget(h, i);
}

static const Spoilt COUNTED_FOR_SOME[] = {
    {spoil_born, "born in populations"},
    {spoil_live, "live in populations"},
    {spoil_roots_seen, "candidate roots"},
    {spoil_roots_listed, "candidate roots"},
    {spoil_root_place, "position among candidate roots"},
    {spoil_root_freed, "position among candidate roots"},
    {spoil_root_missed, "garbage that a candidate root reaches"},
};

START_TEST(what_is_counted_for_some_policies_is_not_believed) {
    const Spoilt *spoilt = &COUNTED_FOR_SOME[_i];
    Heap *heap = heap_that_counts();
    prove(heap);
    spoilt->spoil(heap);
    Error error = {0};
    ck_assert_msg(!heap_check(heap, &error), "nobody says '%s'", spoilt->said);
    ck_assert_msg(strstr(error.text, spoilt->said) != NULL, "not '%s', but: %s", spoilt->said,
                  error.text);
    heap_close(heap);
}
END_TEST

Suite *checks_suite(void) {
    Suite *suite = suite_create("checks");
    TCase *tests = tcase_create("spoilt claims");
    tcase_add_loop_test(tests, the_tracing_heap_is_not_believed, 0, ARRAY_LENGTH(TRACING));
    tcase_add_loop_test(tests, the_ledger_is_not_believed, 0, ARRAY_LENGTH(LEDGER));
    tcase_add_loop_test(tests, the_lists_of_the_ledger_are_not_believed, 0, ARRAY_LENGTH(LISTS));
    tcase_add_loop_test(tests, what_is_counted_for_some_policies_is_not_believed, 0,
                        ARRAY_LENGTH(COUNTED_FOR_SOME));
    suite_add_tcase(suite, tests);
    return suite;
}
