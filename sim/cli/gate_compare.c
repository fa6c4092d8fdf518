// gate_compare.c -- the verdict: results held against a baseline
//
// Both sets are sorted by the same order, so one walk over both meets every run and every figure.
#include "gate_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "rank.h"
#include "shell.h"
#include "tsv.h"

static const struct {
    const char *name;
    bool fails;
} STATES[] = {
#define STATE(name, text, fails, help) {text, fails},
#include "gate_states.def"
#undef STATE
};

const char *gate_state_name(GateState state) { return STATES[state].name; }
bool gate_state_fails(GateState state) { return STATES[state].fails; }

typedef struct {
    Verdict *verdict;
    const GateFigures *baseline, *results;
    Allowances *allowances;
    const char *today;
    size_t capacity;
} Comparison;

static const char *command_of(const Comparison *c, const GateFigure *row) {
    const GateFigure *command =
        gate_figures_find(c->results, row->workload, GATE_ALL, WORD_COMMAND);
    if (command == NULL)
        command = gate_figures_find(c->baseline, row->workload, GATE_ALL, WORD_COMMAND);
    return command != NULL ? command->value : "ouro gate";
}

static Finding *finding_add(Comparison *c, GateState state, const GateFigure *base,
                            const GateFigure *found) {
    Verdict *v = c->verdict;
    if (v->count == c->capacity) {
        c->capacity = c->capacity > 0 ? 2 * c->capacity : 64;
        v->findings = memory_resize(v->findings, c->capacity, sizeof *v->findings);
    }
    Finding *finding = &v->findings[v->count++];
    *finding = (Finding){.state = state, .base = base, .found = found};
    finding->command = command_of(c, finding_key(finding));
    return finding;
}

const GateFigure *finding_key(const Finding *finding) {
    return finding->found != NULL ? finding->found : finding->base;
}

// ---- waivers ----

// Is `value` no worse than the ceiling? Of a status: is it the one that is let pass?
static bool below_ceiling(const Waiver *waiver, const char *value, GateMetric metric) {
    uint64_t numbers[GATE_REPEATS_MAX], ceiling = 0;
    size_t count = 0;
    if (strcmp(metric.name, WORD_STATUS) == 0) return strcmp(waiver->ceiling, value) == 0;
    if (!tsv_number_parse(waiver->ceiling, &ceiling)) return false;
    if (!gate_numbers(value, numbers, &count)) return false;
    uint64_t median = numbers[count / 2];
    return metric.better == BETTER_HIGHER ? median >= ceiling : median <= ceiling;
}

static void waive(Comparison *c, Finding *finding) {
    const GateFigure *key = finding_key(finding);
    const Waiver *w = allowances_waiver(c->allowances, key->workload, key->policy, key->metric);
    if (w == NULL || finding->found == NULL) return;
    const char *fate = "waived until";
    if (strcmp(c->today, w->expires) > 0)
        fate = "not waived: the waiver expired on";
    else if (!below_ceiling(w, finding->found->value, gate_metric(key->metric)))
        fate = "not waived: beyond the ceiling of the waiver until";
    else
        finding->state = GATE_WAIVED;
    snprintf(finding->note, sizeof finding->note, "%s %s (waivers.tsv:%u, ceiling %s): %s", fate,
             w->expires, w->line, w->ceiling, w->reason);
}

// ---- one figure ----

static int64_t change_ppm(uint64_t base, uint64_t found) {
    uint64_t apart = found > base ? found - base : base - found;
    uint64_t ppm = base == 0 ? INT64_MAX : mul_div_u64(apart, 1000000, base);
    int64_t cut = (int64_t)min_u64(ppm, INT64_MAX);
    return found > base ? cut : -cut;
}

static bool is_tolerated(const Allowances *allowances, const char *metric, uint64_t base,
                         uint64_t found) {
    Tolerance t = allowances_tolerance(allowances, metric);
    uint64_t apart = found > base ? found - base : base - found;
    return apart <= t.floor || (U128)apart * 1000000 <= (U128)base * t.share_ppm;
}

static GateState state_of(GateMetric metric, uint64_t base, uint64_t found) {
    if (metric.better == BETTER_NONE) return GATE_CHANGED;
    return (found > base) == (metric.better == BETTER_HIGHER) ? GATE_IMPROVED : GATE_REGRESSED;
}

