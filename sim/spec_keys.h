// spec_keys.h -- the table of keys with their setters, between spec.c and spec_keys.c
#ifndef OURO_SPEC_KEYS_H
#define OURO_SPEC_KEYS_H

#include "spec_text.h"

typedef struct {
    Spec *spec;
    const SpecText *text;
    uint64_t low, high;  // of the present key
    Error *error;
} Setting;

// Reads `value` into `field`, a member of the struct of its section (Spec, Phase or Population).
typedef bool (*Setter)(const Setting *s, void *section, void *field, const char *value);

typedef struct {
    SpecKey key;
    Setter set;
    size_t offset;  // of the field in its struct
    uint64_t low, high;
    bool is_later;  // in the digest only where it is not the default
} KeyRow;

// All rows, in the order in which the keys of one section are to be set.
const KeyRow *spec_key_rows(size_t *count);

// NULL when sections of this kind have no such key.
const KeyRow *spec_key_find(SectionKind kind, const char *name);

#endif
