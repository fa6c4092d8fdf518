// minheap_jobs.h -- a table filled by threads: floor, oracle, policies; with progress on stderr
#ifndef OURO_CLI_MINHEAP_JOBS_H
#define OURO_CLI_MINHEAP_JOBS_H

#include "minheap_print.h"
#include "options.h"
#include "progress.h"

// Of all tables together; what was done before the present one.
typedef struct {
    Progress bar;
    uint64_t runs, allocations;
} MinheapProgress;

MinheapProgress minheap_progress(const MinheapTable *tables, size_t count);

// From now on Ctrl-C ends what is filled, and is remembered.
void minheap_watch_interrupt(void);
bool minheap_interrupted(void);

// Fills a table whose rows have their policies, and sorts it: engine, cost, jobs and the like as
// `arguments` say. False with `error` when a policy could not run or the user said stop.
bool minheap_fill(const RunArguments *arguments, MinheapTable *table, MinheapProgress *progress,
                  Error *error);

#endif
