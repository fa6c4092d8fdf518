// trace_lives.c -- a trace as the lives of objects, in the order in which a collector meets them
#include "trace_lives.h"

#include <stdlib.h>
#include <string.h>

#include "free_lists.h"
#include "trace_frame.h"

enum { BYTES_MAX = 1 << 30 };  // of a block

// What a slot is now.
typedef struct {
    uint64_t life;
    uint64_t collections;  // before it began
    uint32_t bytes;
    bool is_there;    // a life is on
    bool is_listed;   // a pass found it in a list
    bool is_garbage;  // and unreachable
    bool waits;       // for a collection of an older generation to be said so
    uint64_t found;   // where it is in `found`, if that is of its life
} Slot;

// An object, as long as its slot still has that life.
typedef struct {
    uint32_t slot;
    uint64_t life;
} Object;

typedef struct {
    Object *objects;
    uint64_t count, capacity;
} Objects;

// Garbage that a sample found, with its references to other garbage.
typedef struct {
    Object object;
    uint32_t waits_for;  // the youngest generation whose collection can find it
    uint64_t first_reference;
} Found;

struct LifeReader {
    TraceReader *trace;
    TraceEvent event;
    LifeEvent *queue;  // what the last event of the trace means
    size_t queued, taken, queue_capacity;
    Slot *slots;
    uint64_t slot_capacity;
    Objects newborns;     // since the last collection
    Objects deferred[3];  // garbage that only a collection of this generation finds
    Found *found;
    uint64_t found_count, found_capacity;
    uint32_t *references;  // of all found, to slots
    uint64_t reference_count, reference_capacity;
    uint64_t *stack;
    uint64_t lives, collections;
    uint64_t last_older;  // collections up to the last one of generation 1 or 2, it included
    uint64_t count;       // generations[0].count as far as the collection that is on made it
    uint64_t level[FREE_LISTS];
    uint32_t births;  // in it, or made it due
    uint32_t held;    // a birth that may make a collection due
    uint32_t held_bytes;
    uint32_t unreachable;  // the last one that was said to be
    bool is_held, in_sample, collecting, exception;
};

LifeReader *life_reader_new(const char *path, Error *error) {
    TraceReader *trace = trace_reader_new(path, error);
    if (trace == NULL) return NULL;
    LifeReader *r = memory_new(1, sizeof *r);
    r->trace = trace;
    r->event.kind = TRACE_BIRTH;
    return r;
}

void life_reader_free(LifeReader *r) {
    if (r == NULL) return;
    trace_reader_free(r->trace);
    free(r->queue);
    free(r->slots);
    free(r->newborns.objects);
    for (size_t i = 0; i < ARRAY_LENGTH(r->deferred); i++) free(r->deferred[i].objects);
    free(r->found);
    free(r->references);
    free(r->stack);
    free(r);
}

const TraceReader *life_reader_trace(const LifeReader *r) { return r->trace; }

uint64_t life_reader_level(const LifeReader *r, uint32_t list) { return r->level[list]; }

static void push(LifeReader *r, LifeEvent event) {
    if (r->queued == r->queue_capacity) {
        r->queue_capacity = r->queue_capacity * 2 + 64;
        r->queue = memory_resize(r->queue, r->queue_capacity, sizeof *r->queue);
    }
    r->queue[r->queued++] = event;
}

static Slot *slot_of(LifeReader *r, uint32_t slot) {
    if (slot >= r->slot_capacity) {
        const uint64_t before = r->slot_capacity;
        r->slot_capacity = max_u64(before * 2 + 4096, (uint64_t)slot + 1);
        r->slots = memory_resize(r->slots, r->slot_capacity, sizeof *r->slots);
        memset(r->slots + before, 0, (r->slot_capacity - before) * sizeof *r->slots);
    }
    return &r->slots[slot];
}

// ---- beginnings ----

static void objects_add(Objects *objects, Object object) {
    if (objects->count == objects->capacity) {
        objects->capacity = objects->capacity * 2 + 1024;
        objects->objects =
            memory_resize(objects->objects, objects->capacity, sizeof *objects->objects);
    }
    objects->objects[objects->count++] = object;
}

static bool is_on(const LifeReader *r, Object object) {
    const Slot *slot = &r->slots[object.slot];
    return slot->is_there && slot->life == object.life;
}

