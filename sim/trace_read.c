// trace_read.c -- a file becomes frames, frames events; nothing in it is believed
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "text.h"
#include "trace_frame.h"

struct TraceReader {
    FILE *file;
    TraceFrame frame;       // the one that is being read
    uint64_t frame_offset;  // of its head in the file
    size_t at;              // the next byte in `raw`
    uint32_t last_slot;
    bool ended, truncated;
    TraceHead head;
    TraceSlots slots;
    TraceSizes sizes;
    uint8_t *is_live;  // by slot
    uint64_t live_capacity;
    ZSTD_DCtx *zstd;
    char *packed;
    size_t packed_size;
    int tag_kind[256];
    char path[4096];
    char text[TRACE_TEXT_SIZE];
    uint8_t raw[TRACE_RAW_MAX];
};

static bool damaged(const TraceReader *r, const char *what, Error *error) {
    return error_set(error, "%s: byte %llu, byte %zu of the frame's contents: %s", r->path,
                     (unsigned long long)r->frame_offset, r->at, what);
}

static bool frame_damaged(const TraceReader *r, const char *what, Error *error) {
    return error_set(error, "%s: byte %llu: %s", r->path, (unsigned long long)r->frame_offset,
                     what);
}

// False without an error: the file ends here.
static bool bytes_get(TraceReader *r, void *bytes, size_t count, Error *error) {
    size_t found = fread(bytes, 1, count, r->file);
    r->sizes.file_bytes += found;
    if (found == count) return true;
    if (ferror(r->file))
        return error_set(error, "%s: cannot be read: %s", r->path, strerror(errno));
    r->truncated = true;
    return false;
}

static const char *frame_fault(const TraceReader *r) {
    const TraceFrame *f = &r->frame;
    if (f->magic != TRACE_FRAME_MAGIC) return "no frame begins here";
    if (f->kind < FRAME_HEAD || f->kind > FRAME_LAST) return "a frame of unknown kind";
    if ((f->kind == FRAME_HEAD) != (r->sizes.frames == 0)) return "a frame in the wrong place";
    if (f->raw > TRACE_RAW_MAX) return "a frame of more than 1 MiB";
    if (f->packed > r->packed_size) return "a frame longer than its contents can be";
    if (f->events != r->slots.events || f->births != r->slots.births || f->live != r->slots.live)
        return "the frame does not follow the one before it";
    return NULL;
}

// The next frame, its contents in `raw`. False at the end of the file and with `error`.
static bool frame_read(TraceReader *r, Error *error) {
    r->frame_offset = r->sizes.file_bytes;
    r->at = 0;
    r->last_slot = 0;
    if (!bytes_get(r, &r->frame, sizeof r->frame, error)) return false;
    const char *fault = frame_fault(r);
    if (fault != NULL) return frame_damaged(r, fault, error);
    if (!bytes_get(r, r->packed, r->frame.packed, error)) return false;
    if (frame_digest(&r->frame, r->packed) != r->frame.digest)
        return frame_damaged(r, "the digest of the frame is another", error);
    size_t size = ZSTD_decompressDCtx(r->zstd, r->raw, sizeof r->raw, r->packed, r->frame.packed);
    if (ZSTD_isError(size) || size != r->frame.raw)
        return frame_damaged(r, "the frame cannot be unpacked", error);
    r->sizes.frames++;
    if (r->frame.kind != FRAME_HEAD) r->sizes.event_bytes += size;
    return true;
}

// ---- the head ----

// The value of the line `KEY VALUE` at `*text`, which goes on to the next line.
static bool line_get(char **text, const char *key, char *value, size_t size) {
    size_t length = strlen(key);
    char *end = strchr(*text, '\n');
    if (end == NULL || strncmp(*text, key, length) != 0 || (*text)[length] != ' ') return false;
    *end = '\0';
    text_plain(*text + length + 1, value, size);
    *text = end + 1;
    return true;
}

