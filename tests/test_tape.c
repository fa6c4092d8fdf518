// test_tape.c -- runs that share a stream do what runs with a stream of their own do
#include <stdlib.h>

#include "run.h"
#include "suites.h"

static const char TEXT[] =
    "[phase p]\nallocations = 30k\n[population a]\nshape = ring\nobjects = geometric mean=4\n"
    "lifetime = geometric mean=2k\nlinks = a 30%\n";

// Under one policy, with or without a tape; both digests.
static void play(const char *policy_name, uint64_t seed, Tape *tape, uint64_t digests[2]) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    RunResult result;
    Error error = {0};
    bool done = false;
    ck_assert_msg(spec_read_text(spec, "shared", TEXT, NULL, 0, &error), "%s", error.text);
    ck_assert_msg(policy_choose(&policy, policy_name, &error), "%s", error.text);
    spec->seed = seed;
    RunOptions options = {.spec = spec, .policy = &policy, .batch = 500, .tape = tape};
    Run *run = run_open(&options, &error);
    bool good = run != NULL && run_advance(run, UINT64_MAX, &done, &error) &&
                run_result(run, &result, &error);
    ck_assert_msg(good && done, "%s", error.text);
    digests[0] = result.stream_digest;
    digests[1] = result.result_digest;
    run_close(run);
    free(spec);
}

static Tape *tape_of(uint64_t events) {
    Error error = {0};
    Tape *tape = tape_new(events, &error);
    ck_assert_msg(tape != NULL, "%s", error.text);
    return tape;
}

START_TEST(a_stream_that_was_written_is_the_stream) {
    static const char *const policies[] = {"gen3", "none", "freeze", "arena"};
    Tape *tape = tape_of(1 << 20);
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        uint64_t own[2], shared[2];
        ck_assert(tape_is_complete(tape) == (i > 0));
        play(policies[i], 7, NULL, own);
        play(policies[i], 7, tape, shared);
        ck_assert_uint_eq(own[0], shared[0]);
        ck_assert_uint_eq(own[1], shared[1]);
    }
    tape_free(tape);
}
END_TEST

START_TEST(a_stream_that_is_too_long_is_not_kept) {
    uint64_t first[2], second[2];
    Tape *tape = tape_of(9000);
    play("gen3", 7, tape, first);
    ck_assert(!tape_is_complete(tape));
    play("gen3", 7, tape, second);
    ck_assert_uint_eq(first[1], second[1]);
    tape_free(tape);
}
END_TEST

START_TEST(a_stream_is_written_once) {
    Tape *tape = tape_of(100);
    ck_assert(tape_claim(tape));
    ck_assert(!tape_claim(tape));
    ck_assert(!tape_is_complete(tape));
    tape_free(tape);
}
END_TEST

Suite *tape_suite(void) {
    Suite *suite = suite_create("tape");
    TCase *all = tcase_create("all");
    tcase_add_test(all, a_stream_that_was_written_is_the_stream);
    tcase_add_test(all, a_stream_that_is_too_long_is_not_kept);
    tcase_add_test(all, a_stream_is_written_once);
    suite_add_tcase(suite, all);
    return suite;
}
