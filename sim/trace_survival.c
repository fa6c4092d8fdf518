// trace_survival.c -- how much of the young generation survives, for every threshold at once
#include "trace_survival.h"

#include <stdlib.h>
#include <string.h>

#include "free_lists.h"
#include "trace_frame.h"

enum { TYPES_MAX = 1 << 16 };

static const char *const LISTED[] = {"", "list", "dict", "tuple"};  // types with free lists

typedef struct {
    uint64_t birth;  // on the clock of events
    uint32_t bytes;  // of its block
    bool tracked, garbage, reused;
    uint8_t list;  // into which its block would go; FREE_LISTS: none, or not known
} Object;

// Of one threshold. Young is what was born at `since` or later.
typedef struct {
    uint64_t counter, since;
    uint64_t reachable, garbage;            // young objects that are tracked
    uint32_t garbage_for_list[FREE_LISTS];  // of the latter
    uint32_t level[FREE_LISTS];             // blocks in each list
} Nursery;

typedef struct {
    Survival *survival;
    Nursery nurseries[SURVIVAL_POINTS_MAX];
    Object *objects;  // by slot
    uint64_t object_capacity;
    uint8_t listed[TYPES_MAX];  // which of LISTED
    int64_t level[FREE_LISTS];  // as recorded
    uint64_t clock, last_birth;
    uint64_t collection_began, collection_due;  // due: with the birth before it
    bool enabled, collecting, called, exception, thresholds_known;
} Survey;

static Object *object_of(Survey *s, uint32_t slot) {
    if (slot >= s->object_capacity) {
        uint64_t before = s->object_capacity;
        s->object_capacity = max_u64(before * 2 + 4096, (uint64_t)slot + 1);
        s->objects = memory_resize(s->objects, s->object_capacity, sizeof *s->objects);
        memset(s->objects + before, 0, (s->object_capacity - before) * sizeof *s->objects);
    }
    return &s->objects[slot];
}

// ---- thresholds ----

static void points_add(Survival *survival, uint64_t threshold) {
    size_t at = 0;
    while (at < survival->count && survival->points[at].threshold < threshold) at++;
    if (threshold == 0) return;  // no collections at all
    if (at < survival->count && survival->points[at].threshold == threshold) return;
    memmove(&survival->points[at + 1], &survival->points[at],
            (survival->count - at) * sizeof *survival->points);
    survival->points[at] = (SurvivalPoint){.threshold = threshold};
    survival->count++;
}

static void points_choose(Survival *survival, uint64_t recorded) {
    static const uint32_t preferred[] = {100, 125, 160, 200, 250, 315, 400, 500, 630, 800};
    for (uint64_t decade = 1; decade <= 1000; decade *= 10)
        for (size_t i = 0; i < ARRAY_LENGTH(preferred); i++)
            points_add(survival, preferred[i] * decade);
    points_add(survival, 1000000);
    survival->recorded_threshold = recorded;
    points_add(survival, recorded);
}

// ---- nurseries ----

// Garbage goes to free lists, as far as they have room.
static void nursery_collect(Nursery *n, SurvivalPoint *point, uint64_t clock) {
    point->collections++;
    point->survivors += n->reachable;
    point->found += n->garbage;
    for (size_t i = 0; i < FREE_LISTS; i++) {
        n->level[i] =
            (uint32_t)min_u64(n->level[i] + n->garbage_for_list[i], free_list_room((uint32_t)i));
        n->garbage_for_list[i] = 0;
    }
    n->counter = n->reachable = n->garbage = 0;
    n->since = clock;
}

// A birth that the collector counts. Its object comes after the collection that it makes due: not
// looked at, and young afterwards.
static void nursery_count(Survey *s, size_t i) {
    const bool can_begin = s->enabled && !s->collecting && !s->exception;
    Nursery *n = &s->nurseries[i];
    SurvivalPoint *point = &s->survival->points[i];
    if (++n->counter > point->threshold && can_begin) nursery_collect(n, point, s->clock);
}

static void nursery_discount(Nursery *n) { n->counter -= n->counter > 0; }

static void born(Survey *s, const TraceEvent *event) {
    *object_of(s, event->slot) =
        (Object){.birth = s->clock, .bytes = (uint32_t)event->numbers[0], .list = FREE_LISTS};
    s->last_birth = s->clock;
    for (size_t i = 0; i < s->survival->count; i++) nursery_count(s, i);
    s->exception = false;
}

