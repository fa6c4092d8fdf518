// instance.c -- the tracing heap: units, built and let go member by member
//
// Most units are built and freed whole (whole.c). Here is what remains: where something may want
// attention in the middle, and units too large for an image.
#include "levels.h"

// ---- instances ----

// Its slots, its number in front of them; a root has one slot at least (object_instance).
static uint32_t slot_words(const Heap *h, uint32_t template, uint32_t objects, bool closed) {
    uint64_t slots = template_slots_total(h->options.templates[template], objects, closed);
    CHECK(slots <= h->options.slots_max);
    return (uint32_t)slots + 1 + (slots == 0);
}

// Numbers may end, if that is not because a bound was too small: the run is out of memory then.
static uint32_t numbers_take(BlockIndex *index, uint32_t *links, uint32_t length, uint64_t end) {
    uint32_t first = block_take(index, links, length);
    CHECK(first != 0 || index->limit == end);
    return first;
}

uint32_t instance_take(Heap *h, const Event *unit, uint32_t words) {
    const uint8_t closed = unit->flags & UNIT_CLOSED ? INSTANCE_CLOSED : 0;
    const uint8_t resurrects = unit->flags & UNIT_RESURRECTS ? INSTANCE_RESURRECTS : 0;
    uint32_t first = numbers_take(&h->objects, h->refcounts, unit->value, TRACING_OBJECTS_END);
    if (first == 0) return 0;
    uint32_t block = numbers_take(&h->slot_blocks, h->slots, words, UINT32_MAX);
    if (block == 0) {
        block_give(&h->objects, h->refcounts, first, unit->value);
        return 0;
    }
    uint32_t number = h->instance_free;
    if (number != 0)
        h->instance_free = h->instances[number].live;
    else
        number = ++h->instance_count;
    CHECK(number <= h->options.objects_max);
    h->instances[number] = (Instance){.first = first,
                                      .objects = unit->value,
                                      .template = (uint8_t)unit->template,
                                      .flags = INSTANCE_HELD | closed | resurrects};
    h->slots[block] = number;
    h->slots_at[first] = block + 1;
    h->instance_of_unit[unit->unit] = number;
    return number;
}

void instance_give(Heap *h, uint32_t number) {
    Instance *instance = &h->instances[number];
    const Image *image = instance_image(h, instance);
    uint32_t words = image != NULL ? image->slots
                                   : slot_words(h, instance->template, instance->objects,
                                                instance->flags & INSTANCE_CLOSED);
    block_give(&h->slot_blocks, h->slots, h->slots_at[instance->first] - 1, words);
    block_give(&h->objects, h->refcounts, instance->first, instance->objects);
    instance->flags = 0;
    instance->live = h->instance_free;
    h->instance_free = number;
}

// Members that are all in one space are counted at once.
static uint64_t members_die(Heap *h, const Instance *instance) {
    const Image *image = instance_image(h, instance);
    uint8_t *tags = h->tags + instance->first;
    Waiting *waiting = &h->spaces[tags[0] & TAG_SPACE].waiting;
    uint8_t all = tags[0], differ = 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < instance->objects; i++) {
        all &= tags[i];
        differ |= tags[i] ^ tags[0];
        tags[i] |= TAG_DEAD;
    }
    CHECK(all & TAG_ALIVE);
    if (LIKELY(image != NULL && !(differ & TAG_SPACE))) {
        waiting->objects += instance->objects;
        waiting->bytes += image->bytes;
        return image->bytes;
    }
    for (uint32_t i = 0; i < instance->objects; i++) {
        uint64_t size = object_bytes(h, instance->first + i);
        waiting = &h->spaces[tags[i] & TAG_SPACE].waiting;
        waiting->objects++;
        waiting->bytes += size;
        bytes += size;
    }
    return bytes;
}

static void dead(Heap *h, const Event *event) {
    uint32_t number = h->instance_of_unit[event->unit];
    Instance *instance = &h->instances[number];
    CHECK(h->view.clock >> 48 == 0);
    instance->flags |= INSTANCE_DEAD;
    instance->death_low = (uint32_t)h->view.clock;
    instance->death_high = (uint16_t)(h->view.clock >> 32);
    levels_died(h, instance->objects, members_die(h, instance));
    if (h->options.free_at_death) h->doomed[h->doomed_count++] = number;
}

// ---- UNIT ----

static bool unit_begin(Heap *h, const Event *unit) {
    uint32_t words = slot_words(h, unit->template, unit->value, unit->flags & UNIT_CLOSED);
    uint32_t number = instance_take(h, unit, words);
    if (number == 0) return false;
    uint32_t slot = h->slots_at[h->instances[number].first];
    h->cursor = (Cursor){.active = true, .instance = number, .slot_next = slot};
    return true;
}

static void member_allocate(Heap *h, const Event *unit, const Member *member) {
    (void)unit;
    object_allocate(h, h->cursor.instance, h->cursor.member, h->cursor.slot_next, member->slots);
}

static void member_attach(Heap *h, const Event *unit, const Member *member) {
    const Instance *instance = &h->instances[h->cursor.instance];
    const Template *t = h->options.templates[unit->template];
    const uint32_t *slots_at = h->slots_at + instance->first;
    uint32_t i = h->cursor.member, object = instance->first + i;
    bool closed = unit->flags & UNIT_CLOSED;
    object_track(h, object, h->birth_space[unit->template]);
    h->cursor.slot_next += member->slots;
    if (i > 0) slot_set(h, slots_at[member->parent] + member->parent_slot, object);
    for (uint32_t k = 0; k < member->stores; k++) {
        MemberStore store = template_store(t, unit->value, closed, i, k);
        slot_set(h, slots_at[store.from] + store.slot, instance->first + store.to);
        h->refcounts[instance->first + store.to]++;
        h->work.stores++;
    }
    if (i > 0 || unit->target == NO_UNIT) return;
    uint32_t target = h->instances[h->instance_of_unit[unit->target]].first;
    slot_set(h, slots_at[0] + member->slots - t->links, target);
    h->refcounts[target]++;
    touch(h, target);
    h->work.stores++;
}

