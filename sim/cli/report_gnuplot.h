// report_gnuplot.h -- running gnuplot: one process per drawing, two at a time, never a shell
#ifndef OURO_CLI_REPORT_GNUPLOT_H
#define OURO_CLI_REPORT_GNUPLOT_H

#include "base.h"

enum { DRAWING_ARGUMENTS = 12 };

typedef struct {
    char *arguments[DRAWING_ARGUMENTS];  // of gnuplot, "gnuplot" first, NULL last
    const char *output;  // the file that must be there afterwards, relative to the folder
} Drawing;

// The folder of the .gp files: $OURO_PLOTS, else ../plots beside the executable's folder. An
// absolute path; whoever calls it frees it. NULL (and `error`) when it is not there.
char *plots_find(Error *error);

// Runs all drawings with `dir` as working directory. An error when gnuplot is not installed, fails
// (with what it said) or draws nothing.
bool drawings_run(const char *dir, const Drawing *drawings, size_t count, Error *error);

#endif