// An object that was tracked is, for the lists, no longer there: it died, or was untracked.
static void left(Survey *s, Object *object) {
    if (object->tracked && !object->garbage)
        for (size_t i = 0; i < s->survival->count; i++)
            s->nurseries[i].reachable -= object->birth >= s->nurseries[i].since;
    object->tracked = object->garbage = false;
}

// Whether the collection that is on, or was the last, is one of this threshold, too.
static bool is_shared(const Survey *s, const Nursery *n) {
    return s->called || n->since == s->collection_due;
}

// What dies within a recorded collection dies of it; but for what its callbacks made.
static void died(Survey *s, uint32_t slot) {
    Object *object = object_of(s, slot);
    const bool is_condemned = s->collecting && object->birth < s->collection_began;
    left(s, object);
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        if (is_condemned && !is_shared(s, n)) continue;
        if (!s->collecting && object->list < FREE_LISTS &&
            n->level[object->list] < s->level[object->list])
            n->level[object->list]++;  // the recorded one had no room
        else
            nursery_discount(n);
    }
}

static uint8_t list_for(const Survey *s, uint64_t type, uint32_t bytes) {
    return type < TYPES_MAX ? (uint8_t)free_list_of(LISTED[s->listed[type]], bytes) : FREE_LISTS;
}

// Seen later than the first collection after its birth, it has survived that one.
static void tracked(Survey *s, Object *object, uint64_t type) {
    if (object->tracked) return;
    if (object->reused) object->birth = s->clock;
    object->tracked = true;
    object->reused = false;
    object->list = list_for(s, type, object->bytes);
    for (size_t i = 0; i < s->survival->count; i++) {
        if (object->birth >= s->nurseries[i].since)
            s->nurseries[i].reachable++;
        else
            s->survival->points[i].survivors++;
    }
}

static void garbage_set(Survey *s, Object *object, bool garbage) {
    if (!object->tracked || object->garbage == garbage) return;
    const uint32_t step = garbage ? 1 : UINT32_MAX;  // UINT32_MAX: one less
    object->garbage = garbage;
    s->survival->unreachable += garbage;
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        if (object->birth < n->since) continue;
        n->reachable = garbage ? n->reachable - 1 : n->reachable + 1;
        n->garbage = garbage ? n->garbage + 1 : n->garbage - 1;
        if (object->list < FREE_LISTS) n->garbage_for_list[object->list] += step;
    }
}

// ---- free lists ----

// A block that the program took from a list; where there is none, malloc gives one that is counted.
static void list_take(Survey *s, uint32_t list) {
    if (s->level[list]-- <= 0) {
        s->level[list] = 0;  // it was there before the trace began
        return;
    }
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        if (n->level[list] > 0)
            n->level[list]--;
        else
            nursery_count(s, i);
    }
}

static void list_give(Survey *s, uint32_t list) {
    s->level[list] = (int64_t)min_u64((uint64_t)s->level[list] + 1, free_list_room(list));
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        if (n->level[list] < free_list_room(list))
            n->level[list]++;
        else
            nursery_discount(n);
    }
}

static void list_changed(Survey *s, const uint64_t *numbers) {
    if (numbers[0] >= FREE_LISTS) return;
    const uint32_t list = (uint32_t)numbers[0];
    int64_t change = free_list_cut(list, unzigzag(numbers[1]));
    if (s->collecting) {
        const int64_t level = free_list_cut(list, s->level[list] + change);
        s->level[list] = level > 0 ? level : 0;
        return;
    }
    for (; change > 0; change--) list_give(s, list);
    for (; change < 0; change++) list_take(s, list);
}

// Who had this collection, too, has what it left.
static void lists_follow(Survey *s) {
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        if (!is_shared(s, n)) continue;
        for (size_t k = 0; k < FREE_LISTS; k++) n->level[k] = (uint32_t)s->level[k];
    }
}

// ---- events ----

