// trace_write.c -- events become frames, frames a file
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "trace_frame.h"

// Fast: the program that is being recorded waits for it.
enum { COMPRESSION_LEVEL = 1 };

const TraceKindInfo TRACE_KIND[TRACE_KINDS] = {
#define TRACE_EVENT(name, tag, slot, numbers, text, fields, what) \
    {#name, fields, what, tag, slot, numbers, text},
#include "trace_events.def"
#undef TRACE_EVENT
};

struct TraceWriter {
    int file;
    int failure;  // errno of the first write that failed
    size_t used;  // bytes in `raw`
    uint32_t last_slot;
    TraceSlots slots;
    TraceFrame frame;  // the one that is being filled
    size_t packed_size;
    char *packed;
    ZSTD_CCtx *zstd;
    char path[4096];
    uint8_t raw[TRACE_FRAME_SIZE + TRACE_EVENT_SIZE];
};

static void write_all(TraceWriter *w, const void *bytes, size_t count) {
    const char *from = bytes;
    while (count > 0 && w->failure == 0) {
        ssize_t done = write(w->file, from, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            w->failure = done < 0 ? errno : EIO;
            break;
        }
        from += done;
        count -= (size_t)done;
    }
}

// Head and contents in one write: a process that is killed in between leaves no half of it.
static void frame_write(TraceWriter *w, FrameKind kind) {
    int interrupted = errno;  // the recorded program may be looking at it
    TraceFrame *frame = &w->frame;
    size_t packed = ZSTD_compressCCtx(w->zstd, w->packed + sizeof *frame, w->packed_size, w->raw,
                                      w->used, COMPRESSION_LEVEL);
    CHECK(!ZSTD_isError(packed));
    frame->magic = TRACE_FRAME_MAGIC;
    frame->kind = kind;
    frame->raw = (uint32_t)w->used;
    frame->packed = (uint32_t)packed;
    frame->digest = frame_digest(frame, w->packed + sizeof *frame);
    memcpy(w->packed, frame, sizeof *frame);
    write_all(w, w->packed, sizeof *frame + packed);
    w->used = 0;
    w->last_slot = 0;
    *frame =
        (TraceFrame){.events = w->slots.events, .births = w->slots.births, .live = w->slots.live};
    errno = interrupted;
}

static void head_write(TraceWriter *w, const TraceHead *head) {
    w->used =
        (size_t)snprintf((char *)w->raw, sizeof w->raw,
                         "interpreter %s\nmode %s\nthresholds %u %u %u\nsites %u\n"
                         "program %s\n",
                         head->interpreter, head->mode, head->thresholds[0], head->thresholds[1],
                         head->thresholds[2], head->sites, head->program);
    write_all(w, TRACE_MAGIC, sizeof TRACE_MAGIC - 1);
    frame_write(w, FRAME_HEAD);
}

TraceWriter *trace_writer_new(const char *path, const TraceHead *head, Error *error) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        error_set(error, "%s: cannot be written: %s", path, strerror(errno));
        return NULL;
    }
    TraceWriter *w = memory_new(1, sizeof *w);
    w->file = file;
    snprintf(w->path, sizeof w->path, "%s", path);
    w->packed_size = ZSTD_compressBound(sizeof w->raw);
    w->packed = memory_new(1, sizeof w->frame + w->packed_size);
    w->zstd = ZSTD_createCCtx();
    MEMORY_CHECK(w->zstd != NULL);
    head_write(w, head);
    return w;
}

static void byte_put(TraceWriter *w, uint8_t byte) { w->raw[w->used++] = byte; }

static void number_put(TraceWriter *w, uint64_t number) {
    for (; number >= 0x80; number >>= 7) byte_put(w, (uint8_t)(number | 0x80));
    byte_put(w, (uint8_t)number);
}

static void slot_put(TraceWriter *w, uint32_t slot) {
    number_put(w, zigzag((int64_t)slot - w->last_slot));
    w->last_slot = slot;
}

static inline void event_end(TraceWriter *w) {
    w->slots.events++;
    if (UNLIKELY(w->used >= TRACE_FRAME_SIZE)) frame_write(w, FRAME_EVENTS);
}

uint32_t trace_write_birth(TraceWriter *w, uint64_t bytes) {
    uint64_t size = (bytes + 7) / 8;
    byte_put(w, (uint8_t)(0x80 | min_u64(size, 0x7f)));
    if (size >= 0x7f) number_put(w, size);
    w->last_slot = slots_take(&w->slots);
    uint32_t slot = w->last_slot;
    event_end(w);
    return slot;
}

void trace_write_death(TraceWriter *w, uint32_t slot) {
    uint64_t step = zigzag((int64_t)slot - w->last_slot);
    if (step < 0x40) {
        byte_put(w, (uint8_t)(0x40 | step));
        w->last_slot = slot;
    } else {
        byte_put(w, TRACE_KIND[TRACE_DEATH].tag);
        slot_put(w, slot);
    }
    slots_give(&w->slots, slot);
    event_end(w);
}

// A free list that changed by one.
static bool step_write(TraceWriter *w, const TraceEvent *event) {
    uint64_t list = event->numbers[0], change = event->numbers[1];
    if (list >= TRACE_STEP_LISTS || (change != zigzag(1) && change != zigzag(-1))) return false;
    byte_put(w, (uint8_t)(TRACE_STEP_TAG | list << 1 | (change == zigzag(1))));
    event_end(w);
    return true;
}

void trace_write_event(TraceWriter *w, const TraceEvent *event) {
    const TraceKindInfo *kind = &TRACE_KIND[event->kind];
    CHECK(event->kind != TRACE_BIRTH && event->kind != TRACE_DEATH);
    if (event->kind == TRACE_FREE_LIST && step_write(w, event)) return;
    byte_put(w, kind->tag);
    if (kind->slot) slot_put(w, event->slot);
    for (size_t i = 0; i < kind->numbers; i++) number_put(w, event->numbers[i]);
    if (kind->text) {
        size_t length = strnlen(event->text, TRACE_TEXT_SIZE - 1);
        number_put(w, length);
        memcpy(w->raw + w->used, event->text, length);
        w->used += length;
    }
    event_end(w);
}

void trace_note(TraceWriter *w, TraceKind kind, uint32_t slot, uint64_t first, uint64_t second) {
    const TraceEvent event = {.kind = kind, .slot = slot, .numbers = {first, second}, .text = ""};
    CHECK(TRACE_KIND[kind].numbers <= 2);
    trace_write_event(w, &event);
}

const TraceSlots *trace_writer_slots(const TraceWriter *w) { return &w->slots; }

void trace_writer_flush(TraceWriter *w) {
    if (w->used > 0) frame_write(w, FRAME_EVENTS);
}

static void writer_free(TraceWriter *w) {
    ZSTD_freeCCtx(w->zstd);
    free(w->packed);
    free(w->slots.free);
    free(w);
}

bool trace_writer_close(TraceWriter *w, bool whole, Error *error) {
    if (whole)
        frame_write(w, FRAME_LAST);
    else
        trace_writer_flush(w);
    if (close(w->file) != 0 && w->failure == 0) w->failure = errno;
    bool good = w->failure == 0;
    if (!good) error_set(error, "%s: cannot be written: %s", w->path, strerror(w->failure));
    writer_free(w);
    return good;
}

void trace_writer_abandon(TraceWriter *w) {
    close(w->file);
    writer_free(w);
}
