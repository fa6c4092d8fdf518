// minheap.c -- how little memory will do
#include "minheap.h"

#include <stdlib.h>
#include <string.h>

const char *minheap_proof_name(MinheapProof proof) {
    static const char *const names[] = {"proved", "bisected", "never"};
    CHECK(proof < ARRAY_LENGTH(names));
    return names[proof];
}

// ---- the search ----

typedef struct {
    MinheapPlay play;
    void *context;
    MinheapFound *found;
} Search;

static bool search_try(Search *s, uint64_t limit, MinheapTrial *trial, Error *error) {
    s->found->runs++;
    return s->play(s->context, limit, trial, error);
}

// A run under `limit`: the smallest so far that will do, or too small.
static bool search_narrow(Search *s, uint64_t limit, uint64_t *dies, Error *error) {
    MinheapTrial trial;
    if (!search_try(s, limit, &trial, error)) return false;
    if (trial.finished) {
        s->found->limit = limit;
        s->found->at = trial;
    } else {
        s->found->peak = trial.end;
        *dies = limit;
    }
    return true;
}

// Twice the limit, until that is enough; `found->limit` stays 0 when nothing is.
static bool search_upward(Search *s, uint64_t from, uint64_t *dies, Error *error) {
    for (uint64_t limit = from; s->found->limit == 0 && limit <= MINHEAP_NO_LIMIT / 4;) {
        limit *= 2;
        if (!search_narrow(s, limit, dies, error)) return false;
    }
    return true;
}

static bool search_bisect(Search *s, uint64_t dies, Error *error) {
    while (s->found->limit - dies > 1)
        if (!search_narrow(s, dies + (s->found->limit - dies) / 2, &dies, error)) return false;
    return true;
}

// `held` did not stand the test: the search goes on below it, or above.
static bool search_on(Search *s, uint64_t held, uint64_t dies, Error *error) {
    MinheapFound *found = s->found;
    found->proof = MINHEAP_BISECTED;
    if (dies == held && !search_upward(s, held, &dies, error)) return false;
    if (found->limit == 0) {
        found->proof = MINHEAP_NEVER;
        return true;
    }
    return search_bisect(s, dies, error);
}

bool minheap_search(MinheapPlay play, void *context, MinheapFound *found, Error *error) {
    Search s = {play, context, found};
    uint64_t dies = 0;  // the largest limit that is known to be too small
    *found = (MinheapFound){.proof = MINHEAP_NEVER};
    if (!search_try(&s, MINHEAP_NO_LIMIT, &found->at, error)) return false;
    found->peak = found->at.end;
    if (!found->at.finished) return true;
    const uint64_t held = found->at.metrics.peak_held_bytes;
    found->proof = MINHEAP_PROVED;
    if (held == 0) return true;  // nothing is ever allocated
    if (!search_narrow(&s, held, &dies, error)) return false;
    if (found->limit == held && held > 1 && !search_narrow(&s, held - 1, &dies, error))
        return false;
    return found->limit - dies == 1 || search_on(&s, held, dies, error);
}

// ---- one run ----

// Between two slices of events Ctrl-C is heard.
enum { SLICE = 1 << 18 };

typedef struct {
    const MinheapSetting *setting;
    const PolicyChoice *policy;
    MinheapClock *clock;
    uint64_t before;  // allocations of earlier runs
    Spec *spec;       // with the limit of the present one
} Player;

static RunOptions player_options(const Player *p) {
    return (RunOptions){.spec = p->spec,
                        .policy = p->policy,
                        .engine = p->setting->engine,
                        .cost = p->setting->cost,
                        .batch = p->setting->batch,
                        .allocator = p->setting->allocator,
                        .tape = p->setting->tape};
}

static bool player_goes_on(const Player *p, const Run *run, Error *error) {
    atomic_store(p->clock, p->before + run_clock(run));
    return !atomic_load(p->setting->stop) || error_set(error, "stopped");
}

