// bench_side.h -- one run of one side of a row of `ouro bench`, in a process of its own
#ifndef OURO_CPYTHON_BENCH_SIDE_H
#define OURO_CPYTHON_BENCH_SIDE_H

#include <stdatomic.h>

#include "cli/bench_figures.h"

// What is to be played. For SIDE_real the run is a finished simulation of the same.
typedef struct {
    const BenchRow *row;
    BenchSide side;
    const Spec *spec;
    const PolicyChoice *policy;
    Run *run;
    const RunResult *result;
} BenchJob;

// In memory that both processes share.
typedef struct {
    BenchCourse course;
    _Atomic(uint64_t) clock;  // allocations so far, for progress
    bool good;
    char why[BENCH_WHY_SIZE];  // not `good`
} BenchShared;

// Whether the simulator has the side's engine at all.
bool bench_side_exists(BenchSide side);

// Plays the job in this process, which should do nothing else before or after: its CPU time and
// resident memory are what is measured.
void bench_side_play(const BenchJob *job, BenchShared *shared);

// The simulation that SIDE_real needs: to its end, heap and stream given back.
Run *bench_simulate(const BenchJob *job, RunResult *result, Error *error);

#endif
