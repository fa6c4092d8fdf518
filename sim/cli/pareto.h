// pareto.h -- the front of memory against time, and its knee
#ifndef OURO_CLI_PARETO_H
#define OURO_CLI_PARETO_H

#include "base.h"

typedef struct {
    uint64_t memory, time;  // less is better, of both
    bool competes;          // else it is neither on the front nor in its way
    bool front;             // no other that competes is better in one and at least as good in both
    bool knee;              // where more of one begins to buy little of the other
} ParetoPoint;

// Sets `front` and `knee`. The knee is the point of the front that lies farthest below the straight
// line between the ends of the front, both axes logarithmic (after Satopaa et al., "Finding a
// 'kneedle' in a haystack", 2011); of equal ones all. There is none when the front has fewer than
// three different points or does not bend towards the better. Points with a time or memory of 0 are
// no part of that: they have no logarithm.
void pareto_mark(ParetoPoint *points, size_t count);

#endif
