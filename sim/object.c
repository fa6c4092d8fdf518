// object.c -- the life of one object: allocated, tracked, released, freed
#include "heap_state.h"
#include "ledger.h"

uint64_t object_bytes(const Heap *h, uint32_t object) {
    const Template *t = object_template(h, object);
    uint32_t member = object_member(h, object);
    return (uint64_t)template_bytes(t, member) + template_payload(t, member);
}

bool object_finalizer(const Heap *h, uint32_t object) {
    return object_template(h, object)->finalizer && object_member(h, object) == 0;
}

// Between two deaths garbage stays and reachable bytes grow with what is allocated: a rectangle and
// a trapezoid.
void levels_sum(Heap *h) {
    uint64_t grown = h->view.allocated_bytes - h->levels_bytes;
    if (grown == 0) return;
    HeapLevels *l = &h->levels;
    l->drag += (U128)l->garbage_bytes * grown;
    l->reachable_area += (U128)(l->reachable_bytes - grown) * grown + (U128)grown * grown / 2;
    h->levels_bytes = h->view.allocated_bytes;
}

// ---- instances ----

uint32_t instance_take(Heap *h, const Event *unit) {
    bool closed = unit->flags & UNIT_CLOSED;
    uint64_t slots =
        template_slots_total(h->options.templates[unit->template], unit->value, closed);
    uint32_t number = h->instance_free;
    if (number != 0)
        h->instance_free = h->instances[number].next;
    else
        number = ++h->instance_count;
    CHECK(number <= h->options.objects_max && slots <= h->options.slots_max);
    Instance *instance = &h->instances[number];
    *instance = (Instance){.objects = unit->value,
                           .slots = (uint32_t)slots,
                           .template = unit->template,
                           .flags = INSTANCE_HELD | (closed ? INSTANCE_CLOSED : 0),
                           .birth = h->view.clock};
    if (unit->flags & UNIT_RESURRECTS) instance->flags |= INSTANCE_RESURRECTS;
    instance->first = block_take(&h->objects, h->refcounts, unit->value);
    if (slots > 0) instance->slots_first = block_take(&h->slot_blocks, h->slots, instance->slots);
    CHECK(instance->first != 0 && (slots == 0 || instance->slots_first != 0));
    h->instance_of_unit[unit->unit] = number;
    return number;
}

static void instance_give(Heap *h, uint32_t number) {
    Instance *instance = &h->instances[number];
    block_give(&h->objects, h->refcounts, instance->first, instance->objects);
    if (instance->slots > 0)
        block_give(&h->slot_blocks, h->slots, instance->slots_first, instance->slots);
    instance->next = h->instance_free;
    h->instance_free = number;
}

static uint64_t members_die(Heap *h, const Instance *instance) {
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < instance->objects; i++) {
        uint32_t object = instance->first + i;
        CHECK(h->tags[object] & TAG_ALIVE);
        Waiting *waiting = &h->spaces[object_space(h, object)].waiting;
        h->tags[object] |= TAG_DEAD;
        uint64_t size = object_bytes(h, object);
        waiting->objects++;
        waiting->bytes += size;
        bytes += size;
    }
    return bytes;
}

void instance_dies(Heap *h, uint32_t number) {
    Instance *instance = &h->instances[number];
    levels_sum(h);
    instance->flags |= INSTANCE_DEAD;
    instance->death = h->view.clock;
    uint64_t bytes = h->ledger != NULL ? ledger_die(h, instance) : members_die(h, instance);
    h->levels.reachable_objects -= instance->objects;
    h->levels.reachable_bytes -= bytes;
    h->levels.garbage_objects += instance->objects;
    h->levels.garbage_bytes += bytes;
    if (h->options.free_at_death || h->ledger != NULL) h->doomed[h->doomed_count++] = number;
}

// ---- birth ----

