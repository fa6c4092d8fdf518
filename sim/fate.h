// fate.h -- what becomes of the garbage of one moment: which plan frees it, and when
//
// Garbage can only be freed by a plan: what the program still does cannot reach it. So after every
// plan those that are left are looked at again, if the plan could have freed one. This holds for
// every policy, whatever its rules.
#ifndef OURO_FATE_H
#define OURO_FATE_H

#include "census.h"

enum { FATE_ROWS_MAX = 256 };

// Garbage of one population that was in one space, freed by plans of one kind; or by none.
typedef struct {
    Place was;
    bool is_freed;
    PlanKind kind;
    uint8_t generation;
    uint64_t soonest, latest;  // allocations after the census
    Tally tally;
} FateRow;

typedef struct Fate Fate;

// The garbage that is there now: heap as in census_take.
Fate *fate_new(const Heap *heap);
void fate_free(Fate *fate);

// A plan was carried out.
void fate_plan(Fate *fate, const Heap *heap, const Plan *plan);

// Rows in the order in which the first of them was freed, what nothing has freed so far last;
// `elsewhere`: in more rows than there are. Together they are all garbage that there was.
uint32_t fate_rows(const Fate *fate, FateRow rows[FATE_ROWS_MAX], Tally *elsewhere);

#endif
