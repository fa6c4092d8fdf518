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
    uint64_t end;     // lives when it became garbage; 0: it has not
    uint32_t place;   // where it was asked for, from 1; 0: not known
} Life;

struct TraceFitter {
    const char *path;
    TraceStory story;
    Stretch stretches[FIT_PARTS_MAX];
    uint32_t stretch_count;
    uint32_t type_of[STORY_KINDS_MAX];  // kind to the first of its name
    char (*places)[PLACE_SIZE];         // from 1
    TraceFit *fit;                      // that is made
    Life *lives;
    uint64_t count;                             // lives that have begun
    uint64_t ends[FIT_PARTS_MAX];               // lives at the end of each part
    uint32_t part;                              // that is on
    FitUnit cascades[FIT_PARTS_MAX][FIT_AGES];  // what dies at this moment
    bool dying;                                 // there are cascades
    uint64_t *untracked;  // by slot: 1 + the life whose block is there still; 0: none
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
static bool stretches_read(TraceFitter *f, Error *error) {
    LifeEvent event;
    uint64_t lives = 0;
    LifeReader *reader = life_reader_new(f->path, error);
    if (reader == NULL) return false;
    f->stretches[f->stretch_count++] = (Stretch){.name = "start"};
    if (f->story.change > 0)
        f->stretches[f->stretch_count++] = (Stretch){"steady", f->story.change};
    while (life_read(reader, &event, error)) {
        lives += event.kind == LIFE_BEGINS;
        if (event.kind != TRACE_SAYS || event.event->kind != TRACE_PHASE) continue;
        if (lives == f->stretches[f->stretch_count - 1].begin) f->stretch_count--;
        if (f->stretch_count == FIT_PARTS_MAX) continue;
        Stretch *next = &f->stretches[f->stretch_count++];
        next->begin = lives;
        stretch_name(f, next, event.event->text);
    }
    life_reader_free(reader);
    return error->text[0] == '\0';
}

// The longest stretches are cut into equal parts, to `most` in all. Of several, the first one stays
// whole: policies that know phases know it.
static void parts_cut(TraceFitter *f, uint32_t most) {
    const Stretch *stretches = f->stretches;
    const uint32_t count = f->stretch_count;
    const uint64_t lives = f->story.life_count;
    uint32_t pieces[FIT_PARTS_MAX] = {0}, total = count;
    uint64_t lengths[FIT_PARTS_MAX] = {0};
    for (uint32_t i = 0; i < count; i++) {
        pieces[i] = 1;
        lengths[i] = (i + 1 < count ? stretches[i + 1].begin : lives) - stretches[i].begin;
    }
    for (; total < most; total++) {
        uint32_t longest = count > 1;
        for (uint32_t i = longest; i < count; i++)
            if (lengths[i] / pieces[i] > lengths[longest] / pieces[longest]) longest = i;
        pieces[longest]++;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < pieces[i]; k++) {
            FitPart *part = &f->fit->parts[f->fit->part_count];
            if (pieces[i] == 1)
                memcpy(part->name, stretches[i].name, sizeof part->name);
            else
                snprintf(part->name, sizeof part->name, "%.26s-%hhu", stretches[i].name,
                         (unsigned char)(k + 1));
            f->ends[f->fit->part_count++] =
                stretches[i].begin + mul_div_u64(lengths[i], k + 1, pieces[i]);
        }
}

static uint32_t part_of(const TraceFitter *f, uint64_t life) {
    uint32_t part = 0;
    while (part + 1 < f->fit->part_count && life >= f->ends[part]) part++;
    return part;
}

// ---- lives ----

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

static void unit_add(const TraceFitter *f, FitUnit *unit, uint64_t life) {
    if (unit->objects == 0) unit->type = f->type_of[f->story.lives[life] & STORY_KIND];
    if (f->lives[life].place != 0) unit->place = f->lives[life].place;
    unit->objects++;
    unit->bytes += kind_of(f, life)->bytes;
    unit->born += life;
}

static void cascades_settle(TraceFitter *f) {
    if (!f->dying) return;
    f->dying = false;
    for (uint32_t part = 0; part <= f->part; part++)
        for (uint32_t age = 0; age < FIT_AGES; age++) {
            FitUnit *unit = &f->cascades[part][age];
            if (unit->objects == 0) continue;
            fit_cells_add(f->cells, part, FIT_COUNTED, unit, f->count);
            *unit = (FitUnit){0};
        }
}

static void life_begin(TraceFitter *f, uint64_t life) {
    CHECK(life == f->count && life < f->story.life_count);
    cascades_settle(f);
    f->lives[life] = (Life){.parent = life};
    f->count++;
    while (life >= f->ends[f->part]) f->part++;
    f->fit->parts[f->part].objects++;
    nominal_born(&f->fit->nominal, 1, kind_of(f, life)->bytes);
}

static void life_died(TraceFitter *f, uint64_t life) {
    f->lives[life].end = f->count;
    nominal_died(&f->fit->nominal, 1, life, f->count);
}

static void life_end(TraceFitter *f, const LifeEvent *event) {
    const uint64_t life = event->life;
    if (event->number != 1) f->untracked[event->slot] = life + 1;
    if (is_garbage(f, life) || f->lives[life].end != 0) return;
    life_died(f, life);
    unit_add(f, &f->cascades[part_of(f, life)][fit_age(f->count - life - 1)], life);
    f->dying = true;
}

static void garbage_found(TraceFitter *f, uint64_t life) {
    if (is_garbage(f, life) && f->lives[life].end == 0) life_died(f, life);
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
    if (event->kind == TRACE_COLLECT) f->fit->parts[f->part].calls++;
    if (event->kind == TRACE_PLACE && place < PLACES_MAX) place_name(event->text, f->places[place]);
    if (event->kind == TRACE_SITE && place < PLACES_MAX && f->count > 0)
        f->lives[f->count - 1].place = (uint32_t)place;
}

static void event_fit(TraceFitter *f, const LifeEvent *event) {
    switch (event->kind) {
        case LIFE_BEGINS:
            f->untracked[event->slot] = 0;
            life_begin(f, event->life);
            break;
        case LIFE_ENDS:
            life_end(f, event);
            break;
        case LIFE_GARBAGE:
            garbage_found(f, event->life);
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

// ---- what is known in the end ----

static bool is_found(const TraceFitter *f, uint64_t life) {
    return f->lives[life].end != 0 && is_garbage(f, life);
}

// Of which part a component is, and when it died, its last one says.
static void components_add(TraceFitter *f) {
    FitUnit *components = memory_new(f->count + 1, sizeof *components);
    for (uint64_t life = 0; life < f->count; life++)
        if (is_found(f, life)) unit_add(f, &components[component_of(f, life)], life);
    for (uint64_t life = f->count; life-- > 0;) {
        if (!is_found(f, life)) continue;
        FitUnit *component = &components[component_of(f, life)];
        if (component->objects == 0) continue;
        nominal_component(&f->fit->nominal, component->objects);
        fit_cells_add(f->cells, part_of(f, life), FIT_CYCLIC, component, f->lives[life].end);
        component->objects = 0;
    }
    free(components);
}

static void kept_add(TraceFitter *f) {
    for (uint64_t life = 0; life < f->count; life++) {
        if (f->lives[life].end != 0) continue;
        FitUnit unit = {0};
        unit_add(f, &unit, life);
        fit_cells_add(f->cells, part_of(f, life), FIT_KEPT, &unit, f->count);
        nominal_stayed(&f->fit->nominal, 1, life, f->count);
    }
}

static void untracked_add(TraceFitter *f) {
    for (uint32_t slot = 0; slot < f->story.slots; slot++) {
        const uint64_t life = f->untracked[slot] - 1;
        if (f->untracked[slot] != 0)
            f->fit->parts[part_of(f, life)].untracked += kind_of(f, life)->bytes;
    }
}

// ---- a trace, several times ----

TraceFitter *trace_fitter_new(const char *path, Error *error) {
    TraceFitter *f = memory_new(1, sizeof *f);
    f->path = path;
    if (!trace_story_read(&f->story, path, error) || !stretches_read(f, error)) {
        trace_fitter_free(f);
        return NULL;
    }
    for (uint32_t i = 0, k; i < f->story.kind_count; i++) {
        for (k = 0; strcmp(f->story.kinds[k].name, f->story.kinds[i].name) != 0; k++) continue;
        f->type_of[i] = k;
    }
    f->lives = memory_new(f->story.life_count + 1, sizeof *f->lives);
    f->untracked = memory_new(f->story.slots + 1, sizeof *f->untracked);
    f->places = memory_new(PLACES_MAX, sizeof *f->places);
    f->cells = fit_cells_new();
    return f;
}

void trace_fitter_free(TraceFitter *f) {
    if (f == NULL) return;
    trace_story_free(&f->story);
    free(f->lives);
    free(f->untracked);
    free(f->places);
    fit_cells_free(f->cells);
    free(f);
}

bool trace_fit(TraceFitter *f, uint32_t parts, TraceFit *fit, Error *error) {
    LifeEvent event;
    LifeReader *reader = life_reader_new(f->path, error);
    if (reader == NULL) return false;
    *fit = (TraceFit){.head = f->story.head, .truncated = f->story.truncated};
    f->fit = fit;
    f->count = f->part = 0;
    memset(f->untracked, 0, (f->story.slots + 1) * sizeof *f->untracked);
    fit_cells_clear(f->cells);
    parts_cut(f, parts);
    while (life_read(reader, &event, error)) event_fit(f, &event);
    life_reader_free(reader);
    cascades_settle(f);
    components_add(f);
    kept_add(f);
    untracked_add(f);
    fit->population_count = fit_cells_choose(f->cells, fit->populations);
    return error->text[0] == '\0';
}

const char *trace_fit_type(const TraceFitter *f, const FitPopulation *population) {
    return population->type < FIT_TYPES_MAX ? f->story.kinds[population->type].name : "other";
}

const char *trace_fit_place(const TraceFitter *f, const FitPopulation *population) {
    return population->place_votes > 0 ? f->places[population->place] : "";
}