static bool numbers_get(char **text, const char *key, uint32_t *numbers, size_t count) {
    char line[128], word[16];
    const char *rest = line;
    Error ignored = {0};
    if (!line_get(text, key, line, sizeof line)) return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        if (!text_word(&rest, word, sizeof word) ||
            !text_count(word, 0, INT32_MAX, &number, &ignored))
            return false;
        numbers[i] = (uint32_t)number;
    }
    return !text_word(&rest, word, sizeof word);
}

static bool head_read(TraceReader *r, Error *error) {
    char magic[sizeof TRACE_MAGIC - 1], *text = (char *)r->raw;
    TraceHead *head = &r->head;
    bool good = bytes_get(r, magic, sizeof magic, error);
    if (error->text[0] != '\0') return false;
    if (!good || memcmp(magic, TRACE_MAGIC, sizeof magic - 1) != 0)
        return error_set(error, "%s: byte 0: not a trace", r->path);
    if (magic[sizeof magic - 1] != TRACE_VERSION)
        return error_set(error, "%s: byte 7: a trace of version %d; version %d is understood",
                         r->path, magic[sizeof magic - 1], TRACE_VERSION);
    if (!frame_read(r, error))
        return error_set(error, "%s: byte %llu: ends before its first event", r->path,
                         (unsigned long long)r->sizes.file_bytes);
    if (r->frame.raw >= sizeof r->raw) return frame_damaged(r, "the head is too long", error);
    text[r->frame.raw] = '\0';
    if (!line_get(&text, "interpreter", head->interpreter, sizeof head->interpreter) ||
        !line_get(&text, "mode", head->mode, sizeof head->mode) ||
        !numbers_get(&text, "thresholds", head->thresholds, 3) ||
        !numbers_get(&text, "sites", &head->sites, 1) ||
        !line_get(&text, "program", head->program, sizeof head->program) || *text != '\0')
        return frame_damaged(r, "the head says something else than TRACE.md", error);
    r->at = r->frame.raw;
    return true;
}

TraceReader *trace_reader_new(const char *path, Error *error) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        error_set(error, "%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    TraceReader *r = memory_new(1, sizeof *r);
    r->file = file;
    snprintf(r->path, sizeof r->path, "%s", path);
    r->packed_size = ZSTD_compressBound(TRACE_RAW_MAX);
    r->packed = memory_new(1, r->packed_size);
    r->zstd = ZSTD_createDCtx();
    MEMORY_CHECK(r->zstd != NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(r->tag_kind); i++) r->tag_kind[i] = TRACE_KINDS;
    for (int kind = TRACE_DEATH; kind < TRACE_KINDS; kind++)
        r->tag_kind[TRACE_KIND[kind].tag] = kind;
    if (head_read(r, error)) return r;
    trace_reader_free(r);
    return NULL;
}

void trace_reader_free(TraceReader *r) {
    if (r == NULL) return;
    fclose(r->file);
    ZSTD_freeDCtx(r->zstd);
    free(r->packed);
    free(r->is_live);
    free(r->slots.free);
    free(r);
}

const TraceHead *trace_reader_head(const TraceReader *r) { return &r->head; }
bool trace_is_truncated(const TraceReader *r) { return r->truncated; }
const TraceSlots *trace_reader_slots(const TraceReader *r) { return &r->slots; }
TraceSizes trace_reader_sizes(const TraceReader *r) { return r->sizes; }

// ---- events ----

static bool number_get(TraceReader *r, uint64_t *number, Error *error) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (r->at == r->frame.raw) return damaged(r, "the frame ends within an event", error);
        uint64_t byte = r->raw[r->at++];
        if (shift == 63 && byte > 1) return damaged(r, "a number of more than 64 bits", error);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    *number = value;
    return true;
}

