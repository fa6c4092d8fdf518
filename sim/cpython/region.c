// region.c -- memory of its own for the objects of a region, released as a whole
//
// The release is three walks over the objects in the order of their addresses: references counted,
// those from inside deducted, the rest let go. Only references that lead out of the region, native
// payload and finalizers cost something for each object that goes; its memory is not touched again.
#include "region.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "arenas.h"
#include "interpreter.h"

enum { REGION_ARENAS_MAX = 1 << 15, ALIGNMENT = 16 };

// Where the interpreter has the links of its lists. An object in no list has list_next 0, and the
// interpreter looks at nothing but the lowest bit of list_prev (finalizer called). The next bit
// says in its lists "is being collected"; here as well, and above it are references.
typedef struct {
    uintptr_t list_next, list_prev;
} Head;
enum { HEAD_FINALIZED = 1, HEAD_CANDIDATE = 2, HEAD_ONE = 4, HEAD_FREED = 8 };
_Static_assert(sizeof(Head) == NODE_GC_HEAD, "the interpreter's GC head");

#define NONE UINT32_MAX  // no arena

typedef struct {
    uint32_t next;    // of the same region, older
    uint32_t fill;    // bytes
    uint32_t blocks;  // objects in it
    bool open;
} Arena;

static char *space;
static Arena arenas[REGION_ARENAS_MAX];
static uint32_t unused[REGION_ARENAS_MAX], unused_count, fresh;
static uint32_t newest[REGIONS_MAX];  // + 1; 0: the region has no arena

typedef struct {
    Node **nodes;
    size_t count, capacity;
} Stack;

bool regions_start(Error *error) {
    space = reserve_new(REGION_ARENAS_MAX, REGION_ARENA_BYTES, "regions", error);
    return space != NULL;
}

static Head *head_of(const void *object) { return (Head *)(uintptr_t)object - 1; }

static uint32_t arena_of(const void *object) {
    uintptr_t distance = (uintptr_t)object - (uintptr_t)space;
    return distance < (uintptr_t)REGION_ARENAS_MAX * REGION_ARENA_BYTES
               ? (uint32_t)(distance / REGION_ARENA_BYTES)
               : NONE;
}

// ---- one object ----

static uint32_t rounded(uint32_t bytes) {
    return (bytes + ALIGNMENT - 1) & ~(uint32_t)(ALIGNMENT - 1);
}

static void region_extend(uint32_t region) {
    CHECK(unused_count > 0 || fresh < REGION_ARENAS_MAX);
    uint32_t number = unused_count > 0 ? unused[--unused_count] : fresh++;
    arenas[number] = (Arena){.next = newest[region] > 0 ? newest[region] - 1 : NONE, .open = true};
    newest[region] = number + 1;
    arenas_hold(REGION_ARENA_BYTES);
}

Node *region_alloc(uint32_t region, uint32_t bytes) {
    uint32_t size = rounded(bytes);
    CHECK(region < REGIONS_MAX && size <= REGION_ARENA_BYTES);
    if (newest[region] == 0 || arenas[newest[region] - 1].fill + size > REGION_ARENA_BYTES)
        region_extend(region);
    uint32_t number = newest[region] - 1;
    Head *head = (Head *)(space + (size_t)number * REGION_ARENA_BYTES + arenas[number].fill);
    arenas[number].fill += size;
    arenas[number].blocks++;
    *head = (Head){0, 0};
    return (Node *)(head + 1);
}

static void arena_give(uint32_t number, uint32_t count) {
    madvise(space + (size_t)number * REGION_ARENA_BYTES, (size_t)count * REGION_ARENA_BYTES,
            MADV_DONTNEED);
    arenas_hold(-(int64_t)count * REGION_ARENA_BYTES);
    for (uint32_t i = count; i-- > 0;) unused[unused_count++] = number + i;
}

bool region_free(Node *node) {
    uint32_t number = arena_of(node);
    if (number == NONE) return false;
    head_of(node)->list_next = HEAD_FREED;
    interpreter_count_frees(1);
    if (--arenas[number].blocks == 0 && !arenas[number].open) arena_give(number, 1);
    return true;
}

// ---- walking ----

typedef void (*NodeVisit)(Node *node, void *context);

static void arena_walk(uint32_t number, NodeVisit visit, void *context) {
    char *start = space + (size_t)number * REGION_ARENA_BYTES;
    for (uint32_t at = 0; at < arenas[number].fill;) {
        Head *head = (Head *)(start + at);
        Node *node = (Node *)(head + 1);
        at += rounded(node_type_of(node)->bytes);
        if (head->list_next != HEAD_FREED) visit(node, context);
    }
}

