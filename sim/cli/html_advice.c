// html_advice.c -- the section "The cheapest policy within limits" of a page
#include "html_advice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_parts.h"

enum { NAMED_MAX = 12 };

// Limits of peak: multiples, in permille, of what can be met at all; 0: none. Of p99: the powers of
// ten from there on, and none.
static const uint64_t PEAK_STEPS[] = {1050, 1500, 0};
enum { P99_LIMITS = 3 };

typedef struct {
    FILE *page;
    const GateFigures *figures;
    Advice free;  // without limits: the runs, and who is cheapest
    size_t workloads;
    uint64_t least_p99, least_peak;  // that some policy meets on each workload
    const char *named[NAMED_MAX];
    size_t named_count;
} Section;

// ---- figures over all workloads ----

static const AdviceRun *cheapest_run(const Section *s, size_t workload) {
    return s->free.rows[workload].run;  // in front are the answers, a row per workload
}

static void least_find(Section *s) {
    for (size_t i = 0; i < s->workloads; i++) {
        uint64_t p99 = UINT64_MAX, peak = UINT64_MAX;
        const char *workload = cheapest_run(s, i)->workload;
        for (size_t k = 0; k < s->free.run_count; k++) {
            const AdviceRun *run = &s->free.runs[k];
            if (!run->competes || strcmp(run->workload, workload) != 0) continue;
            p99 = min_u64(p99, run->p99_ns);
            peak = min_u64(peak, run->peak_bytes);
        }
        s->least_p99 = max_u64(s->least_p99, p99);
        s->least_peak = max_u64(s->least_peak, peak);
    }
}

// ---- words ----

static void name_keep(Section *s, const char *policy) {
    for (size_t i = 0; i < s->named_count; i++)
        if (strcmp(s->named[i], policy) == 0) return;
    if (s->named_count < NAMED_MAX) s->named[s->named_count++] = policy;
}

static void put_strong(FILE *page, const char *text) {
    fputs("<strong>", page);
    html_text(page, text);
    fputs("</strong>", page);
}

// The row over all workloads, or the only one there is.
static const AdviceRow *overall_row(const Advice *advice) {
    for (size_t i = 0; i < advice->row_count; i++)
        if (advice->rows[i].kind == ADVICE_OVERALL ||
            advice->rows[i].kind == ADVICE_OVERALL_NEAREST)
            return &advice->rows[i];
    return NULL;
}

static void put_excess(FILE *page, const AdviceRow *row) {
    fprintf(page, "over %s%s%s, up to %s", row->over_p99 ? "p99" : "",
            row->over_p99 && row->over_peak ? " and " : "", row->over_peak ? "peak" : "",
            value_text("ratio", row->excess).text);
}

static void put_limits(FILE *page, AdviceLimits limits) {
    const char *separator = "";
    if (limits.p99_ns != UINT64_MAX) {
        fprintf(page, "p99 at most %s", value_text("ns", limits.p99_ns).text);
        separator = " and ";
    }
    if (limits.peak_bytes != UINT64_MAX)
        fprintf(page, "%speak at most %s", separator, value_text("bytes", limits.peak_bytes).text);
}

// ---- the answers ----

static bool put_asked(Section *s, AdviceLimits asked, Error *error) {
    Advice advice;
    if (asked.p99_ns == UINT64_MAX && asked.peak_bytes == UINT64_MAX) return true;
    if (!advice_make(&advice, s->figures, asked, error)) return false;
    const AdviceRow *row = overall_row(&advice);
    fputs("<p class=\"short\">With ", s->page);
    put_limits(s->page, asked);
    fputs(": ", s->page);
    if (row == NULL) {
        fputs("no collector ran to the end everywhere.", s->page);
    } else {
        if (!advice.answered) fputs("nobody everywhere; nearest is ", s->page);
        put_strong(s->page, row->policy);
        if (!advice.answered) fputs(", ", s->page), put_excess(s->page, row);
        putc('.', s->page);
        name_keep(s, row->policy);
    }
    fputs("</p>\n", s->page);
    advice_free(&advice);
    return true;
}

static bool put_answer(Section *s, AdviceLimits limits, Error *error) {
    Advice advice;
    if (!advice_make(&advice, s->figures, limits, error)) return false;
    const AdviceRow *row = overall_row(&advice);
    fputs("<td class=\"word\">", s->page);
    if (row == NULL) {
        fputs("\xE2\x80\x93", s->page);
    } else if (!advice.answered) {
        fputs("nobody<span class=\"help\">nearest: ", s->page);
        html_text(s->page, row->policy);
        fputs(", ", s->page);
        put_excess(s->page, row);
        fputs("</span>", s->page);
    } else {
        AdviceCost cost = advice_cost(&s->free, row->policy);
        put_strong(s->page, row->policy);
        fprintf(s->page, "<span class=\"help\">%s the time of the cheapest of all</span>",
                value_text("ratio", cost.mean).text);
        name_keep(s, row->policy);
    }
    fputs("</td>", s->page);
    advice_free(&advice);
    return true;
}

// A limit that is easy to say: rounded up to two digits, in the unit that people use.
static uint64_t peak_limit(uint64_t least, uint64_t permille) {
    if (permille == 0) return UINT64_MAX;
    uint64_t value = max_u64(mul_div_u64(least, permille, 1000), 1), unit = 1, step = 1;
    while (value / unit >= 1024) unit *= 1024;
    if (value / unit < 10) return mul_div_u64(mul_div_u64(value, 10, unit) + 1, unit, 10);
    while (value / unit / step >= 100) step *= 10;
    return (value / unit / step + 1) * step * unit;
}

