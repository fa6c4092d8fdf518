// trace_case.c -- a trace that a test writes, in a file of its own
#include "trace_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char trace_case_path[128];

void trace_case_setup(void) {
    snprintf(trace_case_path, sizeof trace_case_path, "%s/trace-XXXXXX", P_tmpdir);
    int file = mkstemp(trace_case_path);
    ck_assert_int_ge(file, 0);
    close(file);
}

void trace_case_teardown(void) { unlink(trace_case_path); }

TraceWriter *trace_case_open(void) {
    static const TraceHead head = {"3.11.2", "default", {700, 10, 10}, 0, "app.py"};
    Error error = {0};
    TraceWriter *writer = trace_writer_new(trace_case_path, &head, &error);
    ck_assert_msg(writer != NULL, "%s", error.text);
    return writer;
}

void trace_case_close(TraceWriter *writer, bool whole) {
    Error error = {0};
    ck_assert_msg(trace_writer_close(writer, whole, &error), "%s", error.text);
}
