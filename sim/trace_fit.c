// trace_fit.c -- from what a program did to a workload that resembles it
#include "trace_fit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

_Static_assert((int)FIT_TYPES_MAX == (int)STORY_KINDS_MAX, "a type is the first kind of its name");
enum { PLACES_MAX = 1 << 16, PLACE_SIZE = 80 };

// A run of one phase: the program may come back to it.
typedef struct {
    char name[STORY_NAME_SIZE];
    uint64_t begin;  // lives before it
} Stretch;

typedef struct {
    uint64_t parent;  // union-find; of a component's first one: itself
    uint64_t end;     // lives when it died, or became garbage; 0: it has not
    uint32_t place;   // where it was asked for, from 1; 0: not known
} Life;

// Lives, or numbers of lives, in the order of what happened.
typedef struct {
    uint64_t *items;
    uint64_t count, capacity;
} Numbers;

struct TraceFitter {
    TraceStory story;
    Stretch stretches[FIT_PARTS_MAX];
    uint32_t stretch_count;
    uint32_t type_of[STORY_KINDS_MAX];  // kind to the first of its name
    char (*places)[PLACE_SIZE];         // from 1
    Life *lives;
    uint64_t count;       // lives that have begun
    Numbers dead;         // lives, as their reference counts came to 0
    Numbers calls;        // lives before each gc.collect()
    uint64_t *untracked;  // by slot: 1 + the life whose block is there still; 0: none
    Nominal nominal;
    FitCells *cells;
};

// ---- parts ----

static bool is_taken(const TraceFitter *f, const Stretch *stretch) {
    for (const Stretch *other = f->stretches; other < stretch; other++)
        if (strcmp(other->name, stretch->name) == 0) return true;
    return false;
}

// As a section of a workload can be named: each once, with room for the number of a piece.
static void stretch_name(const TraceFitter *f, Stretch *stretch, const char *text) {
    char name[STORY_NAME_SIZE - 8] = "phase";
    for (size_t i = 0; i + 1 < sizeof name && text[i] != '\0'; i++) {
        name[i] = (char)(isalnum((unsigned char)text[i]) ? text[i] : '_');
        name[i + 1] = '\0';
    }
    snprintf(stretch->name, sizeof stretch->name, "%s", name);
    for (uint32_t n = 2; is_taken(f, stretch); n++)
        snprintf(stretch->name, sizeof stretch->name, "%s_%u", name, n);
}

// The stretches of phases; more than there may be parts are one.
static void stretches_find(TraceFitter *f) {
    const TraceStory *story = &f->story;
    f->stretches[f->stretch_count++] = (Stretch){.name = "start"};
    for (uint32_t i = 0; i < story->turn_count; i++) {
        const StoryTurn *turn = &story->turns[i];
        if (turn->lives == f->stretches[f->stretch_count - 1].begin) f->stretch_count--;
        if (f->stretch_count == FIT_PARTS_MAX) continue;
        Stretch *next = &f->stretches[f->stretch_count++];
        next->begin = turn->lives;
        stretch_name(f, next, story->phases[turn->phase].name);
    }
}

// The longest stretches are cut into equal parts, to `most` in all. Of several, the first one stays
// whole: policies that know phases know it.
static void parts_cut(const TraceFitter *f, uint32_t most, TraceFit *fit) {
    const uint32_t count = f->stretch_count;
    uint32_t pieces[FIT_PARTS_MAX] = {0}, total = count;
    uint64_t lengths[FIT_PARTS_MAX] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t end = i + 1 < count ? f->stretches[i + 1].begin : f->count;
        pieces[i] = 1;
        lengths[i] = end - f->stretches[i].begin;
    }
    for (; total < most; total++) {
        uint32_t longest = count > 1;
        for (uint32_t i = longest; i < count; i++)
            if (lengths[i] / pieces[i] > lengths[longest] / pieces[longest]) longest = i;
        pieces[longest]++;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < pieces[i]; k++) {
            FitPart *part = &fit->parts[fit->part_count++];
            part->begin = f->stretches[i].begin + mul_div_u64(lengths[i], k, pieces[i]);
            part->objects =
                f->stretches[i].begin + mul_div_u64(lengths[i], k + 1, pieces[i]) - part->begin;
            if (pieces[i] == 1)
                memcpy(part->name, f->stretches[i].name, sizeof part->name);
            else
                snprintf(part->name, sizeof part->name, "%.26s-%hhu", f->stretches[i].name,
                         (unsigned char)(k + 1));
        }
}