static bool slot_step(TraceReader *r, uint64_t step, uint32_t *slot, Error *error) {
    int64_t found = 0;
    if (__builtin_add_overflow(unzigzag(step), (int64_t)r->last_slot, &found) || found < 0 ||
        found >= r->slots.used || !r->is_live[found])
        return damaged(r, "a slot without an object", error);
    *slot = r->last_slot = (uint32_t)found;
    return true;
}

static bool birth_read(TraceReader *r, uint64_t size, TraceEvent *event, Error *error) {
    if (size == 0x7f && !number_get(r, &size, error)) return false;
    if (size > UINT64_MAX / 8) return damaged(r, "a block of more than 64 bits", error);
    if (r->slots.free_count == 0 && r->slots.used == r->live_capacity) {
        if (r->live_capacity > UINT32_MAX / 2) return damaged(r, "too many objects", error);
        r->live_capacity = r->live_capacity * 2 + 4096;
        r->is_live = memory_resize(r->is_live, r->live_capacity, 1);
    }
    event->kind = TRACE_BIRTH;
    event->slot = r->last_slot = slots_take(&r->slots);
    event->numbers[0] = size * 8;
    r->is_live[event->slot] = true;
    return true;
}

static bool death_read(TraceReader *r, uint64_t step, TraceEvent *event, Error *error) {
    event->kind = TRACE_DEATH;
    if (!slot_step(r, step, &event->slot, error)) return false;
    r->is_live[event->slot] = false;
    slots_give(&r->slots, event->slot);
    return true;
}

static bool text_get(TraceReader *r, Error *error) {
    uint64_t length = 0;
    if (!number_get(r, &length, error)) return false;
    if (length >= TRACE_TEXT_SIZE || length > r->frame.raw - r->at)
        return damaged(r, "a text longer than it can be", error);
    char text[TRACE_TEXT_SIZE];
    memcpy(text, r->raw + r->at, length);
    text[length] = '\0';
    r->at += length;
    text_plain(text, r->text, sizeof r->text);
    return true;
}

static bool step_read(uint8_t tag, TraceEvent *event) {
    event->kind = TRACE_FREE_LIST;
    event->numbers[0] = (uint64_t)(tag - TRACE_STEP_TAG) / 2;
    event->numbers[1] = zigzag(tag % 2 == 1 ? 1 : -1);
    return true;
}

static bool other_read(TraceReader *r, uint8_t tag, TraceEvent *event, Error *error) {
    if (tag >= TRACE_STEP_TAG) return step_read(tag, event);
    int found = r->tag_kind[tag];
    if (found == TRACE_KINDS) return damaged(r, "an event of unknown kind", error);
    const TraceKindInfo *kind = &TRACE_KIND[found];
    uint64_t number = 0;
    event->kind = (TraceKind)found;
    if (kind->slot && !number_get(r, &number, error)) return false;
    if (found == TRACE_DEATH) return death_read(r, number, event, error);
    if (kind->slot && !slot_step(r, number, &event->slot, error)) return false;
    for (size_t i = 0; i < kind->numbers; i++)
        if (!number_get(r, &event->numbers[i], error)) return false;
    if (!kind->text) return true;
    event->text = r->text;
    return text_get(r, error);
}

bool trace_read(TraceReader *r, TraceEvent *event, Error *error) {
    if (r->ended) return false;
    while (r->at == r->frame.raw) {
        if (r->frame.kind == FRAME_LAST) {
            r->ended = true;
            if (fgetc(r->file) == EOF) return false;
            r->frame_offset = r->sizes.file_bytes;
            return frame_damaged(r, "something follows the last frame", error);
        }
        if (!frame_read(r, error)) {
            r->ended = true;
            return false;
        }
    }
    uint8_t tag = r->raw[r->at++];
    event->text = "";
    bool good = tag >= 0x80   ? birth_read(r, tag & 0x7f, event, error)
                : tag >= 0x40 ? death_read(r, tag & 0x3f, event, error)
                              : other_read(r, tag, event, error);
    r->slots.events += good;
    r->ended = !good;
    return good;
}
