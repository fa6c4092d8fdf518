// test_spec.c -- what a workload text means (what is refused: test_spec_errors.c)
#include "spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"

#define SMALLEST "[phase p]\nallocations = 1k\n[population u]\nlifetime = phase\n"

static Spec spec_set(const char *text, const char *const *overrides, size_t count) {
    Spec spec;
    Error error = {0};
    bool good = spec_read_text(&spec, "folder/w.ini", text, overrides, count, &error);
    ck_assert_msg(good, "%s\n%s", error.text, text);
    return spec;
}

static Spec spec_of(const char *text) { return spec_set(text, NULL, 0); }

static Population population_of(const char *text) { return spec_of(text).populations[0]; }

// ---- defaults ----

START_TEST(a_workload_has_defaults) {
    Spec spec = spec_of(SMALLEST);
    ck_assert_str_eq(spec.name, "w");
    ck_assert_str_eq(spec.head, "");
    ck_assert_uint_eq(spec.rounds, 1);
    ck_assert_uint_eq(spec.memory_limit, 0);
    ck_assert_uint_eq(spec.scale, 1000000);
    ck_assert_uint_eq(spec.seed, 1);
    ck_assert_uint_eq(spec.phase_count, 1);
    ck_assert_uint_eq(spec.population_count, 1);
}
END_TEST

START_TEST(a_phase_has_defaults) {
    Spec spec = spec_of(SMALLEST);
    ck_assert_str_eq(spec.phases[0].name, "p");
    ck_assert_uint_eq(spec.phases[0].allocations, 1000);
    ck_assert_uint_eq(spec.phases[0].collect_every, 0);
    ck_assert(!spec.phases[0].collect_at_end);
    ck_assert_uint_eq(spec.phases[0].request, 0);
}
END_TEST

START_TEST(a_population_has_defaults) {
    Population p = population_of(SMALLEST);
    ck_assert_str_eq(p.name, "u");
    ck_assert_uint_eq(p.phase, 0);
    ck_assert_uint_eq(p.slots, 1);
    ck_assert_uint_eq(p.share, 1ull << 32);
    ck_assert_uint_eq(p.allocations, 0);
    ck_assert_uint_eq(p.objects.kind, DIST_FIXED);
    ck_assert_uint_eq(p.objects.low, 1);
    ck_assert_uint_eq(p.closed_ppm, 0);
    ck_assert_int_eq(p.lifetime.kind, LIVES_PHASE);
    ck_assert_uint_eq(p.mutation_ppm, 0);
    ck_assert(!p.external);
    ck_assert_uint_eq(p.external_ns, 2000);
    ck_assert_uint_eq(p.work_ns, 0);
}
END_TEST

START_TEST(a_template_has_defaults) {
    Template t = population_of(SMALLEST).template;
    ck_assert_uint_eq(t.shape, SHAPE_SINGLE);
    ck_assert_uint_eq(t.links, 0);
    ck_assert(!t.finalizer);
    ck_assert(!t.payload_every);
    ck_assert_uint_eq(t.fanout, 0);
    ck_assert_uint_eq(t.bytes, 40);
    ck_assert_uint_eq(t.payload, 0);
    ck_assert_uint_eq(t.back_ppm, 0);
}
END_TEST

START_TEST(to_say_a_default_changes_nothing) {
    static const char *const sections[SECTION_COUNT] = {"workload", "p", "u"};
    Spec expected = spec_of(SMALLEST);
    for (size_t i = 0; i < spec_key_count(); i++) {
        SpecKey key = spec_key(i);
        bool said = strstr(SMALLEST, key.name) != NULL;
        if (*key.fallback == '\0' || (said && key.section != SECTION_POPULATION)) continue;
        char text[128];
        const char *overrides[] = {text};
        snprintf(text, sizeof text, "%s.%s=%s", sections[key.section], key.name, key.fallback);
        Spec spec = spec_set(SMALLEST, overrides, 1);
        memcpy(spec.set, expected.set, sizeof spec.set);  // what was said is noted
        ck_assert_msg(memcmp(&spec, &expected, sizeof spec) == 0, "%s", text);
    }
}
END_TEST

