// callers.c -- who asks the allocator, by return address
#include "callers.h"

#include "python.h"

enum { CALLERS = 1 << 14 };  // far more than there are in the interpreter and its extensions

static Caller callers[CALLERS];

Caller *caller_find(const void *address) {
    uint64_t hash = (uint64_t)(uintptr_t)address * 0x9e3779b97f4a7c15u;
    size_t start = (size_t)(hash >> 50), i = start;
    while (callers[i].address != address) {
        if (callers[i].address == NULL) {
            callers[i].address = address;
            break;
        }
        i = (i + 1) % CALLERS;
        CHECK(i != start);
    }
    return &callers[i];
}

// An object begins with its count and its type, whose type is `type` or derived from that; links
// are followed by others, and a dictionary is none.
static bool is_type(const void *pointer) {
    if (pointer == NULL || (uintptr_t)pointer % sizeof(void *) != 0) return false;
    const PyTypeObject *type = ((const PyObject *)pointer)->ob_type;
    if (type == &PyType_Type) return true;
    return type != NULL && type != &PyDict_Type && (uintptr_t)type % sizeof(void *) == 0 &&
           ((const PyObject *)type)->ob_type == &PyType_Type;
}

bool caller_made_counted(const Caller *caller, const void *block) {
    if (caller->counted == 0 || caller->plain == 0) return caller->counted > 0;
    return !is_type(((void *const *)block)[1]);
}
