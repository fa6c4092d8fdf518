// report_data.c -- one result directory, read, checked and summed up for figures and page
#include "report_data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pareto.h"

char *report_path(const char *dir, const char *folder, const char *file, const char *suffix) {
    size_t size =
        strlen(dir) + strlen(file) + strlen(suffix) + 3 + (folder != NULL ? strlen(folder) : 0);
    char *path = memory_new(size, 1);
    snprintf(path, size, "%s/%s%s%s%s", dir, folder != NULL ? folder : "",
             folder != NULL ? "/" : "", file, suffix);
    return path;
}

static bool table_read(const char *dir, const char *folder, const char *file, Tsv *tsv,
                       Error *error) {
    char *path = report_path(dir, folder, file, ".tsv");
    bool good = tsv_read(path, tsv, error);
    free(path);
    return good;
}

// ---- summary.tsv: the policies ----

// A name that stays in its folder and that no tool takes for an option.
static bool file_name_is_safe(const char *name) {
    if (*name == '\0' || *name == '.' || *name == '-') return false;
    for (const char *p = name; *p != '\0'; p++)
        if (*p == '/' || *p == '\\' || (unsigned char)*p <= ' ' || *p == 127) return false;
    return true;
}

static bool policies_name(ReportData *data, Error *error) {
    const Tsv *summary = &data->summary;
    int label = 0, file = 0, status = 0, about = tsv_column(summary, "summary");
    int kind = tsv_column(summary, "kind");
    if (!tsv_column_needed(summary, "policy", &label, error) ||
        !tsv_column_needed(summary, "file", &file, error) ||
        !tsv_column_needed(summary, "status", &status, error))
        return false;
    if (summary->row_count == 0)
        return error_set(error, "%s: has no rows; at least one policy is needed", summary->path);
    data->policy_count = summary->row_count;
    data->policies = memory_new(data->policy_count, sizeof *data->policies);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        ReportPolicy *policy = &data->policies[i];
        policy->label = tsv_cell(summary, i, label);
        policy->file = tsv_cell(summary, i, file);
        policy->status = tsv_cell(summary, i, status);
        policy->summary = tsv_cell(summary, i, about);
        policy->finished = strcmp(policy->status, "ok") == 0;
        policy->competes =
            policy->finished && (kind < 0 || strcmp(tsv_cell(summary, i, kind), "floor") != 0);
        if (!file_name_is_safe(policy->file) || policy->label[0] == '\0')
            return error_set(error,
                             "%s:%u: policy '%.60s', file '%.60s': both are needed, and the file "
                             "without blanks, slashes or a dot or dash at its start",
                             summary->path, tsv_line(i), policy->label, policy->file);
    }
    return true;
}

// ---- per policy ----

// The largest value of a column, and the last one.
static bool column_top(const Tsv *tsv, int column, uint64_t *top, uint64_t *last, Error *error) {
    for (uint32_t row = 0; row < tsv->row_count; row++) {
        if (!tsv_number(tsv, row, column, last, error)) return false;
        *top = max_u64(*top, *last);
    }
    return true;
}

static bool timeline_measure(ReportData *data, uint32_t index, Error *error) {
    ReportPolicy *policy = &data->policies[index];
    const Tsv *timeline = &policy->timeline;
    int clock = 0, held = 0, garbage = 0, reachable = 0;
    int rss = tsv_column(timeline, "rss_bytes");  // of a real run
    uint64_t clock_top = 0, reachable_top = 0, last = 0;
    if (!tsv_column_needed(timeline, "clock", &clock, error) ||
        !tsv_column_needed(timeline, "reachable_bytes", &reachable, error) ||
        !tsv_column_needed(timeline, "held_bytes", &held, error) ||
        !tsv_column_needed(timeline, "garbage_bytes", &garbage, error) ||
        !column_top(timeline, clock, &clock_top, &policy->end_clock, error) ||
        !column_top(timeline, held, &data->held_top, &policy->end_held, error) ||
        !column_top(timeline, reachable, &reachable_top, &last, error) ||
        !column_top(timeline, garbage, &policy->garbage_peak, &last, error) ||
        (rss >= 0 && !column_top(timeline, rss, &data->held_top, &last, error)))
        return false;
    if (clock_top > data->clock_top) {
        data->clock_top = clock_top;
        data->longest = index;
    }
    data->held_top = max_u64(data->held_top, reachable_top);
    data->garbage_top = max_u64(data->garbage_top, policy->garbage_peak);
    return true;
}

static void pause_range(ReportData *data, uint64_t ns) {
    if (ns > 0) data->pause_min = min_u64(data->pause_min, ns);
    data->pause_max = max_u64(data->pause_max, ns);
}

