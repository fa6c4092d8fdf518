// calibrate.c -- what collections cost on this machine: runs measured, prices fitted
#include "calibrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibration_runs.h"
#include "cli/cost_file.h"
#include "cli/fit.h"
#include "cli/format.h"
#include "cli/options.h"
#include "cli/output.h"
#include "interpreter.h"
#include "machine.h"
#include "pauses.h"
#include "start.h"

// The collections of one generation of a run are summed in so many parts: a row each.
enum { PARTS = 12, ROWS_MAX = 4096 };

// What is told of one run.
typedef struct {
    size_t pauses;
    double candidates, ns;
    double spread;                  // slowest / fastest repeat
    double counts[FIT_PRICES_MAX];  // of all its pauses
} RunSum;

typedef struct {
    FitRow rows[ROWS_MAX];
    size_t row_count;
    bool seen[FIT_PRICES_MAX];  // something of it was counted
    RunSum *sums;               // one per run
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
    row->ns += (double)pause->fastest;
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

static void sum_take(RunSum *sum, const MeasuredRun *run) {
    double least = 0, most = 0;
    sum->pauses = run->count;
    for (size_t i = 0; i < run->count; i++) {
        double list[FIT_PRICES_MAX];
        size_t n = counts_list(&run->pauses[i].counts, list);
        for (size_t k = 0; k < n; k++) sum->counts[k] += list[k];
        sum->ns += (double)run->pauses[i].fastest;
        sum->candidates += (double)run->pauses[i].counts.candidates;
    }
    for (uint32_t k = 0; k < run->repeats; k++) {
        double ns = measured_run_repeat(run, k).ns[FIGURE_TOTAL];
        least = k == 0 || ns < least ? ns : least;
        most = ns > most ? ns : most;
    }
    sum->spread = most / (least > 0 ? least : 1);
}

static void progress_show(size_t number, size_t all, const char *name) {
    bool terminal = isatty(STDERR_FILENO);
    fprintf(stderr, "%souro calibrate: run %zu of %zu: %s%s", terminal ? "\r" : "", number, all,
            name, terminal ? "\033[K" : "\n");
}

static void progress_end(void) {
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}

static bool measure_all(Samples *s, uint32_t repeats, Error *error) {
    CostTable shipped = cost_table_shipped(COST_CACHE);
    size_t number = 0, all = 0;
    for (size_t i = 0; i < CALIBRATION_RUN_COUNT; i++)
        all += CALIBRATION_RUNS[i].part != PART_HELD_OUT;
    for (size_t i = 0; i < CALIBRATION_RUN_COUNT; i++) {
        if (CALIBRATION_RUNS[i].part == PART_HELD_OUT) continue;
        MeasuredRun run;
        progress_show(++number, all, CALIBRATION_RUNS[i].name);
        if (!calibration_measure(&CALIBRATION_RUNS[i], &shipped, repeats, &run, error)) {
            progress_end();
            return false;
        }
        rows_take(s, &run, (uint32_t)i);
        sum_take(&s->sums[i], &run);
        measured_run_free(&run);
    }
    progress_end();
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

// ---- the report ----

static double sum_predict(const RunSum *sum, CostModel model, const CostPrice *prices,
                          size_t count) {
    double ns = 0;
    for (size_t i = 0; i < count; i++)
        if (prices[i].is_pause) ns += sum->counts[i] * prices[i].ns[model];
    return ns;
}

static void print_sums(const Samples *s, const CostPrice *prices, size_t count) {
    printf("%-16s %-26s %-50s %6s %10s %7s %7s %6s %6s\n", "heap", "policy", "with", "pauses",
           "measured", "ns each", "max/min", "cache", "counts");
    for (size_t i = 0; i < CALIBRATION_RUN_COUNT; i++) {
        const RunSum *sum = &s->sums[i];
        if (CALIBRATION_RUNS[i].part == PART_HELD_OUT) continue;
        char measured[32];
        format_metric(measured, UNIT_NS, (uint64_t)sum->ns);
        printf("%-16s %-26.26s %-50.50s %6zu %10s %7.1f %7.2f %6.2f %6.2f\n",
               CALIBRATION_RUNS[i].name, CALIBRATION_RUNS[i].policy, CALIBRATION_RUNS[i].overrides,
               sum->pauses, measured, sum->ns / sum->candidates, sum->spread,
               sum_predict(sum, COST_CACHE, prices, count) / sum->ns,
               sum_predict(sum, COST_COUNTS, prices, count) / sum->ns);
    }
    puts("cache, counts: predicted / measured by the fitted prices. ns each: per candidate.");
}

static void print_prices(const CostPrice *prices, size_t count) {
    printf("\n%-16s %10s %10s\n", "price of", "cache", "counts");
    for (size_t i = 0; i < count; i++)
        if (prices[i].is_pause)
            printf("%-16s %10.2f %10.2f  %s\n", prices[i].counted, prices[i].ns[COST_CACHE],
                   prices[i].ns[COST_COUNTS], prices[i].what);
}

static bool table_write(Output *output, const char *notes, const CostPrice *prices, size_t count,
                        Error *error) {
    char name[COST_NAME_SIZE];
    machine_name(interpreter_version(), name, sizeof name);
    cost_file_write(output->file, name, notes, prices, count);
    return output_close(output, error);
}

int calibrate(const char *path, uint32_t repeats) {
    Samples *s = memory_new(1, sizeof *s);
    s->sums = memory_new(CALIBRATION_RUN_COUNT, sizeof *s->sums);
    calibration_prepare();
    CostPrice prices[COST_PRICES_MAX];
    size_t count = cost_prices_shipped(prices);
    char notes[512] = "";
    Output output;
    Error error = {0};
    // What cannot be written is found before minutes were spent on it.
    bool opened = output_open_path(&output, path, &error), good = false;
    const bool measured = opened && start(true, &error) && measure_all(s, repeats, &error);
    if (measured) {
        for (CostModel model = COST_CACHE; model <= COST_COUNTS; model++)
            fit_model(s, model, prices, count, notes, sizeof notes);
        print_sums(s, prices, count);
        print_prices(prices, count);
        printf("\n%zu rows.\n%s", s->row_count, notes);
        good = table_write(&output, notes, prices, count, &error);
    } else if (opened) {
        output_drop(&output);
    }
    if (good) printf("\nWritten to %s; use it with --cost cache:%s\n", path, path);
    free(s->sums);
    free(s);
    if (good) return EXIT_FINE;
    int code = options_fail(&error);
    return interrupt_is_pending() ? EXIT_INTERRUPTED : code;
}
