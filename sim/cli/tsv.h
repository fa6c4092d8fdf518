// tsv.h -- tables as text: tab-separated cells, one header line
//
// Before the header there may be notes, lines "# key: text".
//
// The whole file is in memory and cells are strings in it. Rows count from 0 below the header; a
// file that has only a header is a table of no rows.
#ifndef OURO_CLI_TSV_H
#define OURO_CLI_TSV_H

#include <stdio.h>

#include "base.h"

typedef struct {
    char *path;  // as given, for messages
    char *text;
    char **cells;  // row-major, the header first
    uint32_t note_count;
    uint32_t column_count;
    uint32_t row_count;  // without the header
} Tsv;

// Reads `path`. An error when there is no such file or no header, or when a row has not as many
// cells as the header. On an error `tsv` is empty; tsv_free is then allowed but not needed.
bool tsv_read(const char *path, Tsv *tsv, Error *error);
void tsv_free(Tsv *tsv);

// What the notes say of `key`, or NULL. Valid until the table is freed.
const char *tsv_note(const Tsv *tsv, const char *key);

// The column called `name`, or -1.
int tsv_column(const Tsv *tsv, const char *name);

// The same, but a missing column is an error that lists what is needed.
bool tsv_column_needed(const Tsv *tsv, const char *name, int *column, Error *error);

const char *tsv_header(const Tsv *tsv, uint32_t column);

// The cell, or "" for column -1.
const char *tsv_cell(const Tsv *tsv, uint32_t row, int column);

// The cell as a whole number; anything else is an error that names file, line and column.
bool tsv_number(const Tsv *tsv, uint32_t row, int column, uint64_t *value, Error *error);

// The line on which a row stands, of a file without notes.
static inline uint32_t tsv_line(uint32_t row) { return row + 2; }

// A whole number without sign, blanks or anything after it.
bool tsv_number_parse(const char *text, uint64_t *value);

// Text as a cell: control characters become blanks.
void tsv_text_print(FILE *file, const char *text);

// The whole of a file, NUL-terminated; whoever calls it frees it. NULL (and `error`) on an error.
char *tsv_text_read(const char *path, size_t *length, Error *error);

#endif
