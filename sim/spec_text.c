// spec_text.c -- a workload text as it was written
#include "spec_text.h"

#include <ctype.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

// inih calls back per key but tells neither line numbers nor empty sections: lines pass through
// here on their way to it.
typedef struct {
    SpecText *text;
    LineSource source;
    void *stream;
    int line;
    uint32_t section;  // the present one
    bool in_head;      // above the first section
    bool continued;    // the present line starts with a blank: it continues the value above
    bool unended;      // the line before had no end: the last one, or one with a NUL in it
    Error *error;
} Reader;

static bool fail(const Reader *reader, const char *what, const char *found) {
    return error_set(reader->error, "%s:%d: %s '%s'", reader->text->path, reader->line, what,
                     found);
}

static bool name_is_good(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length >= NAME_SIZE) return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_') return false;
    return true;
}

static uint32_t section_find(const SpecText *text, const char *name) {
    for (uint32_t i = 0; i < text->section_count; i++)
        if (strcmp(text->sections[i].name, name) == 0) return i;
    return UINT32_MAX;
}

// "[workload]", "[phase NAME]" or "[population NAME]".
static bool section_open(Reader *reader, const char *header) {
    SpecText *text = reader->text;
    char kind[NAME_SIZE], name[VALUE_SIZE], extra[4];
    const char *rest = header;
    if (!text_word(&rest, kind, sizeof kind)) return fail(reader, "empty section", header);
    bool named = text_word(&rest, name, sizeof name);
    Section section = {.line = reader->line};
    if (strcmp(kind, "workload") == 0 && !named) {
        text->sections[0].line = reader->line;
        reader->section = 0;
        return true;
    }
    if (strcmp(kind, "phase") == 0 || strcmp(kind, "population") == 0) {
        section.kind = kind[1] == 'h' ? SECTION_PHASE : SECTION_POPULATION;
        if (!named || !name_is_good(name) || text_word(&rest, extra, sizeof extra))
            return fail(reader,
                        "a section needs one name of 1 to 31 letters, digits, - and _; found",
                        header);
    } else {
        return fail(reader, "a section is [workload], [phase NAME] or [population NAME]; found",
                    header);
    }
    if (section_find(text, name) != UINT32_MAX)
        return fail(reader, "this name was used above:", name);
    if (text->section_count == SECTIONS_MAX) return fail(reader, "too many sections at", header);
    memcpy(section.name, name, strlen(name) + 1);
    reader->section = text->section_count++;
    text->sections[reader->section] = section;
    return true;
}

static void head_append(SpecText *text, const char *line) {
    size_t used = strlen(text->head);
    while (*line == ';' || *line == '#') line++;
    if (*line == ' ') line++;
    snprintf(text->head + used, sizeof text->head - used, "%s", line);
}

// What inih would take for a section and section_open() never sees, or the other way round.
static void check_brackets(Reader *reader, const char *line) {
    if (*line == '[' && strchr(line, ']') == NULL)
        error_set(reader->error, "%s:%d: neither [section] nor key = value", reader->text->path,
                  reader->line);
    if (reader->continued && line[strspn(line, " \t\r\n")] == '[')
        error_set(reader->error, "%s:%d: no blank may stand before a section", reader->text->path,
                  reader->line);
}

static char *reader_line(char *line, int size, void *user) {
    Reader *reader = user;
    if (reader->error->text[0] != '\0' || reader->source(line, size, reader->stream) == NULL)
        return NULL;
    if (reader->unended) {
        error_set(reader->error, "%s:%d: this line has a NUL character", reader->text->path,
                  reader->line);
        return NULL;
    }
    reader->line++;
    size_t length = strlen(line);
    reader->unended = length == 0 || line[length - 1] != '\n';
    if (length + 1 == (size_t)size && reader->unended)
        fail(reader, "this line is longer than 198 characters:", "...");
    const char *start = line;
    if (reader->line == 1 && strncmp(start, "\xEF\xBB\xBF", 3) == 0) start += 3;
    reader->continued = isspace((unsigned char)*start) != 0;
    check_brackets(reader, start);
    if (*start == '[' && strchr(start, ']') != NULL) {
        char header[VALUE_SIZE];
        const char *end = strchr(start, ']'), *rest = end + 1 + strspn(end + 1, " \t\r\n");
        snprintf(header, sizeof header, "%.*s", (int)(end - start - 1), start + 1);
        char found[VALUE_SIZE];
        text_squeeze(rest, found, sizeof found);
        if (*rest != '\0' && *rest != ';' && *rest != '#')
            fail(reader, "nothing may follow a section but a comment; found", found);
        section_open(reader, header);
    }
    if (*start == '[') reader->in_head = false;
    if (reader->in_head && (*start == ';' || *start == '#')) head_append(reader->text, start);
    return line;
}

