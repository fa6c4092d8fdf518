// mutator.c -- from a Spec to the canonical stream of events
//
// A state machine whose every step emits a few events into a buffer: it can stop anywhere, however
// long a cascade of deaths is. At 10,000 live objects a unit of four takes 40 ns, about evenly
// spread over random draws, wheel, units and the digest.
#include "mutator.h"

#include "mutator_units.h"

// ---- life ----

// Stride scheduling (C. Waldspurger and W. Weihl, 1995): a unit puts its population's next turn off
// by its objects over its share.
static uint32_t whose_turn(const Mutator *m, const Choice *choice) {
    uint32_t first = choice->populations[0];
    for (uint32_t i = 1; i < choice->count; i++)
        if (m->due[choice->populations[i]] < m->due[first]) first = choice->populations[i];
    return first;
}

static uint64_t turn_length(const Population *p, uint64_t parts) {
    return (uint64_t)(((U128)parts << 32) / p->share);
}

// The first turn of each is half of one away: what comes once comes in the middle.
static void turns_begin(Mutator *m) {
    const Choice *choice = &m->choices[m->phase];
    for (uint32_t i = 0; i < choice->count; i++) {
        const Population *p = &m->spec->populations[choice->populations[i]];
        m->due[choice->populations[i]] = turn_length(p, p->objects.mean_parts) / 2;
    }
}

// Instead of by chance, values of tables come by the population's turn: multiples of these two
// fill a square evenly (M. Roberts' R2 sequence, of the plastic number), so all sizes have all
// lifetimes.
static uint64_t turn_draw(Mutator *m, const Dist *dist, uint32_t purpose, uint32_t population) {
    static const uint32_t steps[DRAWS] = {
        [DRAW_OBJECTS] = 0xc13fa9a9, [DRAW_LIFETIME] = 0x91e10da5};
    return dist->kind == DIST_TABLE ? dist_table_at(dist, m->turns[population] * steps[purpose])
                                    : dist_draw(dist, &m->draws[purpose]);
}

static uint64_t turn_take(Mutator *m, uint32_t population) {
    const Population *p = &m->spec->populations[population];
    m->turns[population]++;
    const uint64_t objects = turn_draw(m, &p->objects, DRAW_OBJECTS, population);
    m->due[population] += turn_length(p, objects * DIST_MEAN_PARTS);
    return objects;
}

static uint32_t choose_population(Mutator *m) {
    const Choice *choice = &m->choices[m->phase];
    if (choice->count == 1) return choice->populations[0];
    if (UNLIKELY(m->even)) return whose_turn(m, choice);
    uint32_t bits = rng_next(&m->draws[DRAW_POPULATION]), i = 0;
    while (i + 1 < choice->count && bits >= choice->below[i]) i++;
    return choice->populations[i];
}

static uint32_t choose_target(Mutator *m, const Link *link) {
    if (!rng_chance(&m->draws[DRAW_LINK], link->ppm)) return NO_UNIT;
    return held_random(m, link->population, DRAW_LINK);
}

// Targets are drawn before the unit is held: a unit never refers to itself.
static void unit_link(Mutator *m, Unit *unit, const Population *p, Event *birth) {
    for (uint32_t k = 0; k < p->template.links; k++) {
        unit->links[k] = choose_target(m, &p->links[k]);
        if (unit->links[k] != NO_UNIT) unit_refer(m, unit->links[k], p->links[k].population);
    }
    if (p->template.links > 0) birth->target = unit->links[0];
    emit(m, *birth);
    for (uint32_t k = 1; k < p->template.links; k++)
        if (unit->links[k] != NO_UNIT)
            emit(m, (Event){.op = OP_STORE,
                            .flags = (uint8_t)k,
                            .unit = birth->unit,
                            .target = unit->links[k]});
}

static void unit_hold(Mutator *m, uint32_t unit, uint32_t population, const Lifetime *lifetime) {
    Held *held = &m->held[population];
    if (held->kept) held_add(m, held, unit);
    if (lifetime->kind != LIVES_ALLOCATIONS) return;
    const Dist *dist = &lifetime->allocations;
    uint64_t life = UNLIKELY(m->even) ? turn_draw(m, dist, DRAW_LIFETIME, population)
                                      : dist_draw(dist, &m->draws[DRAW_LIFETIME]);
    wheel_add(&m->wheel, unit, m->clock + max_u64(life, 1));
}