// By shape: objects, share of closed units, share of edges with one back, slots and bytes.
START_TEST(defaults_follow_the_shape) {
    static const struct {
        const char *shape;
        uint64_t objects, slots;
        uint32_t closed, back, bytes;
    } shapes[] = {
        {"single", 1, 1, 0, 0, 40},
        {"pair", 2, 1, 0, 0, 40},
        {"instance", 2, 1, 0, 0, 40},
        {"chain\nobjects = 7", 7, 1, 0, 0, 40},
        {"ring\nobjects = 7", 7, 1, PPM, 0, 40},
        {"tree fanout=4\nobjects = 7", 7, 5, PPM, PPM, 72},
        {"btree fanout=4\nobjects = 7", 7, 1, 0, 0, 40},
        {"mesh degree=3\nobjects = 7", 7, 6, PPM, 0, 80},
        {"pair\nlinks = u 5%", 2, 2, 0, 0, 48},
        {"chain\nobjects = 7\nback_edges = 5%", 7, 2, 0, 50000, 48},
        {"tree fanout=4\nobjects = 7\nback_edges = 0%", 7, 4, PPM, 0, 64},
        {"ring\nobjects = 7\ncycle_density = 5%", 7, 1, 50000, 0, 40},
        {"pair\nslots = 10", 2, 10, 0, 0, 112},
        {"pair\nbytes = 1k", 2, 1, 0, 0, 1024},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++) {
        char text[256];
        snprintf(text, sizeof text, SMALLEST "shape = %s\n", shapes[i].shape);
        Population p = population_of(text);
        ck_assert_uint_eq(p.objects.low, shapes[i].objects);
        ck_assert_uint_eq(p.slots, shapes[i].slots);
        ck_assert_uint_eq(p.closed_ppm, shapes[i].closed);
        ck_assert_uint_eq(p.template.back_ppm, shapes[i].back);
        ck_assert_uint_eq(p.template.bytes, shapes[i].bytes);
    }
}
END_TEST

// ---- values ----

START_TEST(keys_of_a_workload_reach_their_fields) {
    Spec spec =
        spec_of("[workload]\nrounds = 3\nmemory_limit = 8M\nscale = 2.5\nseed = 7\n" SMALLEST);
    ck_assert_uint_eq(spec.rounds, 3);
    ck_assert_uint_eq(spec.memory_limit, 20u << 20);
    ck_assert_uint_eq(spec.scale, 2500000);
    ck_assert_uint_eq(spec.seed, 7);
}
END_TEST

START_TEST(keys_of_a_phase_reach_their_fields) {
    Phase phase = spec_of(
                      "[phase p]\nallocations = 2k\ncollect_every = 30\ncollect_at_end = on\n"
                      "request = 40\n[population u]\nlifetime = 1\n")
                      .phases[0];
    ck_assert_uint_eq(phase.allocations, 2000);
    ck_assert_uint_eq(phase.collect_every, 30);
    ck_assert(phase.collect_at_end);
    ck_assert_uint_eq(phase.request, 40);
}
END_TEST

START_TEST(keys_of_a_population_reach_their_fields) {
    Population p = population_of(
        "[population u]\nphase = p\nshape = tree fanout=3\nobjects = uniform min=2 max=6\n"
        "cycle_density = 10%\nback_edges = 20%\nlifetime = geometric mean=9\nlinks = v 30%, u 40%\n"
        "mutation_rate = 50%\nslots = 20\nbytes = 300\npayload = 2k\npayload_on = every\n"
        "finalizer = yes\nresurrect = 25%\nstore = external\nexternal_ns = 60\nwork = 70\n"
        "share = 80%\n[phase o]\n[phase p]\nallocations = 1k\n"
        "[population v]\nphase = p\nshare = 20%\nlifetime = 1\n");
    ck_assert_uint_eq(p.phase, 1);
    ck_assert_uint_eq(p.template.shape, SHAPE_TREE);
    ck_assert_uint_eq(p.template.fanout, 3);
    ck_assert_uint_eq(p.objects.high, 6);
    ck_assert_uint_eq(p.closed_ppm, 100000);
    ck_assert_uint_eq(p.template.back_ppm, 200000);
    ck_assert_int_eq(p.lifetime.kind, LIVES_ALLOCATIONS);
    ck_assert_uint_eq(p.lifetime.allocations.mean, 9);
    ck_assert_uint_eq(p.template.links, 2);
    ck_assert_uint_eq(p.links[0].population, 1);
    ck_assert_uint_eq(p.links[0].ppm, 300000);
    ck_assert_uint_eq(p.links[1].population, 0);
    ck_assert_uint_eq(p.links[1].ppm, 400000);
    ck_assert_uint_eq(p.mutation_ppm, 500000);
    ck_assert_uint_eq(p.slots, 20);
    ck_assert_uint_eq(p.template.bytes, 300);
    ck_assert_uint_eq(p.template.payload, 2048);
    ck_assert(p.template.payload_every);
    ck_assert_uint_eq(p.template.finalizer ? p.resurrect_ppm : 0, 250000);
    ck_assert(p.external);
    ck_assert_uint_eq(p.external_ns, 60);
    ck_assert_uint_eq(p.work_ns, 70);
    ck_assert_uint_eq(p.share_ppm, 800000);
}
END_TEST

