// mutator_open.c -- the tables of a mutator, from a Spec
#include <stdlib.h>
#include <string.h>

#include "mutator_state.h"

// Units of a population in one round, at most.
static uint64_t units_bound(const Spec *spec, const Population *p) {
    uint64_t smallest = max_u64(p->objects.low, 1);
    return spec->phases[p->phase].allocations / smallest + 2;
}

// Which populations can have living units from earlier rounds: those that live forever, and
// whatever they refer to, directly or not.
static void find_lasting(const Spec *spec, bool *lasting) {
    for (uint32_t i = 0; i < spec->population_count; i++)
        lasting[i] = spec->populations[i].lifetime.kind == LIVES_FOREVER;
    for (uint32_t pass = 0; pass < spec->population_count; pass++)
        for (uint32_t i = 0; i < spec->population_count; i++)
            for (uint32_t k = 0; k < spec->populations[i].template.links; k++)
                lasting[spec->populations[i].links[k].population] |= lasting[i];
}

uint32_t mutator_units_max(const Spec *spec) {
    if (spec->trace[0] != '\0') return (uint32_t)min_u64(spec->trace_slots + 1ull, NO_UNIT - 1);
    uint64_t sum = 1;
    bool lasting[POPULATIONS_MAX];
    find_lasting(spec, lasting);
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        uint64_t rounds = lasting[i] ? spec->rounds : 1;
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
            if (p->phase != phase || p->share == 0) continue;
            U128 weight = ((U128)p->share << 40) / p->objects.mean_parts;
            if (pass == 0) sum += weight;
            if (pass == 0) continue;
            running += weight;
            choice->populations[choice->count] = i;
            choice->below[choice->count++] = (uint32_t)((running << 32) / sum - (running == sum));
        }
}

static void held_init(Mutator *m) {
    const Spec *spec = m->spec;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        Held *held = &m->held[i];
        held->kept |= p->mutation_ppm > 0 || p->lifetime.kind == LIVES_PHASE ||
                      p->lifetime.kind == LIVES_ROUND;
        held->links = p->template.links;
        for (uint32_t k = 0; k < held->links; k++) {
            held->targets[k] = p->links[k].population;
            m->held[held->targets[k]].kept = true;
        }
        if (p->mutation_ppm > 0) m->mutable[m->mutable_count++] = i;
    }
    for (uint32_t i = 0; i < spec->population_count; i++) {
        m->held[i].moves =
            m->held[i].kept && spec->populations[i].lifetime.kind == LIVES_ALLOCATIONS;
        m->held[i].is_run = !m->held[i].moves;
    }
}

static bool held_open(Mutator *m, Error *error) {
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

// References to what stays until the end of a phase or round count late, and to what stays for good
// never. Not so where units may outlive their round: then some would have to count and others not.
static void counts_init(Mutator *m) {
    bool lasting[POPULATIONS_MAX];
    find_lasting(m->spec, lasting);
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        LifetimeKind kind = m->spec->populations[i].lifetime.kind;
        m->held[i].counts_late = kind != LIVES_ALLOCATIONS && !lasting[i];
        m->held[i].counts = kind != LIVES_FOREVER;
    }
    counts_begin(m);
}

// Mutation inside one population asks which of two units is older.
static bool births_matter(const Spec *spec) {
    for (uint32_t i = 0; i < spec->population_count; i++)
        for (uint32_t k = 0; k < spec->populations[i].template.links; k++)
            if (spec->populations[i].mutation_ppm > 0 &&
                spec->populations[i].links[k].population == i)
                return true;
    return false;
}

static void record_layout(Mutator *m) {
    uint32_t words = 0;
    bool moves = false;
    for (uint32_t i = 0; i < m->spec->population_count; i++) {
        words = (uint32_t)max_u64(words, m->held[i].links);
        moves |= m->held[i].moves;
    }
    m->position_at = words;
    words += moves;
    if (births_matter(m->spec)) {
        m->birth_at = words;
        words += 2;
    }
    m->record_words = (uint32_t)(sizeof(Unit) / sizeof *m->records) + words;
}

static bool tables_open(Mutator *m, Error *error) {
    m->unit_max = mutator_units_max(m->spec);
    size_t record = m->record_words * sizeof *m->records;
    return held_open(m, error) &&
           (m->records = reserve_new(m->unit_max, record, "units", error)) != NULL &&
           wheel_open(&m->wheel, m->unit_max, m->records, record, error);
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
    m->buffer = m->filled = m->taken = memory_new(BUFFER_EVENTS, sizeof *m->buffer);
    m->digest = XXH3_createState();
    MEMORY_CHECK(m->digest != NULL);
    XXH3_64bits_reset(m->digest);
    m->unit_free = m->dying = m->dead.first = NO_UNIT;
    m->stage = STAGE_PHASE;
    if (spec->trace[0] != '\0') {
        digest_templates(m);
        if (trace_open(m, error)) return m;
        mutator_close(m);
        return NULL;
    }
    for (uint32_t i = 0; i < DRAWS; i++) rng_seed(&m->draws[i], spec->seed, i + 1);
    for (uint32_t i = 0; i < spec->phase_count; i++) choice_init(&m->choices[i], spec, i);
    held_init(m);
    record_layout(m);
    counts_init(m);
    digest_templates(m);
    if (tables_open(m, error)) return m;
    mutator_close(m);
    return NULL;
}

void mutator_close(Mutator *m) {
    if (m == NULL) return;
    for (uint32_t i = 0; i < POPULATIONS_MAX; i++)
        reserve_free(m->held[i].units, m->held[i].capacity, sizeof *m->held[i].units);
    reserve_free(m->records, m->unit_max, m->record_words * sizeof *m->records);
    wheel_close(&m->wheel);
    trace_close(m->trace);
    XXH3_freeState(m->digest);
    free(m->buffer);
    free(m);
}
