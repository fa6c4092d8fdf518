// script.h -- a workload as a plain Python program
//
// What somebody would write by hand who wants this workload under the real collector: a class with
// __slots__ per population, objects of the same size, the same lifetimes, links and cycles, drawn
// from Python's own random numbers with a seed. So the program is the same in law, not object by
// object. It ends with one line: allocations, units, units closed into a cycle, collections.
#ifndef OURO_CLI_SCRIPT_H
#define OURO_CLI_SCRIPT_H

#include <stdio.h>

#include "spec.h"

// Writes the program. What it cannot say is refused: shapes but single, pair, chain, ring and tree,
// back edges but all or none, mutation, finalizers, external populations. False with `error` then,
// before anything is written. Time to compute (`work`) and requests are left out.
bool script_write(FILE *file, const Spec *spec, Error *error);

#endif
