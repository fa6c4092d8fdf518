// param.h -- knobs as data: a table says name, default, range and help; a text sets values
#ifndef OURO_PARAM_H
#define OURO_PARAM_H

#include "base.h"

typedef enum { KNOB_COUNT, KNOB_BYTES, KNOB_FLAG, KNOB_TEXT } KnobKind;

typedef struct {
    const char *name;
    KnobKind kind;
    const char *fallback;  // the default, as it would be written
    uint64_t low, high;    // KNOB_COUNT, KNOB_BYTES
    const char *choices;   // KNOB_TEXT: "a|b|c", or NULL for any word of letters, digits, - _ +
    const char *help;
} Knob;

enum { KNOBS_MAX = 16, KNOB_TEXT_SIZE = 64 };

typedef struct {
    uint64_t count;  // counts and bytes; flags as 0 and 1
    char text[KNOB_TEXT_SIZE];
} KnobValue;

// Sets the values that `settings`, "name=value,name=value" (later ones win; NULL or empty: none),
// names. An error names `owner`, the knob, what was found and what is allowed.
bool param_set(const char *owner, const Knob *knobs, size_t count, const char *settings,
               KnobValue *values, Error *error);

// Sets every values[i] to the default of knobs[i].
bool param_defaults(const char *owner, const Knob *knobs, size_t count, KnobValue *values,
                    Error *error);

// "name=value,..." of all knobs in the order of the table, numbers in full: the same values give
// the same text.
void param_describe(const Knob *knobs, size_t count, const KnobValue *values, char *text,
                    size_t size);

#endif
