// heap_check.c -- recomputes everything the heap claims, by the simplest means
#include "heap_check.h"

#include <stdlib.h>

#include "heap_state.h"

typedef struct {
    const Heap *heap;
    uint32_t end;        // object numbers are below this
    uint32_t *expected;  // reference counts
    uint32_t *stack;
    bool *reached;
    uint32_t pending;  // allocated but not attached: the interpreter holds it; 0: none
    Error *error;
} Check;

static bool fail(const Check *c, uint32_t object, const char *what, uint64_t found,
                 uint64_t expected) {
    c->error->check_failed = true;
    return error_set(c->error,
                     "heap check: object %u at allocation %llu: %s: %llu, but counting gives %llu",
                     object, (unsigned long long)c->heap->view.clock, what,
                     (unsigned long long)found, (unsigned long long)expected);
}

static bool is_alive(const Heap *h, uint32_t object) { return h->tags[object] & TAG_ALIVE; }

// The register holds the root as soon as it is attached.
static bool is_held(const Check *c, uint32_t object) {
    const Heap *h = c->heap;
    const Instance *instance = &h->instances[object_instance(h, object)];
    return object == c->pending || (object == instance->first && instance->flags & INSTANCE_HELD);
}

static bool is_in_garbage_list(const Heap *h, uint32_t object) {
    return h->tags[object] & TAG_UNCOLLECTABLE && object_finalizer(h, object);
}

static bool check_counts(const Check *c) {
    const Heap *h = c->heap;
    for (uint32_t i = 1; i < c->end; i++) {
        if (!is_alive(h, i)) continue;
        c->expected[i] += is_held(c, i);
        c->expected[i] += is_in_garbage_list(h, i);
        for (EdgeWalk edge = edges_of(h, i); edge_next(h, &edge);) {
            if (!is_alive(h, edge.target))
                return fail(c, i, "refers to a freed object", edge.target, 0);
            c->expected[edge.target]++;
        }
    }
    for (uint32_t i = 1; i < c->end; i++)
        if (is_alive(h, i) && h->refcounts[i] != c->expected[i])
            return fail(c, i, "reference count", h->refcounts[i], c->expected[i]);
    return true;
}

// What can be reached from objects that are held, or from candidate roots.
static void reach(const Check *c, bool (*is_start)(const Check *c, uint32_t object)) {
    const Heap *h = c->heap;
    uint32_t depth = 0;
    for (uint32_t i = 1; i < c->end; i++) {
        c->reached[i] = is_alive(h, i) && is_start(c, i);
        if (c->reached[i]) c->stack[depth++] = i;
    }
    while (depth > 0) {
        uint32_t object = c->stack[--depth];
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
            if (c->reached[edge.target]) continue;
            c->reached[edge.target] = true;
            c->stack[depth++] = edge.target;
        }
    }
}

static bool check_truth(const Check *c) {
    const Heap *h = c->heap;
    reach(c, is_held);
    for (uint32_t i = 1; i < c->end; i++) {
        bool is_dead = h->tags[i] & TAG_DEAD;
        if (is_alive(h, i) && is_dead == c->reached[i])
            return fail(c, i, "dead by the truth notes", is_dead, !c->reached[i]);
    }
    return true;
}

static bool is_root(const Check *c, uint32_t object) { return roots_has(c->heap, object); }

// The buffer of candidate roots, and what it is good for: all garbage can be found from there, but
// for what gc.garbage holds.
static bool check_roots(const Check *c) {
    const Heap *h = c->heap;
    uint64_t found = 0;
    if (!h->options.counts_roots) return true;
    for (uint64_t i = 0; i < h->roots.length; i++) {
        uint32_t object = h->roots.members[i];
        if (object == 0) continue;
        if (!is_alive(h, object) || !roots_has_at(h, object, i))
            return fail(c, object, "position among candidate roots", h->root_at[object], i);
    }
    for (uint32_t i = 1; i < c->end; i++) found += roots_has(h, i);
    if (found != h->roots.objects || found != h->view.roots)
        return fail(c, 0, "candidate roots", h->view.roots, found);
    reach(c, is_root);
    for (uint32_t i = 1; i < c->end; i++)
        if ((h->tags[i] & (TAG_DEAD | TAG_UNCOLLECTABLE)) == TAG_DEAD && !c->reached[i])
            return fail(c, i, "garbage that a candidate root reaches", 0, 1);
    return true;
}

// What a space claims, counted.
typedef struct {
    uint64_t objects, bytes;
    Waiting waiting;
} Count;

static void count_object(Count *count, const Heap *h, uint32_t object) {
    uint64_t size = object_bytes(h, object);
    count->objects++;
    count->bytes += size;
    if (!(h->tags[object] & TAG_DEAD)) return;
    count->waiting.objects++;
    count->waiting.bytes += size;
    if (h->tags[object] & TAG_HELD) count->waiting.held_bytes += size;
}

