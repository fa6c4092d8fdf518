// minheap_command.c -- ouro minheap: how little memory will do, workload by workload
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "minheap_draw.h"
#include "minheap_jobs.h"
#include "report_gnuplot.h"

enum { WORKLOADS_MAX = 32 };

static const char *const DEFAULT_POLICIES[] = {
    "none",           "cpython-2.4",   "cpython-3.11",  "cpython-3.13",
    "cpython-3.14.4", "cpython-3.13t", "cpython-3.14t", "warsaw",
    "freeze",         "arena",         "phase-stack",   "incremental-mark",
};

typedef struct {
    RunArguments run;
    const char *workloads[WORKLOADS_MAX];
    size_t workload_count;
    const char *figure;  // NULL: none
} Arguments;

static const Option OPTIONS[] = {
    {"policy", "NAME[:knob=value,...]",
     "a policy; may be repeated; default: CPython's of several versions, warsaw, freeze, arena, "
     "none"},
    {"set", "section.key=value", "overrides a key of the workloads (ouro help workload)"},
    {"seed", "N", "the same as --set workload.seed=N"},
    {"scale", "X", "the same as --set workload.scale=X"},
    {"engine", "NAME", "auto (default): ledger where it applies, else tracing; or one of them"},
    {"cost", "cache|counts[:FILE]", "the model of pauses; default counts"},
    {"allocator", "X.Y", "the small-object allocator of this CPython; default 3.10"},
    {"figure", "FILE", "draws the limits: an .svg or .png"},
    {"json", NULL, "prints a JSON array instead of tables"},
    {"tsv", NULL, "prints tab-separated values instead of tables"},
    {"j", "N", "policies at a time; default: the number of processors"},
    {"help", NULL, "this text"},
};

static bool minheap_option(void *context, const Option *option, const char *value, Error *error) {
    Arguments *a = context;
    if (option == NULL) {
        if (a->workload_count == WORKLOADS_MAX)
            return error_set(error, "more than %d workloads", WORKLOADS_MAX);
        a->workloads[a->workload_count++] = value;
        return true;
    }
    if (strcmp(option->name, "figure") != 0)
        return run_arguments_option(&a->run, option, value, error);
    a->figure = value;
    return drawing_format(value, error) != NULL;
}

static bool is_oracle(const PolicyChoice *choice) {
    return strcmp(choice->policy->name, "oracle") == 0;
}

// The oracle is always there.
static void drop_oracle(RunArguments *a) {
    size_t kept = 0;
    for (size_t i = 0; i < a->choice_count; i++)
        if (!is_oracle(&a->choices[i])) a->choices[kept++] = a->choices[i];
    a->choice_count = kept;
}

static bool arguments_parse(Arguments *a, int argc, char **argv, Error *error) {
    RunArguments *run = &a->run;
    run_arguments_default(run, argc, argv);
    run->engine = ENGINE_AUTO;
    run->cost = cost_table_shipped(COST_COUNTS);
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), minheap_option, a,
                       error))
        return false;
    if (run->help) return true;
    if (run->python[0] != '\0' || run->engine == ENGINE_NULL)
        return error_set(error,
                         "--engine: a smallest limit is simulated; allowed: tracing, "
                         "ledger, auto");
    if (a->workload_count == 0)
        return error_set(error, "no workload given (ouro list workloads shows those that ship)");
    if (run->choice_count > 0) {
        drop_oracle(run);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(DEFAULT_POLICIES); i++)
        if (!policy_choose(&run->choices[run->choice_count++], DEFAULT_POLICIES[i], error))
            return false;
    return true;
}

// ---- workloads ----

static void table_print(const RunArguments *a, const MinheapTable *table, bool first) {
    if (a->format == FORMAT_JSON) {
        if (first) putchar('[');
        minheap_print_json(stdout, table, first);
    } else if (a->format == FORMAT_TSV) {
        if (first) minheap_print_tsv_head(stdout);
        minheap_print_tsv(stdout, table);
    } else {
        if (!first) putchar('\n');
        minheap_print_table(table);
    }
    fflush(stdout);  // the next one may take a while
}

static bool tables_open(Arguments *a, Spec *specs, const PolicyChoice *oracle, MinheapTable *tables,
                        Error *error) {
    for (size_t i = 0; i < a->workload_count; i++) {
        MinheapTable *table = &tables[i];
        a->run.workload = a->workloads[i];
        if (!run_arguments_spec(&a->run, &specs[i], error)) return false;
        *table = (MinheapTable){.spec = &specs[i],
                                .allocator = a->run.allocator,
                                .oracle = {.policy = oracle},
                                .count = a->run.choice_count};
        table->rows = memory_new(table->count + 1, sizeof *table->rows);
        for (size_t k = 0; k < table->count; k++) table->rows[k].policy = &a->run.choices[k];
    }
    return true;
}

// What was printed is whole, whatever comes next.
static bool tables_fill(const Arguments *a, MinheapTable *tables, Error *error) {
    MinheapProgress done = minheap_progress(tables, a->workload_count);
    size_t filled = 0;
    while (filled < a->workload_count && minheap_fill(&a->run, &tables[filled], &done, error)) {
        table_print(&a->run, &tables[filled], filled == 0);
        filled++;
    }
    if (a->run.format == FORMAT_JSON && filled > 0) puts("]");
    return filled == a->workload_count;
}

static bool tables_make(Arguments *a, Spec *specs, const PolicyChoice *oracle, MinheapTable *tables,
                        Error *error) {
    return tables_open(a, specs, oracle, tables, error) && tables_fill(a, tables, error) &&
           (a->figure == NULL ||
            minheap_draw(tables, a->workload_count, a->run.command, a->figure, error));
}

static int minheap(Arguments *a, Error *error) {
    Spec *specs = memory_new(a->workload_count, sizeof *specs);
    MinheapTable *tables = memory_new(a->workload_count, sizeof *tables);
    PolicyChoice *oracle = memory_new(1, sizeof *oracle);
    minheap_watch_interrupt();
    bool good =
        policy_choose(oracle, "oracle", error) && tables_make(a, specs, oracle, tables, error);
    for (size_t i = 0; i < a->workload_count; i++) free(tables[i].rows);
    free(oracle);
    free(tables);
    free(specs);
    if (good) return EXIT_FINE;
    if (!minheap_interrupted()) return options_fail(error);
    fputs("ouro: interrupted; what was printed is whole\n", stderr);
    return EXIT_INTERRUPTED;
}

int minheap_command(int argc, char **argv) {
    Error error = {0};
    Arguments *a = memory_new(1, sizeof *a);
    int code = EXIT_FINE;
    if (!arguments_parse(a, argc, argv, &error)) {
        code = options_fail(&error);
    } else if (a->run.help) {
        puts("usage: ouro minheap WORKLOAD... [OPTION]...\n");
        options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
        puts(
            "\nFor each workload: its floor (the most that is reachable at one time, by the truth\n"
            "notes), the oracle (garbage is freed the moment it dies), and for each policy the\n"
            "smallest memory limit under which it finishes, the least first. A limit is of what "
            "the\n"
            "allocator holds: arenas, large blocks, native payload. With --tsv and --json it is "
            "in\n"
            "bytes, ratios are in permille, and what does not exist is empty or absent.\n\n"
            "  proved    it finishes under this limit, and a byte below it dies at the allocation\n"
            "            that is named: no policy that ships sees the limit\n"
            "  bisected  what it does depends on the limit, which was searched for in some 50 "
            "runs\n"
            "  never     it finishes under no limit: the simulated machine is too small");
    } else {
        code = minheap(a, &error);
    }
    free(a);
    return code;
}
