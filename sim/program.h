// program.h -- random programs: small workloads that mix every feature, and policies for them
//
// For tests and for `verify`: the text of a workload and of a policy as a pure function of a seed.
// Each seed draws its own mix of shapes, lifetimes, links, mutation, finalizers (some of which
// resurrect) and thresholds.
#ifndef OURO_PROGRAM_H
#define OURO_PROGRAM_H

#include "plan.h"

enum { PROGRAM_TEXT_SIZE = 8192, PROGRAM_POLICY_SIZE = 128 };

typedef struct {
    char workload[PROGRAM_TEXT_SIZE];
    char policy[PROGRAM_POLICY_SIZE];
} Program;

// Policies are those that a real interpreter can run: generations, freezing, regions. Its rule for
// what finalizers resurrect is `finalizers`: it cannot be driven to another, except to the legacy
// one.
Program program_new(uint64_t seed, FinalizerRule finalizers);

#endif
