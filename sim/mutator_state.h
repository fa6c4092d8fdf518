// mutator_state.h -- the inside of the mutator: what it knows of units and populations
//
// What one step asks of a unit lies in one record, as short as the workload allows: at millions of
// live units each record is a miss of every cache.
#ifndef OURO_MUTATOR_STATE_H
#define OURO_MUTATOR_STATE_H

#include <xxhash.h>

#include "mutator.h"
#include "wheel.h"

// One stream of randomness per purpose.
typedef enum {
    DRAW_POPULATION,
    DRAW_OBJECTS,
    DRAW_CLOSED,
    DRAW_LIFETIME,
    DRAW_LINK,
    DRAW_MUTATION,
    DRAW_RESURRECT,
    DRAWS
} Draw;

typedef enum {
    STAGE_TRACE,
    STAGE_PHASE,
    STAGE_RUN,
    STAGE_PHASE_DRAIN,
    STAGE_ROUND_DRAIN,
    STAGE_ROUND_END,
    STAGE_DONE
} Stage;

enum { BUFFER_EVENTS = 2048, STEP_EVENTS_MAX = 16 };

// A unit; Mutator.record_words words of it exist.
typedef struct {
    union {
        uint32_t refs;  // while it lives: the register, and links from living units
        uint32_t next;  // then: of the list it is in
    };
    uint32_t population;  // NO_POPULATION: dead
    uint32_t links[];  // as many as any population has; then its position among the held units of a
                       // population that lists them one by one; then its birth, low half first
} Unit;

#define NO_POPULATION UINT32_MAX

// A first-in, first-out list of units that do not live.
typedef struct {
    uint32_t first, last;
} Queue;

// A population, and its held units: those whose register is full, for random choice and for
// draining. As long as they have the numbers from `first` on, no table is needed to say so.
typedef struct {
    uint32_t *units;
    uint64_t capacity;
    uint32_t count, first;
    bool is_run;       // `units` is not filled: unit i is first + i
    bool kept;         // somebody needs this list
    bool moves;        // its units are let go one by one, so the last takes the place of another
    bool counts;       // references to its units count at present
    bool counts_late;  // they do not before the units are let go: mutator_counts.c
    bool releases;     // a death of its units takes back references that count
    uint8_t links;
    uint32_t targets[LINKS_MAX];  // the population that each link leads to
    uint64_t credit;              // stores owed to mutation_rate, in millionths
} Held;

// Which population the next unit belongs to, from 32 random bits.
typedef struct {
    uint32_t count;
    uint32_t populations[POPULATIONS_MAX];
    uint32_t below[POPULATIONS_MAX];
} Choice;

typedef struct TracePlayer TracePlayer;

struct Mutator {
    const Spec *spec;
    TracePlayer *trace;  // of a recorded program; then all that follows, to `stage`, is not used
    Rng draws[DRAWS];
    Choice choices[PHASES_MAX];
    Held held[POPULATIONS_MAX];
    bool even;                        // Phase.even of the phase that is on
    uint32_t turns[POPULATIONS_MAX];  // units of each population so far
    uint64_t due[POPULATIONS_MAX];    // even: when it is its turn, in 1 / DIST_MEAN_PARTS objects
    uint32_t mutable_count, mutable[POPULATIONS_MAX];  // populations with a mutation_rate

    uint32_t *records;  // record_words per unit: see Unit
    uint32_t record_words;
    uint32_t position_at, birth_at;  // in Unit.links; birth_at 0: nobody asks for births
    uint32_t unit_count, unit_max, unit_free;
    uint64_t births;
    Wheel wheel;

    Stage stage;
    uint64_t round, clock, phase_end, collect_at, request_at;
    uint32_t phase;
    uint32_t drain_population, drain_index;
    uint32_t dying;  // units whose DEAD is still to be said, last in, first out
    Queue dead;      // said; their numbers are free once the killer is out
    Event killer;    // the event that makes them unreachable
    bool killer_waits;

    Event *buffer;
    Event *filled, *taken;  // ends of what is in the buffer, and of what was handed out
    XXH3_state_t *digest;
};

static inline Unit *unit_at(const Mutator *m, uint32_t unit) {
    return (Unit *)(m->records + (size_t)unit * m->record_words);
}

static inline uint32_t held_at(const Held *held, uint32_t i) {
    return held->is_run ? held->first + i : held->units[i];
}

// Whether the stage at hand lets go of the units of a population.
static inline bool lets_go(const Mutator *m, uint32_t population) {
    const Population *p = &m->spec->populations[population];
    if (m->stage == STAGE_PHASE_DRAIN)
        return p->lifetime.kind == LIVES_PHASE && p->phase == m->phase;
    return m->stage == STAGE_ROUND_DRAIN && p->lifetime.kind == LIVES_ROUND;
}

// mutator_counts.c: at the beginning of a round, and of a stage that lets units go.
void counts_begin(Mutator *m);
void counts_settle(Mutator *m);

// mutator_trace.c: the stage of a recorded program. False with `error` when it cannot be read.
bool trace_open(Mutator *m, Error *error);
void trace_close(TracePlayer *player);
void trace_step(Mutator *m);

#endif
