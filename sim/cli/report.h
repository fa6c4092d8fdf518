// report.h -- `ouro report DIR`: figures and a page for one result directory
//
// DIR holds what `ouro compare` wrote: summary.tsv, provenance.tsv, metrics.tsv, phases.tsv, and
// timeline/, percentiles/ and mmu/ with a FILE.tsv per policy. The report adds figures/ (SVG, PNG,
// and the tables they were drawn from in figures/data/) and index.html, which needs no other file.
#ifndef OURO_CLI_REPORT_H
#define OURO_CLI_REPORT_H

#include "advise.h"

// argv[0] is "report". 0: fine; 2: bad input, no gnuplot, or a file that cannot be written.
int report_command(int argc, char **argv);

// The same without a command line. Equal tables give equal bytes, for one version of gnuplot.
bool report_write(const char *dir, AdviceLimits limits, Error *error);

#endif
