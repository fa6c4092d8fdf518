// calibration_runs.h -- what is measured to fit prices, and what is held out to judge them
//
// The runs are listed in calibration_runs.def.
#ifndef OURO_CPYTHON_CALIBRATION_RUNS_H
#define OURO_CPYTHON_CALIBRATION_RUNS_H

#include "measured_run.h"

typedef enum { PART_HEAPS, PART_FITTED, PART_HELD_OUT } CalibrationPart;

typedef struct {
    CalibrationPart part;
    const char *name, *policy;
    const char *text;       // of a heap; NULL: a workload that ships
    const char *overrides;  // `;` between
} CalibrationRun;

extern const CalibrationRun CALIBRATION_RUNS[];
extern const size_t CALIBRATION_RUN_COUNT;

// Once, before any: malloc keeps what is freed. When it gives pages back is its own policy, which
// no model here knows; pauses that wait for it are measured by `ouro run --engine cpython`.
void calibration_prepare(void);

// Measures one; `cost` is the table for the prediction.
bool calibration_measure(const CalibrationRun *run, const CostTable *cost, uint32_t repeats,
                         MeasuredRun *measured, Error *error);

#endif
