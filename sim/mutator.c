// mutator.c -- from a Spec to the canonical stream of events
//
// A state machine whose every step emits a few events into a buffer: it can stop anywhere, however
// long a cascade of deaths is. At 10,000 live objects a step takes its time from the random draws
// and the unit table; the table is one cache line per unit (record, wheel node, links).
#include "mutator.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "wheel.h"

// One stream of randomness per purpose.
typedef enum {
    DRAW_POPULATION,
    DRAW_OBJECTS,
    DRAW_CLOSED,
    DRAW_LIFETIME,
    DRAW_LINK,
    DRAW_MUTATION,
    DRAWS
} Draw;

typedef enum {
    STAGE_PHASE,
    STAGE_RUN,
    STAGE_PHASE_DRAIN,
    STAGE_ROUND_DRAIN,
    STAGE_ROUND_END,
    STAGE_DONE
} Stage;

enum { BUFFER_EVENTS = 4096, STEP_EVENTS_MAX = 16 };

typedef struct {
    uint64_t birth;  // order of creation
    uint32_t refs;   // the register, and links from other units that are not dead
    uint16_t population;
} Unit;

// The held units of a population: those whose register is full, for random choice and for draining.
typedef struct {
    uint32_t *units;
    uint64_t capacity;
    uint32_t count;
    bool kept;        // somebody needs this list
    bool drains;      // its units are let go at the end of a phase or round, not one by one
    uint64_t credit;  // stores owed to mutation_rate, in millionths
} Held;

// Which population the next unit belongs to, from 32 random bits.
typedef struct {
    uint32_t count;
    uint32_t populations[POPULATIONS_MAX];
    uint32_t below[POPULATIONS_MAX];
} Choice;

struct Mutator {
    const Spec *spec;
    Rng draws[DRAWS];
    Choice choices[PHASES_MAX];
    Held held[POPULATIONS_MAX];

    Unit *units;
    WheelNode *nodes;
    uint32_t *links;  // link_stride per unit
    uint32_t link_stride, unit_count, unit_max, unit_free;
    uint64_t births;
    Wheel wheel;

    Stage stage;
    uint64_t round, clock, phase_end, collect_at, request_at;
    uint32_t phase;
    uint32_t expired;  // units whose time is up, linked through their nodes
    uint32_t drain_population, drain_index;
    uint32_t dying;  // units whose DEAD is still to be said, linked likewise
    uint32_t dead;   // said; their numbers are free once the killer is out
    Event killer;    // the event that makes them unreachable
    bool killer_waits;

    Event *buffer;
    size_t filled, taken;
    XXH3_state_t *digest;
};

static void emit(Mutator *m, Event event) {
    CHECK(m->filled < BUFFER_EVENTS);
    m->buffer[m->filled++] = event;
}

// ---- units ----

static uint32_t unit_take(Mutator *m) {
    uint32_t unit = m->unit_free;
    if (unit == WHEEL_NONE) {
        CHECK(m->unit_count < m->unit_max);
        return m->unit_count++;
    }
    m->unit_free = m->nodes[unit].next;
    return unit;
}

static void list_push(Mutator *m, uint32_t *list, uint32_t unit) {
    m->nodes[unit].next = *list;
    *list = unit;
}

static uint32_t list_pop(Mutator *m, uint32_t *list) {
    uint32_t unit = *list;
    *list = m->nodes[unit].next;
    return unit;
}

static void held_add(Mutator *m, Held *held, uint32_t unit) {
    CHECK(held->count < held->capacity);
    m->nodes[unit].position = held->count;
    held->units[held->count++] = unit;
}

static void held_remove(Mutator *m, Held *held, uint32_t unit) {
    uint32_t last = held->units[--held->count], position = m->nodes[unit].position;
    held->units[position] = last;
    m->nodes[last].position = position;
}

static uint32_t held_random(Mutator *m, uint32_t population, Draw draw) {
    const Held *held = &m->held[population];
    return held->count == 0 ? NO_UNIT : held->units[rng_below(&m->draws[draw], held->count)];
}

// ---- death ----

static void unit_release(Mutator *m, uint32_t unit) {
    CHECK(m->units[unit].refs > 0);
    if (--m->units[unit].refs == 0) list_push(m, &m->dying, unit);
}

static void say_dead(Mutator *m) {
    uint32_t unit = list_pop(m, &m->dying);
    emit(m, (Event){.op = OP_DEAD, .unit = unit});
    const Population *p = &m->spec->populations[m->units[unit].population];
    for (uint32_t k = 0; k < p->template.links; k++) {
        uint32_t target = m->links[(size_t)unit * m->link_stride + k];
        if (target != NO_UNIT) unit_release(m, target);
    }
    list_push(m, &m->dead, unit);
}

