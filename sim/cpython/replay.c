// replay.c -- the same events on a real interpreter, its collections against the simulated ones
#include "replay.h"

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "arenas.h"
#include "region.h"
#include "replay_state.h"

// ---- events ----

static NodeKind node_kind(const Replay *r, const Template *t, bool resurrects, uint32_t member) {
    if (!t->finalizer || member > 0) return NODE_PLAIN;
    return resurrects && r->finalizer == NODE_FINALIZER ? NODE_RESURRECTING_FINALIZER
                                                        : r->finalizer;
}

static NodeType *type_of(const Replay *r, const Template *t, bool resurrects, uint32_t member,
                         uint32_t slots) {
    return node_type(node_kind(r, t, resurrects, member), template_bytes(t, member), slots,
                     template_payload(t, member));
}

static void store(Node *from, uint32_t slot, Node *to) {
    PyObject **place = node_slots(from).first + slot, *old = *place;
    Py_XINCREF((PyObject *)to);
    *place = (PyObject *)to;
    Py_XDECREF(old);
}

// Into the space where the policy has its population born: a generation, the frozen ones, or a
// region, of which the collector sees nothing.
static void track(const Replay *r, uint32_t population, Node *node) {
    uint32_t space = r->birth_space[population];
    if (r->spaces->is_region[space]) return;
    if (space == LIST_YOUNG)
        PyObject_GC_Track((PyObject *)node);
    else
        interpreter_track((PyObject *)node, (InterpreterList)space);
}

static void attach(Replay *r, const Event *e, const Member *member, uint32_t i) {
    const Template *t = &r->spec->populations[e->template].template;
    bool closed = e->flags & UNIT_CLOSED;
    Node *node = r->members[i];
    node_fill(node);
    track(r, e->template, node);
    if (i > 0) {
        node_slots(r->members[member->parent]).first[member->parent_slot] = (PyObject *)node;
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
    for (uint32_t i = 0; good && !r->stopped && i < e->value; i++) {
        Member member = template_member(t, e->value, closed, i);
        NodeType *type = type_of(r, t, e->flags & UNIT_RESURRECTS, i, member.slots);
        r->members[i] = replay_allocate(r, e->template, type, member.slots, &good);
        attach(r, e, &member, i);
        r->stopped = r->clock == r->clock_end;
        good = good && (r->stopped || replay_safepoint(r));
    }
    return good;
}

static void apply_store(Replay *r, const Event *e) {
    const UnitRef *unit = &r->units[e->unit];
    uint32_t slot = node_slots(unit->root).count - unit->template->links + e->flags;
    store(unit->root, slot, e->target == NO_UNIT ? NULL : r->units[e->target].root);
}

static void apply_drop(Replay *r, uint32_t unit) {
    r->units[unit].held = false;
    Py_DECREF((PyObject *)r->units[unit].root);
}

// ---- playing ----

static bool apply(Replay *r, const Event *e) {
    if (e->op == OP_UNIT && !apply_unit(r, e)) return false;
    if (r->stopped) return true;
    if (e->op == OP_STORE) apply_store(r, e);
    if (e->op == OP_DROP) apply_drop(r, e->unit);
    if (e->op == OP_REQUEST) measurement_request(r->measurement);
    r->events++;
    if ((e->op == OP_PHASE || e->op == OP_COLLECT) && !replay_plans(r)) return false;
    if (e->op == OP_PHASE) measurement_phase(r->measurement, r->clock);
    MemoryDifference d;
    return r->memory == NULL || memory_check_event(r->memory, e, r->members, &d) ||
           replay_differs(r, d.what, d.simulated, d.real);
}

// False when whoever watches wants to stop. What it does is not in the time.
static bool shows_progress(Replay *r) {
    const uint64_t events = 1 << 16;
    if (r->watch == NULL || r->events - r->shown < events) return true;
    r->shown = r->events;
    stopwatch_ns(&r->measurement->watch);
    bool goes_on = r->watch->progress(r->watch->context, r->clock);
    stopwatch_skip(&r->measurement->watch);
    return goes_on || error_set(r->error, "interrupted");
}

static bool play(Replay *r) {
    const size_t batch = r->ahead ? 256 : 1;
    CHECK(r->units != NULL && r->recorder != NULL);  // open_replay made them
    bool done = false;
    while (!r->stopped) {
        size_t count = 0;
        const Event *events = mutator_next(r->mutator, batch, &count);
        if (count == 0) break;
        if (!r->ahead && !run_event(r->run, &done, r->error)) return false;
        for (size_t i = 0; i < count && !r->stopped; i++)
            if (!apply(r, &events[i])) return false;
        if (!shows_progress(r)) return false;
    }
    r->counts->events += r->events;
    return replay_same(r, "plans", (int64_t)r->recorder->collection_count, (int64_t)r->next);
}

// ---- opening and cleaning ----

static bool is_named(const PolicyChoice *choice, const char *name) {
    return strcmp(choice->policy->name, name) == 0;
}

// A policy without generations collects all of them.
static Generations generations_of(const PolicyChoice *choice) {
    if (is_named(choice, "none")) return (Generations){0};
    return generations_new(choice->values);
}

const char *replay_refusal(const PolicyChoice *choice) {
    if (strchr(choice->canonical, '@') != NULL)  // whatever it is called
        return "a real interpreter cannot run it: plug-ins and rules are simulated only";
    if (is_named(choice, "oracle"))
        return "a real interpreter cannot run it: only the simulation knows when garbage dies";
    if (is_named(choice, "incremental") || is_named(choice, "incremental-mark"))
        return "a real interpreter cannot run it: none that can be embedded here collects by "
               "increments";
    if (is_named(choice, "free-threaded"))
        return "a real interpreter cannot run it: none that can be embedded here is built without "
               "the GIL";
    if (is_named(choice, "arena") && generations_of(choice).finalizers == FINALIZERS_LEGACY)
        return "a real interpreter cannot run it: a region that is released calls all finalizers, "
               "and finalizers=legacy calls none";
    static const char *const known[] = {"none", "gen3", "freeze", "arena"};
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++)
        if (is_named(choice, known[i])) return NULL;
    return "a real interpreter cannot run it: its rules are not known there (sim/cpython/replay.c)";
}

