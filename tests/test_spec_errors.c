// test_spec_errors.c -- what a workload text may not say, and the words in which it is refused
//
// An error is one line that names file and line (or --set), section, key, what was found and what
// is allowed. People read these lines more often than anything else here: they are part of the
// interface.
#include <stdio.h>

#include "spec.h"
#include "suites.h"

#define SMALLEST "[phase p]\nallocations = 1k\n[population u]\nlifetime = phase\n"

static void set_refused(const char *text, const char *override, const char *message) {
    Spec spec;
    Error error = {0};
    bool good = spec_read_text(&spec, "w.ini", text, &override, override != NULL, &error);
    ck_assert_msg(!good, "this is accepted:\n%s", text);
    ck_assert_str_eq(error.text, message);
}

static void refused(const char *text, const char *message) { set_refused(text, NULL, message); }

// ---- lines ----

START_TEST(an_empty_file_is_refused) {
    refused("", "w.ini: a workload needs a [phase NAME] and a [population NAME]");
    refused("; a comment\n", "w.ini: a workload needs a [phase NAME] and a [population NAME]");
    refused("[phase p]\n", "w.ini: a workload needs a [phase NAME] and a [population NAME]");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_refused) {
    Spec spec;
    Error error = {0};
    ck_assert(!spec_read(&spec, "not-there.ini", NULL, 0, &error));
    ck_assert_str_eq(error.text, "not-there.ini: cannot be read: No such file or directory");
}
END_TEST

START_TEST(a_line_of_neither_kind_is_refused) {
    refused("[phase p]\n\nallocations\n", "w.ini:3: neither [section] nor key = value");
    refused("[phase p\n", "w.ini:1: neither [section] nor key = value");
}
END_TEST

START_TEST(a_key_before_the_first_section_is_refused) {
    refused("; head\nrounds = 3\n" SMALLEST,
            "w.ini:2: this key stands before the first section: 'rounds'");
}
END_TEST

START_TEST(a_line_of_199_characters_is_refused) {
    char text[300];
    snprintf(text, sizeof text, "[phase p]\nallocations = %185d\n", 1);
    refused(text, "w.ini:2: this line is longer than 198 characters: '...'");
}
END_TEST

START_TEST(a_section_of_another_kind_is_refused) {
    refused("[phases]\n",
            "w.ini:1: a section is [workload], [phase NAME] or [population NAME]; "
            "found 'phases'");
    refused("[workload w]\n",
            "w.ini:1: a section is [workload], [phase NAME] or "
            "[population NAME]; found 'workload w'");
    refused("\n[]\n", "w.ini:2: empty section ''");
}
END_TEST

START_TEST(a_section_with_a_bad_name_is_refused) {
    static const char *const headers[] = {"phase", "phase a b", "population a.b",
                                          "phase a2345678901234567890123456789012"};
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        char text[128], message[256];
        snprintf(text, sizeof text, "[%s]\n", headers[i]);
        snprintf(message, sizeof message,
                 "w.ini:1: a section needs one name of 1 to 31 letters, digits, - and _; found "
                 "'%s'",
                 headers[i]);
        refused(text, message);
    }
}
END_TEST

START_TEST(a_name_used_twice_is_refused) {
    refused(SMALLEST "[population u]\n", "w.ini:5: this name was used above: 'u'");
    refused(SMALLEST "[population p]\n", "w.ini:5: this name was used above: 'p'");
    refused("[phase workload]\n", "w.ini:1: this name was used above: 'workload'");
}
END_TEST

START_TEST(a_17th_phase_is_refused) {
    char text[1024] = "";
    size_t used = 0;
    for (int i = 0; i < 17; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "[phase p%d]\n", i);
    }
    refused(text, "w.ini:17: at most 16 phases and 64 populations");
}
END_TEST

// ---- keys ----

START_TEST(an_unknown_key_is_refused_with_a_suggestion) {
    refused(SMALLEST "lifetme = 3\n",
            "w.ini:5: [u] lifetme: unknown key; did you mean "
            "'lifetime'? (ouro help workload lists all)");
    refused("[workload]\nzzzzzz = 3\n" SMALLEST,
            "w.ini:2: [workload] zzzzzz: unknown key (ouro help workload lists all)");
}
END_TEST

START_TEST(a_key_of_populations_in_a_phase_is_refused) {
    refused("[phase p]\nlifetime = 3\n[population u]\nlifetime = 3\n",
            "w.ini:2: [p] lifetime: unknown key here; it is one of a [population NAME]");
}
END_TEST

