// roots.c -- candidate roots: where cyclic garbage is looked for, if not everywhere
//
// D. F. Bacon and V. T. Rajan, Concurrent Cycle Collection in Reference Counted Systems, ECOOP
// 2001, section 2: garbage that counting does not find has lost a reference that was not its last.
// So every decrement that leaves a count above zero puts its object into a buffer, once; and a
// collection begins there instead of everywhere: it never sees a heap that nobody touches.
//
//   mark gray      what the candidate roots reach: a count less for each reference that is followed
//   scan           what has a count left is held by somebody else, and with all that it reaches
//                  gets its counts back: black. The rest is white
//   collect white  white objects are garbage: their counts are restored, and they are cleared
//
// Whoever takes the reference away: the program, an object that is freed, or a collection. What is
// freed leaves the buffer. Left out of the paper: green objects, which cannot be in a cycle (all of
// ours can); and that an increment takes a candidate out again. PHP and Nim leave that out as well.
// It would cost a test in every increment, and save a look at what is alive.
//
// The work, as the cost model prices it. A gray object is reached twice, by mark gray and by scan,
// and each time its references are followed: that is what a candidate of trial deletion and its
// references cost (candidates, edges). What scan paints white has been put aside (moves), whether
// it turns black again, with its references followed once more, or not. Collect white is in the
// price of an object freed, as what CPython does with garbage besides. A root is an entry that is
// read three times, in order: as an object marked from roots (marked). That these prices fit is
// assumed. What misses the caches is not: each pass plays the touches of its own order.
#include "heap_state.h"

// root_at[object]: whether it is in the buffer, its color in a collection, and above that its
// position in the buffer.
enum { BUFFERED = 1, BLACK = 0, GRAY = 2, WHITE = 4, COLORS = 6, ROOT_POSITION = 3 };
_Static_assert((uint64_t)TRACING_OBJECTS_END << ROOT_POSITION == UINT64_C(1) << 32,
               "a position fits");

bool roots_open(Heap *h, Error *error) {
    const uint64_t objects = h->options.objects_max + 1;
    if (!h->options.counts_roots) return true;
    h->roots.shift = ROOT_POSITION;
    h->root_at = reserve_new(objects, sizeof *h->root_at, "the heap's table of roots", error);
    return h->root_at != NULL &&
           space_open(&h->roots, min_u64(2 * objects + 2048, TRACING_OBJECTS_END), error);
}

void roots_close(Heap *h) {
    space_close(&h->roots);
    reserve_free(h->root_at, h->options.objects_max + 1, sizeof *h->root_at);
}

// ---- the buffer ----

void roots_suspect(Heap *h, uint32_t object) {
    if (h->root_at[object] & BUFFERED) return;
    h->root_at[object] = space_add(&h->roots, object, h->root_at) << ROOT_POSITION | BUFFERED;
    h->view.roots++;
}

void roots_forget(Heap *h, uint32_t object) {
    const uint32_t position = h->root_at[object] >> ROOT_POSITION;
    if (!(h->root_at[object] & BUFFERED)) return;
    h->root_at[object] = 0;
    space_remove(&h->roots, position, h->root_at);
    h->view.roots--;
}

// What came and went within the event is not counted: how often depends on whether its unit was
// freed in one piece (whole.c).
void roots_settle(Heap *h) {
    if (h->view.roots > h->roots_before) h->work.roots += h->view.roots - h->roots_before;
    h->roots_before = h->view.roots;
    if (h->view.roots > h->fuse.roots) h->view.reason = WAKE_ROOTS;
}

bool roots_has_at(const Heap *h, uint32_t object, uint64_t position) {
    return h->root_at[object] == (position << ROOT_POSITION | BUFFERED | BLACK);
}

static void buffer_empty(Heap *h) {
    for (uint64_t i = 0; i < h->roots.length; i++) h->root_at[h->roots.members[i]] &= COLORS;
    space_reset(&h->roots);
    h->view.roots = h->roots_before = 0;
}

// ---- the three passes ----

static inline uint32_t color_of(const Heap *h, uint32_t object) {
    return h->root_at[object] & COLORS;
}

static inline void paint(Heap *h, uint32_t object, uint32_t color) {
    h->root_at[object] = (h->root_at[object] & ~(uint32_t)COLORS) | color;
}

