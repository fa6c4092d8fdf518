// engines.h -- one workload under one policy on both simulated heaps, compared in everything
#ifndef OURO_TESTS_ENGINES_H
#define OURO_TESTS_ENGINES_H

#include "run.h"

typedef struct {
    Run *run;  // NULL: not open
    RunResult result;
} Played;

// Opens a run; and plays it to the end. The caller closes it, also after a failure.
bool played_open(Played *played, const Spec *spec, const PolicyChoice *policy, Engine engine,
                 uint64_t batch, bool check, Error *error);
bool played_end(Played *played, Error *error);

typedef struct {
    uint64_t collections;    // that were compared
    uint64_t held_late;      // garbage that survived a collection somewhere: bytes, most
    bool placement_differs;  // another peak of held memory, or other arenas in a pause
    uint64_t peak_held[2];   // of the tracing heap and of the ledger
} EnginesCompared;

// Compares every collection, sample, level and age of two runs that are over, but for what depends
// on where objects lie. False with `error`: they differ.
bool engines_same(const Played *tracing, const Played *ledger, EnginesCompared *compared,
                  Error *error);

// Runs both heaps to the end, the ledger's proved by heap_check if `check`, and compares them.
bool engines_compare(const Spec *spec, const PolicyChoice *policy, bool check,
                     EnginesCompared *compared, Error *error);

#endif