static bool unit_out_of_numbers(Heap *h) {
    h->view.reason = WAKE_MEMORY;
    return false;
}

static bool build(Heap *h, const Event *unit) {
    const Image *image =
        image_find(&h->images, unit->template, unit->value, unit->flags & UNIT_CLOSED);
    if (image != NULL &&
        heap_fits(h, image->objects, (uint64_t)image->objects + image->payloads, image->bytes))
        return whole_build(h, unit, image) || unit_out_of_numbers(h);
    return unit_begin(h, unit) ? heap_unit_steps(h, unit) : unit_out_of_numbers(h);
}

// ---- STORE and DROP ----

static uint32_t unit_root(const Heap *h, uint32_t unit) {
    return h->instances[h->instance_of_unit[unit]].first;
}

static uint32_t link_slot(Heap *h, uint32_t number, uint32_t link) {
    const Instance *instance = &h->instances[number];
    const Image *image = instance_image(h, instance);
    uint32_t slots_at = h->slots_at[instance->first];
    if (LIKELY(image != NULL)) return slots_at - 1 + image->links_at + link;
    const Template *t = h->options.templates[instance->template];
    bool closed = instance->flags & INSTANCE_CLOSED;
    return slots_at + template_link_slot(t, instance->objects, closed, link);
}

static void store(Heap *h, const Event *event) {
    uint32_t slot = link_slot(h, h->instance_of_unit[event->unit], event->flags), target = 0;
    if (event->target != NO_UNIT) {
        target = unit_root(h, event->target);
        h->refcounts[target]++;
        touch(h, target);
    }
    uint32_t old = slot_set(h, slot, target);
    h->work.stores++;
    if (old != 0) object_decref(h, old);
}

static void drop(Heap *h, const Event *event) {
    Instance *instance = &h->instances[h->instance_of_unit[event->unit]];
    CHECK(instance->flags & INSTANCE_HELD);
    instance->flags &= (uint8_t)~INSTANCE_HELD;
    object_decref(h, instance->first);
}

// The oracle: what has just died and is not freed yet goes now.
static void settle(Heap *h) {
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

static uint64_t slot_numbers(const Heap *h) {
    const HeapOptions *options = &h->options;  // two words more for each unit
    return min_u64(options->slots_max + 2 * options->objects_max + 2, UINT32_MAX);
}

static bool tables_open(Heap *h, Error *error) {
    uint64_t objects = h->options.objects_max + 1, slots = slot_numbers(h);
#define TABLE(field, count)                                                                       \
    ((h->field = reserve_new((count), sizeof *h->field, "the heap's table of " #field, error)) != \
     NULL)
    bool good = TABLE(refcounts, objects) && TABLE(gc, objects) && TABLE(slots_at, objects) &&
                TABLE(addresses, objects) && TABLE(payloads, objects) && TABLE(tags, objects) &&
                TABLE(members, objects) && TABLE(members_far, objects) && TABLE(slots, slots) &&
                TABLE(instances, objects) && TABLE(candidates, objects) &&
                TABLE(rescued, objects) && TABLE(unreachable, objects) && TABLE(doomed, objects) &&
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

static bool tracing_open(Heap *h, Error *error) {
    HeapOptions *options = &h->options;
    options->objects_max = min_u64(options->objects_max, TRACING_OBJECTS_END - 1);
    block_init(&h->objects, options->objects_max + 1);
    block_init(&h->slot_blocks, slot_numbers(h));
    for (uint32_t i = 0; i < options->space_count; i++) h->spaces[i].shift = GC_POSITION;
    h->near = locality_near(options->allocator->alignment);
    if (!tables_open(h, error) || !locality_start(h, error) || !roots_open(h, error) ||
        !images_open(&h->images, options->templates, options->template_count, error))
        return false;
    h->slots[SLOT_NONE] = SLOT_LAST;
    return true;
}

static void tracing_close(Heap *h) {
    uint64_t objects = h->options.objects_max + 1;
    uint32_t *const tables[] = {h->refcounts,   h->gc,          h->slots_at,   h->addresses,
                                h->payloads,    h->members_far, h->candidates, h->rescued,
                                h->unreachable, h->doomed,      h->resurrected};
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
        reserve_free(tables[i], objects, sizeof(uint32_t));
    reserve_free(h->tags, objects, sizeof *h->tags);
    reserve_free(h->members, objects, sizeof *h->members);
    reserve_free(h->instances, objects, sizeof *h->instances);
    reserve_free(h->slots, slot_numbers(h), sizeof *h->slots);
    reserve_free(h->instance_of_unit, h->options.units_max, sizeof *h->instance_of_unit);
    roots_close(h);
    images_close(&h->images);
    locality_close(h->locality);
}

static uint64_t objects_in(const Heap *h, uint32_t space) { return h->spaces[space].objects; }

const HeapKind TRACING_HEAP = {.open = tracing_open,
                               .close = tracing_close,
                               .unit = build,
                               .allocate = member_allocate,
                               .attach = member_attach,
                               .store = store,
                               .drop = drop,
                               .dead = dead,
                               .settle = settle,
                               .collect = tracing_collect,
                               .move = tracing_move,
                               .let_go = finalize_let_go,
                               .objects = objects_in,
                               .check = tracing_check};
