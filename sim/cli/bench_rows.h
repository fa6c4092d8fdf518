// bench_rows.h -- what `ouro bench` measures, as tables (bench_rows.def)
#ifndef OURO_CLI_BENCH_ROWS_H
#define OURO_CLI_BENCH_ROWS_H

#include "options.h"

typedef enum {
#define SIDE(name, what) SIDE_##name,
#include "bench_rows.def"
    SIDE_COUNT
} BenchSide;

const char *bench_side_name(BenchSide side);
const char *bench_side_what(BenchSide side);

// The first three are CPU time of one core.
typedef enum {
    MEASURE_WHOLE,         // ns per allocation, of the whole run with its generator
    MEASURE_SECOND_PHASE,  // the same, of the second phase only
    MEASURE_COLLECTION,    // ns per candidate of the collections that the program calls
    MEASURE_RESIDENT,      // bytes resident per object, when all objects were allocated
    MEASURE_LARGEST        // millions of objects that BENCH_LARGEST_BYTES have room for
} BenchMeasure;

const char *bench_measure_unit(BenchMeasure measure);

// Peak resident memory of the whole process, its generator included.
#define BENCH_LARGEST_BYTES (20ull << 30)

typedef struct {
    const char *name, *what;
    const char *text;       // NULL: `workload` ships
    const char *workload;   // its name
    const char *overrides;  // `;` between
    const char *quick;      // those of a quick run; NULL: not part of it
    const char *policy;
    BenchMeasure measure;
    uint32_t sides;  // bit set of BenchSide
} BenchRow;

extern const BenchRow BENCH_ROWS[];
extern const size_t BENCH_ROW_COUNT;

static inline bool bench_row_has(const BenchRow *row, BenchSide side) {
    return row->sides >> side & 1;
}

// The row called `name`; an unknown name is an error that suggests the nearest.
bool bench_row_find(const char *name, size_t *row, Error *error);

// The override by which `side` plays a part of the row only, or NULL.
const char *bench_row_part(const BenchRow *row, BenchSide side);

// How often `side` of it takes its turn when nobody says how often.
uint64_t bench_row_turns(const BenchRow *row, BenchSide side, bool quick);

// What `side` plays, and under which policy. Nothing limits its memory.
bool bench_row_load(const BenchRow *row, BenchSide side, bool quick, Spec *spec,
                    PolicyChoice *policy, Error *error);

// The figures that a bar can be about.
typedef enum {
    BENCH_ITSELF,        // what is measured
    BENCH_X_REAL,        // real / side
    BENCH_X_REAL_APPLY,  // the same without the generator, the side null, on both
    BENCH_X_SCRIPT,      // script / side
    BENCH_X_SMALLEST,    // side / side of the first row with the same measure
    BENCH_GENERATOR,     // null / side
    BENCH_PEAK,          // most that was resident, GiB
    BENCH_FIGURES
} BenchFigure;

const char *bench_figure_name(BenchFigure figure);

typedef struct {
    const char *row;
    BenchFigure figure;
    bool at_least;  // else at most
    double value;
} BenchBar;

// What is promised of a figure; NULL: nothing.
const BenchBar *bench_bar_find(const BenchRow *row, BenchSide side, BenchFigure figure);

#endif
