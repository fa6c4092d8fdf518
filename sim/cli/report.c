// report.c -- `ouro report DIR`: figures and a page for one result directory
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "html_page.h"
#include "report_data.h"
#include "report_figures.h"

static const char HELP[] =
    "usage: ouro report DIR\n"
    "\n"
    "Draws the comparison that `ouro compare --out DIR` left in DIR:\n"
    "  DIR/index.html     verdict, figures and all metrics on one page that needs no other file\n"
    "  DIR/figures/       the figures as SVG and PNG, and in data/ the tables they were drawn "
    "from\n"
    "\n"
    "The figures need gnuplot 5.4; their scripts are in plots/, or where OURO_PLOTS says.\n"
    "\n"
    "exit codes: 0 fine; 2 bad input, no gnuplot, or DIR cannot be written\n";

bool report_write(const char *dir, Error *error) {
    ReportData data;
    if (!report_data_read(dir, &data, error)) return false;
    bool good = figures_draw(&data, error) && page_write(&data, error);
    report_data_free(&data);
    return good;
}

static int usage_error(const char *what, const char *found) {
    fprintf(stderr, "ouro report: %s%s; usage: ouro report DIR\n", what, found);
    return 2;
}

int report_command(int argc, char **argv) {
    const char *dir = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(HELP, stdout);
            return 0;
        }
        if (argv[i][0] == '-') return usage_error("unknown option ", argv[i]);
        if (dir != NULL) return usage_error("one directory at a time; found also ", argv[i]);
        dir = argv[i];
    }
    if (dir == NULL) return usage_error("no directory given", "");
    Error error = {0};
    if (report_write(dir, &error)) return 0;
    fprintf(stderr, "ouro report: %s\n", error.text);
    return 2;
}
