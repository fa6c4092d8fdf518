// flat_json.c -- reading one JSON object of texts and numbers
#include "flat_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsv.h"

// The text after the opening quote; returns what follows the closing one, or NULL. Of \uXXXX only
// what json_string writes: one byte below 0x20.
static const char *text_read(const char *p, char *value, size_t size) {
    size_t used = 0;
    for (; *p != '"'; p++) {
        char c = *p;
        if (c == '\0' || used + 1 >= size) return NULL;
        if (c == '\\' && p[1] == 'u') {
            char digits[5] = "";
            snprintf(digits, sizeof digits, "%.4s", p + 2);
            if (strlen(digits) < 4) return NULL;
            c = (char)strtoul(digits, NULL, 16);
            p += 5;
        } else if (c == '\\') {
            c = *++p;
            if (c != '"' && c != '\\') return NULL;
        }
        value[used++] = c;
    }
    value[used] = '\0';
    return p + 1;
}

static const char *number_read(const char *p, char *value, size_t size) {
    size_t length = strspn(p, "0123456789.+-eE");
    if (length == 0 || length >= size) return NULL;
    snprintf(value, size, "%.*s", (int)length, p);
    return p + length;
}

bool flat_json_next(const char **cursor, FlatField *field) {
    const char *p = *cursor;
    *cursor = NULL;
    if (p == NULL) return false;
    if (*p == '}') return false;
    if ((*p != '{' && *p != ',') || p[1] != '"') return false;
    p = text_read(p + 2, field->name, sizeof field->name);
    if (p == NULL || *p != ':') return false;
    field->is_number = p[1] != '"';
    p = field->is_number ? number_read(p + 1, field->value, sizeof field->value)
                         : text_read(p + 2, field->value, sizeof field->value);
    *cursor = p;
    return p != NULL;
}

bool flat_json_seek(const char *object, const char **cursor, const char *name, FlatField *field) {
    const char *here = *cursor != NULL ? *cursor : object, *at = here;
    if (flat_json_next(&at, field) && strcmp(field->name, name) == 0) {
        *cursor = at;
        return true;
    }
    for (at = object; flat_json_next(&at, field);)
        if (strcmp(field->name, name) == 0) {
            *cursor = at;
            return true;
        }
    *cursor = here;
    return false;
}

bool flat_json_text(const char *object, const char *name, char *value, size_t size) {
    FlatField field;
    while (flat_json_next(&object, &field))
        if (strcmp(field.name, name) == 0)
            return !field.is_number && snprintf(value, size, "%s", field.value) < (int)size;
    return false;
}

bool flat_json_number(const char *object, const char *name, uint64_t *value) {
    FlatField field;
    while (flat_json_next(&object, &field))
        if (strcmp(field.name, name) == 0)
            return field.is_number && tsv_number_parse(field.value, value);
    return false;
}