static void levels_born(Heap *h, uint64_t bytes) {
    HeapLevels *l = &h->levels;
    const MemoryStats *memory = memory_stats(h->memory);
    h->view.allocated_bytes += bytes;
    h->view.live_bytes += bytes;
    l->reachable_bytes += bytes;
    l->reachable_bytes_max = max_u64(l->reachable_bytes_max, l->reachable_bytes);
    l->held_bytes_max = max_u64(l->held_bytes_max, memory->held_bytes);
    if (h->view.live_bytes <= l->live_bytes_max) return;
    l->live_bytes_max = h->view.live_bytes;
    l->held_bytes_at_live_max = memory->held_bytes;
}

void object_allocate(Heap *h, uint32_t number, uint32_t member, uint32_t slots_at, uint32_t slots) {
    Instance *instance = &h->instances[number];
    uint32_t object = instance->first + member;
    uint32_t bytes = template_bytes(h->options.templates[instance->template], member);
    uint32_t space = h->birth_space[instance->template];
    CHECK(slots <= UINT16_MAX);
    h->addresses[object] = h->options.is_region[space]
                               ? memory_region_alloc(h->memory, space, bytes)
                               : memory_alloc(h->memory, bytes);
    h->refcounts[object] = 1;
    h->gc[object] = 0;
    if (h->locality != NULL) {
        h->gc[object] = locality_sample(h->locality, h->addresses[object]);
        touch(h, object);
    }
    h->instance_of[object] = number;
    h->slots_at[object] = slots_at;
    h->slot_counts[object] = (uint16_t)slots;
    h->tags[object] = TAG_ALIVE | NO_SPACE;
    for (uint32_t i = 0; i < slots; i++) h->slots[slots_at + i] = 0;
    instance->live++;
    h->view.clock++;
    h->view.young++;
    h->view.live_objects++;
    if (++h->in_batch == h->batch) {
        h->in_batch = 0;
        h->view.risen++;
    }
    h->levels.reachable_objects++;
    h->levels.reachable_objects_max =
        max_u64(h->levels.reachable_objects_max, h->levels.reachable_objects);
    h->levels.live_objects_max = max_u64(h->levels.live_objects_max, h->view.live_objects);
    levels_born(h, bytes);
}

void object_track(Heap *h, uint32_t object, uint32_t space) {
    const Template *t = object_template(h, object);
    uint32_t member = object_member(h, object), payload = template_payload(t, member);
    if (payload > 0) {
        h->payloads[object] = memory_alloc(h->memory, payload);
        h->view.payload_bytes += payload;
        h->work.payloads++;
        levels_born(h, payload);
    }
    h->tags[object] = (uint8_t)(TAG_ALIVE | space);
    if (h->ledger != NULL)
        ledger_track(h, object, space);
    else
        h->positions[object] = space_add(&h->spaces[space], object, h->positions);
    h->spaces[space].bytes += (uint64_t)template_bytes(t, member) + payload;
}

// ---- death ----

static void account_dead(Heap *h, uint32_t object, uint64_t bytes, Waiting *waiting) {
    uint8_t tags = h->tags[object];
    levels_sum(h);
    waiting->objects--;
    waiting->bytes -= bytes;
    if (tags & TAG_HELD) waiting->held_bytes -= bytes;
    if (tags & TAG_UNCOLLECTABLE) h->levels.uncollectable_bytes -= bytes;
    h->levels.garbage_objects--;
    h->levels.garbage_bytes -= bytes;
    if (h->freed_by == FREED_IN_PAUSE)
        hist_add(&h->ages, h->view.clock - h->instances[h->instance_of[object]].death);
}

static void account_work(Heap *h, uint32_t payload) {
    h->event_freed++;
    h->event_payloads += payload > 0;
    if (h->freed_by == FREED_IN_PAUSE) {
        h->pause.freed++;
        if (payload > 0)
            ++*(payload > h->options.allocator->small_limit ? &h->pause.payloads_large
                                                            : &h->pause.payloads_small);
    } else if (h->freed_by == FREED_BY_MUTATOR) {
        h->work.freed_refcount++;
        h->work.payloads_freed += payload > 0;
    } else {
        h->work.freed_oracle++;
    }
}

