// gate_results.c -- figures from directories that `ouro compare --out` wrote
#include "gate_results.h"

#include <stdio.h>
#include <string.h>

#include "tsv.h"

typedef struct {
    GateFigures *figures;
    Tsv summary, provenance;
    const char *workload;
    const char *also;  // a column besides those that the gate watches, or NULL
} Directory;

static const char *provenance(const Directory *d, const char *key) {
    for (uint32_t row = 0; row < d->provenance.row_count; row++)
        if (strcmp(tsv_cell(&d->provenance, row, 0), key) == 0)
            return tsv_cell(&d->provenance, row, 1);
    return "";
}

static bool add(Directory *d, const char *workload, const char *policy, const char *metric,
                const char *value, Error *error) {
    return gate_figures_add(d->figures, (GateFigure){workload, policy, metric, value, 0}, error);
}

static bool add_heads(Directory *d, Error *error) {
    static const char *const of_all[] = {"behaviour", "engine", "cost_model"};
    for (size_t i = 0; i < ARRAY_LENGTH(of_all); i++)
        if (!add(d, GATE_ALL, GATE_ALL, of_all[i], provenance(d, of_all[i]), error)) return false;
    const char *stream = provenance(d, "stream_digest");
    return add(d, d->workload, GATE_ALL, "workload_digest", provenance(d, "workload_digest"),
               error) &&
           add(d, d->workload, GATE_ALL, WORD_COMMAND, provenance(d, WORD_COMMAND), error) &&
           (stream[0] == '\0' || add(d, d->workload, GATE_ALL, "stream_digest", stream, error));
}

static bool is_word(const Directory *d, const char *column) {
    return strcmp(column, WORD_STATUS) == 0 || strcmp(column, WORD_DIGEST) == 0 ||
           (d->also != NULL && strcmp(column, d->also) == 0);
}

static bool is_number(const char *column) {
    for (size_t i = 0; i < GATE_METRIC_COUNT; i++)
        if (strcmp(column, GATE_METRICS[i]) == 0) return true;
    return gate_metric(column).measured;
}

// Of a run on a real interpreter times and memory are measured: no two runs have the same. What is
// counted is as exact as ever.
static bool is_measured(const Directory *d, const char *name) {
    GateMetric metric = gate_metric(name);
    return provenance(d, "measured")[0] != '\0' &&
           (metric.unit == UNIT_NS || strcmp(name, "peak_held_bytes") == 0 ||
            strcmp(name, "mmu_100ms") == 0);
}

// An empty or broken figure must not pass for one that is equal.
static bool add_cell(Directory *d, uint32_t row, uint32_t column, const char *policy,
                     Error *error) {
    const char *name = tsv_header(&d->summary, column);
    uint64_t number = 0;
    bool word = is_word(d, name), measured = !word && is_measured(d, name);
    char own_name[64];
    if (!word && !is_number(name)) return true;
    if (!word && !tsv_number(&d->summary, row, (int)column, &number, error)) return false;
    if (measured && gate_metric(name).better == BETTER_HIGHER) return true;  // of no use by ranks
    snprintf(own_name, sizeof own_name, "%s%s", measured ? GATE_MEASURED : "", name);
    return add(d, d->workload, policy, own_name, tsv_cell(&d->summary, row, (int)column), error);
}

static bool add_runs(Directory *d, Error *error) {
    int policy = -1, ignored = -1;
    const char *const words[] = {WORD_STATUS, WORD_DIGEST, d->also != NULL ? d->also : WORD_DIGEST};
    if (!tsv_column_needed(&d->summary, "policy", &policy, error)) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (!tsv_column_needed(&d->summary, words[i], &ignored, error)) return false;
    for (size_t i = 0; i < GATE_METRIC_COUNT; i++)
        if (!tsv_column_needed(&d->summary, GATE_METRICS[i], &ignored, error)) return false;
    for (uint32_t row = 0; row < d->summary.row_count; row++)
        for (uint32_t column = 0; column < d->summary.column_count; column++)
            if (!add_cell(d, row, column, tsv_cell(&d->summary, row, policy), error)) return false;
    return true;
}

bool gate_read_dir(GateFigures *figures, const char *dir, const char *also, Error *error) {
    char summary[4096], provenance_path[4096];
    Directory d = {.figures = figures, .also = also};
    if (snprintf(summary, sizeof summary, "%s/summary.tsv", dir) >= (int)sizeof summary)
        return error_set(error, "%.60s...: path is too long", dir);
    snprintf(provenance_path, sizeof provenance_path, "%s/provenance.tsv", dir);
    bool good =
        tsv_read(summary, &d.summary, error) && tsv_read(provenance_path, &d.provenance, error);
    if (good && d.provenance.column_count != 2)
        good = error_set(error, "%s: is not a table of keys and values", provenance_path);
    if (good) d.workload = provenance(&d, "workload");
    good = good && add_heads(&d, error) && add_runs(&d, error);
    tsv_free(&d.summary);
    tsv_free(&d.provenance);
    return good;
}
