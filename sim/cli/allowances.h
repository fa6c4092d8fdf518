// allowances.h -- what the gate is told to let pass: tolerances and waivers, as tables for people
//
// Both are files beside the baseline, and neither must exist. tolerances.tsv: differences that do
// not count. waivers.tsv: a regression that is known, how bad it may be, and until when.
#ifndef OURO_ALLOWANCES_H
#define OURO_ALLOWANCES_H

#include "base.h"

// A difference counts only if it is more than `share_ppm` of the baseline and more than `floor`.
typedef struct {
    char metric[64];
    uint64_t share_ppm;
    uint64_t floor;  // in the metric's unit
} Tolerance;

typedef struct {
    char *workload, *policy, *metric;
    char *ceiling;  // the worst that is let pass (where higher is better: the least); or a status
    char *expires;  // YYYY-MM-DD: the last day on which it holds
    char *reason;
    uint32_t line;
    bool used;
} Waiver;

enum { TOLERANCES_MAX = 128, WAIVERS_MAX = 256 };

typedef struct {
    Tolerance tolerances[TOLERANCES_MAX];
    size_t tolerance_count;
    Waiver waivers[WAIVERS_MAX];
    size_t waiver_count;
} Allowances;

// Reads both files of the folder of `baseline`. A missing file allows nothing; a bad one is an
// error that names file, line, what was found and what is allowed.
bool allowances_read(Allowances *allowances, const char *baseline, Error *error);
void allowances_free(Allowances *allowances);

// One more tolerance, "METRIC=SHARE" or "METRIC=SHARE+FLOOR" ("pause_ns_p99=2%+1k"); the last one
// of a metric holds.
bool allowances_tolerate(Allowances *allowances, const char *text, Error *error);

// The tolerance of a metric: none where nobody gave one; 5 % for a measured one.
Tolerance allowances_tolerance(const Allowances *allowances, const char *metric);

// NULL: there is none. It is marked as used.
const Waiver *allowances_waiver(Allowances *allowances, const char *workload, const char *policy,
                                const char *metric);

// "YYYY-MM-DD", a day that the calendar has.
bool date_valid(const char *text);

// FILE in the folder of `path`.
void path_sibling(const char *path, const char *file, char *sibling, size_t size);

#endif
