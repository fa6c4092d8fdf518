// explain.c -- a moment of a run: a census, why the garbage is there, and what becomes of it
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "births.h"
#include "text.h"

// ---- moments ----

const char *moment_name(MomentKind kind) {
    static const char *const names[] = {
#define X(moment, name, what) name,
        MOMENTS(X)
#undef X
    };
    CHECK(kind < ARRAY_LENGTH(names));
    return names[kind];
}

const char *moment_what(MomentKind kind) {
    static const char *const texts[] = {
#define X(moment, name, what) what,
        MOMENTS(X)
#undef X
    };
    CHECK(kind < ARRAY_LENGTH(texts));
    return texts[kind];
}

static bool moment_unknown(const char *text, Error *error) {
    return error_set(error, "--at '%s'; allowed: event N, alloc N, peak, end, oom, auto", text);
}

bool moment_parse(const char *text, Moment *moment, Error *error) {
    Error why = {0};
    const size_t length = strcspn(text, " =:");
    for (MomentKind kind = 0; kind < MOMENT_COUNT; kind++) {
        const char *name = moment_name(kind);
        if (strlen(name) != length || strncmp(text, name, length) != 0) continue;
        const bool takes = kind == MOMENT_EVENT || kind == MOMENT_ALLOC;
        if (takes != (text[length] != '\0')) return moment_unknown(text, error);
        *moment = (Moment){.kind = kind};
        return !takes || text_count(text + length + 1, 1, UINT64_MAX, &moment->number, &why) ||
               error_set(error, "--at %s: %s", name, why.text);
    }
    return moment_unknown(text, error);
}

// ---- the first pass ----

static RunOptions run_options(const ExplainOptions *o) {
    return (RunOptions){.spec = o->spec,
                        .policy = o->policy,
                        .engine = ENGINE_TRACING,
                        .cost = o->cost,
                        .batch = 4096,
                        .check = o->check,
                        .allocator = o->allocator};
}

static bool run_to_end(Run *run, Error *error) {
    bool done = false;
    while (!done)
        if (!run_advance(run, UINT64_MAX, &done, error)) return false;
    return true;
}

static bool moment_settle(const ExplainOptions *o, Explanation *e, Error *error) {
    const MomentKind kind = o->moment.kind;
    const bool is_oom = e->status == STATUS_OOM;
    const uint64_t number = o->moment.number;
    e->asked = o->moment;
    e->found = kind;
    if (kind == MOMENT_AUTO) e->found = is_oom ? MOMENT_OOM : MOMENT_PEAK;
    if (kind == MOMENT_END && is_oom) e->found = MOMENT_OOM;
    if (kind == MOMENT_OOM && !is_oom)
        return error_set(error,
                         "--at oom: the run does not run out of memory; allowed: event N, "
                         "alloc N, peak, end");
    if (kind == MOMENT_EVENT && number > e->end_events)
        return error_set(error, "--at event %llu: the run has %llu events",
                         (unsigned long long)number, (unsigned long long)e->end_events);
    if (kind == MOMENT_ALLOC && number > e->end_clock)
        return error_set(error, "--at alloc %llu: the run has %llu allocations",
                         (unsigned long long)number, (unsigned long long)e->end_clock);
    return true;
}

static bool first_pass(const ExplainOptions *o, Explanation *e, Run **first, RunResult *result,
                       Error *error) {
    const RunOptions options = run_options(o);
    *first = run_open(&options, error);
    if (*first == NULL || !run_to_end(*first, error) || !run_result(*first, result, error))
        return false;
    run_release(*first);
    e->status = result->status;
    e->end_clock = result->metrics.allocations;
    e->end_events = result->metrics.events;
    return moment_settle(o, e, error);
}

// ---- the second ----

typedef struct {
    const ExplainOptions *options;
    Explanation *e;
    Run *run;
    Births *births;
    Fate *fate;
    uint64_t peak_bytes;
    uint64_t collections;  // of all kinds, up to the moment
    bool is_over;          // the moment
    Error *error;
    bool failed;
} Watch;

// The view as it would be if the policy were woken now.
static HeapView view_now(const Watch *w, const Heap *heap) {
    const Census *census = &w->e->census;
    HeapView view = *heap_view(heap);
    for (uint32_t i = 0; i < w->e->spaces.space_count; i++) {
        Tally all = census->spaces[i].reachable;
        tally_add(&all, &census->spaces[i].garbage);
        view.spaces[i] = (SpaceView){all.objects, all.bytes};
    }
    view.held_bytes = w->e->held_bytes;
    return view;
}

