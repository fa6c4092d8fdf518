// reach.c -- trial deletion on copies of reference counts: which candidates are unreachable
//
// In the collector's own order (gcmodule.c, move_unreachable), because that decides which tuples of
// tuples it untracks: what seems unreachable is put aside, and what is reached after that comes to
// the end of the list.
#include "reach.h"

static Numbers order;  // candidates, as they are looked at; those that were put aside twice

Candidate *reach_candidate(PyObject *object) {
    if (!PyObject_IS_GC(object)) return NULL;
    uint32_t slot = shadow_get(&recording.shadow, python_block(object));
    if (slot == 0 || !reach_is_candidate(slot - 1)) return NULL;
    return &recording.look.candidates[recording.slots[slot - 1].candidate];
}

static int visit_subtract(PyObject *object, void *context) {
    (void)context;
    Candidate *candidate = reach_candidate(object);
    if (candidate != NULL) candidate->references--;
    return 0;
}

static int visit_reach(PyObject *object, void *context) {
    (void)context;
    Candidate *candidate = reach_candidate(object);
    if (candidate == NULL || candidate->references > 0) return 0;
    if (candidate->references == UNREACHED)
        numbers_push(&order, (uint32_t)(candidate - recording.look.candidates));
    candidate->references = 1;
    return 0;
}

// Whether the collector untracks it (untrack_tuples): a tuple of nothing that is tracked, once the
// tuples before it are done.
static bool tuple_untracks(PyObject *tuple) {
    if (!PyTuple_CheckExact(tuple)) return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i);
        if (item == NULL) return false;
        if (!_PyObject_GC_MAY_BE_TRACKED(item)) continue;
        const Candidate *candidate = reach_candidate(item);
        if (candidate == NULL || !candidate->untracks) return false;
    }
    return true;
}

void reach_all(void) {
    Candidate *candidates = recording.look.candidates;
    size_t count = recording.look.count, kept = 0;
    order.count = 0;
    for (size_t i = 0; i < count; i++) {
        reach_traverse(candidates[i].object, visit_subtract);
        numbers_push(&order, (uint32_t)i);
    }
    for (size_t i = 0; i < order.count; i++) {
        Candidate *candidate = &candidates[order.items[i]];
        if (candidate->references == REACHED) continue;  // put aside here, and reached later
        if (candidate->references <= 0) {
            candidate->references = UNREACHED;
            continue;
        }
        candidate->references = REACHED;
        order.items[kept++] = order.items[i];
        reach_traverse(candidate->object, visit_reach);
    }
    for (size_t i = 0; i < kept; i++)
        candidates[order.items[i]].untracks = tuple_untracks(candidates[order.items[i]].object);
}
