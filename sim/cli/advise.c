// advise.c -- the cheapest policy within limits, and what it costs to be wrong about the workload
#include "advise.h"

#include <stdlib.h>
#include <string.h>

#include "tsv.h"

const char *advice_kind_name(AdviceKind kind) {
    static const char *const names[] = {
#define X(name, text, help) text,
        ADVICE_KINDS(X)
#undef X
    };
    return names[kind];
}

// ---- runs ----

static uint64_t number_of(const GateFigures *figures, const GateFigure *run, const char *metric) {
    uint64_t number = 0;
    const GateFigure *row = gate_figures_find(figures, run->workload, run->policy, metric);
    CHECK(row != NULL && tsv_number_parse(row->value, &number));  // reading has seen to that
    return number;
}

static AdviceRun run_of(const GateFigures *figures, const GateFigure *status) {
    const GateFigure *kind = gate_figures_find(figures, status->workload, status->policy, "kind");
    bool collector = kind != NULL && strcmp(kind->value, "collector") == 0;
    return (AdviceRun){.workload = status->workload,
                       .policy = status->policy,
                       .status = status->value,
                       .competes = collector && strcmp(status->value, "ok") == 0,
                       .p99_ns = number_of(figures, status, "pause_ns_p99"),
                       .peak_bytes = number_of(figures, status, "peak_held_bytes"),
                       .total_ns = number_of(figures, status, "total_ns"),
                       .gc_ns = number_of(figures, status, "pause_ns_total")};
}

// 0: not defined.
static uint64_t permille(uint64_t part, uint64_t whole) {
    if (whole == 0) return part == 0 ? 1000 : 0;
    return mul_div_u64(part, 1000, whole);
}

// The end of the runs of the workload at `first`.
static const AdviceRun *workload_end(const AdviceRun *first, const AdviceRun *end) {
    const AdviceRun *next = first;
    while (next < end && strcmp(next->workload, first->workload) == 0) next++;
    return next;
}

static void set_regret(AdviceRun *run, const AdviceRun *first, const AdviceRun *end) {
    uint64_t least_peak = run->peak_bytes, least_gc = run->gc_ns;
    if (!run->competes) return;
    for (const AdviceRun *other = first; other < end; other++) {
        if (!other->competes) continue;
        if (other->gc_ns <= run->gc_ns) least_peak = min_u64(least_peak, other->peak_bytes);
        if (other->peak_bytes <= run->peak_bytes) least_gc = min_u64(least_gc, other->gc_ns);
    }
    run->regret_peak = permille(run->peak_bytes, least_peak);
    run->regret_gc = permille(run->gc_ns, least_gc);
}

static void set_regrets(Advice *advice) {
    AdviceRun *end = advice->runs + advice->run_count;
    const AdviceRun *first = advice->runs, *next = first;
    for (AdviceRun *run = advice->runs; run < end; run++) {
        if (run == next) first = next, next = workload_end(first, end);
        set_regret(run, first, next);
    }
}

