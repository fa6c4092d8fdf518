// test_space.c -- a list of objects in a vector that is full
#include "hand_heap.h"
#include "space.h"
#include "suites.h"

enum { CAPACITY = 16 };

// Objects 1 to 16 fill it; what is left of them moves together before the next one is added.
START_TEST(a_full_space_makes_room_from_its_holes) {
    Error error = {0};
    uint32_t positions[CAPACITY + 2] = {0};
    Space space = {0};
    ck_assert_msg(space_open(&space, CAPACITY, &error), "%s", error.text);
    for (uint32_t i = 1; i <= CAPACITY; i++) positions[i] = space_add(&space, i, positions);
    for (uint32_t i = 1; i < CAPACITY; i += 3) space_remove(&space, positions[i], positions);
    positions[CAPACITY + 1] = space_add(&space, CAPACITY + 1, positions);
    uint32_t next = 0;
    for (uint32_t i = 1; i <= CAPACITY + 1; i++) {
        if (i < CAPACITY && i % 3 == 1) continue;
        ck_assert_uint_eq(space.members[next], i);
        ck_assert_uint_eq(positions[i], next++);
    }
    ck_assert_uint_eq(space.length, next);
    ck_assert_uint_eq(space.objects, next);
    space_close(&space);
}
END_TEST

Suite *space_suite(void) {
    Suite *suite = suite_create("space");
    TCase *tests = tcase_create("space");
    tcase_add_test(tests, a_full_space_makes_room_from_its_holes);
    suite_add_tcase(suite, tests);
    return suite;
}
