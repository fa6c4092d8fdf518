// html_tables.c -- the tables of the page: verdict, all metrics, provenance
//
// The best of a row or column is marked by weight and by a star, never by colour alone. Only runs
// that finished take part: a run that died early has spent little of anything.
#include "html_tables.h"

#include <inttypes.h>
#include <string.h>

#include "html.h"

// ---- a metric, and who is best at it ----

typedef enum { BETTER_NONE, BETTER_LOWER, BETTER_HIGHER } Better;

typedef struct {
    const char *heading;
    const char *metric;
    const char *of;  // not NULL: the value is metric / of, in permille
    const char *unit;
    Better better;
} Measure;

static bool measure_value(const ReportData *data, const Measure *measure, uint32_t policy,
                          uint64_t *value) {
    uint64_t whole = 0;
    if (!report_value(data, policy, measure->metric, value)) return false;
    if (measure->of == NULL) return true;
    if (!report_value(data, policy, measure->of, &whole) || whole == 0) return false;
    *value = mul_div_u64(*value, 1000, whole);
    return true;
}

// The best value among the collectors that finished; false when there is nothing to win.
static bool measure_best(const ReportData *data, const Measure *measure, uint64_t *best) {
    uint64_t low = UINT64_MAX, high = 0, value = 0;
    for (uint32_t i = 0; i < data->policy_count; i++) {
        if (!data->policies[i].competes || !measure_value(data, measure, i, &value)) continue;
        low = min_u64(low, value);
        high = max_u64(high, value);
    }
    *best = measure->better == BETTER_LOWER ? low : high;
    return measure->better != BETTER_NONE && low < high;
}

static void measure_cell(FILE *page, const ReportData *data, const Measure *measure,
                         uint32_t policy) {
    uint64_t value = 0, best = 0;
    if (!measure_value(data, measure, policy, &value)) {
        const char *cell =
            tsv_cell(&data->summary, policy, tsv_column(&data->summary, measure->metric));
        fputs("<td>", page);
        html_text(page, *cell != '\0' && measure->of == NULL ? cell : "\xE2\x80\x93");
        fputs("</td>", page);
        return;
    }
    bool wins =
        data->policies[policy].competes && measure_best(data, measure, &best) && value == best;
    const char *exact =
        measure->of != NULL || strcmp(measure->unit, "ratio") == 0 ? "permille" : measure->unit;
    fprintf(page, "<td title=\"%" PRIu64 " ", value);
    html_text(page, exact);
    ValueText text = value_text(measure->unit, value);
    fprintf(
        page, "\">%s%s%s</td>", wins ? "<strong>" : "", text.text,
        wins ? "<span class=\"star\" role=\"img\" aria-label=\"best\">\xE2\x98\x85</span></strong>"
             : "");
}

// ---- the verdict ----

static const Measure PEAK = {"peak held", "peak_held_bytes", NULL, "bytes", BETTER_LOWER};
static const Measure GC_TIME = {"collector time", "pause_ns_total", NULL, "ns", BETTER_LOWER};
static const Measure LONGEST = {"longest pause", "pause_ns_max", NULL, "ns", BETTER_LOWER};

// "out of memory" for oom; other words as they are.
static const char *status_text(const char *status) {
    return strcmp(status, "oom") == 0 ? "out of memory" : status;
}

static void sentence_best(FILE *page, const ReportData *data, const Measure *measure,
                          const char *what) {
    uint64_t best = 0, value = 0;
    if (!measure_best(data, measure, &best)) return;
    fprintf(page, " %s: ", what);
    const char *separator = "";
    for (uint32_t i = 0; i < data->policy_count; i++) {
        if (!data->policies[i].competes || !measure_value(data, measure, i, &value) ||
            value != best)
            continue;
        fprintf(page, "%s<strong>", separator);
        html_text(page, data->policies[i].label);
        fputs("</strong>", page);
        separator = ", ";
    }
    ValueText text = value_text(measure->unit, best);
    fprintf(page, " (%s).", text.text);
}

