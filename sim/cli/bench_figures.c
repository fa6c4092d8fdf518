// bench_figures.c -- from what was measured to medians, spreads, ratios, and bars met
#include "bench_figures.h"

#include <stdlib.h>
#include <string.h>

// ---- one course ----

void bench_course_full(BenchCourse *course, uint64_t clock, uint64_t ns) {
    if (course->built.clock == 0 || clock <= course->built.clock) return;
    if (course->fulls++ == 0) course->full_first = (BenchMoment){clock, ns};
    course->full_last = (BenchMoment){clock, ns};
}

static double rate(const BenchMoment *from, const BenchMoment *to) {
    return to->clock > from->clock ? (double)(to->ns - from->ns) / (double)(to->clock - from->clock)
                                   : 0;
}

// ns per allocation of the second phase.
static double second_phase_rate(const BenchCourse *c) {
    return c->fulls >= 3 ? rate(&c->full_first, &c->full_last) : rate(&c->built, &c->grown);
}

static double whole_ns(const BenchCourse *c, uint64_t allocations) {
    if (c->grown.clock >= allocations || c->built.clock >= c->grown.clock) return (double)c->end.ns;
    double rest = (double)(c->end.ns - c->grown.ns);
    return (double)c->built.ns + rest +
           second_phase_rate(c) * (double)(allocations - c->built.clock);
}

double bench_course_value(const BenchCourse *c, BenchMeasure measure, uint64_t allocations) {
    bool needs_all = measure != MEASURE_COLLECTION && measure != MEASURE_LARGEST;
    if (c->grown.clock == 0 && needs_all) return 0;
    switch (measure) {
        case MEASURE_WHOLE:
            allocations = max_u64(allocations, c->grown.clock);
            return whole_ns(c, allocations) / (double)allocations;
        case MEASURE_SECOND_PHASE:
            return second_phase_rate(c);
        case MEASURE_COLLECTION:
            return c->look_count > 0 ? bench_stat(c->looks, c->look_count).median : 0;
        case MEASURE_RESIDENT:
            return (double)c->resident_bytes / (double)c->grown.clock;
        case MEASURE_LARGEST:
            return (double)c->fit_clock / 1e6;
    }
    return 0;
}

// ---- all of them ----

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

BenchStat bench_stat(const double *values, uint32_t count) {
    double sorted[BENCH_LOOKS_MAX];
    CHECK(count > 0 && count <= BENCH_LOOKS_MAX);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_value);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return (BenchStat){median, sorted[0], sorted[count - 1]};
}

// Turn i; the last one stands for those that a side did not take.
static double turn(const BenchSamples *samples, uint32_t i) {
    return samples->values[min_u64(i, samples->count - 1)];
}

// above / below, of medians, and the spread of turns; with `off` that is taken off both first.
static bool ratio(const BenchSamples *above, const BenchSamples *below, const BenchSamples *off,
                  BenchStat *stat) {
    double ratios[BENCH_REPEATS_MAX];
    if (above == below) return false;  // to itself it is 1
    if (above->count == 0 || below->count == 0 || (off != NULL && off->count == 0)) return false;
    uint32_t count = (uint32_t)max_u64(above->count, below->count);
    for (uint32_t i = 0; i < count; i++) {
        double less = off != NULL ? turn(off, i) : 0, rest = turn(below, i) - less;
        if (rest <= 0) return false;  // noise
        ratios[i] = (turn(above, i) - less) / rest;
    }
    *stat = bench_stat(ratios, count);
    double less = off != NULL ? bench_stat(off->values, off->count).median : 0;
    double rest = bench_stat(below->values, below->count).median - less;
    if (rest <= 0) return false;
    stat->median = (bench_stat(above->values, above->count).median - less) / rest;
    return true;
}

static size_t smallest_row(size_t row) {
    size_t first = 0;
    while (BENCH_ROWS[first].measure != BENCH_ROWS[row].measure) first++;
    return first;
}

bool bench_figure(const BenchTable *table, size_t row, BenchSide side, BenchFigure figure,
                  BenchStat *stat) {
    const BenchSamples *all = table->samples[row], *self = &all[side], *null = &all[SIDE_null];
    const BenchMeasure measure = BENCH_ROWS[row].measure;
    bool timed = measure != MEASURE_RESIDENT && measure != MEASURE_LARGEST;
    if (self->count == 0) return false;
    switch (figure) {
        case BENCH_ITSELF:
            *stat = bench_stat(self->values, self->count);
            return true;
        case BENCH_X_REAL:
            return ratio(&all[SIDE_real], self, NULL, stat);
        case BENCH_X_REAL_APPLY:
            return side != SIDE_null && side != SIDE_script &&
                   ratio(&all[SIDE_real], self, null, stat);
        case BENCH_X_SCRIPT:
            return ratio(&all[SIDE_script], self, NULL, stat);
        case BENCH_X_SMALLEST:
            return measure == MEASURE_SECOND_PHASE &&
                   ratio(self, &table->samples[smallest_row(row)][side], NULL, stat);
        case BENCH_GENERATOR:
            return timed && side != SIDE_script && ratio(null, self, NULL, stat);
        case BENCH_PEAK:
            if (measure != MEASURE_LARGEST) return false;
            stat->median = stat->least = stat->most = (double)self->peak_bytes / (1ull << 30);
            return true;
        case BENCH_FIGURES:
            break;
    }
    return false;
}

bool bench_bar_is_met(const BenchBar *bar, const BenchStat *stat) {
    return bar->at_least ? stat->median >= bar->value : stat->median <= bar->value;
}

BarState bench_bar_judge(const BenchTable *table, size_t row, BenchSide side, const BenchBar *bar,
                         BenchStat *stat) {
    *stat = (BenchStat){0};
    if (bench_figure(table, row, side, bar->figure, stat))
        return bench_bar_is_met(bar, stat) ? BAR_MET : BAR_UNMET;
    for (BenchSide i = 0; i < SIDE_COUNT; i++) {
        const BenchSamples *s = &table->samples[row][i];
        if (s->why[0] != '\0' && !s->refused) return BAR_UNMET;
    }
    return BAR_UNKNOWN;
}
