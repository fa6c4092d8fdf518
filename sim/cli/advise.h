// advise.h -- the cheapest policy within limits, and what it costs to be wrong about the workload
//
// Policies compete that are collectors and ran to the end. Cheapest is the least total time; the
// least gc time, then the name, decide between equals. Over several workloads: who meets the limits
// on all of them, with the least mean of total time against the cheapest there.
#ifndef OURO_ADVISE_H
#define OURO_ADVISE_H

#include "gate_figures.h"

// One run, as advice sees it.
typedef struct {
    const char *workload, *policy, *status;
    bool competes;
    uint64_t p99_ns, peak_bytes, total_ns, gc_ns;
    // Against the best of all that compete on this workload, in permille, as in reports: peak held
    // against the least of those that spend no more gc time, and the reverse. 0: not defined.
    uint64_t regret_peak, regret_gc;
} AdviceRun;

typedef struct {
    uint64_t p99_ns, peak_bytes;  // at most; UINT64_MAX: no limit
} AdviceLimits;

// kind of a row of advice: name, what it says
#define ADVICE_KINDS(X)                                                                   \
    X(CHEAPEST, "cheapest", "on this workload, within the limits")                        \
    X(NEAREST, "nearest", "nobody is within the limits here; nobody exceeds them less")   \
    X(OVERALL, "overall", "within the limits on every workload, and cheapest on average") \
    X(OVERALL_NEAREST, "overall-nearest", "nobody is; nobody exceeds them less")          \
    X(REGRET, "regret", "what a policy chosen for some workload costs on this one")

typedef enum {
#define X(name, text, help) ADVICE_##name,
    ADVICE_KINDS(X)
#undef X
} AdviceKind;

const char *advice_kind_name(AdviceKind kind);

typedef struct {
    AdviceKind kind;
    const char *workload;  // GATE_ALL: over all
    const char *policy;
    const AdviceRun *run;          // NULL: over all, or the policy did not run there
    bool over_p99, over_peak;      // that it is beyond the limit, here or on some workload
    bool nobody_p99, nobody_peak;  // of NEAREST: nobody at all meets that limit, for itself
    uint64_t excess;  // permille: the worst of p99 and peak against its limit, when beyond
    uint64_t time;    // permille: total time against the cheapest; over all: the mean; 0: none
} AdviceRow;

typedef struct {
    AdviceRun *runs;  // by workload, then policy
    size_t run_count;
    AdviceRow *rows;
    size_t row_count;
    AdviceLimits limits;
    bool answered;  // there is a policy that meets the limits everywhere
} Advice;

// From settled figures with the column `kind`. False with `error` when there is no run, or nobody
// competes on some workload. The figures must outlive the advice.
bool advice_make(Advice *advice, const GateFigures *figures, AdviceLimits limits, Error *error);
void advice_free(Advice *advice);

// The run of a policy on a workload, or NULL.
const AdviceRun *advice_find(const Advice *advice, const char *workload, const char *policy);

// Sets the limit that the option `name` stands for, p99 ("10ms") or peak ("1.5G").
bool advice_limit_parse(AdviceLimits *limits, const char *name, const char *value, Error *error);

// What a policy costs over all workloads, by advice that was made without limits. Permille.
typedef struct {
    uint64_t mean, worst;  // total time against the cheapest there; 0: it died or did not run there
    uint64_t peak, gc;     // the worst regrets
    const char *where;     // the workload of `worst`, or where it died
} AdviceCost;
AdviceCost advice_cost(const Advice *advice, const char *policy);

// For people; for programs (the same rows).
void advice_print_table(const Advice *advice);
void advice_print_tsv(const Advice *advice);
void advice_print_json(const Advice *advice);

#endif
