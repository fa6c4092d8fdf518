// sweep_jobs.h -- how long a sweep takes, and job files that run it in shards
#ifndef OURO_SWEEP_JOBS_H
#define OURO_SWEEP_JOBS_H

#include "journal.h"
#include "sweep_options.h"

// --dry-run: a line per run on stdout, the sum on stderr. `todo[i]`: cell i is still to be run.
void sweep_dry_run(const SweepOptions *options, const Cells *cells, const bool *todo,
                   const Journals *journals);

// --emit: a job file on stdout.
bool sweep_emit(const SweepOptions *options, const Cells *cells, const Journals *journals,
                Error *error);

#endif
