// sweep_tables.c -- what gnuplot reads for the figures of a sweep
//
// Three tables per figure: cells (numbers), context (one row: titles, units, ranges) and labels
// (kind, index, text: what stands at ticks, panels and lines).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "output.h"
#include "sweep_figures.h"

enum { PANELS_MAX = 12, LINES_MAX = 8, ROWS_MAX = 24, NAMES_MAX = 12 };

typedef struct {
    const SweepData *data;
    SweepPlot *plot;
    FILE *cells, *labels;
    size_t groups;       // panels, lines or rows
    uint64_t low, high;  // of what is shown, without 0
    const char *x_name, *y_name;
    size_t x_count, y_count;
} Tables;

static const char *figure_unit(const Tables *t) {
    const MetricRow *metric = sweep_metric(t->data->chosen[t->plot->figure]);
    return metric_unit_name(metric->unit);
}

static void label_put(Tables *t, const char *kind, size_t index, const char *text) {
    fprintf(t->labels, "%s\t%zu\t", kind, index);
    gnuplot_text(t->labels, *text != '\0' ? text : "default");
    putc('\n', t->labels);
}

static void range_add(Tables *t, uint64_t value) {
    if (value > 0) t->low = min_u64(t->low, value);
    t->high = max_u64(t->high, value);
}

// ---- maps ----

// The panel of a cell: what its further axes say, as a number and as text.
static size_t panel_of(const SweepFamily *family, const SweepCell *cell, char *text, size_t size) {
    size_t panel = 0, used = 0;
    text[0] = '\0';
    for (size_t i = 2; i < family->axis_count; i++) {
        const SweepAxis *axis = &family->axes[i];
        size_t index = sweep_axis_index(axis, cell);
        panel = panel * axis->count + index;
        int wrote = snprintf(text + used, size - used, "%s%s=%s", used > 0 ? ", " : "", axis->name,
                             axis->values[index]);
        used = min_u64(used + (size_t)wrote, size - 1);
    }
    return panel;
}

// Is there no better one among the policies that saw the same program? Where only settings vary
// there is nothing to choose.
static bool cell_is_best(const Tables *t, const SweepFamily *family, const SweepCell *cell) {
    const size_t figure = SWEEP_CHOSEN + t->plot->figure;
    bool higher = sweep_metric(t->data->chosen[t->plot->figure])->better == BETTER_HIGHER;
    if (!cell->competes || !(family->axes[0].is_knob || family->axes[1].is_knob)) return false;
    for (size_t i = family->first; i < family->first + family->count; i++) {
        const SweepCell *other = &t->data->cells[i];
        uint64_t own = cell->values[figure], value = other->values[figure];
        bool is_better = higher ? value > own : value < own;
        if (is_better && other->competes && strcmp(other->settings, cell->settings) == 0)
            return false;
    }
    return true;
}

// `panels`: the numbers, by panel_of, of those that are shown from `first` on.
static void panel_cells(Tables *t, const SweepFamily *family, const size_t *panels, size_t count,
                        size_t first) {
    char text[128];
    for (size_t i = family->first; i < family->first + family->count; i++) {
        const SweepCell *cell = &t->data->cells[i];
        size_t number = panel_of(family, cell, text, sizeof text), k = 0;
        while (k < count && panels[k] != number) k++;
        if (k == count) continue;
        uint64_t value = cell->values[SWEEP_CHOSEN + t->plot->figure];
        if (cell->finished) range_add(t, value);
        fprintf(t->cells, "%zu\t%zu\t%zu\t%" PRIu64 "\t%d\t%d\t", first + k,
                sweep_axis_index(&family->axes[0], cell), sweep_axis_index(&family->axes[1], cell),
                value, cell->finished, cell_is_best(t, family, cell));
        gnuplot_text(t->cells,
                     cell->finished ? value_text(figure_unit(t), value).text : cell->status);
        putc('\n', t->cells);
    }
}

static void family_panels(Tables *t, const SweepFamily *family, bool is_alone) {
    size_t panels[PANELS_MAX];
    size_t first = t->groups, count = 0;
    char text[128], label[300];
    for (size_t i = family->first; i < family->first + family->count; i++) {
        size_t number = panel_of(family, &t->data->cells[i], text, sizeof text), k = 0;
        while (k < count && panels[k] != number) k++;
        if (k < count) continue;
        if (t->groups == PANELS_MAX) {
            t->plot->left_out++;
            continue;
        }
        snprintf(label, sizeof label, "%.120s%s%s", is_alone && *text != '\0' ? "" : family->label,
                 *text != '\0' && !is_alone ? " \xC2\xB7 " : "", text);
        label_put(t, "panel", t->groups++, label);
        panels[count++] = number;
    }
    panel_cells(t, family, panels, count, first);
}

