// generations.c -- CPython's three generations as a pure decision
#include "generations.h"

#include <string.h>

static FinalizerRule finalizer_rule(const char *name) {
    if (strcmp(name, "legacy") == 0) return FINALIZERS_LEGACY;
    return strcmp(name, "pep442-whole") == 0 ? FINALIZERS_PEP442_WHOLE : FINALIZERS_PEP442;
}

Generations generations_new(const KnobValue *values) {
    return (Generations){.threshold = {values[0].count, values[1].count, values[2].count},
                         .quarter = values[3].count != 0,
                         .at_safepoint = strcmp(values[4].text, "safepoint") == 0,
                         .finalizers = finalizer_rule(values[5].text)};
}

void generations_setup(SpaceSetup *setup) {
    static const char *const names[] = {"gen0", "gen1", "gen2"};
    for (setup->space_count = 0; setup->space_count < ARRAY_LENGTH(names); setup->space_count++)
        setup->space_names[setup->space_count] = names[setup->space_count];
}

int generations_due(const Generations *g, uint64_t young) {
    for (int i = 2; i >= 0; i--) {
        uint64_t count = i == 0 ? young : g->count[i];
        if (count <= g->threshold[i]) continue;
        if (i == 2 && g->quarter && g->long_lived_pending < g->long_lived_total / 4) continue;
        return i;
    }
    return -1;
}

Plan generations_plan(Generations *g, uint32_t generation) {
    CHECK(generation <= 2);
    g->collecting = generation;
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = (2u << generation) - 1,
                  .into = (uint8_t)(generation < 2 ? generation + 1 : 2),
                  .generation = (uint8_t)generation,
                  .reset_young = true,
                  .finalizers = g->finalizers};
}

Plan generations_move(Generations *g, uint8_t space) {
    g->count[1] = g->count[2] = 0;
    return (Plan){.kind = PLAN_MOVE, .spaces = 7, .into = space, .reset_young = true};
}

void generations_collected(Generations *g, uint32_t generation, uint64_t survivors) {
    if (generation < 2) g->count[generation + 1]++;
    for (uint32_t i = 1; i <= generation; i++) g->count[i] = 0;
    if (generation == 1) g->long_lived_pending += survivors;
    if (generation == 2) {
        g->long_lived_pending = 0;
        g->long_lived_total = survivors;
    }
}

bool generations_wake(Generations *g, const HeapView *view, Plan *plan, Fuse *fuse) {
    fuse->young = g->threshold[0] > 0 ? g->threshold[0] : FUSE_NEVER;
    fuse->at_safepoint = g->at_safepoint;
    if (view->reason == WAKE_DONE)
        generations_collected(g, g->collecting, view->last.survivors + view->last.marked);
    int due = -1;
    if (view->reason == WAKE_YOUNG) due = generations_due(g, view->young);
    if (view->reason == WAKE_COLLECT) due = 2;
    if (due < 0) return false;
    *plan = generations_plan(g, (uint32_t)due);
    return true;
}
