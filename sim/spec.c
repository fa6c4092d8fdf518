// spec.c -- from a workload text to a checked Spec
//
// The table of keys is walked once per section: a key's text (from the file, an override or the
// default) goes to its setter. What concerns several sections at once (shares, links, scale) is
// settled after that.
#include "spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "spec_keys.h"
#include "spec_trace.h"
#include "text.h"
#include "trace_story.h"

enum { KEYS_MAX = 64 };
#define ALLOCATIONS_MAX (1ull << 42)
#define LIMIT_MIN       (4ull << 20)
#define WHOLE           (1ull << 32)  // a share of 100 %

static const char *const SECTION_NAMES[] = {
    [SECTION_WORKLOAD] = "workload",
    [SECTION_PHASE] = "phase NAME",
    [SECTION_POPULATION] = "population NAME",
};

static bool key_unknown(const SpecText *text, const Entry *entry, SectionKind kind, Error *error) {
    const char *names[KEYS_MAX];
    char where[VALUE_SIZE];
    bool shared =
        kind == SECTION_PHASE && entry->line == 0;  // --set of a phase may mean its populations
    size_t count = 0;
    for (size_t i = 0; i < spec_key_count(); i++)
        if (spec_key(i).section == kind || (shared && spec_key(i).section == SECTION_POPULATION))
            names[count++] = spec_key(i).name;
    CHECK(count <= KEYS_MAX);
    const char *near = text_nearest(entry->key, names, count);
    spec_text_where(text, entry, where, sizeof where);
    if (near != NULL)
        return error_set(error, "%sunknown key; did you mean '%s'? (ouro help workload lists all)",
                         where, near);
    for (int other = 0; other < SECTION_COUNT; other++)
        if (spec_key_find((SectionKind)other, entry->key) != NULL)
            return error_set(error, "%sunknown key here; it is one of a [%s]", where,
                             SECTION_NAMES[other]);
    return error_set(error, "%sunknown key (ouro help workload lists all)", where);
}

// An override may give a phase a key of populations; a file may not.
static bool keys_known(const SpecText *text, Error *error) {
    for (uint32_t i = 0; i < text->entry_count; i++) {
        const Entry *entry = &text->entries[i];
        SectionKind kind = text->sections[entry->section].kind;
        bool shared = kind == SECTION_PHASE && entry->line == 0;
        if (spec_key_find(kind, entry->key) == NULL &&
            !(shared && spec_key_find(SECTION_POPULATION, entry->key) != NULL))
            return key_unknown(text, entry, kind, error);
    }
    return true;
}

typedef struct {
    Setting setting;
    XXH3_state_t *digest;
} Resolver;

static void resolve_digest(Resolver *r, const char *section, const KeyRow *row, const char *value) {
    XXH3_64bits_update(r->digest, section, strlen(section) + 1);
    XXH3_64bits_update(r->digest, row->key.name, strlen(row->key.name) + 1);
    XXH3_64bits_update(r->digest, value, strlen(value) + 1);
}

static const Entry *resolve_entry(const SpecText *text, uint32_t section, const KeyRow *row,
                                  uint32_t phase_section) {
    const Entry *own = spec_text_find(text, section, row->key.name);
    if (phase_section == UINT32_MAX || (own != NULL && own->line == 0)) return own;
    if (spec_key_find(SECTION_PHASE, row->key.name) != NULL) return own;
    const Entry *shared = spec_text_find(text, phase_section, row->key.name);
    return shared != NULL ? shared : own;
}