// Runs are sorted by workload, then policy.
const AdviceRun *advice_find(const Advice *advice, const char *workload, const char *policy) {
    size_t low = 0, high = advice->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const AdviceRun *run = &advice->runs[middle];
        int order = strcmp(run->workload, workload);
        if (order == 0) order = strcmp(run->policy, policy);
        if (order == 0) return run;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// ---- limits ----

static bool over_p99(const Advice *a, const AdviceRun *run) {
    return run->p99_ns > a->limits.p99_ns;
}

static bool over_peak(const Advice *a, const AdviceRun *run) {
    return run->peak_bytes > a->limits.peak_bytes;
}

static bool is_within(const Advice *a, const AdviceRun *run) {
    return run->competes && !over_p99(a, run) && !over_peak(a, run);
}

// Permille of the limit, for the worse of both; 1000 when it is met. A limit of 0 counts as 1.
static uint64_t excess_of(const Advice *a, const AdviceRun *run) {
    uint64_t excess = 1000;
    if (over_p99(a, run))
        excess = max_u64(excess, mul_div_u64(run->p99_ns, 1000, max_u64(a->limits.p99_ns, 1)));
    if (over_peak(a, run))
        excess =
            max_u64(excess, mul_div_u64(run->peak_bytes, 1000, max_u64(a->limits.peak_bytes, 1)));
    return excess;
}

static bool is_cheaper(const AdviceRun *a, const AdviceRun *b) {
    if (a->total_ns != b->total_ns) return a->total_ns < b->total_ns;
    if (a->gc_ns != b->gc_ns) return a->gc_ns < b->gc_ns;
    return strcmp(a->policy, b->policy) < 0;
}

// ---- one workload: runs [first, end) ----

static const AdviceRun *cheapest_of(const Advice *a, const AdviceRun *first, const AdviceRun *end) {
    const AdviceRun *best = NULL;
    for (const AdviceRun *run = first; run < end; run++)
        if (is_within(a, run) && (best == NULL || is_cheaper(run, best))) best = run;
    return best;
}

static const AdviceRun *nearest_of(const Advice *a, const AdviceRun *first, const AdviceRun *end) {
    const AdviceRun *best = NULL;
    for (const AdviceRun *run = first; run < end; run++) {
        if (!run->competes) continue;
        uint64_t own = excess_of(a, run), least = best != NULL ? excess_of(a, best) : 0;
        if (best == NULL || own < least || (own == least && is_cheaper(run, best))) best = run;
    }
    return best;
}

static AdviceRow *row_add(Advice *a, AdviceKind kind, const char *workload, const char *policy,
                          const AdviceRun *run) {
    AdviceRow *row = &a->rows[a->row_count++];
    *row = (AdviceRow){.kind = kind, .workload = workload, .policy = policy, .run = run};
    if (run != NULL) {
        row->over_p99 = over_p99(a, run);
        row->over_peak = over_peak(a, run);
        row->excess = excess_of(a, run);
    }
    return row;
}

static bool advise_workload(Advice *a, const AdviceRun *first, const AdviceRun *end, Error *error) {
    const AdviceRun *best = cheapest_of(a, first, end);
    if (best != NULL) {
        row_add(a, ADVICE_CHEAPEST, first->workload, best->policy, best)->time = 1000;
        return true;
    }
    best = nearest_of(a, first, end);
    if (best == NULL)
        return error_set(error, "%s: no collector ran to the end there", first->workload);
    AdviceRow *row = row_add(a, ADVICE_NEAREST, first->workload, best->policy, best);
    row->nobody_p99 = row->nobody_peak = true;
    for (const AdviceRun *run = first; run < end; run++) {
        row->nobody_p99 &= !run->competes || over_p99(a, run);
        row->nobody_peak &= !run->competes || over_peak(a, run);
    }
    return true;
}

// ---- all workloads ----

// Total time against the cheapest within the limits there; 0: nobody is, or the run died.
static uint64_t time_of(const Advice *a, const AdviceRun *run, size_t workloads) {
    for (size_t i = 0; i < workloads; i++)
        if (strcmp(a->rows[i].workload, run->workload) == 0 && run->competes &&
            a->rows[i].kind == ADVICE_CHEAPEST)
            return permille(run->total_ns, a->rows[i].run->total_ns);
    return 0;
}

// The policy over all: false when it did not run to the end everywhere.
static bool sum_up(const Advice *a, const char *policy, size_t workloads, AdviceRow *row) {
    *row =
        (AdviceRow){.kind = ADVICE_OVERALL, .workload = GATE_ALL, .policy = policy, .excess = 1000};
    CHECK(workloads > 0);
    for (size_t i = 0; i < workloads; i++) {
        const AdviceRun *run = advice_find(a, a->rows[i].workload, policy);
        if (run == NULL || !run->competes) return false;
        row->over_p99 |= over_p99(a, run);
        row->over_peak |= over_peak(a, run);
        row->excess = max_u64(row->excess, excess_of(a, run));
        row->time += time_of(a, run, workloads);
    }
    row->time /= workloads;
    if (row->over_p99 || row->over_peak) row->kind = ADVICE_OVERALL_NEAREST;
    return true;
}

static bool is_better(const AdviceRow *row, const AdviceRow *best) {
    if (row->excess != best->excess) return row->excess < best->excess;
    if (row->time != best->time) return row->time < best->time;
    return strcmp(row->policy, best->policy) < 0;
}

static void advise_overall(Advice *a, size_t workloads) {
    AdviceRow best = {.policy = NULL}, row;
    const AdviceRun *end = workload_end(a->runs, a->runs + a->run_count);
    for (size_t i = 0; i < (size_t)(end - a->runs); i++)  // who did not run there is out
        if (sum_up(a, a->runs[i].policy, workloads, &row) &&
            (best.policy == NULL || is_better(&row, &best)))
            best = row;
    if (best.policy == NULL) return;  // nobody ran to the end everywhere
    a->rows[a->row_count++] = best;
    a->answered = best.kind == ADVICE_OVERALL;
}

// Whoever was named above, on every workload.
static void add_regrets(Advice *a, size_t workloads) {
    size_t named = a->row_count;
    for (size_t i = 0; i < named; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++) again |= strcmp(a->rows[k].policy, a->rows[i].policy) == 0;
        for (size_t k = 0; k < workloads && !again; k++) {
            const char *workload = a->rows[k].workload, *policy = a->rows[i].policy;
            const AdviceRun *run = advice_find(a, workload, policy);
            AdviceRow *row = row_add(a, ADVICE_REGRET, workload, policy, run);
            if (run != NULL) row->time = time_of(a, run, workloads);
        }
    }
}