START_TEST(a_key_given_twice_is_refused) {
    refused(SMALLEST "lifetime = 3\n", "w.ini:5: this key was given above: 'lifetime'");
}
END_TEST

START_TEST(a_key_without_a_value_is_refused) {
    refused("[phase p]\nallocations =\n[population u]\nlifetime = 3\n",
            "w.ini:2: [p] allocations: no value; allowed: 0 to 1000G");
    refused(SMALLEST "shape =\n",
            "w.ini:5: [u] shape: no value; allowed: SHAPE [fanout=N | degree=N]");
}
END_TEST

START_TEST(a_needed_key_that_is_not_there_is_refused) {
    refused("[phase p]\nallocations = 1k\n[population u]\n",
            "w.ini:3: [u] lifetime: needed: phase, round, forever or " DIST_SYNTAX);
    refused(SMALLEST "shape = chain\n",
            "w.ini:3: [u] objects: needed for this shape; allowed: " DIST_SYNTAX);
}
END_TEST

// ---- values ----

// `line` is the fifth, in the section of population u.
static void line_refused(const char *line, const char *message) {
    char text[512];
    snprintf(text, sizeof text, SMALLEST "%s\n", line);
    refused(text, message);
}

START_TEST(a_bad_number_is_refused) {
    line_refused("work = many",
                 "w.ini:5: [u] work: 'many' is not a number such as 700, 30k or 1.5M");
    line_refused("bytes = 8",
                 "w.ini:5: [u] bytes: 8 is out of range: 16 to 1073741824 are allowed");
    refused("[workload]\nrounds = 0\n" SMALLEST,
            "w.ini:2: [workload] rounds: 0 is out of range: 1 to 1000000 are allowed");
    refused("[workload]\nmemory_limit = 1M\n" SMALLEST,
            "w.ini:2: [workload] memory_limit: 1M is out of range: 4194304 to 70368744177664 are "
            "allowed");
    refused("[workload]\nscale = 2x\n" SMALLEST,
            "w.ini:2: [workload] scale: '2x' is not a number such as 1.5");
}
END_TEST

START_TEST(a_bad_word_is_refused) {
    line_refused("cycle_density = 101%",
                 "w.ini:5: [u] cycle_density: '101%' is not a share: 0 % "
                 "to 100 %, or 0 to 1, are allowed");
    line_refused("finalizer = perhaps", "w.ini:5: [u] finalizer: 'perhaps' is neither yes nor no");
    line_refused("payload_on = all", "w.ini:5: [u] payload_on: 'all' is neither root nor every");
    line_refused("resurrect = 10%",
                 "w.ini:5: [u] resurrect: only a unit with finalizer = yes comes back");
    line_refused("store = disk", "w.ini:5: [u] store: 'disk' is neither heap nor external");
}
END_TEST

START_TEST(a_bad_shape_is_refused) {
    line_refused("shape = chian",
                 "w.ini:5: [u] shape: no shape 'chian'; did you mean 'chain'?; allowed: single, "
                 "pair, chain, ring, tree, btree, mesh, instance");
    line_refused("shape = tree", "w.ini:5: [u] shape: this shape needs fanout=N");
    line_refused("shape = mesh", "w.ini:5: [u] shape: this shape needs degree=N");
    line_refused("shape = pair fanout=2", "w.ini:5: [u] shape: this shape takes no fanout=N");
    line_refused("shape = tree degree=2", "w.ini:5: [u] shape: 'degree=2' is not fanout=N");
    line_refused("shape = tree fanout=0",
                 "w.ini:5: [u] shape: 0 is out of range: 1 to 4096 are allowed");
}
END_TEST

START_TEST(a_number_of_objects_that_the_shape_does_not_have_is_refused) {
    line_refused("objects = 2", "w.ini:5: [u] objects: this shape has 1 object");
    line_refused("shape = pair\nobjects = 3", "w.ini:6: [u] objects: this shape has 2 objects");
}
END_TEST

START_TEST(fewer_slots_than_the_shape_needs_are_refused) {
    line_refused("links = u 5%, u 6%\nslots = 2",
                 "w.ini:6: [u] slots: 2 is out of range: 3 to 65535 are allowed");
}
END_TEST

START_TEST(a_bad_lifetime_is_refused) {
    refused("[phase p]\nallocations = 1k\n[population u]\nlifetime = always\n",
            "w.ini:4: [u] lifetime: 'always' is no distribution; allowed: " DIST_SYNTAX);
}
END_TEST