static uint32_t part_of(const TraceFit *fit, uint64_t life) {
    uint32_t part = fit->part_count - 1;
    while (part > 0 && life < fit->parts[part].begin) part--;
    return part;
}

// ---- what happened ----

static void numbers_add(Numbers *numbers, uint64_t item) {
    if (numbers->count == numbers->capacity) {
        numbers->capacity = numbers->capacity * 2 + 1024;
        numbers->items = memory_resize(numbers->items, numbers->capacity, sizeof *numbers->items);
    }
    numbers->items[numbers->count++] = item;
}

static uint64_t component_of(TraceFitter *f, uint64_t life) {
    while (f->lives[life].parent != life) {
        f->lives[life].parent = f->lives[f->lives[life].parent].parent;
        life = f->lives[life].parent;
    }
    return life;
}

static const StoryKind *kind_of(const TraceFitter *f, uint64_t life) {
    return &f->story.kinds[f->story.lives[life] & STORY_KIND];
}

static bool is_garbage(const TraceFitter *f, uint64_t life) {
    return f->story.lives[life] & STORY_GARBAGE;
}

static void life_begin(TraceFitter *f, uint64_t life) {
    CHECK(life == f->count && life < f->story.life_count);
    f->lives[life] = (Life){.parent = life};
    f->count++;
    nominal_born(&f->nominal, 1, kind_of(f, life)->bytes);
}

// What is garbage dies when it is found, all other when it ends.
static void life_died(TraceFitter *f, uint64_t life, bool as_garbage) {
    if (is_garbage(f, life) != as_garbage || f->lives[life].end != 0) return;
    f->lives[life].end = f->count;
    nominal_died(&f->nominal, 1, life, f->count);
    if (!as_garbage) numbers_add(&f->dead, life);
}

static void garbage_refers(TraceFitter *f, uint64_t from, uint64_t to) {
    if (is_garbage(f, from) && is_garbage(f, to))
        f->lives[component_of(f, to)].parent = component_of(f, from);
}

// Of a long one the end: there is the line.
static void place_name(const char *text, char place[PLACE_SIZE]) {
    const size_t length = strlen(text);
    text_plain(length < PLACE_SIZE ? text : text + length - PLACE_SIZE + 1, place, PLACE_SIZE);
}

static void says(TraceFitter *f, const TraceEvent *event) {
    const uint64_t place = event->numbers[0] + 1;
    if (event->kind == TRACE_COLLECT) numbers_add(&f->calls, f->count);
    if (event->kind == TRACE_PLACE && place < PLACES_MAX) place_name(event->text, f->places[place]);
    if (event->kind == TRACE_SITE && place < PLACES_MAX && f->count > 0)
        f->lives[f->count - 1].place = (uint32_t)place;
}

static void event_read(TraceFitter *f, const LifeEvent *event) {
    switch (event->kind) {
        case LIFE_BEGINS:
            f->untracked[event->slot] = 0;
            life_begin(f, event->life);
            break;
        case LIFE_ENDS:
            if (event->number != 1) f->untracked[event->slot] = event->life + 1;
            life_died(f, event->life, false);
            break;
        case LIFE_GARBAGE:
            life_died(f, event->life, true);
            break;
        case LIFE_REFERS:
            garbage_refers(f, event->life, event->number);
            break;
        case BLOCK_FREED:
            if (event->slot != NO_SLOT) f->untracked[event->slot] = 0;
            break;
        case TRACE_SAYS:
            says(f, event->event);
            break;
        default:
            break;
    }
}

// ---- units ----

static void unit_add(const TraceFitter *f, FitUnit *unit, uint64_t life) {
    if (unit->objects == 0) unit->type = f->type_of[f->story.lives[life] & STORY_KIND];
    if (f->lives[life].place != 0) unit->place = f->lives[life].place;
    unit->objects++;
    unit->bytes += kind_of(f, life)->bytes;
    unit->born += life;
}

// What died at one moment: of one part and age a unit.
static void dead_add(const TraceFitter *f, const TraceFit *fit) {
    FitUnit units[FIT_PARTS_MAX * FIT_AGES] = {0};
    uint32_t used[FIT_PARTS_MAX * FIT_AGES], count = 0;
    for (uint64_t i = 0; i < f->dead.count; i++) {
        const uint64_t life = f->dead.items[i], end = f->lives[life].end;
        const uint32_t at = part_of(fit, life) * FIT_AGES + fit_age(end - life - 1);
        if (units[at].objects == 0) used[count++] = at;
        unit_add(f, &units[at], life);
        if (i + 1 < f->dead.count && f->lives[f->dead.items[i + 1]].end == end) continue;
        while (count > 0) {
            FitUnit *unit = &units[used[--count]];
            fit_cells_add(f->cells, used[count] / FIT_AGES, FIT_COUNTED, unit, end);
            *unit = (FitUnit){0};
        }
    }
}

