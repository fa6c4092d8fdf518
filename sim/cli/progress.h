// progress.h -- how far a sweep is, on stderr: a bar on a terminal, else a line every ten seconds
#ifndef OURO_PROGRESS_H
#define OURO_PROGRESS_H

#include "base.h"

typedef struct {
    bool is_terminal;
    uint64_t started_us, shown_us;
    uint64_t runs;         // to be done
    uint64_t allocations;  // of them all: what their time is estimated by
} Progress;

Progress progress_new(uint64_t runs, uint64_t allocations);

// `allocations`: of the `runs` that are done and of those that run. Does nothing when it is too
// early to show something new.
void progress_show(Progress *progress, uint64_t runs, uint64_t allocations);

// Removes the bar: before anything else is printed.
void progress_clear(const Progress *progress);

#endif
