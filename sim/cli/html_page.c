// html_page.c -- index.html: the whole report on one page
#include "html_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate_results.h"
#include "gather.h"
#include "html.h"
#include "html_advice.h"
#include "html_parts.h"
#include "html_tables.h"
#include "output.h"
#include "report_figures.h"

static const char *page_title(const ReportData *data) {
    const char *title = report_provenance(data, "title");
    return *title != '\0' ? title : "A comparison of garbage-collection policies";
}

static bool put_introduction(FILE *page, const ReportData *data, Error *error) {
    HtmlLink links[16] = {{"verdict", "Verdict"}};
    size_t count = 1;
    CHECK(FIGURE_COUNT + 4 <= ARRAY_LENGTH(links));
    for (size_t i = 0; i < FIGURE_COUNT; i++)
        links[count++] = (HtmlLink){FIGURES[i].name, FIGURES[i].title};
    links[count++] = (HtmlLink){"advice", "The cheapest policy within limits"};
    links[count++] = (HtmlLink){"metrics", "All metrics"};
    links[count++] = (HtmlLink){"provenance", "Provenance"};
    return html_open(page, "Ouro: one workload, many garbage-collection policies", page_title(data),
                     report_provenance(data, "description"), links, count, error);
}

// Says where nanoseconds come from: nobody may take modelled ones for measured ones.
static void put_modelled(FILE *page, const ReportData *data) {
    const char *model = report_provenance(data, "cost_model");
    if (data->measured[0] == '\0') {
        fputs("Times are modelled, not measured; cost model: ", page);
    } else {
        fputs("Times are measured: CPU time on ", page);
        html_text(page, data->measured);
        fputs(", pauses around each collection; predictions: ", page);
    }
    html_text(page, *model != '\0' ? model : "not recorded");
    fputs(".", page);
}

static void put_verdict(FILE *page, const ReportData *data) {
    html_section_open(page, "verdict", "Verdict");
    verdict_sentence(page, data);
    html_scroll_open(page, "What each policy costs, a table that scrolls sideways");
    verdict_table(page, data);
    fputs(
        "</div>\n<p class=\"note\">\xE2\x98\x85 is the best of a column among the runs that "
        "finished. The "
        "figures of a run that did not finish cover the part it ran and are not ranked. Garbage is "
        "its mean, as "
        "a share of what is reachable; its peak, among all metrics, is the whole model where a "
        "round ends and drops it. ",
        page);
    put_modelled(page, data);
    fputs("</p>\n</section>\n", page);
}

static bool put_figure(FILE *page, const ReportData *data, const Figure *figure, Error *error) {
    const char *lacks = figure_lacks(figure, data);
    Gather gather;
    FILE *memory = gather_open(&gather);
    if (data->measured[0] != '\0' && figure->measured != NULL)
        fprintf(memory, "%s ", figure->measured);
    if (figure->modelled) put_modelled(memory, data);
    char *note = gather_close(&gather);
    html_section_open(page, figure->name, figure->title);
    bool good = true;
    if (lacks != NULL)
        fprintf(page, "<p class=\"note\">Not drawn: summary.tsv has no column %s.</p>\n", lacks);
    else
        good = html_figure(page,
                           &(HtmlFigure){data->dir, figure->name, figure->title, figure->reading,
                                         note, report_provenance(data, "command")},
                           error);
    fputs("</section>\n", page);
    free(note);
    return good;
}

static bool put_advice(FILE *page, const ReportData *data, AdviceLimits limits, Error *error) {
    GateFigures figures = {0};
    Error unknown = {0};
    bool good = true;
    if (gate_read_dir(&figures, data->dir, "kind", &unknown) &&
        gate_figures_settle(&figures, &unknown)) {
        good = html_advice(page, &figures, limits, data->dir, error);
    } else {
        html_section_open(page, "advice", "The cheapest policy within limits");
        fputs("<p class=\"note\">No answer: ", page);
        html_text(page, unknown.text);
        fputs("</p>\n</section>\n", page);
    }
    gate_figures_free(&figures);
    return good;
}

static void put_rest(FILE *page, const ReportData *data) {
    fputs(
        "<section id=\"metrics\">\n<h2>All metrics</h2>\n<p class=\"note\">Point at a figure to "
        "see it in "
        "full. ",
        page);
    put_modelled(page, data);
    fputs("</p>\n", page);
    html_scroll_open(page, "All metrics, a table that scrolls sideways");
    metrics_table(page, data);
    fputs("</div>\n</section>\n<section id=\"provenance\">\n<h2>Provenance</h2>\n", page);
    html_scroll_open(page, "Provenance");
    provenance_table(page, data);
    fputs("</div>\n</section>\n", page);
    html_close(page);
}

static bool put_page(FILE *page, const ReportData *data, AdviceLimits limits, Error *error) {
    if (!put_introduction(page, data, error)) return false;
    put_verdict(page, data);
    for (size_t i = 0; i < FIGURE_COUNT; i++)
        if (!put_figure(page, data, &FIGURES[i], error)) return false;
    if (!put_advice(page, data, limits, error)) return false;
    put_rest(page, data);
    return true;
}

// An old page is better than half a new one.
bool page_write(const ReportData *data, AdviceLimits limits, Error *error) {
    Output output;
    if (!output_open(&output, data->dir, "", "index.html", error)) return false;
    if (put_page(output.file, data, limits, error)) return output_close(&output, error);
    output_drop(&output);
    return false;
}