void verdict_sentence(FILE *page, const ReportData *data) {
    uint32_t finished = 0;
    for (uint32_t i = 0; i < data->policy_count; i++) finished += data->policies[i].finished;
    uint64_t limit = 0;
    fprintf(page, "<p class=\"short\">%u of %u %s finished", finished, data->policy_count,
            data->policy_count == 1 ? "policy" : "policies");
    if (tsv_number_parse(report_provenance(data, "memory_limit_bytes"), &limit) && limit > 0)
        fprintf(page, " within %s", value_text("bytes", limit).text);
    const char *separator = "; not: ";
    for (uint32_t i = 0; i < data->policy_count; i++) {
        const ReportPolicy *policy = &data->policies[i];
        if (policy->finished) continue;
        fputs(separator, page);
        html_text(page, policy->label);
        fputs(" (", page);
        html_text(page, status_text(policy->status));
        putc(')', page);
        separator = ", ";
    }
    putc('.', page);
    sentence_best(page, data, &PEAK, "Least memory");
    sentence_best(page, data, &GC_TIME, "Least collector time");
    sentence_best(page, data, &LONGEST, "Shortest longest pause");
    fputs("</p>\n", page);
}

static void verdict_row(FILE *page, const ReportData *data, uint32_t index, const Measure *measures,
                        size_t count) {
    const ReportPolicy *policy = &data->policies[index];
    uint64_t allocations = 0;
    fprintf(page, "<tr%s><th scope=\"row\">", policy->finished ? "" : " class=\"unfinished\"");
    html_text(page, policy->label);
    if (*policy->summary != '\0') {
        fputs("<span class=\"help\">", page);
        html_text(page, policy->summary);
        fputs("</span>", page);
    }
    fputs("</th><td class=\"word\">", page);
    html_text(page, policy->finished ? "finished" : status_text(policy->status));
    if (!policy->finished && report_value(data, index, "allocations", &allocations))
        fprintf(page, "<span class=\"help\">after %s allocations</span>",
                value_text("count", allocations).text);
    fputs("</td>", page);
    for (size_t i = 0; i < count; i++) measure_cell(page, data, &measures[i], index);
    fputs("</tr>\n", page);
}

void verdict_table(FILE *page, const ReportData *data) {
    const Measure measures[] = {
        PEAK,
        {"\xC3\x97 floor", "peak_held_bytes", "floor_bytes", "ratio", BETTER_LOWER},
        {"garbage", "drag_share", NULL, "permille", BETTER_LOWER},
        GC_TIME,
        {"share of time", "pause_ns_total", "total_ns", "permille", BETTER_LOWER},
        {"pause p50", "pause_ns_p50", NULL, "ns", BETTER_LOWER},
        {"pause p99", "pause_ns_p99", NULL, "ns", BETTER_LOWER},
        {"pause max", "pause_ns_max", NULL, "ns", BETTER_LOWER},
        {"collections", "collections", NULL, "count", BETTER_NONE},
    };
    fputs(
        "<table class=\"verdict\">\n<caption>What each policy costs</caption>\n<thead><tr>"
        "<th scope=\"col\">policy</th><th scope=\"col\" class=\"word\">outcome</th>",
        page);
    for (size_t i = 0; i < ARRAY_LENGTH(measures); i++)
        fprintf(page, "<th scope=\"col\">%s</th>", measures[i].heading);
    fputs("</tr></thead>\n<tbody>\n", page);
    for (uint32_t i = 0; i < data->policy_count; i++)
        verdict_row(page, data, i, measures, ARRAY_LENGTH(measures));
    fputs("</tbody></table>\n", page);
}

// ---- everything ----

// The row of metrics.tsv on `name`, or -1.
static int64_t metric_row(const Tsv *metrics, const char *name) {
    int column = tsv_column(metrics, "name");
    for (uint32_t row = 0; row < metrics->row_count; row++)
        if (strcmp(tsv_cell(metrics, row, column), name) == 0) return row;
    return -1;
}

