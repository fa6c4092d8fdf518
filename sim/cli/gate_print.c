// gate_print.c -- a verdict for people: text, markdown, tab-separated values
#include "gate_print.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "text.h"

enum { ROWS_SHOWN = 100 };

GateWriter gate_writer(const char *format, Error *error) {
    static const struct {
        const char *name;
        GateWriter write;
    } writers[] = {
#define X(name, what) {#name, gate_print_##name},
        GATE_FORMATS(X)
#undef X
    };
    for (size_t i = 0; i < ARRAY_LENGTH(writers); i++)
        if (strcmp(writers[i].name, format) == 0) return writers[i].write;
    error_set(error, "--format '%s'; allowed: text, tsv, json, markdown, junit, github", format);
    return NULL;
}

void gate_change_text(char text[GATE_CHANGE_SIZE], const Finding *finding) {
    uint64_t ppm = (uint64_t)llabs(finding->change_ppm);
    char sign = finding->change_ppm < 0 ? '-' : '+';
    if (ppm == 0)
        text[0] = '\0';
    else if (ppm == INT64_MAX)
        snprintf(text, GATE_CHANGE_SIZE, "from 0");
    else if (ppm < 1000)
        snprintf(text, GATE_CHANGE_SIZE, "%c%llu ppm", sign, (unsigned long long)ppm);
    else
        snprintf(text, GATE_CHANGE_SIZE, "%c%llu.%llu %%", sign, (unsigned long long)(ppm / 10000),
                 (unsigned long long)(ppm / 1000 % 10));
}

void gate_summary(char text[GATE_SUMMARY_SIZE], const Verdict *v) {
    size_t used = 0;
    for (int state = 0; state < GATE_STATE_COUNT; state++)
        if (v->counts[state] > 0)
            used += (size_t)snprintf(text + used, GATE_SUMMARY_SIZE - used, "%s%llu %s",
                                     used > 0 ? ", " : "", (unsigned long long)v->counts[state],
                                     gate_state_name((GateState)state));
    used += (size_t)snprintf(text + used, GATE_SUMMARY_SIZE - used,
                             "%s%llu of %llu figures of %llu runs are unchanged",
                             used > 0 ? "; " : "", (unsigned long long)v->unchanged,
                             (unsigned long long)v->figures, (unsigned long long)v->runs);
    if (v->tolerated > 0)
        snprintf(text + used, GATE_SUMMARY_SIZE - used, ", %llu within their tolerance",
                 (unsigned long long)v->tolerated);
}

// ---- text ----

enum { COLUMN_COUNT = 7 };

typedef struct {
    char cells[COLUMN_COUNT][GATE_VALUE_SIZE];
} Line;

static const char *const COLUMNS[COLUMN_COUNT] = {"state",    "workload", "policy", "metric",
                                                  "baseline", "found",    "change"};

// A number with its unit; a list or a word as it is.
static void value_text(char *text, size_t size, const GateFigure *figure) {
    uint64_t numbers[GATE_REPEATS_MAX];
    size_t count = 0;
    GateMetric metric = {.name = ""};
    snprintf(text, size, "-");
    if (figure == NULL) return;
    metric = gate_metric(figure->metric);
    bool is_word = strcmp(metric.name, WORD_DIGEST) == 0 || strcmp(metric.name, WORD_STATUS) == 0;
    snprintf(text, size, "%s", figure->value);
    if (is_word || !gate_numbers(figure->value, numbers, &count)) return;
    char number[FIGURE_SIZE];
    format_metric(number, metric.unit, numbers[count / 2]);
    snprintf(text, size, count > 1 ? "%s (%zu)" : "%s", number, count);
}

static void line_of(Line *line, const Finding *finding) {
    const GateFigure *key = finding_key(finding);
    const char *const names[] = {gate_state_name(finding->state), key->workload, key->policy,
                                 key->metric};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        snprintf(line->cells[i], GATE_VALUE_SIZE, "%s", names[i]);
    value_text(line->cells[4], GATE_VALUE_SIZE, finding->base);
    value_text(line->cells[5], GATE_VALUE_SIZE, finding->found);
    gate_change_text(line->cells[6], finding);
    // Two figures that differ must not look alike.
    bool alike = finding->base != NULL && finding->found != NULL &&
                 strcmp(line->cells[4], line->cells[5]) == 0;
    if (alike) snprintf(line->cells[4], GATE_VALUE_SIZE, "%s", finding->base->value);
    if (alike) snprintf(line->cells[5], GATE_VALUE_SIZE, "%s", finding->found->value);
}

static size_t shown(const Verdict *v) { return min_u64(v->count, ROWS_SHOWN); }

static void print_rest(FILE *file, const Verdict *v) {
    if (v->count > ROWS_SHOWN)
        fprintf(file, "... and %zu more (--format tsv has all)\n", v->count - ROWS_SHOWN);
}

