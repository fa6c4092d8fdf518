// baseline.h -- the committed figures that the gate compares with
//
// A table of workload, policy, metric and value, sorted, so that a diff of it reads as a list of
// what changed. Its first row is a checksum of all that follows: a file that is cut off, merged by
// line or edited by hand is refused. `ouro gate --accept` writes it, and nothing else does.
#ifndef OURO_BASELINE_H
#define OURO_BASELINE_H

#include "gate_figures.h"

// False with `error` when it is missing, damaged, or holds no runs. `figures` is empty then.
bool baseline_read(GateFigures *figures, const char *path, Error *error);

// The same from a text in memory, which it cuts up; `path` is for messages.
bool baseline_parse(GateFigures *figures, const char *path, char *text, size_t length,
                    Error *error);

// The text of a baseline with these settled figures; whoever calls it frees it.
char *baseline_text(const GateFigures *figures, size_t *length);

// Replaces the file at once, or not at all.
bool baseline_write(const GateFigures *figures, const char *path, Error *error);

typedef struct {
    const char *date, *reason;
    uint64_t runs, changed;  // figures that differ from the baseline before
} BaselineEntry;

// Adds a line to baseline.log.tsv in the same folder, or leaves it as it is.
bool baseline_log(const char *path, BaselineEntry entry, Error *error);

#endif
