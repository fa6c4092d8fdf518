// space.c -- the objects of one space, in CPython's list order
#include "space.h"

bool space_open(Space *space, uint64_t capacity, Error *error) {
    space->capacity = capacity;
    space->members = reserve_new(capacity, sizeof *space->members, "a space", error);
    return space->members != NULL;
}

void space_close(Space *space) {
    reserve_free(space->members, space->capacity, sizeof *space->members);
    space->members = NULL;
}

void space_compact(Space *space, uint32_t *positions) {
    const uint32_t below = (1u << space->shift) - 1;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < space->length; i++) {
        uint32_t object = space->members[i];
        if (object == 0) continue;
        space->members[kept] = object;
        positions[object] = (positions[object] & below) | (uint32_t)kept++ << space->shift;
    }
    CHECK(kept == space->objects && kept < space->capacity);
    space->length = kept;
    space->first = 0;
}

void space_reset(Space *space) {
    space->length = space->first = space->objects = space->bytes = 0;
    space->waiting = (Waiting){0};
}
