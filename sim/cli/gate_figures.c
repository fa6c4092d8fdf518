// gate_figures.c -- what the gate compares: a figure per workload, policy and metric
#include "gate_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsv.h"

const char *const GATE_METRICS[] = {
#define WATCHED(name) #name,
#include "gate_metrics.def"
#undef WATCHED
};
const size_t GATE_METRIC_COUNT = ARRAY_LENGTH(GATE_METRICS);

GateMetric gate_metric(const char *name) {
    bool measured = strncmp(name, GATE_MEASURED, strlen(GATE_MEASURED)) == 0;
    if (measured)
        return (GateMetric){name, strstr(name, "_bytes") != NULL ? UNIT_BYTES : UNIT_NS,
                            BETTER_LOWER, true};
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (strcmp(METRICS[i].name, name) == 0)
            return (GateMetric){name, METRICS[i].unit, METRICS[i].better, false};
    return (GateMetric){name, UNIT_COUNT, BETTER_NONE, false};
}

// ---- the set ----

static char *copy(const char *text) { return memory_text(text, strlen(text)); }

static void row_free(GateFigure *row) {
    free((char *)row->workload);
    free((char *)row->policy);
    free((char *)row->metric);
    free((char *)row->value);
}

void gate_figures_free(GateFigures *figures) {
    for (size_t i = 0; i < figures->count; i++) row_free(&figures->rows[i]);
    free(figures->rows);
    *figures = (GateFigures){0};
}

static bool cell_fits(const char *text) {
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) return false;
    return text[0] != '\0';
}

bool gate_figures_add(GateFigures *figures, GateFigure figure, Error *error) {
    const char *const cells[] = {figure.workload, figure.policy, figure.metric, figure.value};
    for (size_t i = 0; i < ARRAY_LENGTH(cells); i++)
        if (!cell_fits(cells[i]))
            return error_set(error,
                             "workload '%s', policy '%s', metric '%s': a name or value is empty or "
                             "holds a control character, which no table can hold",
                             cells[0], cells[1], cells[2]);
    if (figures->count == figures->capacity) {
        figures->capacity = figures->capacity > 0 ? 2 * figures->capacity : 256;
        figures->rows = memory_resize(figures->rows, figures->capacity, sizeof *figures->rows);
    }
    figures->rows[figures->count++] =
        (GateFigure){copy(cells[0]), copy(cells[1]), copy(cells[2]), copy(cells[3]), figure.line};
    return true;
}

bool gate_figures_add_number(GateFigures *figures, const char *workload, const char *policy,
                             const char *metric, uint64_t number, Error *error) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return gate_figures_add(figures, (GateFigure){workload, policy, metric, text, 0}, error);
}

int gate_figure_order(const GateFigure *a, const GateFigure *b) {
    int order = strcmp(a->workload, b->workload);
    if (order == 0) order = strcmp(a->policy, b->policy);
    if (order == 0) order = strcmp(a->metric, b->metric);
    return order;
}

// Numbers have no leading zeros: a longer one is a greater one.
static int row_order(const void *left, const void *right) {
    const GateFigure *a = left, *b = right;
    int order = gate_figure_order(a, b);
    if (order != 0) return order;
    size_t length_a = strlen(a->value), length_b = strlen(b->value);
    if (length_a != length_b) return length_a < length_b ? -1 : 1;
    return strcmp(a->value, b->value);
}

static bool row_join(GateFigure *row, const GateFigure *next, Error *error) {
    bool measured = gate_metric(row->metric).measured;
    // Results of one workload may come from several commands; any of them repeats it.
    if (strcmp(row->metric, WORD_COMMAND) == 0) return true;
    if (!measured && strcmp(row->value, next->value) == 0) return true;
    if (!measured) {
        error->check_failed = true;
        return error_set(error, "%s, %s: two runs of one kind differ in %s: %s and %s",
                         row->workload, row->policy, row->metric, row->value, next->value);
    }
    char list[GATE_VALUE_SIZE];
    uint64_t numbers[GATE_REPEATS_MAX];
    size_t count = 0;
    snprintf(list, sizeof list, "%s,%s", row->value, next->value);
    if (!gate_numbers(list, numbers, &count))
        return error_set(error, "%s, %s, %s: not whole numbers, or more than %d repeats",
                         row->workload, row->policy, row->metric, GATE_REPEATS_MAX);
    free((char *)row->value);
    row->value = copy(list);
    return true;
}

bool gate_figures_settle(GateFigures *figures, Error *error) {
    size_t kept = 0;
    bool good = true;
    if (figures->count == 0) return true;
    qsort(figures->rows, figures->count, sizeof *figures->rows, row_order);
    for (size_t i = 1; i < figures->count; i++) {
        GateFigure *row = &figures->rows[kept], *next = &figures->rows[i];
        if (gate_figure_order(row, next) != 0) {
            figures->rows[++kept] = *next;
            continue;
        }
        good = good && row_join(row, next, error);
        row_free(next);
    }
    figures->count = kept + 1;
    return good;
}

static int find_order(const void *key, const void *row) { return gate_figure_order(key, row); }

const GateFigure *gate_figures_find(const GateFigures *figures, const char *workload,
                                    const char *policy, const char *metric) {
    const GateFigure key = {workload, policy, metric, "", 0};
    if (figures->count == 0) return NULL;
    return bsearch(&key, figures->rows, figures->count, sizeof *figures->rows, find_order);
}

bool gate_numbers(const char *value, uint64_t numbers[GATE_REPEATS_MAX], size_t *count) {
    char text[GATE_VALUE_SIZE], *rest = text, *word = NULL;
    if (snprintf(text, sizeof text, "%s", value) >= (int)sizeof text) return false;
    for (*count = 0; (word = strsep(&rest, ",")) != NULL; ++*count)
        if (*count == GATE_REPEATS_MAX || !tsv_number_parse(word, &numbers[*count])) return false;
    return true;
}
