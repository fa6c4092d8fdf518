// test_values.c -- lists and ranges of a sweep
#include "cli/values.h"

#include <stdio.h>
#include <string.h>

#include "suites.h"

// All values, separated by blanks; "error: ..." when there are none.
static const char *expanded(const char *text, ValuesKind kind) {
    static char joined[4096];
    Values values = {0};
    Error error = {0};
    size_t used = 0;
    joined[0] = '\0';
    if (!values_expand(&values, text, kind, &error)) {
        ck_assert_str_ne(error.text, "");
        snprintf(joined, sizeof joined, "error: %s", error.text);
    } else {
        for (size_t i = 0; i < values.count; i++)
            used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%s", i > 0 ? " " : "",
                                     values.texts[i]);
    }
    values_free(&values);
    return joined;
}

static const struct {
    ValuesKind kind;
    const char *text, *values;
} CASES[] = {
    {VALUES_COUNT, "700", "700"},
    {VALUES_COUNT, "700,2000,10k", "700 2000 10k"},
    {VALUES_COUNT, " 700 , 2000 ", "700 2000"},
    {VALUES_COUNT, "geometric mean=5k", "geometric mean=5k"},
    {VALUES_COUNT, "0..10/6", "0 2 4 6 8 10"},
    {VALUES_COUNT, "100..5000/3", "100 2550 5000"},
    {VALUES_COUNT, "100..5k/3", "100 2550 5000"},
    {VALUES_COUNT, "1Ki..2Ki/2", "1024 2048"},
    {VALUES_COUNT, "0.5k..1k/2", "500 1000"},
    {VALUES_COUNT, "0..1/6", "0 1"},        // integers stay integers, each once
    {VALUES_COUNT, "0..10/4", "0 3 7 10"},  // the nearest ones
    {VALUES_COUNT, "1,5..7/3,9", "1 5 6 7 9"},
    {VALUES_COUNT, "7..7/2", "7"},
    {VALUES_COUNT, "1000G..2000G/2", "1000000000000 2000000000000"},
    {VALUES_BYTES, "1k..2k/2", "1024 2048"},
    {VALUES_BYTES, "0..1M/3", "0 524288 1048576"},
    {VALUES_DECIMAL, "0..0.5/6", "0 0.1 0.2 0.3 0.4 0.5"},
    {VALUES_DECIMAL, "0..1/6", "0 0.2 0.4 0.6 0.8 1"},
    {VALUES_DECIMAL, "0..1/4", "0 0.333333 0.666667 1"},
    {VALUES_DECIMAL, "0..50%/6", "0% 10% 20% 30% 40% 50%"},
    {VALUES_DECIMAL, "5%..10%/2,0.5", "5% 10% 0.5"},
    {VALUES_WHOLE, "a 20%, b 10%", "a 20%, b 10%"},
};

START_TEST(a_text_stands_for_these_values) {
    ck_assert_str_eq(expanded(CASES[_i].text, CASES[_i].kind), CASES[_i].values);
}
END_TEST

static const struct {
    ValuesKind kind;
    const char *text, *why;
} BAD[] = {
    {VALUES_COUNT, "0..10", "low..high/steps"},
    {VALUES_COUNT, "0..10/1", "2 to 10000 steps"},
    {VALUES_COUNT, "0..10/x", "2 to 10000 steps"},
    {VALUES_COUNT, "10..0/2", "low end"},
    {VALUES_COUNT, "..10/2", "are numbers"},
    {VALUES_COUNT, "0..ten/2", "are numbers"},
    {VALUES_COUNT, "0..10%/2", "are numbers"},
    {VALUES_COUNT, "0..10kk/2", "are numbers"},
    {VALUES_COUNT, "1,,2", "is empty"},
    {VALUES_COUNT, "", "is empty"},
    {VALUES_DECIMAL, "0..10k/2", "are numbers"},
    {VALUES_DECIMAL, "0.1..50%/2", "same unit"},
    {VALUES_COUNT, "0..10000/10000,0..10000/10000", "more than 10000"},
};

START_TEST(what_is_no_list_is_refused_with_a_reason) {
    const char *answer = expanded(BAD[_i].text, BAD[_i].kind);
    ck_assert_msg(strncmp(answer, "error: ", 7) == 0 && strstr(answer, BAD[_i].why) != NULL,
                  "'%s': %s", BAD[_i].text, answer);
}
END_TEST

Suite *values_suite(void) {
    Suite *suite = suite_create("values");
    TCase *tests = tcase_create("values");
    tcase_add_loop_test(tests, a_text_stands_for_these_values, 0, ARRAY_LENGTH(CASES));
    tcase_add_loop_test(tests, what_is_no_list_is_refused_with_a_reason, 0, ARRAY_LENGTH(BAD));
    suite_add_tcase(suite, tests);
    return suite;
}
