// trace_story.c -- a trace, read once: what its objects are, and how each of them ends
#include "trace_story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "free_lists.h"
#include "text.h"
#include "trace_change.h"

enum { GROUPS = 1 << 15, TYPES_MAX = 1 << 14, UNSEEN = TYPES_MAX - 1, NO_GROUP = UINT16_MAX };
enum { LIVES_AT_FIRST = 1 << 16, GARBAGE_GONE = 1 };
enum { BYTES_MIN = 32 };  // of a block: two links, count and type

// Lives of one phase, type and size, while it is not known which are frequent.
typedef struct {
    uint64_t lives;
    uint32_t phase, type, bytes;
    bool is_used;
} Group;

typedef struct {
    TraceStory *story;
    Group *groups;        // a hash table
    uint16_t *groups_of;  // by life
    uint8_t *garbage;     // by life
    uint64_t capacity;
    char (*types)[STORY_NAME_SIZE];
    uint32_t phase, collecting_phase;
    ChangeFinder finder;
    uint64_t live;
    uint64_t *condemned;  // lives of garbage that ended in the collection that is on
    uint64_t condemned_count, condemned_capacity, collection_capacity;
    uint64_t *found;  // lives of garbage that was found since the last collection
    uint64_t found_count, found_capacity;
    uint64_t called;
    bool collecting;
} Reading;

bool trace_is(const char *path) {
    char start[8] = "";
    FILE *file = fopen(path, "rb");
    if (file == NULL) return false;
    // The version is a byte that no text has there.
    const bool is_one = fread(start, 1, 8, file) == 8 && memcmp(start, "OUROTRC", 7) == 0 &&
                        (unsigned char)start[7] < ' ';
    fclose(file);
    return is_one;
}

// ---- phases, types, sizes ----

uint32_t trace_story_phase(const TraceStory *story, const char *name) {
    for (uint32_t i = 0; i < story->phase_count; i++)
        if (strncmp(story->phases[i].name, name, STORY_NAME_SIZE - 1) == 0) return i;
    return story->phase_count - 1;
}

static void phase_begin(Reading *r, const char *name) {
    TraceStory *story = r->story;
    const uint32_t known = trace_story_phase(story, name);
    const bool is_known = strncmp(story->phases[known].name, name, STORY_NAME_SIZE - 1) == 0;
    if (!is_known && story->phase_count < STORY_PHASES_MAX)
        text_plain(name, story->phases[story->phase_count++].name, STORY_NAME_SIZE);
    r->phase = trace_story_phase(story, name);
    if (story->turn_count < STORY_PHASES_MAX)
        story->turns[story->turn_count++] = (StoryTurn){story->life_count, r->phase};
}

// The group of these three; of all that have no room any more, the first.
static uint16_t group_of(Reading *r, uint32_t phase, uint32_t type, uint32_t bytes) {
    const uint32_t key[3] = {phase, type, bytes};
    const uint64_t hash = XXH3_64bits(key, sizeof key);
    for (uint32_t i = 0; i < 64; i++) {
        const uint16_t at = (uint16_t)((hash + i) % GROUPS);
        Group *group = &r->groups[at];
        if (!group->is_used)
            *group = (Group){.phase = phase, .type = type, .bytes = bytes, .is_used = true};
        if (group->phase == phase && group->type == type && group->bytes == bytes) return at;
    }
    return (uint16_t)(hash % GROUPS);
}

static void life_group(Reading *r, uint64_t life, uint16_t group) {
    if (r->groups_of[life] != NO_GROUP) r->groups[r->groups_of[life]].lives--;
    r->groups_of[life] = group;
    r->groups[group].lives++;
}

// ---- events ----

static void life_begin(Reading *r, const LifeEvent *event) {
    TraceStory *story = r->story;
    CHECK(event->life == story->life_count);
    if (story->life_count == r->capacity) {
        r->capacity *= 2;
        r->groups_of = memory_resize(r->groups_of, r->capacity, sizeof *r->groups_of);
        r->garbage = memory_resize(r->garbage, r->capacity, sizeof *r->garbage);
    }
    story->life_count++;
    change_note(&r->finder, story->life_count, ++r->live);
    r->groups_of[event->life] = NO_GROUP;
    r->garbage[event->life] = 0;
    life_group(r, event->life, group_of(r, r->phase, UNSEEN, (uint32_t)event->number));
    story->phases[r->phase].lives++;
}

static void life_type(Reading *r, const LifeEvent *event) {
    const Group *group = &r->groups[r->groups_of[event->life]];
    const uint32_t type = (uint32_t)min_u64(event->number, UNSEEN);
    life_group(r, event->life, group_of(r, group->phase, type, group->bytes));
}

