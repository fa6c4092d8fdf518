// hand_heap.c -- small programs written by hand: events, plans and a heap to try them on
#include "hand_heap.h"

#include "heap_check.h"

#define CHAIN .shape = SHAPE_CHAIN, .links = 2, .bytes = BYTES
static const Template TEMPLATE[TEMPLATES] = {[PLAIN] = {CHAIN},
                                             [WITH_FINALIZER] = {CHAIN, .finalizer = true},
                                             [SMALL_PAYLOAD] = {CHAIN, .payload = SMALL_BYTES},
                                             [LARGE_PAYLOAD] = {CHAIN, .payload = LARGE_BYTES}};

HeapOptions hand_options(void) {
    HeapOptions options = {.template_count = TEMPLATES,
                           .units_max = 100,
                           .objects_max = 2000000,
                           .slots_max = 4000000,
                           .memory_limit = UINT64_MAX,
                           .space_count = SPACES};
    for (uint32_t i = 0; i < TEMPLATES; i++) options.templates[i] = &TEMPLATE[i];
    return options;
}

Heap *hand_heap_with(const HeapOptions *options) {
    Error error = {0};
    Heap *heap = heap_open(options, &error);
    ck_assert_msg(heap != NULL, "%s", error.text);
    return heap;
}

Heap *hand_heap_new(void) {
    HeapOptions options = hand_options();
    return hand_heap_with(&options);
}

void hand_fuse_young(Heap *heap, uint64_t young) {
    Fuse fuse = FUSE_NONE;
    fuse.young = young;
    heap_set_fuse(heap, &fuse);
}

void prove(const Heap *heap) {
    Error error = {0};
    ck_assert_msg(heap_check(heap, &error), "%s", error.text);
}

bool play_until(Heap *heap, Event event, WakeReason reason) {
    size_t done = heap_apply(heap, &event, 1);
    ck_assert_int_eq(heap_view(heap)->reason, reason);
    if (event.op != OP_DEAD) prove(heap);
    return done == 1;
}

void play_events(Heap *heap, const Event *events, size_t count) {
    for (size_t i = 0; i < count; i++) ck_assert(play_until(heap, events[i], WAKE_NONE));
}

Plan collect(uint8_t generation) {
    return (Plan){.kind = PLAN_COLLECT,
                  .spaces = (2u << generation) - 1,
                  .into = generation < 2 ? (uint8_t)(generation + 1) : 2,
                  .generation = generation,
                  .reset_young = true};
}

Plan move(uint32_t spaces, uint8_t into) {
    return (Plan){.kind = PLAN_MOVE, .spaces = spaces, .into = into};
}

Plan release(uint32_t space, uint8_t into) {
    return (Plan){.kind = PLAN_RELEASE, .spaces = 1u << space, .into = into, .generation = 2};
}

PauseWork execute(Heap *heap, Plan plan) {
    PauseWork work = *heap_execute(heap, &plan);
    prove(heap);
    return work;
}

void expect(PauseWork work, uint64_t candidates, uint64_t collected, uint64_t survivors) {
    ck_assert_uint_eq(work.result.candidates, candidates);
    ck_assert_uint_eq(work.result.collected, collected);
    ck_assert_uint_eq(work.result.survivors, survivors);
}
