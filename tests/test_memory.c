// test_memory.c -- the allocator model against one that anybody can check
//
// Model and oracle (naive_memory.h) get the same random programs; after each operation the address
// and all figures must agree, and no two live blocks may overlap. The rest is computed by hand.
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "memory.h"
#include "naive_memory.h"
#include "rng.h"
#include "suites.h"

typedef struct {
    Address address;
    uint32_t bytes;
} Block;

typedef struct {
    Memory *model;
    NaiveMemory *naive;
    uint32_t small_limit, alignment;
    unsigned seed;
    unsigned step;
    Block *blocks;  // live
    uint32_t count;
    bool *taken;  // by unit of the address space: part of a live block
} Pair;

// Stops the test; the seed and the step say where.
#define PAIR_FAIL(pair, format, ...) \
    ck_abort_msg("seed %u, step %u: " format, (pair)->seed, (pair)->step, __VA_ARGS__)

static Pair pair_open(const MemoryLayout *layout, unsigned seed, uint32_t blocks_max) {
    Error error = {0};
    Pair pair = {.small_limit = layout->small_limit,
                 .alignment = layout->alignment,
                 .seed = seed,
                 .naive = naive_new(layout)};
    pair.model = memory_open(layout, NAIVE_ARENAS, &error);
    ck_assert_msg(pair.model != NULL, "%s", error.text);
    pair.blocks = memory_new(blocks_max, sizeof *pair.blocks);
    pair.taken =
        memory_new((size_t)NAIVE_ARENAS * layout->arena_bytes / layout->alignment, sizeof(bool));
    return pair;
}

static void pair_close(Pair *pair) {
    memory_close(pair->model);
    naive_free(pair->naive);
    free(pair->blocks);
    free(pair->taken);
}

static void figure_compare(const Pair *pair, const char *name, uint64_t found, uint64_t expected) {
    if (found == expected) return;
    PAIR_FAIL(pair, "%s is %" PRIu64 ", expected %" PRIu64, name, found, expected);
}

static void pair_compare(Pair *pair) {
    const MemoryStats *found = memory_stats(pair->model);
    const MemoryStats *expected = naive_stats(pair->naive);
    figure_compare(pair, "arenas_mapped", found->arenas_mapped, expected->arenas_mapped);
    figure_compare(pair, "arenas_released", found->arenas_released, expected->arenas_released);
    figure_compare(pair, "arenas", found->arenas, expected->arenas);
    figure_compare(pair, "large_blocks", found->large_blocks, expected->large_blocks);
    figure_compare(pair, "large_bytes", found->large_bytes, expected->large_bytes);
    figure_compare(pair, "held_bytes", found->held_bytes, expected->held_bytes);
    pair->step++;
}

// Marks the block's units as taken or not; all of them must have been the opposite.
static void pair_mark(Pair *pair, Block block, bool taken) {
    for (uint32_t i = 0; i < (block.bytes + pair->alignment - 1) / pair->alignment; i++) {
        bool *unit = &pair->taken[block.address + i];
        if (*unit == taken) PAIR_FAIL(pair, "blocks overlap at %u", block.address + i);
        *unit = taken;
    }
}

static void pair_alloc(Pair *pair, int region, uint32_t bytes) {
    Block block = {.bytes = bytes};
    Address expected = naive_alloc(pair->naive, region, bytes);
    block.address = region == NO_REGION ? memory_alloc(pair->model, bytes)
                                        : memory_region_alloc(pair->model, (uint32_t)region, bytes);
    if (bytes > pair->small_limit) {
        if (block.address < MEMORY_LARGE) PAIR_FAIL(pair, "%u bytes are not large", bytes);
    } else {
        figure_compare(pair, "address", block.address, expected);
        pair_mark(pair, block, true);
    }
    pair->blocks[pair->count++] = block;
    pair_compare(pair);
}

static void pair_release(Pair *pair, uint32_t index) {
    Block block = pair->blocks[index];
    pair->blocks[index] = pair->blocks[--pair->count];
    if (block.bytes <= pair->small_limit) pair_mark(pair, block, false);
    naive_release(pair->naive, block.address, block.bytes);
    memory_free(pair->model, block.address, block.bytes);
    pair_compare(pair);
}

enum { MANY = 40 };

