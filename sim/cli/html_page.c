// html_page.c -- index.html: the whole report on one page
#include "html_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_tables.h"
#include "output.h"
#include "report_figures.h"
#include "report_gnuplot.h"
#include "report_svg.h"

static const char *page_title(const ReportData *data) {
    const char *title = report_provenance(data, "title");
    return *title != '\0' ? title : "A comparison of garbage-collection policies";
}

static bool put_style(FILE *page, Error *error) {
    char *plots = plots_find(error);
    if (plots == NULL) return false;
    size_t length = 0;
    char *path = report_path(plots, NULL, "page", ".css");
    char *style = tsv_text_read(path, &length, error);
    if (style != NULL) fprintf(page, "<style>\n%s</style>\n", style);
    free(path);
    free(plots);
    bool good = style != NULL;
    free(style);
    return good;
}

static bool put_head(FILE *page, const ReportData *data, Error *error) {
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        page);
    html_text(page, page_title(data));
    fputs("</title>\n", page);
    bool good = put_style(page, error);
    fputs("</head>\n", page);
    return good;
}

static void put_introduction(FILE *page, const ReportData *data) {
    fputs(
        "<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n<header>\n"
        "<p class=\"kicker\">Ouro: one workload, many garbage-collection policies</p>\n<h1>",
        page);
    html_text(page, page_title(data));
    fputs("</h1>\n<p class=\"lead\">", page);
    html_text(page, report_provenance(data, "description"));
    fputs("</p>\n<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#verdict\">Verdict</a></li>\n",
          page);
    for (size_t i = 0; i < FIGURE_COUNT; i++)
        fprintf(page, "<li><a href=\"#%s\">%s</a></li>\n", FIGURES[i].name, FIGURES[i].title);
    fputs(
        "<li><a href=\"#metrics\">All metrics</a></li>\n<li><a "
        "href=\"#provenance\">Provenance</a></li>\n"
        "</ul></nav>\n</header>\n<main>\n",
        page);
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

static void put_scroll(FILE *page, const char *label) {
    fprintf(page, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n",
            label);
}

static void put_verdict(FILE *page, const ReportData *data) {
    fputs("<section id=\"verdict\">\n<h2>Verdict</h2>\n", page);
    verdict_sentence(page, data);
    put_scroll(page, "What each policy costs, a table that scrolls sideways");
    verdict_table(page, data);
    fputs(
        "</div>\n<p class=\"note\">\xE2\x98\x85 is the best of a column among the runs that "
        "finished. The "
        "figures of a run that did not finish cover the part it ran and are not ranked. ",
        page);
    put_modelled(page, data);
    fputs("</p>\n</section>\n", page);
}

static void put_caption(FILE *page, const ReportData *data, const Figure *figure) {
    fprintf(page, "<figcaption>\n<p>%s ", figure->reading);
    if (data->measured[0] != '\0' && figure->measured != NULL)
        fprintf(page, "%s ", figure->measured);
    if (figure->modelled) put_modelled(page, data);
    fputs("</p>\n<p class=\"command\"><code>", page);
    html_text(page, report_provenance(data, "command"));
    fprintf(page,
            "</code></p>\n<p class=\"files\">Also as <a href=\"figures/%s.svg\">SVG</a> and "
            "<a href=\"figures/%s.png\">PNG</a>.</p>\n</figcaption>\n",
            figure->name, figure->name);
}

static bool put_figure(FILE *page, const ReportData *data, const Figure *figure, Error *error) {
    const char *lacks = figure_lacks(figure, data);
    fprintf(page, "<section id=\"%s\">\n<h2>%s</h2>\n", figure->name, figure->title);
    if (lacks != NULL) {
        fprintf(page,
                "<p class=\"note\">Not drawn: summary.tsv has no column %s.</p>\n</section>\n",
                lacks);
        return true;
    }
    fprintf(
        page,
        "<figure>\n<div class=\"plot\" role=\"region\" tabindex=\"0\" aria-label=\"%s, a drawing "
        "that scrolls sideways on narrow screens\">\n",
        figure->title);
    char *path = report_path(data->dir, "figures", figure->name, ".svg");
    bool good = svg_inline(page, path, figure->name, figure->title, figure->reading, error);
    free(path);
    fputs("</div>\n", page);
    put_caption(page, data, figure);
    fputs("</figure>\n</section>\n", page);
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
    put_scroll(page, "All metrics, a table that scrolls sideways");
    metrics_table(page, data);
    fputs("</div>\n</section>\n<section id=\"provenance\">\n<h2>Provenance</h2>\n", page);
    put_scroll(page, "Provenance");
    provenance_table(page, data);
    fputs(
        "</div>\n</section>\n</main>\n<footer><p>Equal tables give an equal page: there is no date "
        "on it, "
        "and it loads nothing.</p></footer>\n</body>\n</html>\n",
        page);
}

static bool put_page(FILE *page, const ReportData *data, Error *error) {
    if (!put_head(page, data, error)) return false;
    put_introduction(page, data);
    put_verdict(page, data);
    for (size_t i = 0; i < FIGURE_COUNT; i++)
        if (!put_figure(page, data, &FIGURES[i], error)) return false;
    put_rest(page, data);
    return true;
}

// An old page is better than half a new one.
bool page_write(const ReportData *data, Error *error) {
    Output output;
    if (!output_open(&output, data->dir, "", "index.html", error)) return false;
    if (put_page(output.file, data, error)) return output_close(&output, error);
    output_drop(&output);
    return false;
}
