// audit.c -- who holds what is still there, down to the last reference
#include "audit.h"

#include <stdlib.h>

#include "census_holders.h"
#include "heap_state.h"

const char *audit_holder_name(AuditHolder holder) {
    static const char *const names[] = {
#define X(holder, name, what) name,
        AUDIT_HOLDERS(X)
#undef X
    };
    CHECK(holder < ARRAY_LENGTH(names));
    return names[holder];
}

typedef struct {
    const Heap *heap;
    Audit *audit;
    uint32_t unexamined;
    uint32_t pending;     // allocated but not attached: the interpreter holds it; 0: none
    uint32_t *explained;  // references, by object
    uint32_t *queue;      // instances
    uint32_t *holders;    // by instance: the one whose link holds it; itself: its register does
    uint8_t *links;       // and which link
    uint32_t *owners;     // and the instance whose register is at the beginning
} Work;

static bool is_alive(const Heap *h, uint32_t object) { return h->tags[object] & TAG_ALIVE; }

// ---- every reference ----

// A root is held by its register; in gc.garbage are those with legacy finalizers.
static void explain_roots(const Work *w, uint32_t object) {
    const Heap *h = w->heap;
    const Instance *instance = &h->instances[object_instance(h, object)];
    const bool held = instance->flags & INSTANCE_HELD && object == instance->first;
    const bool listed = h->tags[object] & TAG_UNCOLLECTABLE && object_finalizer(h, object);
    w->explained[object] += (uint32_t)(held || object == w->pending) + (uint32_t)listed;
}

static bool references_explain(const Work *w, Error *error) {
    const Heap *h = w->heap;
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if (!is_alive(h, i)) continue;
        explain_roots(w, i);
        for (EdgeWalk edge = edges_of(h, i); edge_next(h, &edge);) w->explained[edge.target]++;
    }
    for (uint32_t i = 1; i < h->objects.next; i++) {
        const uint32_t found = is_alive(h, i) ? h->refcounts[i] : 0;
        w->audit->references += w->explained[i];
        if (found == w->explained[i]) continue;
        error->check_failed = true;
        return error_set(
            error,
            "audit: object %u of template %u at allocation %llu: its reference count "
            "is %u, but %u are explained",
            i, is_alive(h, i) ? (uint32_t)h->instances[object_instance(h, i)].template : 0,
            (unsigned long long)h->view.clock, found, w->explained[i]);
    }
    return true;
}

// ---- who holds each unit ----

static uint32_t link_target(const Heap *h, uint32_t number, uint32_t link) {
    const Instance *instance = &h->instances[number];
    const Template *t = h->options.templates[instance->template];
    const uint32_t slot =
        template_link_slot(t, instance->objects, instance->flags & INSTANCE_CLOSED, link);
    const uint32_t target = h->slots[h->slots_at[instance->first] + slot] & ~SLOT_LAST;
    return target != 0 ? object_instance(h, target) : 0;
}

// Breadth first, from all units whose registers are full. Only roots refer to other units.
static void holders_search(const Work *w) {
    const Heap *h = w->heap;
    uint32_t found = 0;
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if (!is_alive(h, i) || object_member(h, i) != 0) continue;
        const uint32_t number = object_instance(h, i);
        if (!(h->instances[number].flags & INSTANCE_HELD)) continue;
        w->holders[number] = w->owners[number] = number;
        w->queue[found++] = number;
    }
    for (uint32_t i = 0; i < found; i++) {
        const uint32_t number = w->queue[i];
        const Template *t = h->options.templates[h->instances[number].template];
        for (uint32_t link = 0; link < t->links; link++) {
            const uint32_t target = link_target(h, number, link);
            if (target == 0 || w->holders[target] != 0) continue;
            w->holders[target] = number;
            w->owners[target] = w->owners[number];
            w->links[target] = (uint8_t)link;
            w->queue[found++] = target;
        }
    }
}

static AuditRow row_of(const Work *w, uint32_t object) {
    const Heap *h = w->heap;
    const uint32_t number = object_instance(h, object), holder = w->holders[number];
    AuditRow row = {.population = h->instances[number].template};
    if (h->tags[object] & TAG_DEAD) {
        row.by = AUDIT_NOBODY;
        row.space = object_space(h, object);
        row.reason = garbage_reason(h, object, w->unexamined);
    } else if (holder != number) {
        CHECK(holder != 0);  // or the truth notes are wrong
        row.by = AUDIT_LINK;
        row.holder = h->instances[holder].template;
        row.link = w->links[number];
        row.owner = h->instances[w->owners[number]].template;
    }
    return row;
}

