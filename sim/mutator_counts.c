// mutator_counts.c -- reference counts that are not kept while nobody asks
//
// A unit that is held until the end of its phase or round cannot die before, however many refer to
// it. So references to such units are not counted while they come and go, but all at once when the
// units are about to be let go. A churn that refers to a model of 10 million objects at random then
// never touches the model: counting was two cache misses per reference.
#include "mutator_state.h"

enum { AHEAD = 16 };  // units; their links are fetched in time

static void find_releases(Mutator *m) {
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        Held *held = &m->held[i];
        held->releases = false;
        for (uint32_t k = 0; k < held->links; k++)
            held->releases |= m->held[held->targets[k]].counts;
    }
}

// Counting looks at every unit that ever was at once, which must stay small beside the round.
void counts_begin(Mutator *m) {
    bool late = spec_allocations(m->spec) / m->spec->rounds >= m->unit_count;
    for (uint32_t i = 0; i < m->spec->population_count; i++)
        if (m->held[i].counts_late) m->held[i].counts = !late;
    find_releases(m);
}

// The populations let go now whose count was put off; false: there are none to which anyone refers.
static bool counts_choose(Mutator *m, bool *begins) {
    bool referred = false;
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        begins[i] = !m->held[i].counts && m->held[i].counts_late && lets_go(m, i);
        m->held[i].counts |= begins[i];
    }
    find_releases(m);
    for (uint32_t i = 0; i < m->spec->population_count; i++)
        for (uint32_t k = 0; k < m->held[i].links; k++) referred |= begins[m->held[i].targets[k]];
    return referred;
}

static void links_fetch(const Mutator *m, uint32_t number, const bool *begins) {
    const Unit *unit = unit_at(m, number);
    if (number >= m->unit_count || unit->population == NO_POPULATION) return;
    const Held *held = &m->held[unit->population];
    for (uint32_t k = 0; k < held->links; k++)
        if (begins[held->targets[k]] && unit->links[k] != NO_UNIT)
            __builtin_prefetch(unit_at(m, unit->links[k]), 1);
}

static void links_count(Mutator *m, uint32_t number, const bool *begins) {
    const Unit *unit = unit_at(m, number);
    if (unit->population == NO_POPULATION) return;
    const Held *held = &m->held[unit->population];
    for (uint32_t k = 0; k < held->links; k++)
        if (begins[held->targets[k]] && unit->links[k] != NO_UNIT)
            unit_at(m, unit->links[k])->refs++;
}

void counts_settle(Mutator *m) {
    bool begins[POPULATIONS_MAX];
    if (!counts_choose(m, begins)) return;
    for (uint32_t unit = 0; unit < m->unit_count; unit++) {
        links_fetch(m, unit + AHEAD, begins);
        links_count(m, unit, begins);
    }
}