static void pair_alloc_many(Pair *pair, uint32_t bytes, uint32_t count) {
    Address found[MANY + MEMORY_ROW];
    (count % 2 == 0 ? memory_alloc_row : memory_alloc_many)(pair->model, bytes, count, found);
    for (uint32_t i = 0; i < count; i++) {
        Address expected = naive_alloc(pair->naive, NO_REGION, bytes);
        if (bytes <= pair->small_limit) {
            figure_compare(pair, "address of many", found[i], expected);
            pair_mark(pair, (Block){.address = found[i], .bytes = bytes}, true);
        }
        pair->blocks[pair->count++] = (Block){.address = found[i], .bytes = bytes};
    }
    pair_compare(pair);
}

// Those of one size among the last blocks, from the last one on.
static void pair_release_many(Pair *pair) {
    Address addresses[MANY];
    uint32_t order[MANY], count = 0;
    for (int i = 0; i < MANY; i++) order[i] = MANY - 1;
    const uint32_t bytes = pair->blocks[pair->count - 1].bytes;
    for (; count < MANY && pair->count > 0 && pair->blocks[pair->count - 1].bytes == bytes;
         count++) {
        Block block = pair->blocks[--pair->count];
        addresses[MANY - 1 - count] = block.address;
        order[count] = MANY - 1 - count;
        if (bytes <= pair->small_limit) pair_mark(pair, block, false);
        naive_release(pair->naive, block.address, bytes);
    }
    (count % 2 == 0 ? memory_free_row : memory_free_many)(pair->model, addresses, order, count,
                                                          bytes);
    pair_compare(pair);
}

static void pair_region_close(Pair *pair, int region) {
    naive_region_close(pair->naive, region);
    memory_region_close(pair->model, (uint32_t)region);
    pair_compare(pair);
}

static int by_address(const void *a, const void *b) {
    Address first = ((const Block *)a)->address;
    Address second = ((const Block *)b)->address;
    return (first > second) - (first < second);
}

// One stretch of a program: towards `goal` live blocks of a few sizes. What is freed comes from
// anywhere or from the end of the list, which lies there as allocated or, once sorted, empties
// arena by arena.
static void program_phase(Pair *pair, Rng *rng, uint32_t goal, uint32_t steps) {
    uint32_t limit = pair->small_limit;
    uint32_t sizes[4];
    for (uint32_t i = 0; i < ARRAY_LENGTH(sizes); i++) sizes[i] = 1 + rng_below(rng, limit);
    if (rng_chance(rng, PPM / 4)) sizes[0] = limit + 1 + rng_below(rng, 100000);
    bool anywhere = rng_chance(rng, PPM / 3);
    if (rng_chance(rng, PPM / 2)) qsort(pair->blocks, pair->count, sizeof(Block), by_address);
    uint32_t region_ppm = rng_chance(rng, PPM / 3) ? PPM / 4 : 0;
    for (uint32_t step = 0; step < steps; step++) {
        bool grows = rng_chance(rng, pair->count < goal ? PPM / 8 * 7 : PPM / 8);
        bool many = rng_chance(rng, PPM / 50);
        if (grows && many && pair->count + MANY < goal) {
            pair_alloc_many(pair, sizes[rng_below(rng, ARRAY_LENGTH(sizes))],
                            rng_below(rng, MANY + 1));
        } else if (grows) {
            int region = rng_chance(rng, region_ppm) ? (int)rng_below(rng, 3) : NO_REGION;
            pair_alloc(pair, region, sizes[rng_below(rng, ARRAY_LENGTH(sizes))]);
        } else if (many && pair->count > 0) {
            pair_release_many(pair);
        } else if (pair->count > 0) {
            pair_release(pair, anywhere ? rng_below(rng, pair->count) : pair->count - 1);
        }
    }
    if (rng_chance(rng, PPM / 2)) pair_region_close(pair, (int)rng_below(rng, 3));
}