static bool resolve_key(Resolver *r, uint32_t section, void *target, const KeyRow *row,
                        uint32_t phase_section) {
    const SpecText *text = r->setting.text;
    const Entry *entry = resolve_entry(text, section, row, phase_section);
    const char *value = entry != NULL ? entry->value : row->key.fallback;
    char where[VALUE_SIZE];
    Error why = {0};
    Setting setting = {r->setting.spec, text, row->low, row->high, &why};
    if (!row->is_later || strcmp(value, row->key.fallback) != 0)
        resolve_digest(r, text->sections[section].name, row, value);
    if (entry != NULL && *value == '\0')
        error_set(&why, "no value; allowed: %s", row->key.range);
    else if (row->set(&setting, target, (char *)target + row->offset, value))
        return true;
    if (entry != NULL)
        spec_text_where(text, entry, where, sizeof where);
    else
        snprintf(where, sizeof where, "%s:%d: [%s] %s: ", text->path, text->sections[section].line,
                 text->sections[section].name, row->key.name);
    return error_set(r->setting.error, "%s%s", where, why.text);
}

static bool resolve_section(Resolver *r, uint32_t section, void *target) {
    const SpecText *text = r->setting.text;
    uint32_t phase_section = UINT32_MAX;
    size_t count = 0;
    const KeyRow *rows = spec_key_rows(&count);
    for (const KeyRow *row = rows; row < rows + count; row++) {
        if (row->key.section != text->sections[section].kind) continue;
        if (!resolve_key(r, section, target, row, phase_section)) return false;
        if (row->key.section == SECTION_POPULATION && strcmp(row->key.name, "phase") == 0) {
            const char *phase = r->setting.spec->phases[((Population *)target)->phase].name;
            for (uint32_t k = 0; k < text->section_count; k++)
                if (strcmp(text->sections[k].name, phase) == 0) phase_section = k;
        }
    }
    return true;
}

// Phases first: populations name them, wherever they stand.
static bool resolve_sections(Resolver *r) {
    Spec *spec = r->setting.spec;
    const SpecText *text = r->setting.text;
    for (int kind = SECTION_WORKLOAD; kind < SECTION_COUNT; kind++)
        for (uint32_t i = 0; i < text->section_count; i++) {
            const Section *section = &text->sections[i];
            if ((int)section->kind != kind) continue;
            void *target = spec;
            if (kind != SECTION_WORKLOAD) {
                bool is_phase = kind == SECTION_PHASE;
                if (is_phase ? spec->phase_count == PHASES_MAX
                             : spec->population_count == POPULATIONS_MAX)
                    return error_set(r->setting.error,
                                     "%s:%d: at most %d phases and %d populations", text->path,
                                     section->line, PHASES_MAX, POPULATIONS_MAX);
                if (is_phase)
                    target = &spec->phases[spec->phase_count++];
                else
                    target = &spec->populations[spec->population_count++];
                memcpy(target, section->name, NAME_SIZE);
            }
            if (!resolve_section(r, i, target)) return false;
        }
    return true;
}

static bool settle_failed(const Resolver *r, const char *kind, const char *name, const char *what) {
    return error_set(r->setting.error, "%s: [%s %s] %s", r->setting.text->path, kind, name, what);
}

static uint64_t scaled(const Spec *spec, uint64_t value) {
    return value == 0 ? 0 : max_u64(mul_div_u64(value, spec->scale, 1000000), 1);
}

// A phase without `allocations` is as long as its populations ask for.
static bool settle_length(const Resolver *r, uint32_t phase, uint32_t *members) {
    Spec *spec = r->setting.spec;
    uint64_t asked = 0;
    bool has_share = false;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        if (p->phase != phase) continue;
        if (p->allocations > 0 && p->share_ppm > 0)
            return settle_failed(r, "population", p->name, "has both a share and allocations");
        asked += p->allocations;
        has_share |= p->share_ppm > 0;
        (*members)++;
    }
    Phase *of = &spec->phases[phase];
    if (of->allocations == 0) of->allocations = asked;
    if (asked > of->allocations)
        return settle_failed(r, "phase", of->name,
                             "has populations that ask for more than its allocations");
    if (has_share && of->allocations == 0)
        return settle_failed(r, "phase", of->name,
                             "needs allocations: its populations have shares of them");
    return true;
}

