// replay.c -- the same events on a real interpreter, its collections against the simulated ones
#include "replay.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "arenas.h"
#include "interpreter.h"
#include "mutator.h"
#include "node.h"
#include "replay_memory.h"
#include "run.h"

// What a unit's register holds, and what links lead to.
typedef struct {
    Node *root;
    const Template *template;
    bool held;
} UnitRef;

typedef struct {
    const Spec *spec;
    Run *run;  // the simulation, one event ahead
    const Recorder *recorder;
    size_t next;              // the first simulated plan that is still to come
    Generations generations;  // what the counters must be
    bool automatic;
    NodeKind finalizer;
    MemoryCheck *memory;  // NULL: memory is not compared

    Mutator *mutator;
    UnitRef *units;  // by number
    uint32_t units_max;
    Node **members;  // of the unit being built
    size_t member_max;

    uint64_t clock, events;
    ReplayCounts *counts;
    Error *error;
} Replay;

// ---- comparing ----

static bool differs(const Replay *r, const char *what, int64_t simulated, int64_t real) {
    return error_set(r->error,
                     "difference at event %llu, allocation %llu, plan %zu: %s: simulated %lld, "
                     "CPython %s %lld",
                     (unsigned long long)r->events, (unsigned long long)r->clock, r->next, what,
                     (long long)simulated, interpreter_version(), (long long)real);
}

static bool same(const Replay *r, const char *what, int64_t simulated, int64_t real) {
    return simulated == real || differs(r, what, simulated, real);
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
    return same(r, "count of generation 1", (int64_t)g->count[1], now->count[1]) &&
           same(r, "count of generation 2", (int64_t)g->count[2], now->count[2]) &&
           same(r, "long_lived_total", (int64_t)g->long_lived_total, now->long_lived_total) &&
           same(r, "long_lived_pending", (int64_t)g->long_lived_pending, now->long_lived_pending);
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
    bool good =
        same(r, "generation", c->generation, g) &&
        same(r, "allocation", (int64_t)c->clock, (int64_t)r->clock) &&
        same(r, "young count", (int64_t)c->young, young) &&
        same(r, "candidates", (int64_t)c->candidates, (int64_t)t.candidates) &&
        same(r, "edges", (int64_t)c->edges, (int64_t)t.edges) &&
        same(r, "collected", (int64_t)c->collected, now.collected[g] - before->collected[g]) &&
        same(r, "uncollectable", (int64_t)c->uncollectable,
             now.uncollectable[g] - before->uncollectable[g]) &&
        same(r, "finalizers", (int64_t)c->finalizers, (int64_t)t.finalized) &&
        compare_counters(r, &now);
    r->next++;
    return good;
}

// ---- collecting, by itself or driven ----

static bool is_due(const Replay *r, bool at_safepoint) {
    const Collection *c = plan_next(r);
    return c != NULL && c->reason == WAKE_YOUNG && c->clock == r->clock &&
           r->generations.at_safepoint == at_safepoint;
}

// The interpreter has just had an occasion to collect.
static bool occasion_automatic(Replay *r, const GcState *before, int64_t young, bool at_safepoint) {
    GcState now = interpreter_gc();
    bool ran = generation_ran(before, &now) >= 0, due = is_due(r, at_safepoint);
    if (ran != due) return differs(r, "collections here", due, ran);
    return !ran || compare_collection(r, before, young);
}

static bool drive(Replay *r, int64_t young) {
    const Collection *c = plan_next(r);
    GcState before = interpreter_gc();
    node_traversal_reset();
    interpreter_collect(c->generation);
    return compare_collection(r, &before, young);
}

// gc.collect(), gc.freeze() and gc.unfreeze() between events.
static bool plans_between_events(Replay *r) {
    for (;;) {
        const Collection *c = plan_next(r);
        if (c == NULL || c->event != r->events || c->reason == WAKE_YOUNG) return true;
        if (c->kind == PLAN_COLLECT) {
            if (!drive(r, interpreter_gc().count[0])) return false;
            continue;
        }
        if (c->into == 2) {
            interpreter_unfreeze();
        } else {
            interpreter_freeze();
            r->generations.count[1] = r->generations.count[2] = 0;
        }
        GcState now = interpreter_gc();
        r->next++;
        if (!compare_counters(r, &now)) return false;
    }
}