// The last step of tp_dealloc: its slots are clear, it is in no space.
static void object_free(Heap *h, uint32_t object) {
    const Template *t = object_template(h, object);
    uint32_t member = object_member(h, object), payload = template_payload(t, member);
    uint32_t bytes = template_bytes(t, member), number = h->instance_of[object];
    bool is_candidate = h->gc[object] & GC_CANDIDATE;
    if (h->freed_by == FREED_BY_MUTATOR) touch(h, object);
    Space *space = &h->spaces[object_space(h, object)];
    uint64_t all = (uint64_t)bytes + payload;
    CHECK(h->tags[object] & TAG_DEAD);
    if (payload > 0) memory_free(h->memory, h->payloads[object], payload);
    memory_free(h->memory, h->addresses[object], bytes);
    *(is_candidate ? &h->condemned_bytes : &space->bytes) -= all;
    account_dead(h, object, all, is_candidate ? &h->condemned : &space->waiting);
    account_work(h, payload);
    // Garbage that was found had its finalizer called before; what falls with it has it called now.
    if (h->freed_by == FREED_IN_PAUSE && h->finalizers != FINALIZERS_LEGACY &&
        !(h->instances[number].flags & INSTANCE_FINALIZED))
        h->pause.finalizers += t->finalizer && member == 0;
    h->view.payload_bytes -= payload;
    h->view.live_bytes -= all;
    h->view.live_objects--;
    if (--h->in_batch == -h->batch) {
        h->in_batch = 0;
        h->view.fallen++;
    }
    if (h->view.young > 0) h->view.young--;
    h->tags[object] = 0;
    if (--h->instances[number].live == 0) instance_give(h, number);
}

// tp_dealloc begins: out of its space. From here on positions[] says who freed it, and refcounts[]
// which slot is next, so that a cascade of any depth needs no stack.
static void dealloc_begin(Heap *h, uint32_t object, uint32_t freed_by) {
    if (h->ledger != NULL)
        ledger_leave(h, object);
    else if (!(h->gc[object] & GC_CANDIDATE))
        space_remove(&h->spaces[object_space(h, object)], h->positions[object], h->positions);
    h->positions[object] = freed_by;
    h->refcounts[object] = 0;
}

// Clears slots from the next one on; the first object that this leaves without references, or 0.
static uint32_t dealloc_slots(Heap *h, uint32_t object) {
    uint32_t *slots = object_slots(h, object), count = h->slot_counts[object];
    uint32_t i = h->refcounts[object], cleared = 0, freed = 0;
    while (i < count && freed == 0) {
        uint32_t target = slots[i];
        slots[i++] = 0;
        if (target == 0) continue;
        cleared++;
        if (--h->refcounts[target] == 0) freed = target;
    }
    h->refcounts[object] = i;
    if (h->ledger != NULL) ledger_book(h, object)->edges -= cleared;
    return freed;
}

void object_decref(Heap *h, uint32_t object) {
    CHECK(h->refcounts[object] > 0);
    if (--h->refcounts[object] > 0) return;
    dealloc_begin(h, object, 0);
    while (object != 0) {
        uint32_t child = dealloc_slots(h, object);
        if (child != 0) {
            dealloc_begin(h, child, object);
            object = child;
        } else {
            uint32_t freed_by = h->positions[object];
            object_free(h, object);
            object = freed_by;
        }
    }
}

void object_clear(Heap *h, uint32_t object) {
    uint32_t *slots = object_slots(h, object);
    h->refcounts[object]++;
    for (uint32_t i = 0; i < h->slot_counts[object]; i++) {
        uint32_t target = slots[i];
        slots[i] = 0;
        if (target == 0) continue;
        if (h->ledger != NULL) ledger_book(h, object)->edges--;
        object_decref(h, target);
    }
    object_decref(h, object);
}
