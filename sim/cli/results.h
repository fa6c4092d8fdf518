// results.h -- the rows of a folder of journals: each run once, sorted by key
#ifndef OURO_RESULTS_H
#define OURO_RESULTS_H

#include "flat_json.h"
#include "sweep_list.h"

// Two whole rows of one run that are not the same.
typedef struct {
    const Record *one, *other;
} Conflict;

typedef struct {
    Journals journals;
    SweepList list;
    const Record **rows;  // one per run; a whole row where there is one
    size_t count;
    const ListedCell **holes;  // cells of the list without a row
    size_t hole_count;
    Conflict *conflicts;
    size_t conflict_count;
    size_t duplicate_count, stranger_count;
    size_t by_status[STATUS_CRASH + 1];
    uint64_t digest;
} Results;

// Rows of keys that DIR/sweep.jsonl does not list are left out, if there is such a file. The digest
// covers key and row of each run, in order; of a run that died only its key and status, as what it
// had done by then depends on the machine. So it is the same however the rows were made. False with
// `error` when nothing is there.
bool results_read(Results *results, const char *dir, Error *error);
void results_free(Results *results);

// Names of all fields, in the order of the rows.
Values results_columns(const Results *results);

// The first field in which two rows differ.
void conflict_field(const Conflict *conflict, char name[FLAT_NAME_SIZE]);

#endif
