// report_svg.c -- gnuplot's drawings, mended, and made part of a page
//
// Only what stands inside a tag is changed: a policy's name may look like anything.
#include "report_svg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "tsv.h"

// ---- fonts and names ----

static const char FAMILY[] = "font-family=\"DejaVu Sans";

// Writes the font that starts at `p` in standard attributes; the length of what it was.
static size_t font_mend(FILE *file, const char *p) {
    const char *style = p + strlen(FAMILY);
    size_t length = strcspn(style, "\"");
    fprintf(file, "%s, Verdana, sans-serif\"", FAMILY);
    if (strncmp(style, ":Bold", length) == 0 && length > 0) fputs(" font-weight=\"bold\"", file);
    if (strncmp(style, ":Italic", length) == 0 && length > 0) fputs(" font-style=\"italic\"", file);
    return strlen(FAMILY) + length + (style[length] == '"');
}

// The length of a name that gnuplot gives to what has none, and that a browser would show; else 0.
static size_t empty_name(const char *p) {
    static const char start[] = "<title>gnuplot_plot_", end[] = "</title>";
    const char *stop = strncmp(p, start, strlen(start)) == 0 ? strstr(p, end) : NULL;
    return stop != NULL ? (size_t)(stop - p) + strlen(end) : 0;
}

static void mend(FILE *file, const char *svg) {
    bool in_tag = false;
    for (const char *p = svg; *p != '\0';) {
        size_t empty = empty_name(p);
        if (*p == '<') in_tag = true;
        if (*p == '>') in_tag = false;
        if (empty > 0)
            p += empty, in_tag = false;
        else if (in_tag && strncmp(p, FAMILY, strlen(FAMILY)) == 0)
            p += font_mend(file, p);
        else
            putc(*p++, file);
    }
}

bool svg_mend(const char *path, Error *error) {
    size_t length = 0;
    char *svg = tsv_text_read(path, &length, error);
    if (svg == NULL) return false;
    FILE *file = fopen(path, "wb");
    bool good = file != NULL;
    if (good) {
        mend(file, svg);
        good = !ferror(file);
        good &= fclose(file) == 0;
    }
    free(svg);
    return good || error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

// ---- into the page ----

// The length of `id="`, `href='#`, `url(#` ... at `p`, after which a name follows; 0 when there is
// none.
static size_t reference_length(const char *p) {
    static const char *const starts[] = {" id=\"", " id='", "href=\"#", "href='#", "url(#"};
    for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
        if (strncmp(p, starts[i], strlen(starts[i])) == 0) return strlen(starts[i]);
    return 0;
}

static void ids_prefix(FILE *page, const char *body, const char *prefix) {
    bool in_tag = false;
    for (const char *p = body; *p != '\0';) {
        size_t length = in_tag ? reference_length(p) : 0;
        if (*p == '<') in_tag = true;
        if (*p == '>') in_tag = false;
        if (length == 0) {
            putc(*p++, page);
            continue;
        }
        fprintf(page, "%.*s%s-", (int)length, p, prefix);
        p += length;
    }
}

static void svg_head(FILE *page, const char *box, const char *prefix, const char *title,
                     const char *description) {
    fprintf(
        page,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "viewBox=\"%.*s\" role=\"img\" aria-labelledby=\"%s-title %s-desc\">\n<title "
        "id=\"%s-title\">",
        (int)strcspn(box, "\""), box, prefix, prefix, prefix);
    html_text(page, title);
    fprintf(page, "</title>\n<desc id=\"%s-desc\">", prefix);
    html_text(page, description);
    fputs("</desc>\n", page);
}

bool svg_inline(FILE *page, const char *path, const char *prefix, const char *title,
                const char *description, Error *error) {
    static const char box_start[] = "viewBox=\"", head_end[] = "</desc>";
    size_t length = 0;
    char *svg = tsv_text_read(path, &length, error);
    if (svg == NULL) return false;
    const char *box = strstr(svg, box_start), *body = strstr(svg, head_end);
    if (box == NULL || body == NULL) {
        error_set(error, "%s: not a drawing as gnuplot makes it: no viewBox or no desc", path);
    } else {
        svg_head(page, box + strlen(box_start), prefix, title, description);
        ids_prefix(page, body + strlen(head_end), prefix);
    }
    free(svg);
    return box != NULL && body != NULL;
}
