// form.h -- what all units of one template, size and closedness have in common
//
// A unit is built from its template in one way only (event.h: Expansion), so its numbers can be
// known before it is, and so can the order in which its objects are freed when it goes.
#ifndef OURO_FORM_H
#define OURO_FORM_H

#include "event.h"

// ---- the objects of a unit, one by one ----

#define FORM_EMPTY UINT32_MAX
#define FORM_LINK  (UINT32_MAX - 1)

// Slots of member m: slots[starts[m]] to slots[starts[m + 1] - 1], in order: a member, FORM_LINK
// (of the root, to another unit) or FORM_EMPTY.
typedef struct {
    uint32_t objects;
    uint32_t *starts;
    uint32_t *slots;
} Graph;

Graph graph_new(const Template *t, uint32_t objects, bool closed);
void graph_free(Graph *graph);

// ---- going ----

// Members in the order in which they are freed; TEARDOWN_LINKS stands where the links of the root
// are cleared.
typedef struct {
    uint32_t *steps;
    uint32_t length;
} Teardown;
#define TEARDOWN_LINKS UINT32_MAX

// What happens when tp_clear is called on the members with marks[m] & clear, in order, or (clear 0)
// when the root has lost its last reference; nothing outside refers to any of them, and only those
// with marks[m] & alive are there. The caller frees `steps`.
Teardown teardown_new(const Graph *graph, const uint8_t *marks, uint8_t alive, uint8_t clear);

// ---- in numbers ----

enum { FORM_ROW = 8 };

typedef struct {
    uint32_t objects;
    uint32_t edges;      // references among its objects, when it is built
    uint32_t root_refs;  // those of them that lead to the root
    uint32_t payloads;   // native blocks
    uint64_t bytes;      // requested, native payload included
    uint64_t payload_bytes;
    Teardown all;  // of tp_clear on every member; and of a DROP, if not closed. NULL: not asked for
    uint32_t *order;  // its steps without TEARDOWN_LINKS, at least FORM_ROW: the rest are 0
} Form;

void form_teardown(Form *form, const Template *t, bool closed);

// Forms that were asked for; of units of more than FORM_KEPT objects only the last one.
enum { FORM_KEPT = 1024 };
typedef struct {
    Form **kept;  // by form_index
    uint32_t templates;
    Form *large;
    uint16_t large_template;
    bool large_closed;
} Forms;

// For template numbers below `templates`; none is made yet. False with `error` when there is no
// address space for them.
bool forms_open(Forms *forms, uint32_t templates, Error *error);

// With all that were asked for; also where forms_open failed.
void forms_close(Forms *forms);

static inline size_t form_index(uint16_t template, uint32_t objects, bool closed) {
    return ((size_t) template * 2 + closed) * (FORM_KEPT + 1) + objects;
}

Form *forms_make(Forms *forms, const Template *t, uint16_t template, uint32_t objects, bool closed);

// Valid until the next call.
static inline Form *forms_get(Forms *forms, const Template *t, uint16_t template, uint32_t objects,
                              bool closed) {
    if (LIKELY(objects <= FORM_KEPT)) {
        Form *form = forms->kept[form_index(template, objects, closed)];
        if (LIKELY(form != NULL)) return form;
    }
    return forms_make(forms, t, template, objects, closed);
}

#endif