static bool check_count(const Check *c, uint64_t objects, const Space *space, const Count *count) {
    const Waiting *waiting = &count->waiting;
    if (count->objects != objects) return fail(c, 0, "objects of a space", objects, count->objects);
    if (count->bytes != space->bytes)
        return fail(c, 0, "bytes of a space", space->bytes, count->bytes);
    if (waiting->objects != space->waiting.objects || waiting->bytes != space->waiting.bytes)
        return fail(c, 0, "garbage of a space", space->waiting.bytes, waiting->bytes);
    if (waiting->held_bytes != space->waiting.held_bytes)
        return fail(c, 0, "garbage held in a space", space->waiting.held_bytes,
                    waiting->held_bytes);
    return true;
}

static bool check_member(const Check *c, uint32_t number, uint64_t position) {
    const Heap *h = c->heap;
    const Space *space = &h->spaces[number];
    uint32_t object = space->members[position];
    if (position < space->first)
        return fail(c, object, "before the first of its space", position, space->first);
    if (!is_alive(h, object) || object_space(h, object) != number ||
        h->gc[object] >> GC_POSITION != position)
        return fail(c, object, "position in its space", h->gc[object] >> GC_POSITION, position);
    return true;
}

static bool check_members(const Check *c, uint32_t number) {
    const Heap *h = c->heap;
    const Space *space = &h->spaces[number];
    Count count = {0};
    for (uint64_t i = 0; i < space->length; i++) {
        if (space->members[i] == 0) continue;
        if (!check_member(c, number, i)) return false;
        count_object(&count, h, space->members[i]);
    }
    if (count.objects != space->objects)
        return fail(c, 0, "members of a space", space->objects, count.objects);
    return check_count(c, space->objects, space, &count);
}

static bool check_totals(const Check *c) {
    const Heap *h = c->heap;
    uint64_t objects = 0, bytes = 0, dead = 0, dead_bytes = 0;
    for (uint32_t i = 1; i < c->end; i++) {
        if (!is_alive(h, i)) continue;
        if (h->gc[i] & GC_CANDIDATE) return fail(c, i, "candidate between collections", 1, 0);
        uint64_t size = i == c->pending ? template_bytes(object_template(h, i), object_member(h, i))
                                        : object_bytes(h, i);
        objects++;
        bytes += size;
        if (!(h->tags[i] & TAG_DEAD)) continue;
        dead++;
        dead_bytes += size;
    }
    if (objects != h->view.live_objects)
        return fail(c, 0, "live objects", h->view.live_objects, objects);
    bytes += h->untracked_bytes;
    if (bytes != h->view.live_bytes) return fail(c, 0, "live bytes", h->view.live_bytes, bytes);
    if (dead != h->levels.garbage_objects)
        return fail(c, 0, "garbage", h->levels.garbage_objects, dead);
    if (dead_bytes != h->levels.garbage_bytes)
        return fail(c, 0, "garbage bytes", h->levels.garbage_bytes, dead_bytes);
    uint64_t in_spaces = c->pending != 0;
    for (uint32_t i = 0; i < h->options.space_count; i++) in_spaces += h->spaces[i].objects;
    if (in_spaces != objects) return fail(c, 0, "objects of all spaces", in_spaces, objects);
    if (h->levels.reachable_objects != objects - dead)
        return fail(c, 0, "reachable objects", h->levels.reachable_objects, objects - dead);
    uint64_t reachable = h->levels.reachable_bytes;
    if (bytes - dead_bytes != reachable)
        return fail(c, 0, "reachable bytes", reachable, bytes - dead_bytes);
    return true;
}

// What the heap's own count of live objects was proved to be.
static bool check_populations(const Heap *h, Error *error) {
    const Check c = {.heap = h, .error = error};
    uint64_t born = 0, live = 0;
    for (uint32_t i = 0; i < h->options.template_count; i++) {
        born += h->view.populations[i].born;
        live += h->view.populations[i].live;
    }
    if (!h->options.counts_populations) return true;
    if (born != h->view.clock) return fail(&c, 0, "born in populations", born, h->view.clock);
    if (live == h->view.live_objects) return true;
    return fail(&c, 0, "live in populations", live, h->view.live_objects);
}

bool heap_check(const Heap *h, Error *error) {
    return h->kind->check(h, error) && check_populations(h, error);
}

bool tracing_check(const Heap *h, Error *error) {
    Check c = {.heap = h, .end = h->objects.next, .error = error};
    c.expected = memory_new(c.end, sizeof *c.expected);
    c.stack = memory_new(c.end, sizeof *c.stack);
    c.reached = memory_new(c.end, sizeof *c.reached);
    if (h->cursor.active && h->cursor.allocated)
        c.pending = h->instances[h->cursor.instance].first + h->cursor.member;
    bool good = check_counts(&c) && check_truth(&c) && check_roots(&c) && check_totals(&c);
    for (uint32_t i = 0; good && i < h->options.space_count; i++) good = check_members(&c, i);
    free(c.expected);
    free(c.stack);
    free(c.reached);
    return good;
}
