// replay_state.h -- the inside of a replay: one stream of events on a real interpreter
//
// For replay.c, which plays the events, and replay_plans.c, which collects and compares.
#ifndef OURO_CPYTHON_REPLAY_STATE_H
#define OURO_CPYTHON_REPLAY_STATE_H

#include "interpreter.h"
#include "measure.h"
#include "mutator.h"
#include "node.h"
#include "replay.h"

// What a unit's register holds, and what links lead to.
typedef struct {
    Node *root;
    const Template *template;
    bool held;
} UnitRef;

typedef struct {
    const Spec *spec;
    Run *run;                    // the simulation
    bool ahead;                  // it is at its end; else one event ahead
    const Recorder *recorder;    // its plans
    size_t next;                 // the first of them that is still to come
    const uint8_t *birth_space;  // of each population
    const SpaceSetup *spaces;
    Generations generations;  // what the counters must be
    bool automatic;           // the interpreter collects by itself
    int64_t collections;      // of the interpreter, so far
    NodeKind finalizer;
    MemoryCheck *memory;       // NULL: blocks and arenas are not compared
    const ReplayWatch *watch;  // may be NULL
    uint64_t shown;            // events when it was told last
    Measurement *measurement;  // NULL: nobody asks for times

    Mutator *mutator;
    UnitRef *units;  // by number
    uint32_t units_max;
    Node **members;  // of the unit being built
    size_t member_max;

    uint64_t clock, events;
    uint64_t clock_end;  // the simulation got no further
    bool stopped;        // there
    ReplayCounts *counts;
    Error *error;
} Replay;

// False with the error that says where, and what both sides have.
bool replay_differs(const Replay *r, const char *what, int64_t simulated, int64_t real);
bool replay_same(const Replay *r, const char *what, int64_t simulated, int64_t real);

// A new object of population `population`, number `r->clock` + 1; a collection may run. *good:
// whether it was the right one.
Node *replay_allocate(Replay *r, uint32_t population, NodeType *type, uint32_t slots, bool *good);

// After the object is tracked and attached: from 3.12 on a collection may run.
bool replay_safepoint(Replay *r);

// gc.collect(), gc.freeze(), gc.unfreeze() and releases between two events.
bool replay_plans(Replay *r);

#endif
