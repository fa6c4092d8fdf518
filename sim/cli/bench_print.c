// bench_print.c -- what `ouro bench` found: for people row by row, for programs as one table
#include "bench_print.h"

#include <string.h>

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
    fprintf(file, "%s%s\n", part != NULL ? "  part: " : "", part != NULL ? part : "");
}

static bool print_bar(FILE *file, const BenchTable *table, size_t row, BenchSide side,
                      const BenchBar *bar) {
    BenchStat stat;
    bool known = bench_figure(table, row, side, bar->figure, &stat);
    bool met = known && bench_bar_is_met(bar, &stat);
    fprintf(file, "  bar: %s %s %s %g: ", bench_side_name(side), bench_figure_name(bar->figure),
            bar->at_least ? "at least" : "at most", bar->value);
    if (known)
        fprintf(file, "%.2f, %s\n", stat.median, met ? "met" : "NOT MET");
    else
        fputs("not measured\n", file);
    return met || !known;
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
            if (bar != NULL && !table->quick) good &= print_bar(file, table, row, side, bar);
        }
    fputc('\n', file);
    return good;
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
            figure == BENCH_ITSELF ? bench_measure_unit(r->measure) : "ratio", stat.median,
            stat.least, stat.most, s->count, (unsigned long long)s->allocations);
    if (bar == NULL || table->quick)
        fputs("-\t-\n", file);
    else
        fprintf(file, "%s %g\t%s\n", bar->at_least ? ">=" : "<=", bar->value,
                bench_bar_is_met(bar, &stat) ? "yes" : "no");
}

void bench_print_tsv(FILE *file, const BenchTable *table, const char *machine,
                     const char *command) {
    fprintf(file, "# %s\n# ouro %s: ouro %s\n", machine, OURO_COMMIT, command);
    fputs("row\tside\tfigure\tunit\tmedian\tleast\tmost\trepeats\tallocations\tbar\tmet\n", file);
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++)
        for (BenchSide side = 0; side < SIDE_COUNT; side++)
            for (BenchFigure figure = 0; figure < BENCH_FIGURES; figure++)
                if (is_measured(table, row, side)) print_line(file, table, row, side, figure);
}