// The largest finite 1/(1-p), and the range of the pauses, predicted ones (of a real run) included.
static bool percentiles_measure(ReportData *data, ReportPolicy *policy, Error *error) {
    const Tsv *table = &policy->percentiles;
    int inverse = 0, pause = 0, predicted = tsv_column(table, "predicted_ns");
    if (!tsv_column_needed(table, "inverse", &inverse, error) ||
        !tsv_column_needed(table, "pause_ns", &pause, error))
        return false;
    uint64_t longest = 0, model_ns = 0;
    policy->pauses = table->row_count;
    for (uint32_t row = 0; row < table->row_count; row++) {
        uint64_t ns = 0;
        char *end = NULL;
        const char *cell = tsv_cell(table, row, inverse);
        double value = strtod(cell, &end);
        if (!tsv_number(table, row, pause, &ns, error) ||
            (predicted >= 0 && !tsv_number(table, row, predicted, &model_ns, error)))
            return false;
        if (end == cell || *end != '\0' || !(value >= 1))
            return error_set(error, "%s:%u: column 'inverse': found '%.60s'; 1/(1-p) is at least 1",
                             table->path, tsv_line(row), cell);
        pause_range(data, ns);
        pause_range(data, model_ns);
        longest = max_u64(longest, ns);
        if (value < 1e18) data->rarest = max_u64(data->rarest, (uint64_t)value);  // 1/(1-1): inf
    }
    if (longest > 0 && (data->pause_best == 0 || longest < data->pause_best))
        data->pause_best = longest;
    return true;
}

static bool mmu_measure(ReportData *data, const Tsv *table, Error *error) {
    int window = 0, mmu = 0;
    if (!tsv_column_needed(table, "window_ns", &window, error) ||
        !tsv_column_needed(table, "mmu", &mmu, error))
        return false;
    for (uint32_t row = 0; row < table->row_count; row++) {
        uint64_t ns = 0;
        if (!tsv_number(table, row, window, &ns, error)) return false;
        if (ns > 0) data->window_min = min_u64(data->window_min, ns);
        data->window_max = max_u64(data->window_max, ns);
    }
    return true;
}

static bool policies_read(ReportData *data, Error *error) {
    data->pause_min = data->window_min = UINT64_MAX;
    for (uint32_t i = 0; i < data->policy_count; i++) {
        ReportPolicy *policy = &data->policies[i];
        if (!table_read(data->dir, "timeline", policy->file, &policy->timeline, error) ||
            !table_read(data->dir, "percentiles", policy->file, &policy->percentiles, error) ||
            !table_read(data->dir, "mmu", policy->file, &policy->mmu, error) ||
            !timeline_measure(data, i, error) || !percentiles_measure(data, policy, error) ||
            !mmu_measure(data, &policy->mmu, error))
            return false;
    }
    return true;
}

// ---- reasons ----

static bool reason_known(const ReportData *data, const char *column) {
    for (uint32_t i = 0; i < data->reason_count; i++)
        if (strcmp(data->reasons[i].column, column) == 0) return true;
    return false;
}

static void reason_add(ReportData *data, const char *column) {
    Reason *reason = &data->reasons[data->reason_count++];
    reason->column = memory_text(column, strlen(column));
    reason->label = memory_text(column + strlen("garbage_"), strlen(column));
    for (char *p = reason->label; *p != '\0'; p++)
        if (*p == '_') *p = ' ';
}

// In the order in which the policies name them.
static bool reasons_collect(ReportData *data, Error *error) {
    uint32_t capacity = 0;
    for (uint32_t i = 0; i < data->policy_count; i++)
        capacity += data->policies[i].timeline.column_count;
    data->reasons = memory_new(capacity, sizeof *data->reasons);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        const Tsv *timeline = &data->policies[i].timeline;
        for (uint32_t column = 0; column < timeline->column_count; column++) {
            const char *name = tsv_header(timeline, column);
            uint64_t top = 0, last = 0;
            if (strncmp(name, "garbage_", 8) != 0 || strcmp(name, "garbage_bytes") == 0) continue;
            if (!column_top(timeline, (int)column, &top, &last, error)) return false;
            if (top > 0 && !reason_known(data, name)) reason_add(data, name);
        }
    }
    return true;
}

// ---- comparisons ----

static void front_find(ReportData *data) {
    ParetoPoint *points = memory_new(data->policy_count, sizeof *points);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        bool known = report_value(data, i, "peak_held_bytes", &points[i].memory) &&
                     report_value(data, i, "pause_ns_total", &points[i].time);
        points[i].competes = known && data->policies[i].competes;
    }
    pareto_mark(points, data->policy_count);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        data->policies[i].front = points[i].front;
        data->policies[i].knee = points[i].knee;
    }
    free(points);
}

