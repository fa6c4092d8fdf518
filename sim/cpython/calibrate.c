// calibrate.c -- what collections cost on this machine: runs measured, prices fitted
#include "calibrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cost_file.h"
#include "cli/fit.h"
#include "cli/format.h"
#include "cli/options.h"
#include "grid.h"
#include "interpreter.h"
#include "pauses.h"

// The collections of one generation of a run are summed in so many parts: a row each.
enum { PARTS = 12, ROWS_MAX = 4096 };

typedef struct {
    FitRow rows[ROWS_MAX];
    size_t row_count;
    bool seen[FIT_PRICES_MAX];  // something of it was counted
    double spread;              // sum over rows of the logarithm of slowest / fastest repeat
} Samples;

// ---- rows ----

static size_t counts_list(const PauseCounts *counts, double list[FIT_PRICES_MAX]) {
    size_t n = 0;
#define PAUSE(counted, cache, counts_, what) list[n++] = (double)counts->counted;
#define MUTATOR(counted, cache, counts_, what)
#include "cost.def"
#undef PAUSE
#undef MUTATOR
    return n;
}

static void row_add(FitRow *row, const MeasuredPause *pause) {
    double list[FIT_PRICES_MAX];
    size_t n = counts_list(&pause->counts, list);
    for (size_t i = 0; i < n; i++) row->counts[i] += list[i];
    row->ns += (double)pause->median;
}

// Of the pauses of `generation`, those number `from` to `to` - 1, as one row.
static void rows_part(Samples *s, const MeasuredRun *run, uint32_t source, int generation,
                      size_t from, size_t to, double weight) {
    CHECK(s->row_count < ROWS_MAX);
    FitRow *row = &s->rows[s->row_count];
    *row = (FitRow){.weight = weight, .source = source};
    size_t number = 0;
    for (size_t i = 0; i < run->count; i++) {
        const MeasuredPause *p = &run->pauses[i];
        if (p->generation != generation || p->kind == PLAN_MOVE) continue;
        if (number >= from && number < to) row_add(row, p);
        number++;
    }
    for (size_t i = 0; i < FIT_PRICES_MAX; i++) s->seen[i] |= row->counts[i] > 0;
    if (row->ns > 0) s->row_count++;
}

static void rows_take(Samples *s, const MeasuredRun *run, uint32_t source) {
    for (int generation = 0; generation < 3; generation++) {
        size_t count = 0;
        for (size_t i = 0; i < run->count; i++)
            count += run->pauses[i].generation == generation && run->pauses[i].kind != PLAN_MOVE;
        size_t parts = min_u64(count, PARTS);
        for (size_t i = 0; i < parts; i++)
            rows_part(s, run, source, generation, i * count / parts, (i + 1) * count / parts,
                      1.0 / (double)parts);
    }
}

// ---- the report ----

static void print_run(const GridRun *grid, const MeasuredRun *run) {
    char measured[32], candidates[32];
    uint64_t total = 0, objects = 0, least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < run->count; i++) {
        total += run->pauses[i].median;
        objects += run->pauses[i].counts.candidates;
    }
    for (uint32_t k = 0; k < run->repeats; k++) {
        uint64_t ns = (uint64_t)measured_run_repeat(run, k).ns[FIGURE_TOTAL];
        least = min_u64(least, ns);
        most = max_u64(most, ns);
    }
    format_metric(measured, UNIT_NS, total);
    format_metric(candidates, UNIT_COUNT, objects);
    printf("%-18s %-32.32s %-44.44s %6zu %14s %10s %7.1f %5.2f\n", grid->name, grid->policy,
           grid->overrides, run->count, candidates, measured,
           (double)total / (double)max_u64(objects, 1), (double)most / (double)max_u64(least, 1));
    fflush(stdout);
}

static bool measure_all(Samples *s, uint32_t repeats, Error *error) {
    CostTable shipped = cost_table_shipped(COST_CACHE);
    printf("%-18s %-32s %-44s %6s %14s %10s %7s %5s\n", "heap", "policy", "changes", "pauses",
           "candidates", "measured", "ns each", "max/min");
    for (size_t i = 0; i < GRID_COUNT; i++) {
        if (GRID[i].part == GRID_HELD_OUT) continue;
        MeasuredRun run;
        fprintf(stderr, "ouro calibrate: %zu of %zu: %s\n", i + 1, GRID_COUNT, GRID[i].name);
        if (!grid_measure(&GRID[i], &shipped, repeats, &run, error)) return false;
        rows_take(s, &run, (uint32_t)i);
        print_run(&GRID[i], &run);
        measured_run_free(&run);
    }
    return true;
}

// ---- prices ----

// What a model may price, of what was seen.
static void choose_free(const Samples *s, CostModel model, const CostPrice *prices, size_t count,
                        bool *is_free) {
    for (size_t i = 0; i < count; i++)
        is_free[i] = s->seen[i] && prices[i].is_pause && prices[i].ns[model] > 0;
}

static void fit_model(const Samples *s, CostModel model, CostPrice *prices, size_t count,
                      char *notes, size_t size) {
    bool is_free[FIT_PRICES_MAX];
    double list[FIT_PRICES_MAX];
    choose_free(s, model, prices, count, is_free);
    for (size_t i = 0; i < count; i++) list[i] = prices[i].ns[model];
    double left_out = fit_error_left_out(s->rows, s->row_count, is_free, list, count);
    fit_prices(s->rows, s->row_count, is_free, list, count);
    double error = fit_error(s->rows, s->row_count, list, count);
    for (size_t i = 0; i < count; i++) prices[i].ns[model] = list[i];
    size_t used = strlen(notes);
    snprintf(notes + used, size - used,
             "# %s: typical error %.0f %% on what was fitted, %.0f %% on runs left out in turn\n",
             cost_model_name(model), error * 100, left_out * 100);
}

static void machine_name(char *name, size_t size) {
    char line[256], processor[80] = "unknown processor";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "model name : %79[^\n]", processor) == 1) break;
    if (file != NULL) fclose(file);
    char day[16];
    time_t now = time(NULL);
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&now));
    snprintf(name, size, "%s, CPython %s, %s", processor, interpreter_version(), day);
}

static bool write_table(const char *path, const char *notes, const CostPrice *prices, size_t count,
                        Error *error) {
    char name[COST_NAME_SIZE];
    FILE *file = fopen(path, "w");
    if (file == NULL) return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    machine_name(name, sizeof name);
    cost_file_write(file, name, notes, prices, count);
    bool bad = ferror(file) != 0;
    bad |= fclose(file) != 0;
    return !bad || error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

int calibrate(const char *path, uint32_t repeats) {
    Samples *s = memory_new(1, sizeof *s);
    CostPrice prices[COST_PRICES_MAX];
    size_t count = cost_prices_shipped(prices);
    char notes[512] = "";
    Error error = {0};
    bool good = measure_all(s, repeats, &error);
    if (good) {
        for (CostModel model = COST_CACHE; model <= COST_COUNTS; model++)
            fit_model(s, model, prices, count, notes, sizeof notes);
        printf("\n%zu rows.\n%s\n", s->row_count, notes);
        for (size_t i = 0; i < count; i++)
            if (prices[i].is_pause)
                printf("%-16s %10.2f %10.2f  %s\n", prices[i].counted, prices[i].ns[COST_CACHE],
                       prices[i].ns[COST_COUNTS], prices[i].what);
        good = write_table(path, notes, prices, count, &error);
    }
    if (good) printf("\nWritten to %s; use it with --cost cache:%s\n", path, path);
    free(s);
    return good ? EXIT_FINE : options_fail(&error);
}
