// html_advice.h -- the section "The cheapest policy within limits" of a page
#ifndef OURO_CLI_HTML_ADVICE_H
#define OURO_CLI_HTML_ADVICE_H

#include <stdio.h>

#include "advise.h"

// Answers of advise.h to a table of natural limits: multiples of the least peak and of the least
// p99 that can be met everywhere. With a limit in `asked` its answer comes first. Then what each
// policy that was named costs, should the workload be another. `figures` are settled; `dir` is for
// the command that asks for more.
bool html_advice(FILE *page, const GateFigures *figures, AdviceLimits asked, const char *dir,
                 Error *error);

#endif
