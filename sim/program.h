// program.h -- random programs: small workloads that mix every feature, and policies for them
//
// For tests and for `verify`: the text of a workload and of a policy as a pure function of a seed.
// Each seed draws its own mix of shapes, lifetimes, links, mutation, finalizers (some of which
// resurrect) and thresholds.
#ifndef OURO_PROGRAM_H
#define OURO_PROGRAM_H

#include "plan.h"

enum { PROGRAM_TEXT_SIZE = 8192, PROGRAM_POLICY_SIZE = 128, PROGRAM_WHOLE = 100 };

typedef struct {
    char workload[PROGRAM_TEXT_SIZE];
    char policy[PROGRAM_POLICY_SIZE];
} Program;

typedef struct {
    // A real interpreter cannot be driven to another rule than its own for what finalizers
    // resurrect, except to the legacy one.
    FinalizerRule finalizers;
    uint32_t size;   // in per cent of PROGRAM_WHOLE, some 5,000 allocations; at least 1
    bool simulated;  // with what no real interpreter plays: other policies, external stores, sizes,
                     // requests, either rule for finalizers, objects that live for ever
    bool traced;     // simulated, with policies that the ledger heap refuses
} ProgramKind;

Program program_new(uint64_t seed, ProgramKind kind);

#endif
