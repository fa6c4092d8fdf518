// births.c -- when each unit of a tracing heap was built
#include "births.h"

#include <stdlib.h>

#include "heap_state.h"

struct Births {
    uint64_t *clocks;
    uint64_t capacity;
};

// Every instance has an object: there are not more of them than numbers of objects.
Births *births_new(const Spec *spec, Error *error) {
    Births *births = memory_new(1, sizeof *births);
    const uint64_t allocations = min_u64(spec_allocations(spec), TRACING_OBJECTS_END);
    births->capacity = min_u64(2 * allocations + (1u << 20), TRACING_OBJECTS_END);
    births->clocks =
        reserve_new(births->capacity, sizeof *births->clocks, "the clocks of births", error);
    if (births->clocks != NULL) return births;
    free(births);
    return NULL;
}

void births_free(Births *births) {
    if (births == NULL) return;
    reserve_free(births->clocks, births->capacity, sizeof *births->clocks);
    free(births);
}

void births_note(Births *births, const Heap *h, const Event *event) {
    if (event->op != OP_UNIT) return;
    const uint32_t number = h->instance_of_unit[event->unit];
    if (number == 0 || number >= births->capacity) return;  // it was refused for lack of numbers
    const Cursor *cursor = &h->cursor;
    const uint64_t built =
        cursor->active ? cursor->member + (uint64_t)cursor->allocated : event->value;
    births->clocks[number] = h->view.clock - built;
}

const uint64_t *births_of(const Births *births) { return births->clocks; }
