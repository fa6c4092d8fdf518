// form.c -- what all units of one template, size and closedness have in common
#include "form.h"

#include <stdlib.h>
#include <string.h>

// ---- the objects of a unit, one by one ----

static void graph_fill(Graph *g, const Template *t, bool closed) {
    for (uint32_t i = 0; i < g->objects; i++) {
        Member member = template_member(t, g->objects, closed, i);
        if (i > 0) g->slots[g->starts[member.parent] + member.parent_slot] = i;
        for (uint32_t k = 0; k < member.stores; k++) {
            MemberStore store = template_store(t, g->objects, closed, i, k);
            g->slots[g->starts[store.from] + store.slot] = store.to;
        }
    }
    for (uint32_t k = 1; k <= t->links; k++) g->slots[g->starts[1] - k] = FORM_LINK;
}

Graph graph_new(const Template *t, uint32_t objects, bool closed) {
    Graph g = {.objects = objects, .starts = memory_new(objects + (size_t)1, sizeof *g.starts)};
    for (uint32_t i = 0; i < objects; i++)
        g.starts[i + 1] = g.starts[i] + template_member(t, objects, closed, i).slots;
    g.slots = memory_new(g.starts[objects], sizeof *g.slots);
    memset(g.slots, 0xff, g.starts[objects] * sizeof *g.slots);
    graph_fill(&g, t, closed);
    return g;
}

void graph_free(Graph *graph) {
    free(graph->starts);
    free(graph->slots);
}

// ---- going ----

// The same three steps as in object.c: dealloc_slots, object_decref, object_clear.
typedef struct {
    const uint32_t *starts;
    uint32_t *slots;     // a copy: they are cleared
    uint32_t *next;      // which is the next to be cleared, from starts[]
    uint32_t *counts;    // references
    uint32_t *freed_by;  // whose slot was the last reference
    bool *freed;
    Teardown result;
} Going;

// Clears slots from the next one on; the first member that this leaves without references.
static uint32_t slots_release(Going *g, uint32_t member) {
    while (g->next[member] < g->starts[member + 1]) {
        uint32_t *slot = &g->slots[g->next[member]++], target = *slot;
        *slot = FORM_EMPTY;
        if (target == FORM_LINK) {  // they are the last ones of the root
            g->result.steps[g->result.length++] = TEARDOWN_LINKS;
            g->next[member] = g->starts[member + 1];
        } else if (target != FORM_EMPTY && --g->counts[target] == 0) {
            return target;
        }
    }
    return FORM_EMPTY;
}

static void member_release(Going *g, uint32_t member) {
    g->freed_by[member] = FORM_EMPTY;
    while (member != FORM_EMPTY) {
        uint32_t child = slots_release(g, member);
        if (child != FORM_EMPTY) {
            g->freed_by[child] = member;
            member = child;
        } else {
            g->result.steps[g->result.length++] = member;
            g->freed[member] = true;
            member = g->freed_by[member];
        }
    }
}

// Somebody holds it while it is cleared.
static void member_clear(Going *g, uint32_t member) {
    g->counts[member]++;
    for (uint32_t child; (child = slots_release(g, member)) != FORM_EMPTY;)
        member_release(g, child);
    if (--g->counts[member] == 0) member_release(g, member);
}

static Going going_new(const Graph *graph, const uint8_t *marks, uint8_t alive) {
    const uint32_t objects = graph->objects, slots = graph->starts[objects];
    Going g = {.starts = graph->starts,
               .slots = memory_new(slots, sizeof *g.slots),
               .next = memory_new(objects, sizeof *g.next),
               .counts = memory_new(objects, sizeof *g.counts),
               .freed_by = memory_new(objects, sizeof *g.freed_by),
               .freed = memory_new(objects, sizeof *g.freed),
               .result.steps = memory_new(objects + (size_t)1, sizeof *g.result.steps)};
    memcpy(g.slots, graph->slots, slots * sizeof *g.slots);
    memcpy(g.next, graph->starts, objects * sizeof *g.next);
    for (uint32_t i = 0; i < objects; i++) {
        if (!(marks[i] & alive)) continue;
        for (uint32_t k = graph->starts[i]; k < graph->starts[i + 1]; k++)
            if (graph->slots[k] < FORM_LINK) g.counts[graph->slots[k]]++;
    }
    return g;
}

