// sweep_list.h -- DIR/sweep.jsonl: what a sweep is to run, written before its first run
//
// The first line is its provenance: command, versions, digest of all keys. Each further line is a
// cell: key, workload, policy, what is set, allocations. `ouro results` finds holes by it. Shards
// write the same cells.
#ifndef OURO_SWEEP_LIST_H
#define OURO_SWEEP_LIST_H

#include "journal.h"
#include "sweep_options.h"

bool sweep_list_write(const SweepOptions *options, const Cells *cells, Error *error);

typedef struct {
    uint64_t key;
    const char *text;  // the line: a JSON object
} ListedCell;

typedef struct {
    char *text;
    const char *provenance;  // a JSON object
    ListedCell *cells;       // sorted by key
    size_t count;
} SweepList;

// No file is an empty list.
bool sweep_list_read(SweepList *list, const char *dir, Error *error);
void sweep_list_free(SweepList *list);

// "section.key=value; ..." of a cell.
void cell_print_settings(FILE *file, const Grid *grid, const Cell *cell);

#endif
