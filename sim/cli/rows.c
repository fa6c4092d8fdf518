// rows.c -- results of a run or a comparison, kept as rows
#include "rows.h"

#include <string.h>

#include "format.h"
#include "text.h"

Row row_of(const RunResult *result) {
    Row row = {.spec = result->spec,
               .policy = result->policy,
               .engine = result->engine,
               .interpreter = result->interpreter,
               .allocator = result->allocator,
               .status = result->status,
               .stream_digest = result->stream_digest,
               .result_digest = result->result_digest,
               .behaviour_digest = result->behaviour_digest,
               .metrics = result->metrics,
               .is_floor = result->spaces->free_at_death};
    memcpy(row.cost, result->recorder->cost.name, sizeof row.cost);
    return row;
}

void row_engine(const Row *row, char name[ENGINE_NAME_SIZE]) {
    if (row->interpreter == NULL)
        snprintf(name, ENGINE_NAME_SIZE, "%s", engine_name(row->engine));
    else
        snprintf(name, ENGINE_NAME_SIZE, "cpython-%s", row->interpreter);
}

static bool is_known(const Row *row, const MetricRow *metric) {
    return metric_known(metric, row->interpreter != NULL);
}

// 0: not defined.
static uint64_t ratio(uint64_t part, uint64_t whole) {
    if (whole == 0) return part == 0 ? 1000 : 0;
    return mul_div_u64(part, 1000, whole);
}

static bool competes(const Row *row) { return row->status == STATUS_OK && !row->is_floor; }

void rows_compare(Rows *rows) {
    uint64_t base = UINT64_MAX;
    for (size_t i = 0; i < rows->count; i++) {
        const Metrics *m = &rows->rows[i].metrics;
        if (competes(&rows->rows[i])) base = min_u64(base, m->total_ns - m->pause_ns_total);
    }
    for (size_t i = 0; i < rows->count; i++) {
        Row *row = &rows->rows[i];
        uint64_t peak = row->metrics.peak_held_bytes, gc = row->metrics.pause_ns_total;
        uint64_t least_peak = peak, least_gc = gc;
        for (size_t k = 0; k < rows->count; k++) {
            const Metrics *other = &rows->rows[k].metrics;
            if (!competes(&rows->rows[k])) continue;
            if (other->pause_ns_total <= gc)
                least_peak = min_u64(least_peak, other->peak_held_bytes);
            if (other->peak_held_bytes <= peak) least_gc = min_u64(least_gc, other->pause_ns_total);
        }
        row->lbo = competes(row) ? ratio(row->metrics.total_ns, base) : 0;
        row->regret_peak = competes(row) ? ratio(peak, least_peak) : 0;
        row->regret_gc = competes(row) ? ratio(gc, least_gc) : 0;
    }
}

// ---- for programs ----

void json_string(FILE *file, const char *text) {
    fputc('"', file);
    while (*text != '\0') {
        size_t length = text_character(text);
        if (length == 0)
            fputs("\xEF\xBF\xBD", file);  // U+FFFD: JSON is UTF-8
        else if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(file, "\\u%04x", (unsigned)*text);
        else
            fwrite(text, 1, length, file);
        text += length > 0 ? length : 1;
    }
    fputc('"', file);
}

static void json_field(FILE *file, const char *name, const char *value) {
    fprintf(file, ",\"%s\":", name);
    json_string(file, value);
}

void digest_text(char text[17], uint64_t digest, bool known) {
    text[0] = '\0';
    if (known) snprintf(text, 17, "%016llx", (unsigned long long)digest);
}

static void json_digest(FILE *file, const char *name, uint64_t digest, bool known) {
    char text[17];
    digest_text(text, digest, known);
    fprintf(file, ",\"%s\":\"%s\"", name, text);
}

