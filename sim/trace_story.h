// trace_story.h -- a trace, read once: what its objects are, and how each of them ends
//
// How a life (trace_lives.h) ends is known when the whole trace is, so it is read before it is
// played (mutator_trace.c).
#ifndef OURO_TRACE_STORY_H
#define OURO_TRACE_STORY_H

#include "trace_lives.h"

enum { STORY_KINDS_MAX = 64, STORY_PHASES_MAX = 16, STORY_NAME_SIZE = 32 };
enum { STORY_GARBAGE = 0x80, STORY_KIND = 0x7f };

// Lives of one phase, type and size of block. The most frequent ones; the last kind is all others,
// and has their mean size.
typedef struct {
    char name[STORY_NAME_SIZE];
    uint32_t phase, bytes;
    uint32_t list;  // into which its blocks go (free_lists.h)
    uint64_t lives;
} StoryKind;

typedef struct {
    char name[STORY_NAME_SIZE];
    uint64_t lives;  // that begin in it, and weak references that its collections call
} StoryPhase;

// Where a phase begins, or goes on.
typedef struct {
    uint64_t lives;  // before it
    uint32_t phase;
} StoryTurn;

typedef struct {
    uint64_t lives;      // before it
    uint32_t callbacks;  // of weak references, that it called and counted
} StoryCollection;

typedef struct {
    TraceHead head;
    uint8_t *lives;  // in the order of their beginnings: the kind, STORY_GARBAGE: ends as garbage
    uint64_t life_count;
    StoryCollection *collections;  // as recorded
    uint64_t collection_count;
    uint32_t kind_count, phase_count;
    uint32_t callback_kind;  // of what stands for weak references that a collection calls
    StoryKind kinds[STORY_KINDS_MAX];
    StoryPhase phases[STORY_PHASES_MAX];  // "start": before the program names one
    StoryTurn turns[STORY_PHASES_MAX];    // the first ones
    uint32_t turn_count;
    uint64_t change;  // a program that names no phase: lives before it turns to "steady"; 0: none
    uint32_t slots;   // that are used at all
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

#endif
