// whole.c -- the tracing heap: units that come and go in one piece
//
// What a policy and the truth notes can see is the same as member by member: all levels go one way
// in between, and nobody looks (heap_fits). Blocks are taken and given in the same order, so every
// address is the same. So are the candidate roots (roots.c): building takes no reference away; and
// no member but the root can wait there when its unit falls in one piece, for references to it come
// from the unit alone, and none was cleared.
#include "levels.h"

// ---- birth ----

static void references_write(Heap *h, const Image *image, uint32_t first, uint32_t block) {
    uint32_t *slots = h->slots + block;
    for (uint32_t i = 1; i < image->slots; i++) {
        uint32_t word = image->targets[i], target = word & (0xff ^ IMAGE_LAST);
        slots[i] = (target == 0 ? 0 : first - 1 + target) | (word & IMAGE_LAST) << 24;
    }
}
_Static_assert((uint32_t)IMAGE_LAST << 24 == SLOT_LAST,
               "references_write shifts the one to the other");

static void members_write(Heap *h, const Image *image, uint32_t first, uint32_t block,
                          uint32_t space_number) {
    const uint8_t tags = (uint8_t)(TAG_ALIVE | space_number);
    Space *space = &h->spaces[space_number];
    if (UNLIKELY(space->length + image->objects > space->capacity)) space_compact(space, h->gc);
    for (uint32_t i = 0; i < image->objects; i++) {
        uint32_t object = first + i, at = image->slot_at[i], position = (uint32_t)space->length + i;
        h->refcounts[object] = image->counts[i];
        h->gc[object] = position << GC_POSITION;
        h->slots_at[object] = at == 0 ? SLOT_NONE : block + at;
        h->tags[object] = tags;
        h->members[object] = (uint8_t)i;
        space->members[position] = object;
    }
    space->length += image->objects;
    space->objects += image->objects;
    space->bytes += image->bytes;
}

// Member by member, as object and payload alternate, and the program touches the target of the root
// after the root.
static void blocks_take(Heap *h, const Template *t, uint32_t first, uint32_t objects,
                        uint32_t space, uint32_t target) {
    for (uint32_t i = 0; i < objects; i++) {
        uint32_t object = first + i, bytes = template_bytes(t, i), payload = template_payload(t, i);
        h->addresses[object] = h->options.is_region[space]
                                   ? memory_region_alloc(h->memory, space, bytes)
                                   : memory_alloc(h->memory, bytes);
        if (payload > 0) h->payloads[object] = memory_alloc(h->memory, payload);
        if (h->locality == NULL) continue;
        h->gc[object] |= locality_sample(h->locality, h->addresses[object]);
        touch(h, object);
        if (i == 0 && target != 0) touch(h, target);
    }
}

bool whole_build(Heap *h, const Event *unit, const Image *image) {
    uint32_t number = instance_take(h, unit, image->slots);
    if (number == 0) return false;
    Instance *instance = &h->instances[number];
    uint32_t first = instance->first, block = h->slots_at[first] - 1, target = 0;
    uint32_t space = h->birth_space[unit->template];
    instance->live = image->objects;
    references_write(h, image, first, block);
    members_write(h, image, first, block, space);
    if (unit->target != NO_UNIT) {
        target = h->instances[h->instance_of_unit[unit->target]].first;
        slot_set(h, block + image->links_at, target);
        h->refcounts[target]++;
        h->work.stores++;
    }
    if (h->locality == NULL && image->payloads == 0 && image->bytes_each > 0 &&
        !h->options.is_region[space])
        memory_alloc_many(h->memory, image->bytes_each, image->objects, &h->addresses[first]);
    else
        blocks_take(h, h->options.templates[unit->template], first, image->objects, space, target);
    h->work.stores += image->stores;
    h->work.payloads += image->payloads;
    h->view.payload_bytes += image->payload_bytes;
    levels_born(h, unit->template, image->objects, image->bytes);
    return true;
}

// ---- death ----

