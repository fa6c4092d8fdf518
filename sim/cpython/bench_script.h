// bench_script.h -- a workload as a plain Python program, run by the interpreter's own executable
#ifndef OURO_CPYTHON_BENCH_SCRIPT_H
#define OURO_CPYTHON_BENCH_SCRIPT_H

#include "cli/bench_figures.h"

// Writes the program (script.h), runs it in a process of its own, and takes CPU time and resident
// memory of all of it, its start included. Allocations are those that it counts itself.
bool bench_script_play(const Spec *spec, BenchCourse *course, Error *error);

#endif
