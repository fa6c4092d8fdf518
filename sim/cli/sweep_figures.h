// sweep_figures.h -- the figures of a sweep: which there are, and drawing them
#ifndef OURO_CLI_SWEEP_FIGURES_H
#define OURO_CLI_SWEEP_FIGURES_H

#include "pareto.h"
#include "report_gnuplot.h"
#include "sweep_data.h"

// kind of figure, its script in plots/, how to read it
#define SWEEP_PLOTS(X)                                                                             \
    X(SPREAD, "spread",                                                                            \
      "A row per family of policies, a tick per cell, a dot for the median. Further left is "      \
      "better. Peak and time are against the least that is possible for the same program, so "     \
      "that cells of different settings can stand side by side.")                                  \
    X(HEAT, "heat",                                                                                \
      "A map of two axes, coloured by the scale beside it, which all panels share. A frame marks " \
      "the best policy for a program. Grey cells have no result, or died.")                        \
    X(LINE, "line",                                                                                \
      "One axis; a line per family of policies, a level one for those without knobs. Crosses are " \
      "runs that died.")                                                                           \
    X(FRONT, "front",                                                                              \
      "Down and left is better. No policy beats those on the front in both memory and time. The "  \
      "knee, where there is one, is where the front turns most on logarithmic axes: from there "   \
      "on, more of one buys little of the other. A policy on several settings stands at its "      \
      "mean.")

typedef enum {
#define X(name, script, reading) PLOT_##name,
    SWEEP_PLOTS(X)
#undef X
} SweepPlotKind;

// A point of a front: a policy of a workload, over all its settings.
typedef struct {
    const SweepCell *cell;  // the first of the policy
    ParetoPoint point;      // bytes and ns; of several settings: means, in permille (SweepFront)
    bool finished;
    uint32_t number;  // its place on the front, from 1; 0: not on it
} FrontPoint;

typedef struct {
    FrontPoint *points;
    size_t count, front_count;
    bool relative;  // peak / floor and total time / ideal, as the settings are several
} SweepFront;

// Of one workload, in the order of its cells.
SweepFront sweep_front(const SweepData *data, const char *workload);
void sweep_front_free(SweepFront *front);

typedef struct {
    SweepPlotKind kind;
    size_t workload;
    char name[DRAWING_NAME_SIZE];  // of its files
    char title[160];
    size_t figure;              // HEAT and LINE: which of the chosen metrics
    const SweepFamily *family;  // HEAT and LINE: the first that it shows
    size_t left_out;            // panels or lines that have no room
} SweepPlot;

typedef struct {
    SweepPlot *plots;  // by workload
    size_t count;
} SweepPlots;

// Which figures there are, and drawing them into DIR/figures.
SweepPlots sweep_plots(const SweepData *data);
bool sweep_plots_draw(const SweepData *data, SweepPlots *plots, Error *error);
void sweep_plots_free(SweepPlots *plots);

const char *sweep_plot_reading(SweepPlotKind kind);

// A metric's name for people, where it has one.
const char *sweep_metric_words(const char *metric);

// ---- for the writer of tables (sweep_tables.c) ----

// Does `other` belong on the map or among the lines of `family`?
bool sweep_families_fit(const SweepFamily *family, const SweepFamily *other);

// Writes figures/data/NAME-{cells,context,labels}.tsv.
bool sweep_tables_write(const SweepData *data, SweepPlot *plot, Error *error);

#endif
