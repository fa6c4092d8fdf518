// report_figures.h -- the figures of a report: which there are, and drawing them
#ifndef OURO_CLI_REPORT_FIGURES_H
#define OURO_CLI_REPORT_FIGURES_H

#include "base.h"
#include "report_data.h"

typedef struct {
    const char *name;   // plots/NAME.gp draws figures/NAME.svg and figures/NAME.png
    const char *extra;  // a table that the script reads besides the usual two, or NULL
    const char *title;
    const char *reading;   // how to read it, one or two sentences
    const char *measured;  // what more there is to say when a real interpreter ran; or NULL
    bool modelled;         // shows nanoseconds: the page names the cost model
    const char *needs[2];  // columns of summary.tsv without which there is nothing to draw
} Figure;

extern const Figure FIGURES[];
extern const size_t FIGURE_COUNT;

// The first column that `figure` needs and summary.tsv does not have, or NULL.
const char *figure_lacks(const Figure *figure, const ReportData *data);

// Writes DIR/figures/data/*: what the scripts read.
bool figure_tables_write(const ReportData *data, Error *error);

// Writes DIR/figures/data/*, then DIR/figures/*.svg and *.png. The drawings depend on the tables of
// DIR only, and the scripts can be run again by hand on figures/data (plots/README.md).
bool figures_draw(const ReportData *data, Error *error);

#endif