// The killer comes out after all its DEAD notes; then their numbers may be used again.
static void killer_set(Mutator *m, Event event) {
    m->killer = event;
    m->killer_waits = true;
}

static void killer_out(Mutator *m) {
    emit(m, m->killer);
    m->killer_waits = false;
    while (m->dead != WHEEL_NONE) list_push(m, &m->unit_free, list_pop(m, &m->dead));
}

static void unit_drop(Mutator *m, uint32_t unit) {
    Held *held = &m->held[m->units[unit].population];
    if (held->kept && !held->drains) held_remove(m, held, unit);
    unit_release(m, unit);
    killer_set(m, (Event){.op = OP_DROP, .unit = unit});
}

// ---- life ----

static uint32_t choose_population(Mutator *m) {
    const Choice *choice = &m->choices[m->phase];
    uint32_t bits = choice->count > 1 ? rng_next(&m->draws[DRAW_POPULATION]) : 0, i = 0;
    while (i + 1 < choice->count && bits >= choice->below[i]) i++;
    return choice->populations[i];
}

static uint32_t choose_target(Mutator *m, const Link *link) {
    if (!rng_chance(&m->draws[DRAW_LINK], link->ppm)) return NO_UNIT;
    return held_random(m, link->population, DRAW_LINK);
}

// Targets are drawn before the unit is held: a unit never refers to itself.
static void unit_link(Mutator *m, uint32_t unit, const Population *p, Event *birth) {
    uint32_t *links = &m->links[(size_t)unit * m->link_stride];
    for (uint32_t k = 0; k < p->template.links; k++) {
        links[k] = choose_target(m, &p->links[k]);
        if (links[k] != NO_UNIT) m->units[links[k]].refs++;
    }
    if (p->template.links > 0) birth->target = links[0];
    emit(m, *birth);
    for (uint32_t k = 1; k < p->template.links; k++)
        if (links[k] != NO_UNIT)
            emit(m, (Event){.op = OP_STORE, .flags = (uint8_t)k, .unit = unit, .target = links[k]});
}

static void unit_hold(Mutator *m, uint32_t unit, const Population *p) {
    Held *held = &m->held[m->units[unit].population];
    if (held->kept) held_add(m, held, unit);
    if (p->lifetime.kind != LIVES_ALLOCATIONS) return;
    uint64_t life = dist_draw(&p->lifetime.allocations, &m->draws[DRAW_LIFETIME]);
    m->nodes[unit].due = m->clock + max_u64(life, 1);
    wheel_add(&m->wheel, m->nodes, unit);
}

static void emit_work(Mutator *m, uint64_t ns) {
    if (ns > 0) emit(m, (Event){.op = OP_WORK, .value = (uint32_t)min_u64(ns, UINT32_MAX)});
}

static uint64_t unit_build(Mutator *m) {
    uint32_t number = choose_population(m);
    const Population *p = &m->spec->populations[number];
    uint32_t objects = (uint32_t)dist_draw(&p->objects, &m->draws[DRAW_OBJECTS]);
    if (p->external) {
        emit_work(m, objects * p->external_ns + p->work_ns);
        return objects;
    }
    bool closed = rng_chance(&m->draws[DRAW_CLOSED], p->closed_ppm);
    uint32_t unit = unit_take(m);
    m->units[unit] = (Unit){m->births++, 1, (uint16_t)number};
    Event birth = {.op = OP_UNIT,
                   .flags = closed ? UNIT_CLOSED : 0,
                   .template = (uint16_t)number,
                   .unit = unit,
                   .value = objects,
                   .target = NO_UNIT};
    unit_link(m, unit, p, &birth);
    unit_hold(m, unit, p);
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
    if (p->links[k].population == population && m->units[to].birth > m->units[from].birth) {
        uint32_t older = from;
        from = to;
        to = older;
    }
    uint32_t *link = &m->links[(size_t)from * m->link_stride + k], old = *link;
    m->units[to].refs++;
    *link = to;
    if (old != NO_UNIT) unit_release(m, old);
    killer_set(m, (Event){.op = OP_STORE, .flags = (uint8_t)k, .unit = from, .target = to});
}

// True when a store was due and made.
static bool mutate_due(Mutator *m) {
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        if (m->held[i].credit < PPM) continue;
        m->held[i].credit -= PPM;
        mutate(m, i);
        return true;
    }
    return false;
}

