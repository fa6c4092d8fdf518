// cost.c -- work -> modelled nanoseconds
#include "cost.h"

#include <stdio.h>
#include <string.h>

static const char *const model_names[COST_MODELS] = {"cache", "counts"};

const char *cost_model_name(CostModel model) {
    CHECK((size_t)model < ARRAY_LENGTH(model_names));
    return model_names[model];
}

bool cost_model_find(const char *name, CostModel *model, Error *error) {
    for (size_t i = 0; i < COST_MODELS; i++)
        if (strcmp(model_names[i], name) == 0) {
            *model = (CostModel)i;
            return true;
        }
    return error_set(error, "unknown cost model '%s'; allowed: cache, counts", name);
}

CostTable cost_table_shipped(CostModel model) {
    CostTable table = {
        .model = model,
#define PRICE(cache, counts) \
    (uint64_t)((model == COST_CACHE ? (cache) : (counts)) * COST_PARTS + 0.5)
#define PAUSE(counted, cache, counts, what)   .counted = PRICE(cache, counts),
#define MUTATOR(counted, cache, counts, what) .counted = PRICE(cache, counts),
#include "cost.def"
#undef PAUSE
#undef MUTATOR
#undef PRICE
    };
    snprintf(table.name, sizeof table.name, "%s (shipped table)", cost_model_name(model));
    return table;
}

void cost_table_estimated(CostTable *table) {
    static const char note[] = ", estimated";
    const size_t used = min_u64(strlen(table->name), sizeof table->name - sizeof note);
    memcpy(table->name + used, note, sizeof note);
}

static uint64_t nanoseconds(uint64_t parts) { return (parts + COST_PARTS / 2) / COST_PARTS; }

PauseCounts cost_pause_counts(PlanKind kind, const PauseWork *work) {
    PauseCounts counts = {.collections = 1,
                          .arenas_released = work->arenas_released,
                          .payloads_small = work->payloads_small,
                          .payloads_large = work->payloads_large,
                          .finalizers = work->finalizers};
    if (kind == PLAN_RELEASE) {
        counts.released = work->freed;
        return counts;
    }
    counts.candidates = work->result.candidates;
    counts.edges = work->result.edges;
    counts.moves = work->moves;
    counts.freed = work->freed;
    counts.marked = work->result.marked;
    counts.jumps_l1 = work->misses.jumps_l1;
    counts.jumps_l2 = work->misses.jumps_l2;
    counts.jumps_l3 = work->misses.jumps_l3;
    counts.edges_l1 = work->misses.edges_l1;
    counts.edges_l2 = work->misses.edges_l2;
    counts.edges_l3 = work->misses.edges_l3;
    counts.pages = work->misses.pages;
    return counts;
}

uint64_t cost_pause_ns(const CostTable *table, const PauseCounts *counts) {
    uint64_t parts = 0;
#define PAUSE(counted, cache, counts_, what) parts += counts->counted * table->counted;
#define MUTATOR(counted, cache, counts_, what)
#include "cost.def"
#undef PAUSE
#undef MUTATOR
    return nanoseconds(parts);
}

uint64_t cost_ideal_ns(const CostTable *table, const HeapView *view, const MutatorWork *work) {
    return work->work_ns +
           nanoseconds(view->clock * table->allocations + work->stores * table->stores +
                       work->payloads * table->payloads);
}

uint64_t cost_mutator_ns(const CostTable *table, const HeapView *view, const MutatorWork *work) {
    return cost_ideal_ns(table, view, work) +
           nanoseconds(work->freed_refcount * table->frees + work->roots * table->stores +
                       work->payloads_freed * table->payloads +
                       work->arenas_mapped * table->arenas_mapped +
                       work->arenas_released * table->arenas_released);
}

uint64_t cost_cascade_ns(const CostTable *table, const MutatorWork *work) {
    return nanoseconds(work->cascade_arenas * table->arenas_released +
                       work->cascade_objects_max * table->frees +
                       work->cascade_payloads * table->payloads);
}