// Sorted numbers of both sides: are they different, and which way? False: nothing to report.
static bool judge_measured(Comparison *c, GateMetric metric, const GateFigure *base,
                           const GateFigure *found) {
    uint64_t first[GATE_REPEATS_MAX], second[GATE_REPEATS_MAX];
    size_t n = 0, m = 0;
    if (!gate_numbers(base->value, first, &n) || !gate_numbers(found->value, second, &m)) {
        snprintf(finding_add(c, GATE_UNJUDGED, base, found)->note, GATE_NOTE_SIZE,
                 "not whole numbers");
        return true;
    }
    RankTest test = rank_test(first, n, second, m);
    uint64_t low = first[n / 2], high = second[m / 2];
    if (test.least_ppm > GATE_CHANCE_PPM) {
        snprintf(finding_add(c, GATE_UNJUDGED, base, found)->note, GATE_NOTE_SIZE,
                 "%zu and %zu repeats can say nothing; 5 and 5 can", n, m);
        return true;
    }
    uint32_t chance = high > low ? test.greater_ppm : test.less_ppm;
    if (chance > GATE_CHANCE_PPM || is_tolerated(c->allowances, metric.name, low, high))
        return false;
    Finding *finding = finding_add(c, state_of(metric, low, high), base, found);
    finding->change_ppm = change_ppm(low, high);
    snprintf(finding->note, sizeof finding->note,
             "medians of %zu and %zu repeats differ; by chance in %u.%04u %%", n, m, chance / 10000,
             chance % 10000);
    if (finding->state == GATE_REGRESSED) waive(c, finding);
    return true;
}

static void compare_numbers(Comparison *c, GateMetric metric, const GateFigure *base,
                            const GateFigure *found, uint64_t low, uint64_t high) {
    if (is_tolerated(c->allowances, metric.name, low, high)) {
        c->verdict->tolerated++;
        return;
    }
    Finding *finding = finding_add(c, state_of(metric, low, high), base, found);
    finding->change_ppm = change_ppm(low, high);
    if (finding->state == GATE_REGRESSED) waive(c, finding);
}

static void compare_figure(Comparison *c, const GateFigure *base, const GateFigure *found,
                           bool died) {
    GateMetric metric = gate_metric(found->metric);
    uint64_t low[GATE_REPEATS_MAX], high[GATE_REPEATS_MAX];
    size_t n = 0, m = 0;
    bool is_allocations = strcmp(metric.name, "allocations") == 0;
    if (died) metric.better = is_allocations ? BETTER_HIGHER : BETTER_NONE;
    if (metric.measured) {
        c->verdict->unchanged += !judge_measured(c, metric, base, found);
    } else if (strcmp(base->value, found->value) == 0) {
        c->verdict->unchanged++;
    } else if (gate_numbers(base->value, low, &n) && gate_numbers(found->value, high, &m) &&
               n == 1 && m == 1 && strcmp(metric.name, WORD_DIGEST) != 0) {
        compare_numbers(c, metric, base, found, low[0], high[0]);
    } else {
        finding_add(c, GATE_CHANGED, base, found);
    }
}

// ---- one run ----

// The figures of one run: rows [first, end) of a set.
typedef struct {
    const GateFigure *first, *end;
} RunRows;

static RunRows run_rows(const GateFigures *figures, size_t at) {
    const GateFigure *first = &figures->rows[at], *end = first;
    const GateFigure *last = figures->rows + figures->count;
    while (end < last && strcmp(end->workload, first->workload) == 0 &&
           strcmp(end->policy, first->policy) == 0)
        end++;
    return (RunRows){first, end};
}

static const GateFigure *rows_find(RunRows rows, const char *metric) {
    for (const GateFigure *row = rows.first; row < rows.end; row++)
        if (strcmp(row->metric, metric) == 0) return row;
    return rows.first;
}

static bool compare_status(Comparison *c, const GateFigure *base, const GateFigure *found) {
    if (strcmp(base->metric, WORD_STATUS) != 0 || strcmp(found->metric, WORD_STATUS) != 0 ||
        strcmp(base->value, found->value) == 0)
        return true;
    bool lives = strcmp(found->value, "ok") == 0;
    Finding *finding = finding_add(c, lives ? GATE_IMPROVED : GATE_STATUS, base, found);
    if (!lives) waive(c, finding);
    return false;
}

// What differs in a figure that is not watched shows in the digest alone.
static void digest_alone(Verdict *v, size_t before) {
    Finding *digest = NULL;
    for (size_t i = before; i < v->count; i++)
        if (strcmp(finding_key(&v->findings[i])->metric, WORD_DIGEST) == 0)
            digest = &v->findings[i];
    if (digest == NULL || digest->state != GATE_CHANGED) return;
    if (v->count - before == 1)
        snprintf(digest->note, sizeof digest->note,
                 "figures differ that are not watched one by one");
    else
        *digest = v->findings[--v->count];
}

static void compare_run(Comparison *c, RunRows base, RunRows found) {
    size_t before = c->verdict->count;
    const GateFigure *status = rows_find(base, WORD_STATUS);
    c->verdict->runs++;
    if (!compare_status(c, status, rows_find(found, WORD_STATUS))) return;
    bool died = strcmp(status->metric, WORD_STATUS) == 0 && strcmp(status->value, "ok") != 0;
    while (base.first < base.end || found.first < found.end) {
        int order = base.first == base.end     ? 1
                    : found.first == found.end ? -1
                                               : gate_figure_order(base.first, found.first);
        c->verdict->figures++;
        if (order < 0)
            finding_add(c, GATE_MISSING, base.first++, NULL);
        else if (order > 0)
            finding_add(c, GATE_NEW, NULL, found.first++);
        else
            compare_figure(c, base.first++, found.first++, died);
    }
    digest_alone(c->verdict, before);
}

