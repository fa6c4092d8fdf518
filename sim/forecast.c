// forecast.c -- when would a policy look at a space?
#include "forecast.h"

#include <stdlib.h>
#include <string.h>

enum { WAKES_MAX = 1 << 22, PLANS_MAX = 16 };
#define AHEAD_MAX (UINT64_C(1) << 60)  // allocations

typedef struct {
    const Policy *policy;
    const SpaceSetup *setup;
    void *state;
    Decision decision;
    HeapView view;
    uint32_t birth;       // space
    uint64_t mean_bytes;  // of an object
    uint64_t in_batch;    // allocations since the last batch ended
    uint64_t ahead;       // allocations so far
    uint32_t seen, all;   // spaces, as bits
    Forecast *forecasts;
} Future;

// Allocations until a counter that has `level` now is above `fuse`.
static uint64_t until_above(uint64_t level, uint64_t fuse) {
    if (fuse == FUSE_NEVER) return UINT64_MAX;
    return level > fuse ? 1 : fuse - level + 1;
}

// Allocations until the policy is woken, and why; UINT64_MAX: it will not be.
static uint64_t next_wake(const Future *f, WakeReason *reason) {
    const Fuse *fuse = &f->decision.fuse;
    const HeapView *view = &f->view;
    const uint64_t batch = f->setup->batch;
    uint64_t bytes = until_above(view->live_bytes, fuse->live_bytes);
    uint64_t risen = batch > 0 ? until_above(view->risen, fuse->risen) : UINT64_MAX;
    const struct {
        WakeReason reason;
        uint64_t allocations;
    } wakes[] = {
        {WAKE_YOUNG, until_above(view->young, fuse->young)},
        {WAKE_BYTES, bytes == UINT64_MAX ? bytes : (bytes - 1) / f->mean_bytes + 1},
        {WAKE_CLOCK, fuse->clock == FUSE_NEVER
                         ? UINT64_MAX
                         : until_above(view->clock, max_u64(fuse->clock, 1) - 1)},
        {WAKE_RISEN, risen < AHEAD_MAX / max_u64(batch, 1)
                         ? max_u64(risen * batch, f->in_batch + 1) - f->in_batch
                         : UINT64_MAX},
    };
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < ARRAY_LENGTH(wakes); i++) {
        if (wakes[i].allocations >= least) continue;
        least = wakes[i].allocations;
        *reason = wakes[i].reason;
    }
    return least;
}

static void allocate(Future *f, uint64_t objects) {
    HeapView *view = &f->view;
    uint64_t bytes = objects * f->mean_bytes;
    f->ahead += objects;
    view->clock += objects;
    view->young += objects;
    view->live_objects += objects;
    view->allocated_bytes += bytes;
    view->live_bytes += bytes;
    view->held_bytes += bytes;
    view->spaces[f->birth].objects += objects;
    view->spaces[f->birth].bytes += bytes;
    f->in_batch += objects;
    if (f->setup->batch == 0) return;
    view->risen += f->in_batch / f->setup->batch;
    f->in_batch %= f->setup->batch;
}

static bool looks(PlanKind kind) { return plan_collects(kind) || kind == PLAN_MARK; }

// Everything survives.
static void carry_out(Future *f, const Plan *plan) {
    HeapView *view = &f->view;
    uint32_t spaces = plan->spaces;
    if (plan->kind == PLAN_COLLECT && plan->budget > 0) spaces |= 1u << plan->refill;
    view->last = (PlanResult){0};
    for (uint32_t i = 0; i < f->setup->space_count; i++) {
        if (!(spaces >> i & 1)) continue;
        if (looks(plan->kind) && !(f->seen >> i & 1)) {
            f->seen |= 1u << i;
            f->forecasts[i] = (Forecast){true, f->ahead};
        }
        view->last.candidates += view->spaces[i].objects;
        if (i == plan->into) continue;
        view->spaces[plan->into].objects += view->spaces[i].objects;
        view->spaces[plan->into].bytes += view->spaces[i].bytes;
        view->spaces[i] = (SpaceView){0};
    }
    view->last.survivors = view->last.candidates;
    if (plan->reset_young) view->young = 0;
}

static void wake(Future *f, WakeReason reason) {
    f->view.reason = reason;
    for (uint32_t i = 0; i < PLANS_MAX; i++) {
        f->decision.plan = (Plan){.kind = PLAN_NOTHING};
        f->policy->wake(f->state, &f->view, &f->decision);
        if (f->decision.plan.kind == PLAN_NOTHING) return;
        carry_out(f, &f->decision.plan);
        f->view.reason = WAKE_DONE;
    }
}

void forecast_make(Forecast forecasts[SPACES_MAX], const Policy *policy, const void *state,
                   const Decision *decision, const HeapView *view, const SpaceSetup *setup,
                   uint32_t population) {
    Future f = {.policy = policy,
                .setup = setup,
                .decision = *decision,
                .view = *view,
                .birth = decision->birth_space[population],
                .mean_bytes = view->clock > 0 ? max_u64(view->allocated_bytes / view->clock, 1) : 1,
                .all = (1u << setup->space_count) - 1,
                .forecasts = forecasts};
    f.state = memory_new(1, max_u64(policy->state_size, 1));
    memcpy(f.state, state, policy->state_size);
    // It may be about to be asked.
    if (view->reason >= WAKE_YOUNG && view->reason <= WAKE_RISEN) wake(&f, view->reason);
    for (uint32_t wakes = 0; f.seen != f.all && wakes < WAKES_MAX; wakes++) {
        WakeReason reason = WAKE_NONE;
        uint64_t objects = next_wake(&f, &reason);
        if (objects > AHEAD_MAX - min_u64(f.ahead, AHEAD_MAX)) break;
        allocate(&f, objects);
        wake(&f, reason);
    }
    for (uint32_t i = 0; i < setup->space_count; i++)
        if (!(f.seen >> i & 1)) forecasts[i] = (Forecast){false, f.ahead};
    free(f.state);
}
