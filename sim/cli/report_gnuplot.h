// report_gnuplot.h -- running gnuplot: one process per drawing, two at a time, never a shell
#ifndef OURO_CLI_REPORT_GNUPLOT_H
#define OURO_CLI_REPORT_GNUPLOT_H

#include <stdio.h>

#include "base.h"

enum { DRAWING_TABLES = 4, DRAWING_NAME_SIZE = 96 };

// PLOTS/SCRIPT.gp draws DIR/figures/NAME.svg and .png from the tables, whose paths are relative to
// DIR; the first NULL ends them.
typedef struct {
    const char *script;
    char name[DRAWING_NAME_SIZE];
    const char *tables[DRAWING_TABLES];
} Drawing;

// The folder of the .gp files: $OURO_PLOTS, else ../plots beside the executable's folder. An
// absolute path; whoever calls it frees it. NULL (and `error`) when it is not there.
char *plots_find(Error *error);

// Makes DIR/figures and below it the folders named, the first NULL ends them.
bool figure_folders_make(const char *dir, const char *const *folders, Error *error);

// Draws all. The drawings appear under their names when all are whole; on an error none does, and
// none is left of an earlier report. An error says why: gnuplot is not installed, what gnuplot
// said, what the system says to more data in DIR.
bool drawings_run(const char *dir, const Drawing *drawings, size_t count, Error *error);

// Writes the tables of a drawing into the folder `dir`.
typedef bool (*TablesWriter)(void *context, const char *dir, Error *error);

// One drawing: PATH, an .svg or .png by its name, from tables that `write` makes for the time of it
// in a folder of their own below $TMPDIR or /tmp. On an error PATH stays as it was.
bool drawing_make(const Drawing *drawing, TablesWriter write, void *context, const char *path,
                  Error *error);

// "svg" or "png" by the name of a file. NULL (and `error`) when it is neither.
const char *drawing_format(const char *path, Error *error);

// Text in a table: escaped the way gnuplot undoes it when it reads a string column (\ooo), so that
// no name can be a command; control characters and what is no UTF-8 replaced by U+FFFD.
void gnuplot_text(FILE *table, const char *text);

// A command in lines that fit under a figure, as one cell; returns the number of lines. The page
// has all of it.
int gnuplot_caption(FILE *table, const char *command);

#endif
