// harness.h -- one workload under one policy, for tests
#ifndef OURO_TESTS_HARNESS_H
#define OURO_TESTS_HARNESS_H

#include "run.h"

typedef struct {
    Spec spec;
    PolicyChoice policy;
    Run *run;
    RunResult result;
} Trial;

// Runs workloads/NAME.ini from the repository's root, with overrides ("section.key=value", the last
// followed by NULL). What goes wrong fails the test that asked. End it with trial_end.
Trial *trial_run(const char *name, const char *policy, ...) __attribute__((sentinel));
void trial_end(Trial *trial);

// The same for the text of a workload, on one of the simulated heaps, with all costs counted.
Trial *trial_text(const char *text, const char *policy, Engine engine);

// The figures alone.
Metrics run_workload(const char *name, const char *policy, ...) __attribute__((sentinel));

#endif
