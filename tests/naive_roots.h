// naive_roots.h -- candidate roots told the shortest way, to check those of the simulated heap
//
// An object is suspected when it lost a reference that was not its last; no buffer is kept, all
// objects are asked. Garbage is not found by painting: it is the largest set of what suspects reach
// of which each reference to a member comes from a member.
#ifndef OURO_TESTS_NAIVE_ROOTS_H
#define OURO_TESTS_NAIVE_ROOTS_H

#include "naive_heap.h"

uint64_t naive_roots_count(NaiveObject *const *objects, size_t count);

// What suspects reach become candidates, and nobody is suspected any more; candidates that are not
// in the largest set are marked as reachable.
void naive_roots_condemn(NaiveObject *const *objects, size_t count);

// The threshold after a collection that examined so many objects and freed so many.
uint64_t naive_roots_adapt(const NaiveRules *rules, uint64_t threshold, const NaiveCollection *c);

#endif