static bool row_is(const AuditRow *a, const AuditRow *b) {
    return a->by == b->by && a->population == b->population && a->holder == b->holder &&
           a->link == b->link && a->owner == b->owner && a->space == b->space &&
           a->reason == b->reason;
}

static void row_add(Audit *audit, const AuditRow *like, const Tally *tally, bool is_root) {
    uint32_t i = 0;
    while (i < audit->row_count && !row_is(&audit->rows[i], like)) i++;
    tally_add(&audit->live, tally);
    if (i == AUDIT_ROWS_MAX) {
        tally_add(&audit->elsewhere, tally);
        return;
    }
    if (i == audit->row_count) audit->rows[audit->row_count++] = *like;
    tally_add(&audit->rows[i].tally, tally);
    audit->rows[i].units += is_root;
}

static void rows_fill(const Work *w) {
    const Heap *h = w->heap;
    for (uint32_t i = 1; i < h->objects.next; i++) {
        if (!is_alive(h, i)) continue;
        const AuditRow row = row_of(w, i);
        const uint32_t member = object_member(h, i);
        const Template *t = h->options.templates[row.population];
        const uint64_t payload = i == w->pending ? 0 : template_payload(t, member);
        const Tally tally = {1, template_bytes(t, member) + payload, payload};
        row_add(w->audit, &row, &tally, member == 0);
    }
}

static int order(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static int larger_first(const void *a, const void *b) {
    const AuditRow *left = a, *right = b;
    const int orders[] = {order(right->tally.bytes, left->tally.bytes),
                          order(left->population, right->population),
                          order(left->by, right->by),
                          order(left->holder, right->holder),
                          order(left->link, right->link),
                          order(left->owner, right->owner),
                          order(left->space, right->space),
                          order(left->reason, right->reason)};
    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
        if (orders[i] != 0) return orders[i];
    return 0;
}

static bool live_agrees(const Audit *audit, const Heap *h, Error *error) {
    if (audit->live.objects == h->view.live_objects && audit->live.bytes == h->view.live_bytes)
        return true;
    error->check_failed = true;
    return error_set(error, "audit: %llu objects are alive, but the heap has %llu",
                     (unsigned long long)audit->live.objects,
                     (unsigned long long)h->view.live_objects);
}

bool audit_take(Audit *audit, const Heap *h, uint32_t unexamined, Error *error) {
    CHECK(h->kind == &TRACING_HEAP);
    const size_t objects = h->objects.next, instances = (size_t)h->instance_count + 1;
    Work w = {.heap = h, .audit = audit, .unexamined = unexamined};
    *audit = (Audit){.clock = h->view.clock, .event = h->work.events, .round = h->view.round};
    if (h->cursor.active && h->cursor.allocated)
        w.pending = h->instances[h->cursor.instance].first + h->cursor.member;
    w.explained = memory_new(objects, sizeof *w.explained);
    w.queue = memory_new(instances, sizeof *w.queue);
    w.holders = memory_new(instances, sizeof *w.holders);
    w.owners = memory_new(instances, sizeof *w.owners);
    w.links = memory_new(instances, sizeof *w.links);
    bool good = references_explain(&w, error);
    if (good) {
        holders_search(&w);
        rows_fill(&w);
        qsort(audit->rows, audit->row_count, sizeof *audit->rows, larger_first);
        good = live_agrees(audit, h, error);
    }
    free(w.explained);
    free(w.queue);
    free(w.holders);
    free(w.owners);
    free(w.links);
    return good;
}

// ---- after each round ----

void audit_log_plan(AuditLog *log, const Plan *plan) {
    if (plan->kind == PLAN_MOVE)
        log->moved_to |= 1u << plan->into;
    else
        log->looked_at |= plan->spaces;
}

bool audit_log_take(AuditLog *log, const Heap *h, Error *error) {
    if (log->count == log->capacity) {
        log->capacity = 2 * log->capacity + 4;
        log->audits = memory_resize(log->audits, log->capacity, sizeof *log->audits);
    }
    Audit *audit = &log->audits[log->count];
    if (!audit_take(audit, h, log->moved_to & ~log->looked_at, error)) return false;
    audit->is_oom = h->view.reason == WAKE_MEMORY;
    log->count++;
    return true;
}

void audit_log_free(AuditLog *log) { free(log->audits); }
