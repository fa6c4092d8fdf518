// test_gate_print.c -- a verdict in each of its formats, word for word
//
// tests/golden/gate.FORMAT is the whole; a test that fails prints what is said now.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gate_print.h"
#include "gate_case.h"
#include "suites.h"

// What is printed into memory.
typedef struct {
    char *text;
    size_t length;
    FILE *file;
} Printed;

static Printed *printed_open(Printed *printed) {
    printed->file = open_memstream(&printed->text, &printed->length);
    ck_assert(printed->file != NULL);
    return printed;
}

static void printed_expect(Printed *printed, const char *text) {
    fclose(printed->file);
    ck_assert_str_eq(printed->text, text);
    free(printed->text);
}

// ---- one of each state ----

#define X(name, what) #name,
static const char *const FORMATS[] = {GATE_FORMATS(X)};
#undef X

// Policy p is waived, changed and better; q died, r is gone, s's is new and so is workload tree, t
// is worse in two figures and lacks one, of v the digest differs, and
// nothing can be said of u.
static GateCase case_of_all(void) {
    GateCase c = case_open("ok", "ok");
    case_put(&c.base, GATE_ALL, WORD_COMMAND, "ouro run churn");
    case_put(&c.found, GATE_ALL, WORD_COMMAND, "ouro run churn");
    case_figure(&c, "edges", "10", "11");
    case_waiver(&c, "edges", "20", "2026-12-31");
    case_figure(&c, "collections", "5", "6");
    case_figure(&c, "peak_held_bytes", "1048576", "1048575");
    static const char *const same[] = {"t", "u", "v"};
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++) {
        case_put(&c.base, same[i], "status", "ok");
        case_put(&c.found, same[i], "status", "ok");
    }
    case_put(&c.base, "t", "candidates", "1000");
    case_put(&c.found, "t", "candidates", "1500");
    case_put(&c.base, "u", "measured_pause_ns_max", "1000,1001");
    case_put(&c.found, "u", "measured_pause_ns_max", "2000,2001");
    case_put(&c.base, "t", "collections", "5");
    case_put(&c.found, "t", "collections", "many");
    case_put(&c.base, "t", "drag", "1000000");
    case_put(&c.found, "t", "drag", "1000001");
    case_put(&c.base, "t", "edges", "10");
    case_put(&c.base, "v", WORD_DIGEST, "0a");
    case_put(&c.found, "v", WORD_DIGEST, "0b");
    Error error = {0};
    ck_assert(gate_figures_add(&c.found, (GateFigure){"tree", "p", "status", "ok", 0}, &error));
    case_put(&c.base, "q", "status", "ok");
    case_put(&c.found, "q", "status", "oom");
    case_put(&c.base, "r", "status", "ok");
    case_put(&c.found, "s's", "status", "ok");
    case_judge(&c);
    ck_assert_msg(c.judged, "%s", c.error.text);
    return c;
}

// The whole of a file of tests/golden/; free() it.
static char *golden_read(const char *name) {
    char path[64], *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "tests/golden/gate.%s", name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is not there", path);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    fclose(file);
    return text;
}

START_TEST(every_state_is_told) {
    GateCase c = case_of_all();
    Error error = {0};
    Printed printed = {0};
    GateWriter write = gate_writer(FORMATS[_i], &error);
    ck_assert_msg(write != NULL, "%s", error.text);
    write(printed_open(&printed)->file, &(GateReport){&c.verdict, &c.found, "base.tsv"});
    char *golden = golden_read(FORMATS[_i]);
    printed_expect(&printed, golden);
    free(golden);
    case_close(&c);
}
END_TEST

// ---- parts ----

START_TEST(a_change_is_told_with_as_many_digits_as_it_has) {
    static const struct {
        int64_t ppm;
        const char *text;
    } rows[] = {{0, ""},
                {1, "+1 ppm"},
                {-999, "-999 ppm"},
                {1000, "+0.1 %"},
                {-54321, "-5.4 %"},
                {2000000, "+200.0 %"},
                {INT64_MAX, "from 0"}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char text[GATE_CHANGE_SIZE];
        gate_change_text(text, &(Finding){.change_ppm = rows[i].ppm});
        ck_assert_str_eq(text, rows[i].text);
    }
}
END_TEST

