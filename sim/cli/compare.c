// compare.c -- ouro run and ouro compare: one workload under one policy, or several side by side
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_print.h"
#include "batch.h"
#include "commands.h"
#include "interpreters.h"
#include "outdir.h"
#include "rows.h"

typedef struct {
    const RunArguments *arguments;
    Rows rows;
    AuditLog audits;  // --audit
    SpaceSetup spaces;
} Comparison;

// ---- --audit ----

static void audit_planned(void *context, const Heap *heap, const Plan *plan,
                          const PauseWork *work) {
    (void)heap, (void)work;
    audit_log_plan(context, plan);
}

static bool audit_phased(void *context, const Heap *heap, Error *error) {
    return !view_round_ended(heap_view(heap)) || audit_log_take(context, heap, error);
}

static bool audit_exceeded(void *context, const Heap *heap, Error *error) {
    audit_log_take(context, heap, error);
    return false;
}

static bool audit_fits(const RunArguments *arguments, bool is_comparison, Error *error) {
    if (!arguments->audit) return true;
    if (is_comparison) return error_set(error, "--audit is for run, and explain; found compare");
    if (arguments->format == FORMAT_TSV)
        return error_set(error, "--audit has no --tsv; allowed: text, --json");
    return (arguments->engine == ENGINE_TRACING && arguments->python[0] == '\0') ||
           error_set(error, "--audit looks at objects; allowed: --engine tracing");
}

// ---- rows ----

static bool keep_result(void *context, size_t index, const RunResult *result, Error *error) {
    Comparison *comparison = context;
    comparison->rows.rows[comparison->rows.count++] = row_of(result);
    comparison->spaces = *result->spaces;
    return comparison->arguments->out == NULL ||
           outdir_run(comparison->arguments->out, index, result, error);
}

static void print_json(const Rows *rows, bool is_array) {
    for (size_t i = 0; i < rows->count; i++) {
        if (is_array) fputs(i == 0 ? "[" : ",\n ", stdout);
        row_print_json(stdout, &rows->rows[i]);
    }
    fputs(is_array ? "]\n" : "\n", stdout);
}

static void print_rows(const RunArguments *arguments, const Rows *rows, bool is_comparison) {
    if (arguments->format == FORMAT_JSON)
        print_json(rows, is_comparison);
    else if (arguments->format == FORMAT_TSV)
        rows_print_tsv(stdout, rows);
    else if (is_comparison)
        rows_print_table(rows);
    else
        row_print_table(&rows->rows[0]);
}

// What was finished is shown, and nothing is written that could pass for the whole.
static int interrupted(Rows *rows, const RunArguments *arguments, bool is_comparison) {
    if (rows->count > 0) {
        if (is_comparison) rows_compare(rows);
        print_rows(arguments, rows, is_comparison);
    }
    fprintf(stderr, "ouro: interrupted; %zu of %zu runs were finished\n", rows->count,
            arguments->choice_count);
    return EXIT_INTERRUPTED;
}

static bool check_policies(const RunArguments *arguments, const RealInterpreter *real,
                           Error *error) {
    for (size_t i = 0; i < arguments->choice_count && real != NULL; i++) {
        const char *refusal = real->refusal(&arguments->choices[i]);
        if (refusal != NULL)
            return error_set(error, "policy %s: %s", arguments->choices[i].label, refusal);
    }
    return true;
}

static int compare(RunArguments *arguments, Spec *spec, const RealInterpreter *real,
                   bool is_comparison, Error *error) {
    Comparison comparison = {.arguments = arguments};
    arguments->watcher = (RunWatcher){.context = &comparison.audits,
                                      .planned = audit_planned,
                                      .phased = audit_phased,
                                      .exceeded = audit_exceeded};
    bool stopped = false;
    if (!audit_fits(arguments, is_comparison, error) || !check_policies(arguments, real, error) ||
        !run_arguments_spec(arguments, spec, error))
        return options_fail(error);
    if (arguments->out != NULL && !outdir_open(arguments->out, error)) return options_fail(error);
    comparison.rows.rows = memory_new(arguments->choice_count, sizeof *comparison.rows.rows);
    bool good = batch_run(arguments, spec, real, keep_result, &comparison, &stopped, error);
    int code = EXIT_FINE;
    if (good && !stopped) {
        if (is_comparison) rows_compare(&comparison.rows);
        good = arguments->out == NULL ||
               outdir_close(arguments->out, arguments, &comparison.rows, error);
        print_rows(arguments, &comparison.rows, is_comparison);
        if (arguments->audit && arguments->format == FORMAT_JSON)
            audit_log_print_json(stdout, spec, &comparison.spaces, &comparison.audits);
        else if (arguments->audit)
            audit_log_print(stdout, spec, &comparison.spaces, &comparison.audits);
        bool limit_hit = comparison.rows.rows[0].status == STATUS_OOM;
        if (!is_comparison && limit_hit) code = EXIT_LIMIT;
    }
    if (!good) {
        code = options_fail(error);
    } else if (stopped) {
        code = interrupted(&comparison.rows, arguments, is_comparison);
    }
    audit_log_free(&comparison.audits);
    free(comparison.rows.rows);
    return code;
}

int compare_main(int argc, char **argv, const RealInterpreter *real) {
    bool is_comparison = strcmp(argv[0], "compare") == 0;
    Error error = {0};
    RunArguments *arguments = memory_new(1, sizeof *arguments);
    Spec *spec = memory_new(1, sizeof *spec);
    int code = EXIT_FINE;
    bool good = run_arguments_parse(arguments, argc, argv, &error);
    if (good && !arguments->help && !is_comparison && arguments->choice_count > 1)
        good = error_set(&error, "run takes one --policy; compare takes several");
    if (!good) {
        code = options_fail(&error);
    } else if (arguments->help) {
        printf("usage: ouro %s WORKLOAD --policy NAME[:knob=value,...]%s [OPTION]...\n\n", argv[0],
               is_comparison ? " --policy ..." : "");
        run_arguments_print();
    } else if (arguments->python[0] != '\0' && real == NULL) {
        fflush(stdout);
        code = interpreter_become(arguments->python, argv);
    } else {
        code = compare(arguments, spec, real, is_comparison, &error);
    }
    free(spec);
    free(arguments);
    return code;
}

int run_command(int argc, char **argv) { return compare_main(argc, argv, NULL); }
int compare_command(int argc, char **argv) { return compare_main(argc, argv, NULL); }