START_TEST(a_bad_link_is_refused) {
    line_refused("links = x 5%", "w.ini:5: [u] links: no population 'x'");
    line_refused("links = p 5%", "w.ini:5: [u] links: no population 'p'");
    line_refused("links = u", "w.ini:5: [u] links: 'u' needs a share, such as u 5%");
    line_refused("links = u 5%,, u 6%", "w.ini:5: [u] links: an empty link");
    line_refused("links = u 5%, u 5%, u 5%, u 5%, u 5%", "w.ini:5: [u] links: at most 4 links");
}
END_TEST

// ---- several sections at once ----

START_TEST(a_population_without_any_phase_is_refused) {
    refused("[population u]\nlifetime = 3\n", "w.ini:1: [u] phase: there is no [phase NAME]");
}
END_TEST

START_TEST(a_population_that_does_not_say_which_phase_is_refused) {
    refused("[phase q]\n" SMALLEST, "w.ini:4: [u] phase: needed: there is more than one phase");
}
END_TEST

START_TEST(an_unknown_phase_is_refused_with_a_suggestion) {
    refused("[phase build]\n[population u]\nphase = biuld\nlifetime = 3\n",
            "w.ini:3: [u] phase: no phase 'biuld' is declared; did you mean 'build'?");
}
END_TEST

START_TEST(shares_that_do_not_sum_to_the_whole_are_refused) {
    refused(SMALLEST "share = 50%\n[population v]\nlifetime = 3\nshare = 49%\n",
            "w.ini: [phase p] has populations whose shares sum to 99.0000 %, not to 100 %");
    refused(SMALLEST "share = 50%\n[population v]\nlifetime = 3\nshare = 51%\n",
            "w.ini: [phase p] has populations whose shares sum to 101.0000 %, not to 100 %");
    refused(SMALLEST "share = 50%\n",
            "w.ini: [phase p] has populations whose shares sum to 50.0000 %, not to 100 %");
}
END_TEST

START_TEST(two_measures_of_one_population_are_refused) {
    line_refused("share = 100%\nallocations = 5",
                 "w.ini: [population u] has both a share and allocations");
    line_refused("allocations = 5\nunits = 5",
                 "w.ini:6: [u] units: give either units or allocations");
}
END_TEST

START_TEST(populations_that_ask_for_more_than_their_phase_are_refused) {
    line_refused("allocations = 1001",
                 "w.ini: [phase p] has populations that ask for more than its allocations");
}
END_TEST

START_TEST(a_share_of_nothing_is_refused) {
    refused("[phase p]\n[population u]\nlifetime = 3\nshare = 100%\n",
            "w.ini: [phase p] needs allocations: its populations have shares of them");
}
END_TEST

START_TEST(links_in_a_circle_are_refused) {
    refused(
        "[phase p]\nallocations = 1k\n"
        "[population u]\nshare = 40%\nlifetime = 3\nlinks = v 5%\n"
        "[population v]\nshare = 40%\nlifetime = 3\nlinks = v 5%, w 5%\n"
        "[population w]\nshare = 20%\nlifetime = 3\nlinks = u 5%\n",
        "w.ini: [population u] links back to itself through other populations");
}
END_TEST

START_TEST(a_mutation_rate_without_links_is_refused) {
    line_refused("mutation_rate = 5%",
                 "w.ini: [population u] has a mutation_rate but no links to store into");
}
END_TEST

START_TEST(too_many_allocations_in_all_are_refused) {
    refused(
        "[workload]\nrounds = 5\n[phase p]\nallocations = 1000G\n"
        "[population u]\nlifetime = 3\n",
        "w.ini: more than 4398046511104 allocations in all");
}
END_TEST

// ---- --set ----

START_TEST(a_setting_of_another_form_is_refused) {
    static const char *const overrides[] = {"rounds=3", "workload.rounds", "rounds=3.5", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(overrides); i++) {
        char message[128];
        snprintf(message, sizeof message, "--set %s: this is not section.key=value", overrides[i]);
        set_refused(SMALLEST, overrides[i], message);
    }
}
END_TEST

START_TEST(a_setting_of_an_unknown_section_is_refused_with_a_suggestion) {
    set_refused(SMALLEST, "worklod.rounds=3",
                "--set worklod.rounds=3: w.ini has no section 'worklod'; did you mean 'workload'?");
    set_refused(SMALLEST, "elsewhere.rounds=3",
                "--set elsewhere.rounds=3: w.ini has no section 'elsewhere'");
}
END_TEST

