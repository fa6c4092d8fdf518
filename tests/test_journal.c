// test_journal.c -- what survives a writer that dies, a disk that is full, a bit that flips
#include "cli/journal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/results.h"
#include "cli/sqlite_file.h"
#include "suites.h"

static char folder[64];
static char file_path[128];

static void write_text(const char *text, size_t length) {
    FILE *file = fopen(file_path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static void setup(void) {
    char journals[80], command[96];
    snprintf(folder, sizeof folder, "build/journal-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        snprintf(folder, sizeof folder, "%s/ouro-XXXXXX", P_tmpdir);
        ck_assert_ptr_nonnull(mkdtemp(folder));
    }
    snprintf(journals, sizeof journals, "%s/journal", folder);
    snprintf(command, sizeof command, "mkdir %s", journals);
    ck_assert_int_eq(system(command), 0);
    snprintf(file_path, sizeof file_path, "%s/a.jsonl", journals);
}

static void teardown(void) {
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

#define ROW(digest) "{\"workload\":\"w\",\"status\":\"ok\",\"result_digest\":\"" digest "\"}"
#define DEAD        "{\"workload\":\"w\",\"status\":\"crash\",\"result_digest\":\"\"}"
#define MEASURED    "{\"cpu_us\":1}"

static void append(Journal *journal, uint64_t key, const char *row) {
    Error error = {0};
    ck_assert_msg(journal_append(journal, key, row, MEASURED, &error), "%s", error.text);
}

// The text of a journal with rows of the keys 1 to `count`.
static char *journal_text(int count, size_t *length) {
    static char text[4096];
    Journal journal;
    Error error = {0};
    ck_assert(journal_open(&journal, folder, &error));
    for (int i = 1; i <= count; i++) append(&journal, (uint64_t)i, ROW("1"));
    ck_assert(journal_close(&journal, &error));
    FILE *file = fopen(journal.path, "r");
    ck_assert_ptr_nonnull(file);
    *length = fread(text, 1, sizeof text, file);
    fclose(file);
    ck_assert_int_eq(remove(journal.path), 0);
    return text;
}

static Journals journals_of_folder(void) {
    Journals journals;
    Error error = {0};
    ck_assert_msg(journals_read(&journals, folder, &error), "%s", error.text);
    return journals;
}

START_TEST(what_is_written_is_read) {
    size_t length = 0;
    char *text = journal_text(3, &length);
    write_text(text, length);
    Journals j = journals_of_folder();
    ck_assert_uint_eq(j.count, 3);
    ck_assert_uint_eq(j.bad_count, 0);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(j.records[i].key, i + 1);
        ck_assert_str_eq(j.records[i].row, ROW("1"));
        ck_assert_str_eq(j.records[i].measured, MEASURED);
    }
    journals_free(&j);
}
END_TEST

// A writer may die after any byte of a line: the lines before it are there, it is not.
START_TEST(a_torn_tail_costs_its_own_line_only) {
    size_t length = 0;
    char *text = journal_text(2, &length);
    size_t first = strcspn(text, "\n") + 1;
    for (size_t cut = first; cut <= length; cut++) {
        write_text(text, cut);
        Journals j = journals_of_folder();
        ck_assert_uint_eq(j.count, cut == length ? 2 : 1);
        ck_assert_uint_eq(j.bad_count, cut == first || cut == length ? 0 : 1);
        if (j.bad_count > 0) {
            ck_assert(j.bad[0].is_torn);
            ck_assert_uint_eq(j.bad[0].line, 2);
        }
        journals_free(&j);
    }
}
END_TEST

START_TEST(a_new_writer_appends_to_no_torn_file) {
    size_t length = 0;
    char *text = journal_text(2, &length);
    write_text(text, length - 10);
    Journal journal;
    Error error = {0};
    ck_assert(journal_open(&journal, folder, &error));
    append(&journal, 2, ROW("1"));
    ck_assert(journal_close(&journal, &error));
    ck_assert_str_ne(journal.path, file_path);
    Journals j = journals_of_folder();
    ck_assert_uint_eq(j.count, 2);
    ck_assert_uint_eq(j.bad_count, 1);
    journals_free(&j);
}
END_TEST

// Whatever byte has a flipped bit, the line is refused: it is never read as another row.
START_TEST(a_flipped_bit_is_seen) {
    size_t length = 0;
    char *text = journal_text(2, &length);
    size_t first = strcspn(text, "\n") + 1;
    for (size_t at = 0; at + 1 < first; at++) {
        char whole = text[at];
        text[at] = (char)(whole ^ 1 << at % 8);
        write_text(text, length);
        Journals j = journals_of_folder();
        ck_assert_msg(j.count == 1 && j.records[0].key == 2 && j.bad_count >= 1, "byte %zu", at);
        journals_free(&j);
        text[at] = whole;
    }
}
END_TEST

START_TEST(an_empty_file_and_no_folder_hold_nothing) {
    write_text("", 0);
    Journals j = journals_of_folder();
    ck_assert_uint_eq(j.count + j.bad_count, 0);
    journals_free(&j);
    Error error = {0};
    ck_assert(journals_read(&j, "build/no-such-folder", &error));
    ck_assert_uint_eq(j.count, 0);
    journals_free(&j);
}
END_TEST

START_TEST(a_writer_without_a_row_leaves_no_file) {
    Journal journal;
    Error error = {0};
    ck_assert(journal_open(&journal, folder, &error));
    ck_assert(journal_close(&journal, &error));
    Journals j = journals_of_folder();
    ck_assert_uint_eq(j.file_count, 0);
    journals_free(&j);
}
END_TEST

// As when the disk is full: the line is taken back, and the message says what is safe.
START_TEST(a_full_disk_leaves_whole_lines) {
    Journal journal;
    Error error = {0};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert(journal_open(&journal, folder, &error));
    append(&journal, 1, ROW("1"));
    append(&journal, 2, ROW("1"));
    struct rlimit limit = {journal.bytes + 20, RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool good = journal_append(&journal, 3, ROW("1"), MEASURED, &error);
    limit.rlim_cur = RLIM_INFINITY;  // Check writes a file as well
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!good);
    ck_assert_ptr_nonnull(strstr(error.text, "its 2 rows are safe"));
    journal_close(&journal, &error);
    Journals j = journals_of_folder();
    ck_assert_uint_eq(j.count, 2);
    ck_assert_uint_eq(j.bad_count, 0);
    journals_free(&j);
}
END_TEST

// ---- what `ouro results` makes of them ----

static Results results_of(const char *const *rows, size_t count) {
    Journal journal;
    Error error = {0};
    Results results;
    ck_assert(journal_open(&journal, folder, &error));
    for (size_t i = 0; i < count; i++) append(&journal, 1, rows[i]);
    ck_assert(journal_close(&journal, &error));
    ck_assert_msg(results_read(&results, folder, &error), "%s", error.text);
    remove(journal.path);
    return results;
}

START_TEST(the_same_row_twice_is_a_duplicate) {
    const char *rows[] = {ROW("1"), ROW("1")};
    Results one = results_of(rows, 1), two = results_of(rows, 2);
    ck_assert_uint_eq(two.count, 1);
    ck_assert_uint_eq(two.duplicate_count, 1);
    ck_assert_uint_eq(two.conflict_count, 0);
    ck_assert_uint_eq(one.digest, two.digest);
    results_free(&one);
    results_free(&two);
}
END_TEST

START_TEST(another_row_for_the_same_key_is_a_conflict) {
    const char *rows[] = {ROW("1"), ROW("2"), ROW("1")};
    Results r = results_of(rows, 3);
    char field[FLAT_NAME_SIZE];
    ck_assert_uint_eq(r.conflict_count, 1);
    conflict_field(&r.conflicts[0], field);
    ck_assert_str_eq(field, "result_digest");
    results_free(&r);
}
END_TEST

START_TEST(a_whole_row_replaces_one_of_a_run_that_died) {
    const char *rows[] = {DEAD, ROW("1"), DEAD}, *whole[] = {ROW("1")};
    Results both = results_of(rows, 3), one = results_of(whole, 1);
    ck_assert_uint_eq(both.count, 1);
    ck_assert_uint_eq(both.conflict_count, 0);
    ck_assert_str_eq(both.rows[0]->row, ROW("1"));
    ck_assert_uint_eq(both.digest, one.digest);
    results_free(&both);
    results_free(&one);
}
END_TEST

START_TEST(cells_without_a_row_are_holes) {
    char path[96];
    static const char list[] =
        "{\"command\":\"ouro sweep\"}\n"
        "{\"key\":\"0000000000000001\",\"workload\":\"w\"}\n"
        "{\"key\":\"0000000000000002\",\"workload\":\"w\"}\n";
    snprintf(path, sizeof path, "%s/sweep.jsonl", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(list, file);
    fclose(file);
    const char *rows[] = {ROW("1")};
    Results r = results_of(rows, 1);
    ck_assert_uint_eq(r.count, 1);
    ck_assert_uint_eq(r.hole_count, 1);
    ck_assert_uint_eq(r.holes[0]->key, 2);
    results_free(&r);
}
END_TEST

START_TEST(json_fields_are_read_as_they_were_written) {
    const char *object = "{\"a\":\"x \\\"y\\\" \\\\ \\u0007\",\"b\":12,\"c\":\"\"}";
    char text[32];
    uint64_t number = 0;
    ck_assert(flat_json_text(object, "a", text, sizeof text));
    ck_assert_str_eq(text, "x \"y\" \\ \a");
    ck_assert(flat_json_number(object, "b", &number));
    ck_assert_uint_eq(number, 12);
    ck_assert(flat_json_text(object, "c", text, sizeof text));
    ck_assert_str_eq(text, "");
    ck_assert(!flat_json_text(object, "d", text, sizeof text));
    ck_assert(!flat_json_text("{\"a\":[1]}", "a", text, sizeof text));
}
END_TEST

// Rows come from other people's folders as well: what a name holds is no SQL, and no command.
START_TEST(strange_names_of_fields_are_columns_of_a_database) {
    const char *rows[] = {
        "{\"workload\":\"w\",\"a\\\"b\":1,\"x); DROP TABLE runs; --\":\"\\u0007%n\","
        "\"result_digest\":\"1\"}"};
    Results r = results_of(rows, 1);
    Values columns = results_columns(&r);
    char path[96];
    Error error = {0};
    ck_assert_uint_eq(columns.count, 4);
    ck_assert_str_eq(columns.texts[1], "a\"b");
    snprintf(path, sizeof path, "%s/x.sqlite", folder);
    // The table takes them; only the views miss what a run has.
    ck_assert(!sqlite_file_write(path, &r, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "no such column: workload_digest"));
    values_free(&columns);
    results_free(&r);
}
END_TEST

START_TEST(more_fields_than_a_database_has_columns_are_refused) {
    enum { FIELDS = 3000 };
    char *row = memory_new(FIELDS * 16 + 64, 1), path[96];
    size_t used = (size_t)sprintf(row, "{\"result_digest\":\"1\"");
    for (int i = 0; i < FIELDS; i++) used += (size_t)sprintf(row + used, ",\"f%d\":%d", i, i);
    sprintf(row + used, "}");
    const char *rows[] = {row};
    Results r = results_of(rows, 1);
    Error error = {0};
    snprintf(path, sizeof path, "%s/x.sqlite", folder);
    ck_assert(!sqlite_file_write(path, &r, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "too many columns"));
    results_free(&r);
    free(row);
}
END_TEST

Suite *journal_suite(void) {
    Suite *suite = suite_create("journal");
    TCase *tests = tcase_create("journal");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, a_torn_tail_costs_its_own_line_only);
    tcase_add_test(tests, a_new_writer_appends_to_no_torn_file);
    tcase_add_test(tests, a_flipped_bit_is_seen);
    tcase_add_test(tests, an_empty_file_and_no_folder_hold_nothing);
    tcase_add_test(tests, a_writer_without_a_row_leaves_no_file);
    tcase_add_test(tests, a_full_disk_leaves_whole_lines);
    tcase_add_test(tests, the_same_row_twice_is_a_duplicate);
    tcase_add_test(tests, another_row_for_the_same_key_is_a_conflict);
    tcase_add_test(tests, a_whole_row_replaces_one_of_a_run_that_died);
    tcase_add_test(tests, cells_without_a_row_are_holes);
    tcase_add_test(tests, json_fields_are_read_as_they_were_written);
    tcase_add_test(tests, strange_names_of_fields_are_columns_of_a_database);
    tcase_add_test(tests, more_fields_than_a_database_has_columns_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
