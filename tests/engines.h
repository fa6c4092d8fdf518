// engines.h -- one workload under one policy on both simulated heaps, compared in everything
#ifndef OURO_TESTS_ENGINES_H
#define OURO_TESTS_ENGINES_H

#include "run.h"

typedef struct {
    uint64_t collections;    // that were compared
    uint64_t held_late;      // garbage that survived a collection somewhere: bytes, most
    bool placement_differs;  // another peak of held memory, or other arenas in a pause
    uint64_t peak_held[2];   // of the tracing heap and of the ledger
} EnginesCompared;

// Runs both heaps to the end, the ledger's proved by heap_check if `check`, and compares every
// collection, sample, level and age but for what depends on where objects lie. False with `error`:
// they differ, or a run failed.
bool engines_compare(const Spec *spec, const PolicyChoice *policy, bool check,
                     EnginesCompared *compared, Error *error);

#endif
