// callers.h -- who asks the allocator, by return address: only few places make counted objects
//
// In 3.11 PyObject_Malloc ends in a jump to the hook, so the hook's return address is that of its
// caller: _PyObject_GC_New and a handful of others make objects that the collector counts, all
// others never do. Learned from counts as they are seen.
#ifndef OURO_RECORD_CALLERS_H
#define OURO_RECORD_CALLERS_H

#include "base.h"

typedef struct {
    const void *address;
    uint64_t counted, plain;  // blocks of either kind that came from here, when it was certain
} Caller;

Caller *caller_find(const void *address);

// Whether a collection may begin in what it allocates: it was seen to make counted objects.
static inline bool caller_is_counted(const Caller *caller) { return caller->counted > 0; }

// Whether `block`, which it just got, has the collector's links in front: for when counts cannot
// tell. Callers that make both kinds are known by their blocks' second word (a type, of an object
// without links).
bool caller_made_counted(const Caller *caller, const void *block);

#endif