void row_print_json(FILE *file, const Row *row) {
    const Spec *spec = row->spec;
    fputs("{\"workload\":", file);
    json_string(file, spec->name);
    json_field(file, "policy", row->policy->label);
    json_field(file, "policy_knobs", row->policy->canonical);
    json_field(file, "set", spec->set);
    fprintf(file, ",\"seed\":%llu", (unsigned long long)spec->seed);
    fprintf(file, ",\"scale\":%llu.%06llu", (unsigned long long)(spec->scale / 1000000),
            (unsigned long long)(spec->scale % 1000000));
    char engine[ENGINE_NAME_SIZE];
    row_engine(row, engine);
    json_field(file, "engine", engine);
    json_field(file, "allocator", row->allocator->name);
    json_field(file, "status", status_name(row->status));
    fprintf(file, ",\"behaviour\":%u", BEHAVIOUR_VERSION);
    json_field(file, "cost_model", row->cost);
    json_digest(file, "workload_digest", spec->digest, true);
    json_digest(file, "stream_digest", row->stream_digest, row->status == STATUS_OK);
    json_digest(file, "result_digest", row->result_digest, row->result_digest != 0);
    json_digest(file, "behaviour_digest", row->behaviour_digest, row->behaviour_digest != 0);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (is_known(row, &METRICS[i]))
            fprintf(file, ",\"%s\":%llu", METRICS[i].name,
                    (unsigned long long)metric_value(&row->metrics, &METRICS[i]));
#define X(name, help) \
    if (row->lbo > 0) fprintf(file, ",\"%s\":%llu", #name, (unsigned long long)row->name);
    COMPARISON_COLUMNS(X)
#undef X
    fputs("}", file);
}

void rows_print_tsv(FILE *file, const Rows *rows) {
    fputs("workload\tpolicy\tseed\tengine\tallocator\tstatus\tstream_digest\tresult_digest", file);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (is_known(&rows->rows[0], &METRICS[i])) fprintf(file, "\t%s", METRICS[i].name);
#define X(name, help) fputs("\t" #name, file);
    COMPARISON_COLUMNS(X)
#undef X
    fputc('\n', file);
    for (size_t i = 0; i < rows->count; i++) {
        const Row *row = &rows->rows[i];
        char stream[17], engine[ENGINE_NAME_SIZE];
        digest_text(stream, row->stream_digest, row->status == STATUS_OK);
        row_engine(row, engine);
        fprintf(file, "%s\t%s\t%llu\t%s\t%s\t%s\t%s\t%016llx", row->spec->name, row->policy->label,
                (unsigned long long)row->spec->seed, engine, row->allocator->name,
                status_name(row->status), stream, (unsigned long long)row->result_digest);
        for (size_t k = 0; k < METRIC_COUNT; k++)
            if (is_known(row, &METRICS[k]))
                fprintf(file, "\t%llu",
                        (unsigned long long)metric_value(&row->metrics, &METRICS[k]));
#define X(name, help) fprintf(file, "\t%llu", (unsigned long long)row->name);
        COMPARISON_COLUMNS(X)
#undef X
        fputc('\n', file);
    }
}

// ---- for people ----

static void print_head(const Row *row) {
    char allocations[FIGURE_SIZE], floor[FIGURE_SIZE], limit[FIGURE_SIZE] = "none";
    format_metric(allocations, UNIT_COUNT, spec_allocations(row->spec));
    format_metric(floor, UNIT_BYTES, row->metrics.floor_bytes);
    if (row->spec->memory_limit > 0) format_metric(limit, UNIT_BYTES, row->spec->memory_limit);
    printf("%s: %s allocations, seed %llu, memory limit %s", row->spec->name, allocations,
           (unsigned long long)row->spec->seed, limit);
    if (row->allocator != &MEMORY_DEFAULT) printf(", allocator of %s", row->allocator->name);
    printf("\n");
}

static void print_foot(const Row *row) {
    if (row->interpreter == NULL)
        printf("\nTimes are modelled (%s), not measured: good for ratios and orders.\n", row->cost);
    else
        printf(
            "\nTimes are CPU time measured on CPython %s, all collections as predicted; time\n"
            "outside of pauses includes making the events. Memory is what its allocator held.\n"
            "Model: %s.\n",
            row->interpreter, row->cost);
}

static const MetricRow *metric_find(const char *name, const char *suffix) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%s%s", name, suffix);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (strcmp(METRICS[i].name, wanted) == 0) return &METRICS[i];
    return NULL;
}

// Figures that exist for each generation as well stand in a table of their own.
static bool by_generation(const MetricRow *metric) {
    return strstr(metric->name, "_gen") != NULL || metric_find(metric->name, "_gen0") != NULL;
}

static void print_generations(const Row *row) {
    static const char *const suffixes[] = {"", "_gen0", "_gen1", "_gen2"};
    printf("\n  %-16s %12s %12s %12s %12s\n", "", "all", "generation 0", "1", "2 (full)");
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (metric_find(METRICS[i].name, "_gen0") == NULL) continue;
        printf("  %-16s", METRICS[i].name);
        for (size_t k = 0; k < ARRAY_LENGTH(suffixes); k++) {
            char figure[FIGURE_SIZE];
            const MetricRow *metric = metric_find(METRICS[i].name, suffixes[k]);
            format_metric(figure, metric->unit, metric_value(&row->metrics, metric));
            printf(" %12s", figure);
        }
        printf("\n");
    }
}

void row_print_table(const Row *row) {
    char figure[FIGURE_SIZE];
    char engine[ENGINE_NAME_SIZE];
    row_engine(row, engine);
    print_head(row);
    printf("policy %s, engine %s: %s\n\n", row->policy->canonical, engine,
           row->status == STATUS_OK
               ? "ok"
               : "out of memory: the limit was exceeded; figures are up to then");
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const MetricRow *metric = &METRICS[i];
        if (row->engine == ENGINE_NULL && i >= 2) break;
        if (by_generation(metric) || !is_known(row, metric)) continue;
        format_metric(figure, metric->unit, metric_value(&row->metrics, metric));
        printf("  %-20s %16s  %s\n", metric->name, figure, metric->help);
    }
    if (row->engine == ENGINE_NULL) return;
    print_generations(row);
    print_foot(row);
}