static bool advise(Advice *a, Error *error) {
    const AdviceRun *first = a->runs, *end = a->runs + a->run_count;
    size_t workloads = 0;
    for (const AdviceRun *run = first; run < end; run++)
        workloads += run == first || strcmp(run->workload, run[-1].workload) != 0;
    // An answer each, one over all, and every policy named in them on every workload.
    a->rows = memory_new((workloads + 1) * (workloads + 1), sizeof *a->rows);
    while (first < end) {
        const AdviceRun *next = workload_end(first, end);
        if (!advise_workload(a, first, next, error)) return false;
        first = next;
    }
    advise_overall(a, workloads);
    add_regrets(a, workloads);
    return true;
}

bool advice_make(Advice *advice, const GateFigures *figures, AdviceLimits limits, Error *error) {
    *advice = (Advice){.limits = limits};
    advice->runs = memory_new(figures->count + 1, sizeof *advice->runs);
    for (size_t i = 0; i < figures->count; i++)
        if (strcmp(figures->rows[i].metric, WORD_STATUS) == 0)
            advice->runs[advice->run_count++] = run_of(figures, &figures->rows[i]);
    set_regrets(advice);
    if (advice->run_count == 0) error_set(error, "there are no runs to choose from");
    if (advice->run_count > 0 && advise(advice, error)) return true;
    advice_free(advice);
    return false;
}

void advice_free(Advice *advice) {
    free(advice->runs);
    free(advice->rows);
    *advice = (Advice){0};
}

AdviceCost advice_cost(const Advice *advice, const char *policy) {
    AdviceCost cost = {.where = ""};
    uint64_t workloads = 0;
    for (size_t i = 0; i < advice->row_count; i++) {
        const AdviceRow *row = &advice->rows[i];
        if (row->kind != ADVICE_CHEAPEST) continue;
        const AdviceRun *run = advice_find(advice, row->workload, policy);
        if (run == NULL || !run->competes) return (AdviceCost){.where = row->workload};
        uint64_t time = permille(run->total_ns, row->run->total_ns);
        cost.mean += time;
        if (time > cost.worst) cost.worst = time, cost.where = row->workload;
        cost.peak = max_u64(cost.peak, run->regret_peak);
        cost.gc = max_u64(cost.gc, run->regret_gc);
        workloads++;
    }
    if (workloads > 0) cost.mean /= workloads;
    return cost;
}
