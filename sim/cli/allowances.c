// allowances.c -- what the gate is told to let pass: tolerances and waivers
#include "allowances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate_figures.h"
#include "text.h"
#include "tsv.h"

void path_sibling(const char *path, const char *file, char *sibling, size_t size) {
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path + 1) : 0;
    snprintf(sibling, size, "%.*s%s", folder, path, file);
}

bool date_valid(const char *text) {
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 0, month = 0, day = 0;
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
    if (text[10] != '\0' || sscanf(text, "%4u-%2u-%2u", &year, &month, &day) != 3) return false;
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month != 2 || day < 29 || leap;
}

// ---- tolerances ----

static bool metric_is_watched(const char *name, Error *error) {
    if (gate_metric(name).measured) return true;
    for (size_t i = 0; i < GATE_METRIC_COUNT; i++)
        if (strcmp(GATE_METRICS[i], name) == 0) return true;
    const char *near = text_nearest(name, GATE_METRICS, GATE_METRIC_COUNT);
    return error_set(error, "'%s' is no metric that the gate watches%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : " (sim/cli/gate_metrics.def)");
}

static bool tolerance_add(Allowances *a, const char *metric, const char *share, const char *floor,
                          Error *error) {
    Tolerance tolerance = {.share_ppm = 0};
    uint32_t ppm = 0;
    Error why = {0};
    if (!metric_is_watched(metric, error)) return false;
    if (a->tolerance_count == TOLERANCES_MAX)
        return error_set(error, "more than %d tolerances", TOLERANCES_MAX);
    if (!text_share(share, &ppm, &why) || !text_count(floor, 0, UINT64_MAX, &tolerance.floor, &why))
        return error_set(error, "tolerance of %s: %s", metric, why.text);
    tolerance.share_ppm = ppm;
    snprintf(tolerance.metric, sizeof tolerance.metric, "%s", metric);
    a->tolerances[a->tolerance_count++] = tolerance;
    return true;
}

bool allowances_tolerate(Allowances *a, const char *text, Error *error) {
    char words[128];
    snprintf(words, sizeof words, "%s", text);
    char *share = strchr(words, '=');
    if (share == NULL || strlen(text) >= sizeof words)
        return error_set(error, "--tolerance '%s': allowed: METRIC=SHARE or METRIC=SHARE+FLOOR",
                         text);
    *share++ = '\0';
    char *floor = strchr(share, '+');
    if (floor != NULL) *floor++ = '\0';
    return tolerance_add(a, words, share, floor != NULL ? floor : "0", error);
}

Tolerance allowances_tolerance(const Allowances *a, const char *metric) {
    for (size_t i = a->tolerance_count; i > 0; i--)
        if (strcmp(a->tolerances[i - 1].metric, metric) == 0) return a->tolerances[i - 1];
    return (Tolerance){.share_ppm = gate_metric(metric).measured ? 50000 : 0};
}

// ---- waivers ----

static bool waiver_check(const Allowances *a, const Waiver *w, Error *error) {
    bool is_status = strcmp(w->metric, WORD_STATUS) == 0;
    uint64_t ceiling = 0;
    if (!is_status && !metric_is_watched(w->metric, error)) return false;
    if (!is_status && !tsv_number_parse(w->ceiling, &ceiling))
        return error_set(error, "ceiling '%s'; a whole number is needed", w->ceiling);
    if (!date_valid(w->expires))
        return error_set(error, "expires '%s': not a day of the calendar as YYYY-MM-DD",
                         w->expires);
    if (w->reason[0] == '\0') return error_set(error, "no reason is given");
    for (const Waiver *other = a->waivers; other < w; other++)
        if (strcmp(w->workload, other->workload) == 0 && strcmp(w->policy, other->policy) == 0 &&
            strcmp(w->metric, other->metric) == 0)
            return error_set(error, "the same as on line %u", other->line);
    return true;
}

const Waiver *allowances_waiver(Allowances *a, const char *workload, const char *policy,
                                const char *metric) {
    for (size_t i = 0; i < a->waiver_count; i++) {
        Waiver *w = &a->waivers[i];
        if (strcmp(w->workload, workload) != 0 || strcmp(w->policy, policy) != 0 ||
            strcmp(w->metric, metric) != 0)
            continue;
        w->used = true;
        return w;
    }
    return NULL;
}

// ---- files ----

// Cells of the row in the order of `names`; every file here says what it has in its header.
typedef bool (*RowTaker)(Allowances *a, const char *const *cells, uint32_t line, Error *error);

static bool tolerance_row(Allowances *a, const char *const *cells, uint32_t line, Error *error) {
    (void)line;
    if (cells[3][0] == '\0') return error_set(error, "no reason is given");
    return tolerance_add(a, cells[0], cells[1], cells[2], error);
}

static bool waiver_row(Allowances *a, const char *const *cells, uint32_t line, Error *error) {
    if (a->waiver_count == WAIVERS_MAX)
        return error_set(error, "more than %d waivers", WAIVERS_MAX);
    Waiver *w = &a->waivers[a->waiver_count];
    char **const own[] = {&w->workload, &w->policy,  &w->metric,
                          &w->ceiling,  &w->expires, &w->reason};
    for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
        *own[i] = memory_text(cells[i], strlen(cells[i]));
    w->line = line;
    a->waiver_count++;
    return waiver_check(a, w, error);
}

static bool table_read(Allowances *a, const char *path, const char *const *names, size_t count,
                       RowTaker take, Error *error) {
    enum { COLUMNS_MAX = 8 };
    int columns[COLUMNS_MAX];
    Tsv tsv;
    CHECK(count <= COLUMNS_MAX);
    if (access(path, F_OK) != 0) return true;
    if (!tsv_read(path, &tsv, error)) return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = tsv_column_needed(&tsv, names[i], &columns[i], error);
    for (uint32_t row = 0; good && row < tsv.row_count; row++) {
        const char *cells[COLUMNS_MAX];
        Error why = {0};
        for (size_t i = 0; i < count; i++) cells[i] = tsv_cell(&tsv, row, columns[i]);
        good = take(a, cells, tsv_line(row), &why) ||
               error_set(error, "%s:%u: %s", path, tsv_line(row), why.text);
    }
    tsv_free(&tsv);
    return good;
}

bool allowances_read(Allowances *a, const char *baseline, Error *error) {
    static const char *const tolerance[] = {"metric", "share", "floor", "reason"};
    static const char *const waiver[] = {"workload", "policy",  "metric",
                                         "ceiling",  "expires", "reason"};
    char path[4096];
    *a = (Allowances){.tolerance_count = 0};
    path_sibling(baseline, "tolerances.tsv", path, sizeof path);
    if (!table_read(a, path, tolerance, ARRAY_LENGTH(tolerance), tolerance_row, error))
        return false;
    path_sibling(baseline, "waivers.tsv", path, sizeof path);
    return table_read(a, path, waiver, ARRAY_LENGTH(waiver), waiver_row, error);
}

void allowances_free(Allowances *a) {
    for (size_t i = 0; i < a->waiver_count; i++) {
        Waiver *w = &a->waivers[i];
        char *const own[] = {w->workload, w->policy, w->metric, w->ceiling, w->expires, w->reason};
        for (size_t k = 0; k < ARRAY_LENGTH(own); k++) free(own[k]);
    }
    *a = (Allowances){.tolerance_count = 0};
}