// ---- all of it ----

// What is said of a workload or of all runs must be equal: else the figures are of other programs.
static bool inputs_equal(const GateFigures *baseline, const GateFigures *results, Error *error) {
    for (size_t i = 0; i < results->count; i++) {
        const GateFigure *row = &results->rows[i];
        if (gate_figure_is_run(row) || strcmp(row->metric, WORD_COMMAND) == 0) continue;
        const GateFigure *base =
            gate_figures_find(baseline, row->workload, row->policy, row->metric);
        bool of_all = strcmp(row->workload, GATE_ALL) == 0;
        if (base == NULL && !of_all) continue;  // a new workload
        if (base != NULL && strcmp(base->value, row->value) == 0) continue;
        return error_set(error,
                         "the baseline is of %s%sother %s: it has %s, these results %s; look at "
                         "what changed, then: ouro gate --accept --reason '...'",
                         of_all ? "an" : row->workload, of_all ? "" : " with an", row->metric,
                         base != NULL ? base->value : "none", row->value);
    }
    return true;
}

static int finding_order(const void *left, const void *right) {
    const Finding *a = left, *b = right;
    if (a->state != b->state) return a->state < b->state ? -1 : 1;
    int64_t size_a = llabs(a->change_ppm), size_b = llabs(b->change_ppm);
    if (size_a != size_b) return size_a > size_b ? -1 : 1;
    return gate_figure_order(finding_key(a), finding_key(b));
}

static size_t skip_heads(const GateFigures *figures, size_t at) {
    while (at < figures->count && !gate_figure_is_run(&figures->rows[at])) at++;
    return at;
}

static int run_order(const GateFigures *baseline, size_t b, const GateFigures *results, size_t r) {
    if (b == baseline->count) return 1;
    if (r == results->count) return -1;
    int order = strcmp(baseline->rows[b].workload, results->rows[r].workload);
    return order != 0 ? order : strcmp(baseline->rows[b].policy, results->rows[r].policy);
}

static void compare_runs(Comparison *c) {
    size_t b = skip_heads(c->baseline, 0), r = skip_heads(c->results, 0);
    while (b < c->baseline->count || r < c->results->count) {
        int order = run_order(c->baseline, b, c->results, r);
        RunRows base = {NULL, NULL}, found = {NULL, NULL};
        if (order <= 0) base = run_rows(c->baseline, b);
        if (order >= 0) found = run_rows(c->results, r);
        if (order < 0)
            finding_add(c, GATE_MISSING, rows_find(base, WORD_STATUS), NULL);
        else if (order > 0)
            finding_add(c, GATE_NEW, NULL, rows_find(found, WORD_STATUS));
        else
            compare_run(c, base, found);
        b = skip_heads(c->baseline, b + (size_t)(base.end - base.first));
        r = skip_heads(c->results, r + (size_t)(found.end - found.first));
    }
}

bool gate_compare(Verdict *verdict, const GateFigures *baseline, const GateFigures *results,
                  Allowances *allowances, const char *today, Error *error) {
    Comparison c = {verdict, baseline, results, allowances, today, 0};
    *verdict = (Verdict){.allowances = allowances};
    if (skip_heads(results, 0) == results->count)
        return error_set(error, "there are no runs to judge");
    if (!inputs_equal(baseline, results, error)) return false;
    compare_runs(&c);
    if (verdict->count > 0)
        qsort(verdict->findings, verdict->count, sizeof *verdict->findings, finding_order);
    for (size_t i = 0; i < verdict->count; i++) verdict->counts[verdict->findings[i].state]++;
    return true;
}

void verdict_free(Verdict *verdict) {
    free(verdict->findings);
    *verdict = (Verdict){0};
}

int verdict_code(const Verdict *verdict) {
    for (int state = 0; state < GATE_STATE_COUNT; state++)
        if (gate_state_fails((GateState)state) && verdict->counts[state] > 0) return 1;
    return verdict->counts[GATE_UNJUDGED] > 0 ? 2 : 0;
}

void finding_command(const Finding *finding, char text[GATE_COMMAND_SIZE]) {
    static const char run[] = "ouro run ";
    Gather gather;
    FILE *file = gather_open(&gather);
    fputs(finding->command, file);
    if (strncmp(finding->command, run, strlen(run)) == 0) {
        fputs(" --policy ", file);
        shell_word_print(file, finding_key(finding)->policy);
    }
    char *whole = gather_close(&gather);
    snprintf(text, GATE_COMMAND_SIZE, "%s", whole);
    free(whole);
}
