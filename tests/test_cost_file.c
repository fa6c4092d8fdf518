// test_cost_file.c -- cost tables: what is written is read, and what is wrong is named
#include "cli/cost_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"

static char path[64];

static void path_new(void) {
    strcpy(path, "/tmp/ouro-cost-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

static void path_remove(void) { remove(path); }

static void write_text(const char *text) {
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void write_shipped(const char *name) {
    CostPrice prices[COST_PRICES_MAX];
    size_t count = cost_prices_shipped(prices);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    cost_file_write(file, name, "# a note\n", prices, count);
    ck_assert_int_eq(fclose(file), 0);
}

static bool choose(CostTable *table, const char *model, Error *error) {
    char text[128];
    snprintf(text, sizeof text, "%s:%s", model, path);
    return cost_choose(table, text, error);
}

START_TEST(what_is_written_is_read) {
    static const char *const models[] = {"cache", "counts"};
    write_shipped("a machine, CPython 3.11.2");
    for (CostModel model = COST_CACHE; model <= COST_COUNTS; model++) {
        CostTable table, shipped = cost_table_shipped(model);
        Error error = {0};
        ck_assert_msg(choose(&table, models[model], &error), "%s", error.text);
        ck_assert_int_eq(table.model, model);
        ck_assert_ptr_nonnull(strstr(table.name, models[model]));
        ck_assert_ptr_nonnull(strstr(table.name, "a machine, CPython 3.11.2"));
#define PAUSE(counted, cache, counts, what)   ck_assert_uint_eq(table.counted, shipped.counted);
#define MUTATOR(counted, cache, counts, what) ck_assert_uint_eq(table.counted, shipped.counted);
#include "cost.def"
#undef PAUSE
#undef MUTATOR
    }
}
END_TEST

static const struct {
    const char *text, *expected;
} WRONG[] = {
    {"", ": no price of collections"},
    {"collections\t1\t1\nspeed\t3\t3\n", ":2: 'speed' has no price here"},
    {"edgse\t1\t1\n", ":1: 'edgse' has no price here; did you mean 'edges'?"},
    {"edges\t1\t1\nedges\t2\t2\n", ":2: edges has a price already"},
    {"edges\t-1\t1\n", ":1: edges: "},
    {"edges\tfast\t1\n", ":1: edges: "},
    {"edges\t1\n", ":1: cells found: 2; a row has counted, cache_ns, counts_ns"},
    {"# name\n\nedges\n", ":3: cells found: 1"},
};

START_TEST(what_is_wrong_is_named) {
    CostTable table;
    Error error = {0};
    write_text(WRONG[_i].text);
    ck_assert(!choose(&table, "cache", &error));
    ck_assert_msg(strstr(error.text, WRONG[_i].expected) != NULL, "%s", error.text);
    ck_assert_ptr_nonnull(strstr(error.text, path));
}
END_TEST

START_TEST(an_unknown_model_and_a_missing_file_are_refused) {
    CostTable table;
    Error unknown = {0}, missing = {0};
    ck_assert(!cost_choose(&table, "caches", &unknown));
    ck_assert_ptr_nonnull(strstr(unknown.text, "allowed: cache, counts"));
    ck_assert(!cost_choose(&table, "cache:/nowhere/cost.tsv", &missing));
    ck_assert_ptr_nonnull(strstr(missing.text, "/nowhere/cost.tsv: cannot be read"));
}
END_TEST

Suite *cost_file_suite(void) {
    Suite *suite = suite_create("cost_file");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, path_new, path_remove);
    tcase_add_test(files, what_is_written_is_read);
    tcase_add_loop_test(files, what_is_wrong_is_named, 0, (int)ARRAY_LENGTH(WRONG));
    tcase_add_test(files, an_unknown_model_and_a_missing_file_are_refused);
    suite_add_tcase(suite, files);
    return suite;
}
