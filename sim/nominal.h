// nominal.h -- a workload in a few figures, whoever runs it: what two workloads are compared by
//
// After the nominal statistics of the DaCapo benchmarks (S. Blackburn et al., 2006). The clock is
// objects allocated; an object lives until it is unreachable.
#ifndef OURO_NOMINAL_H
#define OURO_NOMINAL_H

#include "base.h"

enum { NOMINAL_AGES = 7 };  // 8, 64, 512 ... allocations: 8 to the power of 1 to NOMINAL_AGES

typedef struct {
    uint64_t objects, bytes;  // allocated
    uint64_t live, live_max;
    uint64_t survivors[NOMINAL_AGES];        // objects that lived at least so long
    uint64_t cyclic;                         // objects that died and had to be found
    uint64_t components, component_squares;  // those that died together; the sum of their squares
} Nominal;

uint64_t nominal_age(size_t i);

// `objects` of `bytes` in all are allocated, one after the other.
void nominal_born(Nominal *nominal, uint64_t objects, uint64_t bytes);

// They are unreachable after `now` allocations; before the first of them there were `born`.
void nominal_died(Nominal *nominal, uint64_t objects, uint64_t born, uint64_t now);

// So many that died together had to be found.
void nominal_component(Nominal *nominal, uint64_t objects);

// They are there in the end.
void nominal_stayed(Nominal *nominal, uint64_t objects, uint64_t born, uint64_t now);

#endif
