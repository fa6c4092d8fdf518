// shrink.h -- the smallest part of a random program that still fails
#ifndef OURO_SHRINK_H
#define OURO_SHRINK_H

#include "program.h"

enum { SHRINK_TRIES_MAX = 600, SHRINK_SCALE_SIZE = 16 };

typedef struct {
    Program program;
    char scale[SHRINK_SCALE_SIZE];  // for workload.scale
    uint32_t tries;
} Shrunk;

// Whether a program still fails in the same sense; false as well if it is no valid program.
typedef bool (*ShrinkFails)(void *context, const Shrunk *candidate);

// Leaves out sections and lines of the workload and knobs of the policy, then scales down, as long
// as `fails` says yes; it said yes to the whole program. Asks at most SHRINK_TRIES_MAX times.
Shrunk shrink_program(const Program *program, ShrinkFails fails, void *context);

#endif
