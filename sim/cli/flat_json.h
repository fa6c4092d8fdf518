// flat_json.h -- reading one JSON object of texts and numbers, as rows are
#ifndef OURO_FLAT_JSON_H
#define OURO_FLAT_JSON_H

#include "base.h"

enum { FLAT_NAME_SIZE = 64, FLAT_VALUE_SIZE = 8192 };

typedef struct {
    char name[FLAT_NAME_SIZE];
    char value[FLAT_VALUE_SIZE];  // without quotes and escapes; a number as it is written
    bool is_number;
} FlatField;

// Reads the next field at *cursor, which starts at the object's brace and moves on. False at the
// end, or where the text is no such object: then *cursor is NULL.
bool flat_json_next(const char **cursor, FlatField *field);

// The field called `name`, first looked for at *cursor (NULL: at the start), which moves behind it.
// So reading fields in their order is one pass.
bool flat_json_seek(const char *object, const char **cursor, const char *name, FlatField *field);

// The value of one field; false when it is not there, not of that kind or too long.
bool flat_json_text(const char *object, const char *name, char *value, size_t size);
bool flat_json_number(const char *object, const char *name, uint64_t *value);

#endif
