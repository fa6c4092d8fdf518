// object.c -- the life of one object: allocated, tracked, released, freed
#include "levels.h"

uint64_t object_bytes(const Heap *h, uint32_t object) {
    const Template *t = object_template(h, object);
    uint32_t member = object_member(h, object);
    return (uint64_t)template_bytes(t, member) + template_payload(t, member);
}

bool object_finalizer(const Heap *h, uint32_t object) {
    return object_template(h, object)->finalizer && object_member(h, object) == 0;
}

// ---- birth ----

// Empty ones; the first of `count`.
static uint32_t slots_write(Heap *h, uint32_t slots_at, uint32_t count) {
    if (count == 0) return SLOT_NONE;
    for (uint32_t i = 0; i < count; i++) h->slots[slots_at + i] = 0;
    h->slots[slots_at + count - 1] = SLOT_LAST;
    return slots_at;
}

void object_allocate(Heap *h, uint32_t number, uint32_t member, uint32_t slots_at, uint32_t slots) {
    Instance *instance = &h->instances[number];
    uint32_t object = instance->first + member;
    uint32_t bytes = template_bytes(h->options.templates[instance->template], member);
    uint32_t space = h->birth_space[instance->template];
    h->addresses[object] = h->options.is_region[space]
                               ? memory_region_alloc(h->memory, space, bytes)
                               : memory_alloc(h->memory, bytes);
    h->refcounts[object] = 1;
    h->gc[object] = 0;
    if (h->locality != NULL) {
        h->gc[object] = locality_sample(h->locality, h->addresses[object]);
        touch(h, object);
    }
    h->slots_at[object] = slots_write(h, slots_at, member == 0 && slots == 0 ? 1 : slots);
    h->members[object] = (uint8_t)(member < MEMBER_FAR ? member : MEMBER_FAR);
    if (member >= MEMBER_FAR) h->members_far[object] = member;
    h->tags[object] = TAG_ALIVE | NO_SPACE;
    instance->live++;
    levels_born(h, instance->template, 1, bytes);
}

void object_track(Heap *h, uint32_t object, uint32_t space) {
    const Template *t = object_template(h, object);
    uint32_t member = object_member(h, object), payload = template_payload(t, member);
    if (payload > 0) {
        h->payloads[object] = memory_alloc(h->memory, payload);
        h->view.payload_bytes += payload;
        h->work.payloads++;
        levels_grow(h, payload);
    }
    object_enter(h, object, space);
    h->spaces[space].bytes += (uint64_t)template_bytes(t, member) + payload;
}

// ---- death ----

static void account_dead(const Heap *h, uint32_t object, uint64_t bytes, Waiting *waiting) {
    waiting->objects--;
    waiting->bytes -= bytes;
    if (h->tags[object] & TAG_HELD) waiting->held_bytes -= bytes;
}

// The last step of tp_dealloc: its slots are clear, it is in no space.
static void object_free(Heap *h, uint32_t object) {
    uint32_t member = object_member(h, object), number = root_instance(h, object - member);
    Instance *instance = &h->instances[number];
    const Template *t = h->options.templates[instance->template];
    uint32_t bytes = template_bytes(t, member), payload = template_payload(t, member);
    bool is_candidate = h->gc[object] & GC_CANDIDATE;
    if (h->freed_by == FREED_BY_MUTATOR) touch(h, object);
    Space *space = &h->spaces[object_space(h, object)];
    const Freed freed = {.objects = 1,
                         .bytes = (uint64_t)bytes + payload,
                         .payload_bytes = payload,
                         .payloads = payload > 0,
                         .payloads_large = payload > h->options.allocator->small_limit,
                         .template = instance->template,
                         .death = instance_death(instance)};
    CHECK(h->tags[object] & TAG_DEAD);
    if (payload > 0) memory_free(h->memory, h->payloads[object], payload);
    memory_free(h->memory, h->addresses[object], bytes);
    *(is_candidate ? &h->condemned_bytes : &space->bytes) -= freed.bytes;
    account_dead(h, object, freed.bytes, is_candidate ? &h->condemned : &space->waiting);
    levels_freed(h, &freed);
    if (h->tags[object] & TAG_UNCOLLECTABLE) h->levels.uncollectable_bytes -= freed.bytes;
    // Garbage that was found had its finalizer called before; what falls with it has it called now.
    if (h->freed_by == FREED_IN_PAUSE && h->finalizers != FINALIZERS_LEGACY &&
        !(instance->flags & INSTANCE_FINALIZED))
        h->pause.finalizers += t->finalizer && member == 0;
    if (UNLIKELY(h->options.counts_roots)) roots_forget(h, object);
    h->tags[object] = 0;
    if (--instance->live == 0) instance_give(h, number);
}

// The slot with which clearing begins. A root may take its whole unit along.
static uint32_t slots_begin(Heap *h, uint32_t object) {
    if (h->members[object] == 0) return whole_fall(h, object);
    h->instances[object_instance(h, object)].flags |= INSTANCE_TORN;
    return h->slots_at[object];
}

// Clears a slot and goes on to the next one, or to SLOT_NONE; returns what was in there.
static uint32_t slot_clear(Heap *h, uint32_t *slot) {
    uint32_t word = h->slots[*slot];
    h->slots[*slot] = word & SLOT_LAST;
    *slot = word & SLOT_LAST ? SLOT_NONE : *slot + 1;
    return word & ~SLOT_LAST;
}

// tp_dealloc begins: out of its space. From here on gc[] says who freed it, and refcounts[] which
// slot is next, so that a cascade of any depth needs no stack.
static void dealloc_begin(Heap *h, uint32_t object, uint32_t freed_by) {
    if (!(h->gc[object] & GC_CANDIDATE)) object_leave(h, object);
    h->gc[object] = freed_by << GC_POSITION | (h->gc[object] & (GC_CANDIDATE | GC_SAMPLE));
    h->refcounts[object] = slots_begin(h, object);
}

// Clears slots from the next one on; the first object that this leaves without references, or 0.
static uint32_t dealloc_slots(Heap *h, uint32_t object) {
    uint32_t slot = h->refcounts[object], freed = 0;
    while (slot != SLOT_NONE && freed == 0) {
        uint32_t target = slot_clear(h, &slot);
        if (target == 0) continue;
        if (--h->refcounts[target] == 0)
            freed = target;
        else if (UNLIKELY(h->options.counts_roots))
            roots_suspect(h, target);
    }
    h->refcounts[object] = slot;
    return freed;
}

void object_decref(Heap *h, uint32_t object) {
    CHECK(h->refcounts[object] > 0);
    if (--h->refcounts[object] > 0) {
        if (UNLIKELY(h->options.counts_roots)) roots_suspect(h, object);
        return;
    }
    dealloc_begin(h, object, 0);
    while (object != 0) {
        uint32_t child = dealloc_slots(h, object);
        if (child != 0) {
            dealloc_begin(h, child, object);
            object = child;
        } else {
            uint32_t freed_by = h->gc[object] >> GC_POSITION;
            object_free(h, object);
            object = freed_by;
        }
    }
}

void object_clear(Heap *h, uint32_t object) {
    h->refcounts[object]++;
    for (uint32_t slot = slots_begin(h, object); slot != SLOT_NONE;) {
        uint32_t target = slot_clear(h, &slot);
        if (target != 0) object_decref(h, target);
    }
    object_decref(h, object);
}