// The population whose objects are most of what the present phase allocates.
static uint32_t population_most(const Spec *spec, uint32_t phase) {
    uint32_t most = 0;
    uint64_t share = 0;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        if (p->phase != phase || p->external || p->share <= share) continue;
        most = i;
        share = p->share;
    }
    return most;
}

// Twice: what a space waits for is asked of the policy, which is asked with what is in each space.
static uint32_t census_with_reasons(Watch *w, const Heap *heap) {
    Explanation *e = w->e;
    uint32_t unexamined = 0;
    census_take(&e->census, heap, births_of(w->births), 0);
    const HeapView view = view_now(w, heap);
    forecast_make(e->forecasts, w->options->policy->policy, run_policy_state(w->run),
                  run_decision(w->run), &view, &e->spaces,
                  population_most(w->options->spec, view.phase));
    for (uint32_t i = 0; i < e->spaces.space_count; i++)
        unexamined |= (uint32_t)!e->forecasts[i].comes << i;
    if (unexamined != 0) census_take(&e->census, heap, births_of(w->births), unexamined);
    return unexamined;
}

static void note_moment(Watch *w, const Heap *heap) {
    w->is_over = true;
    w->e->held_bytes = heap_memory(heap)->held_bytes;
    w->collections = run_recorder(w->run)->collection_count;
    const uint32_t unexamined = census_with_reasons(w, heap);
    w->failed = !census_check(&w->e->census, heap, true, w->error);
    w->e->is_audited = w->options->audit;
    if (w->options->audit) w->failed |= !audit_take(&w->e->audit, heap, unexamined, w->error);
    w->fate = fate_new(heap);
}

static bool is_moment(const Watch *w, const Heap *heap, const Event *last) {
    const HeapView *view = heap_view(heap);
    if (last->op == OP_DEAD) return false;  // it comes true with the event behind it
    switch (w->e->found) {
        case MOMENT_EVENT:
            return heap_mutator_work(heap)->events >= w->options->moment.number;
        case MOMENT_ALLOC:
            return view->clock >= w->options->moment.number;
        case MOMENT_PEAK:
            return view->live_bytes >= w->peak_bytes;
        case MOMENT_OOM:
            return view->reason == WAKE_MEMORY;
        default:
            return false;
    }
}

static void watch_applied(void *context, const Heap *heap, const Event *event) {
    Watch *w = context;
    if (w->is_over) return;
    births_note(w->births, heap, event);
    if (is_moment(w, heap, event)) note_moment(w, heap);
}

static void watch_planned(void *context, const Heap *heap, const Plan *plan,
                          const PauseWork *work) {
    (void)work;
    Watch *w = context;
    if (w->is_over) fate_plan(w->fate, heap, plan);
}

static bool watch_phased(void *context, const Heap *heap, Error *error) {
    (void)error;
    Watch *w = context;
    const HeapView *view = heap_view(heap);
    const bool is_end = view_round_ended(view) && view->round + 1 == w->options->spec->rounds;
    if (w->is_over || is_end) return true;  // the end is nothing to compare itself with
    Census *census = memory_new(1, sizeof *census);
    census_take(census, heap, NULL, 0);
    w->e->mark.clock = census->clock;
    for (uint32_t i = 0; i < HEAP_TEMPLATES_MAX; i++) {
        w->e->mark.reachable[i] = census->populations[i].reachable;
        w->e->mark.garbage[i] = census->populations[i].garbage;
    }
    free(census);
    return true;
}

static bool watch_exceeded(void *context, const Heap *heap, Error *error) {
    (void)context, (void)heap, (void)error;
    return true;
}

static bool watch_run(Watch *w, Error *error) {
    Explanation *e = w->e;
    e->spaces = *run_spaces(w->run);
    e->is_followed = true;
    if (!run_to_end(w->run, error)) return false;
    if (e->found == MOMENT_END) {
        e->is_followed = false;
        note_moment(w, run_heap(w->run));
    }
    CHECK(w->is_over);
    e->stream_end = run_clock(w->run);
    e->fate_count = fate_rows(w->fate, e->fates, &e->fates_elsewhere);
    return !w->failed;
}

