// html_parts.h -- what all pages share: head, contents, scrolling tables, figures with captions
#ifndef OURO_CLI_HTML_PARTS_H
#define OURO_CLI_HTML_PARTS_H

#include <stdio.h>

#include "base.h"

// An entry of the contents; the section's id is without the #.
typedef struct {
    const char *id, *title;
} HtmlLink;

// From the doctype to the opening of <main>. `kicker` stands above the title, `lead` below it.
bool html_open(FILE *page, const char *kicker, const char *title, const char *lead,
               const HtmlLink *links, size_t link_count, Error *error);
void html_close(FILE *page);

void html_section_open(FILE *page, const char *id, const char *title);

// A region that scrolls sideways, and can be reached by keyboard; </div> ends it.
void html_scroll_open(FILE *page, const char *label);

// DIR/figures/NAME.svg as part of the page; below it how to read it, `note` (may be ""), and the
// command that made it. `title` and `reading` are what those hear who cannot see it.
typedef struct {
    const char *dir, *name, *title, *reading, *note, *command;
} HtmlFigure;
bool html_figure(FILE *page, const HtmlFigure *figure, Error *error);

// Several figures of which one is shown, by radio buttons: no script. Printed pages show all.
// `labels` name the choices; the figures follow between open and close, in their order.
void html_choice_open(FILE *page, const char *id, const char *legend, const char *const *labels,
                      size_t count);
void html_choice_close(FILE *page);

// A value of `unit` (html.h) in a table cell, its exact number under the pointer; `best` marks it.
void html_cell(FILE *page, const char *unit, uint64_t value, bool best);

#endif