// Whether the members but the root are in one space, or all candidates, and so on: then they are
// counted at once.
static bool are_alike(const Heap *h, uint32_t root, uint32_t objects) {
    uint32_t differ = 0;
    for (uint32_t i = 2; i < objects; i++)
        differ |= (uint32_t)(h->tags[root + i] ^ h->tags[root + 1]) |
                  ((h->gc[root + i] ^ h->gc[root + 1]) & GC_CANDIDATE) << 8;
    return differ == 0;
}

static void blocks_give(Heap *h, const Template *t, const Image *image, uint32_t root) {
    for (uint32_t i = 0; i + 1 < image->objects; i++) {
        uint32_t member = image->order[i], object = root + member;
        uint32_t payload = template_payload(t, member);
        if (payload > 0) memory_free(h->memory, h->payloads[object], payload);
        memory_free(h->memory, h->addresses[object], template_bytes(t, member));
    }
}

// Out of their space and its books.
static void members_leave(Heap *h, const Image *image, uint32_t root, uint64_t bytes) {
    const uint32_t left = image->objects - 1u;
    const uint8_t tags = h->tags[root + 1];
    const bool are_candidates = h->gc[root + 1] & GC_CANDIDATE;
    Space *space = &h->spaces[tags & TAG_SPACE];
    Waiting *waiting = are_candidates ? &h->condemned : &space->waiting;
    CHECK(tags & TAG_DEAD);
    waiting->objects -= left;
    waiting->bytes -= bytes;
    if (tags & TAG_HELD) waiting->held_bytes -= bytes;
    if (tags & TAG_UNCOLLECTABLE) h->levels.uncollectable_bytes -= bytes;
    *(are_candidates ? &h->condemned_bytes : &space->bytes) -= bytes;
    for (uint32_t i = 1; i <= left; i++) h->tags[root + i] = 0;
    if (are_candidates) return;
    for (uint32_t i = 1; i <= left; i++) space->members[h->gc[root + i] >> GC_POSITION] = 0;
    space->objects -= left;
    space_settle(space, h->gc);
}

static void members_free(Heap *h, const Instance *instance, const Image *image) {
    const uint32_t root = instance->first, left = image->objects - 1u;
    const Template *t = h->options.templates[instance->template];
    const uint32_t payload = template_payload(t, 0), inner = template_payload(t, 1);
    const uint32_t payloads = inner > 0 ? left : 0;
    const Freed freed = {.objects = left,
                         .bytes = image->bytes - template_bytes(t, 0) - payload,
                         .payload_bytes = image->payload_bytes - payload,
                         .payloads = payloads,
                         .payloads_large = inner > h->options.allocator->small_limit ? left : 0,
                         .template = instance->template,
                         .death = instance_death(instance)};
    if (h->locality != NULL && h->freed_by == FREED_BY_MUTATOR)
        for (uint32_t i = 0; i < left; i++) touch(h, root + image->order[i]);
    if (payloads == 0 && image->bytes_each > 0)
        memory_free_many(h->memory, &h->addresses[root], image->order, left, image->bytes_each);
    else
        blocks_give(h, t, image, root);
    members_leave(h, image, root, freed.bytes);
    levels_freed(h, &freed);
}

uint32_t whole_fall(Heap *h, uint32_t root) {
    Instance *instance = &h->instances[root_instance(h, root)];
    const uint32_t slots_at = h->slots_at[root];
    const Image *image = instance_image(h, instance);
    bool falls = image != NULL && image->objects > 1 && image->falls &&
                 instance->live == image->objects && !(instance->flags & INSTANCE_TORN) &&
                 are_alike(h, root, image->objects);
    if (!falls) {
        instance->flags |= INSTANCE_TORN;
        return slots_at;
    }
    CHECK(h->refcounts[root] >= image->backs);
    members_free(h, instance, image);
    h->refcounts[root] -= image->backs;
    instance->live = 1;
    uint32_t links = slots_at - 1 + image->links_at;
    for (uint32_t slot = slots_at; slot < links; slot++) slot_set(h, slot, 0);
    return h->slots[links - 1] & SLOT_LAST ? SLOT_NONE : links;
}
