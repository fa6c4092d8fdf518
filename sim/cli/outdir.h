// outdir.h -- a directory of results: one run or one comparison, for people, gnuplot and other
// programs
//
//   runs.jsonl           one JSON object per policy, as `run --json` prints it
//   summary.tsv          one row per policy, all metrics; metrics.tsv says what they are
//   provenance.tsv       how it was made
//   phases.tsv           where phases begin
//   collections/P.tsv timeline/P.tsv percentiles/P.tsv mmu/P.tsv rounds/P.tsv   of each policy P
#ifndef OURO_OUTDIR_H
#define OURO_OUTDIR_H

#include "rows.h"

// Makes the folders. False with `error` when that cannot be done.
bool outdir_open(const char *dir, Error *error);

// The tables of one run.
bool outdir_run(const char *dir, size_t index, const RunResult *result, Error *error);

// The tables of the whole comparison, last: summary.tsv there means that all is there.
bool outdir_close(const char *dir, const RunArguments *arguments, const Rows *rows, Error *error);

#endif