START_TEST(a_setting_of_an_unknown_key_is_refused_with_a_suggestion) {
    set_refused(SMALLEST, "u.lifetme=3",
                "--set u.lifetme: unknown key; did you mean 'lifetime'? (ouro help workload lists "
                "all)");
    set_refused(SMALLEST, "p.lifetme=3",
                "--set p.lifetme: unknown key; did you mean 'lifetime'? (ouro help workload lists "
                "all)");
}
END_TEST

START_TEST(a_bad_value_of_a_setting_is_refused) {
    set_refused(SMALLEST, "workload.rounds=x",
                "--set workload.rounds: 'x' is not a number such as 700, 30k or 1.5M");
    set_refused(SMALLEST, "u.work=", "--set u.work: no value; allowed: 0 to 1G");
}
END_TEST

START_TEST(a_bad_value_for_all_populations_names_the_phase) {
    set_refused(SMALLEST, "p.work=x", "--set p.work: 'x' is not a number such as 700, 30k or 1.5M");
}
END_TEST

static TCase *lines_case(void) {
    TCase *tests = tcase_create("lines");
    tcase_add_test(tests, an_empty_file_is_refused);
    tcase_add_test(tests, a_file_that_is_not_there_is_refused);
    tcase_add_test(tests, a_line_of_neither_kind_is_refused);
    tcase_add_test(tests, a_key_before_the_first_section_is_refused);
    tcase_add_test(tests, a_line_of_199_characters_is_refused);
    tcase_add_test(tests, a_section_of_another_kind_is_refused);
    tcase_add_test(tests, a_section_with_a_bad_name_is_refused);
    tcase_add_test(tests, a_name_used_twice_is_refused);
    tcase_add_test(tests, a_17th_phase_is_refused);
    return tests;
}

static TCase *keys_case(void) {
    TCase *tests = tcase_create("keys");
    tcase_add_test(tests, an_unknown_key_is_refused_with_a_suggestion);
    tcase_add_test(tests, a_key_of_populations_in_a_phase_is_refused);
    tcase_add_test(tests, a_key_given_twice_is_refused);
    tcase_add_test(tests, a_key_without_a_value_is_refused);
    tcase_add_test(tests, a_needed_key_that_is_not_there_is_refused);
    tcase_add_test(tests, a_bad_number_is_refused);
    tcase_add_test(tests, a_bad_word_is_refused);
    tcase_add_test(tests, a_bad_shape_is_refused);
    tcase_add_test(tests, a_number_of_objects_that_the_shape_does_not_have_is_refused);
    tcase_add_test(tests, fewer_slots_than_the_shape_needs_are_refused);
    tcase_add_test(tests, a_bad_lifetime_is_refused);
    tcase_add_test(tests, a_bad_link_is_refused);
    return tests;
}

static TCase *sections_case(void) {
    TCase *tests = tcase_create("sections");
    tcase_add_test(tests, a_population_without_any_phase_is_refused);
    tcase_add_test(tests, a_population_that_does_not_say_which_phase_is_refused);
    tcase_add_test(tests, an_unknown_phase_is_refused_with_a_suggestion);
    tcase_add_test(tests, shares_that_do_not_sum_to_the_whole_are_refused);
    tcase_add_test(tests, two_measures_of_one_population_are_refused);
    tcase_add_test(tests, populations_that_ask_for_more_than_their_phase_are_refused);
    tcase_add_test(tests, a_share_of_nothing_is_refused);
    tcase_add_test(tests, links_in_a_circle_are_refused);
    tcase_add_test(tests, a_mutation_rate_without_links_is_refused);
    tcase_add_test(tests, too_many_allocations_in_all_are_refused);
    return tests;
}

static TCase *set_case(void) {
    TCase *tests = tcase_create("--set");
    tcase_add_test(tests, a_setting_of_another_form_is_refused);
    tcase_add_test(tests, a_setting_of_an_unknown_section_is_refused_with_a_suggestion);
    tcase_add_test(tests, a_setting_of_an_unknown_key_is_refused_with_a_suggestion);
    tcase_add_test(tests, a_bad_value_of_a_setting_is_refused);
    tcase_add_test(tests, a_bad_value_for_all_populations_names_the_phase);
    return tests;
}

Suite *spec_errors_suite(void) {
    Suite *suite = suite_create("spec_errors");
    suite_add_tcase(suite, lines_case());
    suite_add_tcase(suite, keys_case());
    suite_add_tcase(suite, sections_case());
    suite_add_tcase(suite, set_case());
    return suite;
}
