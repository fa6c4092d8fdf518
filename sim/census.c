// census.c -- who is in the heap at one moment, and why what is garbage is still there
#include "census.h"

#include "census_holders.h"
#include "heap_state.h"

const char *garbage_reason_name(GarbageReason reason) {
    static const char *const names[] = {
#define X(reason, name, what) name,
        GARBAGE_REASONS(X)
#undef X
    };
    CHECK(reason < ARRAY_LENGTH(names));
    return names[reason];
}

const char *garbage_reason_what(GarbageReason reason) {
    static const char *const texts[] = {
#define X(reason, name, what) what,
        GARBAGE_REASONS(X)
#undef X
    };
    CHECK(reason < ARRAY_LENGTH(texts));
    return texts[reason];
}

uint32_t age_class(uint64_t allocations) {
    uint32_t class = 0;
    for (uint64_t limit = 1000; class + 1 < AGE_CLASSES && allocations >= limit; limit *= 10)
        class ++;
    return class;
}

const char *age_class_name(uint32_t class) {
    static const char *const names[AGE_CLASSES] = {"<1k", "<10k", "<100k", "<1M", "<10M", ">=10M"};
    CHECK(class < AGE_CLASSES);
    return names[class];
}

// ---- the walk ----

typedef struct {
    Census *census;
    const Heap *heap;
    const uint64_t *births;
    uint32_t unexamined;
    uint32_t pending;  // the object that has its memory and is in no space yet; 0: none
} Walk;

// Native payload comes when the object is tracked.
static Tally object_tally(const Walk *w, uint32_t object) {
    const Template *t = object_template(w->heap, object);
    uint32_t member = object_member(w->heap, object);
    uint64_t payload = object == w->pending ? 0 : template_payload(t, member);
    return (Tally){1, template_bytes(t, member) + payload, payload};
}

GarbageReason garbage_reason(const Heap *h, uint32_t object, uint32_t unexamined) {
    uint32_t space = object_space(h, object);
    if (h->tags[object] & TAG_UNCOLLECTABLE) return GARBAGE_UNCOLLECTABLE;
    if (h->tags[object] & TAG_HELD) return GARBAGE_HELD;
    if (h->options.is_region[space]) return GARBAGE_REGION;
    return unexamined >> space & 1 ? GARBAGE_FROZEN : GARBAGE_WAITS;
}

static void count_garbage(const Walk *w, uint32_t object, const Tally *tally) {
    const Heap *h = w->heap;
    const Instance *instance = &h->instances[object_instance(h, object)];
    PopulationCensus *p = &w->census->populations[instance->template];
    uint32_t space = object_space(h, object);
    GarbageReason reason = garbage_reason(h, object, w->unexamined);
    tally_add(&w->census->garbage, tally);
    tally_add(&w->census->reasons[reason], tally);
    tally_add(&w->census->spaces[space].garbage, tally);
    if (h->tags[object] & TAG_HELD) tally_add(&w->census->spaces[space].held, tally);
    tally_add(&p->garbage, tally);
    tally_add(&p->reasons[reason], tally);
    tally_add(&p->waits[space], tally);
    tally_add(&p->garbage_ages[age_class(h->view.clock - instance_death(instance))], tally);
}

static void count_reachable(const Walk *w, uint32_t object, const Tally *tally) {
    const Heap *h = w->heap;
    uint32_t number = object_instance(h, object), space = object_space(h, object);
    PopulationCensus *p = &w->census->populations[h->instances[number].template];
    tally_add(&w->census->reachable, tally);
    tally_add(&p->reachable, tally);
    if (space == NO_SPACE) {
        tally_add(&w->census->unplaced, tally);
    } else {
        tally_add(&w->census->spaces[space].reachable, tally);
        tally_add(&p->stays[space], tally);
    }
    if (w->births != NULL)
        tally_add(&p->reachable_ages[age_class(h->view.clock - w->births[number])], tally);
}

void census_take(Census *census, const Heap *h, const uint64_t *births, uint32_t unexamined) {
    CHECK(h->kind == &TRACING_HEAP);
    *census = (Census){.clock = h->view.clock,
                       .event = h->work.events,
                       .phase = h->view.phase,
                       .round = h->view.round};
    Walk w = {.census = census, .heap = h, .births = births, .unexamined = unexamined};
    if (h->cursor.active && h->cursor.allocated)
        w.pending = h->instances[h->cursor.instance].first + h->cursor.member;
    for (uint32_t object = 1; object < h->objects.next; object++) {
        uint8_t tags = h->tags[object];
        if (!(tags & TAG_ALIVE)) continue;
        const Tally tally = object_tally(&w, object);
        (tags & TAG_DEAD ? count_garbage : count_reachable)(&w, object, &tally);
    }
    if (census->reasons[GARBAGE_HELD].objects > 0) holders_find(census, h, unexamined);
}