Teardown teardown_new(const Graph *graph, const uint8_t *marks, uint8_t alive, uint8_t clear) {
    Going g = going_new(graph, marks, alive);
    CHECK(clear != 0 || g.counts[0] == 0);
    if (clear == 0) member_release(&g, 0);
    for (uint32_t i = 0; i < graph->objects; i++)
        if (marks[i] & clear && !g.freed[i]) member_clear(&g, i);
    free(g.slots);
    free(g.next);
    free(g.counts);
    free(g.freed_by);
    free(g.freed);
    return g.result;
}

// ---- in numbers ----

static void form_count(Form *form, const Template *t, bool closed) {
    for (uint32_t i = 0; i < form->objects; i++) {
        Member member = template_member(t, form->objects, closed, i);
        uint32_t payload = template_payload(t, i);
        form->bytes += (uint64_t)template_bytes(t, i) + payload;
        form->payload_bytes += payload;
        form->payloads += payload > 0;
        form->edges += member.stores + (i > 0);
        for (uint32_t k = 0; k < member.stores; k++)
            form->root_refs += template_store(t, form->objects, closed, i, k).to == 0;
    }
}

static Form *form_new(const Template *t, uint32_t objects, bool closed) {
    Form *form = memory_new(1, sizeof *form);
    form->objects = objects;
    form_count(form, t, closed);
    return form;
}

void form_teardown(Form *form, const Template *t, bool closed) {
    Graph graph = graph_new(t, form->objects, closed);
    uint8_t *marks = memory_new(form->objects, sizeof *marks);
    memset(marks, 1, form->objects);
    form->all = teardown_new(&graph, marks, 1, 1);
    CHECK(form->all.length == form->objects + (t->links > 0));
    free(form->order);  // the steps may have been taken over since
    form->order = memory_new(form->objects + (size_t)FORM_ROW, sizeof *form->order);
    for (uint32_t i = 0, next = 0; i < form->all.length; i++)
        if (form->all.steps[i] != TEARDOWN_LINKS) form->order[next++] = form->all.steps[i];
    free(marks);
    graph_free(&graph);
}

static void form_free(Form *form) {
    if (form == NULL) return;
    free(form->all.steps);
    free(form->order);
    free(form);
}

Form *forms_make(Forms *forms, const Template *t, uint16_t template, uint32_t objects,
                 bool closed) {
    CHECK(template <forms->templates);
    if (objects <= FORM_KEPT) {
        Form **kept = &forms->kept[form_index(template, objects, closed)];
        if (*kept == NULL) *kept = form_new(t, objects, closed);
        return *kept;
    }
    if (forms->large == NULL || forms->large->objects != objects ||
        forms->large_template != template || forms->large_closed != closed) {
        form_free(forms->large);
        forms->large = form_new(t, objects, closed);
        forms->large_template = template;
        forms->large_closed = closed;
    }
    return forms->large;
}

bool forms_open(Forms *forms, uint32_t templates, Error *error) {
    *forms = (Forms){.templates = templates};
    forms->kept = reserve_new(form_index((uint16_t)templates, 0, false), sizeof *forms->kept,
                              "the forms of units", error);
    return forms->kept != NULL;
}

void forms_close(Forms *forms) {
    const size_t count = form_index((uint16_t)forms->templates, 0, false);
    for (size_t i = 0; forms->kept != NULL && i < count; i++) form_free(forms->kept[i]);
    reserve_free(forms->kept, count, sizeof *forms->kept);
    form_free(forms->large);
}
