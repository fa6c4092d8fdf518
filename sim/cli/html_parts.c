// html_parts.c -- what all pages share: head, contents, scrolling tables, figures with captions
#include "html_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "report_data.h"
#include "report_gnuplot.h"
#include "report_svg.h"

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

bool html_open(FILE *page, const char *kicker, const char *title, const char *lead,
               const HtmlLink *links, size_t link_count, Error *error) {
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>",
        page);
    html_text(page, title);
    fputs("</title>\n", page);
    if (!put_style(page, error)) return false;
    fprintf(page,
            "</head>\n<body>\n<a class=\"skip\" href=\"#%s\">Skip to the verdict</a>\n<header>\n"
            "<p class=\"kicker\">",
            links[0].id);
    html_text(page, kicker);
    fputs("</p>\n<h1>", page);
    html_text(page, title);
    fputs("</h1>\n<p class=\"lead\">", page);
    html_text(page, lead);
    fputs("</p>\n<nav aria-label=\"Contents\"><ul>\n", page);
    for (size_t i = 0; i < link_count; i++) {
        fprintf(page, "<li><a href=\"#%s\">", links[i].id);
        html_text(page, links[i].title);
        fputs("</a></li>\n", page);
    }
    fputs("</ul></nav>\n</header>\n<main>\n", page);
    return true;
}

void html_close(FILE *page) {
    fputs(
        "</main>\n<footer><p>Equal tables give an equal page: there is no date on it, and it loads "
        "nothing.</p></footer>\n</body>\n</html>\n",
        page);
}

void html_section_open(FILE *page, const char *id, const char *title) {
    fprintf(page, "<section id=\"%s\">\n<h2>", id);
    html_text(page, title);
    fputs("</h2>\n", page);
}

void html_scroll_open(FILE *page, const char *label) {
    fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", page);
    html_text(page, label);
    fputs("\">\n", page);
}

bool html_figure(FILE *page, const HtmlFigure *figure, Error *error) {
    fputs("<figure>\n<div class=\"plot\" role=\"region\" tabindex=\"0\" aria-label=\"", page);
    html_text(page, figure->title);
    fputs(", a drawing that scrolls sideways on narrow screens\">\n", page);
    char *path = report_path(figure->dir, "figures", figure->name, ".svg");
    bool good = svg_inline(page, path, figure->name, figure->title, figure->reading, error);
    free(path);
    fprintf(page, "</div>\n<figcaption>\n<p>%s %s</p>\n<p class=\"command\"><code>",
            figure->reading, figure->note);
    html_text(page, figure->command);
    fprintf(page,
            "</code></p>\n<p class=\"files\">Also as <a href=\"figures/%s.svg\">SVG</a> and "
            "<a href=\"figures/%s.png\">PNG</a>.</p>\n</figcaption>\n</figure>\n",
            figure->name, figure->name);
    return good;
}

void html_choice_open(FILE *page, const char *id, const char *legend, const char *const *labels,
                      size_t count) {
    fprintf(page, "<div class=\"choice\" role=\"group\" aria-label=\"%s\">\n", legend);
    for (size_t i = 0; i < count; i++) {
        fprintf(page, "<input type=\"radio\" name=\"%s\" id=\"%s-%zu\"%s><label for=\"%s-%zu\">",
                id, id, i, i == 0 ? " checked" : "", id, i);
        html_text(page, labels[i]);
        fputs("</label>\n", page);
    }
}

void html_choice_close(FILE *page) { fputs("</div>\n", page); }

void html_cell(FILE *page, const char *unit, uint64_t value, bool best) {
    ValueText text = value_text(unit, value);
    fprintf(page, "<td title=\"%" PRIu64 " ", value);
    html_text(page, strcmp(unit, "ratio") == 0 ? "permille" : unit);
    fprintf(
        page, "\">%s%s%s</td>", best ? "<strong>" : "", text.text,
        best ? "<span class=\"star\" role=\"img\" aria-label=\"best\">\xE2\x98\x85</span></strong>"
             : "");
}