// ---- events ----

static NodeKind node_kind(const Replay *r, const Template *t, uint32_t member) {
    return t->finalizer && member == 0 ? r->finalizer : NODE_PLAIN;
}

static Node *allocate(Replay *r, const Template *t, uint32_t member, uint32_t slots, bool *good) {
    PyTypeObject *type = node_type(node_kind(r, t, member), template_bytes(t, member));
    GcState before = interpreter_gc();
    r->clock++;
    if (!r->automatic && is_due(r, false)) {
        *good = drive(r, before.count[0] + 1);
        interpreter_set_count(-1);  // the allocation that collects is not counted
        return node_new(type, slots);
    }
    node_traversal_reset();
    Node *node = node_new(type, slots);
    *good = !r->automatic || occasion_automatic(r, &before, before.count[0] + 1, false);
    return node;
}

static bool safepoint(Replay *r) {
    GcState before = interpreter_gc();
    if (!r->automatic) return !is_due(r, true) || drive(r, before.count[0]);
    node_traversal_reset();
    if (interpreter_has_safepoints()) interpreter_safepoint();
    return occasion_automatic(r, &before, before.count[0], true);
}

static void store(Node *from, uint32_t slot, Node *to) {
    PyObject *old = from->body->slots[slot];
    Py_XINCREF((PyObject *)to);
    from->body->slots[slot] = (PyObject *)to;
    Py_XDECREF(old);
}

static void attach(Replay *r, const Event *e, const Member *member, uint32_t i) {
    const Template *t = &r->spec->populations[e->template].template;
    bool closed = e->flags & UNIT_CLOSED;
    Node *node = r->members[i];
    node_track(node, template_payload(t, i));
    if (i > 0) {
        r->members[member->parent]->body->slots[member->parent_slot] = (PyObject *)node;
    } else {
        r->units[e->unit] = (UnitRef){node, t, true};
    }
    for (uint32_t k = 0; k < member->stores; k++) {
        MemberStore s = template_store(t, e->value, closed, i, k);
        store(r->members[s.from], s.slot, r->members[s.to]);
    }
    if (i == 0 && e->target != NO_UNIT)
        store(node, template_link_slot(t, e->value, closed, 0), r->units[e->target].root);
}

static bool apply_unit(Replay *r, const Event *e) {
    const Template *t = &r->spec->populations[e->template].template;
    bool closed = e->flags & UNIT_CLOSED, good = true;
    if (e->value > r->member_max) {
        r->member_max = e->value;
        free(r->members);
        r->members = memory_new(r->member_max, sizeof(Node *));
    }
    for (uint32_t i = 0; good && i < e->value; i++) {
        Member member = template_member(t, e->value, closed, i);
        r->members[i] = allocate(r, t, i, member.slots, &good);
        attach(r, e, &member, i);
        good = good && safepoint(r);
    }
    return good;
}

static void apply_store(Replay *r, const Event *e) {
    const UnitRef *unit = &r->units[e->unit];
    uint32_t slot = unit->root->body->slot_count - unit->template->links + e->flags;
    store(unit->root, slot, e->target == NO_UNIT ? NULL : r->units[e->target].root);
}

static void apply_drop(Replay *r, uint32_t unit) {
    r->units[unit].held = false;
    Py_DECREF((PyObject *)r->units[unit].root);
}

// ---- playing ----

static bool apply(Replay *r, const Event *e) {
    if (e->op == OP_UNIT && !apply_unit(r, e)) return false;
    if (e->op == OP_STORE) apply_store(r, e);
    if (e->op == OP_DROP) apply_drop(r, e->unit);
    r->events++;
    if ((e->op == OP_PHASE || e->op == OP_COLLECT) && !plans_between_events(r)) return false;
    MemoryDifference d;
    return r->memory == NULL || memory_check_event(r->memory, e, r->members, &d) ||
           differs(r, d.what, d.simulated, d.real);
}

static bool play(Replay *r) {
    bool done = false;
    for (;;) {
        size_t count = 0;
        const Event *event = mutator_next(r->mutator, 1, &count);
        if (count == 0) break;
        if (!run_event(r->run, &done, r->error) || !apply(r, event)) return false;
    }
    r->counts->events += r->events;
    return same(r, "plans", (int64_t)r->recorder->collection_count, (int64_t)r->next);
}

