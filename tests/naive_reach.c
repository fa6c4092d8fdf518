// naive_reach.c -- which objects of the naive heap are candidates, and which of these are reachable
#include "naive_reach.h"

#include <stdlib.h>

void naive_push(NaiveObjects *list, NaiveObject *object) {
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->items = realloc(list->items, list->capacity * sizeof(NaiveObject *));
        CHECK(list->items != NULL);
    }
    list->items[list->count++] = object;
}

// Marks `object` and every candidate that can be reached from it.
void naive_mark_from(NaiveObject *object, NaiveMark mark) {
    NaiveObjects stack = {0};
    if (!object->candidate || object->mark != NAIVE_UNMARKED) return;
    object->mark = mark;
    naive_push(&stack, object);
    while (stack.count > 0) {
        const NaiveObject *from = stack.items[--stack.count];
        for (uint32_t i = 0; i < from->slot_count; i++) {
            NaiveObject *to = from->slots[i];
            if (to == NULL || !to->candidate || to->mark != NAIVE_UNMARKED) continue;
            to->mark = mark;
            naive_push(&stack, to);
        }
    }
    free(stack.items);
}

// What the program or gc.garbage holds is reachable, and so is what an object outside the condemned
// lists refers to, be that object itself alive or garbage.
static void mark_reachable(const NaiveObjects *objects) {
    for (size_t i = 0; i < objects->count; i++) {
        NaiveObject *object = objects->items[i];
        if (object->held || object->in_garbage_list) naive_mark_from(object, NAIVE_REACHABLE);
        for (uint32_t k = 0; k < object->slot_count && !object->candidate; k++)
            if (object->slots[k] != NULL) naive_mark_from(object->slots[k], NAIVE_REACHABLE);
    }
}

void naive_mark_finalizers(const NaiveObjects *objects) {
    for (size_t i = 0; i < objects->count; i++) {
        NaiveObject *object = objects->items[i];
        if (object->candidate && object->mark == NAIVE_UNMARKED && object->finalizer)
            naive_mark_from(object, NAIVE_KEPT);
    }
}

uint64_t naive_condemn(const NaiveObjects *objects, uint32_t condemned, bool mark_first) {
    uint64_t marked = 0;
    for (size_t i = 0; i < objects->count; i++) {
        NaiveObject *object = objects->items[i];
        object->candidate = object->list >= 0 && condemned >> object->list & 1;
        object->mark = NAIVE_UNMARKED;
    }
    for (size_t i = 0; i < objects->count && mark_first; i++)
        if (objects->items[i]->held) naive_mark_from(objects->items[i], NAIVE_REACHABLE);
    for (size_t i = 0; i < objects->count; i++)
        marked += objects->items[i]->mark == NAIVE_REACHABLE;
    mark_reachable(objects);
    return marked;
}
