// gate_compare.h -- the verdict: results held against a baseline
//
// Nothing here reads a file or a clock. The rules:
// - Inputs must be equal (version, cost model, digests of workload and stream), or nothing can be
//   said.
// - Deterministic metrics count from the smallest difference on, unless a tolerance is given.
// - Measured ones count when the medians differ by more than their tolerance and the ranks of all
//   repeats say so: a chance of at most 1 % that they would by themselves.
// - A run that ended otherwise is one finding. Of two that died the same way the longer one is
//   better, and the rest has no direction: who dies early collects little.
#ifndef OURO_GATE_COMPARE_H
#define OURO_GATE_COMPARE_H

#include "allowances.h"
#include "gate_figures.h"

typedef enum {
#define STATE(name, text, fails, help) GATE_##name,
#include "gate_states.def"
#undef STATE
    GATE_STATE_COUNT
} GateState;

const char *gate_state_name(GateState state);
bool gate_state_fails(GateState state);

enum { GATE_NOTE_SIZE = 320, GATE_COMMAND_SIZE = 4096, GATE_CHANCE_PPM = 10000 };

typedef struct {
    GateState state;
    const GateFigure *base, *found;  // NULL: the baseline, or the results, have none
    const char *command;             // repeats the run, but for its policy where it is a prefix
    int64_t change_ppm;              // against the baseline (its medians); 0: not a number
    char note[GATE_NOTE_SIZE];       // what else there is to say, or ""
} Finding;

typedef struct {
    Finding *findings;  // the worst first
    size_t count;
    uint64_t counts[GATE_STATE_COUNT];
    uint64_t figures, runs;  // compared
    uint64_t unchanged, tolerated;
    const Allowances *allowances;
} Verdict;

// Both sets are settled and outlive the verdict. `today`: YYYY-MM-DD. False with `error` when they
// cannot be compared; then there is nothing to free.
bool gate_compare(Verdict *verdict, const GateFigures *baseline, const GateFigures *results,
                  Allowances *allowances, const char *today, Error *error);
void verdict_free(Verdict *verdict);

// 0: nothing fails; 1: something does; 2: something could not be judged.
int verdict_code(const Verdict *verdict);

// The parts of a finding by which people know it.
const GateFigure *finding_key(const Finding *finding);

// The command that repeats its run, for a shell.
void finding_command(const Finding *finding, char text[GATE_COMMAND_SIZE]);

#endif
