// calibrate.h -- ouro calibrate and ouro verify --pauses, inside an interpreter
#ifndef OURO_CPYTHON_CALIBRATE_H
#define OURO_CPYTHON_CALIBRATE_H

#include "cost.h"

// Measures the runs of calibration_runs.def `repeats` times, fits the prices of both models, prints
// how well, and writes the table to `path`. Returns the exit code.
int calibrate(const char *path, uint32_t repeats);

// Predicts the runs of calibration_runs.def that were not fitted, measures them, prints both, and
// how far they are apart. EXIT_NO when that is further than promised.
int pauses_verify(const CostTable *cost, uint32_t repeats);

#endif
