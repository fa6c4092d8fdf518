// spec_text.h -- a workload text as it was written: sections of keys, each with the place it came
// from
#ifndef OURO_SPEC_TEXT_H
#define OURO_SPEC_TEXT_H

#include "spec.h"

enum { ENTRIES_MAX = 2048, SECTIONS_MAX = 1 + PHASES_MAX + POPULATIONS_MAX, VALUE_SIZE = 512 };

typedef struct {
    SectionKind kind;
    char name[NAME_SIZE];  // "workload", or the name of the phase or population
    int line;
} Section;

typedef struct {
    uint32_t section;
    char key[NAME_SIZE];
    char value[VALUE_SIZE];
    int line;  // 0: from an override
} Entry;

typedef struct {
    const char *path;
    char head[HEAD_SIZE];
    uint32_t section_count, entry_count, entries_room;
    Section sections[SECTIONS_MAX];  // the first is [workload], written or not
    Entry *entries;                  // ENTRIES_MAX at most; the caller frees them
} SpecText;

// Where text comes from: fgets's contract.
typedef char *(*LineSource)(char *line, int size, void *stream);

// Reads all lines into `text`, which is all zero. False with `error` at the first line that is no
// section, no key or one too many.
bool spec_text_read(SpecText *text, const char *path, LineSource source, void *stream,
                    Error *error);

// Applies "section.key=value" on top.
bool spec_text_override(SpecText *text, const char *override, Error *error);

// The entry for a key of a section, or NULL.
const Entry *spec_text_find(const SpecText *text, uint32_t section, const char *key);

// "FILE:LINE: [SECTION] KEY: ", or "--set SECTION.KEY: ".
void spec_text_where(const SpecText *text, const Entry *entry, char *where, size_t size);

#endif
