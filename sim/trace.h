// trace.h -- what a real program did to the heap, event by event, on disk
//
// TRACE.md describes the format. An object is a *slot*: a small number that is given again, last
// freed first, when its object is gone. Writer and reader keep the same stack of free slots, so a
// birth need not say its slot.
#ifndef OURO_TRACE_H
#define OURO_TRACE_H

#include "base.h"

enum {
    TRACE_VERSION = 1,
    TRACE_NUMBERS_MAX = 11,
    TRACE_TEXT_SIZE = 1024,      // of a text in an event, with its NUL
    TRACE_FRAME_SIZE = 1 << 18,  // bytes of events after which a frame is closed
};

typedef enum {
#define TRACE_EVENT(name, tag, slot, numbers, text, fields, what) TRACE_##name,
#include "trace_events.def"
#undef TRACE_EVENT
    TRACE_KINDS
} TraceKind;

typedef struct {
    const char *name, *fields, *what;
    uint8_t tag, slot, numbers, text;
} TraceKindInfo;
extern const TraceKindInfo TRACE_KIND[TRACE_KINDS];

// Why the recorder looked, and why a collection began.
typedef enum { TRACE_TRIGGER, TRACE_CALL, TRACE_UNSEEN, TRACE_SAMPLE } TraceReason;

// Of BIRTH, numbers[0] is the size of the block in bytes, a multiple of 8. `text` is "" where the
// kind has none; of an event that was read it is good until the next one is.
typedef struct {
    TraceKind kind;
    uint32_t slot;
    uint64_t numbers[TRACE_NUMBERS_MAX];
    const char *text;
} TraceEvent;

// What was recorded, and how. Texts are plain (text_plain).
typedef struct {
    char interpreter[32];    // "3.11.2"
    char mode[16];           // "fast" or "default"
    uint32_t thresholds[3];  // when the program begins
    uint32_t sites;          // one birth of so many says where it was; 0: none
    char program[1024];      // the command line
} TraceHead;

// The slots that are free, and the numbers of events so far.
typedef struct {
    uint32_t *free;  // a stack
    uint64_t free_count, free_capacity;
    uint32_t used;  // slots that were ever given
    uint64_t events, births, live;
} TraceSlots;

// ---- writing ----

// A file that grows by whole frames. A failure to write is kept and told when the writer is
// closed: a program that is being recorded cannot stop for it.
typedef struct TraceWriter TraceWriter;

// NULL with `error` when the file cannot be made.
TraceWriter *trace_writer_new(const char *path, const TraceHead *head, Error *error);

// The slot of the new object.
uint32_t trace_write_birth(TraceWriter *writer, uint64_t bytes);
void trace_write_death(TraceWriter *writer, uint32_t slot);
// Any other kind. Numbers that the kind does not have are ignored, a long text is cut.
void trace_write_event(TraceWriter *writer, const TraceEvent *event);
// The same with up to two numbers and no text.
void trace_note(TraceWriter *writer, TraceKind kind, uint32_t slot, uint64_t first,
                uint64_t second);
const TraceSlots *trace_writer_slots(const TraceWriter *writer);

// Ends the frame: what was written so far outlives the process.
void trace_writer_flush(TraceWriter *writer);

// Writes what is left; with `whole` the frame says that nothing was to follow. False with `error`
// when any of it failed.
bool trace_writer_close(TraceWriter *writer, bool whole, Error *error);

// Gives everything up in a forked child: nothing is written.
void trace_writer_abandon(TraceWriter *writer);

// ---- reading ----

typedef struct TraceReader TraceReader;

// NULL with `error` when there is no such file, or its first frame is not that of a trace.
TraceReader *trace_reader_new(const char *path, Error *error);
void trace_reader_free(TraceReader *reader);

const TraceHead *trace_reader_head(const TraceReader *reader);

// The next event. False at the end, and, with `error` filled, where the file is damaged: the error
// names file and byte.
bool trace_read(TraceReader *reader, TraceEvent *event, Error *error);

// After the end: the file stops within a frame, or after one that is not the last. All events
// before were read.
bool trace_is_truncated(const TraceReader *reader);

// How far it is: events, births and live objects up to the last event read.
const TraceSlots *trace_reader_slots(const TraceReader *reader);

typedef struct {
    uint64_t frames, file_bytes, event_bytes;  // read so far; event_bytes: before compression
} TraceSizes;
TraceSizes trace_reader_sizes(const TraceReader *reader);

#endif
