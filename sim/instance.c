// instance.c -- the tracing heap: units, built and let go object by object
#include "levels.h"

// ---- instances ----

static uint32_t instance_take(Heap *h, const Event *unit) {
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

void instance_give(Heap *h, uint32_t number) {
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

void tracing_dead(Heap *h, const Event *event) {
    uint32_t number = h->instance_of_unit[event->unit];
    Instance *instance = &h->instances[number];
    instance->flags |= INSTANCE_DEAD;
    instance->death = h->view.clock;
    levels_died(h, instance->objects, members_die(h, instance));
    if (h->options.free_at_death) h->doomed[h->doomed_count++] = number;
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

bool tracing_unit(Heap *h, const Event *unit) {
    Cursor *cursor = &h->cursor;
    const Template *t = h->options.templates[unit->template];
    bool closed = unit->flags & UNIT_CLOSED;
    if (!cursor->active) unit_begin(h, unit);
    while (cursor->member < unit->value) {
        Member member = template_member(t, unit->value, closed, cursor->member);
        if (!cursor->allocated) {
            object_allocate(h, cursor->instance, cursor->member, cursor->slot_next, member.slots);
            cursor->allocated = true;
            h->view.reason = heap_wake_in_allocation(h);
            if (UNLIKELY(h->view.reason != WAKE_NONE)) return false;
        }
        member_attach(h, unit, &member);
        cursor->slot_next += member.slots;
        cursor->allocated = false;
        cursor->member++;
        h->view.reason = heap_wake_at_safepoint(h);
        if (UNLIKELY(h->view.reason != WAKE_NONE)) break;
    }
    cursor->active = cursor->member < unit->value;
    return !cursor->active;
}

// ---- STORE and DROP ----

static uint32_t unit_root(const Heap *h, uint32_t unit) {
    return h->instances[h->instance_of_unit[unit]].first;
}

void tracing_store(Heap *h, const Event *event) {
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
    if (old != 0) object_decref(h, old);
}

void tracing_drop(Heap *h, const Event *event) {
    Instance *instance = &h->instances[h->instance_of_unit[event->unit]];
    CHECK(instance->flags & INSTANCE_HELD);
    instance->flags &= (uint8_t)~INSTANCE_HELD;
    object_decref(h, instance->first);
}

// The oracle: what has just died and is not freed yet goes now.
void tracing_settle(Heap *h) {
    h->freed_by = FREED_BY_ORACLE;
    for (uint32_t i = 0; i < h->doomed_count; i++) {
        const Instance *instance = &h->instances[h->doomed[i]];
        for (uint32_t k = 0; k < instance->objects && instance->live > 0; k++)
            if (h->tags[instance->first + k] & TAG_ALIVE) object_clear(h, instance->first + k);
    }
    h->doomed_count = 0;
    h->freed_by = FREED_BY_MUTATOR;
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

bool tracing_open(Heap *h, Error *error) {
    block_init(&h->objects, h->options.objects_max + 1);
    block_init(&h->slot_blocks, h->options.slots_max + 1);
    h->near = locality_near(h->options.allocator->alignment);
    return tables_open(h, error) && locality_start(h, error);
}

void tracing_close(Heap *h) {
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
    locality_close(h->locality);
}
