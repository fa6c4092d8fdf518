// test_audit.c -- a leak of each shape is found, with its holder; a count that nobody explains, too
//
// The workloads leak by design: units of `leak` are never let go, and those of `linked` stay as
// long as one of them refers to them. What must be left is counted from the events alone.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "hand_heap.h"
#include "heap_state.h"
#include "run.h"
#include "suites.h"

enum { LEAK, LINKED, GONE, MADE };  // populations

static const char *const SHAPE_TEXTS[] = {
#define X(name, shape, help) name,
    SHAPES(X)
#undef X
};

static Spec *spec_of(const char *shape) {
    char text[1024];
    Error error = {0};
    Spec *spec = memory_new(1, sizeof *spec);
    const char *takes = strstr(shape, "tree") != NULL ? " fanout=2"
                        : strcmp(shape, "mesh") == 0  ? " degree=2"
                                                      : "";
    const bool large = strcmp(shape, "single") != 0 && strcmp(shape, "pair") != 0;
    const char *objects = large ? "objects = uniform min=2 max=9\n" : "";
    snprintf(text, sizeof text,
             "[workload]\nrounds = 3\n[phase p]\nallocations = 6k\n"
             "[population leak]\nshape = %s%s\n%sshare = 20%%\nlifetime = forever\n"
             "cycle_density = 50%%\nlinks = linked 60%%, leak 10%%\n"
             "[population linked]\nshape = %s%s\n%sshare = 40%%\nlifetime = geometric mean=200\n"
             "cycle_density = 50%%\n"
             "[population gone]\nshape = %s%s\n%sshare = 40%%\nlifetime = round\n"
             "cycle_density = 50%%\nlinks = linked 30%%\n",
             shape, takes, objects, shape, takes, objects, shape, takes, objects);
    ck_assert_msg(spec_read_text(spec, "leaks", text, NULL, 0, &error), "%s\n%s", error.text, text);
    ck_assert_uint_eq(spec->population_count, MADE);
    return spec;
}

// ---- what must be left, from the events ----

typedef struct {
    uint32_t objects, links[LINKS_MAX];
    uint8_t population;
    bool exists, held;
} ShadowUnit;

typedef struct {
    uint64_t held[MADE], linked[MADE];  // objects at the end of a round, by who keeps them
} Expected;

static void reach(ShadowUnit *units, uint32_t count, bool *found) {
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t k = 0; units[i].exists && found[i] && k < LINKS_MAX; k++) {
                const uint32_t to = units[i].links[k];
                if (to == NO_UNIT || found[to]) continue;
                more = found[to] = true;
            }
    }
}

static Expected round_ends(ShadowUnit *units, uint32_t count) {
    Expected expected = {0};
    bool *found = memory_new(count, sizeof *found);
    for (uint32_t i = 0; i < count; i++) found[i] = units[i].exists && units[i].held;
    reach(units, count, found);
    for (uint32_t i = 0; i < count; i++) {
        const ShadowUnit *unit = &units[i];
        if (!found[i]) continue;
        (unit->held ? expected.held : expected.linked)[unit->population] += unit->objects;
    }
    free(found);
    return expected;
}

static void shadow_apply(ShadowUnit *units, const Event *e) {
    ShadowUnit *unit = &units[e->unit];
    if (e->op == OP_UNIT)
        *unit = (ShadowUnit){
            e->value, {e->target, NO_UNIT, NO_UNIT, NO_UNIT}, (uint8_t)e->template, true, true};
    if (e->op == OP_STORE) unit->links[e->flags] = e->target;
    if (e->op == OP_DROP) unit->held = false;
    if (e->op == OP_DEAD) unit->exists = false;
}

static void play_shadow(const Spec *spec, Expected *rounds) {
    Error error = {0};
    size_t count = 0, round = 0;
    const uint32_t units_max = mutator_units_max(spec);
    ShadowUnit *units = memory_new(units_max, sizeof *units);
    Mutator *mutator = mutator_open(spec, &error);
    const Event *event;
    while ((event = mutator_next(mutator, 1, &count), count > 0)) {
        const Event copy = *event;
        if (copy.op == OP_PHASE && copy.value == ROUND_END)
            rounds[round++] = round_ends(units, units_max);
        else if (copy.op != OP_PHASE)
            shadow_apply(units, &copy);
    }
    mutator_close(mutator);
    free(units);
}

// ---- what the audit says ----

static bool phased(void *context, const Heap *heap, Error *error) {
    return !view_round_ended(heap_view(heap)) || audit_log_take(context, heap, error);
}

static AuditLog audits_of(const Spec *spec, const char *policy_name) {
    AuditLog log = {0};
    PolicyChoice policy;
    Error error = {0};
    bool done = false;
    ck_assert_msg(policy_choose(&policy, policy_name, &error), "%s", error.text);
    const RunWatcher watcher = {.context = &log, .phased = phased};
    const RunOptions options = {.spec = spec, .policy = &policy, .batch = 100, .watcher = &watcher};
    Run *run = run_open(&options, &error);
    ck_assert_msg(run != NULL && run_advance(run, UINT64_MAX, &done, &error), "%s", error.text);
    run_close(run);
    return log;
}

static Expected found_in(const Audit *audit, uint64_t *garbage) {
    Expected found = {0};
    *garbage = 0;
    for (uint32_t i = 0; i < audit->row_count; i++) {
        const AuditRow *row = &audit->rows[i];
        if (row->by == AUDIT_REGISTER) found.held[row->population] += row->tally.objects;
        if (row->by == AUDIT_NOBODY) *garbage += row->tally.objects;
        if (row->by != AUDIT_LINK) continue;
        found.linked[row->population] += row->tally.objects;
        ck_assert_uint_eq(row->holder, LEAK);
        ck_assert_uint_eq(row->owner, LEAK);
        ck_assert_uint_eq(row->link, 0);
    }
    return found;
}