static void life_begin(LifeReader *r, uint32_t number, uint32_t bytes, bool counted) {
    Slot *slot = slot_of(r, number);
    *slot = (Slot){r->lives++, r->collections, bytes, .is_there = true};
    push(r, (LifeEvent){.kind = LIFE_BEGINS,
                        .counted = counted,
                        .may_collect = counted && !r->collecting && !r->exception,
                        .slot = number,
                        .life = slot->life,
                        .number = bytes});
    objects_add(&r->newborns, (Object){number, slot->life});
    if (counted) r->exception = false;
    r->births++;
}

static void held_begin(LifeReader *r) {
    if (!r->is_held) return;
    r->is_held = false;
    r->count += r->collecting;
    life_begin(r, r->held, r->held_bytes, true);
}

// ---- ends ----

static void life_end(LifeReader *r, uint32_t number, bool counted, bool with_block) {
    Slot *slot = slot_of(r, number);
    slot->is_there = false;
    push(r, (LifeEvent){.kind = LIFE_ENDS,
                        .counted = counted && !slot->is_garbage,
                        .slot = number,
                        .life = slot->life,
                        .number = with_block});
}

// Whether CPython counts it that a block is given back: within a collection the count began at 0,
// and it does not fall below.
static bool is_counted(LifeReader *r) {
    if (!r->collecting) return true;
    if (r->count == 0) return false;
    r->count--;
    return true;
}

static void block_free(LifeReader *r, uint32_t number) {
    const Slot *slot = slot_of(r, number);
    const bool counted = is_counted(r), ends_life = slot->is_there && !slot->is_garbage;
    if (slot->is_there) life_end(r, number, counted, true);
    if (!ends_life) push(r, (LifeEvent){.kind = BLOCK_FREED, .counted = counted, .slot = number});
}

// What was born before the collection that begins, and is in no list, is not tracked.
static void newborns_settle(LifeReader *r) {
    for (uint64_t i = 0; i < r->newborns.count; i++) {
        const Object newborn = r->newborns.objects[i];
        if (is_on(r, newborn) && !r->slots[newborn.slot].is_listed)
            life_end(r, newborn.slot, false, false);
    }
    r->newborns.count = 0;
}

// ---- what the recorder saw ----

// Found in a younger list than before, or after a collection that did not find it: another object,
// or the same tracked only now, which is as young.
static void tracked(LifeReader *r, uint32_t number, uint64_t type) {
    Slot *slot = slot_of(r, number);
    if (slot->is_there && slot->is_listed) life_end(r, number, false, false);
    if (!slot->is_there) life_begin(r, number, slot->bytes, false);
    slot->is_listed = true;
    push(r, (LifeEvent){.kind = LIFE_TYPED, .slot = number, .life = slot->life, .number = type});
}

static void garbage_say(LifeReader *r, uint32_t number, LifeEventKind kind) {
    push(r, (LifeEvent){.kind = kind, .slot = number, .life = slot_of(r, number)->life});
}

// ---- samples ----
//
// Garbage that older garbage refers to is not found by a collection of its own list: it has to wait
// for one of the older list.

// The list in which the recorded collector has it: a collection of 0 moves from 0 to 1, all others
// to 2.
static uint64_t generation_of(const LifeReader *r, const Slot *slot) {
    if (slot->collections == r->collections) return 0;
    return r->last_older > slot->collections ? 2 : 1;
}

static void found_add(LifeReader *r, uint32_t number) {
    if (r->found_count == r->found_capacity) {
        r->found_capacity = r->found_capacity * 2 + 256;
        r->found = memory_resize(r->found, r->found_capacity, sizeof *r->found);
        r->stack = memory_resize(r->stack, r->found_capacity, sizeof *r->stack);
    }
    Slot *slot = slot_of(r, number);
    slot->found = r->found_count;
    r->found[r->found_count++] = (Found){{number, slot->life}, 0, r->reference_count};
}

static void reference_add(LifeReader *r, uint32_t to) {
    if (r->found_count == 0) return;
    if (r->reference_count == r->reference_capacity) {
        r->reference_capacity = r->reference_capacity * 2 + 256;
        r->references = memory_resize(r->references, r->reference_capacity, sizeof *r->references);
    }
    r->references[r->reference_count++] = to;
}

