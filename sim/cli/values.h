// values.h -- lists and ranges: what stands where `ouro run` takes one value
//
//   700,2000,10000      a list; its entries may be ranges
//   0..0.5/6            6 evenly spaced values, both ends among them
//   100..5k/20          counts: integers stay integers (the nearest ones; equal ones count once)
//   0%..50%/6           shares keep their unit
//
// Anything else is one value as it stands: "geometric mean=5k".
#ifndef OURO_VALUES_H
#define OURO_VALUES_H

#include "base.h"

typedef enum {
    VALUES_COUNT,    // integers; k, M and G are thousands
    VALUES_BYTES,    // integers; k, M and G are 1024
    VALUES_DECIMAL,  // shares and factors, to six decimals
    VALUES_WHOLE     // commas and dots belong to the value
} ValuesKind;

enum { VALUES_MAX = 10000 };

typedef struct {
    char **texts;
    size_t count, capacity;
} Values;

// Adds what `text` stands for. An error says what was found and what is allowed; the caller says
// where.
bool values_expand(Values *values, const char *text, ValuesKind kind, Error *error);

// Adds one text as it is.
void values_add(Values *values, const char *text);
void values_free(Values *values);

#endif
