// replay_plans.c -- collections of a replay: by themselves or driven, and compared with the
// simulated ones
#include "region.h"
#include "replay_state.h"

// ---- comparing ----

bool replay_differs(const Replay *r, const char *what, int64_t simulated, int64_t real) {
    r->error->check_failed = true;
    return error_set(r->error,
                     "difference at event %llu, allocation %llu, plan %zu: %s: simulated %lld, "
                     "CPython %s %lld",
                     (unsigned long long)r->events, (unsigned long long)r->clock, r->next, what,
                     (long long)simulated, interpreter_version(), (long long)real);
}

bool replay_same(const Replay *r, const char *what, int64_t simulated, int64_t real) {
    return simulated == real || replay_differs(r, what, simulated, real);
}

static const Collection *plan_next(const Replay *r) {
    return r->next < r->recorder->collection_count ? &r->recorder->collections[r->next] : NULL;
}

// The generation collected since `before`, or -1.
static int generation_ran(const GcState *before, const GcState *after) {
    for (int i = 0; i < 3; i++)
        if (after->collections[i] != before->collections[i]) return i;
    return -1;
}

static bool compare_counters(const Replay *r, const GcState *now) {
    const Generations *g = &r->generations;
    return replay_same(r, "count of generation 1", (int64_t)g->count[1], now->count[1]) &&
           replay_same(r, "count of generation 2", (int64_t)g->count[2], now->count[2]) &&
           replay_same(r, "long_lived_total", (int64_t)g->long_lived_total,
                       now->long_lived_total) &&
           replay_same(r, "long_lived_pending", (int64_t)g->long_lived_pending,
                       now->long_lived_pending);
}

// One collection happened on both sides; `young` is what the interpreter's count was when it began.
static bool compare_collection(Replay *r, const GcState *before, int64_t young) {
    const Collection *c = plan_next(r);
    GcState now = interpreter_gc();
    Traversal t = node_traversal();
    int g = generation_ran(before, &now);
    generations_collected(&r->generations, c->generation, c->survivors);
    r->counts->collections++;
    r->counts->candidates += c->candidates;
    r->counts->collected += c->collected;
    r->counts->resurrected += c->resurrected;
    bool good = replay_same(r, "generation", c->generation, g) &&
                replay_same(r, "allocation", (int64_t)c->clock, (int64_t)r->clock) &&
                replay_same(r, "young count", (int64_t)c->young, young) &&
                replay_same(r, "candidates", (int64_t)c->candidates, (int64_t)t.candidates) &&
                replay_same(r, "edges", (int64_t)c->edges, (int64_t)t.edges) &&
                replay_same(r, "collected", (int64_t)c->collected,
                            now.collected[g] - before->collected[g]) &&
                replay_same(r, "uncollectable", (int64_t)c->uncollectable,
                            now.uncollectable[g] - before->uncollectable[g]) &&
                replay_same(r, "finalizers", (int64_t)c->finalizers, (int64_t)t.finalized) &&
                compare_counters(r, &now);
    r->next++;
    good = good && replay_same(r, "anything resurrected", c->resurrected > 0, node_let_go() > 0);
    return good;
}

// ---- collecting, by itself or driven ----

static bool is_due(const Replay *r, bool at_safepoint) {
    const Collection *c = plan_next(r);
    return c != NULL && c->reason == WAKE_YOUNG && c->clock == r->clock &&
           r->generations.at_safepoint == at_safepoint;
}

static bool compare_due(Replay *r, const GcState *before, int64_t young) {
    GcState now = interpreter_gc();
    r->collections = interpreter_collections();
    if (generation_ran(before, &now) < 0) return replay_differs(r, "collections here", 1, 0);
    return compare_collection(r, before, young);
}

// Where no collection is expected the interpreter had an occasion all the same.
static bool compare_none(Replay *r) {
    return interpreter_collections() == r->collections ||
           replay_differs(r, "collections here", 0, 1);
}

static bool drive(Replay *r, int64_t young) {
    GcState before = interpreter_gc();
    node_traversal_reset();
    measurement_begin(r->measurement, r->next);
    interpreter_collect(plan_next(r)->generation);
    measurement_end(r->measurement, r->next);
    return compare_due(r, &before, young);
}