static void compare_audits(const char *shape, const char *policy) {
    enum { ROUNDS = 3 };
    Expected expected[ROUNDS];
    Spec *spec = spec_of(shape);
    play_shadow(spec, expected);
    AuditLog log = audits_of(spec, policy);
    ck_assert_uint_eq(log.count, ROUNDS);
    for (size_t i = 0; i < ROUNDS; i++) {
        uint64_t garbage;
        const Expected found = found_in(&log.audits[i], &garbage);
        for (uint32_t p = 0; p < MADE; p++) {
            ck_assert_msg(
                found.held[p] == expected[i].held[p] && found.linked[p] == expected[i].linked[p],
                "%s under %s, round %zu, population %u", shape, policy, i, p);
        }
        ck_assert_uint_gt(found.held[LEAK], 0);
        ck_assert_uint_gt(found.linked[LINKED], 0);
        ck_assert_uint_eq(found.held[GONE] + found.linked[GONE], 0);
        ck_assert_uint_eq(garbage == 0, strcmp(policy, "oracle") == 0);
    }
    audit_log_free(&log);
    free(spec);
}

START_TEST(a_leak_of_each_shape_is_found_with_its_holder) {
    compare_audits(SHAPE_TEXTS[_i], "oracle");
    compare_audits(SHAPE_TEXTS[_i], "none");
}
END_TEST

// ---- by hand ----

static Audit *audit_of(const Heap *heap) {
    Error error = {0};
    Audit *audit = memory_new(1, sizeof *audit);
    ck_assert_msg(audit_take(audit, heap, 0, &error), "%s", error.text);
    return audit;
}

START_TEST(a_chain_of_links_is_followed_to_its_register) {
    Heap *heap = hand_heap_new();
    play(heap, of(chain(0, 4), SMALL_PAYLOAD));
    play(heap, of(to(chain(1, 3), 0), LARGE_PAYLOAD));
    play(heap, chain(2, 2), store(2, 1), drop(0), drop(1));  // link 0, and link 1
    Audit *audit = audit_of(heap);
    ck_assert_uint_eq(audit->row_count, 3);
    for (uint32_t i = 0; i < audit->row_count; i++) {
        const AuditRow *row = &audit->rows[i];
        ck_assert_uint_eq(row->units, 1);
        ck_assert_int_eq(row->by, row->population == PLAIN ? AUDIT_REGISTER : AUDIT_LINK);
        if (row->by != AUDIT_LINK) continue;
        ck_assert_uint_eq(row->holder, row->population == SMALL_PAYLOAD ? LARGE_PAYLOAD : PLAIN);
        ck_assert_uint_eq(row->link, row->population == SMALL_PAYLOAD ? 0 : 1);
        ck_assert_uint_eq(row->owner, PLAIN);
    }
    free(audit);
    heap_close(heap);
}
END_TEST

START_TEST(what_is_not_found_yet_and_what_is_uncollectable_is_told_apart) {
    Heap *heap = hand_heap_new();
    play(heap, of(ring(0, 3), WITH_FINALIZER), dead(0), drop(0));
    Plan plan = collect(0);
    plan.finalizers = FINALIZERS_LEGACY;
    execute(heap, plan);
    play(heap, ring(1, 2), dead(1), drop(1));
    Audit *audit = audit_of(heap);
    ck_assert_uint_eq(audit->row_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const AuditRow *row = &audit->rows[i];
        ck_assert_int_eq(row->by, AUDIT_NOBODY);
        ck_assert_int_eq(row->reason,
                         row->population == PLAIN ? GARBAGE_WAITS : GARBAGE_UNCOLLECTABLE);
    }
    free(audit);
    heap_close(heap);
}
END_TEST

START_TEST(a_reference_that_nobody_explains_is_found) {
    for (int change = -1; change <= 1; change += 2) {
        Heap *heap = hand_heap_new();
        Audit *audit = memory_new(1, sizeof *audit);
        Error error = {0};
        play(heap, ring(0, 3), chain(1, 2));
        heap->refcounts[heap->instances[heap->instance_of_unit[0]].first + 1] += (uint32_t)change;
        ck_assert(!audit_take(audit, heap, 0, &error));
        ck_assert(error.check_failed);
        ck_assert_msg(strstr(error.text, change < 0 ? "count is 0, but 1" : "count is 2, but 1"),
                      "%s", error.text);
        heap->refcounts[heap->instances[heap->instance_of_unit[0]].first + 1] -= (uint32_t)change;
        free(audit);
        heap_close(heap);
    }
}
END_TEST

Suite *audit_suite(void) {
    Suite *suite = suite_create("audit");
    TCase *shapes = tcase_create("shapes");
    tcase_set_timeout(shapes, 30);
    tcase_add_loop_test(shapes, a_leak_of_each_shape_is_found_with_its_holder, 0, SHAPE_COUNT);
    suite_add_tcase(suite, shapes);
    TCase *hand = tcase_create("by hand");
    tcase_add_test(hand, a_chain_of_links_is_followed_to_its_register);
    tcase_add_test(hand, what_is_not_found_yet_and_what_is_uncollectable_is_told_apart);
    tcase_add_test(hand, a_reference_that_nobody_explains_is_found);
    suite_add_tcase(suite, hand);
    return suite;
}
