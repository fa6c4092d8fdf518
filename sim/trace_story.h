// trace_story.h -- a trace, read once: what its objects are, and how each of them ends
//
// A *life* is what one block is from its birth, or from the time when a free list gives it out
// again after it was garbage, to its death. That needs the whole trace, so it is read before it is
// played (mutator_trace.c).
#ifndef OURO_TRACE_STORY_H
#define OURO_TRACE_STORY_H

#include "trace.h"

enum { STORY_KINDS_MAX = 64, STORY_PHASES_MAX = 16, STORY_NAME_SIZE = 32 };
enum { LIFE_GARBAGE = 0x80, LIFE_KIND = 0x7f };

// Lives of one phase, type and size of block. The most frequent ones; the last kind is all others,
// and has their mean size.
typedef struct {
    char name[STORY_NAME_SIZE];
    uint32_t phase, bytes;
    uint64_t lives;
} StoryKind;

typedef struct {
    char name[STORY_NAME_SIZE];
    uint64_t lives;  // that begin in it
} StoryPhase;

typedef struct {
    TraceHead head;
    uint8_t *lives;  // in the order of their beginnings: the kind, LIFE_GARBAGE: ends as garbage
    uint64_t life_count;
    uint32_t kind_count, phase_count;
    StoryKind kinds[STORY_KINDS_MAX];
    StoryPhase phases[STORY_PHASES_MAX];  // "start": before the program names one
    uint32_t slots;                       // that are used at all
    bool truncated;
    uint64_t digest;  // XXH3-64 of the file
} TraceStory;

// Whether a file begins as a trace does.
bool trace_is(const char *path);

// False with `error` when the trace cannot be read, or is damaged. A truncated one is a story as
// far as it goes.
bool trace_story_read(TraceStory *story, const char *path, Error *error);
void trace_story_free(TraceStory *story);

// The number of a phase by its name, as in `phases`; those beyond the last are the last one.
uint32_t trace_story_phase(const TraceStory *story, const char *name);

// What a slot is while a trace is read or played.
typedef struct {
    uint64_t life;
    bool is_there;    // a life is on
    bool is_garbage;  // it was found unreachable
    bool is_dropped;  // for who plays it
} StorySlot;

// Whether this event begins a life, in a slot as it was before.
bool trace_begins_life(const TraceEvent *event, const StorySlot *slot);

// What an event says of the slot's life, when it does not begin one.
void trace_slot_note(StorySlot *slot, const TraceEvent *event);

#endif
