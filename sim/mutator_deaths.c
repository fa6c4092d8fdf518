// mutator_deaths.c -- who dies by what, and how it is said
//
// A unit without references is dying until its DEAD is out, then dead until the event that killed
// it is out, then its number is free.
#include "mutator_units.h"

void unit_release(Mutator *m, uint32_t number) {
    Unit *unit = unit_at(m, number);
    CHECK(unit->population != NO_POPULATION && unit->refs > 0);
    if (--unit->refs > 0) return;
    targets_fetch(m, unit);
    unit->next = m->dying;
    m->dying = number;
}

static void say_dead(Mutator *m) {
    uint32_t number = m->dying;
    Unit *unit = unit_at(m, number);
    const Held *held = &m->held[unit->population];
    m->dying = unit->next;
    emit(m, (Event){.op = OP_DEAD, .unit = number});
    for (uint32_t k = 0; k < held->links; k++)
        if (unit->links[k] != NO_UNIT && m->held[held->targets[k]].counts)
            unit_release(m, unit->links[k]);
    unit->population = NO_POPULATION;
    if (m->dead.first == NO_UNIT)
        m->dead.first = number;
    else
        unit_at(m, m->dead.last)->next = number;
    m->dead.last = number;
}

// The first of the dead is the first to be used again.
static void free_dead(Mutator *m) {
    if (m->dead.first == NO_UNIT) return;
    unit_at(m, m->dead.last)->next = m->unit_free;
    m->unit_free = m->dead.first;
    m->dead.first = NO_UNIT;
}

// A killer comes out after all its DEAD notes, however many batches they take; then the numbers of
// the dead may be used again.
void killer_settle(Mutator *m) {
    while (m->dying != NO_UNIT) {
        if (!has_room(m)) return;
        say_dead(m);
    }
    emit(m, m->killer);
    m->killer_waits = false;
    free_dead(m);
}

void killer_set(Mutator *m, Event event) {
    m->killer = event;
    m->killer_waits = true;
    killer_settle(m);
}

// The death of a unit that takes no other with it, as most do.
static void unit_drop_alone(Mutator *m, uint32_t number, Unit *unit) {
    emit(m, (Event){.op = OP_DEAD, .unit = number});
    emit(m, (Event){.op = OP_DROP, .unit = number});
    unit->population = NO_POPULATION;
    unit->next = m->unit_free;
    m->unit_free = number;
}

void unit_drop(Mutator *m, uint32_t number) {
    Unit *unit = unit_at(m, number);
    CHECK(unit->population != NO_POPULATION);
    Held *held = &m->held[unit->population];
    if (held->moves) held_remove(m, held, number);
    if (unit->refs == 1 && !held->releases) {
        unit_drop_alone(m, number, unit);
    } else {
        unit_release(m, number);
        killer_set(m, (Event){.op = OP_DROP, .unit = number});
    }
}