// OLDER is of the recorded collections, and says nothing of others.
static void looked(Survey *s, const TraceEvent *event) {
    Object *object = object_of(s, event->slot);
    switch (event->kind) {
        case TRACE_TRACKED:
            tracked(s, object, event->numbers[0]);
            break;
        case TRACE_UNTRACKED:
            left(s, object);
            object->reused = true;  // if it comes back it is another one, from a free list
            break;
        case TRACE_UNREACHABLE:
            garbage_set(s, object, true);
            break;
        case TRACE_REACHABLE:
            garbage_set(s, object, false);
            break;
        default:
            break;
    }
}

static void all_begin(Survey *s) {
    s->survival->called++;
    for (size_t i = 0; i < s->survival->count; i++) {
        Nursery *n = &s->nurseries[i];
        SurvivalPoint aside = {0};
        nursery_collect(n, &aside, s->clock);
    }
}

static void collect(Survey *s, TraceReason reason) {
    s->collecting = true;
    s->collection_began = s->clock;
    s->collection_due = s->last_birth;
    s->called = reason != TRACE_TRIGGER;
    if (s->called)
        all_begin(s);
    else
        s->survival->recorded_collections++;
}

static void type_named(Survey *s, uint64_t type, const char *name) {
    if (type >= TYPES_MAX) return;
    s->listed[type] = 0;
    for (size_t i = 1; i < ARRAY_LENGTH(LISTED); i++)
        if (strcmp(name, LISTED[i]) == 0) s->listed[type] = (uint8_t)i;
}

// The first time ends the start, in which the interpreter has its own. It was the same for all of
// them, and what counts begins here.
static void thresholds_set(Survey *s, uint64_t threshold) {
    Survival *survival = s->survival;
    if (s->thresholds_known) {
        if (threshold != survival->recorded_threshold) survival->recorded_threshold = 0;
        return;
    }
    s->thresholds_known = true;
    size_t first = 0;
    while (first + 1 < survival->count &&
           survival->points[first].threshold != survival->recorded_threshold)
        first++;
    const Nursery start = s->nurseries[first];
    points_add(survival, threshold);
    for (size_t i = 0; i < survival->count; i++) s->nurseries[i] = start;
    survival->recorded_threshold = threshold;
    survival->recorded_collections = survival->unreachable = survival->called = 0;
    for (size_t i = 0; i < survival->count; i++)
        survival->points[i] = (SurvivalPoint){.threshold = survival->points[i].threshold};
}

static void called(Survey *s, const TraceEvent *event) {
    switch (event->kind) {
        case TRACE_THRESHOLDS:
            thresholds_set(s, event->numbers[0]);
            break;
        case TRACE_ENABLED:
            s->enabled = event->numbers[0] != 0;
            break;
        case TRACE_FREEZE:
            all_begin(s);
            break;
        case TRACE_TYPE:
            type_named(s, event->numbers[0], event->text);
            break;
        case TRACE_FREE_LIST:
            list_changed(s, event->numbers);
            break;
        case TRACE_EXCEPTION:
            s->exception = true;
            break;
        default:
            break;
    }
}

static void event_play(Survey *s, const TraceEvent *event) {
    s->clock++;
    switch (event->kind) {
        case TRACE_BIRTH:
            born(s, event);
            break;
        case TRACE_DEATH:
            died(s, event->slot);
            break;
        case TRACE_RESIZE:
            object_of(s, event->slot)->bytes = (uint32_t)event->numbers[0];
            break;
        case TRACE_COLLECT:
            collect(s, (TraceReason)event->numbers[0]);
            break;
        case TRACE_CLEARED:
            for (size_t i = 0; i < s->survival->count; i++)
                if (is_shared(s, &s->nurseries[i])) s->nurseries[i].counter = 0;
            break;
        case TRACE_COLLECTED:
            s->collecting = false;
            lists_follow(s);
            break;
        default:
            looked(s, event);
            called(s, event);
    }
}

bool trace_survival(TraceReader *reader, Survival *survival, Error *error) {
    Survey *s = memory_new(1, sizeof *s);
    TraceEvent event = {.kind = TRACE_BIRTH};
    *survival = (Survival){0};
    s->survival = survival;
    s->enabled = true;
    points_choose(survival, trace_reader_head(reader)->thresholds[0]);
    while (trace_read(reader, &event, error)) event_play(s, &event);
    free(s->objects);
    free(s);
    return error->text[0] == '\0';
}