static Node *allocate_counted(NodeType *type, uint32_t slots, int region) {
    if (region != NODE_NO_REGION) interpreter_set_count(interpreter_count() + 1);
    return node_new(type, slots, region);
}

static Node *allocate_driven(Replay *r, NodeType *type, uint32_t slots, int region, bool *good) {
    if (is_due(r, false)) {
        *good = drive(r, interpreter_count() + 1);
        interpreter_set_count(-1);  // the allocation that collects is not counted
    }
    return allocate_counted(type, slots, region);
}

// The collector runs inside the allocation, which is then timed as a whole.
static Node *allocate_collecting(Replay *r, NodeType *type, uint32_t slots, bool *good) {
    GcState before = interpreter_gc();
    node_traversal_reset();
    measurement_begin(r->measurement, r->next);
    Node *node = node_new(type, slots, NODE_NO_REGION);
    measurement_end(r->measurement, r->next);
    *good = compare_due(r, &before, before.count[0] + 1);
    return node;
}

Node *replay_allocate(Replay *r, uint32_t population, NodeType *type, uint32_t slots, bool *good) {
    uint32_t space = r->birth_space[population];
    int region = r->spaces->is_region[space] ? (int)space : NODE_NO_REGION;
    r->clock++;
    if (r->clock == r->clock_end) interpreter_enable(false);  // the simulation stopped before
    if (!r->automatic) return allocate_driven(r, type, slots, region, good);
    if (is_due(r, false)) return allocate_collecting(r, type, slots, good);
    Node *node = node_new(type, slots, region);
    *good = compare_none(r);
    return node;
}

static bool safepoint_automatic(Replay *r) {
    if (!interpreter_has_safepoints()) return compare_none(r);
    if (!is_due(r, true)) {
        interpreter_safepoint();
        return compare_none(r);
    }
    GcState before = interpreter_gc();
    node_traversal_reset();
    measurement_begin(r->measurement, r->next);
    interpreter_safepoint();
    measurement_end(r->measurement, r->next);
    return compare_due(r, &before, before.count[0]);
}

bool replay_safepoint(Replay *r) {
    bool good = r->automatic      ? safepoint_automatic(r)
                : is_due(r, true) ? drive(r, interpreter_count())
                                  : true;
    measurement_sample(r->measurement, r->clock);
    return good;
}

// ---- between events ----

static bool release(Replay *r) {
    const Collection *c = plan_next(r);
    RegionRelease sum = {0};
    int64_t young = interpreter_count();
    node_traversal_reset();
    measurement_begin(r->measurement, r->next);
    for (uint32_t i = 0; i < r->spaces->space_count; i++)
        if (c->spaces >> i & 1) region_release(i, &sum);
    measurement_end(r->measurement, r->next);
    r->counts->collections++;
    r->counts->candidates += c->candidates;
    r->counts->collected += c->collected;
    bool good =
        replay_same(r, "young count", (int64_t)c->young, young) &&
        replay_same(r, "candidates", (int64_t)c->candidates, (int64_t)sum.candidates) &&
        replay_same(r, "edges", (int64_t)c->edges, (int64_t)sum.edges) &&
        replay_same(r, "collected", (int64_t)c->collected, (int64_t)sum.collected) &&
        replay_same(r, "survivors", (int64_t)c->survivors, (int64_t)sum.survivors) &&
        replay_same(r, "finalizers", (int64_t)c->finalizers, (int64_t)node_traversal().finalized);
    r->next++;
    return good;
}

static bool move(Replay *r) {
    bool back = plan_next(r)->into == LIST_OLD;
    measurement_begin(r->measurement, r->next);
    if (back)
        interpreter_unfreeze();
    else
        interpreter_freeze();
    measurement_end(r->measurement, r->next);
    if (!back) r->generations.count[1] = r->generations.count[2] = 0;
    GcState now = interpreter_gc();
    r->next++;
    return compare_counters(r, &now);
}

bool replay_plans(Replay *r) {
    for (;;) {
        const Collection *c = plan_next(r);
        if (c == NULL || c->event != r->events || c->reason == WAKE_YOUNG) return true;
        bool good = c->kind == PLAN_COLLECT   ? drive(r, interpreter_count())
                    : c->kind == PLAN_RELEASE ? release(r)
                                              : move(r);
        if (!good) return false;
    }
}
