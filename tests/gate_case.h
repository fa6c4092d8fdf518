// gate_case.h -- a small comparison of the gate, put together by a test
#ifndef OURO_TESTS_GATE_CASE_H
#define OURO_TESTS_GATE_CASE_H

#include "cli/gate_compare.h"

// A comparison under construction: one workload, policies and metrics as a test says.
typedef struct {
    GateFigures base, found;
    Allowances allowances;
    Verdict verdict;
    Error error;
    bool judged;
} GateCase;

// Policy p with these statuses; NULL: that side has no such run. End it with case_close, or with
// one of the last two functions.
GateCase case_open(const char *base_status, const char *found_status);
void case_close(GateCase *c);

// A figure of workload churn.
void case_put(GateFigures *figures, const char *policy, const char *metric, const char *value);

// A figure of policy p on both sides; NULL: that side has none.
void case_figure(GateCase *c, const char *metric, const char *base, const char *found);

void case_waiver(GateCase *c, const char *metric, const char *ceiling, const char *expires);

// Settles and compares, on 15 June 2026; `judged` and `error` say how that went.
void case_judge(GateCase *c);

// Judges and closes. There must be one finding, of that state and metric, with a note that holds
// `note`, and that exit code; or none, and exit code 0.
void case_one_finding(GateCase *c, GateState state, const char *metric, int code, const char *note);
void case_no_finding(GateCase *c);

#endif