// An object that mark gray comes to.
static void note_gray(Heap *h, uint32_t object, uint64_t count) {
    const uint32_t last = h->candidates[count > 0 ? count - 1 : 0];
    h->pause.jumps += locality_is_jump(h->addresses[last], h->addresses[object], h->near);
    h->pause.condemned_bytes += object_bytes(h, object);
    h->pause.futile += !(h->tags[object] & TAG_DEAD);
    touch_step(h, h->candidates, count);
}

// Appends what `root` reaches to the `count` candidates; returns how many there are then.
static uint64_t mark_gray(Heap *h, uint32_t root, uint64_t count) {
    uint32_t *stack = h->rescued;
    uint64_t depth = 0;
    if (color_of(h, root) == GRAY) return count;
    paint(h, root, GRAY);
    stack[depth++] = root;
    while (depth > 0) {
        const uint32_t object = stack[--depth];
        h->candidates[count] = object;
        note_gray(h, object, count++);
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
            h->pause.result.edges++;
            touch_edge(h, object, edge.last, edge.target);
            h->refcounts[edge.target]--;
            if (color_of(h, edge.target) == GRAY) continue;
            paint(h, edge.target, GRAY);
            stack[depth++] = edge.target;
        }
    }
    return count;
}

// Scan is in the middle of its own stack.
static void scan_black(Heap *h, uint32_t held) {
    uint32_t *stack = h->unreachable;
    uint64_t depth = 0;
    paint(h, held, BLACK);
    stack[depth++] = held;
    while (depth > 0) {
        const uint32_t object = stack[--depth];
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
            h->refcounts[edge.target]++;
            if (color_of(h, edge.target) == BLACK) continue;
            paint(h, edge.target, BLACK);
            stack[depth++] = edge.target;
        }
    }
}

static uint64_t scan_object(Heap *h, uint32_t object, uint64_t depth) {
    if (color_of(h, object) != GRAY) return depth;
    if (h->refcounts[object] > 0) {
        scan_black(h, object);
        return depth;
    }
    paint(h, object, WHITE);
    h->pause.moves++;
    h->rescued[depth] = object;
    return depth + 1;
}

static void scan(Heap *h, uint32_t root) {
    uint64_t depth = scan_object(h, root, 0);
    while (depth > 0) {
        const uint32_t object = h->rescued[--depth];
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);)
            depth = scan_object(h, edge.target, depth);
    }
}

// The white ones of `count` candidates go to h->unreachable; returns their number.
static uint64_t collect_white(Heap *h, uint64_t count) {
    uint64_t white = 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t object = h->candidates[i];
        if (color_of(h, object) != WHITE) continue;
        paint(h, object, BLACK);
        h->unreachable[white] = object;
        touch_step(h, h->unreachable, white++);
        for (EdgeWalk edge = edges_of(h, object); edge_next(h, &edge);) {
            h->refcounts[edge.target]++;
            touch_edge(h, object, edge.last, edge.target);
        }
    }
    return white;
}

// ---- PLAN_ROOTS ----

static void touches_begin(const Heap *h) {
    if (h->locality != NULL) locality_begin(h->locality);
}

static void touches_play(Heap *h) {
    if (h->locality != NULL) locality_play(h->locality, PASS_STEPS_AND_EDGES, &h->pause.misses);
}

void roots_collect(Heap *h, const Plan *plan) {
    PlanResult *result = &h->pause.result;
    uint64_t count = 0;
    CHECK(h->options.counts_roots && plan->finalizers == FINALIZERS_PEP442);
    CHECK(plan->spaces == (1u << h->options.space_count) - 1);
    space_compact(&h->roots, h->root_at);
    result->marked = h->roots.objects;
    touches_begin(h);
    for (uint64_t i = 0; i < h->roots.length; i++) count = mark_gray(h, h->roots.members[i], count);
    touches_play(h);
    touches_play(h);  // scan comes to the same objects by the same references
    for (uint64_t i = 0; i < h->roots.length; i++) scan(h, h->roots.members[i]);
    buffer_empty(h);
    touches_begin(h);
    const uint64_t white = collect_white(h, count);
    touches_play(h);
    result->candidates = count;
    result->survivors = count - white;
    h->condemned_bytes = 0;
    h->condemned = (Waiting){0};
    for (uint64_t i = 0; i < white; i++) increment_take(h, h->unreachable[i]);
    collect_garbage(h, plan, white, 0);
}
