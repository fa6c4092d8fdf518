// types.c -- the types of objects, as numbers of the trace
#include "types.h"

enum { TYPES = 1 << 16 };

// A type is known by its address and its name: another one may come to lie where it was.
typedef struct {
    const PyTypeObject *type;
    const char *name;
    uint64_t number;
} Type;

static Type types[TYPES];
static uint64_t type_count;

uint64_t types_number(TraceWriter *writer, const PyTypeObject *type) {
    uint64_t hash = (uint64_t)(uintptr_t)type * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(hash >> 48);
    for (; types[i].type != NULL; i = (i + 1) % TYPES)
        if (types[i].type == type && types[i].name == type->tp_name) return types[i].number;
    if (type_count == TYPES / 2) return 0;  // no program has so many; the rest goes by one number
    types[i] = (Type){type, type->tp_name, ++type_count};
    TraceEvent event = {.kind = TRACE_TYPE, .numbers = {type_count}, .text = type->tp_name};
    trace_write_event(writer, &event);
    return type_count;
}
