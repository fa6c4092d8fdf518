// html_tables.h -- the tables of the page: verdict, all metrics, provenance
#ifndef OURO_CLI_HTML_TABLES_H
#define OURO_CLI_HTML_TABLES_H

#include <stdio.h>

#include "report_data.h"

// One sentence or two: who finished, and who is best at what.
void verdict_sentence(FILE *page, const ReportData *data);

// A row per policy, with the figures by which people choose.
void verdict_table(FILE *page, const ReportData *data);

// A row per column of summary.tsv, a column per policy.
void metrics_table(FILE *page, const ReportData *data);

void provenance_table(FILE *page, const ReportData *data);

#endif