typedef void (*CellWriter)(char text[FIGURE_SIZE], const Row *row, const Row *first);

static void cell_held(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_BYTES, row->metrics.peak_held_bytes);
}

static void cell_floor(char *text, const Row *row, const Row *first) {
    (void)first;
    format_ratio(text, row->metrics.peak_to_floor);
}

// An unfinished run is not to be compared.
static void ratio_to_first(char *text, const Row *row, const Row *first, uint64_t own,
                           uint64_t base) {
    snprintf(text, FIGURE_SIZE, "-");
    if (row->status == STATUS_OK && first->status == STATUS_OK && base > 0)
        format_ratio(text, mul_div_u64(own, 1000, base));
}

static void cell_held_ratio(char *text, const Row *row, const Row *first) {
    ratio_to_first(text, row, first, row->metrics.peak_held_bytes, first->metrics.peak_held_bytes);
}

static void cell_garbage(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_BYTES, row->metrics.peak_garbage_bytes);
}

static void cell_gc(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_NS, row->metrics.pause_ns_total);
}

static void cell_total_ratio(char *text, const Row *row, const Row *first) {
    ratio_to_first(text, row, first, row->metrics.total_ns, first->metrics.total_ns);
}

static void cell_share(char *text, const Row *row, const Row *first) {
    (void)first;
    uint64_t total = max_u64(row->metrics.total_ns, 1);
    format_metric(text, UNIT_PERMILLE, mul_div_u64(row->metrics.pause_ns_total, 1000, total));
}

static void cell_predicted(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_NS, row->metrics.predicted_ns_total);
}

static void cell_rss(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_BYTES, row->metrics.rss_peak_bytes);
}

static void cell_p50(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_NS, row->metrics.pause_ns_p50);
}

static void cell_p99(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_NS, row->metrics.pause_ns_p99);
}

static void cell_max(char *text, const Row *row, const Row *first) {
    (void)first;
    format_metric(text, UNIT_NS, row->metrics.pause_ns_max);
}

static void cell_collections(char *text, const Row *row, const Row *first) {
    (void)first;
    const Metrics *m = &row->metrics;
    snprintf(text, FIGURE_SIZE, "%llu/%llu/%llu", (unsigned long long)m->collections_gen0,
             (unsigned long long)m->collections_gen1, (unsigned long long)m->collections_gen2);
}

static const struct {
    const char *name;
    CellWriter write;
    bool measured;  // of runs on a real interpreter only
} TABLE_COLUMNS[] = {
    {"peak rss", cell_rss, true},
    {"peak held", cell_held, false},
    {"x floor", cell_floor, false},
    {"x first", cell_held_ratio, false},
    {"garbage", cell_garbage, false},
    {"gc time", cell_gc, false},
    {"predicted", cell_predicted, true},
    {"gc share", cell_share, false},
    {"time x first", cell_total_ratio, false},
    {"p50", cell_p50, false},
    {"p99", cell_p99, false},
    {"max", cell_max, false},
    {"collections", cell_collections, false},
};

// As wide as its widest cell.
static int column_width(const Rows *rows, size_t column) {
    size_t width = strlen(TABLE_COLUMNS[column].name);
    for (size_t i = 0; i < rows->count; i++) {
        char text[FIGURE_SIZE];
        TABLE_COLUMNS[column].write(text, &rows->rows[i], &rows->rows[0]);
        width = max_u64(width, strlen(text));
    }
    return (int)width;
}

static bool column_shown(const Rows *rows, size_t column) {
    return !TABLE_COLUMNS[column].measured || rows->rows[0].interpreter != NULL;
}

void rows_print_table(const Rows *rows) {
    int widths[ARRAY_LENGTH(TABLE_COLUMNS)];
    size_t widest = strlen("policy");
    for (size_t i = 0; i < rows->count; i++)
        widest = max_u64(widest, strlen(rows->rows[i].policy->label));
    print_head(&rows->rows[0]);
    printf("\n%-*s  status", (int)widest, "policy");
    for (size_t k = 0; k < ARRAY_LENGTH(widths); k++) {
        if (!column_shown(rows, k)) continue;
        widths[k] = column_width(rows, k);
        printf("  %*s", widths[k], TABLE_COLUMNS[k].name);
    }
    for (size_t i = 0; i < rows->count; i++) {
        const Row *row = &rows->rows[i];
        printf("\n%-*s  %-6s", (int)widest, row->policy->label, status_name(row->status));
        for (size_t k = 0; k < ARRAY_LENGTH(widths); k++) {
            char text[FIGURE_SIZE];
            if (!column_shown(rows, k)) continue;
            TABLE_COLUMNS[k].write(text, row, &rows->rows[0]);
            printf("  %*s", widths[k], text);
        }
    }
    printf("\n");
    print_foot(&rows->rows[0]);
}
