// sweep_data.h -- the rows of a sweep, ordered for people: cells, families of policies, axes
//
// A cell is a workload, a policy and what is set; runs that differ in nothing but their seed are
// one cell, with the lower median of each figure. A family is the cells of one workload under
// policies of one name, whatever their knobs; what takes several values in it is an axis.
#ifndef OURO_CLI_SWEEP_DATA_H
#define OURO_CLI_SWEEP_DATA_H

#include "metrics.h"
#include "results.h"

enum { SWEEP_CHOSEN_MAX = 8, SWEEP_AXES_MAX = 16 };

// What every report of a sweep needs: name, metric.
#define SWEEP_FIGURES(X)            \
    X(PEAK, "peak_held_bytes")      \
    X(TOTAL, "total_ns")            \
    X(P99, "pause_ns_p99")          \
    X(GC, "pause_ns_total")         \
    X(FLOOR_RATIO, "peak_to_floor") \
    X(OVERHEAD, "overhead")         \
    X(FREED_ORACLE, "freed_oracle")

typedef enum {
#define X(name, metric) SWEEP_##name,
    SWEEP_FIGURES(X)
#undef X
        SWEEP_CHOSEN  // the metrics that heat maps show, from here
} SweepFigure;

typedef struct {
    char *key, *value;
} SweepPair;

typedef struct {
    char *workload, *policy, *settings;  // settings: "section.key=value; ...", or ""
    char *base;                          // the policy's name without its knobs
    SweepPair *pairs;                    // knobs, then settings
    size_t pair_count, knob_count;
    const char *status;       // the worst of its seeds
    bool finished, competes;  // all seeds are ok; and it is a collector
    uint32_t seeds;
    uint64_t seed;  // while reading
    uint64_t values[SWEEP_CHOSEN + SWEEP_CHOSEN_MAX];
} SweepCell;

typedef struct {
    const char *name;     // a knob, or section.key
    const char **values;  // in natural order: 300 before 10k
    size_t count;
    bool is_knob;
} SweepAxis;

typedef struct {
    const char *workload, *base;
    char *label;                     // with the knobs that do not vary
    size_t first, count;             // cells
    SweepAxis axes[SWEEP_AXES_MAX];  // most values first
    size_t axis_count;
} SweepFamily;

typedef struct {
    const char *dir;
    Results results;
    char *command, cost_model[160];
    const char *chosen[SWEEP_CHOSEN_MAX];
    size_t chosen_count;
    SweepCell *cells;  // by workload, base, policy, settings
    size_t cell_count;
    SweepFamily *families;
    size_t family_count;
    const char **workloads;
    size_t workload_count;
    uint32_t seeds;  // most of any cell
} SweepData;

// Reads DIR/sweep.jsonl and DIR/journal. `chosen`: metrics besides SWEEP_FIGURES, in any number up
// to SWEEP_CHOSEN_MAX. False with `error` when there are no rows, or rows without a metric. `dir`
// and `chosen` must outlive `data`.
bool sweep_data_read(SweepData *data, const char *dir, const char *const *chosen, size_t count,
                     Error *error);
void sweep_data_free(SweepData *data);

// Is DIR a sweep's: is sweep.jsonl or journal/ there?
bool sweep_data_is(const char *dir);

// The value that a cell has on an axis, as an index; the first where it does not say.
size_t sweep_axis_index(const SweepAxis *axis, const SweepCell *cell);

// Text in the order of people: numbers in it by size, with k, M and G.
int sweep_order(const char *a, const char *b);

// The metric of metrics.def, or NULL.
const MetricRow *sweep_metric(const char *name);

#endif
