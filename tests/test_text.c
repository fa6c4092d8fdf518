// test_text.c -- numbers, sizes, shares and names as people write them, and knobs made of them
#include "text.h"

#include <stdio.h>

#include "param.h"
#include "suites.h"

// One of text_count, text_bytes.
typedef bool (*NumberReader)(const char *text, uint64_t low, uint64_t high, uint64_t *value,
                             Error *error);

static void number_is(NumberReader read, const char *text, uint64_t expected) {
    uint64_t value = ~expected;
    Error error = {0};
    ck_assert_msg(read(text, 0, UINT64_MAX, &value, &error), "%s", error.text);
    ck_assert_msg(value == expected, "'%s' is read as %ju", text, (uintmax_t)value);
}

static void number_refused(NumberReader read, const char *text, const char *message) {
    uint64_t value = 0;
    Error error = {0};
    ck_assert_msg(!read(text, 5, 2000, &value, &error), "'%s' is accepted", text);
    ck_assert_str_eq(error.text, message);
}

START_TEST(a_count_may_have_a_suffix) {
    number_is(text_count, "0", 0);
    number_is(text_count, "700", 700);
    number_is(text_count, "30k", 30000);
    number_is(text_count, "30K", 30000);
    number_is(text_count, "2M", 2000000);
    number_is(text_count, "3G", 3000000000);
    number_is(text_count, "18446744073709551615", UINT64_MAX);
}
END_TEST

START_TEST(a_suffix_with_i_means_1024) {
    number_is(text_count, "4Ki", 4096);
    number_is(text_count, "1Mi", 1048576);
    number_is(text_count, "2Gi", UINT64_C(2) << 30);
    number_is(text_bytes, "4KiB", 4096);
}
END_TEST

START_TEST(bytes_count_in_1024s) {
    number_is(text_bytes, "100", 100);
    number_is(text_bytes, "4k", 4096);
    number_is(text_bytes, "256M", 256u << 20);
    number_is(text_bytes, "1.5GB", UINT64_C(3) << 29);
}
END_TEST

START_TEST(a_fraction_may_give_a_whole_number) {
    number_is(text_count, "1.5M", 1500000);
    number_is(text_count, "2.0", 2);
    number_is(text_bytes, "0.5k", 512);
}
END_TEST

START_TEST(every_digit_of_a_fraction_counts) { number_is(text_count, "1.123456789G", 1123456789); }
END_TEST

START_TEST(blanks_around_a_number_are_ignored) {
    number_is(text_count, "  7 ", 7);
    number_is(text_count, "7 k ", 7000);
}
END_TEST

START_TEST(a_fraction_of_one_is_refused) {
    number_refused(text_count, "7.5", "'7.5' is not a whole number");
    number_refused(text_count, "1.2345k", "'1.2345k' is not a whole number");
}
END_TEST

START_TEST(what_is_no_number_is_refused) {
    static const char *const texts[] = {"",   "k",  "x7",   "-7", "7x", ".5",
                                        "7.", "7m", "7 7k", "7B", "7kk"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        char message[128];
        snprintf(message, sizeof message, "'%s' is not a number such as 700, 30k or 1.5M",
                 texts[i]);
        number_refused(text_count, texts[i], message);
    }
}
END_TEST

START_TEST(a_number_beyond_64_bits_is_out_of_range) {
    static const char *const texts[] = {"18446744073709551616", "99999999999G", "18446744073710M",
                                        "340282366920938463463374607431768211456",
                                        "999999999999999999999999999999999999999999999999Gi"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        char message[128];
        snprintf(message, sizeof message, "%s is out of range: 5 to 2000 are allowed", texts[i]);
        number_refused(text_count, texts[i], message);
        number_refused(text_bytes, texts[i], message);
    }
    number_is(text_count, "18446744073709551.615k", UINT64_MAX);
}
END_TEST

START_TEST(a_number_out_of_range_is_refused_with_the_range) {
    number_refused(text_count, "4", "4 is out of range: 5 to 2000 are allowed");
    number_refused(text_count, "3k", "3k is out of range: 5 to 2000 are allowed");
    number_refused(text_bytes, "2k", "2k is out of range: 5 to 2000 are allowed");
}
END_TEST

START_TEST(the_ends_of_a_range_are_allowed) {
    uint64_t value = 0;
    Error error = {0};
    ck_assert(text_count("5", 5, 2000, &value, &error));
    ck_assert(text_count("2k", 5, 2000, &value, &error));
}
END_TEST

