// test_trace.c -- traces: what was written is read, whatever is left of the file
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rng.h"
#include "suites.h"
#include "trace_check.h"

// Few: where the file is read again for each of its bytes.
enum { EVENTS = 400, FEW_EVENTS = 40, SLOTS = EVENTS };

typedef struct {
    TraceEvent events[EVENTS];
    char texts[EVENTS][TRACE_TEXT_SIZE];
    size_t count;
    size_t frame_ends[EVENTS];  // events before the end of each frame
    size_t frame_count;
} Script;

static char path[128];
static const TraceHead HEAD = {"3.11.2", "fast", {700, 10, 10}, 64, "app.py --now"};

static void setup(void) {
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir;  // written often
    snprintf(path, sizeof path, "%s/trace-XXXXXX", folder);
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

static void teardown(void) { unlink(path); }

static uint64_t seed_of_test(void) {
    const char *text = getenv("OURO_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    printf("test_trace: OURO_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static uint64_t any_number(Rng *rng) {
    uint64_t high = rng_next(rng);
    return (high << 32 | rng_next(rng)) >> rng_below(rng, 64);
}

// An event of any kind but birth and death; its slot is one that lives.
static void event_draw(Rng *rng, Script *script, const uint32_t *live, size_t live_count) {
    TraceEvent *event = &script->events[script->count];
    char *text = script->texts[script->count];
    do event->kind = (TraceKind)rng_below(rng, TRACE_KINDS);
    while (event->kind <= TRACE_DEATH || (live_count == 0 && TRACE_KIND[event->kind].slot));
    if (live_count > 0) event->slot = live[rng_below(rng, (uint32_t)live_count)];
    for (size_t i = 0; i < TRACE_NUMBERS_MAX; i++) event->numbers[i] = any_number(rng);
    if (event->kind == TRACE_FREE_LIST && rng_below(rng, 2) == 0) {
        event->numbers[0] %= 20;
        event->numbers[1] %= 4;
    }
    size_t length = rng_below(rng, 30) == 0 ? rng_below(rng, 600) : rng_below(rng, 20);
    for (size_t i = 0; i < length; i++) text[i] = (char)('!' + rng_below(rng, 90));
    text[length] = '\0';
    event->text = text;
}

// The file, and what was written into it.
static void script_write(uint64_t seed, Script *script, size_t events, bool whole) {
    Rng rng;
    Error error = {0};
    uint32_t live[SLOTS];
    size_t live_count = 0;
    rng_seed(&rng, seed, 1);
    TraceWriter *writer = trace_writer_new(path, &HEAD, &error);
    ck_assert_ptr_nonnull(writer);
    script->frame_count = 0;
    for (script->count = 0; script->count < events; script->count++) {
        TraceEvent *event = &script->events[script->count];
        uint32_t choice = rng_below(&rng, 10);
        event->text = "";
        if (choice < 4) {
            event->kind = TRACE_BIRTH;
            event->numbers[0] = rng_below(&rng, 4) == 0 ? any_number(&rng) >> 8 : 56;
            event->slot = trace_write_birth(writer, event->numbers[0]);
            event->numbers[0] = (event->numbers[0] + 7) / 8 * 8;
            live[live_count++] = event->slot;
        } else if (choice < 7 && live_count > 0) {
            size_t dies = rng_below(&rng, (uint32_t)live_count);
            event->kind = TRACE_DEATH;
            event->slot = live[dies];
            trace_write_death(writer, event->slot);
            live[dies] = live[--live_count];
        } else {
            event_draw(&rng, script, live, live_count);
            trace_write_event(writer, event);
        }
        if (rng_below(&rng, 12) != 0) continue;
        trace_writer_flush(writer);
        script->frame_ends[script->frame_count++] = script->count + 1;
    }
    ck_assert_uint_eq(trace_writer_slots(writer)->live, live_count);
    ck_assert(trace_writer_close(writer, whole, &error));
    script->frame_ends[script->frame_count++] = script->count;
}

static void assert_same(const TraceEvent *read, const TraceEvent *written) {
    const TraceKindInfo *kind = &TRACE_KIND[written->kind];
    ck_assert_int_eq(read->kind, written->kind);
    if (kind->slot) ck_assert_uint_eq(read->slot, written->slot);
    for (size_t i = 0; i < kind->numbers; i++)
        ck_assert_uint_eq(read->numbers[i], written->numbers[i]);
    if (kind->text) ck_assert_str_eq(read->text, written->text);
}

// Reads as long as it goes; the number of events, all of them as written.
static size_t script_read(const Script *script, bool *truncated, Error *error) {
    TraceReader *reader = trace_reader_new(path, error);
    size_t count = 0;
    TraceEvent event;
    if (reader == NULL) return 0;
    while (trace_read(reader, &event, error)) {
        ck_assert_uint_lt(count, script->count);
        assert_same(&event, &script->events[count++]);
    }
    *truncated = trace_is_truncated(reader);
    ck_assert(!trace_read(reader, &event, error));
    trace_reader_free(reader);
    return count;
}

static char *file_bytes(size_t *size) {
    FILE *file = fopen(path, "rb");
    static char bytes[1 << 20];
    ck_assert_ptr_nonnull(file);
    *size = fread(bytes, 1, sizeof bytes, file);
    ck_assert_uint_lt(*size, sizeof bytes);
    fclose(file);
    return bytes;
}

static void file_write(const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_was_written_is_read) {
    static Script script;
    uint64_t seed = seed_of_test();
    for (uint64_t i = 0; i < 50; i++) {
        Error error = {0};
        bool truncated = true;
        script_write(seed + i, &script, EVENTS, true);
        ck_assert_uint_eq(script_read(&script, &truncated, &error), script.count);
        ck_assert_str_eq(error.text, "");
        ck_assert(!truncated);
    }
}
END_TEST

START_TEST(of_a_file_that_is_cut_whole_frames_are_read) {
    static Script script;
    size_t size = 0, frames_seen = 0, last = 0;
    script_write(seed_of_test(), &script, FEW_EVENTS, true);
    char *bytes = file_bytes(&size);
    for (size_t cut = 0; cut < size; cut++) {
        Error error = {0};
        bool truncated = false, is_end = false;
        file_write(bytes, cut);
        size_t count = script_read(&script, &truncated, &error);
        ck_assert_uint_ge(count, last);
        for (size_t i = 0; i < script.frame_count; i++) is_end |= script.frame_ends[i] == count;
        ck_assert_msg(count == 0 || is_end, "cut at %zu: %zu events", cut, count);
        ck_assert_msg(truncated != (error.text[0] != '\0'), "cut at %zu: %s", cut, error.text);
        frames_seen += count != last;
        last = count;
    }
    ck_assert_uint_eq(frames_seen, script.frame_count - 1);
}
END_TEST

START_TEST(a_byte_that_flipped_is_found) {
    static Script script;
    size_t size = 0;
    script_write(seed_of_test(), &script, FEW_EVENTS, true);
    char *bytes = file_bytes(&size);
    for (size_t i = 0; i < size; i++) {
        Error error = {0};
        bool truncated = false;
        bytes[i] ^= 0x10;
        file_write(bytes, size);
        script_read(&script, &truncated, &error);
        ck_assert_msg(strstr(error.text, "byte") != NULL || truncated, "byte %zu: %s", i,
                      error.text);
        bytes[i] ^= 0x10;
    }
}
END_TEST

START_TEST(without_its_last_frame_a_trace_is_truncated) {
    static Script script;
    Error error = {0};
    bool truncated = false;
    script_write(seed_of_test(), &script, EVENTS, false);
    ck_assert_uint_eq(script_read(&script, &truncated, &error), script.count);
    ck_assert_str_eq(error.text, "");
    ck_assert(truncated);
}
END_TEST

START_TEST(the_head_says_what_was_recorded) {
    Error error = {0};
    TraceWriter *writer = trace_writer_new(path, &HEAD, &error);
    ck_assert(trace_writer_close(writer, true, &error));
    TraceReader *reader = trace_reader_new(path, &error);
    ck_assert_msg(reader != NULL, "%s", error.text);
    const TraceHead *head = trace_reader_head(reader);
    ck_assert_str_eq(head->program, HEAD.program);
    ck_assert_str_eq(head->interpreter, HEAD.interpreter);
    ck_assert_str_eq(head->mode, HEAD.mode);
    ck_assert_uint_eq(head->thresholds[2], 10);
    ck_assert_uint_eq(head->sites, 64);
    trace_reader_free(reader);
}
END_TEST

START_TEST(what_is_no_trace_is_refused) {
    static const char *const texts[] = {"", "x", "OUROTRC\x01", "OUROTRC\x02 and what follows"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        Error error = {0};
        file_write(texts[i], strlen(texts[i]));
        ck_assert_ptr_null(trace_reader_new(path, &error));
        ck_assert_ptr_nonnull(strstr(error.text, path));
    }
}
END_TEST

// ---- check ----

// A program under thresholds 2,1,1: three objects in a ring are born, the third birth collects
// the first two, of which one is garbage. `spoil` makes one thing of it wrong.
typedef enum { NOTHING, NO_COLLECTION, GENERATION, COLLECTED, TOTAL, COUNT, SPOILS } Spoil;

static void program_write(Spoil spoil) {
    static const TraceHead head = {"3.11.2", "fast", {2, 1, 1}, 0, "app.py"};
    Error error = {0};
    TraceWriter *w = trace_writer_new(path, &head, &error);
    uint32_t one = trace_write_birth(w, 56), two = trace_write_birth(w, 56);
    trace_write_event(w, &(TraceEvent){.kind = TRACE_PASS, .numbers = {TRACE_TRIGGER, 0, 2}});
    trace_note(w, TRACE_TRACKED, one, 0, 0);
    trace_note(w, TRACE_TRACKED, two, 0, 0);
    trace_note(w, TRACE_UNREACHABLE, one, 0, 0);
    trace_write_birth(w, 56);
    if (spoil != NO_COLLECTION) {
        uint64_t generation = spoil == GENERATION ? 1 : 0;
        trace_note(w, TRACE_COLLECT, 0, TRACE_TRIGGER, generation);
        trace_write_death(w, one);
        uint64_t pending = generation + (spoil == TOTAL ? 1 : 0);
        trace_write_event(w, &(TraceEvent){.kind = TRACE_COLLECTED,
                                           .numbers = {generation, spoil == COLLECTED ? 2 : 1, 0, 0,
                                                       pending, 0, 0}});
    }
    trace_write_event(w, &(TraceEvent){.kind = TRACE_END,
                                       .numbers = {1, 0, 0, 1 + (spoil == COLLECTED), 0, 0,
                                                   spoil == COUNT, 1, 0, 0, 0}});
    ck_assert(trace_writer_close(w, true, &error));
}

static TraceCheck program_check(Spoil spoil) {
    TraceCheck check;
    Error error = {0};
    program_write(spoil);
    TraceReader *reader = trace_reader_new(path, &error);
    ck_assert_ptr_nonnull(reader);
    ck_assert_msg(trace_check(reader, &check, &error), "%s", error.text);
    trace_reader_free(reader);
    return check;
}

START_TEST(collections_are_foretold) {
    TraceCheck check = program_check(NOTHING);
    ck_assert_msg(trace_check_passes(&check), "%s", check.first);
    ck_assert_str_eq(check.first, "");
    ck_assert_uint_eq(check.foretold.collections[0], 1);
    ck_assert_uint_eq(check.foretold.collected[0], 1);
}
END_TEST

START_TEST(each_difference_is_found) {
    for (Spoil spoil = NO_COLLECTION; spoil < SPOILS; spoil++) {
        TraceCheck check = program_check(spoil);
        ck_assert_msg(check.first[0] != '\0', "spoil %d is not found", (int)spoil);
        ck_assert_msg(spoil == TOTAL || !trace_check_passes(&check), "spoil %d passes", (int)spoil);
    }
}
END_TEST

Suite *trace_suite(void) {
    Suite *suite = suite_create("trace");
    TCase *cases = tcase_create("trace");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, what_was_written_is_read);
    tcase_add_test(cases, of_a_file_that_is_cut_whole_frames_are_read);
    tcase_add_test(cases, a_byte_that_flipped_is_found);
    tcase_add_test(cases, without_its_last_frame_a_trace_is_truncated);
    tcase_add_test(cases, the_head_says_what_was_recorded);
    tcase_add_test(cases, what_is_no_trace_is_refused);
    tcase_add_test(cases, collections_are_foretold);
    tcase_add_test(cases, each_difference_is_found);
    suite_add_tcase(suite, cases);
    return suite;
}
