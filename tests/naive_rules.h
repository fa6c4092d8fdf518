// naive_rules.h -- a policy in terms of the naive heap
#ifndef OURO_TESTS_NAIVE_RULES_H
#define OURO_TESTS_NAIVE_RULES_H

#include "naive_heap.h"
#include "registry.h"
#include "spec.h"

// False: the naive heap has no such policy.
bool naive_rules_of(const PolicyChoice *choice, const Spec *spec, NaiveRules *rules);

#endif
