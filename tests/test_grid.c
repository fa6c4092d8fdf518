// test_grid.c -- the cells of a sweep and their keys
#include "cli/grid.h"

#include <stdlib.h>
#include <string.h>

#include "cli/run_key.h"
#include "suites.h"

static Grid grid_new(void) {
    Grid grid = {.cost = cost_table_shipped(COST_CACHE)};
    return grid;
}

static void must(bool good, const Error *error) { ck_assert_msg(good, "%s", error->text); }

// A grid of one workload at a small scale.
static Grid small_grid(const char *policy) {
    Grid grid = grid_new();
    Error error = {0};
    must(grid_workload(&grid, "workloads/warsaw-2006.ini", "", &error), &error);
    must(grid_policy(&grid, policy, "", &error), &error);
    must(grid_scale(&grid, "0.001", "", &error), &error);
    return grid;
}

static Cells cells_of(const Grid *grid) {
    Cells cells;
    Error error = {0};
    must(grid_cells(grid, &cells, &error), &error);
    return cells;
}

static const struct {
    const char *policy;
    size_t count;
    const char *first, *last;
} LISTS[] = {
    {"freeze", 1, "freeze", "freeze"},
    {"gen3:t0=100..5000/20,t1=5", 20, "gen3:t0=100,t1=5", "gen3:t0=5000,t1=5"},
    {"gen3:t0=700,2000,t1=5,10,quarter=no", 4, "gen3:t0=700,t1=5,quarter=no",
     "gen3:t0=2000,t1=10,quarter=no"},
    {"gen3:quarter=yes,no", 2, "gen3:quarter=yes", "gen3:quarter=no"},
    {"cpython-3.13:t0=5k", 1, "cpython-3.13:t0=5k", "cpython-3.13:t0=5k"},
};

START_TEST(lists_in_knobs_are_policies) {
    Grid grid = grid_new();
    Error error = {0};
    must(grid_policy(&grid, LISTS[_i].policy, "", &error), &error);
    ck_assert_uint_eq(grid.policies.count, LISTS[_i].count);
    ck_assert_str_eq(grid.policies.texts[0], LISTS[_i].first);
    ck_assert_str_eq(grid.policies.texts[grid.policies.count - 1], LISTS[_i].last);
    grid_free(&grid);
}
END_TEST

START_TEST(cells_are_the_cross_product_sorted_by_key) {
    Grid grid = small_grid("gen3:t0=100..5000/5");
    Error error = {0};
    must(grid_set(&grid, "churn.cycle_density=0..0.5/3", "", &error), &error);
    must(grid_seeds(&grid, "4", "", &error), &error);
    Cells cells = cells_of(&grid);
    ck_assert_uint_eq(cells.count, 5 * 3 * 4);
    for (size_t i = 1; i < cells.count; i++)
        ck_assert_uint_lt(cells.cells[i - 1].key, cells.cells[i].key);
    free(cells.cells);
    grid_free(&grid);
}
END_TEST

START_TEST(a_later_value_replaces_and_an_equal_policy_counts_once) {
    Grid grid = small_grid("freeze");
    Error error = {0};
    must(grid_policy(&grid, "freeze", "", &error), &error);
    must(grid_set(&grid, "workload.seed=1,2,3", "", &error), &error);
    must(grid_seeds(&grid, "2", "", &error), &error);
    Cells cells = cells_of(&grid);
    ck_assert_uint_eq(cells.count, 2);
    free(cells.cells);
    grid_free(&grid);
}
END_TEST

START_TEST(the_order_of_settings_changes_no_key) {
    Cells cells[2];
    for (int order = 0; order < 2; order++) {
        static const char *const sets[] = {"churn.cycle_density=0.1,0.2", "records.bytes=64"};
        Grid grid = small_grid("freeze");
        Error error = {0};
        for (int i = 0; i < 2; i++) must(grid_set(&grid, sets[i ^ order], "", &error), &error);
        cells[order] = cells_of(&grid);
        grid_free(&grid);
    }
    ck_assert_uint_eq(cells[0].count, 2);
    for (size_t i = 0; i < 2; i++) ck_assert_uint_eq(cells[0].cells[i].key, cells[1].cells[i].key);
    free(cells[0].cells);
    free(cells[1].cells);
}
END_TEST

static uint64_t key_of(const char *override, const char *policy, Engine engine,
                       const CostTable *cost) {
    static Spec spec;
    const char *overrides[] = {override};
    PolicyChoice choice;
    Error error = {0};
    must(spec_read(&spec, "workloads/warsaw-2006.ini", overrides, 1, &error), &error);
    must(policy_choose(&choice, policy, &error), &error);
    return run_key(&spec, &choice, engine, cost);
}