// All that is found, and can be reached from this one, waits as long.
static void found_spread(LifeReader *r, uint64_t start, uint32_t generation) {
    uint64_t depth = 0;
    r->stack[depth++] = start;
    r->found[start].waits_for = generation;
    while (depth > 0) {
        const uint64_t at = r->stack[--depth];
        const uint64_t end =
            at + 1 < r->found_count ? r->found[at + 1].first_reference : r->reference_count;
        for (uint64_t i = r->found[at].first_reference; i < end; i++) {
            const Slot *slot = slot_of(r, r->references[i]);
            if (slot->found >= r->found_count) continue;
            Found *to = &r->found[slot->found];
            if (to->object.life != slot->life || to->waits_for >= generation) continue;
            to->waits_for = generation;
            r->stack[depth++] = slot->found;
        }
    }
}

static void sample_settle(LifeReader *r) {
    for (uint32_t generation = 2; generation > 0; generation--)
        for (uint64_t i = 0; i < r->found_count; i++)
            if (r->found[i].waits_for < generation &&
                generation_of(r, &r->slots[r->found[i].object.slot]) == generation)
                found_spread(r, i, generation);
    for (uint64_t i = 0; i < r->found_count; i++) {
        const Found *found = &r->found[i];
        Slot *slot = &r->slots[found->object.slot];
        slot->waits = found->waits_for > generation_of(r, slot);
        if (slot->waits)
            objects_add(&r->deferred[found->waits_for], found->object);
        else
            garbage_say(r, found->object.slot, LIFE_GARBAGE);
    }
    r->found_count = r->reference_count = 0;
    r->in_sample = false;
}

static void garbage_set(LifeReader *r, uint32_t number, bool garbage) {
    Slot *slot = slot_of(r, number);
    if (!slot->is_there || slot->is_garbage == garbage) return;
    if (slot->waits) return;  // for younger collections it is reachable, and they say so
    slot->is_garbage = garbage;
    if (garbage && r->in_sample)
        found_add(r, number);
    else
        garbage_say(r, number, garbage ? LIFE_GARBAGE : LIFE_KEPT);
}

// What waited for a collection of this generation or a younger one.
static void pass_begin(LifeReader *r, const TraceEvent *e) {
    r->in_sample = e->numbers[0] > TRACE_CALL;
    if (r->in_sample) return;
    push(r, (LifeEvent){.kind = COLLECTING});
    for (uint64_t i = 1; i <= min_u64(e->numbers[1], 2); i++) {
        for (uint64_t k = 0; k < r->deferred[i].count; k++) {
            const Object waits = r->deferred[i].objects[k];
            if (!is_on(r, waits)) continue;
            r->slots[waits.slot].waits = false;
            garbage_say(r, waits.slot, LIFE_GARBAGE);
        }
        r->deferred[i].count = 0;
    }
}

static uint32_t bytes_of(const TraceEvent *e) {
    return (uint32_t)min_u64(e->numbers[0], BYTES_MAX);
}

static void refers(LifeReader *r, uint32_t to) {
    if (r->in_sample) reference_add(r, to);
    const Slot from = *slot_of(r, r->unreachable), other = *slot_of(r, to);
    if (from.is_there && other.is_there && from.life != other.life)
        push(r, (LifeEvent){.kind = LIFE_REFERS,
                            .slot = r->unreachable,
                            .life = from.life,
                            .number = other.life});
}

static void seen(LifeReader *r, const TraceEvent *e) {
    if (e->kind == TRACE_TRACKED) tracked(r, e->slot, e->numbers[0]);
    if (e->kind == TRACE_UNTRACKED && slot_of(r, e->slot)->is_there)
        life_end(r, e->slot, false, false);
    if (e->kind == TRACE_UNREACHABLE) {
        r->unreachable = e->slot;
        garbage_set(r, e->slot, true);
    }
    if (e->kind == TRACE_REFERS) refers(r, e->slot);
    if (e->kind == TRACE_REACHABLE) garbage_set(r, e->slot, false);
    if (e->kind == TRACE_RESIZE) slot_of(r, e->slot)->bytes = bytes_of(e);
}

// ---- free lists ----