START_TEST(a_decimal_is_scaled) {
    uint64_t value = 0;
    Error error = {0};
    ck_assert(text_decimal("1.25", 1000, 0, 2000, &value, &error));
    ck_assert_uint_eq(value, 1250);
    ck_assert(text_decimal(" 2 ", 1000, 0, 2000, &value, &error));
    ck_assert_uint_eq(value, 2000);
}
END_TEST

static void decimal_refused(const char *text, const char *message) {
    uint64_t value = 0;
    Error error = {0};
    ck_assert(!text_decimal(text, 1000, 200, 10000, &value, &error));
    ck_assert_str_eq(error.text, message);
}

START_TEST(a_bad_decimal_is_refused) {
    decimal_refused("1k", "'1k' is not a number such as 1.5");
    decimal_refused("x", "'x' is not a number such as 1.5");
    decimal_refused("0.1", "0.1 is out of range: 0.2 to 10 are allowed");
    decimal_refused("10.001", "10.001 is out of range: 0.2 to 10 are allowed");
}
END_TEST

START_TEST(a_share_is_in_percent_or_a_fraction) {
    static const struct {
        const char *text;
        uint32_t ppm;
    } shares[] = {{"30%", 300000}, {"0.5 %", 5000}, {"0.3", 300000},
                  {"1", 1000000},  {"0", 0},        {" 100 % ", 1000000},
                  {"0.0001%", 1},  {"0.000001", 1}, {"33.3333%", 333333}};
    for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
        uint32_t ppm = 77;
        Error error = {0};
        ck_assert_msg(text_share(shares[i].text, &ppm, &error), "%s", error.text);
        ck_assert_uint_eq(ppm, shares[i].ppm);
    }
}
END_TEST

START_TEST(a_share_above_the_whole_is_refused) {
    static const char *const texts[] = {"101%", "30", "-1%", "30%%", "30% x", "", "%"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        char message[128];
        uint32_t ppm = 0;
        Error error = {0};
        snprintf(message, sizeof message,
                 "'%s' is not a share: 0 %% to 100 %%, or 0 to 1, are allowed", texts[i]);
        ck_assert(!text_share(texts[i], &ppm, &error));
        ck_assert_str_eq(error.text, message);
    }
}
END_TEST

START_TEST(a_flag_has_four_spellings) {
    static const char *const yes[] = {"yes", "on", "true", "1", "Yes"};
    static const char *const no[] = {"no", "off", "false", "0", "OFF"};
    Error error = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(yes); i++) {
        bool first = false, second = true;
        ck_assert(text_bool(yes[i], &first, &error) && first);
        ck_assert(text_bool(no[i], &second, &error) && !second);
    }
}
END_TEST

START_TEST(a_doubtful_flag_is_refused) {
    bool value = false;
    Error error = {0};
    ck_assert(!text_bool("maybe", &value, &error));
    ck_assert_str_eq(error.text, "'maybe' is neither yes nor no");
}
END_TEST

static const char *const NAMES[] = {"rounds", "memory_limit", "scale", "seed", "lifetime"};

static const char *nearest(const char *name) {
    return text_nearest(name, NAMES, ARRAY_LENGTH(NAMES));
}

START_TEST(a_slip_of_the_pen_finds_the_name_meant) {
    ck_assert_pstr_eq(nearest("round"), "rounds");  // a letter lacks
    ck_assert_pstr_eq(nearest("sceed"), "seed");    // one too many
    ck_assert_pstr_eq(nearest("scake"), "scale");   // another one
    ck_assert_pstr_eq(nearest("memroy_limit"), "memory_limit");
    ck_assert_pstr_eq(nearest("seed"), "seed");
}
END_TEST

START_TEST(a_name_like_no_other_finds_none) {
    ck_assert_ptr_null(nearest("allocations"));
    ck_assert_ptr_null(nearest("xxxxxx"));
    ck_assert_ptr_null(text_nearest("rounds", NAMES, 0));
}
END_TEST

START_TEST(squeezed_text_has_single_blanks) {
    char result[32];
    text_squeeze(" \t a  b\r\n\tc \n", result, sizeof result);
    ck_assert_str_eq(result, "a b c");
    text_squeeze("   ", result, sizeof result);
    ck_assert_str_eq(result, "");
}
END_TEST

START_TEST(squeezed_text_is_cut_to_its_place) {
    char result[4];
    text_squeeze("  abcdef", result, sizeof result);
    ck_assert_str_eq(result, "abc");
}
END_TEST

