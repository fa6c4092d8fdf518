// pause_runs.h -- the runs of pause_runs.def
#ifndef OURO_CPYTHON_PAUSE_RUNS_H
#define OURO_CPYTHON_PAUSE_RUNS_H

#include "measured_run.h"

typedef enum { RUN_OF_HEAP, RUN_FITTED, RUN_HELD_OUT } PauseRunPart;

typedef struct {
    PauseRunPart part;
    const char *name, *policy;
    const char *text;       // of a heap; NULL: a workload that ships
    const char *overrides;  // `;` between
} PauseRun;

extern const PauseRun PAUSE_RUNS[];
extern const size_t PAUSE_RUN_COUNT;

// Once, before any: malloc keeps what is freed. When it gives pages back is its own policy, which
// no model here knows; pauses that wait for it are measured by `ouro run --engine cpython`.
void pause_runs_prepare(void);

// Measures one; `cost` is the table for the prediction.
bool pause_run_measure(const PauseRun *run, const CostTable *cost, uint32_t repeats,
                       MeasuredRun *measured, Error *error);

#endif
