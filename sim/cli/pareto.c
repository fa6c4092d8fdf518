// pareto.c -- the front of memory against time, and its knee
#include "pareto.h"

#include <math.h>
#include <stdlib.h>

static int point_order(const void *a, const void *b) {
    const ParetoPoint *one = *(ParetoPoint *const *)a, *other = *(ParetoPoint *const *)b;
    if (one->memory != other->memory) return one->memory < other->memory ? -1 : 1;
    return (one->time > other->time) - (one->time < other->time);
}

// From left to right a point is on the front when it takes less time than all before it. Points
// that are equal in both are on it together.
static size_t front_mark(ParetoPoint **sorted, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const ParetoPoint *last = length > 0 ? sorted[length - 1] : NULL;
        ParetoPoint *point = sorted[i];
        bool equal = last != NULL && point->memory == last->memory && point->time == last->time;
        if (last != NULL && point->time >= last->time && !equal) continue;
        point->front = true;
        sorted[length++] = point;
    }
    return length;
}

// Twice the area between the point and the line from `from` to `to`: as good as a distance, for the
// line is the same for all. Positive: below it.
static double bend(const ParetoPoint *from, const ParetoPoint *to, const ParetoPoint *point) {
    double width = log((double)to->memory) - log((double)from->memory);
    double drop = log((double)from->time) - log((double)to->time);
    return width * (log((double)from->time) - log((double)point->time)) -
           drop * (log((double)point->memory) - log((double)from->memory));
}

static void knee_mark(ParetoPoint **front, size_t length) {
    while (length > 0 && front[0]->memory == 0) front++, length--;
    while (length > 0 && front[length - 1]->time == 0) length--;
    double most = 1e-9;  // what is less is rounding
    for (size_t i = 1; i + 1 < length; i++) {
        double own = bend(front[0], front[length - 1], front[i]);
        if (own > most) most = own;
    }
    for (size_t i = 1; i + 1 < length; i++)
        front[i]->knee = bend(front[0], front[length - 1], front[i]) >= most;
}

void pareto_mark(ParetoPoint *points, size_t count) {
    ParetoPoint **sorted = memory_new(count, sizeof *sorted);
    size_t competing = 0;
    for (size_t i = 0; i < count; i++) {
        points[i].front = points[i].knee = false;
        if (points[i].competes) sorted[competing++] = &points[i];
    }
    qsort(sorted, competing, sizeof *sorted, point_order);
    knee_mark(sorted, front_mark(sorted, competing));
    free(sorted);
}
