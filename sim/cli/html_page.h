// html_page.h -- index.html: the whole report on one page
#ifndef OURO_CLI_HTML_PAGE_H
#define OURO_CLI_HTML_PAGE_H

#include "advise.h"
#include "report_data.h"

// Writes DIR/index.html out of `data`, DIR/figures/*.svg and plots/page.css. The page loads
// nothing.
bool page_write(const ReportData *data, AdviceLimits limits, Error *error);

#endif