START_TEST(no_character_leaves_its_place) {
    static const char hostile[] = "a<&>\"'|\x01\xff\n";
    Printed printed = {0};
    gate_write_xml(printed_open(&printed)->file, hostile);
    printed_expect(&printed, "a&lt;&amp;&gt;&quot;&apos;|??\n");
    gate_write_markdown(printed_open(&printed)->file, hostile);
    printed_expect(&printed, "a&lt;&amp;\\>\"'\\| \xff ");
    gate_write_github(printed_open(&printed)->file, "50 %, a:b\r\n");
    printed_expect(&printed, "50 %25, a:b%0D%0A");
    gate_write_property(printed_open(&printed)->file, "50 %, a:b\r\n");
    printed_expect(&printed, "50 %25%2C a%3Ab%0D%0A");
}
END_TEST

// The table ends after 100 findings, and says so; tab-separated values have all.
START_TEST(a_long_table_is_cut_off_and_says_so) {
    GateCase c = {.judged = false};
    Printed printed = {0};
    for (int i = 0; i < 103; i++) {
        char policy[8];
        snprintf(policy, sizeof policy, "p%d", i);
        case_put(&c.found, policy, "status", "ok");
    }
    case_judge(&c);
    gate_print_text(printed_open(&printed)->file, &(GateReport){&c.verdict, &c.found, "b"});
    fclose(printed.file);
    ck_assert(strstr(printed.text, "\n... and 3 more (--format tsv has all)\n103 new; ") != NULL);
    free(printed.text);
    gate_print_tsv(printed_open(&printed)->file, &(GateReport){&c.verdict, &c.found, "b"});
    fclose(printed.file);
    size_t lines = 0;
    for (const char *p = printed.text; *p != '\0'; p++) lines += *p == '\n';
    ck_assert_uint_eq(lines, 1 + 103);
    free(printed.text);
    case_close(&c);
}
END_TEST

// What is printed with three digits differs in the last of seven.
START_TEST(figures_that_differ_do_not_look_alike) {
    GateCase c = case_open("ok", "ok");
    Printed printed = {0};
    case_figure(&c, "peak_held_bytes", "1048576000", "1048576001");
    case_figure(&c, WORD_DIGEST, "0a", "0b");
    case_judge(&c);
    gate_print_text(printed_open(&printed)->file, &(GateReport){&c.verdict, &c.found, "b"});
    fclose(printed.file);
    ck_assert_msg(strstr(printed.text, "1048576000  1048576001") != NULL, "%s", printed.text);
    free(printed.text);
    case_close(&c);
}
END_TEST

START_TEST(nothing_to_report_is_no_table) {
    GateCase c = case_open("ok", "ok");
    Printed printed = {0};
    case_judge(&c);
    gate_print_markdown(printed_open(&printed)->file, &(GateReport){&c.verdict, &c.found, "b"});
    printed_expect(&printed, "1 of 1 figures of 1 runs are unchanged\nThe gate says yes.\n");
    case_close(&c);
}
END_TEST

Suite *gate_print_suite(void) {
    Suite *suite = suite_create("gate_print");
    TCase *tests = tcase_create("formats");
    tcase_add_loop_test(tests, every_state_is_told, 0, ARRAY_LENGTH(FORMATS));
    tcase_add_test(tests, a_change_is_told_with_as_many_digits_as_it_has);
    tcase_add_test(tests, no_character_leaves_its_place);
    tcase_add_test(tests, a_long_table_is_cut_off_and_says_so);
    tcase_add_test(tests, figures_that_differ_do_not_look_alike);
    tcase_add_test(tests, nothing_to_report_is_no_table);
    suite_add_tcase(suite, tests);
    return suite;
}