// A block that was there before the trace began is not known.
static void list_take(LifeReader *r, uint32_t list) {
    if (r->level[list] == 0) return;
    r->level[list]--;
    push(r, (LifeEvent){.kind = LIST_TAKEN, .list = list});
}

static void list_give(LifeReader *r, uint32_t list) {
    r->level[list] = min_u64(r->level[list] + 1, free_list_room(list));
    push(r, (LifeEvent){.kind = LIST_GIVEN, .list = list});
}

// In a collection only what comes out of it is said.
static void list_change(LifeReader *r, const uint64_t *numbers) {
    if (numbers[0] >= FREE_LISTS) return;
    const uint32_t list = (uint32_t)numbers[0];
    int64_t change = free_list_cut(list, unzigzag(numbers[1]));
    if (r->collecting) {
        const int64_t level = free_list_cut(list, (int64_t)r->level[list] + change);
        r->level[list] = level > 0 ? (uint64_t)level : 0;
        return;
    }
    for (; change > 0; change--) list_give(r, list);
    for (; change < 0; change++) list_take(r, list);
}

// Those that it left as they were, too: another collector would have filled them.
static void lists_settle(LifeReader *r) {
    for (uint32_t i = 0; i < FREE_LISTS; i++)
        push(r, (LifeEvent){
                    .kind = LIST_LEVEL, .list = i, .number = r->level[i], .births = r->births});
}

// ---- collections ----

static void collection_begin(LifeReader *r, const TraceEvent *e) {
    newborns_settle(r);
    r->collections++;
    if (e->numbers[1] > 0) r->last_older = r->collections;
    if (e->numbers[0] == TRACE_TRIGGER) held_begin(r);
    if (e->numbers[0] != TRACE_TRIGGER) push(r, (LifeEvent){.kind = TRACE_SAYS, .event = e});
    r->collecting = true;
    r->count = r->births = 0;
}

// gc.callbacks ran, and what they counted is forgotten.
static void count_clear(LifeReader *r) {
    for (; r->count > 0; r->count--)
        push(r, (LifeEvent){.kind = BLOCK_FREED, .counted = true, .slot = NO_SLOT});
}

static bool is_of_sample(const TraceEvent *e) {
    return e->kind == TRACE_TRACKED || e->kind == TRACE_OLDER || e->kind == TRACE_UNTRACKED ||
           e->kind == TRACE_UNREACHABLE || e->kind == TRACE_REFERS || e->kind == TRACE_REACHABLE ||
           e->kind == TRACE_TYPE;
}

static void event_read(LifeReader *r) {
    const TraceEvent *e = &r->event;
    if (r->in_sample && !is_of_sample(e)) sample_settle(r);
    if (e->kind != TRACE_COLLECT || e->numbers[0] != TRACE_TRIGGER) held_begin(r);
    switch (e->kind) {
        case TRACE_BIRTH:
            r->is_held = true;
            r->held = e->slot;
            r->held_bytes = bytes_of(e);
            break;
        case TRACE_DEATH:
            block_free(r, e->slot);
            break;
        case TRACE_EXCEPTION:
            r->exception = true;
            break;
        case TRACE_COLLECT:
            collection_begin(r, e);
            break;
        case TRACE_CLEARED:
            count_clear(r);
            break;
        case TRACE_FREE_LIST:
            list_change(r, e->numbers);
            break;
        case TRACE_COLLECTED:
            r->collecting = false;
            lists_settle(r);
            push(r, (LifeEvent){.kind = TRACE_SAYS, .event = e});
            break;
        case TRACE_PASS:
            pass_begin(r, e);
            break;
        case TRACE_PHASE:
        case TRACE_TYPE:
        case TRACE_SITE:
        case TRACE_PLACE:
            push(r, (LifeEvent){.kind = TRACE_SAYS, .event = e});
            break;
        default:
            seen(r, e);
    }
}

bool life_read(LifeReader *r, LifeEvent *event, Error *error) {
    while (r->taken == r->queued) {
        r->taken = r->queued = 0;
        if (trace_read(r->trace, &r->event, error)) {
            event_read(r);
        } else {
            if (error->text[0] != '\0' || !r->is_held) return false;
            held_begin(r);
        }
    }
    *event = r->queue[r->taken++];
    return true;
}
