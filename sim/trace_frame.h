// trace_frame.h -- the frames of a trace, and the slots both sides keep
#ifndef OURO_TRACE_FRAME_H
#define OURO_TRACE_FRAME_H

#include <string.h>
#include <xxhash.h>

#include "trace.h"

// The first eight bytes of the file; the last of them is the version.
#define TRACE_MAGIC "OUROTRC\x01"

enum {
    TRACE_FRAME_MAGIC = 0x4d52464f,  // "OFRM"
    TRACE_HEAD_SIZE = 48,            // bytes of a frame before its contents
    TRACE_RAW_MAX = 1 << 20,         // bytes of contents, more than a writer ever makes
};

// A frame's contents. The last one holds events as well; without it a trace is truncated.
typedef enum { FRAME_HEAD = 1, FRAME_EVENTS, FRAME_LAST } FrameKind;

// As on disk, little-endian.
typedef struct {
    uint32_t magic, kind, raw, packed;  // raw, packed: bytes of contents
    uint64_t events, births, live;      // before this frame: with it the frames are an index
    uint64_t digest;                    // XXH3 of the contents, seeded with that of the above
} TraceFrame;
_Static_assert(sizeof(TraceFrame) == TRACE_HEAD_SIZE, "no gaps");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames are written as they are");

static inline uint64_t frame_digest(const TraceFrame *frame, const void *packed) {
    uint64_t seed = XXH3_64bits(frame, offsetof(TraceFrame, digest));
    return XXH3_64bits_withSeed(packed, frame->packed, seed);
}

// One object more or less in one of the first free lists, the most frequent event of all, is a tag
// of its own: 0x20 | list << 1 | (one more).
enum { TRACE_STEP_TAG = 0x20, TRACE_STEP_LISTS = 16 };

// The longest event: tag, slot, numbers, length and text.
enum { TRACE_EVENT_SIZE = 1 + 10 * (TRACE_NUMBERS_MAX + 2) + TRACE_TEXT_SIZE };

static inline uint64_t zigzag(int64_t value) {
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}
static inline int64_t unzigzag(uint64_t value) {
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

static inline uint32_t slots_take(TraceSlots *slots) {
    slots->births++;
    slots->live++;
    if (slots->free_count > 0) return slots->free[--slots->free_count];
    CHECK(slots->used < UINT32_MAX);
    return slots->used++;
}

static inline void slots_give(TraceSlots *slots, uint32_t slot) {
    if (slots->free_count == slots->free_capacity) {
        slots->free_capacity = slots->free_capacity * 2 + 1024;
        slots->free = memory_resize(slots->free, slots->free_capacity, sizeof *slots->free);
    }
    slots->free[slots->free_count++] = slot;
    slots->live--;
}

#endif
