// gate_print_ci.c -- a verdict for the programs of continuous integration: JSON, JUnit, GitHub
#include <string.h>

#include "gate_print.h"
#include "rows.h"
#include "text.h"

static unsigned long long llu(uint64_t value) { return value; }

// ---- JSON ----

static void json_field(FILE *file, const char *name, const char *value) {
    fprintf(file, ",\"%s\":", name);
    if (value != NULL)
        json_string(file, value);
    else
        fputs("null", file);
}

static void json_finding(FILE *file, const Finding *f) {
    const GateFigure *key = finding_key(f);
    char command[GATE_COMMAND_SIZE];
    finding_command(f, command);
    fprintf(file, "{\"fails\":%s", gate_state_fails(f->state) ? "true" : "false");
    json_field(file, "state", gate_state_name(f->state));
    json_field(file, "workload", key->workload);
    json_field(file, "policy", key->policy);
    json_field(file, "metric", key->metric);
    json_field(file, "baseline", f->base != NULL ? f->base->value : NULL);
    json_field(file, "found", f->found != NULL ? f->found->value : NULL);
    fprintf(file, ",\"change_ppm\":%lld", (long long)f->change_ppm);
    json_field(file, "command", command);
    json_field(file, "note", f->note);
    fputs("}", file);
}

void gate_print_json(FILE *file, const GateReport *report) {
    const Verdict *v = report->verdict;
    fprintf(file,
            "{\"exit_code\":%d,\"runs\":%llu,\"figures\":%llu,\"unchanged\":%llu,"
            "\"tolerated\":%llu",
            verdict_code(v), llu(v->runs), llu(v->figures), llu(v->unchanged), llu(v->tolerated));
    json_field(file, "baseline", report->baseline);
    for (int state = 0; state < GATE_STATE_COUNT; state++)
        fprintf(file, ",\"%s\":%llu", gate_state_name((GateState)state), llu(v->counts[state]));
    fputs(",\"findings\":[", file);
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0) fputs(",\n ", file);
        json_finding(file, &v->findings[i]);
    }
    fputs("]}\n", file);
}

// ---- JUnit ----

// Characters that XML cannot hold at all become '?'.
void gate_write_xml(FILE *file, const char *text) {
    for (const char *p = text; *p != '\0'; p += max_u64(text_character(p), 1)) {
        const char *entity = *p == '<'    ? "&lt;"
                             : *p == '>'  ? "&gt;"
                             : *p == '&'  ? "&amp;"
                             : *p == '"'  ? "&quot;"
                             : *p == '\'' ? "&apos;"
                                          : NULL;
        if (entity != NULL)
            fputs(entity, file);
        else if (text_character(p) == 0 || (text_is_control(p) && *p != '\n'))
            fputc('?', file);
        else
            fwrite(p, 1, text_character(p), file);
    }
}

static void finding_text(char *text, size_t size, const Finding *f) {
    char change[GATE_CHANGE_SIZE];
    gate_change_text(change, f);
    snprintf(text, size, "%s %s: baseline %s, found %s%s%s%s%s%s", finding_key(f)->metric,
             gate_state_name(f->state), f->base != NULL ? f->base->value : "none",
             f->found != NULL ? f->found->value : "none", change[0] != '\0' ? " (" : "", change,
             change[0] != '\0' ? ")" : "", f->note[0] != '\0' ? "; " : "", f->note);
}

enum { TEXT_SIZE = 3 * GATE_VALUE_SIZE };

static bool is_of_run(const Finding *f, const GateFigure *run) {
    const GateFigure *key = finding_key(f);
    return strcmp(key->workload, run->workload) == 0 && strcmp(key->policy, run->policy) == 0;
}

static void junit_finding(FILE *file, const char *element, const Finding *f) {
    char text[TEXT_SIZE], command[GATE_COMMAND_SIZE];
    finding_text(text, sizeof text, f);
    finding_command(f, command);
    fprintf(file, "<%s message=\"", element);
    gate_write_xml(file, text);
    fputs("\">", file);
    gate_write_xml(file, command);
    fprintf(file, "</%s>\n", element);
}

