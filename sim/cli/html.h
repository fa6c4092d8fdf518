// html.h -- the small change of a page: escaped text and values for people
#ifndef OURO_CLI_HTML_H
#define OURO_CLI_HTML_H

#include <stdio.h>

#include "base.h"

// Text for an element or a quoted attribute: & < > " ' escaped; control characters (but line ends)
// and what is no UTF-8 replaced by U+FFFD.
void html_text(FILE *page, const char *text);

// What a number looks like to people; at most 31 bytes. `unit` is one of metrics.tsv: bytes, ns,
// permille (as per cent), objects, allocations, count; "ratio" is permille as a factor.
typedef struct {
    char text[32];
} ValueText;
ValueText value_text(const char *unit, uint64_t value);

#endif
