// measured_run.h -- one workload under one policy: what its pauses should take, and what they took
#ifndef OURO_CPYTHON_MEASURED_RUN_H
#define OURO_CPYTHON_MEASURED_RUN_H

#include "run.h"

enum { REPEATS_MAX = 16 };

// Of each carried-out plan, in order.
typedef struct {
    PauseCounts counts;
    uint8_t kind, generation;  // PlanKind
    uint64_t predicted_ns;     // by the table
    uint64_t ns[REPEATS_MAX];  // measured
    uint64_t fastest;          // of them: what others do on the machine only ever adds
} MeasuredPause;

typedef struct {
    MeasuredPause *pauses;
    size_t count;
    uint32_t repeats;
} MeasuredRun;

// Simulates once, then plays the events `repeats` times on the interpreter. False with `error` when
// one of them failed, or the collections were not the same.
bool measured_run(MeasuredRun *run, const Spec *spec, const PolicyChoice *policy,
                  const CostTable *cost, uint32_t repeats, Error *error);
void measured_run_free(MeasuredRun *run);

// What people look at.
typedef enum { FIGURE_TOTAL, FIGURE_P50, FIGURE_P99, FIGURE_MAX, FIGURES } Figure;
typedef struct {
    double ns[FIGURES];
} PauseFigures;

// Of the prediction, and of one repeat.
PauseFigures measured_run_predicted(const MeasuredRun *run);
PauseFigures measured_run_repeat(const MeasuredRun *run, uint32_t repeat);

#endif