// Ten phases, then everything goes: nothing is held but the arena that a layout keeps.
static void program_run(const MemoryLayout *layout, unsigned seed, uint32_t phase_steps) {
    Rng rng;
    rng_seed(&rng, seed, 0);
    Pair pair = pair_open(layout, seed, phase_steps * 10);
    for (int phase = 0; phase < 10; phase++) {
        uint32_t goal = rng_chance(&rng, PPM / 3) ? 0 : rng_below(&rng, phase_steps);
        program_phase(&pair, &rng, goal, phase_steps);
    }
    while (pair.count > 0) pair_release(&pair, rng_below(&rng, pair.count));
    for (int region = 0; region < 3; region++) pair_region_close(&pair, region);
    if (layout->release == RELEASE_NEVER) {
        ck_assert_uint_eq(memory_stats(pair.model)->arenas, naive_stats(pair.naive)->arenas);
    } else {
        bool keeps = layout->release == RELEASE_ALL_BUT_LAST;
        ck_assert_uint_le(memory_stats(pair.model)->arenas, keeps ? 1 : 0);
    }
    ck_assert_uint_eq(memory_stats(pair.model)->large_bytes, 0);
    pair_close(&pair);
}

// Check repeats a test with its loop index, and names it when a test fails or dies. OURO_SEED=n
// makes n the seed of index 0.
static unsigned seed_of(int index) {
    const char *first = getenv("OURO_SEED");
    return (first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1) + (unsigned)index;
}

// Shrunk, so that a few hundred blocks fill dozens of arenas.
static const MemoryLayout TINY = {.arena_bytes = 1u << 12,
                                  .pool_bytes = 1u << 10,
                                  .alignment = 16,
                                  .small_limit = 256,
                                  .release = RELEASE_ALL_BUT_LAST};

START_TEST(tiny_arenas_match_the_oracle) { program_run(&TINY, seed_of(_i), 500); }
END_TEST

START_TEST(tiny_arenas_without_keeping_match_the_oracle) {
    MemoryLayout layout = TINY;
    layout.release = RELEASE_FREE;
    program_run(&layout, seed_of(_i), 500);
}
END_TEST

START_TEST(tiny_arenas_of_the_oldest_match_the_oracle) {
    MemoryLayout layout = TINY;
    layout.release = RELEASE_NEVER;
    layout.alignment = 8;
    layout.pools_lost = 1;
    program_run(&layout, seed_of(_i), 500);
}
END_TEST

START_TEST(tiny_arenas_that_lose_a_pool_match_the_oracle) {
    MemoryLayout layout = TINY;
    layout.release = RELEASE_FREE;
    layout.alignment = 8;
    layout.pools_lost = 1;
    program_run(&layout, seed_of(_i), 500);
}
END_TEST

START_TEST(many_pools_per_arena_match_the_oracle) {
    MemoryLayout layout = TINY;
    layout.arena_bytes = 1u << 14;
    program_run(&layout, seed_of(_i), 2000);
}
END_TEST

static const MemoryLayout *const LAYOUTS[] = {
#define LAYOUT(constant, ...) &constant,
#include "memory_layouts.def"
#undef LAYOUT
};

START_TEST(every_layout_matches_the_oracle) { program_run(LAYOUTS[_i], seed_of(_i), 20000); }
END_TEST

#define ARENA_UNITS  65536u  // 1 MiB
#define POOL_UNITS   1024u   // 16 KiB
#define BLOCKS_512   31u     // in a pool: (16384 - 48) / 512
#define ARENA_BLOCKS (64u * BLOCKS_512)

static Memory *model_open(const MemoryLayout *layout) {
    Error error = {0};
    Memory *memory = memory_open(layout, 8, &error);
    ck_assert_msg(memory != NULL, "%s", error.text);
    return memory;
}

// Address of block number `i` of 512 bytes, when nothing but such blocks was allocated.
static Address address_512(uint32_t i) {
    return i / BLOCKS_512 * POOL_UNITS + 3 + i % BLOCKS_512 * 32;
}

static void fill_512(Memory *memory, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(memory_alloc(memory, 512), address_512(i));
    }
}

static void free_512(Memory *memory, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) memory_free(memory, address_512(first + i), 512);
}

START_TEST(a_pool_holds_what_its_class_allows) {
    static const uint32_t expected[][2] = {{1, 1021}, {16, 1021}, {17, 510}, {48, 340},
                                           {64, 255}, {250, 63},  {497, 31}, {512, 31}};
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        Memory *memory = model_open(&MEMORY_3_10);
        uint32_t blocks = 0;
        while (memory_alloc(memory, expected[i][0]) < POOL_UNITS) blocks++;
        ck_assert_uint_eq(blocks, expected[i][1]);
        memory_close(memory);
    }
}
END_TEST