START_TEST(all_that_changes_a_row_changes_its_key) {
    CostTable cost = cost_table_shipped(COST_CACHE), other = cost, counts;
    other.candidates++;
    counts = cost_table_shipped(COST_COUNTS);
    const uint64_t keys[] = {
        key_of("workload.seed=1", "gen3", ENGINE_TRACING, &cost),
        key_of("workload.seed=2", "gen3", ENGINE_TRACING, &cost),
        key_of("workload.scale=2", "gen3", ENGINE_TRACING, &cost),
        key_of("churn.cycle_density=0.1", "gen3", ENGINE_TRACING, &cost),
        key_of("workload.seed=1", "gen3:t0=701", ENGINE_TRACING, &cost),
        key_of("workload.seed=1", "cpython-3.11", ENGINE_TRACING, &cost),  // another label
        key_of("workload.seed=1", "gen3", ENGINE_NULL, &cost),
        key_of("workload.seed=1", "gen3", ENGINE_TRACING, &other),
        key_of("workload.seed=1", "gen3", ENGINE_TRACING, &counts),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(keys[i] != keys[k], "keys %zu and %zu are equal", k, i);
    ck_assert_uint_eq(keys[0], key_of("workload.seed=1", "gen3", ENGINE_TRACING, &cost));
}
END_TEST

START_TEST(overrides_are_noted_in_one_order_without_seed_and_scale) {
    static Spec spec;
    static const char *const overrides[] = {"workload.seed=3", "records.bytes=64",
                                            "records.bytes= 80", "churn.collect_every=7"};
    Error error = {0};
    must(spec_read(&spec, "workloads/warsaw-2006.ini", overrides, ARRAY_LENGTH(overrides), &error),
         &error);
    ck_assert_str_eq(spec.set, "churn.collect_every=7; records.bytes=80");
}
END_TEST

static const struct {
    const char *policy, *set, *why;
} BAD[] = {
    {"gen3:t0=5..1/2", NULL, "f.ini:3: --policy gen3:t0=5..1/2: '5..1/2': the low end"},
    {"gen3:tt0=1,2", NULL, "did you mean 't0'"},
    {"gen4:t0=1,2", NULL, "f.ini:3: --policy gen4:t0=1,2: unknown policy 'gen4'"},
    {"gen3:t0", NULL, "is not knob=value"},
    {"freeze", "churn", "f.ini:3: --set churn: this is not section.key=values"},
    {"freeze", "churn.share=0..1", "f.ini:3: --set churn.share: '0..1': a range is"},
    {"freeze", "chrn.share=0,1", "f.ini:3: --set chrn.share=0"},
    {"freeze", "churn.cycle_densty=0,1", "f.ini:3: --set churn.cycle_densty: unknown key"},
    {"freeze:phase=bild", NULL, "did you mean 'build'"},
};

START_TEST(bad_input_names_its_place) {
    Grid grid = grid_new();
    Cells cells = {0};
    Error error = {0};
    bool good = grid_workload(&grid, "workloads/warsaw-2006.ini", "", &error) &&
                grid_policy(&grid, BAD[_i].policy, "f.ini:3: ", &error) &&
                (BAD[_i].set == NULL || grid_set(&grid, BAD[_i].set, "f.ini:3: ", &error)) &&
                grid_cells(&grid, &cells, &error);
    ck_assert(!good);
    ck_assert_msg(strstr(error.text, BAD[_i].why) != NULL, "%s", error.text);
    free(cells.cells);
    grid_free(&grid);
}
END_TEST

Suite *grid_suite(void) {
    Suite *suite = suite_create("grid");
    TCase *tests = tcase_create("grid");
    tcase_add_loop_test(tests, lists_in_knobs_are_policies, 0, ARRAY_LENGTH(LISTS));
    tcase_add_test(tests, cells_are_the_cross_product_sorted_by_key);
    tcase_add_test(tests, a_later_value_replaces_and_an_equal_policy_counts_once);
    tcase_add_test(tests, the_order_of_settings_changes_no_key);
    tcase_add_test(tests, all_that_changes_a_row_changes_its_key);
    tcase_add_test(tests, overrides_are_noted_in_one_order_without_seed_and_scale);
    tcase_add_loop_test(tests, bad_input_names_its_place, 0, ARRAY_LENGTH(BAD));
    suite_add_tcase(suite, tests);
    return suite;
}