static void pass_time(Mutator *m, uint64_t allocations) {
    m->clock += allocations;
    for (uint32_t i = 0; i < m->spec->population_count; i++)
        m->held[i].credit += allocations * m->spec->populations[i].mutation_ppm;
}

// ---- stages ----

static void phase_begin(Mutator *m) {
    const Phase *phase = &m->spec->phases[m->phase];
    emit(m, (Event){.op = OP_PHASE, .value = m->phase, .target = (uint32_t)m->round});
    if (phase->request > 0) emit(m, (Event){.op = OP_REQUEST});
    m->phase_end = m->clock + phase->allocations;
    m->collect_at = phase->collect_every > 0 ? m->clock + phase->collect_every : UINT64_MAX;
    m->request_at = phase->request > 0 ? m->clock + phase->request : UINT64_MAX;
    m->stage = STAGE_RUN;
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
        m->stage = STAGE_PHASE_DRAIN;
        m->drain_population = m->drain_index = 0;
    } else {
        pass_time(m, unit_build(m));
    }
}

static bool lets_go(const Mutator *m, uint32_t population) {
    const Population *p = &m->spec->populations[population];
    if (m->stage == STAGE_PHASE_DRAIN)
        return p->lifetime.kind == LIVES_PHASE && p->phase == m->phase;
    return p->lifetime.kind == LIVES_ROUND;
}

// Drops the next unit of the populations whose time is over, in the order of their birth; false: no
// more.
static bool drain_step(Mutator *m) {
    for (; m->drain_population < m->spec->population_count; m->drain_population++) {
        Held *held = &m->held[m->drain_population];
        if (!lets_go(m, m->drain_population)) continue;
        if (m->drain_index < held->count) {
            unit_drop(m, held->units[m->drain_index++]);
            return true;
        }
        held->count = m->drain_index = 0;
    }
    return false;
}

static void phase_drain_step(Mutator *m) {
    if (drain_step(m)) return;
    if (m->spec->phases[m->phase].collect_at_end) emit(m, (Event){.op = OP_COLLECT, .value = 2});
    m->stage = ++m->phase < m->spec->phase_count ? STAGE_PHASE : STAGE_ROUND_DRAIN;
    m->drain_population = m->drain_index = 0;
}

static void round_drain_step(Mutator *m) {
    m->expired = wheel_take(&m->wheel, m->nodes, m->wheel.now | ((1ull << 47) - 1));
    if (m->expired != WHEEL_NONE || drain_step(m)) return;
    wheel_init(&m->wheel, m->clock);
    m->stage = STAGE_ROUND_END;
}

static void round_end(Mutator *m) {
    emit(m, (Event){.op = OP_PHASE, .value = ROUND_END, .target = (uint32_t)m->round});
    m->phase = 0;
    m->stage = ++m->round < m->spec->rounds ? STAGE_PHASE : STAGE_DONE;
}

static void stage_step(Mutator *m) {
    switch (m->stage) {
        case STAGE_PHASE:
            phase_begin(m);
            break;
        case STAGE_RUN:
            phase_step(m);
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

static void step(Mutator *m) {
    if (m->dying != WHEEL_NONE) {
        say_dead(m);
    } else if (m->killer_waits) {
        killer_out(m);
    } else if (m->expired != WHEEL_NONE) {
        unit_drop(m, list_pop(m, &m->expired));
    } else if (m->stage != STAGE_RUN) {
        stage_step(m);
    } else if ((m->expired = wheel_take(&m->wheel, m->nodes, m->clock)) == WHEEL_NONE &&
               !mutate_due(m)) {
        phase_step(m);
    }
}

static bool is_done(const Mutator *m) {
    return m->stage == STAGE_DONE && m->dying == WHEEL_NONE && !m->killer_waits;
}

const Event *mutator_next(Mutator *m, size_t max, size_t *count) {
    CHECK(max > 0);
    if (m->taken == m->filled) {
        m->taken = m->filled = 0;
        while (m->filled + STEP_EVENTS_MAX <= BUFFER_EVENTS && !is_done(m)) step(m);
        XXH3_64bits_update(m->digest, m->buffer, m->filled * sizeof *m->buffer);
    }
    const Event *events = m->buffer + m->taken;
    *count = min_u64(max, m->filled - m->taken);
    m->taken += *count;
    return events;
}

uint64_t mutator_digest(const Mutator *m) { return XXH3_64bits_digest(m->digest); }

// ---- opening ----

// Units of a population in one round, at most.
static uint64_t units_bound(const Spec *spec, const Population *p) {
    uint64_t smallest = max_u64(p->objects.kind == DIST_TABLE ? 1 : p->objects.low, 1);
    return spec->phases[p->phase].allocations / smallest + 2;
}

uint32_t mutator_units_max(const Spec *spec) {
    uint64_t sum = 1;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        uint64_t rounds = p->lifetime.kind == LIVES_FOREVER ? spec->rounds : 1;
        if (!p->external) sum += mul_div_u64(units_bound(spec, p), rounds, 1);
    }
    return (uint32_t)min_u64(sum, NO_UNIT - 1);
}

// Shares are of allocations; units are chosen, so a share is divided by the mean size of a unit.
static void choice_init(Choice *choice, const Spec *spec, uint32_t phase) {
    U128 sum = 0, running = 0;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < spec->population_count; i++) {
            const Population *p = &spec->populations[i];
            if (p->phase != phase || p->share_ppm == 0) continue;
            U128 weight = ((U128)p->share_ppm << 40) / p->objects.mean;
            if (pass == 0) sum += weight;
            if (pass == 0) continue;
            running += weight;
            choice->populations[choice->count] = i;
            choice->below[choice->count++] = (uint32_t)((running << 32) / sum - (running == sum));
        }
}