static MinheapMoment moment_of(const Run *run) {
    const HeapView *view = heap_view(run_heap(run));
    return (MinheapMoment){view->clock, view->phase, view->round};
}

static bool run_to_its_end(const Player *p, Run *run, MinheapTrial *trial, Error *error) {
    RunResult result;
    for (bool done = false; !done;)
        if (!player_goes_on(p, run, error) || !run_advance(run, SLICE, &done, error)) return false;
    if (!run_result(run, &result, error)) return false;
    CHECK(result.status == STATUS_OK || result.status == STATUS_OOM);
    *trial = (MinheapTrial){.finished = result.status == STATUS_OK,
                            .engine = result.engine,
                            .end = moment_of(run),
                            .metrics = result.metrics};
    memcpy(trial->cost, result.recorder->cost.name, sizeof trial->cost);
    return true;
}

static bool play(void *context, uint64_t limit, MinheapTrial *trial, Error *error) {
    Player *p = context;
    CHECK(limit > 0);  // as a key of the workload 0 is none
    p->spec->memory_limit = limit == MINHEAP_NO_LIMIT ? 0 : limit;
    RunOptions options = player_options(p);
    Run *run = run_open(&options, error);
    if (run == NULL) return false;
    bool good = run_to_its_end(p, run, trial, error);
    run_close(run);
    p->before += spec_allocations(p->spec);
    return good;
}

static Player player_new(const MinheapSetting *setting, const PolicyChoice *policy,
                         MinheapClock *clock) {
    Player p = {.setting = setting, .policy = policy, .clock = clock};
    p.spec = memory_new(1, sizeof *p.spec);
    *p.spec = *setting->spec;
    p.spec->memory_limit = 0;
    return p;
}

bool minheap_policy(const MinheapSetting *setting, const PolicyChoice *policy, MinheapClock *clock,
                    MinheapFound *found, Error *error) {
    Player p = player_new(setting, policy, clock);
    bool good = minheap_search(play, &p, found, error);
    free(p.spec);
    return good;
}

// ---- the floor ----

// What is alive between two events is reachable where garbage goes at its truth note, and within
// an event it only grows before it falls: so the most is seen by looking after each event.
static bool floor_watch(const Player *p, Run *run, MinheapFloor *floor, Error *error) {
    uint64_t looks = 0;
    for (bool done = false; !done;) {
        if (looks++ % SLICE == 0 && !player_goes_on(p, run, error)) return false;
        if (!run_advance(run, 1, &done, error)) return false;
        uint64_t live = heap_view(run_heap(run))->live_bytes;
        if (live <= floor->bytes) continue;
        floor->bytes = live;
        floor->peak = moment_of(run);
    }
    return true;
}

static bool floor_confirm(Run *run, const MinheapFloor *floor, Error *error) {
    RunResult result;
    if (!run_result(run, &result, error)) return false;
    if (result.status != STATUS_OK)
        return error_set(error, "%s: the numbers of the simulated heap run out", result.spec->name);
    if (result.metrics.floor_bytes == floor->bytes) return true;
    error->check_failed = true;
    return error_set(error, "the floor is %llu bytes by the truth notes, and %llu by what lives",
                     (unsigned long long)result.metrics.floor_bytes,
                     (unsigned long long)floor->bytes);
}

bool minheap_floor(const MinheapSetting *setting, MinheapClock *clock, MinheapFloor *floor,
                   Error *error) {
    PolicyChoice *oracle = memory_new(1, sizeof *oracle);
    Player p = player_new(setting, oracle, clock);
    *floor = (MinheapFloor){0};
    RunOptions options = player_options(&p);
    options.batch = 1;
    Run *run = policy_choose(oracle, "oracle", error) ? run_open(&options, error) : NULL;
    bool good =
        run != NULL && floor_watch(&p, run, floor, error) && floor_confirm(run, floor, error);
    run_close(run);
    free(p.spec);
    free(oracle);
    return good;
}