// ---- collections ----

static void collecting(Reading *r) {
    TraceStory *story = r->story;
    if (story->collection_count == r->collection_capacity) {
        r->collection_capacity = r->collection_capacity * 2 + 256;
        story->collections =
            memory_resize(story->collections, r->collection_capacity, sizeof *story->collections);
    }
    story->collections[story->collection_count++] = (StoryCollection){story->life_count, 0};
    r->collecting_phase = r->phase;
    r->condemned_count = 0;
    r->collecting = true;
}

static void lives_push(uint64_t **lives, uint64_t *count, uint64_t *capacity, uint64_t life) {
    if (*count == *capacity) {
        *capacity = *capacity * 2 + 256;
        *lives = memory_resize(*lives, *capacity, sizeof **lives);
    }
    (*lives)[(*count)++] = life;
}

// Garbage that ends with its block and outside a collection was not collected.
static void life_end(Reading *r, const LifeEvent *event) {
    r->live--;
    uint8_t *garbage = &r->garbage[event->life];
    if (*garbage == 0) return;
    *garbage |= GARBAGE_GONE;
    if (r->collecting)
        lives_push(&r->condemned, &r->condemned_count, &r->condemned_capacity, event->life);
    else if (event->number == 1)
        *garbage = 0;
}

// Finalizers come first. What they kept from being collected, and is not there any more, died by
// its reference count.
static void collected(Reading *r, const uint64_t *numbers) {
    TraceStory *story = r->story;
    uint64_t kept = numbers[6];
    r->collecting = false;
    if (story->collection_count == 0) return;
    // A weak reference is an object, and is called once.
    const uint64_t called = min_u64(numbers[5], story->life_count - r->called);
    story->collections[story->collection_count - 1].callbacks += (uint32_t)called;
    story->phases[r->collecting_phase].lives += called;
    r->called += called;
    for (uint64_t i = 0; i < r->found_count && kept > 0; i++)
        kept -= r->garbage[r->found[i]] == STORY_GARBAGE;
    for (uint64_t i = 0; i < min_u64(kept, r->condemned_count); i++)
        r->garbage[r->condemned[i]] = 0;
    r->found_count = 0;
}

static void says(Reading *r, const TraceEvent *event) {
    if (event->kind == TRACE_PHASE) phase_begin(r, event->text);
    if (event->kind == TRACE_TYPE && event->numbers[0] < UNSEEN)
        text_plain(event->text, r->types[event->numbers[0]], STORY_NAME_SIZE);
    if (event->kind == TRACE_COLLECTED) collected(r, event->numbers);
}

static void garbage_set(Reading *r, uint64_t life, bool garbage) {
    r->garbage[life] = garbage ? STORY_GARBAGE : 0;
    if (garbage) lives_push(&r->found, &r->found_count, &r->found_capacity, life);
}

static void event_read(Reading *r, const LifeEvent *event) {
    switch (event->kind) {
        case LIFE_BEGINS:
            life_begin(r, event);
            break;
        case LIFE_TYPED:
            life_type(r, event);
            break;
        case LIFE_ENDS:
            life_end(r, event);
            break;
        case LIFE_GARBAGE:
        case LIFE_KEPT:
            garbage_set(r, event->life, event->kind == LIFE_GARBAGE);
            break;
        case COLLECTING:
            collecting(r);
            break;
        case TRACE_SAYS:
            says(r, event->event);
            break;
        case LIFE_REFERS:
        case BLOCK_FREED:
        case LIST_TAKEN:
        case LIST_GIVEN:
        case LIST_LEVEL:
            break;
    }
}

// ---- a program that names no phase ----

// It has one more where it turns from building to serving.
static void change_settle(Reading *r) {
    TraceStory *story = r->story;
    const uint64_t change = story->turn_count > 0 ? 0 : change_find(&r->finder);
    if (change == 0 || change == story->life_count) return;
    phase_begin(r, "steady");
    story->change = story->turns[0].lives = change;
    for (uint64_t life = change; life < story->life_count; life++) {
        const Group *group = &r->groups[r->groups_of[life]];
        life_group(r, life, group_of(r, r->phase, group->type, group->bytes));
    }
    uint64_t later = story->life_count - change;
    for (uint64_t i = 0; i < story->collection_count; i++)
        if (story->collections[i].lives > change) later += story->collections[i].callbacks;
    story->phases[0].lives -= later;
    story->phases[r->phase].lives += later;
}

// ---- kinds ----

typedef struct {
    uint64_t lives;
    uint16_t group;
} Ranked;

static int compare_ranked(const void *a, const void *b) {
    const Ranked *one = a, *other = b;
    if (one->lives != other->lives) return one->lives < other->lives ? 1 : -1;
    return one->group < other->group ? -1 : one->group > other->group;
}

