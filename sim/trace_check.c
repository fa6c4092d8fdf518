// trace_check.c -- does a trace foretell the collections that it recorded?
//
// The lists are kept as *groups*: an object knows its group, a group its list. When a list is
// appended to another its group becomes part of the other's, so a collection costs the same however
// many objects it promotes.
#include "trace_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 4, OLDEST = 2, PERMANENT = 3, NO_GROUP = 0 };

typedef struct {
    uint32_t group;
    bool garbage;
} Object;

typedef struct {
    TraceReader *reader;
    TraceCheck *check;
    Object *objects;  // by slot
    uint64_t object_capacity;
    uint32_t *parents;  // of groups; a root is its own
    uint8_t *lists;     // of roots
    uint32_t group_count, group_capacity;
    uint32_t groups[LISTS];  // the root of each list
    uint64_t tracked[LISTS], garbage[LISTS];
    uint64_t counts[3], thresholds[3], total, pending;
    bool enabled, collecting, exception, due;
    uint64_t seen;  // candidates of the last pass, UINT64_MAX: none
    // Of the collection that is on.
    uint64_t survivors, condemned;
} Checker;

static void differ(Checker *c, uint64_t *counter, const char *what, uint64_t foretold,
                   uint64_t recorded) {
    ++*counter;
    if (c->check->first[0] != '\0') return;
    snprintf(c->check->first, sizeof c->check->first,
             "event %llu: %s: %llu foretold, %llu recorded",
             (unsigned long long)trace_reader_slots(c->reader)->events, what,
             (unsigned long long)foretold, (unsigned long long)recorded);
}

// ---- lists ----

static uint32_t group_new(Checker *c, int list) {
    if (c->group_count == c->group_capacity) {
        c->group_capacity = c->group_capacity * 2 + 64;
        c->parents = memory_resize(c->parents, c->group_capacity, sizeof *c->parents);
        c->lists = memory_resize(c->lists, c->group_capacity, sizeof *c->lists);
    }
    c->parents[c->group_count] = c->group_count;
    c->lists[c->group_count] = (uint8_t)list;
    return c->group_count++;
}

static int list_of(Checker *c, Object *object) {
    uint32_t group = object->group;
    while (c->parents[group] != group) group = c->parents[group] = c->parents[c->parents[group]];
    object->group = group;
    return c->lists[group];
}

static void list_append(Checker *c, int from, int to) {
    if (from == to) return;
    c->parents[c->groups[from]] = c->groups[to];
    c->groups[from] = group_new(c, from);
    c->tracked[to] += c->tracked[from];
    c->garbage[to] += c->garbage[from];
    c->tracked[from] = c->garbage[from] = 0;
}

static void untrack(Checker *c, Object *object) {
    if (object->group == NO_GROUP) return;
    int list = list_of(c, object);
    c->tracked[list]--;
    c->garbage[list] -= object->garbage;
    *object = (Object){0};
}

static void track(Checker *c, Object *object, int list) {
    untrack(c, object);
    object->group = c->groups[list];
    c->tracked[list]++;
}

static void garbage_set(Checker *c, Object *object, bool garbage) {
    if (object->group == NO_GROUP || object->garbage == garbage) return;
    uint64_t *count = &c->garbage[list_of(c, object)];
    *count = garbage ? *count + 1 : *count - 1;
    object->garbage = garbage;
}

static Object *object_of(Checker *c, uint32_t slot) {
    if (slot >= c->object_capacity) {
        uint64_t before = c->object_capacity;
        c->object_capacity = max_u64(before * 2 + 4096, (uint64_t)slot + 1);
        c->objects = memory_resize(c->objects, c->object_capacity, sizeof *c->objects);
        memset(c->objects + before, 0, (c->object_capacity - before) * sizeof *c->objects);
    }
    return &c->objects[slot];
}

// ---- collections ----

static int generation_due(const Checker *c) {
    for (int i = OLDEST; i > 0; i--)
        if ((i < OLDEST || c->pending >= c->total / 4) && c->counts[i] > c->thresholds[i]) return i;
    return 0;
}

static void collect(Checker *c, TraceReason reason, int generation) {
    if (reason == TRACE_TRIGGER && !c->due)
        differ(c, &c->check->triggers, "collections that are due", 0, 1);
    if (reason == TRACE_TRIGGER && c->due && generation != generation_due(c))
        differ(c, &c->check->triggers, "generation", (uint64_t)generation_due(c),
               (uint64_t)generation);
    c->due = false;
    c->collecting = true;
    c->condemned = c->survivors = 0;
    for (int i = 0; i <= generation; i++) {
        c->condemned += c->garbage[i];
        c->survivors += c->tracked[i] - c->garbage[i];
        c->counts[i] = 0;
    }
    if (reason != TRACE_UNSEEN && c->seen != UINT64_MAX && c->seen != c->survivors + c->condemned)
        differ(c, &c->check->candidates, "candidates", c->survivors + c->condemned, c->seen);
    c->seen = UINT64_MAX;
    if (generation < OLDEST) c->counts[generation + 1]++;
    int to = generation < OLDEST ? generation + 1 : OLDEST;
    for (int i = 0; i <= generation; i++) list_append(c, i, to);
}

static void collected(Checker *c, const TraceEvent *event) {
    const uint64_t *numbers = event->numbers;
    size_t generation = numbers[0];
    TraceCheck *check = c->check;
    uint64_t found = c->condemned + numbers[5] - min_u64(numbers[6], c->condemned);
    if (generation == 1) c->pending += c->survivors;
    if (generation == OLDEST) {
        c->total = c->survivors;
        c->pending = 0;
    }
    check->kept += numbers[6] > 0;
    check->foretold.collections[generation]++;
    check->foretold.collected[generation] += found;
    check->recorded.collections[generation]++;
    check->recorded.collected[generation] += numbers[1];
    if (found != numbers[1]) differ(c, &check->collects, "collected", found, numbers[1]);
    if (c->total != numbers[3])
        differ(c, &check->totals, "long-lived total", c->total, numbers[3]);
    else if (c->pending != numbers[4])
        differ(c, &check->totals, "long-lived pending", c->pending, numbers[4]);
    c->collecting = false;
}

