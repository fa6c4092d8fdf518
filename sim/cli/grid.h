// grid.h -- what a sweep runs: workloads x policies x values of keys, as cells with a key each
#ifndef OURO_GRID_H
#define OURO_GRID_H

#include "options.h"
#include "values.h"

enum { AXES_MAX = 64, AXIS_NAME_SIZE = 2 * NAME_SIZE, WHERE_SIZE = 256, CELLS_MAX = 4000000 };
enum { POLICIES_MAX = 100000 };

// One key of the workload and the values it takes.
typedef struct {
    char name[AXIS_NAME_SIZE];  // "section.key"
    char where[WHERE_SIZE];     // "FILE:LINE: " of a sweep file, or ""
    Values values;
} Axis;

typedef struct {
    Values workloads;  // as they were named, and where they are
    Values paths;
    Values policies;  // as --policy takes them, ranges expanded
    Axis axes[AXES_MAX];
    size_t axis_count;
    Engine engine;
    CostTable cost;
} Grid;

// One run. `point` says which value of each axis: a number with one digit per axis.
typedef struct {
    uint64_t key;
    uint64_t allocations;
    uint64_t point;
    uint32_t workload, policy;
} Cell;

typedef struct {
    Cell *cells;  // sorted by key
    size_t count;
} Cells;

// `where` ("FILE:LINE: ", or "" for the command line) goes before what is wrong. A later value for
// the same key replaces the earlier one.
bool grid_workload(Grid *grid, const char *text, const char *where, Error *error);
bool grid_policy(Grid *grid, const char *text, const char *where, Error *error);
bool grid_set(Grid *grid, const char *text, const char *where, Error *error);
bool grid_scale(Grid *grid, const char *text, const char *where, Error *error);
bool grid_seeds(Grid *grid, const char *text, const char *where, Error *error);  // "3": 1, 2 and 3
void grid_free(Grid *grid);

// All cells, sorted by key: so any part of the list is a fair sample of the whole. False with
// `error` when a workload cannot be read with one of the settings, or a policy does not fit one.
// Cells of one key count once.
bool grid_cells(const Grid *grid, Cells *cells, Error *error);

// Reads a cell's workload and policy.
bool grid_open(const Grid *grid, const Cell *cell, Spec *spec, PolicyChoice *policy, Error *error);

#endif
