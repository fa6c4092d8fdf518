// all_live.c -- generations over a heap in which nothing ever dies: counters, and no heap at all
#include "all_live.h"

AllLive all_live_new(uint64_t t0, uint64_t t1, uint64_t t2, bool quarter) {
    return (AllLive){.generations = {.threshold = {t0, t1, t2}, .quarter = quarter}};
}

static int ask(AllLive *m, WakeReason reason) {
    HeapView view = {.reason = reason,
                     .clock = m->clock,
                     .young = m->young,
                     .last = {.candidates = m->candidates, .survivors = m->candidates}};
    Plan plan = {.kind = PLAN_NOTHING};
    Fuse fuse;
    if (!generations_wake(&m->generations, &view, &plan, &fuse)) return -1;
    CHECK(plan.kind == PLAN_COLLECT && plan.reset_young);
    CHECK(plan.spaces == (2u << plan.generation) - 1);
    CHECK(plan.into == (plan.generation == 2 ? 2 : plan.generation + 1));
    return plan.generation;
}

static void collect(AllLive *m, int generation) {
    m->candidates = 0;
    for (int i = 0; i <= generation; i++) {
        m->candidates += m->objects[i];
        m->objects[i] = 0;
    }
    m->objects[generation < 2 ? generation + 1 : 2] += m->candidates;
    if (generation == 2) m->visits += m->candidates;
    m->young = 0;
    CHECK(ask(m, WAKE_DONE) == -1);
}

int all_live_allocate(AllLive *m) {
    m->clock++;
    m->young++;
    int generation = m->young > m->generations.threshold[0] ? ask(m, WAKE_YOUNG) : -1;
    if (generation >= 0) collect(m, generation);
    m->objects[0]++;
    return generation;
}

int all_live_next(AllLive *m) {
    uint64_t quiet = m->generations.threshold[0] - m->young;
    m->clock += quiet;
    m->young += quiet;
    m->objects[0] += quiet;
    return all_live_allocate(m);
}
