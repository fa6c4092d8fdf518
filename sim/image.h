// image.h -- small units ready to be copied: what a template becomes, worked out once
//
// The closed forms of event.h answer for one member or one reference at a time, and take divisions
// to do it. A workload builds the same few sizes again and again: the tracing heap keeps, for every
// template, size and closedness that occurs, the references, the counts and the order of frees.
#ifndef OURO_IMAGE_H
#define OURO_IMAGE_H

#include "event.h"

enum {
    IMAGE_OBJECTS_MAX = 64,
    IMAGE_SLOTS_MAX = 254,
    IMAGE_LAST = 0x80  // of the slots of one member
};

// Slots of a unit are in the order of its members, behind one word of the heap's own: `slot_at` and
// `links_at` count from that word. A root has a slot at least, be it one that stays empty.
typedef struct {
    uint8_t objects;   // 0: not worked out yet
    bool exists;       // false: too many slots
    bool falls;        // when the root clears its slots all other members are freed
    uint8_t backs;     // references to the root from other members
    uint8_t slots;     // words, the first one included
    uint8_t links_at;  // first link of the root
    uint8_t stores;
    uint8_t payloads;        // native blocks
    uint32_t bytes_each;     // requested per member; 0: they differ
    uint64_t bytes;          // of all, native payload included
    uint64_t payload_bytes;  // of them
    const uint8_t *slot_at;  // by member: its first slot; 0: it has none
    const uint8_t *counts;   // by member: references, the register's included
    const uint8_t *targets;  // by slot: member + 1, or 0; | IMAGE_LAST
    const uint32_t *order;   // falls: the members other than the root as they are freed
} Image;

typedef struct {
    const Template *const *templates;
    uint32_t count;
    Image *images;
    uint8_t *data;  // what they point to
    uint64_t data_used, data_size;
    uint32_t *orders;  // and these, one for each object of an image
    uint64_t orders_used, orders_size;
} Images;

bool images_open(Images *images, const Template *const *templates, uint32_t count, Error *error);
void images_close(Images *images);

// Works an image out. `objects` <= IMAGE_OBJECTS_MAX.
void image_make(Images *images, Image *image, uint32_t template, uint32_t objects, bool closed);

// The image of a unit, or NULL when it is too large to have one.
static inline const Image *image_find(Images *images, uint32_t template, uint32_t objects,
                                      bool closed) {
    if (UNLIKELY(objects > IMAGE_OBJECTS_MAX)) return NULL;
    Image *image = &images->images[(2 * template + closed) * IMAGE_OBJECTS_MAX + objects - 1];
    if (UNLIKELY(image->objects == 0)) image_make(images, image, template, objects, closed);
    return LIKELY(image->exists) ? image : NULL;
}

#endif