static void emit_work(Mutator *m, uint64_t ns) {
    uint8_t shift = 0;
    while (ns >> shift > UINT32_MAX) shift++;
    if (ns > 0) emit(m, (Event){.op = OP_WORK, .flags = shift, .value = (uint32_t)(ns >> shift)});
}

static uint64_t unit_build(Mutator *m) {
    uint32_t number = choose_population(m);
    const Population *p = &m->spec->populations[number];
    uint32_t objects =
        (uint32_t)(UNLIKELY(m->even) ? turn_take(m, number)
                                     : dist_draw(&p->objects, &m->draws[DRAW_OBJECTS]));
    if (p->external) {
        emit_work(m, objects * p->external_ns + p->work_ns);
        return objects;
    }
    bool closed = rng_chance(&m->draws[DRAW_CLOSED], p->closed_ppm);
    bool resurrects =
        p->resurrect_ppm > 0 && rng_chance(&m->draws[DRAW_RESURRECT], p->resurrect_ppm);
    uint32_t unit = unit_take(m);
    Unit *record = unit_at(m, unit);
    record->refs = 1;
    record->population = number;
    if (m->birth_at != 0) unit_set_birth(m, record, m->births++);
    Event birth = {.op = OP_UNIT,
                   .flags = (closed ? UNIT_CLOSED : 0) | (resurrects ? UNIT_RESURRECTS : 0),
                   .template = (uint16_t)number,
                   .unit = unit,
                   .value = objects,
                   .target = NO_UNIT};
    unit_link(m, record, p, &birth);
    unit_hold(m, unit, number, &p->lifetime);
    emit_work(m, p->work_ns);
    return objects;
}

// A held unit gets a new target for one of its links. Inside one population links lead to older
// units, so the younger of the two is the one that refers.
static void mutate(Mutator *m, uint32_t population) {
    const Population *p = &m->spec->populations[population];
    uint32_t from = held_random(m, population, DRAW_MUTATION);
    if (from == NO_UNIT) return;
    uint32_t k = rng_below(&m->draws[DRAW_MUTATION], p->template.links);
    uint32_t to = held_random(m, p->links[k].population, DRAW_MUTATION);
    if (to == NO_UNIT || to == from) return;
    if (p->links[k].population == population && unit_birth(m, to) > unit_birth(m, from)) {
        uint32_t older = from;
        from = to;
        to = older;
    }
    uint32_t *link = &unit_at(m, from)->links[k], old = *link;
    unit_refer(m, to, p->links[k].population);
    *link = to;
    if (old != NO_UNIT && m->held[p->links[k].population].counts) unit_release(m, old);
    killer_set(m, (Event){.op = OP_STORE, .flags = (uint8_t)k, .unit = from, .target = to});
}

// True when a store was due and made.
static bool mutate_due(Mutator *m) {
    for (uint32_t i = 0; i < m->mutable_count; i++) {
        Held *held = &m->held[m->mutable[i]];
        if (held->credit < PPM) continue;
        held->credit -= PPM;
        mutate(m, m->mutable[i]);
        return true;
    }
    return false;
}

static void pass_time(Mutator *m, uint64_t allocations) {
    m->clock += allocations;
    for (uint32_t i = 0; i < m->mutable_count; i++)
        m->held[m->mutable[i]].credit +=
            allocations * m->spec->populations[m->mutable[i]].mutation_ppm;
}

// ---- stages ----

static void phase_begin(Mutator *m) {
    const Phase *phase = &m->spec->phases[m->phase];
    emit(m, (Event){.op = OP_PHASE, .value = m->phase, .target = (uint32_t)m->round});
    if (phase->request > 0) emit(m, (Event){.op = OP_REQUEST});
    m->phase_end = m->clock + phase->allocations;
    m->even = phase->even;
    if (m->even) turns_begin(m);
    m->collect_at = phase->collect_every > 0 ? m->clock + phase->collect_every : UINT64_MAX;
    m->request_at = phase->request > 0 ? m->clock + phase->request : UINT64_MAX;
    m->stage = STAGE_RUN;
}

static void drain_begin(Mutator *m, Stage stage) {
    m->stage = stage;
    m->drain_population = m->drain_index = 0;
    counts_settle(m);
}

static void phase_step(Mutator *m) {
    const Phase *phase = &m->spec->phases[m->phase];
    if (m->clock >= m->request_at) {
        emit(m, (Event){.op = OP_REQUEST});
        m->request_at += phase->request;
    } else if (m->clock >= m->collect_at) {
        emit(m, (Event){.op = OP_COLLECT, .value = 2});
        m->collect_at += phase->collect_every;
    } else if (m->clock >= m->phase_end) {
        drain_begin(m, STAGE_PHASE_DRAIN);
    } else {
        pass_time(m, unit_build(m));
    }
}

