// sweep_policies.c -- the table of policies by workload: time, regret, who is best
#include "sweep_policies.h"

#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "html.h"
#include "html_parts.h"

enum { ROWS_SHOWN = 40 };

typedef struct {
    GateFigures figures;
    Advice advice;
    bool known;               // somebody ran to the end there
    uint64_t least;           // mean time of the best, permille
    uint64_t most_regret[2];  // peak and gc; where all are on the front there is nothing to mark
} Column;

typedef struct {
    const char *policy;
    uint64_t mean;  // over the workloads on which it ran to the end
    size_t died;    // on the others
} Line;

static int lines_by_name(const void *a, const void *b) {
    return strcmp(((const Line *)a)->policy, ((const Line *)b)->policy);
}

static int lines_by_time(const void *a, const void *b) {
    const Line *one = a, *other = b;
    if (one->died != other->died) return one->died < other->died ? -1 : 1;
    if (one->mean != other->mean) return one->mean < other->mean ? -1 : 1;
    return sweep_order(one->policy, other->policy);
}

static bool columns_make(Column *columns, const SweepData *data, Error *error) {
    const AdviceLimits none = {UINT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < data->workload_count; i++) {
        Error nobody = {0};
        if (!sweep_advice_figures(data, data->workloads[i], &columns[i].figures, error) ||
            !gate_figures_settle(&columns[i].figures, error))
            return false;
        columns[i].known = advice_make(&columns[i].advice, &columns[i].figures, none, &nobody);
        columns[i].least = UINT64_MAX;
    }
    return true;
}

static size_t lines_make(Line *lines, const SweepData *data, Column *columns) {
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < data->cell_count; i++)
        if (data->cells[i].competes || !data->cells[i].finished)
            lines[count++] = (Line){.policy = data->cells[i].policy};
    qsort(lines, count, sizeof *lines, lines_by_name);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(lines[i].policy, lines[kept - 1].policy) != 0)
            lines[kept++] = lines[i];
    for (size_t i = 0; i < kept; i++) {
        size_t finished = 0;
        for (size_t k = 0; k < data->workload_count; k++) {
            AdviceCost cost = {0};
            if (columns[k].known) cost = advice_cost(&columns[k].advice, lines[i].policy);
            lines[i].died += cost.mean == 0;
            lines[i].mean += cost.mean;
            finished += cost.mean > 0;
            if (cost.mean > 0) columns[k].least = min_u64(columns[k].least, cost.mean);
            columns[k].most_regret[0] = max_u64(columns[k].most_regret[0], cost.peak);
            columns[k].most_regret[1] = max_u64(columns[k].most_regret[1], cost.gc);
        }
        if (finished > 0) lines[i].mean /= finished;
    }
    qsort(lines, kept, sizeof *lines, lines_by_time);
    return kept;
}

static void put_line(FILE *page, const SweepData *data, const Column *columns, const Line *line) {
    fprintf(page, "<tr><th scope=\"row\">");
    html_text(page, line->policy);
    fputs("</th>", page);
    for (size_t k = 0; k < data->workload_count; k++) {
        AdviceCost cost = {0};
        if (columns[k].known) cost = advice_cost(&columns[k].advice, line->policy);
        if (cost.mean == 0) {
            fputs("<td>died</td><td>\xE2\x80\x93</td><td>\xE2\x80\x93</td>", page);
            continue;
        }
        html_cell(page, "ratio", cost.mean, cost.mean == columns[k].least);
        const uint64_t regrets[] = {cost.peak, cost.gc};
        for (size_t i = 0; i < ARRAY_LENGTH(regrets); i++) {
            if (regrets[i] > 0)
                html_cell(page, "ratio", regrets[i],
                          regrets[i] == 1000 && columns[k].most_regret[i] > 1000);
            else  // the least is nothing
                fputs("<td>\xE2\x80\x93</td>", page);
        }
    }
    fputs("</tr>\n", page);
}

static void put_head(FILE *page, const SweepData *data) {
    html_scroll_open(page, "Policies by workload, a table that scrolls sideways");
    fputs(
        "<table class=\"policies\">\n<caption>Time and regret of each policy on each workload"
        "</caption>\n<thead><tr><th rowspan=\"2\" scope=\"col\">policy</th>",
        page);
    for (size_t k = 0; k < data->workload_count; k++) {
        fputs("<th colspan=\"3\" scope=\"colgroup\">", page);
        html_text(page, data->workloads[k]);
        fputs("</th>", page);
    }
    fputs("</tr>\n<tr>", page);
    for (size_t k = 0; k < data->workload_count; k++)
        fputs(
            "<th scope=\"col\">time</th><th scope=\"col\">peak regret</th><th scope=\"col\">gc "
            "regret</th>",
            page);
    fputs("</tr></thead>\n<tbody>\n", page);
}

static void put_table(FILE *page, const SweepData *data, const Column *columns, const Line *lines,
                      size_t count) {
    html_section_open(page, "policies", "Policies by workload");
    put_head(page, data);
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) put_line(page, data, columns, &lines[i]);
    fputs(
        "</tbody></table>\n</div>\n<p class=\"note\">Time: total time against the cheapest policy "
        "of the same workload and settings, the mean over the settings; the cheapest first. "
        "Regret: the most by which a policy holds more than the least of those that spend no more "
        "collector time, and the reverse; 1 is the front. \xE2\x98\x85 is the best of a column.",
        page);
    if (count > ROWS_SHOWN)
        fprintf(page, " The first %d of %zu policies; all are in the table of cells.", ROWS_SHOWN,
                count);
    fputs("</p>\n</section>\n", page);
}

bool sweep_policies_table(FILE *page, const SweepData *data, Error *error) {
    Column *columns = memory_new(data->workload_count, sizeof *columns);
    Line *lines = memory_new(data->cell_count, sizeof *lines);
    bool good = columns_make(columns, data, error);
    if (good) put_table(page, data, columns, lines, lines_make(lines, data, columns));
    for (size_t i = 0; i < data->workload_count; i++) {
        if (columns[i].known) advice_free(&columns[i].advice);
        gate_figures_free(&columns[i].figures);
    }
    free(lines);
    free(columns);
    return good;
}
