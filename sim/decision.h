// decision.h -- what a policy says, looked at where it enters: before the heap hears of it
//
// Policies are written by anybody and compiled anywhere. What is wrong with one is bad input, and
// named as such; behind these checks the heap takes every plan for one that can be carried out.
#ifndef OURO_DECISION_H
#define OURO_DECISION_H

#include "policy.h"

// More plans than this at one wake, without the program going on in between, are taken for a policy
// that never ends.
enum { PLANS_AT_ONCE_MAX = 1000 };

// Whether a policy can be chosen at all: entry points, texts, and a table of knobs whose defaults
// are within their own ranges. False with `error`, which begins with what is wrong.
bool policy_check(const Policy *policy, Error *error);

// Whether there can be such spaces: asked once, after Policy.start.
bool setup_check(const SpaceSetup *setup, Error *error);

// Whether a plan, a fuse and birth spaces name what exists: asked at each wake.
bool decision_check(const Decision *decision, const SpaceSetup *setup, uint32_t population_count,
                    Error *error);

#endif
