// pauses_verify.c -- predicted pauses against measured ones, on runs that were not fitted
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "calibrate.h"
#include "calibration_runs.h"
#include "cli/format.h"
#include "cli/options.h"
#include "interpreter.h"

// What others do on the machine only ever adds time: the fastest repeat is compared. What the model
// promises, as the geometric mean over all runs of the factor by which prediction
// and measurement differ.
static const struct {
    const char *name;
    double promise;
} FIGURE_ROWS[FIGURES] = {{"total", 0.20}, {"p50", 0.25}, {"p99", 0.40}, {"max", 0.30}};

typedef struct {
    double logs[FIGURES];    // sum of |log(predicted / measured)|
    double spread[FIGURES];  // sum of log(most / least) of the repeats
    size_t runs;
} Errors;

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static void compare(const CalibrationRun *planned, const MeasuredRun *run, Errors *errors) {
    PauseFigures predicted = measured_run_predicted(run);
    printf("%-26s %-16s %6zu", planned->name, planned->policy, run->count);
    for (int f = 0; f < FIGURES; f++) {
        double found[REPEATS_MAX];
        for (uint32_t k = 0; k < run->repeats; k++) found[k] = measured_run_repeat(run, k).ns[f];
        qsort(found, run->repeats, sizeof *found, by_size);
        double fastest = found[0], factor = predicted.ns[f] / fastest;
        char text[32];
        format_metric(text, UNIT_NS, (uint64_t)fastest);
        printf("  %9s %5.2f", text, factor);
        errors->logs[f] += fabs(log(factor));
        errors->spread[f] += log(found[run->repeats - 1] / found[0]);
    }
    puts("");
    fflush(stdout);
    errors->runs++;
}

static int judge(const Errors *errors) {
    int code = EXIT_FINE;
    printf("\n%-50s", "off by (geometric mean)");
    for (int f = 0; f < FIGURES; f++) {
        double off = exp(errors->logs[f] / (double)errors->runs) - 1;
        printf("  %8.0f %%      ", off * 100);
        if (off > FIGURE_ROWS[f].promise) code = EXIT_NO;
    }
    printf("\n%-50s", "promised");
    for (int f = 0; f < FIGURES; f++) printf("  %8.0f %%      ", FIGURE_ROWS[f].promise * 100);
    printf("\n%-50s", "spread of the machine (slowest / fastest repeat)");
    for (int f = 0; f < FIGURES; f++)
        printf("  %8.0f %%      ", (exp(errors->spread[f] / (double)errors->runs) - 1) * 100);
    puts("");
    return code;
}

int pauses_verify(const CostTable *cost, uint32_t repeats) {
    Errors errors = {{0}, {0}, 0};
    Error error = {0};
    calibration_prepare();
    printf("CPython %s, %s; measured (fastest of %u) and predicted / measured:\n\n",
           interpreter_version(), cost->name, repeats);
    printf("%-26s %-16s %6s", "workload", "policy", "pauses");
    for (int f = 0; f < FIGURES; f++) printf("  %9s %5s", FIGURE_ROWS[f].name, "p/m");
    puts("");
    for (size_t i = 0; i < CALIBRATION_RUN_COUNT; i++) {
        if (CALIBRATION_RUNS[i].part != PART_HELD_OUT) continue;
        MeasuredRun run;
        if (!calibration_measure(&CALIBRATION_RUNS[i], cost, repeats, &run, &error))
            return options_fail(&error);
        compare(&CALIBRATION_RUNS[i], &run, &errors);
        measured_run_free(&run);
    }
    return judge(&errors);
}
