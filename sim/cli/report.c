// report.c -- `ouro report DIR`: figures and a page for a directory of results, or its trace
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "advise.h"
#include "commands.h"
#include "html_page.h"
#include "options.h"
#include "report_data.h"
#include "report_figures.h"
#include "report_trace.h"
#include "sweep_page.h"

static const Option OPTIONS[] = {
    {"p99", "TIME", "the page says which policy is cheapest with 99 % of pauses this short"},
    {"peak", "BYTES", "and which holds no more than this: 500M, 1.5G"},
    {"metric", "NAMES", "what the maps of a sweep show: peak_held_bytes,total_ns,pause_ns_p99"},
    {"trace", NULL, "writes DIR/trace.json for ui.perfetto.dev instead: pauses, phases, memory"},
    {"help", NULL, "this text"},
};

typedef struct {
    const char *dir;
    AdviceLimits limits;
    Values metrics;
    bool trace, help;
} ReportArguments;

static bool metrics_choose(Values *metrics, const char *names, Error *error) {
    char copy[1024];
    if (snprintf(copy, sizeof copy, "%s", names) >= (int)sizeof copy)
        return error_set(error, "--metric: %.40s... is too long", names);
    for (char *rest = copy, *name; (name = strsep(&rest, ",")) != NULL;) {
        if (sweep_metric(name) == NULL)
            return error_set(error, "--metric: unknown metric '%s' (ouro list metrics)", name);
        if (metrics->count == SWEEP_CHOSEN_MAX)
            return error_set(error, "--metric: at most %d", SWEEP_CHOSEN_MAX);
        values_add(metrics, name);
    }
    return true;
}

static bool report_option(void *context, const Option *option, const char *value, Error *error) {
    ReportArguments *a = context;
    if (option == NULL) {
        if (a->dir != NULL)
            return error_set(error, "one directory at a time; found also '%s'", value);
        a->dir = value;
        return true;
    }
    if (strcmp(option->name, "p99") == 0 || strcmp(option->name, "peak") == 0)
        return advice_limit_parse(&a->limits, option->name, value, error);
    if (strcmp(option->name, "metric") == 0) return metrics_choose(&a->metrics, value, error);
    if (strcmp(option->name, "trace") == 0) a->trace = true;
    if (strcmp(option->name, "help") == 0) a->help = true;
    return true;
}

static void print_help(void) {
    puts(
        "usage: ouro report DIR [OPTION]...\n\n"
        "Draws what `ouro compare --out DIR` or `ouro sweep --out DIR` left in DIR:\n"
        "  DIR/index.html   verdict, figures and all metrics on one page that needs no other file\n"
        "  DIR/figures/     the figures as SVG and PNG, and in data/ the tables they were drawn "
        "from\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts(
        "\nThe figures need gnuplot 5.4; their scripts are in plots/, or where OURO_PLOTS says.\n"
        "Exit codes: 0 fine; 2 bad input, no gnuplot, or DIR cannot be written.");
}

static bool comparison_report(const ReportArguments *a, Error *error) {
    ReportData data;
    if (!report_data_read(a->dir, &data, error)) return false;
    bool good = figures_draw(&data, error) && page_write(&data, a->limits, error);
    report_data_free(&data);
    return good;
}

static bool sweep_report(const ReportArguments *a, Error *error) {
    static const char *const usual[] = {"peak_held_bytes", "total_ns", "pause_ns_p99"};
    SweepData data;
    const bool chosen = a->metrics.count > 0;
    if (!sweep_data_read(&data, a->dir, chosen ? (const char *const *)a->metrics.texts : usual,
                         chosen ? a->metrics.count : ARRAY_LENGTH(usual), error))
        return false;
    SweepPlots plots = sweep_plots(&data);
    bool good =
        sweep_plots_draw(&data, &plots, error) && sweep_page_write(&data, &plots, a->limits, error);
    sweep_plots_free(&plots);
    sweep_data_free(&data);
    return good;
}

static bool report(const ReportArguments *a, Error *error) {
    if (a->dir == NULL) return error_set(error, "no directory given; ouro report DIR");
    bool is_sweep = sweep_data_is(a->dir);
    if (a->trace && is_sweep)
        return error_set(error,
                         "%s: a sweep keeps no timelines; --trace takes what `ouro compare "
                         "--out DIR` left",
                         a->dir);
    if (a->trace) return trace_write(a->dir, error);
    return is_sweep ? sweep_report(a, error) : comparison_report(a, error);
}

int report_command(int argc, char **argv) {
    ReportArguments a = {.limits = {UINT64_MAX, UINT64_MAX}};
    Error error = {0};
    signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is answered as a full disk is
    bool good = options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), report_option, &a,
                              &error);
    if (good && a.help)
        print_help();
    else
        good = good && report(&a, &error);
    values_free(&a.metrics);
    return good ? EXIT_FINE : options_fail(&error);
}