static void kind_name(const Reading *r, StoryKind *kind, const Group *group) {
    char type[STORY_NAME_SIZE];
    snprintf(type, sizeof type, "%s", group->type == UNSEEN ? "unseen" : r->types[group->type]);
    snprintf(kind->name, sizeof kind->name, "%.22s-%u", type[0] != '\0' ? type : "type",
             group->bytes % 1000000);
}

static void kind_add(StoryKind *kind, const Group *group) {
    const uint64_t bytes = kind->bytes * kind->lives + group->bytes * group->lives;
    kind->lives += group->lives;
    kind->bytes = (uint32_t)max_u64((bytes / kind->lives + 7) / 8 * 8, BYTES_MIN);
}

static void kinds_choose(Reading *r) {
    TraceStory *story = r->story;
    Ranked *ranked = memory_new(GROUPS, sizeof *ranked);
    uint8_t *kind_of = memory_new(GROUPS, 1);
    uint32_t used = 0;
    for (uint32_t i = 0; i < GROUPS; i++)
        if (r->groups[i].lives > 0) ranked[used++] = (Ranked){r->groups[i].lives, (uint16_t)i};
    qsort(ranked, used, sizeof *ranked, compare_ranked);
    for (uint32_t i = 0; i < used; i++) {
        const Group *group = &r->groups[ranked[i].group];
        const uint32_t at = (uint32_t)min_u64(i, STORY_KINDS_MAX - 2);
        StoryKind *kind = &story->kinds[at];
        if (at == i) {
            kind_name(r, kind, group);
            kind->phase = group->phase;
            kind->list = group->type == UNSEEN ? FREE_LISTS
                                               : free_list_of(r->types[group->type], group->bytes);
        } else {
            snprintf(kind->name, sizeof kind->name, "other");
            kind->list = FREE_LISTS;
        }
        kind_add(kind, group);
        kind_of[ranked[i].group] = (uint8_t)at;
    }
    story->kind_count = (uint32_t)min_u64(used, STORY_KINDS_MAX - 1);
    if (r->called > 0) {
        story->callback_kind = story->kind_count++;
        story->kinds[story->callback_kind] =
            (StoryKind){"callback-32", 0, BYTES_MIN, FREE_LISTS, r->called};
    }
    story->lives = memory_new(story->life_count, 1);
    for (uint64_t i = 0; i < story->life_count; i++)
        story->lives[i] = kind_of[r->groups_of[i]] | (r->garbage[i] & STORY_GARBAGE);
    free(ranked);
    free(kind_of);
}

// ---- the file ----

static bool digest_of(const char *path, uint64_t *digest, Error *error) {
    uint8_t bytes[65536];
    size_t count;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    XXH3_state_t *state = XXH3_createState();
    XXH3_64bits_reset(state);
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0)
        XXH3_64bits_update(state, bytes, count);
    *digest = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    const bool good = !ferror(file);
    fclose(file);
    return good || error_set(error, "%s: cannot be read: %s", path, strerror(errno));
}

bool trace_story_read(TraceStory *story, const char *path, Error *error) {
    LifeEvent event;
    *story = (TraceStory){.phase_count = 1, .phases[0].name = "start"};
    LifeReader *reader = life_reader_new(path, error);
    if (reader == NULL) return false;
    Reading r = {.story = story,
                 .groups = memory_new(GROUPS, sizeof *r.groups),
                 .types = memory_new(TYPES_MAX, sizeof *r.types),
                 .capacity = LIVES_AT_FIRST,
                 .groups_of = memory_new(LIVES_AT_FIRST, sizeof *r.groups_of),
                 .garbage = memory_new(LIVES_AT_FIRST, 1)};
    while (life_read(reader, &event, error)) event_read(&r, &event);
    const TraceReader *trace = life_reader_trace(reader);
    story->head = *trace_reader_head(trace);
    story->slots = trace_reader_slots(trace)->used;
    story->truncated = trace_is_truncated(trace);
    bool good = error->text[0] == '\0';
    if (good && story->life_count == 0) good = error_set(error, "%s: nothing is born in it", path);
    if (good) change_settle(&r);
    if (good) kinds_choose(&r);
    good = good && digest_of(path, &story->digest, error);
    life_reader_free(reader);
    free(r.groups);
    free(r.groups_of);
    free(r.garbage);
    free(r.condemned);
    free(r.found);
    free(r.types);
    if (!good) trace_story_free(story);
    return good;
}

void trace_story_free(TraceStory *story) {
    free(story->lives);
    free(story->collections);
    story->lives = NULL;
    story->collections = NULL;
}
