// reach.h -- trial deletion on copies of reference counts: which candidates are unreachable
#ifndef OURO_RECORD_REACH_H
#define OURO_RECORD_REACH_H

#include "recording.h"

// Of a candidate: reachable, or not.
#define REACHED   INT64_MAX
#define UNREACHED (-1)

// Sets `references` of each candidate of the look to REACHED or UNREACHED, and `untracks`.
void reach_all(void);

// The candidate that `object` is, or NULL.
Candidate *reach_candidate(PyObject *object);

// Whether the last look found the object of `slot`.
static inline bool reach_is_candidate(uint32_t slot) {
    const Look *look = &recording.look;
    uint32_t place = recording.slots[slot].candidate;
    return place < look->count && look->candidates[place].slot == slot;
}

// Calls `visit` for what `object` refers to.
static inline void reach_traverse(PyObject *object, visitproc visit) {
    Py_TYPE(object)->tp_traverse(object, visit, NULL);
}

#endif
