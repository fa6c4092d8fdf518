// batch.h -- several policies on one workload, a few at a time, with progress on stderr
#ifndef OURO_BATCH_H
#define OURO_BATCH_H

#include "interpreters.h"

// Called once per run, in the order of the policies, with the run's result; never two at a time.
typedef bool (*BatchResult)(void *context, size_t index, const RunResult *result, Error *error);

// Runs all choices of `arguments` over `spec`. False with `error` when one could not run or a check
// failed; *interrupted when the user stopped it (then the results handed over so far are whole).
// With `real` each run, when its simulation has ended and before the next one begins, is played on
// that interpreter, on the calling thread.
bool batch_run(const RunArguments *arguments, const Spec *spec, const RealInterpreter *real,
               BatchResult result, void *context, bool *interrupted, Error *error);

#endif
