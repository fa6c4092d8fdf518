// naive_roots.c -- candidate roots told the shortest way
#include "naive_roots.h"

uint64_t naive_roots_count(NaiveObject *const *objects, size_t count) {
    uint64_t suspects = 0;
    for (size_t i = 0; i < count; i++) suspects += objects[i]->suspect;
    return suspects;
}

// One reference further than so far; false when there is nothing further.
static bool condemn_next(NaiveObject *const *objects, size_t count) {
    bool grown = false;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < objects[i]->slot_count && objects[i]->candidate; k++) {
            NaiveObject *to = objects[i]->slots[k];
            if (to == NULL || to->candidate) continue;
            to->candidate = grown = true;
        }
    return grown;
}

static bool is_left(const NaiveObject *object) {
    return object->candidate && object->mark == NAIVE_UNMARKED;
}

// Takes away what somebody refers to who is not left; false when there is nothing to take.
static bool save_next(NaiveObject *const *objects, size_t count) {
    bool saved = false;
    for (size_t i = 0; i < count; i++) objects[i]->inner = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < objects[i]->slot_count && is_left(objects[i]); k++)
            if (objects[i]->slots[k] != NULL) objects[i]->slots[k]->inner++;
    for (size_t i = 0; i < count; i++) {
        if (!is_left(objects[i]) || objects[i]->inner == objects[i]->refs) continue;
        objects[i]->mark = NAIVE_REACHABLE;
        saved = true;
    }
    return saved;
}

void naive_roots_condemn(NaiveObject *const *objects, size_t count) {
    for (size_t i = 0; i < count; i++) {
        objects[i]->candidate = objects[i]->suspect;
        objects[i]->suspect = false;
        objects[i]->mark = NAIVE_UNMARKED;
    }
    while (condemn_next(objects, count)) continue;
    while (save_next(objects, count)) continue;
}

uint64_t naive_roots_adapt(const NaiveRules *rules, uint64_t threshold, const NaiveCollection *c) {
    const uint64_t first = rules->threshold[0];
    if (rules->adaptive == NAIVE_PHP && c->generation == 0) {
        if (c->collected < rules->least) return threshold + rules->step;
        return threshold > first + rules->step ? threshold - rules->step : first;
    }
    if (rules->adaptive == NAIVE_ORC && (c->survivors > 0 || threshold > first)) {
        if (c->collected < c->candidates - c->collected) return threshold + threshold / 2;
        return threshold / 3 * 2 > 16 ? threshold / 3 * 2 : 16;
    }
    return threshold;
}
