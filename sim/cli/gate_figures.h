// gate_figures.h -- what the gate compares: a figure per workload, policy and metric
//
// A baseline and the results that are held against it are both a set of these, sorted. Every value
// is text: a whole number, several of them where a run was repeated ("12,14,15"), or a word.
#ifndef OURO_GATE_FIGURES_H
#define OURO_GATE_FIGURES_H

#include "metrics.h"

// In place of a policy: of the workload. In place of a workload as well: of all runs.
#define GATE_ALL "*"

// The words of a run that are no metrics, and what must be equal for figures to be comparable.
#define WORD_STATUS  "status"
#define WORD_DIGEST  "result_digest"
#define WORD_COMMAND "command"

enum { GATE_REPEATS_MAX = 30, GATE_VALUE_SIZE = 1024 };

typedef struct {
    const char *workload, *policy, *metric, *value;
    uint32_t line;  // in the baseline's file; 0: of no file
} GateFigure;

typedef struct {
    GateFigure *rows;
    size_t count, capacity;
} GateFigures;

void gate_figures_free(GateFigures *figures);

// Adds a copy. False with `error` for a name or value that is empty or has a control character:
// tables hold it in a cell.
bool gate_figures_add(GateFigures *figures, GateFigure figure, Error *error);
bool gate_figures_add_number(GateFigures *figures, const char *workload, const char *policy,
                             const char *metric, uint64_t number, Error *error);

// Sorts, and joins rows of one key: equal ones are one; measured ones become a list. Anything else
// twice with different values is an error with check_failed: the run is not deterministic.
bool gate_figures_settle(GateFigures *figures, Error *error);

// After settling. NULL: there is none.
const GateFigure *gate_figures_find(const GateFigures *figures, const char *workload,
                                    const char *policy, const char *metric);

// By workload, policy, metric; lists of numbers in order.
int gate_figure_order(const GateFigure *a, const GateFigure *b);

static inline bool gate_figure_is_run(const GateFigure *figure) {
    return figure->policy[0] != '*' || figure->policy[1] != '\0';
}

// The numbers of a value; false when it is none, or a list too long.
bool gate_numbers(const char *value, uint64_t numbers[GATE_REPEATS_MAX], size_t *count);

// ---- metrics ----

typedef struct {
    const char *name;
    MetricUnit unit;
    MetricDirection better;
    bool measured;  // differs from run to run: needs repeats and a rank test
} GateMetric;

// Metrics that begin so are measured: they differ from run to run.
#define GATE_MEASURED "measured_"

// What the gate knows of a metric. One that metrics.def does not list has no direction, unless its
// name says that it is measured: then it is a time or a size in `unit`, and less is better.
GateMetric gate_metric(const char *name);

// The metrics of a run that are watched one by one (gate_metrics.def); the digest of the result
// stands for all the others.
extern const char *const GATE_METRICS[];
extern const size_t GATE_METRIC_COUNT;

#endif