// ---- the proof ----

static bool same(const Tally *sum, uint64_t objects, uint64_t bytes, const char *what,
                 Error *error) {
    if (sum->objects == objects && sum->bytes == bytes) return true;
    error->check_failed = true;
    return error_set(error,
                     "census: %s: %llu objects and %llu bytes, but the heap has %llu and %llu",
                     what, (unsigned long long)sum->objects, (unsigned long long)sum->bytes,
                     (unsigned long long)objects, (unsigned long long)bytes);
}

static bool sums_agree(const Tally *parts, size_t count, const Tally *whole, const char *what,
                       Error *error) {
    Tally sum = {0};
    for (size_t i = 0; i < count; i++) tally_add(&sum, &parts[i]);
    if (sum.payload_bytes != whole->payload_bytes) {
        error->check_failed = true;
        return error_set(error, "census: %s: %llu bytes of payload, but %llu in all", what,
                         (unsigned long long)sum.payload_bytes,
                         (unsigned long long)whole->payload_bytes);
    }
    return same(&sum, whole->objects, whole->bytes, what, error);
}

static bool population_check(const PopulationCensus *p, bool has_births, Error *error) {
    return sums_agree(p->reasons, GARBAGE_REASON_COUNT, &p->garbage, "reasons of a population",
                      error) &&
           sums_agree(p->waits, SPACES_MAX, &p->garbage, "spaces of a population", error) &&
           sums_agree(p->garbage_ages, AGE_CLASSES, &p->garbage, "ages of garbage", error) &&
           (!has_births || sums_agree(p->reachable_ages, AGE_CLASSES, &p->reachable,
                                      "ages of what is reachable", error));
}

static bool space_check(const Census *c, const Heap *h, uint32_t i, Error *error) {
    const Space *space = &h->spaces[i];
    Tally all = c->spaces[i].reachable, held = c->spaces[i].held;
    tally_add(&all, &c->spaces[i].garbage);
    return same(&all, space->objects, space->bytes, "a space", error) &&
           same(&c->spaces[i].garbage, space->waiting.objects, space->waiting.bytes,
                "garbage of a space", error) &&
           same(&held, held.objects, space->waiting.held_bytes, "garbage held in a space", error);
}

static bool holders_check(const Census *c, Error *error) {
    Tally parts[HOLDER_ROWS_MAX + 1] = {c->held_elsewhere};
    for (uint32_t i = 0; i < c->holder_count; i++) parts[i + 1] = c->holders[i].tally;
    return sums_agree(parts, c->holder_count + 1, &c->reasons[GARBAGE_HELD], "what holds garbage",
                      error);
}

bool census_check(const Census *c, const Heap *h, bool has_births, Error *error) {
    const HeapLevels *levels = &h->levels;
    Tally live[2] = {c->reachable, c->garbage}, reachable[HEAP_TEMPLATES_MAX];
    const Tally all = {h->view.live_objects, h->view.live_bytes, h->view.payload_bytes};
    const Tally *kept = &c->reasons[GARBAGE_UNCOLLECTABLE];
    for (size_t i = 0; i < HEAP_TEMPLATES_MAX; i++) reachable[i] = c->populations[i].reachable;
    bool good =
        sums_agree(live, 2, &all, "live objects", error) &&
        same(&c->reachable, levels->reachable_objects, levels->reachable_bytes, "reachable objects",
             error) &&
        same(&c->garbage, levels->garbage_objects, levels->garbage_bytes, "garbage", error) &&
        same(kept, kept->objects, levels->uncollectable_bytes, "uncollectable", error) &&
        sums_agree(reachable, HEAP_TEMPLATES_MAX, &c->reachable, "populations", error) &&
        sums_agree(c->reasons, GARBAGE_REASON_COUNT, &c->garbage, "reasons", error) &&
        holders_check(c, error);
    for (uint32_t i = 0; good && i < h->options.template_count; i++)
        good = population_check(&c->populations[i], has_births, error);
    for (uint32_t i = 0; good && i < h->options.space_count; i++)
        good = space_check(c, h, i, error);
    return good;
}
