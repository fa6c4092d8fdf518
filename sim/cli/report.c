// report.c -- `ouro report DIR`: figures and a page for a directory of results, or its trace
#include "report.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "html_page.h"
#include "options.h"
#include "report_data.h"
#include "report_figures.h"
#include "report_trace.h"

static const Option OPTIONS[] = {
    {"p99", "TIME", "the page says which policy is cheapest with 99 % of pauses this short"},
    {"peak", "BYTES", "and which holds no more than this: 500M, 1.5G"},
    {"trace", NULL, "writes DIR/trace.json for ui.perfetto.dev instead: pauses, phases, memory"},
    {"help", NULL, "this text"},
};

typedef struct {
    const char *dir;
    AdviceLimits limits;
    bool trace, help;
} ReportArguments;

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
    if (strcmp(option->name, "trace") == 0) a->trace = true;
    if (strcmp(option->name, "help") == 0) a->help = true;
    return true;
}

static void print_help(void) {
    puts(
        "usage: ouro report DIR [OPTION]...\n\n"
        "Draws what `ouro compare --out DIR` left in DIR:\n"
        "  DIR/index.html   verdict, figures and all metrics on one page that needs no other file\n"
        "  DIR/figures/     the figures as SVG and PNG, and in data/ the tables they were drawn "
        "from\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts(
        "\nThe figures need gnuplot 5.4; their scripts are in plots/, or where OURO_PLOTS says.\n"
        "Exit codes: 0 fine; 2 bad input, no gnuplot, or DIR cannot be written.");
}

bool report_write(const char *dir, AdviceLimits limits, Error *error) {
    ReportData data;
    if (!report_data_read(dir, &data, error)) return false;
    bool good = figures_draw(&data, error) && page_write(&data, limits, error);
    report_data_free(&data);
    return good;
}

int report_command(int argc, char **argv) {
    ReportArguments a = {.limits = {UINT64_MAX, UINT64_MAX}};
    Error error = {0};
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), report_option, &a,
                       &error))
        return options_fail(&error);
    if (a.help) {
        print_help();
        return EXIT_FINE;
    }
    signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is answered as a full disk is
    bool good = a.dir != NULL || error_set(&error, "no directory given; ouro report DIR");
    good = good && (a.trace ? trace_write(a.dir, &error) : report_write(a.dir, a.limits, &error));
    return good ? EXIT_FINE : options_fail(&error);
}
