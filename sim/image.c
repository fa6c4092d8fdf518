// image.c -- small units ready to be copied: what a template becomes, worked out once
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "form.h"

// Room for every image that could be asked for; only those that are take memory.
enum { DATA_MAX = 2 * IMAGE_OBJECTS_MAX + IMAGE_SLOTS_MAX + 2 };

bool images_open(Images *images, const Template *const *templates, uint32_t count, Error *error) {
    uint64_t most = 2ull * count * IMAGE_OBJECTS_MAX;
    *images = (Images){.templates = templates,
                       .count = count,
                       .data_size = most * DATA_MAX,
                       .orders_size = most * IMAGE_OBJECTS_MAX};
    images->images = reserve_new(most, sizeof *images->images, "images of units", error);
    images->data = reserve_new(images->data_size, 1, "images of units", error);
    images->orders =
        reserve_new(images->orders_size, sizeof *images->orders, "images of units", error);
    return images->images != NULL && images->data != NULL && images->orders != NULL;
}

void images_close(Images *images) {
    reserve_free(images->images, 2ull * images->count * IMAGE_OBJECTS_MAX, sizeof *images->images);
    reserve_free(images->data, images->data_size, 1);
    reserve_free(images->orders, images->orders_size, sizeof *images->orders);
}

static uint8_t *data_take(Images *images, uint32_t bytes) {
    uint8_t *data = images->data + images->data_used;
    images->data_used += bytes;
    CHECK(images->data_used <= images->data_size);
    return data;
}

// ---- references ----

// Where the slots of each member are.
static void lay_slots(Image *image, uint8_t *slot_at, uint8_t *targets, const Template *t,
                      bool closed) {
    uint32_t next = 1;
    for (uint32_t i = 0; i < image->objects; i++) {
        uint32_t slots = template_member(t, image->objects, closed, i).slots;
        if (i == 0) {
            image->links_at = (uint8_t)(next + slots - t->links);
            slots += slots == 0;
        }
        if (slots == 0) continue;
        slot_at[i] = (uint8_t)next;
        next += slots;
        targets[next - 1] = IMAGE_LAST;
    }
    CHECK(next == image->slots);
}

static void refer(Image *image, uint8_t *counts, uint8_t *targets, MemberStore store) {
    uint8_t *target = &targets[image->slot_at[store.from] + store.slot];
    CHECK((*target & (0xff ^ IMAGE_LAST)) == 0 && store.to < image->objects);
    *target |= (uint8_t)(store.to + 1);
    counts[store.to]++;
    if (store.to == 0 && store.from != 0) image->backs++;
}

// In the order in which the unit is built: the interpreter's own reference becomes the first one.
static void fill_slots(Image *image, uint8_t *counts, uint8_t *targets, const Template *t,
                       bool closed) {
    counts[0] = 1;
    for (uint32_t i = 0; i < image->objects; i++) {
        Member member = template_member(t, image->objects, closed, i);
        if (i > 0)
            refer(image, counts, targets, (MemberStore){member.parent, member.parent_slot, i});
        for (uint32_t k = 0; k < member.stores; k++)
            refer(image, counts, targets, template_store(t, image->objects, closed, i, k));
        image->stores = (uint8_t)(image->stores + member.stores);
    }
}

// ---- the order of frees ----

static void fall_from_root(Image *image, uint32_t *order, const Template *t, bool closed) {
    enum { ALIVE = 1, ROOT = 2 };
    uint8_t marks[IMAGE_OBJECTS_MAX];
    uint32_t freed = 0;
    memset(marks, ALIVE, image->objects);
    marks[0] = ALIVE | ROOT;
    Graph graph = graph_new(t, image->objects, closed);
    Teardown teardown = teardown_new(&graph, marks, ALIVE, ROOT);
    for (uint32_t i = 0; i < teardown.length; i++)
        if (teardown.steps[i] != 0 && teardown.steps[i] != TEARDOWN_LINKS)
            order[freed++] = teardown.steps[i];
    image->falls = freed == image->objects - 1u;
    free(teardown.steps);
    graph_free(&graph);
}

// ---- sizes ----

static void sum_bytes(Image *image, const Template *t) {
    image->bytes_each = template_bytes(t, 0);
    for (uint32_t i = 0; i < image->objects; i++) {
        uint32_t bytes = template_bytes(t, i), payload = template_payload(t, i);
        if (bytes != image->bytes_each) image->bytes_each = 0;
        image->bytes += (uint64_t)bytes + payload;
        image->payload_bytes += payload;
        if (payload > 0) image->payloads++;
    }
}

void image_make(Images *images, Image *image, uint32_t template, uint32_t objects, bool closed) {
    const Template *t = images->templates[template];
    uint64_t slots = template_slots_total(t, objects, closed);
    *image = (Image){.objects = (uint8_t)objects};
    if (slots + 2 > IMAGE_SLOTS_MAX) return;
    image->exists = true;
    image->slots = (uint8_t)(slots + 1 + (slots == 0));
    uint8_t *slot_at = data_take(images, objects), *counts = data_take(images, objects);
    uint8_t *targets = data_take(images, image->slots);
    uint32_t *order = images->orders + images->orders_used;
    images->orders_used += objects;
    CHECK(images->orders_used <= images->orders_size);
    image->slot_at = slot_at;
    image->counts = counts;
    image->targets = targets;
    image->order = order;
    lay_slots(image, slot_at, targets, t, closed);
    fill_slots(image, counts, targets, t, closed);
    sum_bytes(image, t);
    fall_from_root(image, order, t, closed);
}
