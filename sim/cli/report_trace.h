// report_trace.h -- a comparison as Chrome trace JSON, for Perfetto and chrome://tracing
//
// A process per policy, with two threads: rounds with their phases, and pauses. A pause is a slice
// with its passes nested in it (marking, examining, finalizing, freeing), and in those what they
// paid for (cost.def): shares of the pause by the shipped prices, one after the other; in truth a
// pass does them in turns. Counters: held, live, reachable and garbage bytes. Time is that of the
// run's pauses: modelled, or CPU time of a real interpreter. Where a phase begins is known by the
// allocation clock; its time is interpolated between two rows of the timeline.
#ifndef OURO_CLI_REPORT_TRACE_H
#define OURO_CLI_REPORT_TRACE_H

#include "base.h"

// Writes DIR/trace.json from what `ouro compare --out DIR` left there.
bool trace_write(const char *dir, Error *error);

#endif
