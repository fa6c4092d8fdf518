// tsv.c -- tables as text: tab-separated cells, one header line
#include "tsv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static char *stream_read(FILE *stream, size_t *length) {
    size_t capacity = 1 << 16, used = 0, got = 0;
    char *text = memory_resize(NULL, capacity, 1);
    while ((got = fread(text + used, 1, capacity - used - 1, stream)) > 0) {
        used += got;
        if (capacity - used > 1) continue;
        capacity *= 2;
        text = memory_resize(text, capacity, 1);
    }
    text[used] = '\0';
    *length = used;
    return text;
}

char *tsv_text_read(const char *path, size_t *length, Error *error) {
    FILE *stream = fopen(path, "rb");
    char *text = stream != NULL ? stream_read(stream, length) : NULL;
    if (stream == NULL || ferror(stream)) {
        error_set(error, "%s: cannot be read: %s", path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (stream != NULL) fclose(stream);
    return text;
}

static uint32_t count_char(const char *text, size_t length, char wanted) {
    uint32_t count = 0;
    for (size_t i = 0; i < length; i++) count += text[i] == wanted;
    return count;
}

// Cuts one line into its cells.
static void line_cut(char *line, char **cells) {
    for (char *cell = line; cell != NULL;) {
        *cells++ = cell;
        cell = strchr(cell, '\t');
        if (cell != NULL) *cell++ = '\0';
    }
}

// Each becomes a text of its own. Returns the header behind them.
static char *notes_cut(Tsv *tsv) {
    char *line = tsv->text, *end;
    while (strncmp(line, "# ", 2) == 0 && (end = strchr(line, '\n')) != NULL && end[1] != '\0') {
        *end = '\0';
        line = end + 1;
        tsv->note_count++;
    }
    return line;
}

const char *tsv_note(const Tsv *tsv, const char *key) {
    const char *line = tsv->text;
    size_t length = strlen(key);
    for (uint32_t i = 0; i < tsv->note_count; i++, line += strlen(line) + 1)
        if (strncmp(line + 2, key, length) == 0 && strncmp(line + 2 + length, ": ", 2) == 0)
            return line + 2 + length + 2;
    return NULL;
}

static bool table_cut(Tsv *tsv, char *line, Error *error) {
    for (uint32_t row = 0; row <= tsv->row_count; row++) {
        char *end = strchr(line, '\n');
        if (end != NULL) *end = '\0';
        uint32_t found = 1 + count_char(line, strlen(line), '\t');
        if (found != tsv->column_count)
            return error_set(error, "%s:%u: found %u cells; the header has %u", tsv->path,
                             tsv->note_count + row + 1, found, tsv->column_count);
        line_cut(line, tsv->cells + (size_t)row * tsv->column_count);
        if (end != NULL) line = end + 1;
    }
    return true;
}

bool tsv_read(const char *path, Tsv *tsv, Error *error) {
    size_t length = 0;
    *tsv = (Tsv){.text = tsv_text_read(path, &length, error)};
    if (tsv->text == NULL) return false;
    tsv->path = memory_text(path, strlen(path));
    bool good = true;
    if (length == 0 || memchr(tsv->text, '\0', length) != NULL)
        good = error_set(error, "%s: %s; a table needs a header line of tab-separated names", path,
                         length == 0 ? "is empty" : "is not text");
    if (good) {
        uint32_t lines = count_char(tsv->text, length, '\n') + (tsv->text[length - 1] != '\n');
        char *header = notes_cut(tsv);
        lines -= tsv->note_count;
        tsv->row_count = lines - 1;
        tsv->column_count = 1 + count_char(header, strcspn(header, "\n"), '\t');
        // As many as there are, which is rows times columns, or the first odd row is an error.
        tsv->cells =
            memory_new((size_t)lines + count_char(tsv->text, length, '\t'), sizeof *tsv->cells);
        good = table_cut(tsv, header, error);
    }
    if (!good) tsv_free(tsv);
    return good;
}

void tsv_free(Tsv *tsv) {
    free(tsv->cells);
    free(tsv->text);
    free(tsv->path);
    *tsv = (Tsv){0};
}

int tsv_column(const Tsv *tsv, const char *name) {
    for (uint32_t i = 0; i < tsv->column_count; i++)
        if (strcmp(tsv->cells[i], name) == 0) return (int)i;
    return -1;
}

bool tsv_column_needed(const Tsv *tsv, const char *name, int *column, Error *error) {
    *column = tsv_column(tsv, name);
    return *column >= 0 || error_set(error, "%s:1: the header has no column '%s', which is needed",
                                     tsv->path, name);
}

const char *tsv_header(const Tsv *tsv, uint32_t column) {
    CHECK(column < tsv->column_count);
    return tsv->cells[column];
}

const char *tsv_cell(const Tsv *tsv, uint32_t row, int column) {
    if (column < 0) return "";
    CHECK(row < tsv->row_count && (uint32_t)column < tsv->column_count);
    return tsv->cells[((size_t)row + 1) * tsv->column_count + (uint32_t)column];
}

bool tsv_number_parse(const char *text, uint64_t *value) {
    char *end = NULL;
    if (!isdigit((unsigned char)*text)) return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

bool tsv_number(const Tsv *tsv, uint32_t row, int column, uint64_t *value, Error *error) {
    const char *cell = tsv_cell(tsv, row, column);
    if (tsv_number_parse(cell, value)) return true;
    return error_set(error, "%s:%u: column '%s': found '%.60s'; a whole number is needed",
                     tsv->path, tsv->note_count + tsv_line(row),
                     column < 0 ? "" : tsv_header(tsv, (uint32_t)column), cell);
}

void tsv_text_print(FILE *file, const char *text) {
    while (*text != '\0') {
        bool is_control = text_is_control(text);
        fputc(is_control ? ' ' : *text, file);
        text += is_control ? text_character(text) : 1;
    }
}