static void axis_labels(Tables *t, const char *kind, const SweepAxis *axis) {
    for (size_t i = 0; i < axis->count; i++) label_put(t, kind, i, axis->values[i]);
}

static void map_write(Tables *t) {
    const SweepFamily *family = t->plot->family;
    const SweepFamily *end = t->data->families + t->data->family_count;
    size_t fitting = 0;
    for (const SweepFamily *other = family; other < end; other++)
        fitting += sweep_families_fit(family, other);
    fputs("panel\tx\ty\tvalue\tfinished\tbest\ttext\n", t->cells);
    for (const SweepFamily *other = family; other < end; other++)
        if (sweep_families_fit(family, other)) family_panels(t, other, fitting == 1);
    axis_labels(t, "x", &family->axes[0]);
    axis_labels(t, "y", &family->axes[1]);
    t->x_name = family->axes[0].name, t->x_count = family->axes[0].count;
    t->y_name = family->axes[1].name, t->y_count = family->axes[1].count;
}

// ---- lines ----

static void line_cell(Tables *t, const SweepCell *cell, size_t x) {
    uint64_t value = cell->values[SWEEP_CHOSEN + t->plot->figure];
    range_add(t, value);
    fprintf(t->cells, "%zu\t%zu\t%" PRIu64 "\t%d\n", t->groups, x, value, cell->finished);
}

static void lines_write(Tables *t) {
    const SweepAxis *axis = &t->plot->family->axes[0];
    fputs("line\tx\tvalue\tfinished\n", t->cells);
    for (size_t i = 0; i < t->data->family_count; i++) {
        const SweepFamily *other = &t->data->families[i];
        if (!sweep_families_fit(t->plot->family, other)) continue;
        if (t->groups == LINES_MAX) {
            t->plot->left_out++;
            continue;
        }
        label_put(t, "line", t->groups, other->label);
        for (size_t k = 0; k < other->count && other->axis_count > 0; k++)
            for (size_t x = 0; x < axis->count; x++)  // in the order of x
                if (sweep_axis_index(axis, &t->data->cells[other->first + k]) == x)
                    line_cell(t, &t->data->cells[other->first + k], x);
        for (size_t x = 0; x < axis->count && other->axis_count == 0; x++)
            line_cell(t, &t->data->cells[other->first], x);
        t->groups++;
    }
    axis_labels(t, "x", axis);
    t->x_name = axis->name, t->x_count = axis->count;
}

// ---- spreads ----

