// bench_print.c -- what `ouro bench` found: for people row by row, for programs as one table
#include "bench_print.h"

#include <stdlib.h>

#include "commit.h"

static const BenchFigure RATIOS[] = {BENCH_X_REAL, BENCH_X_REAL_APPLY, BENCH_X_SCRIPT,
                                     BENCH_X_SMALLEST, BENCH_GENERATOR};

static bool is_measured(const BenchTable *table, size_t row, BenchSide side) {
    return bench_row_has(&BENCH_ROWS[row], side) && table->samples[row][side].count > 0;
}

static void print_side(FILE *file, const BenchTable *table, size_t row, BenchSide side) {
    const BenchSamples *s = &table->samples[row][side];
    BenchStat stat;
    fprintf(file, "  %-8s", bench_side_name(side));
    if (!bench_figure(table, row, side, BENCH_ITSELF, &stat)) {
        fprintf(file, " %s\n", s->why[0] != '\0' ? s->why : "not measured");
        return;
    }
    fprintf(file, " %9.1f  %8.1f .. %-8.1f", stat.median, stat.least, stat.most);
    for (size_t i = 0; i < ARRAY_LENGTH(RATIOS); i++)
        if (bench_figure(table, row, side, RATIOS[i], &stat))
            fprintf(file, " %10.2f", stat.median);
        else
            fprintf(file, " %10s", "-");
    const char *part = bench_row_part(&BENCH_ROWS[row], side);
    if (part != NULL)
        fprintf(file, "  a part (%s)%s", part,
                BENCH_ROWS[row].measure == MEASURE_WHOLE ? ", scaled by its full collections" : "");
    if (bench_figure(table, row, side, BENCH_PEAK, &stat))
        fprintf(file, "  %.1f GiB resident at most", stat.median);
    fputc('\n', file);
}

static bool is_wanted(const BenchTable *table, size_t row) {
    bool wanted = false;
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        wanted |= table->samples[row][side].count > 0 || table->samples[row][side].why[0] != '\0';
    return wanted;
}

static BarState print_bar(FILE *file, const BenchTable *table, size_t row, BenchSide side,
                          const BenchBar *bar) {
    static const char *const words[] = {"met", "NOT MET", "not measured"};
    BenchStat stat;
    BarState state = bench_bar_judge(table, row, side, bar, &stat);
    fprintf(file, "bar: %s %s %s %g: ", bench_side_name(side), bench_figure_name(bar->figure),
            bar->at_least ? "at least" : "at most", bar->value);
    if (stat.median > 0) fprintf(file, "%.2f, ", stat.median);
    fprintf(file, "%s\n", words[state]);
    return state;
}

bool bench_print_row(FILE *file, const BenchTable *table, size_t row) {
    const BenchRow *r = &BENCH_ROWS[row];
    bool good = true;
    fprintf(file, "%s: %s (%s%s)\n", r->name, r->what, bench_measure_unit(r->measure),
            table->quick ? ", quick" : "");
    fprintf(file, "  %-8s %9s  %-20s", "side", "median", "   least .. most");
    for (size_t i = 0; i < ARRAY_LENGTH(RATIOS); i++)
        fprintf(file, " %10.10s",
                RATIOS[i] == BENCH_X_REAL_APPLY ? "apply_only"
                : RATIOS[i] == BENCH_GENERATOR  ? "generator"
                                                : bench_figure_name(RATIOS[i]));
    fputc('\n', file);
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        if (bench_row_has(r, side)) print_side(file, table, row, side);
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        for (BenchFigure figure = 0; figure < BENCH_FIGURES; figure++) {
            const BenchBar *bar = bench_bar_find(r, side, figure);
            if (bar == NULL || table->quick) continue;
            fputs("  ", file);
            good &= print_bar(file, table, row, side, bar) != BAR_UNMET;
        }
    fputc('\n', file);
    return good;
}

// Names those that are not met, counts all by what became of them.
static void row_judge(FILE *file, const BenchTable *table, size_t row, uint32_t counts[3]) {
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        for (BenchFigure figure = 0; figure < BENCH_FIGURES; figure++) {
            const BenchBar *bar = bench_bar_find(&BENCH_ROWS[row], side, figure);
            BenchStat stat;
            if (bar == NULL) continue;
            BarState state = bench_bar_judge(table, row, side, bar, &stat);
            counts[state]++;
            if (state != BAR_UNMET) continue;
            fprintf(file, "%s: ", BENCH_ROWS[row].name);
            print_bar(file, table, row, side, bar);
        }
}

void bench_print_summary(FILE *file, const BenchTable *table) {
    uint32_t counts[3] = {0};
    if (table->quick) return;
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++)
        if (is_wanted(table, row)) row_judge(file, table, row, counts);
    uint32_t all = counts[BAR_MET] + counts[BAR_UNMET] + counts[BAR_UNKNOWN];
    fprintf(file, "%u bars: %u met, %u not met, %u not measured\n", all, counts[BAR_MET],
            counts[BAR_UNMET], counts[BAR_UNKNOWN]);
}

static void print_line(FILE *file, const BenchTable *table, size_t row, BenchSide side,
                       BenchFigure figure) {
    const BenchRow *r = &BENCH_ROWS[row];
    const BenchBar *bar = bench_bar_find(r, side, figure);
    const BenchSamples *s = &table->samples[row][side];
    BenchStat stat;
    if (!bench_figure(table, row, side, figure, &stat)) return;
    fprintf(file, "%s\t%s\t%s\t%s\t%.6g\t%.6g\t%.6g\t%u\t%llu\t", r->name, bench_side_name(side),
            bench_figure_name(figure),
            figure == BENCH_ITSELF ? bench_measure_unit(r->measure)
            : figure == BENCH_PEAK ? "GiB"
                                   : "ratio",
            stat.median, stat.least, stat.most, s->count, (unsigned long long)s->allocations);
    if (bar == NULL || table->quick)
        fputs("-\t-\n", file);
    else
        fprintf(file, "%s %g\t%s\n", bar->at_least ? ">=" : "<=", bar->value,
                bench_bar_is_met(bar, &stat) ? "yes" : "no");
}

static void print_notes(FILE *file, const BenchTable *table, const char *command) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    Error ignored = {0};
    fprintf(file, "# commit: %s\n", OURO_COMMIT);
    if (bench_row_load(&BENCH_ROWS[0], SIDE_null, table->quick, spec, &policy, &ignored))
        fprintf(file, "# seed: %llu\n", (unsigned long long)spec->seed);
    fprintf(file, "# command: ouro %s\n", command);
    free(spec);
}

void bench_print_tsv(FILE *file, const BenchTable *table, const char *machine,
                     const char *command) {
    fputs(machine, file);
    print_notes(file, table, command);
    fputs("row\tside\tfigure\tunit\tmedian\tleast\tmost\trepeats\tallocations\tbar\tmet\n", file);
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++)
        for (BenchSide side = 0; side < SIDE_COUNT; side++)
            for (BenchFigure figure = 0; figure < BENCH_FIGURES; figure++)
                if (is_measured(table, row, side)) print_line(file, table, row, side, figure);
}
