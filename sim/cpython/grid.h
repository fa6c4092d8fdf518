// grid.h -- the runs of calibrate.def
#ifndef OURO_CPYTHON_GRID_H
#define OURO_CPYTHON_GRID_H

#include "measured_run.h"

typedef enum { GRID_HEAPS, GRID_FITTED, GRID_HELD_OUT } GridPart;

typedef struct {
    GridPart part;
    const char *name, *policy;
    const char *text;       // of a heap; NULL: a workload that ships
    const char *overrides;  // `;` between
} GridRun;

extern const GridRun GRID[];
extern const size_t GRID_COUNT;

// Once, before any: malloc keeps what is freed. When it gives pages back is its own policy, which
// no model here knows; pauses that wait for it are measured by `ouro run --engine cpython`.
void grid_prepare(void);

// Measures one; `cost` is the table for the prediction.
bool grid_measure(const GridRun *run, const CostTable *cost, uint32_t repeats,
                  MeasuredRun *measured, Error *error);

#endif
