// sweep_figures.c -- the figures of a sweep: which there are, and drawing them
#include "sweep_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *script, *reading;
} KINDS[] = {
#define X(name, script, reading) {script, reading},
    SWEEP_PLOTS(X)
#undef X
};

const char *sweep_plot_reading(SweepPlotKind kind) { return KINDS[kind].reading; }

const char *sweep_metric_words(const char *metric) {
    static const char *const words[][2] = {{"peak_held_bytes", "Peak held"},
                                           {"total_ns", "Total time"},
                                           {"pause_ns_p99", "p99 of pauses"}};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(words[i][0], metric) == 0) return words[i][1];
    return metric;
}

// ---- fronts ----

static bool point_add(FrontPoint *point, const SweepCell *cell, bool relative) {
    point->point.memory += cell->values[relative ? SWEEP_FLOOR_RATIO : SWEEP_PEAK];
    point->point.time += cell->values[relative ? SWEEP_OVERHEAD : SWEEP_GC];
    point->finished &= cell->finished;
    return cell->competes;
}

static int points_by_memory(const void *a, const void *b) {
    const FrontPoint *one = *(FrontPoint *const *)a, *other = *(FrontPoint *const *)b;
    if (one->point.memory != other->point.memory)
        return one->point.memory < other->point.memory ? -1 : 1;
    return one < other ? -1 : 1;
}

// Numbers from left to right; equal points share one.
static void points_number(SweepFront *front) {
    FrontPoint **sorted = memory_new(front->count, sizeof *sorted);
    for (size_t i = 0; i < front->count; i++) sorted[i] = &front->points[i];
    qsort(sorted, front->count, sizeof *sorted, points_by_memory);
    const ParetoPoint *last = NULL;
    for (size_t i = 0; i < front->count; i++) {
        const ParetoPoint *point = &sorted[i]->point;
        if (!point->front) continue;
        if (last == NULL || point->memory != last->memory) front->front_count++;
        sorted[i]->number = (uint32_t)front->front_count;
        last = point;
    }
    free(sorted);
}

static void front_mark(SweepFront *front) {
    ParetoPoint *points = memory_new(front->count, sizeof *points);
    for (size_t i = 0; i < front->count; i++) points[i] = front->points[i].point;
    pareto_mark(points, front->count);
    for (size_t i = 0; i < front->count; i++) front->points[i].point = points[i];
    free(points);
    points_number(front);
}

// Cells of a policy are neighbours. A policy must have run to the end with every setting.
SweepFront sweep_front(const SweepData *data, const char *workload) {
    SweepFront front = {.points = memory_new(data->cell_count, sizeof *front.points)};
    size_t most = 0;
    for (size_t i = 0; i < data->family_count; i++) {
        const SweepFamily *family = &data->families[i];
        if (strcmp(family->workload, workload) != 0) continue;
        for (size_t k = 0; k < family->axis_count; k++) front.relative |= !family->axes[k].is_knob;
    }
    size_t *settings = memory_new(data->cell_count, sizeof *settings);
    for (size_t i = 0; i < data->cell_count; i++) {
        const SweepCell *cell = &data->cells[i];
        if (strcmp(cell->workload, workload) != 0) continue;
        FrontPoint *point = front.count > 0 ? &front.points[front.count - 1] : NULL;
        if (point == NULL || strcmp(point->cell->policy, cell->policy) != 0) {
            point = &front.points[front.count++];
            *point = (FrontPoint){.cell = cell, .point.competes = true, .finished = true};
        }
        if (!point_add(point, cell, front.relative)) point->point.competes = false;
        most = max_u64(most, ++settings[front.count - 1]);
    }
    for (size_t i = 0; i < front.count; i++) {
        front.points[i].point.memory /= settings[i];
        front.points[i].point.time /= settings[i];
        front.points[i].point.competes &= settings[i] == most;
    }
    free(settings);
    front_mark(&front);
    return front;
}

void sweep_front_free(SweepFront *front) {
    free(front->points);
    *front = (SweepFront){0};
}

// ---- which there are ----

static bool same_axis(const SweepAxis *a, const SweepAxis *b) {
    bool same = a->is_knob == b->is_knob && a->count == b->count && strcmp(a->name, b->name) == 0;
    for (size_t i = 0; same && i < a->count; i++) same = strcmp(a->values[i], b->values[i]) == 0;
    return same;
}

