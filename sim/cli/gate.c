// gate.c -- ouro gate: is anything worse than the baseline that was committed?
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "baseline.h"
#include "commands.h"
#include "gate_compare.h"
#include "gate_print.h"
#include "gate_prove.h"
#include "gate_results.h"
#include "options.h"
#include "paths.h"
#include "text.h"
#include "tsv.h"

enum { DIRS_MAX = 256, TOLERATED_MAX = 64 };

typedef struct {
    const char *baseline, *reason, *format, *today;
    const char *dirs[DIRS_MAX];
    size_t dir_count;
    const char *tolerated[TOLERATED_MAX];
    size_t tolerated_count;
    uint64_t jobs;
    bool run, accept, prove, help;
} GateArguments;

static const Option OPTIONS[] = {
    {"baseline", "FILE", "what to compare with; default: results/baseline.tsv"},
    {"run", NULL, "runs the suite (the default when no DIR is given)"},
    {"format", "FORMAT", "text, tsv, json, markdown, junit or github"},
    {"tolerance", "METRIC=SHARE[+FLOOR]", "differences up to either do not count"},
    {"accept", NULL, "makes these results the baseline; needs --reason"},
    {"reason", "TEXT", "why; it is kept in baseline.log.tsv"},
    {"prove", NULL, "injects regressions and shows that the gate says no"},
    {"today", "YYYY-MM-DD", "the day on which waivers are judged"},
    {"j", "N", "runs at a time; default: the number of processors"},
    {"help", NULL, "this text"},
};

static const char HELP[] =
    "usage: ouro gate [DIR... | --run] [OPTION]...\n"
    "\n"
    "Compares results with a baseline, the worst first. DIR: what `ouro compare --out DIR` left;\n"
    "without one the suite is run: small workloads under every policy and preset.\n"
    "Beside the baseline there may be tolerances.tsv (metric, share, floor, reason) and "
    "waivers.tsv\n"
    "(workload, policy, metric, ceiling, expires, reason).\n"
    "\n";

static const char HELP_CODES[] =
    "\nouro help gate lists states and metrics. Exit codes: 0 nothing is worse; 1 something is;\n"
    "2 bad input, no baseline, or one that is damaged or of other inputs; 130 interrupted.\n";

static bool gate_word(GateArguments *a, const char *word, Error *error) {
    if (a->dir_count == DIRS_MAX) return error_set(error, "more than %d directories", DIRS_MAX);
    a->dirs[a->dir_count++] = word;
    return true;
}

static bool gate_option(void *context, const Option *option, const char *value, Error *error) {
    GateArguments *a = context;
    Error why = {0};
    if (option == NULL) return gate_word(a, value, error);
    const char *name = option->name;
    if (strcmp(name, "baseline") == 0) a->baseline = value;
    if (strcmp(name, "run") == 0) a->run = true;
    if (strcmp(name, "format") == 0) a->format = value;
    if (strcmp(name, "accept") == 0) a->accept = true;
    if (strcmp(name, "reason") == 0) a->reason = value;
    if (strcmp(name, "prove") == 0) a->prove = true;
    if (strcmp(name, "help") == 0) a->help = true;
    if (strcmp(name, "tolerance") == 0) {
        if (a->tolerated_count == TOLERATED_MAX)
            return error_set(error, "more than %d tolerances", TOLERATED_MAX);
        a->tolerated[a->tolerated_count++] = value;
    }
    if (strcmp(name, "today") == 0) {
        a->today = value;
        if (!date_valid(value))
            return error_set(error, "--today '%s': not a day of the calendar as YYYY-MM-DD", value);
    }
    if (strcmp(name, "j") == 0 && !text_count(value, 1, 256, &a->jobs, &why))
        return error_set(error, "-j: %s", why.text);
    return true;
}

static bool arguments_fit(const GateArguments *a, Error *error) {
    if (a->run && a->dir_count > 0)
        return error_set(error, "--run makes results, '%s' has some: one of both", a->dirs[0]);
    if (a->prove && (a->dir_count > 0 || a->accept))
        return error_set(error, "--prove runs the suite, and changes no baseline");
    if (a->accept && (a->reason == NULL || a->reason[strspn(a->reason, " \t\n")] == '\0'))
        return error_set(error, "--accept needs --reason TEXT: why is this how it is to be?");
    if (a->accept && a->dir_count > 0 && a->baseline == NULL)
        return error_set(error,
                         "--accept of '%s' needs --baseline FILE: the default is the suite's",
                         a->dirs[0]);
    if (!a->accept && a->reason != NULL)
        return error_set(error, "--reason is the reason of --accept");
    return true;
}

// ---- the parts of a verdict ----

typedef struct {
    GateArguments arguments;
    char baseline[4096], today[16];
    GateFigures base, results;
    Allowances allowances;
    bool interrupted;
} Gate;

static void gate_defaults(Gate *gate) {
    const GateArguments *a = &gate->arguments;
    char folder[4000];
    time_t now = time(NULL);
    struct tm utc;
    snprintf(gate->baseline, sizeof gate->baseline, "%s",
             a->baseline != NULL ? a->baseline : "results/baseline.tsv");
    if (a->baseline == NULL && access("results", F_OK) != 0) {
        path_shipped("results", folder, sizeof folder);
        snprintf(gate->baseline, sizeof gate->baseline, "%s/baseline.tsv", folder);
    }
    strftime(gate->today, sizeof gate->today, "%Y-%m-%d", gmtime_r(&now, &utc));
    if (a->today != NULL) snprintf(gate->today, sizeof gate->today, "%s", a->today);
}

