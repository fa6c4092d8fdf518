// sweep_page.c -- index.html of a sweep
#include "sweep_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_advice.h"
#include "html_parts.h"
#include "output.h"
#include "sweep_policies.h"

enum { CELLS_SHOWN = 600, CONTENTS_MAX = 64 };

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

// ---- the head ----

static bool put_introduction(FILE *page, const SweepData *data, Error *error) {
    char title[200], lead[300], ids[CONTENTS_MAX][24];
    HtmlLink links[CONTENTS_MAX] = {{"verdict", "What was run"},
                                    {"policies", "Policies by workload"},
                                    {"advice", "The cheapest policy within limits"}};
    size_t count = 3, shown = 0;
    for (size_t i = 0; i < data->workload_count && count + 1 < CONTENTS_MAX; i++, count++) {
        snprintf(ids[count], sizeof ids[count], "w%zu", i + 1);
        links[count] = (HtmlLink){ids[count], data->workloads[i]};
    }
    links[count++] = (HtmlLink){"cells", "All cells"};
    snprintf(title, sizeof title, "A sweep over ");
    for (size_t i = 0; i < data->workload_count && shown < 3; i++, shown++) {
        size_t used = strlen(title);
        snprintf(title + used, sizeof title - used, "%s%.50s", i > 0 ? ", " : "",
                 data->workloads[i]);
    }
    size_t used = strlen(title);
    if (shown < data->workload_count)
        snprintf(title + used, sizeof title - used, " and %zu more", data->workload_count - shown);
    snprintf(lead, sizeof lead, "%zu run%s: %zu workload%s, %zu cell%s of policy and setting%s.",
             data->results.count, plural(data->results.count), data->workload_count,
             plural(data->workload_count), data->cell_count, plural(data->cell_count),
             data->seeds > 1 ? ", each the median of its seeds" : "");
    return html_open(page, "Ouro: a sweep of garbage-collection policies", title, lead, links,
                     count, error);
}

static void put_verdict(FILE *page, const SweepData *data) {
    const Results *r = &data->results;
    html_section_open(page, "verdict", "What was run");
    fprintf(page, "<p class=\"short\">%zu run%s", r->count, plural(r->count));
    for (int i = 0; i <= STATUS_CRASH; i++)
        if (r->by_status[i] > 0)
            fprintf(page, ", %zu %s", r->by_status[i], status_name((RunStatus)i));
    fprintf(page, ". Digest of all rows: <code>%016llx</code>.", (unsigned long long)r->digest);
    if (r->hole_count > 0)
        fprintf(page,
                " <strong class=\"warn\">%zu of %zu runs are missing</strong>: the command "
                "below runs them.",
                r->hole_count, r->list.count);
    if (r->conflict_count > 0)
        fprintf(page,
                " <strong class=\"warn\">%zu runs have rows that differ</strong>: ouro "
                "results says which.",
                r->conflict_count);
    if (r->journals.bad_count > 0)
        fprintf(page, " %zu line%s could not be read and %s left out.", r->journals.bad_count,
                plural(r->journals.bad_count), r->journals.bad_count == 1 ? "was" : "were");
    fputs("</p>\n<p class=\"command\"><code>", page);
    html_text(page, data->command);
    fputs("</code></p>\n<p class=\"note\">Times are modelled, not measured; cost model: ", page);
    html_text(page, data->cost_model);
    fputs(".</p>\n</section>\n", page);
}

static bool put_advice(FILE *page, const SweepData *data, AdviceLimits limits, Error *error) {
    GateFigures figures = {0};
    bool good = sweep_advice_figures(data, NULL, &figures, error) &&
                gate_figures_settle(&figures, error) &&
                html_advice(page, &figures, limits, data->dir, error);
    gate_figures_free(&figures);
    return good;
}

// ---- figures ----

static bool put_plot(FILE *page, const SweepData *data, const SweepPlot *plot, Error *error) {
    char note[240] = "";
    if (plot->left_out > 0)
        snprintf(note, sizeof note, "%zu more had no room; the table has them. ", plot->left_out);
    size_t used = strlen(note);
    snprintf(note + used, sizeof note - used, "Times are modelled.");
    fputs("<div class=\"shown\">\n<h3>", page);
    html_text(page, plot->title);
    fputs("</h3>\n", page);
    bool good = html_figure(page,
                            &(HtmlFigure){data->dir, plot->name, plot->title,
                                          sweep_plot_reading(plot->kind), note, data->command},
                            error);
    fputs("</div>\n", page);
    return good;
}

// The maps of one family, of which one is shown; *next moves behind them.
static bool put_choice(FILE *page, const SweepData *data, const SweepPlots *plots, size_t *next,
                       Error *error) {
    const char *labels[SWEEP_CHOSEN_MAX];
    const SweepPlot *first = &plots->plots[*next];
    char id[DRAWING_NAME_SIZE + 16];
    size_t count = 0;
    bool good = true;
    while (*next + count < plots->count && first[count].family == first->family &&
           first[count].kind == first->kind)
        labels[count] = sweep_metric_words(data->chosen[first[count].figure]), count++;
    snprintf(id, sizeof id, "choose-%s", first->name);
    html_choice_open(page, id, "Metric", labels, count);
    for (size_t i = 0; i < count && good; i++) good = put_plot(page, data, &first[i], error);
    html_choice_close(page);
    *next += count;
    return good;
}

