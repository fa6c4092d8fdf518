// heap.c -- the simulated heaps: events in, attention out
#include "heap.h"

#include <stdlib.h>
#include <string.h>

#include "heap_state.h"
#include "ledger.h"

// ---- waking ----

static WakeReason fuse_blown(const Heap *h) {
    if (h->view.young > h->fuse.young) return WAKE_YOUNG;
    if (h->view.live_bytes > h->fuse.live_bytes) return WAKE_BYTES;
    if (h->view.clock >= h->fuse.clock) return WAKE_CLOCK;
    if (h->view.risen > h->fuse.risen) return WAKE_RISEN;
    return WAKE_NONE;
}

// After the memory of a new object is taken and counted, before it is in any space: up to 3.11 this
// is where the collector runs.
static WakeReason wake_in_allocation(Heap *h) {
    const MemoryStats *memory = memory_stats(h->memory);
    if (memory->held_bytes > h->options.memory_limit || memory->arenas == h->arenas_max)
        return WAKE_MEMORY;
    WakeReason blown = fuse_blown(h);
    if (LIKELY(blown == WAKE_NONE) || !h->fuse.at_safepoint) return blown;
    h->due = blown;
    return WAKE_NONE;
}

// After the new object is tracked and attached: from 3.12 on the collector runs here.
static WakeReason wake_at_safepoint(Heap *h) {
    WakeReason due = h->due;
    h->due = WAKE_NONE;
    if (due == WAKE_NONE && h->view.clock >= h->sample_clock) return WAKE_SAMPLE;
    return due;
}

// ---- UNIT ----

static void unit_begin(Heap *h, const Event *unit) {
    uint32_t number = instance_take(h, unit);
    h->cursor =
        (Cursor){.active = true, .instance = number, .slot_next = h->instances[number].slots_first};
}

// An empty slot of a live object.
static void slot_fill(Heap *h, uint32_t object, uint32_t slot, uint32_t target) {
    object_slots(h, object)[slot] = target;
    if (h->ledger != NULL) ledger_fill(h, object, 1);
}

static void member_attach(Heap *h, const Event *unit, const Member *member) {
    const Instance *instance = &h->instances[h->cursor.instance];
    const Template *t = h->options.templates[unit->template];
    uint32_t i = h->cursor.member, object = instance->first + i;
    bool closed = unit->flags & UNIT_CLOSED;
    object_track(h, object, h->birth_space[unit->template]);
    if (i > 0) slot_fill(h, instance->first + member->parent, member->parent_slot, object);
    for (uint32_t k = 0; k < member->stores; k++) {
        MemberStore store = template_store(t, unit->value, closed, i, k);
        slot_fill(h, instance->first + store.from, store.slot, instance->first + store.to);
        h->refcounts[instance->first + store.to]++;
        h->work.stores++;
    }
    if (i > 0 || unit->target == NO_UNIT) return;
    uint32_t target = h->instances[h->instance_of_unit[unit->target]].first;
    slot_fill(h, object, h->slot_counts[object] - t->links, target);
    h->refcounts[target]++;
    touch(h, target);
    h->work.stores++;
}

// Goes on with the unit under the cursor; false when something wants attention before it is
// finished.
static bool unit_continue(Heap *h, const Event *unit) {
    Cursor *cursor = &h->cursor;
    const Template *t = h->options.templates[unit->template];
    bool closed = unit->flags & UNIT_CLOSED;
    if (!cursor->active) unit_begin(h, unit);
    while (cursor->member < unit->value) {
        Member member = template_member(t, unit->value, closed, cursor->member);
        if (!cursor->allocated) {
            object_allocate(h, cursor->instance, cursor->member, cursor->slot_next, member.slots);
            cursor->allocated = true;
            h->view.reason = wake_in_allocation(h);
            if (UNLIKELY(h->view.reason != WAKE_NONE)) return false;
        }
        member_attach(h, unit, &member);
        cursor->slot_next += member.slots;
        cursor->allocated = false;
        cursor->member++;
        h->view.reason = wake_at_safepoint(h);
        if (UNLIKELY(h->view.reason != WAKE_NONE)) break;
    }
    cursor->active = cursor->member < unit->value;
    return !cursor->active;
}

// ---- the other events ----

static uint32_t unit_root(const Heap *h, uint32_t unit) {
    return h->instances[h->instance_of_unit[unit]].first;
}