START_TEST(the_65th_pool_opens_a_second_arena) {
    Memory *memory = model_open(&MEMORY_3_10);
    fill_512(memory, ARENA_BLOCKS);
    ck_assert_uint_eq(memory_stats(memory)->arenas, 1);
    ck_assert_uint_eq(memory_alloc(memory, 512), ARENA_UNITS + 3);
    ck_assert_uint_eq(memory_stats(memory)->arenas, 2);
    ck_assert_uint_eq(memory_stats(memory)->held_bytes, 2u << 20);
    memory_close(memory);
}
END_TEST

START_TEST(a_full_pool_that_gains_a_block_serves_next) {
    Memory *memory = model_open(&MEMORY_3_10);
    fill_512(memory, 2 * BLOCKS_512 + 1);
    free_512(memory, 5, 1);
    free_512(memory, BLOCKS_512 + 7, 1);
    ck_assert_uint_eq(memory_alloc(memory, 512), address_512(BLOCKS_512 + 7));
    ck_assert_uint_eq(memory_alloc(memory, 512), address_512(5));
    ck_assert_uint_eq(memory_alloc(memory, 512), address_512(2 * BLOCKS_512 + 1));
    memory_close(memory);
}
END_TEST

START_TEST(an_empty_pool_keeps_its_order_for_its_class_only) {
    Memory *memory = model_open(&MEMORY_3_10);
    fill_512(memory, 3);
    free_512(memory, 0, 3);
    ck_assert_uint_eq(memory_alloc(memory, 512), address_512(2));
    free_512(memory, 2, 1);
    ck_assert_uint_eq(memory_alloc(memory, 64), 3);
    memory_free(memory, 3, 64);
    ck_assert_uint_eq(memory_alloc(memory, 512), address_512(0));
    memory_close(memory);
}
END_TEST

START_TEST(new_pools_come_from_the_fullest_arena) {
    Memory *memory = model_open(&MEMORY_3_10);
    fill_512(memory, 2 * ARENA_BLOCKS);
    free_512(memory, ARENA_BLOCKS, 2 * BLOCKS_512);
    free_512(memory, 9 * BLOCKS_512, BLOCKS_512);
    ck_assert_uint_eq(memory_alloc(memory, 16), 9 * POOL_UNITS + 3);
    ck_assert_uint_eq(memory_alloc(memory, 32), ARENA_UNITS + POOL_UNITS + 3);
    memory_close(memory);
}
END_TEST

// Both arenas have 63 free pools; the one that got there later stands left and is let go, although
// its 64th free pool would make it the last of the list.
START_TEST(an_arena_is_released_by_its_place_before_it_moves) {
    Memory *memory = model_open(&MEMORY_3_10);
    fill_512(memory, 2 * ARENA_BLOCKS);
    free_512(memory, BLOCKS_512, ARENA_BLOCKS - BLOCKS_512);
    free_512(memory, ARENA_BLOCKS + BLOCKS_512, ARENA_BLOCKS - BLOCKS_512);
    free_512(memory, ARENA_BLOCKS, BLOCKS_512);
    ck_assert_uint_eq(memory_stats(memory)->arenas_released, 1);
    memory_close(memory);
}
END_TEST

START_TEST(the_last_arena_is_kept_since_3_9_and_all_of_them_before_2_5) {
    static const uint64_t left[] = {
        [RELEASE_ALL_BUT_LAST] = 1, [RELEASE_FREE] = 0, [RELEASE_NEVER] = 3};
    MemoryLayout layout = MEMORY_3_10;
    layout.release = (ArenaRelease)_i;
    Memory *memory = model_open(&layout);
    fill_512(memory, 3 * ARENA_BLOCKS);
    free_512(memory, 0, 3 * ARENA_BLOCKS);
    ck_assert_uint_eq(memory_stats(memory)->arenas, left[_i]);
    ck_assert_uint_eq(memory_stats(memory)->arenas_released, 3 - left[_i]);
    memory_close(memory);
}
END_TEST

