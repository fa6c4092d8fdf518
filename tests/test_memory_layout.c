// test_memory_layout.c -- what differs between the allocators of CPython's versions, by hand
#include <string.h>

#include "memory.h"
#include "suites.h"

static Memory *layout_open(const MemoryLayout *layout) {
    Error error = {0};
    Memory *memory = memory_open(layout, 8, &error);
    ck_assert_msg(memory != NULL, "%s", error.text);
    return memory;
}

// 63 pools of 4 KiB, in each 15 blocks of 256 bytes or 506 of 8.
START_TEST(an_arena_of_malloc_has_a_pool_less) {
    Memory *memory = layout_open(&MEMORY_2_5);
    for (uint32_t i = 0; i < 62 * 15; i++)
        ck_assert_uint_eq(memory_alloc(memory, 249), (1 + i / 15) * 512 + 6 + i % 15 * 32);
    for (uint32_t i = 0; i < 506; i++) ck_assert_uint_eq(memory_alloc(memory, 8), 63 * 512 + 6 + i);
    ck_assert_uint_eq(memory_stats(memory)->arenas, 1);
    ck_assert_uint_eq(memory_alloc(memory, 8), 65 * 512 + 6);
    ck_assert_uint_eq(memory_alloc(memory, 257), MEMORY_LARGE);
    memory_close(memory);
}
END_TEST

// A pool of the first arena goes to another class before the second arena gives its next.
START_TEST(before_2_5_the_pool_emptied_last_is_next) {
    Memory *memory = layout_open(&MEMORY_2_4);
    for (uint32_t i = 0; i < 64 * 15; i++) memory_alloc(memory, 256);
    for (uint32_t i = 0; i < 15; i++) memory_free(memory, 5 * 512 + 6 + i * 32, 256);
    for (uint32_t i = 0; i < 15; i++) memory_free(memory, 3 * 512 + 6 + i * 32, 256);
    ck_assert_uint_eq(memory_alloc(memory, 16), 3 * 512 + 6);
    ck_assert_uint_eq(memory_alloc(memory, 24), 5 * 512 + 6);
    ck_assert_uint_eq(memory_alloc(memory, 32), (64 + 2) * 512 + 6);
    memory_close(memory);
}
END_TEST

// 3.8 is as 3.7.18, 2.7 as most of its releases.
START_TEST(a_version_finds_its_layout) {
    Error error = {0};
    ck_assert_ptr_eq(memory_layout_find("2.3", &error), &MEMORY_2_4);
    ck_assert_ptr_eq(memory_layout_find("2.7", &error), &MEMORY_2_7);
    ck_assert_ptr_eq(memory_layout_find("3.1", &error), &MEMORY_2_5);
    ck_assert_ptr_eq(memory_layout_find("3.8", &error), &MEMORY_3_7);
    ck_assert_ptr_eq(memory_layout_find("3.14", &error), &MEMORY_3_10);
    ck_assert_str_eq(error.text, "");
    ck_assert_ptr_null(memory_layout_find("3", &error));
    ck_assert_msg(strstr(error.text, "3.9, 3.10 3.11") != NULL, "%s", error.text);
}
END_TEST

START_TEST(malloc_takes_a_little_more) {
    static const uint32_t expected[][2] = {{513, 528},           {520, 528},
                                           {521, 544},           {600000, 600016},
                                           {33554416, 33558528}, {33554408, 33554416}};
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++)
        ck_assert_uint_eq(memory_large_held(expected[i][0]), expected[i][1]);
}
END_TEST

static uint32_t first_loses_one(void *context) { return ++*(uint32_t *)context == 1; }

// 63 pools of 31 blocks in the first arena, 64 in the second. With 63 free pools the first goes
// back, the second does not.
START_TEST(an_arena_may_lie_so_that_it_loses_a_pool) {
    uint32_t asked = 0;
    Memory *memory = layout_open(&MEMORY_3_10);
    memory_ask_pools_lost(memory, first_loses_one, &asked);
    for (uint32_t i = 0; i < 63 * 31; i++)
        ck_assert_uint_eq(memory_alloc(memory, 512), (1 + i / 31) * 1024 + 3 + i % 31 * 32);
    for (uint32_t i = 0; i < 64 * 31; i++)
        ck_assert_uint_eq(memory_alloc(memory, 512), (64 + i / 31) * 1024 + 3 + i % 31 * 32);
    ck_assert_uint_eq(asked, 2);
    for (uint32_t i = 0; i < 63 * 31; i++)
        memory_free(memory, (64 + i / 31) * 1024 + 3 + i % 31 * 32, 512);
    for (uint32_t i = 0; i < 63 * 31; i++)
        memory_free(memory, (1 + i / 31) * 1024 + 3 + i % 31 * 32, 512);
    ck_assert_uint_eq(memory_stats(memory)->arenas_released, 1);
    ck_assert_uint_eq(memory_stats(memory)->arenas, 1);
    memory_close(memory);
}
END_TEST

Suite *memory_layout_suite(void) {
    Suite *suite = suite_create("memory_layout");
    TCase *test_case = tcase_create("by hand");
    tcase_add_test(test_case, an_arena_of_malloc_has_a_pool_less);
    tcase_add_test(test_case, before_2_5_the_pool_emptied_last_is_next);
    tcase_add_test(test_case, a_version_finds_its_layout);
    tcase_add_test(test_case, malloc_takes_a_little_more);
    tcase_add_test(test_case, an_arena_may_lie_so_that_it_loses_a_pool);
    suite_add_tcase(suite, test_case);
    return suite;
}