static uint64_t p99_limit(uint64_t least, size_t index) {
    uint64_t limit = 1000;
    if (index + 1 == P99_LIMITS) return UINT64_MAX;
    while (limit < least) limit *= 10;
    return index == 0 ? limit : 10 * limit;
}

static bool put_table(Section *s, Error *error) {
    html_scroll_open(s->page, "Cheapest policies within limits, a table that scrolls sideways");
    fputs(
        "<table class=\"advice\">\n<caption>The cheapest policy, by limits of peak and "
        "p99</caption>\n<thead><tr><th scope=\"col\">peak held</th>",
        s->page);
    for (size_t k = 0; k < P99_LIMITS; k++) {
        uint64_t p99 = p99_limit(s->least_p99, k);
        fprintf(s->page, "<th scope=\"col\" class=\"word\">%s%s</th>",
                p99 == UINT64_MAX ? "any p99" : "p99 \xE2\x89\xA4 ",
                p99 == UINT64_MAX ? "" : value_text("ns", p99).text);
    }
    fputs("</tr></thead>\n<tbody>\n", s->page);
    for (size_t i = 0; i < ARRAY_LENGTH(PEAK_STEPS); i++) {
        AdviceLimits limits = {0, peak_limit(s->least_peak, PEAK_STEPS[i])};
        fprintf(s->page, "<tr><th scope=\"row\">%s%s</th>",
                PEAK_STEPS[i] == 0 ? "any" : "\xE2\x89\xA4 ",
                PEAK_STEPS[i] == 0 ? "" : value_text("bytes", limits.peak_bytes).text);
        for (size_t k = 0; k < P99_LIMITS; k++) {
            limits.p99_ns = p99_limit(s->least_p99, k);
            if (!put_answer(s, limits, error)) return false;
        }
        fputs("</tr>\n", s->page);
    }
    fputs("</tbody></table>\n</div>\n", s->page);
    return true;
}

// ---- what it costs to be wrong ----

static void put_cost(const Section *s, const char *policy) {
    AdviceCost cost = advice_cost(&s->free, policy);
    fputs("<tr><th scope=\"row\">", s->page);
    html_text(s->page, policy);
    fputs("</th>", s->page);
    const uint64_t values[] = {cost.mean, cost.worst, cost.peak, cost.gc};
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        if (values[i] > 0)
            html_cell(s->page, "ratio", values[i], false);
        else
            fputs("<td>\xE2\x80\x93</td>", s->page);
    }
    fputs("<td class=\"word\">", s->page);
    if (cost.worst == 0) fputs("did not run to the end: ", s->page);
    html_text(s->page, cost.where);
    fputs("</td></tr>\n", s->page);
}

static void put_costs(const Section *s) {
    html_scroll_open(s->page, "What it costs to be wrong, a table that scrolls sideways");
    fputs(
        "<table>\n<caption>What it costs to be wrong about the workload</caption>\n<thead><tr>"
        "<th scope=\"col\">policy</th><th scope=\"col\">time, mean</th>"
        "<th scope=\"col\">time, worst</th><th scope=\"col\">peak regret</th>"
        "<th scope=\"col\">gc regret</th><th scope=\"col\" class=\"word\">worst on</th>"
        "</tr></thead>\n<tbody>\n",
        s->page);
    for (size_t i = 0; i < s->named_count; i++) put_cost(s, s->named[i]);
    fprintf(s->page,
            "</tbody></table>\n</div>\n<p class=\"note\">Time is total time against the cheapest "
            "policy of the same workload%s. Regret: the most by which the policy holds more than "
            "the least of those that spend no more collector time, and the reverse.</p>\n",
            s->workloads > 1 ? ", over all workloads and settings" : "");
}

bool html_advice(FILE *page, const GateFigures *figures, AdviceLimits asked, const char *dir,
                 Error *error) {
    Section s = {.page = page, .figures = figures};
    Error nobody = {0};
    html_section_open(page, "advice", "The cheapest policy within limits");
    if (!advice_make(&s.free, figures, (AdviceLimits){UINT64_MAX, UINT64_MAX}, &nobody)) {
        fputs("<p class=\"note\">No answer: ", page);
        html_text(page, nobody.text);
        fputs(".</p>\n</section>\n", page);
        return true;
    }
    while (s.workloads < s.free.row_count && s.free.rows[s.workloads].kind == ADVICE_CHEAPEST)
        s.workloads++;
    least_find(&s);
    fprintf(page,
            "<p class=\"short\">Cheapest is the least total time%s, among the collectors that ran "
            "to the end and hold no more than the row allows, with 99 %% of pauses no longer than "
            "the column allows.</p>\n",
            s.workloads > 1 ? " on average" : "");
    bool good = put_asked(&s, asked, error) && put_table(&s, error);
    if (good) put_costs(&s);
    fputs("<p class=\"note\">Other limits: <code>ouro advise ", page);
    html_text(page, dir);
    fputs(" --p99 10ms --peak 500M</code></p>\n</section>\n", page);
    advice_free(&s.free);
    return good;
}