// ---- opening and cleaning ----

bool replay_can(const PolicyChoice *choice) {
    return strcmp(choice->policy->name, "gen3") == 0 || strcmp(choice->policy->name, "freeze") == 0;
}

// Whether the interpreter's own rules are the policy's.
static bool is_native(const Generations *g) {
    bool fits =
        g->threshold[0] <= INT_MAX && g->threshold[1] <= INT_MAX && g->threshold[2] <= INT_MAX;
    return fits && g->quarter && !g->legacy_finalizers &&
           g->at_safepoint == interpreter_has_safepoints();
}

bool replay_can_memory(const PolicyChoice *choice) {
    Generations g = generations_new(choice->values);
    return strcmp(choice->policy->name, "gen3") == 0 && is_native(&g);
}

// All types that the workload needs, before the collector is watched.
static void make_types(const Replay *r) {
    for (uint32_t i = 0; i < r->spec->population_count; i++) {
        const Template *t = &r->spec->populations[i].template;
        for (uint32_t member = 0; member < 3u + t->fanout; member++)
            node_type(node_kind(r, t, member), template_bytes(t, member));
    }
    interpreter_hide_objects();
}

static void set_up(Replay *r) {
    const Generations *g = &r->generations;
    make_types(r);
    interpreter_reset();
    if (r->memory != NULL) memory_check_start(r->memory);
    if (!r->automatic) return;
    interpreter_set_thresholds((int)g->threshold[0], (int)g->threshold[1], (int)g->threshold[2]);
    interpreter_enable(true);
}

// What legacy finalizers keep is in no unit's hands: it is cleared one by one.
static void clear_remains(void) {
    size_t count = 0;
    PyObject **objects = interpreter_objects(&count);
    for (size_t i = 0; i < count; i++) Py_INCREF(objects[i]);
    for (size_t i = 0; i < count; i++) {
        if (node_is(objects[i])) node_clear((Node *)objects[i]);
        Py_DECREF(objects[i]);
    }
    free(objects);
}

static void clean_up(Replay *r) {
    interpreter_enable(false);
    interpreter_reset();  // gc.garbage lets go
    for (uint32_t i = 0; i < r->units_max; i++)
        if (r->units[i].held) apply_drop(r, i);
    interpreter_unfreeze();
    interpreter_collect(2);
    if (node_live() > 0) clear_remains();
    interpreter_reset();
    CHECK(node_live() == 0);
}

static bool open_replay(Replay *r, const PolicyChoice *choice, bool memory) {
    RunOptions options = {r->spec, choice, ENGINE_TRACING, 1, false, arenas_layout()};
    r->generations = generations_new(choice->values);
    r->finalizer = r->generations.legacy_finalizers ? NODE_LEGACY_FINALIZER : NODE_FINALIZER;
    r->automatic = r->counts->automatic = is_native(&r->generations);
    r->units_max = mutator_units_max(r->spec);
    r->mutator = mutator_open(r->spec, r->error);
    r->units = reserve_new(r->units_max, sizeof *r->units, "units", r->error);
    r->run = run_open(&options, r->error);
    if (r->run != NULL) r->recorder = run_recorder(r->run);
    if (r->run != NULL && memory)
        r->memory = memory_check_open(r->spec, run_heap(r->run), &r->counts->memory);
    return r->mutator != NULL && r->units != NULL && r->run != NULL;
}

static void close_replay(Replay *r) {
    memory_check_close(r->memory);
    run_close(r->run);
    mutator_close(r->mutator);
    reserve_free(r->units, r->units_max, sizeof *r->units);
    free(r->members);
}

bool replay_compare(const Spec *spec, const PolicyChoice *choice, bool memory, ReplayCounts *counts,
                    Error *error) {
    Replay r = {.spec = spec, .counts = counts, .error = error};
    CHECK(replay_can(choice) && (!memory || replay_can_memory(choice)));
    bool good = open_replay(&r, choice, memory);
    if (good) {
        set_up(&r);
        good = play(&r);
        clean_up(&r);
    }
    close_replay(&r);
    return good;
}
