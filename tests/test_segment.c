// test_segment.c -- segments against plain lists: which space, and in which order
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "segment.h"
#include "suites.h"

enum { SPACES = 4, LIVE_MAX = 40, STEPS = 3000, PROGRAMS = 20 };

// A space as CPython has it: a list of objects.
typedef struct {
    uint32_t count;
    uint64_t births[LIVE_MAX];
    uint32_t segments[LIVE_MAX];
    uint64_t late[LIVE_MAX];  // its place when it was put at the end by itself; else 0
} List;

typedef struct {
    Rng rng;
    unsigned seed;
    Segments segments;
    List lists[SPACES];
    uint64_t births;
    uint32_t live;
} Trial;

static void list_add(List *list, uint64_t birth, uint32_t segment, uint64_t late) {
    list->births[list->count] = birth;
    list->segments[list->count] = segment;
    list->late[list->count++] = late;
}

static void list_take(List *list, uint32_t i) {
    uint32_t after = --list->count - i;
    memmove(&list->births[i], &list->births[i + 1], after * sizeof list->births[0]);
    memmove(&list->segments[i], &list->segments[i + 1], after * sizeof list->segments[0]);
    memmove(&list->late[i], &list->late[i + 1], after * sizeof list->late[0]);
}

static void be_born(Trial *t, uint32_t space) {
    if (t->live == LIVE_MAX) return;
    uint64_t birth = t->births++;
    list_add(&t->lists[space], birth, segments_birth(&t->segments, space, birth), 0);
    t->live++;
}

static void die(Trial *t, uint32_t space) {
    List *list = &t->lists[space];
    if (list->count == 0) return;
    uint32_t i = rng_below(&t->rng, list->count);
    if (list->late[i] == 0) segments_forget(&t->segments, list->segments[i], 1);
    list_take(list, i);
    t->live--;
}

// As with the ledger's dead: from now on it carries its place, and no segment knows it.
static void put_last(Trial *t, uint32_t space) {
    List *list = &t->lists[space];
    if (list->count == 0) return;
    uint32_t i = rng_below(&t->rng, list->count);
    uint64_t birth = list->births[i];
    uint64_t place = segments_append(&t->segments, space, t->births);
    if (list->late[i] == 0) segments_forget(&t->segments, list->segments[i], 1);
    list_take(list, i);
    list_add(list, birth, 0, place);
}

static void append(Trial *t, uint32_t into, uint32_t from) {
    if (into == from) return;
    List *source = &t->lists[from];
    uint64_t shift = segments_concat(&t->segments, into, from, t->births);
    for (uint32_t i = 0; i < source->count; i++)
        list_add(&t->lists[into], source->births[i], source->segments[i],
                 source->late[i] > 0 ? source->late[i] + shift : 0);
    source->count = 0;
}

static void compare(Trial *t, int step) {
    for (uint32_t space = 0; space < SPACES; space++) {
        const List *list = &t->lists[space];
        uint64_t last = 0;
        for (uint32_t i = 0; i < list->count; i++) {
            uint64_t place = list->late[i];
            if (place == 0) {
                SegmentPlace found = segments_find(&t->segments, list->segments[i]);
                ck_assert_msg(found.space == space, "seed %u, step %d: space %u, not %u", t->seed,
                              step, found.space, space);
                place = list->births[i] + found.offset;
            }
            ck_assert_msg(i == 0 || place > last,
                          "seed %u, step %d: space %u: place %" PRIu64 " after %" PRIu64, t->seed,
                          step, space, place, last);
            last = place;
        }
    }
}

START_TEST(spaces_and_order_are_those_of_plain_lists) {
    Trial *t = memory_new(1, sizeof *t);
    Error error = {0};
    t->seed = (unsigned)_i + 1;
    t->births = 1;
    rng_seed(&t->rng, t->seed, 5);
    ck_assert(segments_open(&t->segments, LIVE_MAX, &error));
    for (int step = 0; step < STEPS; step++) {
        uint32_t space = rng_below(&t->rng, SPACES), other = rng_below(&t->rng, SPACES);
        uint32_t what = rng_below(&t->rng, 100);
        if (what < 50) be_born(t, space);
        if (what >= 50 && what < 80) die(t, space);
        if (what >= 80 && what < 85) put_last(t, space);
        if (what >= 85) append(t, space, other);
        if (rng_below(&t->rng, 20) == 0) compare(t, step);  // not always: it shortens every way
    }
    // Nothing is left of the dead: the table never grew beyond its limit, and empties.
    for (uint32_t space = 0; space < SPACES; space++)
        while (t->lists[space].count > 0) die(t, space);
    uint32_t used = 0;
    for (uint32_t i = 1; i <= t->segments.count; i++) used += t->segments.table[i].uses > 0;
    ck_assert_uint_le(used, 2 * SPACES);
    segments_close(&t->segments);
    free(t);
}
END_TEST

// A root that keeps losing its own objects and hangs below the next one makes a chain without end.
START_TEST(a_chain_of_roots_is_cut_when_the_table_is_full) {
    Segments s;
    Error error = {0};
    ck_assert(segments_open(&s, 2, &error));
    uint32_t kept = segments_birth(&s, 0, 0);
    for (uint64_t birth = 1; birth < 1000; birth++) {
        uint32_t into = (uint32_t)(birth % 2), from = 1 - into;
        uint32_t other = segments_birth(&s, into, birth);
        segments_concat(&s, into, from, birth + 1);
        segments_forget(&s, other, 1);
    }
    ck_assert_uint_eq(segments_find(&s, kept).space, 1);
    segments_close(&s);
}
END_TEST

Suite *segment_suite(void) {
    Suite *suite = suite_create("segment");
    TCase *tests = tcase_create("segments");
    tcase_add_loop_test(tests, spaces_and_order_are_those_of_plain_lists, 0, PROGRAMS);
    tcase_add_test(tests, a_chain_of_roots_is_cut_when_the_table_is_full);
    suite_add_tcase(suite, tests);
    return suite;
}
