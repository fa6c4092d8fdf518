// sqlite_file.h -- results as an SQLite database, with views for the usual questions
#ifndef OURO_SQLITE_FILE_H
#define OURO_SQLITE_FILE_H

#include "results.h"

// Writes `path` anew; it appears when it is whole.
//
//   runs        a row per run, a column per field of `ouro run --json`
//   settings    key, name, value: what was overridden, and the policy's knobs as policy.KNOB
//   measured    key, cpu_us, wall_us, resident_kib, cause: never the same twice
//   cells       what the sweep is to run
//   metrics     name, unit, direction and meaning of the columns of runs
//
// and the views of sqlite_views.def.
bool sqlite_file_write(const char *path, const Results *results, Error *error);

#endif