START_TEST(a_phase_without_allocations_is_as_long_as_its_populations_ask) {
    Spec spec = spec_of(
        "[phase p]\n[population u]\nlifetime = 1\nallocations = 300\n"
        "[population v]\nlifetime = 1\nunits = 20\nshape = ring\nobjects = 5\n");
    ck_assert_uint_eq(spec.phases[0].allocations, 400);
    ck_assert_uint_eq(spec.populations[0].share, 3ull << 30);
    ck_assert_uint_eq(spec.populations[1].share, 1ull << 30);
}
END_TEST

START_TEST(allocations_and_shares_mix) {
    Spec spec = spec_of(
        "[phase p]\nallocations = 1k\n[population u]\nlifetime = 1\nshare = 70%\n"
        "[population v]\nlifetime = 1\nallocations = 300\n");
    ck_assert_uint_eq(spec.populations[1].share, (3ull << 32) / 10);
}
END_TEST

START_TEST(thirds_sum_to_the_whole) {
    Spec spec = spec_of(
        "[phase p]\nallocations = 1k\n[population u]\nlifetime = 1\nshare = 33.3333%\n"
        "[population v]\nlifetime = 1\nshare = 33.3333%\n"
        "[population w]\nlifetime = 1\nshare = 33.3333%\n");
    ck_assert_uint_eq(spec.populations[2].share_ppm, 333333);
}
END_TEST

START_TEST(scale_multiplies_phases_and_limit) {
    Spec spec = spec_of(
        "[workload]\nscale = 0.25\nmemory_limit = 64M\n"
        "[phase p]\n[population u]\nphase = p\nlifetime = 1\nallocations = 400\n"
        "[phase q]\nallocations = 3\n[population v]\nphase = q\nlifetime = 1\n");
    ck_assert_uint_eq(spec.memory_limit, 16u << 20);
    ck_assert_uint_eq(spec.phases[0].allocations, 100);
    ck_assert_uint_eq(spec.phases[1].allocations, 1);  // not nothing
}
END_TEST

START_TEST(a_scaled_limit_is_at_least_4M) {
    Spec spec = spec_of("[workload]\nscale = 0.000001\nmemory_limit = 64G\n" SMALLEST);
    ck_assert_uint_eq(spec.memory_limit, 4u << 20);
}
END_TEST

START_TEST(all_rounds_count_as_allocations) {
    Spec spec = spec_of(
        "[workload]\nrounds = 3\n[phase p]\nallocations = 1k\n"
        "[phase q]\nallocations = 50\n[population u]\nphase = p\nlifetime = 1\n"
        "[population v]\nphase = q\nlifetime = 1\n");
    ck_assert_uint_eq(spec_allocations(&spec), 3150);
}
END_TEST

// ---- layout ----

static void same_as_smallest(const char *text) {
    Spec expected = spec_of(SMALLEST), spec = spec_of(text);
    ck_assert_uint_eq(spec.digest, expected.digest);
    memset(spec.head, 0, sizeof spec.head);
    ck_assert_msg(memcmp(&spec, &expected, sizeof spec) == 0, "%s", text);
}

START_TEST(lines_may_end_as_on_windows) {
    same_as_smallest("[phase p]\r\nallocations = 1k\r\n[population u]\r\nlifetime = phase\r\n");
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped) { same_as_smallest("\xEF\xBB\xBF" SMALLEST); }
END_TEST

