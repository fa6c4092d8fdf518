// replay_memory.c -- every block of the simulated allocator against the real one
#include "replay_memory.h"

#include <malloc.h>
#include <stdlib.h>

#include "arenas.h"
#include "heap_state.h"

struct MemoryCheck {
    const Spec *spec;
    const Heap *heap;
    MemoryCounts *counts;
    uint64_t free_start;  // bytes that malloc kept free
    uint32_t *arena_of;   // by simulated arena: number + 1 of the real one
};

void memory_counts_add(MemoryCounts *sum, const MemoryCounts *counts) {
    sum->operations += counts->operations;
    sum->blocks += counts->blocks;
    sum->arena_events += counts->arena_events;
    sum->arenas_max = max_u64(sum->arenas_max, counts->arenas_max);
    sum->arenas_off = max_u64(sum->arenas_off, counts->arenas_off);
    sum->large_blocks += counts->large_blocks;
    sum->large_request += counts->large_request;
    sum->large_model += counts->large_model;
    sum->large_real += counts->large_real;
    if (counts->large_peak <= sum->large_peak) return;
    sum->large_peak = counts->large_peak;
    sum->malloc_free = counts->malloc_free;
}

MemoryCheck *memory_check_open(const Spec *spec, const Heap *heap, MemoryCounts *counts) {
    MemoryCheck *check = memory_new(1, sizeof *check);
    check->spec = spec;
    check->heap = heap;
    check->counts = counts;
    check->arena_of = memory_new(arenas_max(), sizeof *check->arena_of);
    return check;
}

void memory_check_close(MemoryCheck *check) {
    if (check == NULL) return;
    const HeapView *view = heap_view(check->heap);
    const MemoryStats *stats = memory_stats(check->heap->memory);
    check->counts->operations +=
        2 * view->clock - view->live_objects + heap_mutator_work(check->heap)->payloads;
    check->counts->arena_events += stats->arenas_mapped + stats->arenas_released;
    arenas_drop_ahead();
    free(check->arena_of);
    free(check);
}

static uint32_t pools_lost(void *context) {
    (void)context;
    return arenas_map_ahead();
}

// The simulated allocator starts with what the real one is drained with. It goes first, so that it
// has asked about an arena when the interpreter gets it.
void memory_check_start(MemoryCheck *check) {
    Memory *memory = check->heap->memory;
    check->free_start = mallinfo2().fordblks;
    if (!arenas_are_aligned()) memory_ask_pools_lost(memory, pools_lost, NULL);
    for (uint32_t i = 0; i < ARENAS_DRAIN_REQUESTS; i++) {
        uint32_t bytes = arenas_drain_request(i);
        memory_free(memory, memory_alloc(memory, bytes), bytes);
    }
    arenas_drain();
}

static bool same(MemoryDifference *difference, const char *what, int64_t simulated, int64_t real) {
    *difference = (MemoryDifference){what, simulated, real};
    return simulated == real;
}

// Both sides number arenas in their own way: each simulated arena stands for one real arena while
// that is mapped.
static bool same_block(MemoryCheck *check, const char *what, Address simulated, const void *block,
                       MemoryDifference *difference) {
    const MemoryLayout *layout = arenas_layout();
    const uint32_t units = layout->arena_bytes / layout->alignment;
    uint32_t offset = 0, number = arenas_find(block, &offset), arena = simulated / units;
    bool large = simulated >= MEMORY_LARGE;
    if (large || number == UINT32_MAX) return same(difference, what, large, number == UINT32_MAX);
    check->counts->blocks++;
    uint32_t known = check->arena_of[arena];
    if (known == 0 || !arenas_is_mapped(known - 1)) check->arena_of[arena] = number + 1;
    return same(difference, "arena of a block", check->arena_of[arena] - 1, number) &&
           same(difference, what, (int64_t)(simulated % units) * layout->alignment, offset);
}

static void *node_block(Node *node) { return (char *)node - NODE_GC_HEAD; }

// What malloc took for a block: its size field is in front of it, and a second one if it is mapped.
static uint64_t large_bytes_real(void *block) {
    uint64_t usable = malloc_usable_size(block);
    return usable + (usable % 16 == 0 ? 16 : 8);
}

static void count_large(MemoryCheck *check, uint32_t bytes, void *block) {
    MemoryCounts *counts = check->counts;
    counts->large_blocks++;
    counts->large_request += bytes;
    counts->large_model += memory_large_held(bytes);
    counts->large_real += large_bytes_real(block);
}

static bool same_request(MemoryCheck *check, const char *what, Address simulated, uint32_t bytes,
                         void *block, MemoryDifference *difference) {
    if (arenas_are_aligned() && !same_block(check, what, simulated, block, difference))
        return false;
    if (simulated >= MEMORY_LARGE) count_large(check, bytes, block);
    return true;
}

static bool same_unit(MemoryCheck *check, const Event *event, Node *const *members,
                      MemoryDifference *difference) {
    const Heap *heap = check->heap;
    const Template *t = &check->spec->populations[event->template].template;
    const Instance *instance = &heap->instances[heap->instance_of_unit[event->unit]];
    for (uint32_t i = 0; i < event->value; i++) {
        uint32_t object = instance->first + i, payload = template_payload(t, i);
        if (!same_request(check, "offset of an object", heap->addresses[object],
                          template_bytes(t, i), node_block(members[i]), difference))
            return false;
        if (payload > 0 && !same_request(check, "offset of a payload", heap->payloads[object],
                                         payload, *node_payload(members[i]), difference))
            return false;
    }
    return true;
}

// At a new peak, if it is 1/64 more than the last one that was looked at.
static void watch_malloc(MemoryCheck *check) {
    MemoryCounts *counts = check->counts;
    const MemoryStats *stats = memory_stats(check->heap->memory);
    uint64_t large = stats->held_bytes - stats->arenas * arenas_layout()->arena_bytes;
    if (large <= counts->large_peak + counts->large_peak / 64) return;
    uint64_t unused = mallinfo2().fordblks;
    counts->large_peak = large;
    counts->malloc_free = unused - min_u64(unused, check->free_start);
}

static bool same_arenas(MemoryCheck *check, MemoryDifference *difference) {
    uint64_t simulated = memory_stats(check->heap->memory)->arenas, real = arenas_now();
    uint64_t off = max_u64(simulated, real) - min_u64(simulated, real);
    check->counts->arenas_max = max_u64(check->counts->arenas_max, real);
    check->counts->arenas_off = max_u64(check->counts->arenas_off, off);
    *difference = (MemoryDifference){"arenas", (int64_t)simulated, (int64_t)real};
    return off <= (arenas_are_aligned() ? 0 : MEMORY_ARENAS_OFF_MAX);
}

bool memory_check_event(MemoryCheck *check, const Event *event, Node *const *members,
                        MemoryDifference *difference) {
    watch_malloc(check);
    return same_arenas(check, difference) &&
           (event->op != OP_UNIT || same_unit(check, event, members, difference));
}