// A release by our own means frees what finalizers of a region bring back.
bool replay_can_finalize(const Spec *spec, const PolicyChoice *choice) {
    FinalizerRule rule = generations_of(choice).finalizers;
    bool resurrects = false;
    for (uint32_t i = 0; i < spec->population_count; i++)
        resurrects |= spec->populations[i].resurrect_ppm > 0;
    return !resurrects || rule == FINALIZERS_LEGACY ||
           (rule == interpreter_finalizers() && !is_named(choice, "arena"));
}

// Whether the interpreter's own rules are the policy's.
static bool is_native(const Generations *g) {
    bool fits =
        g->threshold[0] <= INT_MAX && g->threshold[1] <= INT_MAX && g->threshold[2] <= INT_MAX;
    return fits && g->quarter && g->finalizers != FINALIZERS_LEGACY &&
           g->at_safepoint == interpreter_has_safepoints();
}

// All types that the workload needs, before the collector is watched: of the root, of what every
// other member can be (a dict, a record), and of a B-tree's second node.
static void make_types(const Replay *r) {
    for (uint32_t i = 0; i < r->spec->population_count; i++) {
        const Template *t = &r->spec->populations[i].template;
        const uint32_t members[] = {0, 1, 2, t->fanout + 1u};
        const uint32_t slots_max = 2u * t->fanout + 2 + t->links;
        for (size_t m = 0; m < ARRAY_LENGTH(members); m++) {
            uint32_t k = members[m];
            uint32_t inside = node_slots_inside(template_bytes(t, k), template_payload(t, k));
            for (uint32_t slots = 0; slots <= slots_max && slots <= inside + 1; slots++)
                for (int resurrects = 0; resurrects <= 1; resurrects++)
                    type_of(r, t, resurrects, k, slots);  // the last one is spilled
        }
    }
    interpreter_hide_objects();
}

static void set_up(Replay *r) {
    const Generations *g = &r->generations;
    make_types(r);
    interpreter_reset();
    if (r->memory != NULL) memory_check_start(r->memory);
    if (r->measurement != NULL) arenas_drain();
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
    for (uint32_t i = 0; i < r->spaces->space_count; i++)
        if (r->spaces->is_region[i]) region_release(i, &(RegionRelease){0});
    interpreter_unfreeze();
    do interpreter_collect(2);
    while (node_let_go() > 0);
    if (node_live() > 0) clear_remains();
    interpreter_reset();
    CHECK(node_live() == 0);
}

