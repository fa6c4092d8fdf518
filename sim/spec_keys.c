// spec_keys.c -- how the value of each key is read
#include "spec_keys.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static bool set_count(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    return text_count(value, s->low, s->high, field, s->error);
}

static bool set_limit(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    if (strcmp(value, "none") == 0) return true;
    return text_bytes(value, 4u << 20, s->high, field, s->error);
}

static bool set_scale(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    return text_decimal(value, 1000000, s->low, s->high, field, s->error);
}

static bool set_flag(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    return text_bool(value, field, s->error);
}

static bool set_share(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    return *value == '\0' || text_share(value, field, s->error);
}

static bool set_phase(const Setting *s, void *section, void *field, const char *value) {
    (void)field;
    Population *p = section;
    const char *names[PHASES_MAX];
    if (*value == '\0' && s->spec->phase_count == 1) return true;
    for (uint32_t i = 0; i < s->spec->phase_count; i++) {
        names[i] = s->spec->phases[i].name;
        p->phase = i;
        if (strcmp(names[i], value) == 0) return true;
    }
    if (s->spec->phase_count == 0) return error_set(s->error, "there is no [phase NAME]");
    if (*value == '\0') return error_set(s->error, "needed: there is more than one phase");
    const char *near = text_nearest(value, names, s->spec->phase_count);
    return error_set(s->error, "no phase '%s' is declared%s%s%s", value,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool set_objects(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    uint8_t shape = p->template.shape;
    if (*value == '\0' && shape == SHAPE_SINGLE) value = "1";
    if (*value == '\0' && (shape == SHAPE_PAIR || shape == SHAPE_INSTANCE)) value = "2";
    if (*value == '\0')
        return error_set(s->error, "needed for this shape; allowed: %s", DIST_SYNTAX);
    Dist *objects = field;
    if (!dist_parse(objects, value, s->low, s->high, s->error)) return false;
    uint64_t fixed = shape == SHAPE_SINGLE ? 1 : shape == SHAPE_PAIR ? 2 : 0;
    if (fixed > 0 && (objects->kind != DIST_FIXED || objects->low != fixed))
        return error_set(s->error, "this shape has %llu object%s", (unsigned long long)fixed,
                         fixed == 1 ? "" : "s");
    return true;
}

static bool set_units(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    uint64_t units = 0, *allocations = field;
    if (!text_count(value, s->low, s->high, &units, s->error)) return false;
    if (units == 0) return true;
    if (*allocations > 0) return error_set(s->error, "give either units or allocations");
    *allocations = max_u64(mul_div_u64(units, p->objects.mean_parts, DIST_MEAN_PARTS), 1);
    return true;
}

static bool shape_find(const char *word, uint8_t *shape, Error *error) {
    static const char *const names[] = {
#define X(name, value, help) name,
        SHAPES(X)
#undef X
    };
    for (int i = 0; i < SHAPE_COUNT; i++) {
        *shape = (uint8_t)i;
        if (strcmp(names[i], word) == 0) return true;
    }
    const char *near = text_nearest(word, names, SHAPE_COUNT);
    return error_set(
        error,
        "no shape '%s'%s%s%s; allowed: single, pair, chain, ring, tree, btree, mesh, instance",
        word, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool set_shape(const Setting *s, void *section, void *field, const char *value) {
    Population *p = section;
    Template *t = field;
    char word[NAME_SIZE];
    uint64_t fanout = 0;
    if (!text_word(&value, word, sizeof word) || !shape_find(word, &t->shape, s->error))
        return error_set(s->error, "no shape given");
    bool is_mesh = t->shape == SHAPE_MESH;
    const char *name = is_mesh ? "degree=" : "fanout=";
    if (text_word(&value, word, sizeof word)) {
        if (strncmp(word, name, 7) != 0) return error_set(s->error, "'%s' is not %sN", word, name);
        if (!text_count(word + 7, 1, 4096, &fanout, s->error)) return false;
    }
    char more[NAME_SIZE];
    if (text_word(&value, more, sizeof more))
        return error_set(s->error, "nothing may follow here; found '%s'", more);
    bool wants = is_mesh || t->shape == SHAPE_TREE || t->shape == SHAPE_BTREE;
    if (wants != (fanout > 0))
        return error_set(s->error, wants ? "this shape needs %sN" : "this shape takes no %sN",
                         name);
    t->fanout = (uint16_t)fanout;
    bool is_closed = t->shape == SHAPE_RING || t->shape == SHAPE_TREE || is_mesh;
    p->closed_ppm = is_closed ? PPM : 0;
    t->back_ppm = t->shape == SHAPE_TREE ? PPM : 0;
    return true;
}

static bool set_back(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    if (*value != '\0' && p->template.shape == SHAPE_MESH)
        return error_set(s->error, "a mesh has none: closed, it refers back everywhere");
    return *value == '\0' || text_share(value, &((Template *)field)->back_ppm, s->error);
}

static bool set_slots(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    uint64_t needed = template_slots_needed(&p->template), *slots = field;
    *slots = needed;
    return *value == '\0' || text_count(value, needed, s->high, slots, s->error);
}

static bool set_bytes(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    uint64_t bytes = OBJECT_BYTES + SLOT_BYTES * p->slots;
    if (*value != '\0' && !text_bytes(value, s->low, s->high, &bytes, s->error)) return false;
    ((Template *)field)->bytes = (uint32_t)bytes;
    return true;
}

static bool set_payload(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    uint64_t bytes = 0;
    if (!text_bytes(value, s->low, s->high, &bytes, s->error)) return false;
    ((Template *)field)->payload = (uint32_t)bytes;
    return true;
}

static bool set_payload_on(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    ((Template *)field)->payload_every = strcmp(value, "every") == 0;
    return strcmp(value, "every") == 0 || strcmp(value, "root") == 0 ||
           error_set(s->error, "'%s' is neither root nor every", value);
}

static bool set_finalizer(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    return text_bool(value, &((Template *)field)->finalizer, s->error);
}

static bool set_resurrect(const Setting *s, void *section, void *field, const char *value) {
    const Population *p = section;
    if (!text_share(value, field, s->error)) return false;
    return *(uint32_t *)field == 0 || p->template.finalizer ||
           error_set(s->error, "only a unit with finalizer = yes comes back");
}

static bool set_store(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    *(bool *)field = strcmp(value, "external") == 0;
    return *(bool *)field || strcmp(value, "heap") == 0 ||
           error_set(s->error, "'%s' is neither heap nor external", value);
}

static bool set_lifetime(const Setting *s, void *section, void *field, const char *value) {
    (void)section;
    Lifetime *lifetime = field;
    static const char *const words[] = {
        [LIVES_PHASE] = "phase", [LIVES_ROUND] = "round", [LIVES_FOREVER] = "forever"};
    for (LifetimeKind kind = LIVES_PHASE; kind <= LIVES_FOREVER; kind++)
        if (strcmp(words[kind], value) == 0) {
            lifetime->kind = kind;
            return true;
        }
    lifetime->kind = LIVES_ALLOCATIONS;
    if (*value == '\0')
        return error_set(s->error, "needed: phase, round, forever or %s", DIST_SYNTAX);
    return dist_parse(&lifetime->allocations, value, s->low, s->high, s->error);
}

// Targets may be declared below: names are resolved here against the text, which is complete.
static uint32_t population_number(const SpecText *text, const char *name) {
    uint32_t number = 0;
    for (uint32_t i = 0; i < text->section_count; i++) {
        if (text->sections[i].kind != SECTION_POPULATION) continue;
        if (strcmp(text->sections[i].name, name) == 0) return number;
        number++;
    }
    return UINT32_MAX;
}

static bool set_link(const Setting *s, Population *p, const char *text) {
    char name[NAME_SIZE];
    if (p->template.links == LINKS_MAX) return error_set(s->error, "at most %d links", LINKS_MAX);
    Link *link = &p->links[p->template.links];
    if (!text_word(&text, name, sizeof name)) return error_set(s->error, "an empty link");
    link->population = population_number(s->text, name);
    if (link->population == UINT32_MAX) return error_set(s->error, "no population '%s'", name);
    text += strspn(text, " ");
    if (*text == '\0') return error_set(s->error, "'%s' needs a share, such as %s 5%%", name, name);
    if (!text_share(text, &link->ppm, s->error)) return false;
    p->template.links++;
    return true;
}

static bool set_links(const Setting *s, void *section, void *field, const char *value) {
    (void)field;
    char one[VALUE_SIZE];
    while (*value != '\0') {
        size_t length = strcspn(value, ",");
        snprintf(one, sizeof one, "%.*s", (int)length, value);
        if (!set_link(s, section, one)) return false;
        value += length + (value[length] == ',');
    }
    return true;
}

// Order matters inside a section: shape before objects, links and back_edges before slots before
// bytes, finalizer before resurrect.
static const KeyRow KEYS[] = {
#define ROW(is_later, section, name, set, type, field, low, high, fallback, unit, range, help) \
    {{SECTION_##section, #name, unit, range, fallback, help},                                  \
     set,                                                                                      \
     offsetof(type, field),                                                                    \
     low,                                                                                      \
     high,                                                                                     \
     is_later},
#define KEY(...)   ROW(false, __VA_ARGS__)
#define LATER(...) ROW(true, __VA_ARGS__)
#include "spec_keys.def"
#undef KEY
#undef LATER
#undef ROW
};

const KeyRow *spec_key_rows(size_t *count) {
    *count = ARRAY_LENGTH(KEYS);
    return KEYS;
}

const KeyRow *spec_key_find(SectionKind kind, const char *name) {
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++)
        if (KEYS[i].key.section == kind && strcmp(KEYS[i].key.name, name) == 0) return &KEYS[i];
    return NULL;
}

size_t spec_key_count(void) { return ARRAY_LENGTH(KEYS); }

SpecKey spec_key(size_t i) {
    CHECK(i < ARRAY_LENGTH(KEYS));
    return KEYS[i].key;
}
