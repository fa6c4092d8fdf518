// cost.c -- work -> modelled nanoseconds
#include "cost.h"

enum { PARTS = 16 };

// What one jump adds, in ns, from 2^18 condemned bytes (in L2) to 2^28 (far out of cache, page
// walks). Read off full collections over lists in random order, 2 slots, 10 k to 3 M objects: five
// dependent loads.
static const uint16_t JUMP_NS[] = {6, 10, 12, 20, 35, 75, 350, 750, 900, 1000, 1300};
enum { JUMP_FIRST = 18 };

CostTable cost_table_default(void) {
    CostTable table = {
#define COST(name, ns, what) .name = (uint64_t)((ns)*PARTS + 0.5),
#include "cost.def"
#undef COST
    };
    for (uint32_t i = 0; i < ARRAY_LENGTH(table.jump); i++) {
        uint32_t step = i < JUMP_FIRST ? 0 : i - JUMP_FIRST;
        if (step >= ARRAY_LENGTH(JUMP_NS)) step = ARRAY_LENGTH(JUMP_NS) - 1;
        table.jump[i] = (uint64_t)JUMP_NS[step] * PARTS;
    }
    return table;
}

static uint64_t nanoseconds(uint64_t parts) { return (parts + PARTS / 2) / PARTS; }

uint64_t cost_pause_ns(const CostTable *table, PlanKind kind, const PauseWork *work) {
    uint32_t size = 63u - (uint32_t)__builtin_clzll(work->condemned_bytes | 1);
    uint64_t freed = kind == PLAN_RELEASE ? table->released : table->freed;
    return nanoseconds(
        table->collection + work->result.candidates * table->candidate +
        work->result.edges * table->edge + work->moves * table->move +
        work->result.marked * table->marked + work->freed * freed +
        work->jumps * table->jump[size] + work->payloads_small * table->payload_small +
        work->payloads_large * table->payload_large + work->finalizers * table->finalizer +
        work->arenas_released * table->arena_released);
}

uint64_t cost_ideal_ns(const CostTable *table, const HeapView *view, const MutatorWork *work) {
    return work->work_ns +
           nanoseconds(view->clock * table->allocation + work->stores * table->store +
                       work->payloads * table->payload);
}

uint64_t cost_mutator_ns(const CostTable *table, const HeapView *view, const MutatorWork *work) {
    return cost_ideal_ns(table, view, work) +
           nanoseconds(work->freed_refcount * table->free + work->payloads_freed * table->payload +
                       work->arenas_mapped * table->arena_mapped +
                       work->arenas_released * table->arena_released);
}

uint64_t cost_cascade_ns(const CostTable *table, const MutatorWork *work) {
    return nanoseconds(work->cascade_arenas * table->arena_released +
                       work->cascade_objects_max * table->free +
                       work->cascade_payloads * table->payload);
}