static bool settle_phase(const Resolver *r, uint32_t phase) {
    Spec *spec = r->setting.spec;
    uint32_t members = 0;
    uint64_t sum = 0;
    if (!settle_length(r, phase, &members)) return false;
    Phase *of = &spec->phases[phase];
    if (of->allocations == 0) return true;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        Population *p = &spec->populations[i];
        if (p->phase != phase) continue;
        p->share = mul_div_u64(p->share_ppm, WHOLE, PPM);
        if (p->allocations > 0) p->share = mul_div_u64(p->allocations, WHOLE, of->allocations);
        if (p->share == 0 && members == 1) p->share = WHOLE;
        sum += p->share;
    }
    const uint64_t rounding = members * (WHOLE / PPM + 1);
    if (sum + rounding < WHOLE || sum > WHOLE) {
        char what[96];
        unsigned long long ppm = (unsigned long long)(((U128)sum * PPM + WHOLE / 2) / WHOLE);
        snprintf(what, sizeof what,
                 "has populations whose shares sum to %llu.%04llu %%, not to 100 %%", ppm / 10000,
                 ppm % 10000);
        return settle_failed(r, "phase", of->name, what);
    }
    of->allocations = scaled(spec, of->allocations);
    return of->allocations <= ALLOCATIONS_MAX ||
           settle_failed(r, "phase", of->name,
                         "has more allocations, scale included, than 4398046511104");
}

// Links must not lead from a population back to itself through others: then reference counts of
// units tell exactly when each dies. (Links inside one population go to older units.)
static bool settle_links(const Resolver *r) {
    const Spec *spec = r->setting.spec;
    uint64_t reach[POPULATIONS_MAX] = {0};
    for (uint32_t round = 0; round < spec->population_count; round++)
        for (uint32_t i = 0; i < spec->population_count; i++)
            for (uint32_t k = 0; k < spec->populations[i].template.links; k++) {
                uint32_t to = spec->populations[i].links[k].population;
                if (to != i) reach[i] |= 1ull << to | reach[to];
            }
    for (uint32_t i = 0; i < spec->population_count; i++) {
        if (reach[i] >> i & 1)
            return settle_failed(r, "population", spec->populations[i].name,
                                 "links back to itself through other populations");
        if (spec->populations[i].mutation_ppm > 0 && spec->populations[i].template.links == 0)
            return settle_failed(r, "population", spec->populations[i].name,
                                 "has a mutation_rate but no links to store into");
    }
    return true;
}

// Time and bytes are summed in 64 bits: what might leave 63 is refused. (Each population as if it
// had its phase alone, so by a few times too early.)
static bool settle_sums(const Resolver *r) {
    const Spec *spec = r->setting.spec;
    U128 ns = 0, bytes = 0;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        U128 objects = (U128)spec->phases[p->phase].allocations * spec->rounds;
        ns += objects * p->work_ns + (p->external ? objects * p->external_ns : 0);
        bytes += p->external ? 0 : objects * ((U128)p->template.bytes + p->template.payload);
    }
    const char *path = r->setting.text->path;
    if (ns > INT64_MAX)
        return error_set(r->setting.error,
                         "%s: work and external_ns may sum to more than 2^63 - 1 ns", path);
    return bytes <= INT64_MAX ||
           error_set(r->setting.error, "%s: may allocate more than 2^63 - 1 bytes", path);
}

static bool settle(const Resolver *r) {
    Spec *spec = r->setting.spec;
    if (spec->population_count == 0)
        return error_set(r->setting.error,
                         "%s: a workload needs a [phase NAME] and a [population NAME]",
                         r->setting.text->path);
    for (uint32_t i = 0; i < spec->phase_count; i++)
        if (!settle_phase(r, i)) return false;
    if (spec->memory_limit > 0)  // the allocator cannot hold less than a few arenas
        spec->memory_limit = max_u64(scaled(spec, spec->memory_limit), LIMIT_MIN);
    if (spec_allocations(spec) > ALLOCATIONS_MAX)
        return error_set(r->setting.error, "%s: more than %llu allocations in all",
                         r->setting.text->path, (unsigned long long)ALLOCATIONS_MAX);
    return settle_sums(r) && settle_links(r);
}