static void region_walk(uint32_t region, NodeVisit visit, void *context) {
    for (uint32_t i = newest[region]; i > 0; i = arenas[i - 1].next + 1)
        arena_walk(i - 1, visit, context);
}

// ---- trial deletion ----

static void count_references(Node *node, void *context) {
    Head *head = head_of(node);
    RegionRelease *release = context;
    release->candidates++;
    head->list_prev =
        (head->list_prev & HEAD_FINALIZED) | HEAD_CANDIDATE | (uintptr_t)Py_REFCNT(node) * HEAD_ONE;
}

static bool is_candidate(const PyObject *object) {
    return arena_of(object) != NONE && head_of(object)->list_prev & HEAD_CANDIDATE;
}

static void deduct_references(Node *node, void *context) {
    RegionRelease *release = context;
    NodeSlots slots = node_slots(node);
    for (uint32_t i = 0; i < slots.count; i++) {
        if (slots.first[i] == NULL) continue;
        release->edges++;
        if (is_candidate(slots.first[i])) head_of(slots.first[i])->list_prev -= HEAD_ONE;
    }
}

static void stack_push(Stack *stack, Node *node) {
    if (stack->count == stack->capacity) {
        stack->capacity = stack->capacity * 2 + 64;
        stack->nodes = memory_resize(stack->nodes, stack->capacity, sizeof *stack->nodes);
    }
    stack->nodes[stack->count++] = node;
}

static void find_survivor(Node *node, void *context) {
    Head *head = head_of(node);
    if (!(head->list_prev & HEAD_CANDIDATE) || head->list_prev < HEAD_ONE) return;
    head->list_prev &= HEAD_FINALIZED;
    stack_push(context, node);
}

// What survivors refer to survives: they are on the stack, in the order in which they were found.
static void find_reachable(Stack *stack) {
    for (size_t i = 0; i < stack->count; i++) {
        NodeSlots slots = node_slots(stack->nodes[i]);
        for (uint32_t k = 0; k < slots.count; k++) {
            PyObject *target = slots.first[k];
            if (target == NULL || !is_candidate(target)) continue;
            head_of(target)->list_prev &= HEAD_FINALIZED;
            stack_push(stack, (Node *)target);
        }
    }
}

// ---- letting go ----

static void call_finalizer(Node *node, void *context) {
    (void)context;
    if (node_type_of(node)->kind == NODE_FINALIZER && is_candidate((PyObject *)node))
        PyObject_CallFinalizer((PyObject *)node);
}

// One that goes is not touched again but to say so, and that only where its arena stays.
static void let_go(Node *node, void *context) {
    RegionRelease *release = context;
    if (!is_candidate((PyObject *)node)) return;
    NodeSlots slots = node_slots(node);
    for (uint32_t i = 0; i < slots.count; i++)
        if (slots.first[i] != NULL && !is_candidate(slots.first[i])) Py_DECREF(slots.first[i]);
    node_give_native(node);
    arenas[arena_of(node)].blocks--;
    release->collected++;
}

// Arenas that are empty go back, neighbours together; the others wait for their last object.
static void region_close(uint32_t region) {
    uint32_t first = NONE, count = 0;
    for (uint32_t i = newest[region]; i > 0; i = arenas[i - 1].next + 1) {
        uint32_t number = i - 1;
        arenas[number].open = false;
        if (arenas[number].blocks > 0) continue;
        if (count > 0 && number + 1 == first) {
            first--;
            count++;
            continue;
        }
        if (count > 0) arena_give(first, count);
        first = number;
        count = 1;
    }
    if (count > 0) arena_give(first, count);
    newest[region] = 0;
}

void region_release(uint32_t region, RegionRelease *release) {
    const uint64_t collected = release->collected;
    Stack survivors = {0};
    region_walk(region, count_references, release);
    region_walk(region, deduct_references, release);
    region_walk(region, find_survivor, &survivors);
    find_reachable(&survivors);
    release->survivors += survivors.count;
    for (size_t i = 0; i < survivors.count; i++)  // some may fall with what goes now
        interpreter_track((PyObject *)survivors.nodes[i], LIST_OLD);
    region_walk(region, call_finalizer, NULL);
    region_walk(region, let_go, release);
    node_forget(release->collected - collected);
    interpreter_count_frees(release->collected - collected);
    region_close(region);
    free(survivors.nodes);
}