static bool held_open(Mutator *m, Error *error) {
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        const Population *p = &m->spec->populations[i];
        for (uint32_t k = 0; k < p->template.links; k++) {
            m->held[p->links[k].population].kept = true;
            m->link_stride = (uint32_t)max_u64(m->link_stride, k + 1);
        }
        m->held[i].drains = p->lifetime.kind == LIVES_PHASE || p->lifetime.kind == LIVES_ROUND;
        m->held[i].kept |= m->held[i].drains || p->mutation_ppm > 0;
    }
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        if (!m->held[i].kept) continue;
        const Population *p = &m->spec->populations[i];
        uint64_t rounds = p->lifetime.kind == LIVES_FOREVER ? m->spec->rounds : 1;
        m->held[i].capacity = min_u64(mul_div_u64(units_bound(m->spec, p), rounds, 1), NO_UNIT);
        m->held[i].units =
            reserve_new(m->held[i].capacity, sizeof *m->held[i].units, "the units held", error);
        if (m->held[i].units == NULL) return false;
    }
    return true;
}

static bool tables_open(Mutator *m, Error *error) {
    m->unit_max = mutator_units_max(m->spec);
    return held_open(m, error) &&
           (m->units = reserve_new(m->unit_max, sizeof *m->units, "units", error)) != NULL &&
           (m->nodes = reserve_new(m->unit_max, sizeof *m->nodes, "lifetimes", error)) != NULL &&
           (m->links = reserve_new((uint64_t)m->unit_max * m->link_stride, sizeof *m->links,
                                   "links", error)) != NULL;
}

// The stream names templates by number only: what they are belongs to its digest.
static void digest_templates(Mutator *m) {
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        const Template *t = &m->spec->populations[i].template;
        const uint32_t fields[] = {t->shape,  t->links, t->finalizer, t->payload_every,
                                   t->fanout, t->bytes, t->payload,   t->back_ppm};
        XXH3_64bits_update(m->digest, fields, sizeof fields);
    }
}

Mutator *mutator_open(const Spec *spec, Error *error) {
    Mutator *m = memory_new(1, sizeof *m);
    m->spec = spec;
    m->buffer = memory_new(BUFFER_EVENTS, sizeof *m->buffer);
    m->digest = XXH3_createState();
    CHECK(m->digest != NULL);
    XXH3_64bits_reset(m->digest);
    m->unit_free = m->expired = m->dying = m->dead = WHEEL_NONE;
    wheel_init(&m->wheel, 0);
    for (uint32_t i = 0; i < DRAWS; i++) rng_seed(&m->draws[i], spec->seed, i + 1);
    for (uint32_t i = 0; i < spec->phase_count; i++) choice_init(&m->choices[i], spec, i);
    digest_templates(m);
    if (tables_open(m, error)) return m;
    mutator_close(m);
    return NULL;
}

void mutator_close(Mutator *m) {
    if (m == NULL) return;
    for (uint32_t i = 0; i < POPULATIONS_MAX; i++)
        reserve_free(m->held[i].units, m->held[i].capacity, sizeof *m->held[i].units);
    reserve_free(m->units, m->unit_max, sizeof *m->units);
    reserve_free(m->nodes, m->unit_max, sizeof *m->nodes);
    reserve_free(m->links, (uint64_t)m->unit_max * m->link_stride, sizeof *m->links);
    XXH3_freeState(m->digest);
    free(m->buffer);
    free(m);
}
