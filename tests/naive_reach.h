// naive_reach.h -- which objects of the naive heap are candidates, and which of these are reachable
#ifndef OURO_TESTS_NAIVE_REACH_H
#define OURO_TESTS_NAIVE_REACH_H

#include "naive_heap.h"

typedef struct {
    NaiveObject **items;
    size_t count, capacity;
} NaiveObjects;

// Appends; the caller frees `items`.
void naive_push(NaiveObjects *list, NaiveObject *object);

// Marks `object` and every candidate that can be reached from it.
void naive_mark_from(NaiveObject *object, NaiveMark mark);

// Makes candidates of the lists of `condemned` (bits) and marks those that are reachable. Returns
// how many of them registers reach without leaving these lists, if that is asked for.
uint64_t naive_condemn(const NaiveObjects *objects, uint32_t condemned, bool mark_first);

// What has a finalizer, and what that reaches, becomes NAIVE_KEPT.
void naive_mark_finalizers(const NaiveObjects *objects);

#endif
