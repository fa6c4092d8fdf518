// bench_figures.h -- from what was measured to medians, spreads, ratios, and bars met
//
// Figures for people, never part of a result: doubles are fine here.
#ifndef OURO_CLI_BENCH_FIGURES_H
#define OURO_CLI_BENCH_FIGURES_H

#include "bench_rows.h"

enum { BENCH_REPEATS_MAX = 15, BENCH_ROWS_MAX = 32, BENCH_LOOKS_MAX = 64, BENCH_WHY_SIZE = 200 };

// CPU time of the side since its start, and objects allocated by then.
typedef struct {
    uint64_t clock, ns;
} BenchMoment;

// The course of one run, as far as it was played.
typedef struct {
    BenchMoment built;  // the first phase has allocated its objects
    BenchMoment grown;  // all phases have
    BenchMoment end;    // and all was dropped
    BenchMoment full_first,
        full_last;            // the ends of the first and the last full collection of later phases
    uint64_t fulls;           // their number
    uint64_t resident_bytes;  // at `grown`, above the start
    uint64_t peak_bytes;      // most that was resident at any time, all of the process
    uint64_t fit_clock;       // last clock at which that was within BENCH_LARGEST_BYTES
    double looks[BENCH_LOOKS_MAX];  // ns per candidate of the collections that the program
    uint32_t look_count;            // calls, if they are what is measured
} BenchCourse;

// A full collection has ended. Those of the first phase, in which the heap grows, are not counted.
void bench_course_full(BenchCourse *course, uint64_t clock, uint64_t ns);

// What a course says, in the unit of `measure`. `allocations` are those of the whole row: of a
// course that played less the second phase is continued as it went from its first full collection
// to its last, over whole periods of the collector; with fewer than three as it went on average.
// 0: there is nothing to say.
double bench_course_value(const BenchCourse *course, BenchMeasure measure, uint64_t allocations);

// One side of one row, repeat by repeat.
typedef struct {
    double values[BENCH_REPEATS_MAX];
    uint32_t count;
    uint64_t allocations;      // that it played
    uint64_t peak_bytes;       // resident, the most of all turns
    char why[BENCH_WHY_SIZE];  // it has no values; "": nobody asked it
    bool refused;              // it was not tried: this machine cannot say anything of it
} BenchSamples;

typedef struct {
    BenchSamples samples[BENCH_ROWS_MAX][SIDE_COUNT];
    bool quick;
} BenchTable;

typedef struct {
    double median, least, most;
} BenchStat;

// Of `count` >= 1 values: the middle one, or the mean of the two in the middle.
BenchStat bench_stat(const double *values, uint32_t count);

// False when a side that the figure needs has no values. A ratio is that of medians; its spread
// that of the ratios repeat by repeat.
bool bench_figure(const BenchTable *table, size_t row, BenchSide side, BenchFigure figure,
                  BenchStat *stat);

// What became of a bar: a row of which a side was tried and came to nothing has not met it.
typedef enum { BAR_MET, BAR_UNMET, BAR_UNKNOWN } BarState;

// `stat` as bench_figure gives it; false there: 0.
BarState bench_bar_judge(const BenchTable *table, size_t row, BenchSide side, const BenchBar *bar,
                         BenchStat *stat);

bool bench_bar_is_met(const BenchBar *bar, const BenchStat *stat);

#endif