static int numbers_order(const void *a, const void *b) {
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static void family_medians(const Tables *t, const SweepFamily *family, uint64_t medians[3]) {
    static const SweepFigure figures[] = {SWEEP_FLOOR_RATIO, SWEEP_OVERHEAD, SWEEP_P99};
    uint64_t *sorted = memory_new(family->count, sizeof *sorted);
    for (size_t k = 0; k < 3; k++) {
        size_t count = 0;
        for (size_t i = 0; i < family->count; i++)
            if (t->data->cells[family->first + i].finished)
                sorted[count++] = t->data->cells[family->first + i].values[figures[k]];
        qsort(sorted, count, sizeof *sorted, numbers_order);
        medians[k] = count > 0 ? sorted[(count - 1) / 2] : 0;
    }
    free(sorted);
}

static void spread_family(Tables *t, const SweepFamily *family) {
    uint64_t medians[3];
    size_t dead = 0;
    for (size_t i = family->first; i < family->first + family->count; i++) {
        const SweepCell *cell = &t->data->cells[i];
        dead += !cell->finished;
        if (cell->finished)
            fprintf(t->cells, "%zu\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t0\n", t->groups,
                    cell->values[SWEEP_FLOOR_RATIO], cell->values[SWEEP_OVERHEAD],
                    cell->values[SWEEP_P99]);
    }
    family_medians(t, family, medians);
    if (dead < family->count)
        fprintf(t->cells, "%zu\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t1\n", t->groups, medians[0],
                medians[1], medians[2]);
    char label[160];
    if (dead == 0)
        snprintf(label, sizeof label, "%.100s", family->label);
    else
        snprintf(label, sizeof label, "%.100s (%zu of %zu died)", family->label, dead,
                 family->count);
    label_put(t, "row", t->groups++, label);
}

static void spread_write(Tables *t) {
    fputs("row\tpeak\ttime\tp99\tmedian\n", t->cells);
    for (size_t i = 0; i < t->data->family_count; i++) {
        const SweepFamily *family = &t->data->families[i];
        if (strcmp(family->workload, t->data->workloads[t->plot->workload]) != 0) continue;
        if (t->groups < ROWS_MAX)
            spread_family(t, family);
        else
            t->plot->left_out++;
    }
}

// ---- fronts ----

static void front_write(Tables *t) {
    SweepFront front = sweep_front(t->data, t->data->workloads[t->plot->workload]);
    size_t named = 0;
    uint32_t last = 0;
    fputs("memory\ttime\tfront\tknee\tfinished\tfloor\tnumber\n", t->cells);
    for (uint32_t number = 0; number <= front.front_count; number++)  // in the order of the front
        for (size_t i = 0; i < front.count; i++) {
            const FrontPoint *p = &front.points[i];
            if (p->number != number) continue;
            fprintf(t->cells, "%" PRIu64 "\t%" PRIu64 "\t%d\t%d\t%d\t%d\t%u\n", p->point.memory,
                    p->point.time, p->point.front, p->point.knee, p->finished,
                    p->finished && strcmp(p->cell->base, "oracle") == 0,
                    number == last ? 0 : number);
            last = number;
            if (number == 0) continue;
            char label[240];
            snprintf(label, sizeof label, "%u  %.120s  %s, %s%s", number, p->cell->policy,
                     value_text(front.relative ? "ratio" : "bytes", p->point.memory).text,
                     value_text(front.relative ? "ratio" : "ns", p->point.time).text,
                     p->point.knee ? "  (knee)" : "");
            if (named < NAMES_MAX)
                label_put(t, "front", named++, label), t->groups = number;
            else
                t->plot->left_out++;
        }
    t->x_count = front.relative;
    sweep_front_free(&front);
}

// ---- context, and all of them ----

static bool context_write(const Tables *t, Error *error) {
    char name[DRAWING_NAME_SIZE + 16];
    const SweepPlot *plot = t->plot;
    Output output;
    snprintf(name, sizeof name, "%s-context.tsv", plot->name);
    if (!output_open(&output, t->data->dir, "figures/data", name, error)) return false;
    FILE *f = output.file;
    fputs(
        "heading\ttitle\tcost_model\tcaption\tcaption_lines\tunit\tgroups\tx_name\ty_name\t"
        "x_count\ty_count\tlow\thigh\tleft_out\n",
        f);
    gnuplot_text(f, plot->title);
    fputc('\t', f);
    gnuplot_text(f, t->data->workloads[plot->workload]);
    if (t->data->seeds > 1) fprintf(f, ", median of %u seeds", t->data->seeds);
    fputc('\t', f);
    gnuplot_text(f, t->data->cost_model);
    fputc('\t', f);
    int lines = gnuplot_caption(f, t->data->command);
    bool has_metric = plot->kind == PLOT_HEAT || plot->kind == PLOT_LINE;
    fprintf(f, "\t%d\t%s\t%zu\t", lines, has_metric ? figure_unit(t) : "-", t->groups);
    gnuplot_text(f, t->x_name != NULL ? t->x_name : "-");
    fputc('\t', f);
    gnuplot_text(f, t->y_name != NULL ? t->y_name : "-");
    uint64_t low = t->low == UINT64_MAX ? 1 : t->low;
    fprintf(f, "\t%zu\t%zu\t%" PRIu64 "\t%" PRIu64 "\t%zu\n", t->x_count, t->y_count, low,
            max_u64(t->high, low), plot->left_out);
    return output_close(&output, error);
}

bool sweep_tables_write(const SweepData *data, SweepPlot *plot, Error *error) {
    static void (*const writers[])(Tables *) = {
        [PLOT_SPREAD] = spread_write,
        [PLOT_HEAT] = map_write,
        [PLOT_LINE] = lines_write,
        [PLOT_FRONT] = front_write,
    };
    char name[DRAWING_NAME_SIZE + 16];
    Output cells, labels;
    Tables t = {.data = data, .plot = plot, .low = UINT64_MAX};
    snprintf(name, sizeof name, "%s-cells.tsv", plot->name);
    if (!output_open(&cells, data->dir, "figures/data", name, error)) return false;
    snprintf(name, sizeof name, "%s-labels.tsv", plot->name);
    if (!output_open(&labels, data->dir, "figures/data", name, error)) {
        output_drop(&cells);
        return false;
    }
    t.cells = cells.file;
    t.labels = labels.file;
    fputs("kind\tindex\ttext\n", t.labels);
    writers[plot->kind](&t);
    bool good = output_close(&cells, error);
    good &= output_close(&labels, error);
    return good && context_write(&t, error);
}