START_TEST(the_last_line_may_lack_its_end) {
    same_as_smallest("[phase p]\nallocations = 1k\n[population u]\nlifetime = phase");
}
END_TEST

START_TEST(comments_and_empty_lines_mean_nothing) {
    same_as_smallest(
        "; head\n\n[phase p]   ; a phase\n# whole line\nallocations = 1k ; in line\n\n"
        "[population u]\n;\nlifetime = phase\n");
}
END_TEST

START_TEST(blanks_inside_a_value_mean_nothing) {
    Spec spec = spec_of(SMALLEST "bytes = 1  \t k\n"), same = spec_of(SMALLEST "bytes=1 k\n");
    ck_assert_uint_eq(spec.digest, same.digest);
}
END_TEST

START_TEST(the_order_of_sections_of_two_kinds_means_nothing) {
    same_as_smallest("[population u]\nlifetime = phase\n[workload]\n[phase p]\nallocations = 1k\n");
}
END_TEST

START_TEST(a_line_that_begins_with_a_blank_goes_on) {
    Population p = population_of(SMALLEST "links = u 10%,\n    u 20%,\n\tu 30%\n");
    ck_assert_uint_eq(p.template.links, 3);
    ck_assert_uint_eq(p.links[2].ppm, 300000);
}
END_TEST

START_TEST(a_line_may_have_198_characters) {  // 14 and 184
    char text[300];
    snprintf(text, sizeof text,
             "[phase p]\nallocations = %184d\n[population u]\nlifetime = phase\n", 1000);
    ck_assert_uint_eq(spec_of(text).phases[0].allocations, 1000);
}
END_TEST

START_TEST(the_head_is_the_comment_above_the_first_section) {
    Spec spec = spec_of("; One -- first\n;\n;; Second\n# third\n" SMALLEST "; not this\n");
    ck_assert_str_eq(spec.head, "One -- first\n\nSecond\nthird\n");
}
END_TEST

START_TEST(a_long_head_is_cut) {
    char text[2 * HEAD_SIZE] = "";
    size_t used = 0;
    while (used < HEAD_SIZE + 1000) {
        used += (size_t)snprintf(text + used, sizeof text - used, "; a line of the head\n");
    }
    snprintf(text + used, sizeof text - used, SMALLEST);
    ck_assert_uint_eq(strlen(spec_of(text).head), HEAD_SIZE - 1);
}
END_TEST

START_TEST(a_file_reads_like_its_text) {
    char path[] = "ouro-test-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, SMALLEST, sizeof SMALLEST - 1), sizeof SMALLEST - 1);
    close(file);
    Spec spec, expected = spec_of(SMALLEST);
    Error error = {0};
    bool good = spec_read(&spec, path, NULL, 0, &error);
    unlink(path);
    ck_assert_msg(good, "%s", error.text);
    ck_assert_uint_eq(spec.digest, expected.digest);
}
END_TEST

// ---- --set ----

static Spec spec_with(const char *override) {
    return spec_set(
        "[phase p]\nallocations = 1k\n[phase q]\nallocations = 1k\n"
        "[population u]\nphase = p\nshare = 50%\nlifetime = 1\nbytes = 100\n"
        "[population v]\nphase = p\nshare = 50%\nlifetime = 2\n"
        "[population w]\nphase = q\nlifetime = 3\n",
        &override, 1);
}

START_TEST(a_setting_replaces_a_key_of_the_text) {
    ck_assert_uint_eq(spec_with("p.allocations=2k").phases[0].allocations, 2000);
    ck_assert_uint_eq(spec_with("u.bytes=1 k").populations[0].template.bytes, 1024);
}
END_TEST

START_TEST(a_setting_adds_a_key_to_the_text) {
    ck_assert_uint_eq(spec_with("workload.rounds=5").rounds, 5);
    ck_assert_uint_eq(spec_with("w.links=u 5%, w 6%").populations[2].template.links, 2);
}
END_TEST

START_TEST(the_last_of_two_settings_wins) {
    const char *overrides[] = {"workload.rounds=5", "workload.rounds=6"};
    ck_assert_uint_eq(spec_set(SMALLEST, overrides, 2).rounds, 6);
}
END_TEST

