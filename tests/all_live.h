// all_live.h -- generations over a heap in which nothing ever dies: counters, and no heap at all
//
// What sim/generations.h decides depends on counters only, so its laws can be tested on counters:
// every object stays, hence a collection finds as many survivors as there are candidates.
#ifndef OURO_TESTS_ALL_LIVE_H
#define OURO_TESTS_ALL_LIVE_H

#include "generations.h"

typedef struct {
    Generations generations;
    uint64_t clock;       // objects allocated
    uint64_t young;       // HeapView.young
    uint64_t objects[3];  // by generation
    uint64_t candidates;  // of the last collection
    uint64_t visits;      // candidates of all full collections
} AllLive;

AllLive all_live_new(uint64_t t0, uint64_t t1, uint64_t t2, bool quarter);

// Allocates one object. The generation that this makes it collect, or -1. The new object is in no
// generation meanwhile (3.11 and earlier).
int all_live_allocate(AllLive *model);

// Allocates until a collection runs; its generation. In one leap, however high the threshold is.
int all_live_next(AllLive *model);

#endif