static bool allowances_of(Gate *gate, Error *error) {
    const GateArguments *a = &gate->arguments;
    if (!allowances_read(&gate->allowances, gate->baseline, error)) return false;
    for (size_t i = 0; i < a->tolerated_count; i++)
        if (!allowances_tolerate(&gate->allowances, a->tolerated[i], error)) return false;
    return true;
}

static bool results_of(Gate *gate, Error *error) {
    const GateArguments *a = &gate->arguments;
    if (a->dir_count == 0)
        return gate_run_suite(&gate->results, a->jobs, &gate->interrupted, error);
    for (size_t i = 0; i < a->dir_count; i++)
        if (!gate_read_dir(&gate->results, a->dirs[i], NULL, error)) return false;
    return gate_figures_settle(&gate->results, error);
}

// ---- what can be asked for ----

static bool judge(Gate *gate, GateWriter write, int *code, Error *error) {
    Verdict verdict;
    if (!gate_compare(&verdict, &gate->base, &gate->results, &gate->allowances, gate->today, error))
        return false;
    GateReport report = {&verdict, &gate->results, gate->baseline};
    write(stdout, &report);
    *code = verdict_code(&verdict);
    verdict_free(&verdict);
    return true;
}

// The baseline before: where there is none, or a damaged one, every figure is new.
static bool replaced_read(GateFigures *figures, const char *path, Error *error) {
    Error damaged = {0};
    size_t length = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT) return true;
    char *text = tsv_text_read(path, &length, error);
    if (text == NULL) return false;
    baseline_parse(figures, path, text, length, &damaged);
    free(text);
    return true;
}

static bool accept(Gate *gate, Error *error) {
    BaselineEntry entry = {gate->today, gate->arguments.reason, 0, 0};
    GateFigures before = {0};
    if (!replaced_read(&before, gate->baseline, error)) return false;
    for (size_t i = 0; i < gate->results.count; i++) {
        const GateFigure *row = &gate->results.rows[i];
        const GateFigure *old = gate_figures_find(&before, row->workload, row->policy, row->metric);
        entry.runs += strcmp(row->metric, WORD_STATUS) == 0;
        entry.changed += old == NULL || strcmp(old->value, row->value) != 0;
    }
    for (size_t i = 0; i < before.count; i++) {
        const GateFigure *row = &before.rows[i];
        entry.changed +=
            gate_figures_find(&gate->results, row->workload, row->policy, row->metric) == NULL;
    }
    const bool is_new = before.count == 0;
    gate_figures_free(&before);
    if (entry.runs == 0) return error_set(error, "there are no runs to accept");
    if (!baseline_write(&gate->results, gate->baseline, error) ||
        !baseline_log(gate->baseline, entry, error))
        return false;
    printf("%s: %llu run%s; ", gate->baseline, (unsigned long long)entry.runs,
           entry.runs == 1 ? "" : "s");
    if (is_new)
        puts("new");
    else
        printf("%llu figure%s changed\n", (unsigned long long)entry.changed,
               entry.changed == 1 ? "" : "s");
    return true;
}

static bool prove(Gate *gate, int *code, Error *error) {
    ProofBasis basis = {&gate->base, &gate->results, &gate->allowances, gate->today};
    unsigned failed = 0;
    if (!gate_prove(&basis, &failed, error)) return false;
    *code = failed > 0 ? EXIT_NO : EXIT_FINE;
    return true;
}

// The baseline is read first: who has none need not wait for the suite.
static bool gate_run(Gate *gate, int *code, Error *error) {
    const GateArguments *a = &gate->arguments;
    GateWriter write = gate_writer(a->format, error);
    if (write == NULL || !arguments_fit(a, error)) return false;
    gate_defaults(gate);
    if (!a->accept && !baseline_read(&gate->base, gate->baseline, error)) return false;
    if (!allowances_of(gate, error) || !results_of(gate, error)) return false;
    if (gate->interrupted) {
        fputs("ouro: interrupted; nothing was judged\n", stderr);
        *code = EXIT_INTERRUPTED;
        return true;
    }
    if (a->accept) return accept(gate, error);
    return a->prove ? prove(gate, code, error) : judge(gate, write, code, error);
}

// The annotation is what people see of a job; standard error is for everyone.
static int fail(const Gate *gate, const Error *error) {
    if (strcmp(gate->arguments.format, "github") == 0) {
        fputs("::error title=ouro gate::", stdout);
        gate_write_github(stdout, error->text);
        fputc('\n', stdout);
    }
    return options_fail(error);
}

int gate_command(int argc, char **argv) {
    Error error = {0};
    Gate *gate = memory_new(1, sizeof *gate);
    int code = EXIT_FINE;
    gate->arguments.format = "text";
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), gate_option,
                       &gate->arguments, &error)) {
        code = options_fail(&error);
    } else if (gate->arguments.help) {
        fputs(HELP, stdout);
        options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
        fputs(HELP_CODES, stdout);
    } else if (!gate_run(gate, &code, &error)) {
        code = fail(gate, &error);
    }
    gate_figures_free(&gate->base);
    gate_figures_free(&gate->results);
    allowances_free(&gate->allowances);
    free(gate);
    return code;
}