static bool second_pass(const ExplainOptions *o, Explanation *e, Tape *tape, uint64_t peak_bytes,
                        uint64_t *collections, Error *error) {
    const CostTable counts = cost_table_shipped(COST_COUNTS);  // nobody asks what it takes
    Watch w = {.options = o, .e = e, .peak_bytes = peak_bytes, .error = error};
    const RunWatcher watcher = {&w, watch_applied, watch_planned, watch_phased, watch_exceeded};
    RunOptions options = run_options(o);
    options.batch = 1;
    options.cost = &counts;
    options.tape = tape;
    options.watcher = &watcher;
    w.births = births_new(o->spec, error);
    w.run = w.births != NULL ? run_open(&options, error) : NULL;
    const bool good = w.run != NULL && watch_run(&w, error);
    *collections = w.collections;
    run_close(w.run);
    births_free(w.births);
    fate_free(w.fate);
    return good;
}

static void count_collections(Explanation *e, const Recorder *recorder, uint64_t count) {
    CHECK(count <= recorder->collection_count);
    for (uint64_t i = 0; i < count; i++) {
        const Collection *c = &recorder->collections[i];
        e->pause_ns += c->pause_ns;
        if (plan_collects((PlanKind)c->kind)) e->collections[c->generation]++;
    }
}

// ---- the others ----

static bool against_play(const ExplainOptions *o, const Explanation *e, Tape *tape, AgainstRow *row,
                         Error *error) {
    RunOptions options = run_options(o);
    RunResult result;
    Error ignored = {0};
    options.policy = row->policy;
    options.engine = ENGINE_LEDGER;
    options.check = false;
    options.tape = tape;
    options.events = max_u64(e->census.event, 1);
    Run *run = run_open(&options, &ignored);  // what takes parts of a space needs the other heap
    options.engine = ENGINE_TRACING;
    row->estimated = run != NULL && o->cost->model == COST_CACHE;
    if (run == NULL) run = run_open(&options, error);
    const bool good = run != NULL && run_to_end(run, error) && run_result(run, &result, error);
    if (good) {
        const Sample *last = &result.recorder->samples[result.recorder->sample_count - 1];
        row->is_there = result.status == STATUS_OK;
        row->is_floor = result.spaces->free_at_death;
        row->clock = last->clock;
        row->garbage_bytes = last->garbage_bytes;
        row->live_bytes = last->live_bytes;
        row->held_bytes = last->held_bytes;
        row->pause_ns = result.metrics.pause_ns_total;
        row->pause_ns_max = result.metrics.pause_ns_max;
        row->full = result.metrics.collections_gen2;
    }
    run_close(run);
    return good;
}

static bool against_all(const ExplainOptions *o, Explanation *e, Tape *tape, Error *error) {
    CHECK(o->against_count <= AGAINST_MAX);
    for (e->against_count = 0; e->against_count < o->against_count; e->against_count++) {
        AgainstRow *row = &e->against[e->against_count];
        row->policy = &o->against[e->against_count];
        if (!against_play(o, e, tape, row, error)) return false;
    }
    return true;
}

bool explain(const ExplainOptions *o, Explanation *e, Run **first, Error *error) {
    const uint64_t events_max = UINT64_C(1) << 26;  // 1 GiB, if there are so many
    uint64_t collections = 0;
    RunResult result;
    Error none = {0};
    *e = (Explanation){.spec = o->spec, .policy = o->policy};
    *first = NULL;
    if (!first_pass(o, e, first, &result, error)) return false;
    Tape *tape = tape_new(events_max, &none);
    bool good = second_pass(o, e, tape, result.metrics.peak_live_bytes, &collections, error);
    if (good) count_collections(e, run_recorder(*first), collections);
    good = good && against_all(o, e, tape, error);
    tape_free(tape);
    return good;
}

// ---- looking at it ----

GarbageReason explanation_reason(const Explanation *e, uint32_t space) {
    CHECK(space < e->spaces.space_count);
    if (e->spaces.is_region[space]) return GARBAGE_REGION;
    return e->forecasts[space].comes ? GARBAGE_WAITS : GARBAGE_FROZEN;
}

SpaceFate explanation_fate(const Explanation *e, uint32_t space) {
    SpaceFate fate = {.soonest = UINT64_MAX};
    for (uint32_t i = 0; i < e->fate_count; i++) {
        const FateRow *row = &e->fates[i];
        if (row->was.space != space) continue;
        tally_add(row->is_freed ? &fate.freed : &fate.never, &row->tally);
        if (!row->is_freed) continue;
        fate.soonest = min_u64(fate.soonest, row->soonest);
        fate.latest = max_u64(fate.latest, row->latest);
    }
    return fate;
}