static void apply_store(Heap *h, const Event *event) {
    uint32_t root = unit_root(h, event->unit);
    uint32_t links = object_template(h, root)->links;
    uint32_t *slot = &object_slots(h, root)[h->slot_counts[root] - links + event->flags],
             old = *slot;
    if (event->target == NO_UNIT) {
        *slot = 0;
    } else {
        *slot = unit_root(h, event->target);
        h->refcounts[*slot]++;
        touch(h, *slot);
    }
    h->work.stores++;
    if (h->ledger != NULL && (*slot != 0) != (old != 0)) ledger_fill(h, root, old != 0 ? -1 : 1);
    if (old != 0) object_decref(h, old);
}

static void apply_drop(Heap *h, const Event *event) {
    Instance *instance = &h->instances[h->instance_of_unit[event->unit]];
    CHECK(instance->flags & INSTANCE_HELD);
    instance->flags &= (uint8_t)~INSTANCE_HELD;
    object_decref(h, instance->first);
}

_Static_assert(ROUND_END == UINT32_MAX, "view_round_ended relies on it");
static void apply_phase(Heap *h, const Event *event) {
    h->view.phase = event->value;
    h->view.round = event->target;
    h->view.reason = WAKE_PHASE;
}

// The oracle: what has just died and is not freed yet goes now.
static void free_doomed(Heap *h) {
    h->freed_by = FREED_BY_ORACLE;
    for (uint32_t i = 0; i < h->doomed_count; i++) {
        const Instance *instance = &h->instances[h->doomed[i]];
        for (uint32_t k = 0; k < instance->objects && instance->live > 0; k++)
            if (h->tags[instance->first + k] & TAG_ALIVE) object_clear(h, instance->first + k);
    }
    h->doomed_count = 0;
    h->freed_by = FREED_BY_MUTATOR;
}

// STORE and DROP: the events that can free.
static void apply_release(Heap *h, const Event *event) {
    uint64_t released = memory_stats(h->memory)->arenas_released;
    h->event_freed = h->event_payloads = 0;
    if (event->op == OP_STORE)
        apply_store(h, event);
    else
        apply_drop(h, event);
    uint64_t arenas = memory_stats(h->memory)->arenas_released - released;
    h->work.arenas_released += arenas;
    if (h->event_freed > h->work.cascade_objects_max) {
        h->work.cascade_objects_max = h->event_freed;
        h->work.cascade_payloads = h->event_payloads;
        h->work.cascade_arenas = arenas;
    }
    if (h->doomed_count > 0) {
        if (h->options.free_at_death)
            free_doomed(h);
        else
            ledger_list(h);
    }
    h->levels.garbage_objects_max =
        max_u64(h->levels.garbage_objects_max, h->levels.garbage_objects);
    h->levels.garbage_bytes_max = max_u64(h->levels.garbage_bytes_max, h->levels.garbage_bytes);
}

static bool event_apply(Heap *h, const Event *event) {
    switch ((EventOp)event->op) {
        case OP_UNIT:
            return unit_continue(h, event);
        case OP_STORE:
        case OP_DROP:
            apply_release(h, event);
            break;
        case OP_DEAD:
            instance_dies(h, h->instance_of_unit[event->unit]);
            break;
        case OP_WORK:
            h->work.work_ns += (uint64_t)event->value << event->flags;
            break;
        case OP_COLLECT:
            h->view.reason = WAKE_COLLECT;
            break;
        case OP_REQUEST:
            h->view.reason = WAKE_REQUEST;
            break;
        case OP_PHASE:
            apply_phase(h, event);
            break;
        case OP_COUNT:
            CHECK(event->op < OP_COUNT);
    }
    return true;
}

void heap_view_spaces(Heap *h) {
    for (uint32_t i = 0; i < h->options.space_count; i++)
        h->view.spaces[i] =
            (SpaceView){h->ledger != NULL ? h->ledger->books[i].objects : h->spaces[i].objects,
                        h->spaces[i].bytes};
    h->view.held_bytes = memory_stats(h->memory)->held_bytes;
}

size_t heap_apply(Heap *h, const Event *events, size_t count) {
    size_t done = 0;
    h->view.reason = WAKE_NONE;
    while (done < count && h->view.reason == WAKE_NONE) {
        if (!event_apply(h, &events[done])) break;
        h->work.events++;
        done++;
    }
    h->work.arenas_mapped = memory_stats(h->memory)->arenas_mapped;
    if (h->view.reason != WAKE_NONE) heap_view_spaces(h);
    return done;
}

// ---- what others set and see ----

void heap_set_fuse(Heap *h, const Fuse *fuse) { h->fuse = *fuse; }
void heap_set_sample(Heap *h, uint64_t clock) { h->sample_clock = clock; }
void heap_set_reason(Heap *h, WakeReason reason) { h->view.reason = reason; }