static bool put_workload(FILE *page, const SweepData *data, const SweepPlots *plots,
                         size_t workload, Error *error) {
    char id[24];
    bool good = true;
    snprintf(id, sizeof id, "w%zu", workload + 1);
    html_section_open(page, id, data->workloads[workload]);
    for (size_t i = 0; i < plots->count && good;) {
        const SweepPlot *plot = &plots->plots[i];
        if (plot->workload != workload)
            i++;
        else if (plot->kind == PLOT_HEAT || plot->kind == PLOT_LINE)
            good = put_choice(page, data, plots, &i, error);
        else
            good = put_plot(page, data, plot, error), i++;
    }
    fputs("</section>\n", page);
    return good;
}

// ---- all cells ----

// What a cell's row shows: the fixed figures, then the chosen ones that are not among them.
static size_t columns_choose(const SweepData *data, size_t columns[SWEEP_CHOSEN + SWEEP_CHOSEN_MAX],
                             const char *names[SWEEP_CHOSEN + SWEEP_CHOSEN_MAX]) {
    static const char *const fixed[] = {
#define X(name, metric) metric,
        SWEEP_FIGURES(X)
#undef X
    };
    size_t count = 0;
    for (size_t i = 0; i < SWEEP_FREED_ORACLE; i++) names[count] = fixed[i], columns[count++] = i;
    for (size_t i = 0; i < data->chosen_count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++) known |= strcmp(names[k], data->chosen[i]) == 0;
        if (!known) names[count] = data->chosen[i], columns[count++] = SWEEP_CHOSEN + i;
    }
    return count;
}

static void put_cell(FILE *page, const SweepCell *cell, const size_t *columns,
                     const char *const *names, size_t count) {
    const char *const words[] = {cell->policy, cell->workload, cell->settings};
    fprintf(page, "<tr%s>", cell->finished ? "" : " class=\"unfinished\"");
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        fputs(i == 0 ? "<th scope=\"row\">" : "<td class=\"word\">", page);
        html_text(page, words[i]);
        fputs(i == 0 ? "</th>" : "</td>", page);
    }
    fputs("<td class=\"word\">", page);
    html_text(page, cell->status);
    fputs("</td>", page);
    for (size_t k = 0; k < count; k++)
        html_cell(page, metric_unit_name(sweep_metric(names[k])->unit), cell->values[columns[k]],
                  false);
    fputs("</tr>\n", page);
}

static void put_cells(FILE *page, const SweepData *data) {
    size_t columns[SWEEP_CHOSEN + SWEEP_CHOSEN_MAX];
    const char *names[SWEEP_CHOSEN + SWEEP_CHOSEN_MAX];
    size_t count = columns_choose(data, columns, names);
    html_section_open(page, "cells", "All cells");
    html_scroll_open(page, "All cells, a table that scrolls sideways");
    fputs(
        "<table>\n<caption>Every cell of the sweep</caption>\n<thead><tr><th scope=\"col\">policy"
        "</th><th scope=\"col\" class=\"word\">workload</th><th scope=\"col\" class=\"word\">set"
        "</th><th scope=\"col\" class=\"word\">outcome</th>",
        page);
    for (size_t k = 0; k < count; k++) fprintf(page, "<th scope=\"col\">%s</th>", names[k]);
    fputs("</tr></thead>\n<tbody>\n", page);
    for (size_t i = 0; i < data->cell_count && i < CELLS_SHOWN; i++)
        put_cell(page, &data->cells[i], columns, names, count);
    fputs("</tbody></table>\n</div>\n<p class=\"note\">", page);
    if (data->cell_count > CELLS_SHOWN)
        fprintf(page, "The first %d of %zu. ", CELLS_SHOWN, data->cell_count);
    fputs("All rows with all metrics: <code>ouro results ", page);
    html_text(page, data->dir);
    fputs(" --tsv</code></p>\n</section>\n", page);
}

static bool put_page(FILE *page, const SweepData *data, const SweepPlots *plots,
                     AdviceLimits limits, Error *error) {
    if (!put_introduction(page, data, error)) return false;
    put_verdict(page, data);
    if (!sweep_policies_table(page, data, error)) return false;
    if (!put_advice(page, data, limits, error)) return false;
    for (size_t i = 0; i < data->workload_count; i++)
        if (!put_workload(page, data, plots, i, error)) return false;
    put_cells(page, data);
    html_close(page);
    return true;
}

bool sweep_page_write(const SweepData *data, const SweepPlots *plots, AdviceLimits limits,
                      Error *error) {
    Output output;
    if (!output_open(&output, data->dir, "", "index.html", error)) return false;
    if (put_page(output.file, data, plots, limits, error)) return output_close(&output, error);
    output_drop(&output);
    return false;
}
