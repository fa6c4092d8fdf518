// gate_case.c -- a small comparison of the gate, put together by a test
#include "gate_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

void case_put(GateFigures *figures, const char *policy, const char *metric, const char *value) {
    Error error = {0};
    ck_assert(gate_figures_add(figures, (GateFigure){"churn", policy, metric, value, 0}, &error));
}

void case_figure(GateCase *c, const char *metric, const char *base, const char *found) {
    if (base != NULL) case_put(&c->base, "p", metric, base);
    if (found != NULL) case_put(&c->found, "p", metric, found);
}

GateCase case_open(const char *base_status, const char *found_status) {
    GateCase c = {.judged = false};
    case_figure(&c, "status", base_status, found_status);
    return c;
}

void case_waiver(GateCase *c, const char *metric, const char *ceiling, const char *expires) {
    c->allowances.waivers[c->allowances.waiver_count++] = (Waiver){.workload = strdup("churn"),
                                                                   .policy = strdup("p"),
                                                                   .metric = strdup(metric),
                                                                   .ceiling = strdup(ceiling),
                                                                   .expires = strdup(expires),
                                                                   .reason = strdup("known")};
}

void case_judge(GateCase *c) {
    Error error = {0};
    ck_assert(gate_figures_settle(&c->base, &error));
    ck_assert(gate_figures_settle(&c->found, &error));
    c->judged =
        gate_compare(&c->verdict, &c->base, &c->found, &c->allowances, "2026-06-15", &c->error);
}

void case_close(GateCase *c) {
    if (c->judged) verdict_free(&c->verdict);
    gate_figures_free(&c->base);
    gate_figures_free(&c->found);
    allowances_free(&c->allowances);
}

void case_one_finding(GateCase *c, GateState state, const char *metric, int code,
                      const char *note) {
    case_judge(c);
    ck_assert_msg(c->judged, "%s", c->error.text);
    ck_assert_uint_eq(c->verdict.count, 1);
    const Finding *finding = &c->verdict.findings[0];
    ck_assert_str_eq(gate_state_name(finding->state), gate_state_name(state));
    ck_assert_uint_eq(c->verdict.counts[state], 1);
    ck_assert_str_eq(finding_key(finding)->metric, metric);
    ck_assert_int_eq(verdict_code(&c->verdict), code);
    ck_assert_msg(strstr(finding->note, note) != NULL, "note: %s", finding->note);
    case_close(c);
}

void case_no_finding(GateCase *c) {
    case_judge(c);
    ck_assert_msg(c->judged, "%s", c->error.text);
    ck_assert_uint_eq(c->verdict.count, 0);
    ck_assert_int_eq(verdict_code(&c->verdict), 0);
    case_close(c);
}