START_TEST(words_are_read_one_by_one) {
    const char *text = "  tree\tfanout=4 ";
    char word[6];
    ck_assert(text_word(&text, word, sizeof word));
    ck_assert_str_eq(word, "tree");
    ck_assert(text_word(&text, word, sizeof word));
    ck_assert_str_eq(word, "fa...");  // cut: no other word
    ck_assert(!text_word(&text, word, sizeof word));
}
END_TEST

START_TEST(characters_are_those_of_utf8) {
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {{"", 0},
                 {"a", 1},
                 {"\x7f", 1},
                 {"\xc3\xa9", 2},
                 {"\xe2\x98\x85", 3},
                 {"\xf0\x9f\x90\x8d", 4},
                 {"\xf4\x8f\xbf\xbf", 4},
                 {"\x80", 0},              // not a first byte
                 {"\xc1\x81", 0},          // overlong
                 {"\xe0\x80\xaf", 0},      // overlong
                 {"\xf0\x80\x80\x80", 0},  // overlong
                 {"\xed\xa0\x80", 0},      // a surrogate
                 {"\xf4\x90\x80\x80", 0},  // above U+10FFFF
                 {"\xff", 0},
                 {"\xe2\x98", 0},  // cut
                 {"\xe2\x98z", 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        ck_assert_uint_eq(text_character(cases[i].text), cases[i].length);
}
END_TEST

START_TEST(plain_text_has_no_control_characters_and_is_utf8) {
    char result[16];
    text_plain("a\tb\n\x1b[2J\x7f", result, sizeof result);
    ck_assert_str_eq(result, "a?b??[2J?");
    text_plain("\xff\xc3\xa9\xc2\x9bz\xe2\x98", result, sizeof result);
    ck_assert_str_eq(result, "?\xc3\xa9?z??");
    text_plain(result, result, sizeof result);  // it may be its own place
    ck_assert_str_eq(result, "?\xc3\xa9?z??");
    text_plain("ab\xe2\x98\x85", result, 5);  // between characters
    ck_assert_str_eq(result, "ab");
}
END_TEST

START_TEST(a_long_message_keeps_both_ends) {
    char name[700];
    Error error = {0};
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    error_set(&error, "file.ini:7: %s: 1 to 3 are allowed", name);
    ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
    ck_assert_int_eq(strncmp(error.text, "file.ini:7: xx", 14), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "xx ... xx"));
    ck_assert_ptr_nonnull(strstr(error.text, "xx: 1 to 3 are allowed"));
}
END_TEST

enum { KNOBS = 5 };

static const Knob TABLE[KNOBS] = {
    {"threshold", KNOB_COUNT, "2k", 1, 1000000, NULL, ""},
    {"budget", KNOB_BYTES, "1M", 0, 1ull << 40, NULL, ""},
    {"freeze", KNOB_FLAG, "no", 0, 0, NULL, ""},
    {"order", KNOB_TEXT, "young", 0, 0, "young|old", ""},
    {"pools", KNOB_TEXT, "model", 0, 0, NULL, ""},
};

// The description of the defaults with `settings` on top.
static const char *described(const char *settings) {
    static char text[256];
    KnobValue values[KNOBS];
    Error error = {0};
    ck_assert(param_defaults("p", TABLE, KNOBS, values, &error));
    ck_assert_msg(param_set("p", TABLE, KNOBS, settings, values, &error), "%s", error.text);
    param_describe(TABLE, KNOBS, values, text, sizeof text);
    return text;
}

static void knob_refused(const char *settings, const char *message) {
    KnobValue values[KNOBS];
    Error error = {0};
    ck_assert(param_defaults("p", TABLE, KNOBS, values, &error));
    ck_assert(!param_set("p", TABLE, KNOBS, settings, values, &error));
    ck_assert_str_eq(error.text, message);
}

START_TEST(without_settings_knobs_have_their_defaults) {
    const char *defaults = "threshold=2000,budget=1048576,freeze=no,order=young,pools=model";
    ck_assert_str_eq(described(NULL), defaults);
    ck_assert_str_eq(described(""), defaults);
}
END_TEST

START_TEST(the_last_setting_of_a_knob_wins) {
    ck_assert_str_eq(described("order=old,threshold=1k,freeze=on,threshold=3k"),
                     "threshold=3000,budget=1048576,freeze=yes,order=old,pools=model");
}
END_TEST

START_TEST(a_description_describes_itself) {
    char text[256];
    snprintf(text, sizeof text, "%s", described("threshold=0.5M,budget=3k,freeze=1,pools=a+b-c"));
    ck_assert_str_eq(text, "threshold=500000,budget=3072,freeze=yes,order=young,pools=a+b-c");
    ck_assert_str_eq(described(text), text);
}
END_TEST

START_TEST(a_description_is_cut_to_its_place) {
    char text[12];
    KnobValue values[KNOBS];
    Error error = {0};
    ck_assert(param_defaults("p", TABLE, KNOBS, values, &error));
    param_describe(TABLE, KNOBS, values, text, sizeof text);
    ck_assert_str_eq(text, "threshold=2");
}
END_TEST

START_TEST(an_unknown_knob_is_refused_with_a_suggestion) {
    knob_refused("treshold=1",
                 "policy p: unknown knob 'treshold'; did you mean 'threshold'? "
                 "(ouro list policies shows all)");
    knob_refused("x=1", "policy p: unknown knob 'x' (ouro list policies shows all)");
}
END_TEST

START_TEST(a_policy_without_knobs_takes_none) {
    Error error = {0};
    ck_assert(!param_set("p", NULL, 0, "x=1", NULL, &error));
    ck_assert_str_eq(error.text, "policy p: takes no knobs, found 'x'");
}
END_TEST

START_TEST(a_bad_value_of_a_knob_is_refused) {
    knob_refused("threshold=0", "policy p: threshold: 0 is out of range: 1 to 1000000 are allowed");
    knob_refused("freeze=maybe", "policy p: freeze: 'maybe' is neither yes nor no");
    knob_refused("order=you", "policy p: order: 'you' is not allowed; allowed: young|old");
    knob_refused("pools=a b", "policy p: pools: 'a b' is not a name, or a+b+c of names");
    knob_refused("freeze", "policy p: 'freeze' is not knob=value");
}
END_TEST

static TCase *numbers_case(void) {
    TCase *tests = tcase_create("numbers");
    tcase_add_test(tests, a_count_may_have_a_suffix);
    tcase_add_test(tests, a_suffix_with_i_means_1024);
    tcase_add_test(tests, bytes_count_in_1024s);
    tcase_add_test(tests, a_fraction_may_give_a_whole_number);
    tcase_add_test(tests, every_digit_of_a_fraction_counts);
    tcase_add_test(tests, blanks_around_a_number_are_ignored);
    tcase_add_test(tests, a_fraction_of_one_is_refused);
    tcase_add_test(tests, what_is_no_number_is_refused);
    tcase_add_test(tests, a_number_beyond_64_bits_is_out_of_range);
    tcase_add_test(tests, a_number_out_of_range_is_refused_with_the_range);
    tcase_add_test(tests, the_ends_of_a_range_are_allowed);
    tcase_add_test(tests, a_decimal_is_scaled);
    tcase_add_test(tests, a_bad_decimal_is_refused);
    tcase_add_test(tests, a_share_is_in_percent_or_a_fraction);
    tcase_add_test(tests, a_share_above_the_whole_is_refused);
    return tests;
}

static TCase *words_case(void) {
    TCase *tests = tcase_create("words");
    tcase_add_test(tests, a_flag_has_four_spellings);
    tcase_add_test(tests, a_doubtful_flag_is_refused);
    tcase_add_test(tests, a_slip_of_the_pen_finds_the_name_meant);
    tcase_add_test(tests, a_name_like_no_other_finds_none);
    tcase_add_test(tests, squeezed_text_has_single_blanks);
    tcase_add_test(tests, squeezed_text_is_cut_to_its_place);
    tcase_add_test(tests, words_are_read_one_by_one);
    tcase_add_test(tests, characters_are_those_of_utf8);
    tcase_add_test(tests, plain_text_has_no_control_characters_and_is_utf8);
    tcase_add_test(tests, a_long_message_keeps_both_ends);
    return tests;
}

static TCase *knobs_case(void) {
    TCase *tests = tcase_create("knobs");
    tcase_add_test(tests, without_settings_knobs_have_their_defaults);
    tcase_add_test(tests, the_last_setting_of_a_knob_wins);
    tcase_add_test(tests, a_description_describes_itself);
    tcase_add_test(tests, a_description_is_cut_to_its_place);
    tcase_add_test(tests, an_unknown_knob_is_refused_with_a_suggestion);
    tcase_add_test(tests, a_policy_without_knobs_takes_none);
    tcase_add_test(tests, a_bad_value_of_a_knob_is_refused);
    return tests;
}

Suite *text_suite(void) {
    Suite *suite = suite_create("text");
    suite_add_tcase(suite, numbers_case());
    suite_add_tcase(suite, words_case());
    suite_add_tcase(suite, knobs_case());
    return suite;
}