static void born(Checker *c, uint32_t slot) {
    *object_of(c, slot) = (Object){0};
    c->counts[0]++;
    c->due = c->counts[0] > c->thresholds[0] && c->thresholds[0] > 0 && c->enabled &&
             !c->collecting && !c->exception;
    c->exception = false;
}

static void died(Checker *c, uint32_t slot) {
    untrack(c, object_of(c, slot));
    c->counts[0] -= c->counts[0] > 0;
}

static void freeze(Checker *c) {
    for (int i = 0; i <= OLDEST; i++) {
        list_append(c, i, PERMANENT);
        c->counts[i] = 0;
    }
}

static void ended(Checker *c, const uint64_t *numbers) {
    TraceCheck *check = c->check;
    TraceStats *recorded = &check->recorded;
    const TraceStats *foretold = &check->foretold;
    for (size_t i = 0; i < 3; i++) {
        if (foretold->collections[i] != numbers[i])
            differ(c, &check->triggers, "collections in all", foretold->collections[i], numbers[i]);
        if (foretold->collected[i] != numbers[3 + i])
            differ(c, &check->collects, "collected in all", foretold->collected[i], numbers[3 + i]);
        recorded->collections[i] = numbers[i];
        recorded->collected[i] = numbers[3 + i];
        if (c->counts[i] != numbers[6 + i])
            differ(c, &c->check->counts, "gc.get_count()", c->counts[i], numbers[6 + i]);
    }
}

// ---- events ----

// What the recorder saw of the lists.
static void looked(Checker *c, const TraceEvent *event) {
    Object *object = object_of(c, event->slot);
    switch (event->kind) {
        case TRACE_TRACKED:
            track(c, object, 0);
            break;
        case TRACE_OLDER:
            track(c, object, (int)min_u64(event->numbers[0], PERMANENT));
            break;
        case TRACE_UNTRACKED:
            if (c->collecting && object->group != NO_GROUP && !object->garbage && c->survivors > 0)
                c->survivors--;
            untrack(c, object);
            break;
        case TRACE_UNREACHABLE:
            garbage_set(c, object, true);
            break;
        case TRACE_REACHABLE:
            garbage_set(c, object, false);
            break;
        default:
            break;
    }
}

static void called(Checker *c, const TraceEvent *event) {
    switch (event->kind) {
        case TRACE_THRESHOLDS:
            memcpy(c->thresholds, event->numbers, sizeof c->thresholds);
            break;
        case TRACE_ENABLED:
            c->enabled = event->numbers[0] != 0;
            break;
        case TRACE_FREEZE:
            freeze(c);
            break;
        case TRACE_UNFREEZE:
            list_append(c, PERMANENT, OLDEST);
            break;
        case TRACE_EXCEPTION:
            c->exception = true;
            break;
        case TRACE_PASS:
            c->seen = event->numbers[0] == TRACE_SAMPLE ? UINT64_MAX : event->numbers[2];
            break;
        case TRACE_FAILED:
            differ(c, &c->check->failed, event->text, 0, 1);
            break;
        default:
            break;
    }
}

static bool event_check(Checker *c, const TraceEvent *event, Error *error) {
    TraceKind kind = event->kind;
    if (c->due && kind != TRACE_COLLECT && kind != TRACE_SITE && kind != TRACE_PLACE) {
        differ(c, &c->check->triggers, "collections that are due", 1, 0);
        c->due = false;
    }
    if ((kind == TRACE_COLLECT && event->numbers[1] > OLDEST) ||
        (kind == TRACE_COLLECTED && (event->numbers[0] > OLDEST || !c->collecting)))
        return error_set(error, "event %llu: a collection that cannot be",
                         (unsigned long long)trace_reader_slots(c->reader)->events);
    switch (kind) {
        case TRACE_BIRTH:
            born(c, event->slot);
            break;
        case TRACE_DEATH:
            died(c, event->slot);
            break;
        case TRACE_COLLECT:
            collect(c, (TraceReason)event->numbers[0], (int)event->numbers[1]);
            break;
        case TRACE_COLLECTED:
            collected(c, event);
            break;
        case TRACE_END:
            ended(c, event->numbers);
            break;
        default:
            looked(c, event);
            called(c, event);
    }
    return true;
}

bool trace_check(TraceReader *reader, TraceCheck *check, Error *error) {
    Checker c = {.reader = reader, .check = check, .enabled = true, .seen = UINT64_MAX};
    TraceEvent event = {.kind = TRACE_BIRTH};
    *check = (TraceCheck){0};
    group_new(&c, 0);  // NO_GROUP
    for (int i = 0; i < LISTS; i++) c.groups[i] = group_new(&c, i);
    for (size_t i = 0; i < 3; i++) c.thresholds[i] = trace_reader_head(reader)->thresholds[i];
    bool good = true;
    while (good && trace_read(reader, &event, error)) good = event_check(&c, &event, error);
    free(c.objects);
    free(c.parents);
    free(c.lists);
    return good && error->text[0] == '\0';
}

bool trace_check_passes(const TraceCheck *check) {
    return check->triggers == 0 && check->counts == 0 && check->failed == 0 &&
           memcmp(&check->foretold, &check->recorded, sizeof check->foretold) == 0;
}
