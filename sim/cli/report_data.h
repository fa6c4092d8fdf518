// report_data.h -- one result directory, read, checked and summed up for figures and page
#ifndef OURO_CLI_REPORT_DATA_H
#define OURO_CLI_REPORT_DATA_H

#include "base.h"
#include "tsv.h"

typedef struct {
    const char *label;    // as people call the policy: any characters
    const char *file;     // the name of its files
    const char *summary;  // "" when there is none
    const char *status;   // ok, oom, timeout
    bool finished;        // status is ok
    bool competes;        // finished, and a collector: the floor (oracle) is not ranked
    Tsv timeline, percentiles, mmu;
    uint64_t end_clock, end_held;  // the last row of the timeline
    uint64_t garbage_peak;         // bytes, over the timeline
    uint64_t pauses;               // rows of percentiles
    bool front, knee;              // of peak_held_bytes against pause_ns_total (pareto.h)
    uint32_t zoom;                 // how much its panel of the garbage figure is magnified
} ReportPolicy;

// Why garbage waits: the union of the policies' columns garbage_NAME, without those that are always
// 0.
typedef struct {
    char *column;  // garbage_gen0
    char *label;   // gen0
} Reason;

typedef struct {
    const char *dir;
    Tsv provenance, summary, metrics, phases;
    ReportPolicy *policies;  // in the order of summary.tsv
    uint32_t policy_count;
    Reason *reasons;
    uint32_t reason_count;
    // What all figures' axes must hold; for an empty axis something that can be drawn.
    uint64_t limit_bytes;  // 0: none
    uint64_t clock_top, held_top, garbage_top;
    uint64_t pause_min, pause_max;
    uint64_t pause_best;  // the shortest of the policies' longest pauses; 0 without pauses
    uint64_t rarest;      // the largest finite 1/(1-p)
    uint64_t window_min, window_max;
    const char *measured;  // "CPython 3.11.2" when times were measured on it; "" when modelled
    uint32_t longest;      // the policy whose timeline goes farthest
} ReportData;

// Reads DIR/{provenance,summary,metrics,phases}.tsv and, per policy,
// DIR/{timeline,percentiles,mmu}/FILE.tsv. `dir` must outlive `data`. On an error `data` is empty.
bool report_data_read(const char *dir, ReportData *data, Error *error);
void report_data_free(ReportData *data);

// What provenance.tsv says about `key`, or "".
const char *report_provenance(const ReportData *data, const char *key);

// A figure of summary.tsv; false when there is no such column or no number in it.
bool report_value(const ReportData *data, uint32_t policy, const char *metric, uint64_t *value);

// DIR/a/b.suffix; whoever calls it frees it. `a` may be NULL.
char *report_path(const char *dir, const char *folder, const char *file, const char *suffix);

#endif