static bool is_found(const TraceFitter *f, uint64_t life) {
    return f->lives[life].end != 0 && is_garbage(f, life);
}

// Of which part a component is, and when it died, its last one says.
static void components_add(TraceFitter *f, TraceFit *fit) {
    FitUnit *components = memory_new(f->count + 1, sizeof *components);
    for (uint64_t life = 0; life < f->count; life++)
        if (is_found(f, life)) unit_add(f, &components[component_of(f, life)], life);
    for (uint64_t life = f->count; life-- > 0;) {
        if (!is_found(f, life)) continue;
        FitUnit *component = &components[component_of(f, life)];
        if (component->objects == 0) continue;
        nominal_component(&fit->nominal, component->objects);
        fit_cells_add(f->cells, part_of(fit, life), FIT_CYCLIC, component, f->lives[life].end);
        component->objects = 0;
    }
    free(components);
}

static void kept_add(const TraceFitter *f, TraceFit *fit) {
    for (uint64_t life = 0; life < f->count; life++) {
        if (f->lives[life].end != 0) continue;
        FitUnit unit = {0};
        unit_add(f, &unit, life);
        fit_cells_add(f->cells, part_of(fit, life), FIT_KEPT, &unit, f->count);
        nominal_stayed(&fit->nominal, 1, life, f->count);
    }
}

static void parts_fill(const TraceFitter *f, TraceFit *fit) {
    for (uint64_t i = 0; i < f->calls.count; i++)
        fit->parts[part_of(fit, f->calls.items[i] - (f->calls.items[i] > 0))].calls++;
    for (uint32_t slot = 0; slot < f->story.slots; slot++) {
        const uint64_t life = f->untracked[slot] - 1;
        if (f->untracked[slot] != 0)
            fit->parts[part_of(fit, life)].untracked += kind_of(f, life)->bytes;
    }
}

// ---- a trace, read once, and fitted several times ----

TraceFitter *trace_fitter_new(const char *path, Error *error) {
    LifeEvent event;
    LifeReader *reader = NULL;
    TraceFitter *f = memory_new(1, sizeof *f);
    bool good = trace_story_read(&f->story, path, error);
    if (good) reader = life_reader_new(path, error);
    if (reader != NULL) {
        f->lives = memory_new(f->story.life_count + 1, sizeof *f->lives);
        f->untracked = memory_new(f->story.slots + 1, sizeof *f->untracked);
        f->places = memory_new(PLACES_MAX, sizeof *f->places);
        f->cells = fit_cells_new();
        while (life_read(reader, &event, error)) event_read(f, &event);
        stretches_find(f);
    }
    life_reader_free(reader);
    if (error->text[0] != '\0') {
        trace_fitter_free(f);
        return NULL;
    }
    for (uint32_t i = 0, k; i < f->story.kind_count; i++) {
        for (k = 0; strcmp(f->story.kinds[k].name, f->story.kinds[i].name) != 0; k++) continue;
        f->type_of[i] = k;
    }
    return f;
}

void trace_fitter_free(TraceFitter *f) {
    if (f == NULL) return;
    trace_story_free(&f->story);
    free(f->lives);
    free(f->dead.items);
    free(f->calls.items);
    free(f->untracked);
    free(f->places);
    fit_cells_free(f->cells);
    free(f);
}

void trace_fit(TraceFitter *f, uint32_t parts, TraceFit *fit) {
    *fit =
        (TraceFit){.head = f->story.head, .truncated = f->story.truncated, .nominal = f->nominal};
    fit_cells_clear(f->cells);
    parts_cut(f, parts, fit);
    parts_fill(f, fit);
    dead_add(f, fit);
    components_add(f, fit);
    kept_add(f, fit);
    fit->population_count = fit_cells_choose(f->cells, fit->populations);
}

const char *trace_fit_type(const TraceFitter *f, const FitPopulation *population) {
    return population->type < FIT_TYPES_MAX ? f->story.kinds[population->type].name : "other";
}

const char *trace_fit_place(const TraceFitter *f, const FitPopulation *population) {
    return population->place_votes > 0 ? f->places[population->place] : "";
}
