// mutator_state.h -- the inside of the mutator, shared by mutator.c and mutator_open.c
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
    uint32_t mutable_count, mutable[POPULATIONS_MAX];  // populations with a mutation_rate

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

#endif