uint64_t spec_allocations(const Spec *spec) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < spec->phase_count; i++) sum += spec->phases[i].allocations;
    return mul_div_u64(sum, spec->rounds, 1);
}

static void spec_name(Spec *spec, const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    size_t length = strlen(base), suffix = strlen(".ini");
    if (length > suffix && strcmp(base + length - suffix, ".ini") == 0) length -= suffix;
    char name[256];  // as long as file names are
    snprintf(name, sizeof name, "%.*s", (int)length, base);
    text_plain(name, spec->name, sizeof spec->name);
}

// "section.key=value" of an override, for sorting and for people.
static int compare_texts(const void *a, const void *b) { return strcmp(a, b); }

static void spec_set(Spec *spec, const SpecText *text) {
    enum { LINE_SIZE = 2 * NAME_SIZE + VALUE_SIZE };
    char(*lines)[LINE_SIZE] = memory_new(text->entry_count, LINE_SIZE);
    size_t count = 0, used = 0;
    for (uint32_t i = 0; i < text->entry_count; i++) {
        const Entry *e = &text->entries[i];
        bool has_column = text->sections[e->section].kind == SECTION_WORKLOAD &&
                          (strcmp(e->key, "seed") == 0 || strcmp(e->key, "scale") == 0);
        if (e->line == 0 && !has_column)
            snprintf(lines[count++], LINE_SIZE, "%s.%s=%s", text->sections[e->section].name, e->key,
                     e->value);
    }
    qsort(lines, count, LINE_SIZE, compare_texts);
    for (size_t i = 0; i < count && used < sizeof spec->set; i++)
        used += (size_t)snprintf(spec->set + used, sizeof spec->set - used, "%s%s",
                                 i > 0 ? "; " : "", lines[i]);
    free(lines);
}

static bool spec_from(Spec *spec, const char *path, LineSource source, void *stream,
                      const char *const *overrides, size_t override_count, Error *error) {
    SpecText *text = memory_new(1, sizeof *text);
    XXH3_state_t *digest = XXH3_createState();
    MEMORY_CHECK(digest != NULL);
    XXH3_64bits_reset(digest);
    memset(spec, 0, sizeof *spec);
    Resolver r = {{spec, text, 0, 0, error}, digest};
    bool good = spec_text_read(text, path, source, stream, error);
    for (size_t i = 0; good && i < override_count; i++)
        good = spec_text_override(text, overrides[i], error);
    good = good && keys_known(text, error) && resolve_sections(&r) && settle(&r);
    spec_name(spec, path);
    spec_set(spec, text);
    memcpy(spec->head, text->head, sizeof spec->head);
    spec->digest = XXH3_64bits_digest(digest);
    XXH3_freeState(digest);
    free(text->entries);
    free(text);
    return good;
}

static char *line_from_file(char *line, int size, void *stream) {
    return fgets(line, size, stream);
}

bool spec_read(Spec *spec, const char *path, const char *const *overrides, size_t override_count,
               Error *error) {
    if (trace_is(path)) return spec_read_trace(spec, path, overrides, override_count, error);
    FILE *file = fopen(path, "r");
    if (file == NULL) return error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    bool good = getc(file) != EOF || !ferror(file);  // a folder opens, but cannot be read
    if (good) {
        rewind(file);
        good = spec_from(spec, path, line_from_file, file, overrides, override_count, error);
    }
    if (ferror(file)) good = error_set(error, "%s: cannot be read: %s", path, strerror(errno));
    fclose(file);
    return good;
}

static char *line_from_text(char *line, int size, void *stream) {
    const char **rest = stream;
    size_t length = strcspn(*rest, "\n");
    if (**rest == '\0') return NULL;
    if ((*rest)[length] == '\n') length++;
    if (length + 1 > (size_t)size) length = (size_t)size - 1;
    memcpy(line, *rest, length);
    line[length] = '\0';
    *rest += length;
    return line;
}

bool spec_read_text(Spec *spec, const char *name, const char *text, const char *const *overrides,
                    size_t override_count, Error *error) {
    return spec_from(spec, name, line_from_text, &text, overrides, override_count, error);
}