// The largest of 1, 5, 10, 20, 50, 100 ... that keeps `peak` within `top`.
static uint32_t zoom_choose(uint64_t peak, uint64_t top) {
    static const uint32_t steps[] = {1000, 500, 200, 100, 50, 20, 10, 5};
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++)
        if (peak > 0 && peak <= top / steps[i]) return steps[i];
    return 1;
}

static void policies_zoom(ReportData *data) {
    for (uint32_t i = 0; i < data->policy_count; i++) {
        ReportPolicy *policy = &data->policies[i];
        policy->zoom = zoom_choose(policy->garbage_peak, data->garbage_top);
    }
}

// Axes that can be drawn even when nothing happened, and a limit that is out of sight left out.
static void ranges_complete(ReportData *data) {
    if (!tsv_number_parse(report_provenance(data, "memory_limit_bytes"), &data->limit_bytes))
        data->limit_bytes = 0;
    if (data->limit_bytes > 4 * data->held_top) data->limit_bytes = 0;
    data->held_top = max_u64(max_u64(data->held_top, data->limit_bytes), 1024);
    data->clock_top = max_u64(data->clock_top, 1);
    data->garbage_top = max_u64(data->garbage_top, 1024);
    if (data->pause_max == 0) data->pause_min = 1000, data->pause_max = 1000000;
    data->pause_min = min_u64(data->pause_min, data->pause_max);
    data->rarest = max_u64(data->rarest, 100);
    if (data->window_max == 0) data->window_min = 100000, data->window_max = 1000000000;
    // MMU is 0 up to the longest pause: the axis begins a little before the first line leaves 0.
    if (data->pause_best < data->window_max / 10)
        data->window_min = max_u64(data->window_min, data->pause_best / 3);
    data->window_max = max_u64(data->window_max, 10 * data->window_min);
}

// ---- the whole ----

const char *report_provenance(const ReportData *data, const char *key) {
    int keys = tsv_column(&data->provenance, "key"),
        values = tsv_column(&data->provenance, "value");
    for (uint32_t row = 0; row < data->provenance.row_count; row++)
        if (strcmp(tsv_cell(&data->provenance, row, keys), key) == 0)
            return tsv_cell(&data->provenance, row, values);
    return "";
}

bool report_value(const ReportData *data, uint32_t policy, const char *metric, uint64_t *value) {
    return tsv_number_parse(tsv_cell(&data->summary, policy, tsv_column(&data->summary, metric)),
                            value);
}

static bool tables_check(const ReportData *data, Error *error) {
    int column = 0;
    return tsv_column_needed(&data->provenance, "key", &column, error) &&
           tsv_column_needed(&data->provenance, "value", &column, error) &&
           tsv_column_needed(&data->metrics, "name", &column, error) &&
           tsv_column_needed(&data->metrics, "unit", &column, error) &&
           tsv_column_needed(&data->phases, "phase", &column, error) &&
           tsv_column_needed(&data->phases, "clock", &column, error);
}

bool report_data_read(const char *dir, ReportData *data, Error *error) {
    *data = (ReportData){.dir = dir};
    bool good = table_read(dir, NULL, "summary", &data->summary, error) &&
                table_read(dir, NULL, "provenance", &data->provenance, error) &&
                table_read(dir, NULL, "metrics", &data->metrics, error) &&
                table_read(dir, NULL, "phases", &data->phases, error) &&
                tables_check(data, error) && policies_name(data, error) &&
                policies_read(data, error) && reasons_collect(data, error);
    if (!good) {
        report_data_free(data);
        return false;
    }
    data->measured = report_provenance(data, "measured");
    front_find(data);
    policies_zoom(data);
    ranges_complete(data);
    return true;
}

void report_data_free(ReportData *data) {
    for (uint32_t i = 0; i < data->policy_count && data->policies != NULL; i++) {
        tsv_free(&data->policies[i].timeline);
        tsv_free(&data->policies[i].percentiles);
        tsv_free(&data->policies[i].mmu);
    }
    for (uint32_t i = 0; i < data->reason_count; i++) {
        free(data->reasons[i].column);
        free(data->reasons[i].label);
    }
    free(data->reasons);
    free(data->policies);
    tsv_free(&data->provenance);
    tsv_free(&data->summary);
    tsv_free(&data->metrics);
    tsv_free(&data->phases);
    *data = (ReportData){0};
}