START_TEST(a_setting_of_a_phase_goes_to_all_its_populations) {
    Spec spec = spec_with("p.bytes=200");
    ck_assert_uint_eq(spec.populations[0].template.bytes, 200);
    ck_assert_uint_eq(spec.populations[1].template.bytes, 200);
    ck_assert_uint_eq(spec.populations[2].template.bytes, 40);
}
END_TEST

START_TEST(a_setting_of_a_population_beats_that_of_its_phase) {
    const char *overrides[] = {"u.bytes=300", "p.bytes=200"};
    ck_assert_uint_eq(spec_set(SMALLEST, overrides, 2).populations[0].template.bytes, 300);
}
END_TEST

START_TEST(a_key_of_phases_stays_with_the_phase) {
    Spec spec = spec_with("p.allocations=5k");
    ck_assert_uint_eq(spec.phases[0].allocations, 5000);
    ck_assert_uint_eq(spec.populations[0].allocations, 0);
}
END_TEST

START_TEST(the_digest_follows_every_value) {
    static const char *const overrides[] = {"workload.seed=2", "v.lifetime=9", "p.work=1"};
    for (size_t i = 0; i < ARRAY_LENGTH(overrides); i++) {
        ck_assert_uint_ne(spec_with(overrides[i]).digest, spec_with("v.lifetime=2").digest);
    }
}
END_TEST

static TCase *defaults_case(void) {
    TCase *tests = tcase_create("defaults");
    tcase_add_test(tests, a_workload_has_defaults);
    tcase_add_test(tests, a_phase_has_defaults);
    tcase_add_test(tests, a_population_has_defaults);
    tcase_add_test(tests, a_template_has_defaults);
    tcase_add_test(tests, to_say_a_default_changes_nothing);
    tcase_add_test(tests, defaults_follow_the_shape);
    return tests;
}

static TCase *values_case(void) {
    TCase *tests = tcase_create("values");
    tcase_add_test(tests, keys_of_a_workload_reach_their_fields);
    tcase_add_test(tests, keys_of_a_phase_reach_their_fields);
    tcase_add_test(tests, keys_of_a_population_reach_their_fields);
    tcase_add_test(tests, a_phase_without_allocations_is_as_long_as_its_populations_ask);
    tcase_add_test(tests, allocations_and_shares_mix);
    tcase_add_test(tests, thirds_sum_to_the_whole);
    tcase_add_test(tests, scale_multiplies_phases_and_limit);
    tcase_add_test(tests, a_scaled_limit_is_at_least_4M);
    tcase_add_test(tests, all_rounds_count_as_allocations);
    return tests;
}

static TCase *layout_case(void) {
    TCase *tests = tcase_create("layout");
    tcase_add_test(tests, lines_may_end_as_on_windows);
    tcase_add_test(tests, a_byte_order_mark_is_skipped);
    tcase_add_test(tests, the_last_line_may_lack_its_end);
    tcase_add_test(tests, comments_and_empty_lines_mean_nothing);
    tcase_add_test(tests, blanks_inside_a_value_mean_nothing);
    tcase_add_test(tests, the_order_of_sections_of_two_kinds_means_nothing);
    tcase_add_test(tests, a_line_that_begins_with_a_blank_goes_on);
    tcase_add_test(tests, a_line_may_have_198_characters);
    tcase_add_test(tests, the_head_is_the_comment_above_the_first_section);
    tcase_add_test(tests, a_long_head_is_cut);
    tcase_add_test(tests, a_file_reads_like_its_text);
    return tests;
}

static TCase *set_case(void) {
    TCase *tests = tcase_create("--set");
    tcase_add_test(tests, a_setting_replaces_a_key_of_the_text);
    tcase_add_test(tests, a_setting_adds_a_key_to_the_text);
    tcase_add_test(tests, the_last_of_two_settings_wins);
    tcase_add_test(tests, a_setting_of_a_phase_goes_to_all_its_populations);
    tcase_add_test(tests, a_setting_of_a_population_beats_that_of_its_phase);
    tcase_add_test(tests, a_key_of_phases_stays_with_the_phase);
    tcase_add_test(tests, the_digest_follows_every_value);
    return tests;
}

Suite *spec_suite(void) {
    Suite *suite = suite_create("spec");
    suite_add_tcase(suite, defaults_case());
    suite_add_tcase(suite, values_case());
    suite_add_tcase(suite, layout_case());
    suite_add_tcase(suite, set_case());
    return suite;
}
