// gate_print.h -- a verdict for people and for the programs of continuous integration
#ifndef OURO_GATE_PRINT_H
#define OURO_GATE_PRINT_H

#include <stdio.h>

#include "gate_compare.h"

// name, writer, what it is for
#define GATE_FORMATS(X)                                     \
    X(text, "a table for people, the worst first")          \
    X(tsv, "all findings as tab-separated values")          \
    X(json, "one object: counts and all findings")          \
    X(markdown, "a table for a comment or a job's summary") \
    X(junit, "JUnit XML: a test case per run")              \
    X(github, "annotations for GitHub's workflow runs")

// What a verdict is about, for its heading.
typedef struct {
    const Verdict *verdict;
    const GateFigures *results;
    const char *baseline;  // path
} GateReport;

typedef void (*GateWriter)(FILE *file, const GateReport *report);

#define X(name, what) void gate_print_##name(FILE *file, const GateReport *report);
GATE_FORMATS(X)
#undef X

// NULL with `error` for an unknown format.
GateWriter gate_writer(const char *format, Error *error);

// "+12.5 %", "" when it is not a number, "from 0" when the baseline is zero.
enum { GATE_CHANGE_SIZE = 32 };
void gate_change_text(char text[GATE_CHANGE_SIZE], const Finding *finding);

// One line: "2 regressed, 1 improved; 4032 of 4035 figures of 224 runs are unchanged".
enum { GATE_SUMMARY_SIZE = 512 };
void gate_summary(char text[GATE_SUMMARY_SIZE], const Verdict *verdict);

// Text for one place: no character of it ends the place or the line.
void gate_write_xml(FILE *file, const char *text);
void gate_write_markdown(FILE *file, const char *text);
void gate_write_github(FILE *file, const char *text);    // a message
void gate_write_property(FILE *file, const char *text);  // a property of an annotation

#endif