static void print_waivers(FILE *file, const Verdict *v) {
    for (size_t i = 0; i < v->allowances->waiver_count; i++) {
        const Waiver *w = &v->allowances->waivers[i];
        if (!w->used)
            fprintf(file, "waivers.tsv:%u: %s, %s, %s: nothing is worse there; take it out\n",
                    w->line, w->workload, w->policy, w->metric);
    }
}

static void print_verdict(FILE *file, const GateReport *report) {
    static const char *const says[] = {"The gate says yes.", "The gate says no.",
                                       "The gate cannot judge."};
    const Verdict *v = report->verdict;
    char summary[GATE_SUMMARY_SIZE];
    gate_summary(summary, v);
    fprintf(file, "%s\n%s\n", summary, says[verdict_code(v)]);
    if (v->count > v->counts[GATE_WAIVED])
        fputs("When this is how it is to be: the same again with --accept --reason '...'\n", file);
}

void gate_print_text(FILE *file, const GateReport *report) {
    const Verdict *v = report->verdict;
    int widths[COLUMN_COUNT];
    Line *lines = memory_new(shown(v) + 1, sizeof *lines);
    for (size_t k = 0; k < COLUMN_COUNT; k++) widths[k] = (int)strlen(COLUMNS[k]);
    for (size_t i = 0; i < shown(v); i++) {
        line_of(&lines[i], &v->findings[i]);
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            widths[k] = (int)max_u64((uint64_t)widths[k], strlen(lines[i].cells[k]));
    }
    if (v->count > 0) {
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            fprintf(file, k < 4 ? "%-*s  " : "%*s  ", widths[k], COLUMNS[k]);
        fputs("repeat with\n", file);
    }
    for (size_t i = 0; i < shown(v); i++) {
        char command[GATE_COMMAND_SIZE];
        finding_command(&v->findings[i], command);
        for (size_t k = 0; k < COLUMN_COUNT; k++)
            fprintf(file, k < 4 ? "%-*s  " : "%*s  ", widths[k], lines[i].cells[k]);
        fprintf(file, "%s\n", command);
        if (v->findings[i].note[0] != '\0') fprintf(file, "    %s\n", v->findings[i].note);
    }
    free(lines);
    print_rest(file, v);
    print_waivers(file, v);
    print_verdict(file, report);
}

// ---- markdown ----

// A cell that is plain text whatever it holds: HTML, pipes and marks lose their meaning.
void gate_write_markdown(FILE *file, const char *text) {
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '<')
            fputs("&lt;", file);
        else if (*p == '&')
            fputs("&amp;", file);
        else if (strchr("\\`*_{}[]()#!|>~@", *p) != NULL)
            fprintf(file, "\\%c", *p);
        else
            fputc((unsigned char)*p < ' ' ? ' ' : *p, file);
    }
}

void gate_print_markdown(FILE *file, const GateReport *report) {
    const Verdict *v = report->verdict;
    if (v->count > 0) {
        for (size_t k = 0; k < COLUMN_COUNT; k++) fprintf(file, "| %s ", COLUMNS[k]);
        fputs("| repeat with, or note |\n|---|---|---|---|--:|--:|--:|---|\n", file);
    }
    Line *line = memory_new(1, sizeof *line);
    for (size_t i = 0; i < shown(v); i++) {
        char command[GATE_COMMAND_SIZE];
        const Finding *finding = &v->findings[i];
        finding_command(finding, command);
        line_of(line, finding);
        for (size_t k = 0; k < COLUMN_COUNT; k++) {
            fputs("| ", file);
            gate_write_markdown(file, line->cells[k]);
            fputc(' ', file);
        }
        fputs("| ", file);
        gate_write_markdown(file, finding->note[0] != '\0' ? finding->note : command);
        fputs(" |\n", file);
    }
    free(line);
    if (v->count > 0) fputc('\n', file);
    print_rest(file, v);
    print_verdict(file, report);
}

// ---- tab-separated ----

void gate_print_tsv(FILE *file, const GateReport *report) {
    fputs("state\tfails\tworkload\tpolicy\tmetric\tbaseline\tfound\tchange_ppm\tcommand\tnote\n",
          file);
    for (size_t i = 0; i < report->verdict->count; i++) {
        const Finding *f = &report->verdict->findings[i];
        const GateFigure *key = finding_key(f);
        char command[GATE_COMMAND_SIZE];
        finding_command(f, command);
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%lld\t%s\t%s\n", gate_state_name(f->state),
                gate_state_fails(f->state) ? "yes" : "no", key->workload, key->policy, key->metric,
                f->base != NULL ? f->base->value : "", f->found != NULL ? f->found->value : "",
                (long long)f->change_ppm, command, f->note);
    }
}