void heap_set_birth_spaces(Heap *h, const uint8_t *spaces) {
    for (uint32_t i = 0; i < h->options.template_count; i++) {
        CHECK(spaces[i] < h->options.space_count);
        h->birth_space[i] = spaces[i];
    }
}

const HeapView *heap_view(const Heap *h) { return &h->view; }
const MemoryStats *heap_memory(const Heap *h) { return memory_stats(h->memory); }
const Hist *heap_ages(const Heap *h) { return &h->ages; }

const MutatorWork *heap_mutator_work(const Heap *h) { return &h->work; }

const HeapLevels *heap_levels(Heap *h) {
    levels_sum(h);
    return &h->levels;
}

SpaceGarbage heap_garbage(const Heap *h, uint32_t space) {
    const Waiting *waiting = &h->spaces[space].waiting;
    return (SpaceGarbage){waiting->bytes - waiting->held_bytes, waiting->held_bytes};
}

// ---- opening ----

static bool tables_open(Heap *h, Error *error) {
    uint64_t objects = h->options.objects_max + 1, slots = h->options.slots_max + 1;
#define TABLE(field, count)                                                                       \
    ((h->field = reserve_new((count), sizeof *h->field, "the heap's table of " #field, error)) != \
     NULL)
    bool good = TABLE(refcounts, objects) && TABLE(gc, objects) && TABLE(positions, objects) &&
                TABLE(instance_of, objects) && TABLE(slots_at, objects) &&
                TABLE(slot_counts, objects) && TABLE(addresses, objects) && TABLE(tags, objects) &&
                TABLE(payloads, objects) && TABLE(instances, objects) && TABLE(slots, slots) &&
                TABLE(candidates, objects) && TABLE(rescued, objects) &&
                TABLE(unreachable, objects) && TABLE(doomed, objects) &&
                TABLE(resurrected, objects) && TABLE(instance_of_unit, h->options.units_max);
#undef TABLE
    for (uint32_t i = 0; good && i < h->options.space_count; i++)
        good = space_open(&h->spaces[i], min_u64(2 * objects + 2048, UINT32_MAX), error);
    return good;
}

// In one pass an object may be stepped on twice, each time in two samples; its references are
// followed once.
static bool locality_start(Heap *h, Error *error) {
    if (!h->options.locality) return true;
    h->locality = locality_open(4 * h->options.objects_max + h->options.slots_max,
                                h->options.allocator->alignment, error);
    return h->locality != NULL;
}

Heap *heap_open(const HeapOptions *options, Error *error) {
    Heap *h = mapping_take(options->mapping, 1, sizeof *h, "the heap", error);
    if (h == NULL) return NULL;
    CHECK(options->space_count <= SPACES_MAX && options->objects_max < UINT32_MAX);
    h->options = *options;
    h->batch = options->batch > 0 ? (int64_t)options->batch : INT64_MAX;
    h->fuse = FUSE_NONE;
    h->sample_clock = UINT64_MAX;
    block_init(&h->objects, options->objects_max + 1);
    block_init(&h->slot_blocks, options->slots_max + 1);
    if (h->options.allocator == NULL) h->options.allocator = &MEMORY_DEFAULT;
    h->arenas_max = memory_arenas_max(h->options.allocator) - 1;
    h->near = locality_near(h->options.allocator->alignment);
    h->memory = memory_open(h->options.allocator, h->arenas_max + 1, error);
    CHECK(!(options->ledger && options->locality));
    if (h->memory != NULL && tables_open(h, error) && locality_start(h, error) &&
        (!options->ledger || ledger_open(h, error)))
        return h;
    heap_close(h);
    return NULL;
}

void heap_close(Heap *h) {
    if (h == NULL) return;
    uint64_t objects = h->options.objects_max + 1, slots = h->options.slots_max + 1;
    uint32_t *const tables[] = {h->refcounts, h->gc,          h->positions, h->instance_of,
                                h->slots_at,  h->addresses,   h->payloads,  h->candidates,
                                h->rescued,   h->unreachable, h->doomed,    h->resurrected};
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
        reserve_free(tables[i], objects, sizeof(uint32_t));
    reserve_free(h->slot_counts, objects, sizeof *h->slot_counts);
    reserve_free(h->tags, objects, sizeof *h->tags);
    reserve_free(h->instances, objects, sizeof *h->instances);
    reserve_free(h->slots, slots, sizeof *h->slots);
    reserve_free(h->instance_of_unit, h->options.units_max, sizeof *h->instance_of_unit);
    for (uint32_t i = 0; i < h->options.space_count; i++) space_close(&h->spaces[i]);
    if (h->memory != NULL) memory_close(h->memory);
    locality_close(h->locality);
    ledger_close(h);
    mapping_give(h->options.mapping, h, 1, sizeof *h);
}