static void run_step(Mutator *m) {
    uint32_t unit = wheel_take(&m->wheel, m->clock);
    if (unit != WHEEL_NONE)
        unit_drop(m, unit);
    else if (!mutate_due(m))
        phase_step(m);
}

// What is let go is known in advance: so is what it refers to, and, where nothing else holds that,
// what that refers to. A model of 10 million objects went three times as fast for it.
static void drain_fetch(const Mutator *m, const Held *held) {
    const uint32_t ahead = 16;
    uint32_t i = m->drain_index;
    if (!held->releases || held->count - i <= 3 * ahead) return;
    __builtin_prefetch(unit_at(m, held_at(held, i + 3 * ahead)), 1);
    targets_fetch(m, unit_at(m, held_at(held, i + 2 * ahead)));
    const Unit *unit = unit_at(m, held_at(held, i + ahead));
    for (uint32_t k = 0; k < held->links; k++) {
        if (unit->links[k] == NO_UNIT) continue;
        const Unit *target = unit_at(m, unit->links[k]);
        if (target->refs == 1) targets_fetch(m, target);
    }
}

// Drops the next unit of the populations whose time is over, in the order of their birth; false: no
// more.
static bool drain_step(Mutator *m) {
    for (; m->drain_population < m->spec->population_count; m->drain_population++) {
        Held *held = &m->held[m->drain_population];
        if (!lets_go(m, m->drain_population)) continue;
        if (m->drain_index < held->count) {
            drain_fetch(m, held);
            unit_drop(m, held_at(held, m->drain_index++));
            return true;
        }
        held_clear(held);
        m->drain_index = 0;
    }
    return false;
}

static void phase_drain_step(Mutator *m) {
    if (drain_step(m)) return;
    if (m->spec->phases[m->phase].collect_at_end) emit(m, (Event){.op = OP_COLLECT, .value = 2});
    if (++m->phase < m->spec->phase_count)
        m->stage = STAGE_PHASE;
    else
        drain_begin(m, STAGE_ROUND_DRAIN);
}

static void round_drain_step(Mutator *m) {
    uint32_t unit = wheel_take(&m->wheel, m->wheel.now | ((1ull << 47) - 1));
    if (unit != WHEEL_NONE) {
        unit_drop(m, unit);
    } else if (!drain_step(m)) {
        wheel_set(&m->wheel, m->clock);
        m->stage = STAGE_ROUND_END;
    }
}

static void round_end(Mutator *m) {
    emit(m, (Event){.op = OP_PHASE, .value = ROUND_END, .target = (uint32_t)m->round});
    m->phase = 0;
    m->stage = ++m->round < m->spec->rounds ? STAGE_PHASE : STAGE_DONE;
    counts_begin(m);
}

static void stage_step(Mutator *m) {
    switch (m->stage) {
        case STAGE_TRACE:
            trace_step(m);
            break;
        case STAGE_PHASE:
            phase_begin(m);
            break;
        case STAGE_RUN:
            run_step(m);
            break;
        case STAGE_PHASE_DRAIN:
            phase_drain_step(m);
            break;
        case STAGE_ROUND_DRAIN:
            round_drain_step(m);
            break;
        case STAGE_ROUND_END:
            round_end(m);
            break;
        case STAGE_DONE:
            break;
    }
}

// False at the end of the stream.
static bool step(Mutator *m) {
    if (m->killer_waits)
        killer_settle(m);
    else
        stage_step(m);
    return m->stage != STAGE_DONE;
}

const Event *mutator_next(Mutator *m, size_t max, size_t *count) {
    CHECK(max > 0);
    if (m->taken == m->filled) {
        m->taken = m->filled = m->buffer;
        while (has_room(m) && step(m)) continue;
        CHECK(m->filled <= m->buffer + BUFFER_EVENTS);
        XXH3_64bits_update(m->digest, m->buffer, (size_t)(m->filled - m->buffer) * sizeof(Event));
    }
    const Event *events = m->taken;
    *count = min_u64(max, (size_t)(m->filled - m->taken));
    m->taken += *count;
    return events;
}

uint64_t mutator_digest(const Mutator *m) { return XXH3_64bits_digest(m->digest); }
