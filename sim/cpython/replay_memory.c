// replay_memory.c -- every block of the simulated allocator against the real one
#include "replay_memory.h"

#include <stdlib.h>

#include "arenas.h"
#include "heap_state.h"

struct MemoryCheck {
    const Spec *spec;
    const Heap *heap;
    uint32_t *arena_of;  // by simulated arena: number + 1 of the real one
};

MemoryCheck *memory_check_open(const Spec *spec, const Heap *heap) {
    MemoryCheck *check = memory_new(1, sizeof *check);
    check->spec = spec;
    check->heap = heap;
    check->arena_of = memory_new(arenas_max(), sizeof *check->arena_of);
    return check;
}

void memory_check_close(MemoryCheck *check) {
    if (check == NULL) return;
    free(check->arena_of);
    free(check);
}

// The simulated allocator starts with what the real one was drained with.
void memory_check_start(MemoryCheck *check) {
    Memory *memory = check->heap->memory;
    arenas_drain();
    for (uint32_t i = 0; i < ARENAS_DRAIN_REQUESTS; i++) {
        uint32_t bytes = arenas_drain_request(i);
        memory_free(memory, memory_alloc(memory, bytes), bytes);
    }
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
    if (simulated >= MEMORY_LARGE) return true;  // of malloc on both sides
    if (number == UINT32_MAX) return same(difference, what, simulated, -1);
    uint32_t known = check->arena_of[arena];
    if (known == 0 || !arenas_is_mapped(known - 1)) check->arena_of[arena] = number + 1;
    return same(difference, "arena of a block", check->arena_of[arena] - 1, number) &&
           same(difference, what, (int64_t)(simulated % units) * layout->alignment, offset);
}

static const void *node_block(const Node *node) {
    return (const char *)node - (NODE_BYTES_MIN - sizeof(Node));
}

static bool same_unit(MemoryCheck *check, const Event *event, Node *const *members,
                      MemoryDifference *difference) {
    const Heap *heap = check->heap;
    const Template *t = &check->spec->populations[event->template].template;
    const Instance *instance = &heap->instances[heap->instance_of_unit[event->unit]];
    for (uint32_t i = 0; i < event->value; i++) {
        uint32_t object = instance->first + i;
        if (!same_block(check, "offset of an object", heap->addresses[object],
                        node_block(members[i]), difference))
            return false;
        if (template_payload(t, i) > 0 &&
            !same_block(check, "offset of a payload", heap->payloads[object],
                        members[i]->body->payload, difference))
            return false;
    }
    return true;
}

bool memory_check_event(MemoryCheck *check, const Event *event, Node *const *members,
                        MemoryDifference *difference) {
    int64_t arenas = (int64_t)memory_stats(check->heap->memory)->arenas;
    return same(difference, "arenas", arenas, (int64_t)arenas_now()) &&
           (event->op != OP_UNIT || same_unit(check, event, members, difference));
}