bool replay_can_memory(const PolicyChoice *choice) {
    Generations g = generations_of(choice);
    return is_named(choice, "gen3") && is_native(&g);
}

// A region's objects lie in arenas of the region.
static bool fits_regions(const Replay *r) {
    for (uint32_t i = 0; i < r->spec->population_count; i++) {
        const Population *p = &r->spec->populations[i];
        if (!r->spaces->is_region[r->birth_space[i]]) continue;
        uint32_t bytes = (uint32_t)max_u64(template_bytes(&p->template, 0), p->template.bytes);
        if (bytes <= REGION_ARENA_BYTES) continue;
        return error_set(r->error,
                         "population %s: objects of %u bytes; a real region takes %d at most",
                         p->name, bytes, REGION_ARENA_BYTES);
    }
    return true;
}

static bool open_replay(Replay *r, const PolicyChoice *choice) {
    const char *refusal = replay_refusal(choice);
    if (refusal != NULL) return error_set(r->error, "policy %s: %s", choice->label, refusal);
    if (!replay_can_finalize(r->spec, choice))
        return error_set(r->error,
                         "policy %s: CPython %s does not do as it says with what finalizers of "
                         "this workload resurrect",
                         choice->label, interpreter_version());
    r->generations = generations_of(choice);
    r->finalizer =
        r->generations.finalizers == FINALIZERS_LEGACY ? NODE_LEGACY_FINALIZER : NODE_FINALIZER;
    r->units_max = mutator_units_max(r->spec);
    r->mutator = mutator_open(r->spec, r->error);
    r->units = reserve_new(r->units_max, sizeof *r->units, "units", r->error);
    if (r->mutator == NULL || r->units == NULL || r->run == NULL) return false;
    r->recorder = run_recorder(r->run);
    r->birth_space = run_birth_spaces(r->run);
    r->spaces = run_spaces(r->run);
    CHECK(r->birth_space != NULL);  // of no policy that is not refused
    bool regions = false;
    for (uint32_t i = 0; i < r->spaces->space_count; i++) regions |= r->spaces->is_region[i];
    r->automatic = !regions && !is_named(choice, "none") && is_native(&r->generations);
    r->counts->automatic = r->automatic;
    return fits_regions(r);
}

static void close_replay(Replay *r) {
    memory_check_close(r->memory);
    mutator_close(r->mutator);
    reserve_free(r->units, r->units_max, sizeof *r->units);
    free(r->members);
}

bool replay_compare(const Spec *spec, const PolicyChoice *choice, bool memory, ReplayCounts *counts,
                    Error *error) {
    RunOptions options = {.spec = spec, .policy = choice, .batch = 1, .allocator = arenas_layout()};
    Replay r = {.spec = spec, .clock_end = UINT64_MAX, .counts = counts, .error = error};
    CHECK(!memory || replay_can_memory(choice));
    r.run = run_open(&options, error);
    bool good = r.run != NULL && open_replay(&r, choice);
    if (good && memory) r.memory = memory_check_open(spec, run_heap(r.run), &counts->memory);
    if (good) {
        set_up(&r);
        good = play(&r);
        clean_up(&r);
    }
    close_replay(&r);
    run_close(r.run);
    return good;
}

bool replay_measure(Run *run, RunResult *result, const ReplayWatch *watch, ReplayCounts *counts,
                    Error *error) {
    Measurement measurement;
    Replay r = {.spec = result->spec,
                .run = run,
                .ahead = true,
                .measurement = &measurement,
                .watch = watch,
                .clock_end = result->status == STATUS_OK ? UINT64_MAX : result->metrics.allocations,
                .counts = counts,
                .error = error};
    bool good = open_replay(&r, result->policy);
    if (good) {
        set_up(&r);
        uint64_t fresh = arenas_now() * arenas_layout()->arena_bytes;
        malloc_trim(0);  // what the simulation left
        measurement_start(&measurement, run_measured(run), fresh);
        good = play(&r);
        uint64_t total_ns = measurement_finish(&measurement);
        clean_up(&r);
        metrics_measured(&result->metrics, result->recorder, total_ns);
        result->interpreter = interpreter_version();
    }
    close_replay(&r);
    return good;
}
