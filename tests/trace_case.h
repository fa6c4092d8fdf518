// trace_case.h -- a trace that a test writes, in a file of its own
#ifndef OURO_TRACE_CASE_H
#define OURO_TRACE_CASE_H

#include "trace.h"

extern char trace_case_path[128];

// A checked fixture: the file is there, and is removed.
void trace_case_setup(void);
void trace_case_teardown(void);

// Of python 3.11.2 under (700, 10, 10), in the default mode.
TraceWriter *trace_case_open(void);
void trace_case_close(TraceWriter *writer, bool whole);

#endif
