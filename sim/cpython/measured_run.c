// measured_run.c -- one workload under one policy, simulated and real
#include "measured_run.h"

#include <stdlib.h>

#include "arenas.h"
#include "pauses.h"
#include "replay.h"
#include "start.h"

static PauseCounts counts_of(const Collection *c) {
    return (PauseCounts){
        .collections = 1,
        .candidates = c->kind == PLAN_RELEASE ? 0 : c->candidates,
        .edges = c->kind == PLAN_RELEASE ? 0 : c->edges,
        .moves = c->kind == PLAN_RELEASE ? 0 : c->moves,
        .freed = c->kind == PLAN_RELEASE ? 0 : c->freed,
        .jumps_l1 = c->jumps_l1,
        .jumps_l2 = c->jumps_l2,
        .jumps_l3 = c->jumps_l3,
        .edges_l1 = c->edges_l1,
        .edges_l2 = c->edges_l2,
        .edges_l3 = c->edges_l3,
        .pages = c->pages,
        .payloads_small = c->payloads_small,
        .payloads_large = c->payloads_large,
        .arenas_released = c->arenas_released,
        .released = c->released,
        .marked = c->marked,
        .finalizers = c->finalizers,
    };
}

static bool simulate(Run *run, RunResult *result, Error *error) {
    bool done = false;
    while (!done)
        if (!run_advance(run, 1 << 20, &done, error)) return false;
    if (!run_result(run, result, error)) return false;
    run_release(run);
    return true;
}

static void keep_predictions(MeasuredRun *m, const Recorder *recorder) {
    m->count = recorder->collection_count;
    m->pauses = memory_new(max_u64(m->count, 1), sizeof *m->pauses);
    for (size_t i = 0; i < m->count; i++) {
        const Collection *c = &recorder->collections[i];
        m->pauses[i] = (MeasuredPause){.counts = counts_of(c),
                                       .kind = c->kind,
                                       .generation = c->generation,
                                       .predicted_ns = c->pause_ns};
    }
}

static bool repeat(MeasuredRun *m, Run *run, RunResult result, uint32_t number, Error *error) {
    ReplayCounts counts = {0};
    if (interrupt_is_pending()) return error_set(error, "interrupted; nothing was written");
    if (!replay_measure(run, &result, NULL, &counts, error)) return false;
    for (size_t i = 0; i < m->count; i++)
        m->pauses[i].ns[number] = max_u64(result.recorder->collections[i].pause_ns, 1);
    return true;
}

static void take_fastest(MeasuredRun *m) {
    for (size_t i = 0; i < m->count; i++) {
        MeasuredPause *p = &m->pauses[i];
        p->fastest = p->ns[0];
        for (uint32_t k = 1; k < m->repeats; k++) p->fastest = min_u64(p->fastest, p->ns[k]);
    }
}

bool measured_run(MeasuredRun *m, const Spec *spec, const PolicyChoice *policy,
                  const CostTable *cost, uint32_t repeats, Error *error) {
    CHECK(repeats > 0 && repeats <= REPEATS_MAX);
    *m = (MeasuredRun){.repeats = repeats};
    RunOptions options = {
        .spec = spec, .policy = policy, .cost = cost, .batch = 4096, .allocator = arenas_layout()};
    RunResult result;
    Run *run = run_open(&options, error);
    bool good = run != NULL && simulate(run, &result, error);
    if (good) keep_predictions(m, run_recorder(run));
    for (uint32_t i = 0; good && i < repeats; i++) good = repeat(m, run, result, i, error);
    if (good) take_fastest(m);
    run_close(run);
    return good;
}

void measured_run_free(MeasuredRun *m) {
    free(m->pauses);
    *m = (MeasuredRun){0};
}

// Takes over `ns`.
static PauseFigures figures_of(uint64_t *ns, size_t count) {
    PauseFigures figures = {{0}};
    for (size_t i = 0; i < count; i++) figures.ns[FIGURE_TOTAL] += (double)ns[i];
    sort_u64(ns, count);
    if (count > 0) {
        figures.ns[FIGURE_P50] = (double)sorted_quantile(ns, count, 500000);
        figures.ns[FIGURE_P99] = (double)sorted_quantile(ns, count, 990000);
        figures.ns[FIGURE_MAX] = (double)ns[count - 1];
    }
    free(ns);
    return figures;
}

PauseFigures measured_run_predicted(const MeasuredRun *m) {
    uint64_t *ns = memory_new(m->count + 1, sizeof *ns);
    for (size_t i = 0; i < m->count; i++) ns[i] = m->pauses[i].predicted_ns;
    return figures_of(ns, m->count);
}

PauseFigures measured_run_repeat(const MeasuredRun *m, uint32_t number) {
    uint64_t *ns = memory_new(m->count + 1, sizeof *ns);
    for (size_t i = 0; i < m->count; i++) ns[i] = m->pauses[i].ns[number];
    return figures_of(ns, m->count);
}