static const char *metric_cell(const Tsv *metrics, int64_t row, const char *column) {
    return row < 0 ? "" : tsv_cell(metrics, (uint32_t)row, tsv_column(metrics, column));
}

static Better better_parse(const char *direction) {
    if (strcmp(direction, "lower") == 0) return BETTER_LOWER;
    return strcmp(direction, "higher") == 0 ? BETTER_HIGHER : BETTER_NONE;
}

static bool column_is_metric(const char *name) {
    static const char *const others[] = {"policy", "file", "summary", "status"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        if (strcmp(name, others[i]) == 0) return false;
    return true;
}

// What the number does not say itself: objects, allocations, which direction is better.
static void metric_notes(FILE *page, const char *unit, Better better) {
    static const char *const said[] = {"bytes", "ns", "permille", "count", ""};
    bool unsaid = true;
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) unsaid &= strcmp(unit, said[i]) != 0;
    if (!unsaid && better == BETTER_NONE) return;
    fputs(" (", page);
    if (unsaid) html_text(page, unit);
    if (unsaid && better != BETTER_NONE) fputs("; ", page);
    if (better != BETTER_NONE)
        fprintf(page, "%s is better", better == BETTER_LOWER ? "lower" : "higher");
    putc(')', page);
}

// A column that metrics.tsv does not know, a digest for example, is shown as it is.
static void raw_cell(FILE *page, const char *cell) {
    fputs("<td><code>", page);
    html_text(page, cell);
    fputs("</code></td>", page);
}

static void metrics_row(FILE *page, const ReportData *data, uint32_t column) {
    const char *name = tsv_header(&data->summary, column);
    int64_t row = metric_row(&data->metrics, name);
    const Measure measure = {name, name, NULL, metric_cell(&data->metrics, row, "unit"),
                             better_parse(metric_cell(&data->metrics, row, "direction"))};
    fputs("<tr><th scope=\"row\"><code>", page);
    html_text(page, name);
    fputs("</code><span class=\"help\">", page);
    html_text(page, metric_cell(&data->metrics, row, "help"));
    metric_notes(page, measure.unit, measure.better);
    fputs("</span></th>", page);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        if (row >= 0)
            measure_cell(page, data, &measure, i);
        else
            raw_cell(page, tsv_cell(&data->summary, i, (int)column));
    }
    fputs("</tr>\n", page);
}

void metrics_table(FILE *page, const ReportData *data) {
    fputs(
        "<table class=\"metrics\">\n<caption>All metrics</caption>\n<thead><tr><th "
        "scope=\"col\">metric</th>",
        page);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        fputs("<th scope=\"col\">", page);
        html_text(page, data->policies[i].label);
        if (!data->policies[i].finished) {
            fputs("<span class=\"help\">", page);
            html_text(page, status_text(data->policies[i].status));
            fputs("</span>", page);
        }
        fputs("</th>", page);
    }
    fputs("</tr></thead>\n<tbody>\n", page);
    for (uint32_t column = 0; column < data->summary.column_count; column++) {
        const char *name = tsv_header(&data->summary, column);
        if (column_is_metric(name)) metrics_row(page, data, column);
    }
    fputs("</tbody></table>\n", page);
}

void provenance_table(FILE *page, const ReportData *data) {
    int key = tsv_column(&data->provenance, "key"), value = tsv_column(&data->provenance, "value");
    fputs("<table class=\"provenance\">\n<caption>Where the figures come from</caption>\n<tbody>\n",
          page);
    for (uint32_t row = 0; row < data->provenance.row_count; row++) {
        fputs("<tr><th scope=\"row\">", page);
        html_text(page, tsv_cell(&data->provenance, row, key));
        fputs("</th><td>", page);
        html_text(page, tsv_cell(&data->provenance, row, value));
        fputs("</td></tr>\n", page);
    }
    fputs("</tbody></table>\n", page);
}
