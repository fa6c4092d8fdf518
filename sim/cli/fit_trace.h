// fit_trace.h -- ouro trace fit: a workload like a recording, and how alike they are
#ifndef OURO_FIT_TRACE_H
#define OURO_FIT_TRACE_H

#include "options.h"

// Writes the workload that is fitted to the trace at `path` to arguments->out, prints the figures
// of both, and what the policies of `arguments` (its default ones if none) make of each. Returns
// the exit code: EXIT_NO if a figure is off by more than 10 %, or more than a fifth of the pairs of
// policies are ranked otherwise.
int fit_trace(const char *path, RunArguments *arguments);

#endif
