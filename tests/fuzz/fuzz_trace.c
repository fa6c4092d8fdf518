// fuzz_trace.c -- any bytes as a trace
//
// The first byte chooses: the rest is the file itself, or the contents of its frames, which are
// packed and sealed here (0xff 0xfe ends one), as nothing gets past a digest by chance.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "cli/fit_text.h"
#include "fuzz.h"
#include "mutator.h"
#include "spec.h"
#include "trace_check.h"
#include "trace_fit.h"
#include "trace_frame.h"
#include "trace_story.h"
#include "trace_survival.h"

enum { EVENTS_MAX = 1 << 20 };

typedef struct {
    char *bytes;
    size_t size;
} File;

static void file_add(File *file, const void *bytes, size_t size) {
    file->bytes = memory_resize(file->bytes, file->size + size + 1, 1);
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
}

// What a frame says of those before it is not known here: it says what the reader counts after the
// first one only if that was empty. Frames that do not follow are a case of their own.
static void frame_add(File *file, FrameKind kind, const void *raw, size_t size) {
    TraceFrame frame = {.magic = TRACE_FRAME_MAGIC, .kind = kind, .raw = (uint32_t)size};
    size_t room = ZSTD_compressBound(size);
    char *packed = memory_new(room, 1);
    frame.packed = (uint32_t)ZSTD_compress(packed, room, raw, size, 1);
    frame.digest = frame_digest(&frame, packed);
    file_add(file, &frame, sizeof frame);
    file_add(file, packed, frame.packed);
    free(packed);
}

static File file_sealed(const uint8_t *data, size_t size) {
    static const char head[] =
        "interpreter 3.11.2\nmode fast\nthresholds 2 1 1\nsites 0\nprogram a.py\n";
    File file = {NULL, 0};
    const uint8_t *mark = memmem(data, size, "\xff\xfe", 2);
    file_add(&file, TRACE_MAGIC, sizeof TRACE_MAGIC - 1);
    if (mark != NULL) {  // a head of its own
        frame_add(&file, FRAME_HEAD, data, (size_t)(mark - data));
        size -= (size_t)(mark + 2 - data);
        data = mark + 2;
    } else {
        frame_add(&file, FRAME_HEAD, head, sizeof head - 1);
    }
    frame_add(&file, FRAME_LAST, data, size);
    return file;
}

static void check_head(const TraceHead *head) {
    fuzz_check_plain(head->interpreter);
    fuzz_check_plain(head->mode);
    fuzz_check_plain(head->program);
}

// Slots are given and taken as the counts say, and no event names one that is free.
static void read_all(const char *path) {
    Error error = {0};
    TraceReader *reader = trace_reader_new(path, &error);
    if (reader == NULL) {
        fuzz_check_refusal(&error);
        return;
    }
    check_head(trace_reader_head(reader));
    const TraceSlots *slots = trace_reader_slots(reader);
    TraceEvent event;
    uint64_t events = 0;
    while (events < EVENTS_MAX && trace_read(reader, &event, &error)) {
        CHECK(slots->events == ++events && slots->live <= slots->births);
        CHECK(event.kind < TRACE_KINDS);
        if (TRACE_KIND[event.kind].slot) CHECK(event.slot < slots->used);
        fuzz_check_plain(event.text);
    }
    if (events < EVENTS_MAX && error.text[0] != '\0') {
        fuzz_check_refusal(&error);
        CHECK(strstr(error.text, "byte ") != NULL);
    }
    trace_reader_free(reader);
}

static void check_all(const char *path) {
    Error error = {0};
    TraceCheck check;
    TraceReader *reader = trace_reader_new(path, &error);
    if (reader == NULL) return;
    if (trace_check(reader, &check, &error))
        CHECK((check.first[0] != '\0') || trace_check_passes(&check));
    else
        fuzz_check_refusal(&error);
    trace_reader_free(reader);
}

static void survey_all(const char *path) {
    Error error = {0};
    Survival survival;
    TraceReader *reader = trace_reader_new(path, &error);
    if (reader == NULL) return;
    if (trace_survival(reader, &survival, &error))
        CHECK(survival.count > 0 && survival.count <= SURVIVAL_POINTS_MAX);
    else
        fuzz_check_refusal(&error);
    trace_reader_free(reader);
}

// A program that was recorded is played to its end, whatever its trace says.
static void play_all(const char *path) {
    static Spec spec;
    Error error = {0};
    if (!trace_is(path)) return;
    if (!spec_read(&spec, path, NULL, 0, &error)) {
        fuzz_check_refusal(&error);
        return;
    }
    Mutator *mutator = mutator_open(&spec, &error);
    CHECK(mutator != NULL);
    uint64_t units = 0;
    size_t count;
    for (const Event *event; event = mutator_next(mutator, 1, &count), count > 0;) {
        CHECK(event->unit < mutator_units_max(&spec));
        units += event->op == OP_UNIT;
    }
    CHECK(units == spec_allocations(&spec));
    mutator_close(mutator);
}

// What is fitted to it, whatever it says, is a workload.
static void fit_all(const char *path) {
    static TraceFit fit;
    static Spec spec;
    Error error = {0};
    TraceFitter *fitter = trace_fitter_new(path, &error);
    if (fitter == NULL) {
        fuzz_check_refusal(&error);
        return;
    }
    for (uint32_t parts = 1; parts <= FIT_PARTS_MAX; parts += FIT_PARTS_MAX - 1) {
        char *text = NULL;
        size_t size = 0;
        trace_fit(fitter, parts, &fit);
        FILE *file = open_memstream(&text, &size);
        fit_text_write(file, &fit, fitter, path);
        fclose(file);
        if (!spec_read_text(&spec, "fit.ini", text, NULL, 0, &error)) {
            fprintf(stderr, "%s\n%s", error.text, text);
            CHECK(false);
        }
        CHECK(fit.nominal.live <= fit.nominal.live_max);
        free(text);
    }
    trace_fitter_free(fitter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    File file = {NULL, 0};
    if (data[0] % 2 == 0)
        file_add(&file, data + 1, size - 1);
    else
        file = file_sealed(data + 1, size - 1);
    const char *path = fuzz_file("a.trace", file.bytes, file.size);
    read_all(path);
    check_all(path);
    survey_all(path);
    play_all(path);
    fit_all(path);
    free(file.bytes);
    return 0;
}
