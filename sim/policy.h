// policy.h -- what a policy is
//
// A policy is a pure decision on counters. It is asked (`wake`) when a fuse it set has blown, when
// a phase changes, when the program calls gc.collect(), and again after each of its plans was
// carried out. It answers with a Plan, which is data, and with the fuse for the next time. It keeps
// what it needs between two questions in its own state. How to write one: policies/README.md.
#ifndef OURO_POLICY_H
#define OURO_POLICY_H

#include "generations.h"
#include "heap_view.h"
#include "param.h"
#include "plan.h"

enum { POLICY_POPULATIONS_MAX = VIEW_POPULATIONS_MAX, POLICY_PHASES_MAX = 16 };

// What a policy knows of the workload: names, to which its knobs may refer.
typedef struct {
    uint32_t phase_count, population_count;
    const char *phases[POLICY_PHASES_MAX];
    const char *populations[POLICY_POPULATIONS_MAX];
    uint32_t phase_of[POLICY_POPULATIONS_MAX];  // in which phase a population is made
} WorkloadNames;

// What a policy decides each time; what it leaves alone stays as it was.
typedef struct {
    Plan plan;  // PLAN_NOTHING on entry
    Fuse fuse;
    uint8_t birth_space[POLICY_POPULATIONS_MAX];  // where each population is born from now on
} Decision;

typedef struct {
    const char *name;
    const char *summary;  // one line
    const char *source;   // where it comes from
    const Knob *knobs;
    size_t knob_count;
    size_t state_size;
    // Sets up state and spaces from the knobs' values, in the order of the table. False
    // with `error` when a value does not fit this workload (an unknown phase, say).
    bool (*start)(void *state, const KnobValue *values, const WorkloadNames *names,
                  SpaceSetup *setup, Error *error);
    void (*wake)(void *state, const HeapView *view, Decision *decision);
    const void *initial;  // the state begins as a copy of this; NULL: all zero
} Policy;

// Numbers of phases and populations by name. "first" is phase 0. False with `error` for an unknown
// one.
bool policy_phase(const WorkloadNames *names, const char *name, uint32_t *phase, Error *error);

// The phases that "a+b+c" names, as a bit set.
bool policy_phases(const WorkloadNames *names, const char *list, uint64_t *set, Error *error);

// The populations that "a+b+c" or, if that is empty, `phase` names, as a bit set.
bool policy_populations(const WorkloadNames *names, const char *list, uint32_t phase, uint64_t *set,
                        Error *error);

// ---- plug-ins: a policy in a file of its own, `--policy ./mine.so` ----
//
//     cc -shared -fPIC -I PREFIX/include mine.c -o mine.so
//
// A plug-in includes <ouro/policy.h>, defines one Policy and says OURO_POLICY(its_name); at the
// end. Of what these headers declare it may call policy_phase, policy_populations, generations_...,
// error_set, mul_div_u64 and what CHECK calls (sim/cli/policy.symbols is the list); all else is the
// program's own. It keeps no variables outside of its state: runs may share the process.

// Raised whenever a plug-in would have to be compiled again: `tests/run install` says when.
#define OURO_POLICY_ABI 1u

// How a plug-in introduces itself. Of another ABI only the first member means anything.
typedef struct {
    uint32_t abi;
    uint32_t policy_size, knob_size, value_size;    // bytes: Policy, Knob, KnobValue
    uint32_t view_size, decision_size, setup_size;  // HeapView, Decision, SpaceSetup
    uint32_t names_size, error_size;                // WorkloadNames, Error
    const Policy *policy;
} OuroPlugin;

#define OURO_PLUGIN_OF(policy)                                                                   \
    {                                                                                            \
        OURO_POLICY_ABI, sizeof(Policy), sizeof(Knob), sizeof(KnobValue), sizeof(HeapView),      \
            sizeof(Decision), sizeof(SpaceSetup), sizeof(WorkloadNames), sizeof(Error), (policy) \
    }

// The one symbol that the program looks for.
#define OURO_POLICY(policy)                                                     \
    extern const OuroPlugin ouro_plugin __attribute__((visibility("default"))); \
    const OuroPlugin ouro_plugin = OURO_PLUGIN_OF(&(policy))

#endif
