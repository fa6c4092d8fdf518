// mutator_units.h -- units and held units: what every step of the mutator does to them
#ifndef OURO_MUTATOR_UNITS_H
#define OURO_MUTATOR_UNITS_H

#include "mutator_state.h"

static inline void emit(Mutator *m, Event event) { *m->filled++ = event; }

static inline bool has_room(const Mutator *m) {
    return m->filled <= m->buffer + BUFFER_EVENTS - STEP_EVENTS_MAX;
}

static inline uint32_t unit_take(Mutator *m) {
    uint32_t unit = m->unit_free;
    if (unit == NO_UNIT) {
        CHECK(m->unit_count < m->unit_max);
        return m->unit_count++;
    }
    m->unit_free = unit_at(m, unit)->next;
    return unit;
}

static inline uint32_t *unit_position(const Mutator *m, uint32_t unit) {
    return &unit_at(m, unit)->links[m->position_at];
}

static inline uint64_t unit_birth(const Mutator *m, uint32_t unit) {
    const uint32_t *halves = &unit_at(m, unit)->links[m->birth_at];
    return (uint64_t)halves[1] << 32 | halves[0];
}

static inline void unit_set_birth(Mutator *m, Unit *unit, uint64_t birth) {
    unit->links[m->birth_at] = (uint32_t)birth;
    unit->links[m->birth_at + 1] = (uint32_t)(birth >> 32);
}

static inline void held_spread(Held *held) {
    for (uint32_t i = 0; i < held->count; i++) held->units[i] = held->first + i;
    held->is_run = false;
}

static inline void held_clear(Held *held) {
    held->count = 0;
    held->is_run = !held->moves;
}

static inline void held_add(Mutator *m, Held *held, uint32_t unit) {
    CHECK(held->count < held->capacity);
    if (held->count == 0) held->first = unit;
    if (held->is_run && unit != held->first + held->count) held_spread(held);
    if (!held->is_run) held->units[held->count] = unit;
    if (held->moves) *unit_position(m, unit) = held->count;
    held->count++;
}

static inline void held_remove(Mutator *m, Held *held, uint32_t unit) {
    uint32_t last = held->units[--held->count], position = *unit_position(m, unit);
    held->units[position] = last;
    *unit_position(m, last) = position;
}

static inline uint32_t held_random(Mutator *m, uint32_t population, Draw draw) {
    const Held *held = &m->held[population];
    return held->count == 0 ? NO_UNIT : held_at(held, rng_below(&m->draws[draw], held->count));
}

static inline void unit_refer(Mutator *m, uint32_t unit, uint32_t population) {
    if (m->held[population].counts) unit_at(m, unit)->refs++;
}

// Fetches what the death of a unit will take references back from.
static inline void targets_fetch(const Mutator *m, const Unit *unit) {
    const Held *held = &m->held[unit->population];
    for (uint32_t k = 0; k < held->links; k++)
        if (unit->links[k] != NO_UNIT) __builtin_prefetch(unit_at(m, unit->links[k]), 1);
}

// mutator_deaths.c: a reference to a unit goes; its register is cleared; `event`, by which what is
// dying dies, is to come out; it comes out, or as many DEAD notes as there is room for.
void unit_release(Mutator *m, uint32_t unit);
void unit_drop(Mutator *m, uint32_t unit);
void killer_set(Mutator *m, Event event);
void killer_settle(Mutator *m);

#endif