bool sweep_families_fit(const SweepFamily *family, const SweepFamily *other) {
    if (strcmp(family->workload, other->workload) != 0) return false;
    size_t shared = family->axis_count >= 2 ? 2 : family->axis_count;
    if (shared == 1 && other->axis_count == 0) return true;  // a level line
    if (other->axis_count < shared || (shared == 1 && other->axis_count > 1)) return false;
    for (size_t i = 0; i < shared; i++)
        if (!same_axis(&family->axes[i], &other->axes[i])) return false;
    return true;
}

static void plot_add(SweepPlots *plots, const SweepData *data, SweepPlotKind kind, size_t workload,
                     const SweepFamily *family, size_t metric) {
    SweepPlot *plot = &plots->plots[plots->count++];
    *plot = (SweepPlot){.kind = kind, .workload = workload, .family = family, .figure = metric};
    snprintf(plot->name, sizeof plot->name, "w%zu-%s", workload + 1, KINDS[kind].script);
    size_t used = strlen(plot->name);
    if (family != NULL)
        snprintf(plot->name + used, sizeof plot->name - used, "%td-%.40s",
                 family - data->families + 1, data->chosen[metric]);
    if (kind == PLOT_HEAT || kind == PLOT_LINE)
        snprintf(plot->title, sizeof plot->title, "%.60s by %.40s%s%.40s",
                 sweep_metric_words(data->chosen[metric]), family->axes[0].name,
                 kind == PLOT_HEAT ? " and " : "", kind == PLOT_HEAT ? family->axes[1].name : "");
    else
        snprintf(plot->title, sizeof plot->title, "%s",
                 kind == PLOT_FRONT ? "Memory against time" : "Peak, time and pauses");
}

static bool is_first_of_its_map(const SweepData *data, const SweepFamily *family) {
    for (const SweepFamily *other = data->families; other < family; other++)
        if (other->axis_count > 0 && sweep_families_fit(other, family)) return false;
    return true;
}

static void workload_plots(SweepPlots *plots, const SweepData *data, size_t workload) {
    const char *name = data->workloads[workload];
    plot_add(plots, data, PLOT_SPREAD, workload, NULL, 0);
    for (size_t i = 0; i < data->family_count; i++) {
        const SweepFamily *family = &data->families[i];
        if (strcmp(family->workload, name) != 0 || family->axis_count == 0) continue;
        if (!is_first_of_its_map(data, family)) continue;
        for (size_t k = 0; k < data->chosen_count; k++)
            plot_add(plots, data, family->axis_count > 1 ? PLOT_HEAT : PLOT_LINE, workload, family,
                     k);
    }
    SweepFront front = sweep_front(data, name);
    if (front.front_count > 0 && front.count > 1)
        plot_add(plots, data, PLOT_FRONT, workload, NULL, 0);
    sweep_front_free(&front);
}

SweepPlots sweep_plots(const SweepData *data) {
    SweepPlots plots = {0};
    size_t most = 2 * data->workload_count + data->family_count * data->chosen_count;
    plots.plots = memory_new(most, sizeof *plots.plots);
    for (size_t i = 0; i < data->workload_count; i++) workload_plots(&plots, data, i);
    return plots;
}

void sweep_plots_free(SweepPlots *plots) {
    free(plots->plots);
    *plots = (SweepPlots){0};
}

// ---- drawing ----

bool sweep_plots_draw(const SweepData *data, SweepPlots *plots, Error *error) {
    static const char *const folders[] = {"figures/data", NULL};
    static const char *const tables[] = {"cells", "context", "labels"};
    Drawing *drawings = memory_new(plots->count, sizeof *drawings);
    char(*paths)[3][DRAWING_NAME_SIZE + 40] = memory_new(plots->count, sizeof *paths);
    bool good = figure_folders_make(data->dir, folders, error);
    for (size_t i = 0; i < plots->count && good; i++) {
        SweepPlot *plot = &plots->plots[i];
        good = sweep_tables_write(data, plot, error);
        drawings[i].script = KINDS[plot->kind].script;
        snprintf(drawings[i].name, sizeof drawings[i].name, "%s", plot->name);
        for (size_t k = 0; k < ARRAY_LENGTH(tables); k++) {
            snprintf(paths[i][k], sizeof paths[i][k], "figures/data/%s-%s.tsv", plot->name,
                     tables[k]);
            drawings[i].tables[k] = paths[i][k];
        }
    }
    good = good && drawings_run(data->dir, drawings, plots->count, error);
    free(paths);
    free(drawings);
    return good;
}
