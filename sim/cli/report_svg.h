// report_svg.h -- gnuplot's drawings, mended, and made part of a page
#ifndef OURO_CLI_REPORT_SVG_H
#define OURO_CLI_REPORT_SVG_H

#include <stdio.h>

#include "base.h"

// Rewrites a drawing so that others than gnuplot understand its fonts: the terminal writes a bold
// font of text that is not `enhanced` as a family called "DejaVu Sans:Bold", which nobody has.
// Names such as gnuplot_plot_1a, which a browser would show under the pointer, go.
bool svg_mend(const char *path, Error *error);

// Puts a drawing into a page: with `title` and `description` for those who cannot see it, and with
// `prefix` before every id and reference, so that several drawings can share the page.
bool svg_inline(FILE *page, const char *path, const char *prefix, const char *title,
                const char *description, Error *error);

#endif