// A test case has one failure at most: the worst; findings are sorted. A run that is let pass by a
// waiver counts as skipped, one without a verdict as an error.
static void junit_case(FILE *file, const Verdict *v, const GateFigure *run) {
    fputs("<testcase classname=\"", file);
    gate_write_xml(file, run->workload);
    fputs("\" name=\"", file);
    gate_write_xml(file, run->policy);
    fputs("\">\n", file);
    for (size_t i = 0; i < v->count; i++) {
        const Finding *f = &v->findings[i];
        const char *element = gate_state_fails(f->state)  ? "failure"
                              : f->state == GATE_UNJUDGED ? "error"
                              : f->state == GATE_WAIVED   ? "skipped"
                                                          : NULL;
        if (element == NULL || !is_of_run(f, run)) continue;
        junit_finding(file, element, f);
        break;
    }
    fputs("</testcase>\n", file);
}

// The first finding of a run, in the order in which they are listed, speaks for it.
static bool is_first_of_run(const Verdict *v, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (is_of_run(&v->findings[i], finding_key(&v->findings[index]))) return false;
    return true;
}

static uint64_t junit_count(const Verdict *v, bool (*counts)(GateState state)) {
    uint64_t count = 0;
    for (size_t i = 0; i < v->count; i++)
        count += counts(v->findings[i].state) && is_first_of_run(v, i);
    return count;
}

static bool is_unjudged(GateState state) { return state == GATE_UNJUDGED; }
static bool is_waived(GateState state) { return state == GATE_WAIVED; }

// Whole runs that these results lack.
static bool is_missing_run(const Finding *f) {
    return f->state == GATE_MISSING && strcmp(f->base->metric, WORD_STATUS) == 0;
}

void gate_print_junit(FILE *file, const GateReport *report) {
    const Verdict *v = report->verdict;
    const GateFigures *results = report->results;
    uint64_t cases = 0;
    for (size_t i = 0; i < results->count; i++)
        cases += strcmp(results->rows[i].metric, WORD_STATUS) == 0;
    for (size_t i = 0; i < v->count; i++) cases += is_missing_run(&v->findings[i]);
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "<testsuite name=\"ouro gate\" tests=\"%llu\" failures=\"%llu\" errors=\"%llu\" "
            "skipped=\"%llu\">\n",
            llu(cases), llu(junit_count(v, gate_state_fails)), llu(junit_count(v, is_unjudged)),
            llu(junit_count(v, is_waived)));
    for (size_t i = 0; i < results->count; i++)
        if (strcmp(results->rows[i].metric, WORD_STATUS) == 0)
            junit_case(file, v, &results->rows[i]);
    for (size_t i = 0; i < v->count; i++)
        if (is_missing_run(&v->findings[i])) junit_case(file, v, v->findings[i].base);
    fputs("</testsuite>\n</testsuites>\n", file);
}

// ---- GitHub ----

// docs.github.com, "Workflow commands": %, CR and LF are escaped; in properties , and : as well.
static void write_escaped(FILE *file, const char *text, const char *special) {
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr(special, *p) != NULL)
            fprintf(file, "%%%02X", (unsigned)(unsigned char)*p);
        else
            fputc(*p, file);
    }
}

void gate_write_github(FILE *file, const char *text) { write_escaped(file, text, "%\r\n"); }
void gate_write_property(FILE *file, const char *text) { write_escaped(file, text, "%\r\n,:"); }

// On the figure's line in the baseline, where there is one. Improvements are no annotation.
void gate_print_github(FILE *file, const GateReport *report) {
    const Verdict *v = report->verdict;
    char summary[GATE_SUMMARY_SIZE];
    for (size_t i = 0; i < v->count; i++) {
        const Finding *f = &v->findings[i];
        const GateFigure *key = finding_key(f);
        char text[TEXT_SIZE], title[GATE_VALUE_SIZE], command[GATE_COMMAND_SIZE];
        bool fails = gate_state_fails(f->state) || f->state == GATE_UNJUDGED;
        if (!fails && f->state != GATE_WAIVED && f->state != GATE_CHANGED) continue;
        finding_text(text, sizeof text, f);
        finding_command(f, command);
        snprintf(title, sizeof title, "%s under %s", key->workload, key->policy);
        fprintf(file, "::%s file=", fails ? "error" : "warning");
        gate_write_property(file, report->baseline);
        if (f->base != NULL && f->base->line > 0) fprintf(file, ",line=%u", f->base->line);
        fputs(",title=", file);
        gate_write_property(file, title);
        fputs("::", file);
        gate_write_github(file, text);
        fputs("; repeat with: ", file);
        gate_write_github(file, command);
        fputc('\n', file);
    }
    gate_summary(summary, v);
    fputs("::notice title=ouro gate::", file);
    gate_write_github(file, summary);
    fputc('\n', file);
}