static bool entry_put(SpecText *text, Entry entry, Error *error) {
    if (text->entry_count == ENTRIES_MAX) return error_set(error, "too many keys");
    if (text->entry_count == text->entries_room) {
        text->entries_room = 2 * text->entries_room + 16;
        text->entries = memory_resize(text->entries, text->entries_room, sizeof entry);
    }
    CHECK(text->entries != NULL);
    text->entries[text->entry_count++] = entry;
    return true;
}

// entry_count: there is none.
static uint32_t entry_number(const SpecText *text, uint32_t section, const char *key) {
    uint32_t i = 0;
    while (i < text->entry_count &&
           (text->entries[i].section != section || strcmp(text->entries[i].key, key) != 0))
        i++;
    return i;
}

static Entry *entry_find(SpecText *text, uint32_t section, const char *key) {
    uint32_t i = entry_number(text, section, key);
    return i < text->entry_count ? &text->entries[i] : NULL;
}

static int reader_key(void *user, const char *section, const char *key, const char *value) {
    Reader *reader = user;
    SpecText *text = reader->text;
    if (reader->error->text[0] != '\0') return 0;
    if (*section == '\0') return fail(reader, "this key stands before the first section:", key);
    if (*key == '\0') return fail(reader, "no key before", value);
    Entry entry = {.section = reader->section, .line = reader->line};
    Entry *before = entry_find(text, entry.section, key);
    if (before != NULL && reader->continued) {
        size_t used = strlen(before->value);
        if (used + 1 + strlen(value) >= sizeof before->value)
            return fail(reader, "this value is longer than 511 characters:", key);
        snprintf(before->value + used, sizeof before->value - used, " %s", value);
        return 1;
    }
    if (before != NULL) return fail(reader, "this key was given above:", key);
    if (strlen(key) >= NAME_SIZE) return fail(reader, "unknown key", key);
    snprintf(entry.key, sizeof entry.key, "%s", key);
    text_squeeze(value, entry.value, sizeof entry.value);
    return entry_put(text, entry, reader->error);
}

bool spec_text_read(SpecText *text, const char *path, LineSource source, void *stream,
                    Error *error) {
    text->path = path;
    text->sections[text->section_count++] = (Section){SECTION_WORKLOAD, "workload", 1};
    Reader reader = {
        .text = text, .source = source, .stream = stream, .in_head = true, .error = error};
    int bad_line = ini_parse_stream(reader_line, &reader, reader_key, &reader);
    if (error->text[0] != '\0') return false;
    if (bad_line > 0)
        return error_set(error, "%s:%d: neither [section] nor key = value", path, bad_line);
    return true;
}

// A key of populations given for a phase goes to each of its populations: spec.c knows which those
// are.
bool spec_text_override(SpecText *text, const char *override, Error *error) {
    const char *dot = strchr(override, '.'), *equals = strchr(override, '=');
    if (dot == NULL || equals == NULL || equals < dot || dot - override >= NAME_SIZE ||
        equals - dot - 1 >= NAME_SIZE)
        return error_set(error, "--set %s: this is not section.key=value", override);
    if (strlen(equals + 1) >= VALUE_SIZE)
        return error_set(error, "--set %.*s: longer than %d characters", (int)(equals - override),
                         override, VALUE_SIZE - 1);
    char section[NAME_SIZE];
    Entry entry = {.line = 0};
    snprintf(section, sizeof section, "%.*s", (int)(dot - override), override);
    snprintf(entry.key, sizeof entry.key, "%.*s", (int)(equals - dot - 1), dot + 1);
    text_squeeze(equals + 1, entry.value, sizeof entry.value);
    entry.section = section_find(text, section);
    if (entry.section == UINT32_MAX) {
        const char *names[SECTIONS_MAX];
        for (uint32_t i = 0; i < text->section_count; i++) names[i] = text->sections[i].name;
        const char *near = text_nearest(section, names, text->section_count);
        return error_set(error, "--set %s: %s has no section '%s'%s%s%s", override, text->path,
                         section, near ? "; did you mean '" : "", near ? near : "",
                         near ? "'?" : "");
    }
    Entry *before = entry_find(text, entry.section, entry.key);
    if (before == NULL) return entry_put(text, entry, error);
    *before = entry;
    return true;
}

const Entry *spec_text_find(const SpecText *text, uint32_t section, const char *key) {
    uint32_t i = entry_number(text, section, key);
    return i < text->entry_count ? &text->entries[i] : NULL;
}

void spec_text_where(const SpecText *text, const Entry *entry, char *where, size_t size) {
    const char *section = text->sections[entry->section].name;
    if (entry->line > 0)
        snprintf(where, size, "%s:%d: [%s] %s: ", text->path, entry->line, section, entry->key);
    else
        snprintf(where, size, "--set %s.%s: ", section, entry->key);
}
