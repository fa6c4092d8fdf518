// fate.c -- what becomes of the garbage of one moment
#include "fate.h"

#include <stdlib.h>
#include <string.h>

#include "heap_state.h"

// An object that is still there; what it was when the census was taken.
typedef struct {
    uint32_t object;
    uint8_t population, space;
    uint32_t bytes, payload_bytes;
} Waiter;

struct Fate {
    uint64_t clock;  // of the census
    Waiter *waiters;
    uint64_t count;
    uint32_t spaces;  // where they are now, as bits
    FateRow rows[FATE_ROWS_MAX];
    uint32_t row_count;
    Tally elsewhere;
};

static const uint8_t DEAD = TAG_ALIVE | TAG_DEAD;

Fate *fate_new(const Heap *h) {
    Fate *fate = memory_new(1, sizeof *fate);
    fate->clock = h->view.clock;
    fate->waiters = memory_new(h->levels.garbage_objects + 1, sizeof *fate->waiters);
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if ((h->tags[i] & DEAD) != DEAD) continue;
        const Instance *instance = &h->instances[object_instance(h, i)];
        const Template *t = h->options.templates[instance->template];
        const uint32_t member = object_member(h, i), space = object_space(h, i);
        fate->waiters[fate->count++] = (Waiter){.object = i,
                                                .population = instance->template,
                                                .space = (uint8_t)space,
                                                .bytes = template_bytes(t, member),
                                                .payload_bytes = template_payload(t, member)};
        fate->spaces |= 1u << space;
    }
    CHECK(fate->count == h->levels.garbage_objects);
    return fate;
}

void fate_free(Fate *fate) {
    if (fate == NULL) return;
    free(fate->waiters);
    free(fate);
}

// Numbers are used again, by units that die later than the census was taken: no death was missed.
static bool is_there(const Fate *fate, const Heap *h, uint32_t object) {
    if ((h->tags[object] & TAG_ALIVE) == 0) return false;
    CHECK(h->tags[object] & TAG_DEAD);
    CHECK(instance_death(&h->instances[object_instance(h, object)]) <= fate->clock);
    return true;
}

static void row_add(FateRow *rows, uint32_t *count, Tally *elsewhere, const FateRow *like) {
    for (uint32_t i = 0; i < *count; i++) {
        FateRow *row = &rows[i];
        if (row->was.population != like->was.population || row->was.space != like->was.space ||
            row->is_freed != like->is_freed || row->kind != like->kind ||
            row->generation != like->generation)
            continue;
        row->latest = like->latest;
        tally_add(&row->tally, &like->tally);
        return;
    }
    if (*count < FATE_ROWS_MAX)
        rows[(*count)++] = *like;
    else
        tally_add(elsewhere, &like->tally);
}

static FateRow row_of(const Waiter *waiter) {
    const uint64_t bytes = (uint64_t)waiter->bytes + waiter->payload_bytes;
    return (FateRow){.was = {waiter->population, waiter->space},
                     .tally = {1, bytes, waiter->payload_bytes}};
}

// What goes was found in a space that was condemned, or fell with what was; and only what was
// garbage at the census refers to garbage of the census: so it is one of those that are left.
void fate_plan(Fate *fate, const Heap *h, const Plan *plan) {
    uint32_t condemned = plan->spaces;
    if (plan->budget > 0) condemned |= 1u << plan->refill;
    if (!(condemned & fate->spaces)) return;
    uint64_t left = 0;
    fate->spaces = 0;
    for (uint64_t i = 0; i < fate->count; i++) {
        const Waiter *waiter = &fate->waiters[i];
        if (is_there(fate, h, waiter->object)) {
            fate->spaces |= 1u << object_space(h, waiter->object);
            fate->waiters[left++] = *waiter;
            continue;
        }
        FateRow row = row_of(waiter);
        row.is_freed = true;
        row.kind = plan->kind;
        row.generation = plan->generation;
        row.soonest = row.latest = h->view.clock - fate->clock;
        row_add(fate->rows, &fate->row_count, &fate->elsewhere, &row);
    }
    fate->count = left;
}

uint32_t fate_rows(const Fate *fate, FateRow rows[FATE_ROWS_MAX], Tally *elsewhere) {
    uint32_t count = fate->row_count;
    memcpy(rows, fate->rows, sizeof fate->rows);
    *elsewhere = fate->elsewhere;
    for (uint64_t i = 0; i < fate->count; i++) {
        const FateRow row = row_of(&fate->waiters[i]);
        row_add(rows, &count, elsewhere, &row);
    }
    return count;
}