START_TEST(large_blocks_are_counted) {
    Memory *memory = model_open(&MEMORY_3_10);
    Address first = memory_alloc(memory, 513);
    Address second = memory_region_alloc(memory, 0, 1u << 31);
    ck_assert_uint_eq(first, MEMORY_LARGE);
    ck_assert_uint_eq(second, MEMORY_LARGE + 1);
    ck_assert_uint_eq(memory_stats(memory)->large_blocks, 2);
    ck_assert_uint_eq(memory_stats(memory)->held_bytes, 528 + (UINT64_C(1) << 31) + 4096);
    memory_free(memory, second, 1u << 31);
    ck_assert_uint_eq(memory_stats(memory)->large_bytes, 513);
    ck_assert_uint_eq(memory_stats(memory)->arenas_mapped, 0);
    memory_close(memory);
}
END_TEST

START_TEST(an_open_region_keeps_its_arenas_and_reuses_nothing) {
    Memory *memory = model_open(&MEMORY_3_10);
    for (uint32_t i = 0; i < 2 * 2048; i++) {
        ck_assert_uint_eq(memory_region_alloc(memory, 3, 512), i * 32);
        memory_free(memory, i * 32, 512);
    }
    ck_assert_uint_eq(memory_stats(memory)->arenas, 2);
    ck_assert_uint_eq(memory_alloc(memory, 512), 2 * ARENA_UNITS + 3);
    memory_region_close(memory, 3);
    ck_assert_uint_eq(memory_stats(memory)->arenas, 1);
    ck_assert_uint_eq(memory_region_alloc(memory, 3, 512), 0);
    memory_close(memory);
}
END_TEST

START_TEST(an_arena_of_a_closed_region_goes_with_its_last_block) {
    Memory *memory = model_open(&MEMORY_3_10);
    Address first = memory_region_alloc(memory, 0, 64);
    Address second = memory_region_alloc(memory, 0, 64);
    memory_region_close(memory, 0);
    ck_assert_uint_eq(memory_region_alloc(memory, 0, 64), ARENA_UNITS);
    memory_free(memory, first, 64);
    ck_assert_uint_eq(memory_stats(memory)->arenas_released, 0);
    memory_free(memory, second, 64);
    ck_assert_uint_eq(memory_stats(memory)->arenas_released, 1);
    memory_close(memory);
}
END_TEST

START_TEST(a_block_freed_with_another_size_stops_the_process) {
    Memory *memory = model_open(&MEMORY_3_10);
    memory_free(memory, memory_alloc(memory, 64), 128);
}
END_TEST

Suite *memory_suite(void) {
    Suite *suite = suite_create("memory");
    TCase *by_hand = tcase_create("by hand");
    tcase_add_test(by_hand, a_pool_holds_what_its_class_allows);
    tcase_add_test(by_hand, the_65th_pool_opens_a_second_arena);
    tcase_add_test(by_hand, a_full_pool_that_gains_a_block_serves_next);
    tcase_add_test(by_hand, an_empty_pool_keeps_its_order_for_its_class_only);
    tcase_add_test(by_hand, new_pools_come_from_the_fullest_arena);
    tcase_add_test(by_hand, an_arena_is_released_by_its_place_before_it_moves);
    tcase_add_loop_test(by_hand, the_last_arena_is_kept_since_3_9_and_all_of_them_before_2_5, 0, 3);
    tcase_add_test(by_hand, large_blocks_are_counted);
    tcase_add_test(by_hand, an_open_region_keeps_its_arenas_and_reuses_nothing);
    tcase_add_test(by_hand, an_arena_of_a_closed_region_goes_with_its_last_block);
    tcase_add_test_raise_signal(by_hand, a_block_freed_with_another_size_stops_the_process,
                                SIGABRT);
    suite_add_tcase(suite, by_hand);
    TCase *random = tcase_create("random programs");
    tcase_set_timeout(random, 60);
    tcase_add_loop_test(random, tiny_arenas_match_the_oracle, 0, 100);
    tcase_add_loop_test(random, tiny_arenas_without_keeping_match_the_oracle, 0, 100);
    tcase_add_loop_test(random, many_pools_per_arena_match_the_oracle, 0, 50);
    tcase_add_loop_test(random, tiny_arenas_of_the_oldest_match_the_oracle, 0, 50);
    tcase_add_loop_test(random, tiny_arenas_that_lose_a_pool_match_the_oracle, 0, 50);
    tcase_add_loop_test(random, every_layout_matches_the_oracle, 0, ARRAY_LENGTH(LAYOUTS));
    suite_add_tcase(suite, random);
    return suite;
}
