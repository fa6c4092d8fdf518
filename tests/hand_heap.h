// hand_heap.h -- small programs written by hand: events, plans and a heap to try them on
//
// Every step is followed by heap_check, which recomputes all that the heap claims. Spaces 0, 1 and
// 2 are generations; space 3 is where frozen objects go, or a region.
#ifndef OURO_TESTS_HAND_HEAP_H
#define OURO_TESTS_HAND_HEAP_H

#include <check.h>

#include "heap.h"

// Chains of objects of 48 bytes; the root has two links.
enum { PLAIN, WITH_FINALIZER, SMALL_PAYLOAD, LARGE_PAYLOAD, TEMPLATES };
enum { BYTES = 48, SMALL_BYTES = 100, LARGE_BYTES = 1000 };
enum { ASIDE = 3, SPACES = 4 };

HeapOptions hand_options(void);
Heap *hand_heap_with(const HeapOptions *options);
Heap *hand_heap_new(void);  // with hand_options

// It will want attention in the allocation that makes more than `young` net allocations, and for
// nothing else.
void hand_fuse_young(Heap *heap, uint64_t young);

// Stops the test unless heap_check is content.
void prove(const Heap *heap);

// ---- events ----

static inline Event chain(uint32_t unit, uint32_t objects) {
    return (Event){.op = OP_UNIT, .unit = unit, .value = objects, .target = NO_UNIT};
}

static inline Event ring(uint32_t unit, uint32_t objects) {
    Event event = chain(unit, objects);
    event.flags = UNIT_CLOSED;
    return event;
}

static inline Event of(Event unit, uint16_t template) {
    unit.template = template;
    return unit;
}

// Link 0 of the unit leads to another.
static inline Event to(Event unit, uint32_t target) {
    unit.target = target;
    return unit;
}

// Link 1 of a unit leads to another from now on.
static inline Event store(uint32_t unit, uint32_t target) {
    return (Event){.op = OP_STORE, .flags = 1, .unit = unit, .target = target};
}

static inline Event dead(uint32_t unit) { return (Event){.op = OP_DEAD, .unit = unit}; }
static inline Event drop(uint32_t unit) { return (Event){.op = OP_DROP, .unit = unit}; }

// Applies events that nothing interrupts.
void play_events(Heap *heap, const Event *events, size_t count);
#define play(heap, ...) \
    play_events(heap, (Event[]){__VA_ARGS__}, sizeof((Event[]){__VA_ARGS__}) / sizeof(Event))

// Applies one event, or goes on with it, until something wants attention; true when it is finished.
bool play_until(Heap *heap, Event event, WakeReason reason);

// ---- plans ----

Plan collect(uint8_t generation);
Plan move(uint32_t spaces, uint8_t into);
Plan release(uint32_t space, uint8_t into);
PauseWork execute(Heap *heap, Plan plan);
void expect(PauseWork work, uint64_t candidates, uint64_t collected, uint64_t survivors);

static inline uint64_t live(const Heap *heap) { return heap_view(heap)->live_objects; }

#endif
