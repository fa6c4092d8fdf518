// pass.c -- looking at the collector's lists: who is there, and who is unreachable
#include "pass.h"

#include "reach.h"
#include "types.h"

// One look at the youngest list for so many births, net; one of so many of these goes further; a
// full one when half as much was born as lives.
enum { SAMPLE_BIRTHS = 100, SAMPLES_PER_MIDDLE = 4, FULL_SHARE = 2 };

static Numbers freed;                  // survivors of a collection that then went to a free list
static int64_t next_sample;            // the count at which to look again
static uint64_t samples, full_births;  // of looks; births at the last full one

// ---- who is there ----

static void candidate_add(PyObject *object, int list) {
    Look *look = &recording.look;
    uint32_t slot = shadow_get(&recording.shadow, python_block(object));
    if (UNLIKELY(slot == 0)) {
        recording_fail("an object of type %s was never born", Py_TYPE(object)->tp_name);
        return;
    }
    if (look->count == look->capacity) {
        look->capacity = look->capacity * 2 + 4096;
        look->candidates =
            memory_resize(look->candidates, look->capacity, sizeof *look->candidates);
    }
    recording.slots[--slot].candidate = (uint32_t)look->count;
    look->candidates[look->count++] =
        (Candidate){object, Py_REFCNT(object), slot, (uint8_t)list, false};
}

static void list_find(int list) {
    const PyGC_Head *head = &GC_STATE->generations[list].head;
    const PyGC_Head *links = (const PyGC_Head *)head->_gc_next;
    for (; links != head; links = (const PyGC_Head *)links->_gc_next)
        candidate_add((PyObject *)((uintptr_t)links + sizeof *links), list);
}

// In the order in which a collection has them: younger lists are appended to the oldest.
static void candidates_find(int generation) {
    recording.look.count = 0;
    list_find(generation);
    for (int i = 0; i < generation; i++) list_find(i);
}

// What is no longer in a list where it was, and is in none of those looked at.
static void note_gone(int generation) {
    for (int i = 0; i <= generation; i++) {
        Numbers *members = &recording.members[i];
        for (size_t k = 0; k < members->count; k++) {
            uint32_t slot = members->items[k];
            if (recording.slots[slot].list != i || reach_is_candidate(slot)) continue;
            trace_note(recording.writer, TRACE_UNTRACKED, slot, 0, 0);
            recording.slots[slot].list = NOT_LISTED;
            recording.slots[slot].garbage = false;
        }
        members->count = 0;
    }
}

static void note_here(const Candidate *candidate) {
    Slot *slot = &recording.slots[candidate->slot];
    TraceWriter *writer = recording.writer;
    if (slot->list > candidate->list) {
        if (slot->list != NOT_LISTED) trace_note(writer, TRACE_UNTRACKED, candidate->slot, 0, 0);
        uint64_t type = types_number(writer, Py_TYPE(candidate->object));
        trace_note(writer, TRACE_TRACKED, candidate->slot, type, 0);
        slot->garbage = false;
        slot->list = 0;
    }
    if (slot->list != candidate->list)
        trace_note(writer, TRACE_OLDER, candidate->slot, candidate->list, 0);
    slot->list = candidate->list;
    numbers_push(&recording.members[slot->list], candidate->slot);
}

// ---- who is unreachable ----

static int visit_garbage(PyObject *object, void *context) {
    (void)context;
    const Candidate *candidate = reach_candidate(object);
    if (candidate != NULL && candidate->references != REACHED)
        trace_note(recording.writer, TRACE_REFERS, candidate->slot, 0, 0);
    return 0;
}

// Weak references to `object` whose callback the collection will call: those that are not garbage
// themselves (handle_weakrefs).
static uint64_t callbacks_of(PyObject *object) {
    uint64_t count = 0;
    if (!PyType_SUPPORTS_WEAKREFS(Py_TYPE(object))) return 0;
    const PyWeakReference *reference =
        *(PyWeakReference *const *)((char *)object + Py_TYPE(object)->tp_weaklistoffset);
    for (; reference != NULL; reference = reference->wr_next) {
        if (reference->wr_callback == NULL) continue;
        PyObject *itself = (PyObject *)(uintptr_t)reference;
        const Candidate *candidate = reach_candidate(itself);
        if (candidate != NULL && candidate->references != REACHED) continue;
        uint32_t slot = shadow_get(&recording.shadow, python_block(itself));
        if (slot != 0) recording.slots[slot - 1].callback = true;
        count++;
    }
    return count;
}

static void note_garbage(const Candidate *candidate) {
    Look *look = &recording.look;
    PyObject *object = candidate->object;
    uint64_t callbacks = callbacks_of(object);
    bool finalizer = Py_TYPE(object)->tp_finalize != NULL && !_PyGC_FINALIZED(object);
    look->garbage++;
    look->callbacks += callbacks;
    look->finalizers += finalizer;
    Slot *slot = &recording.slots[candidate->slot];
    if (slot->garbage) return;
    slot->garbage = true;
    trace_note(recording.writer, TRACE_UNREACHABLE, candidate->slot, 2 * callbacks + finalizer, 0);
    reach_traverse(object, visit_garbage);
}

static void note_reachable(const Candidate *candidate) {
    Slot *slot = &recording.slots[candidate->slot];
    if (!slot->garbage) return;
    slot->garbage = false;
    trace_note(recording.writer, TRACE_REACHABLE, candidate->slot, 0, 0);
}

void pass_look(TraceReason reason, int generation) {
    Look *look = &recording.look;
    TraceEvent event = {.kind = TRACE_PASS, .numbers = {reason, (uint64_t)generation}};
    candidates_find(generation);
    event.numbers[2] = look->count;
    trace_write_event(recording.writer, &event);
    note_gone(generation);
    for (size_t i = 0; i < look->count; i++) note_here(&look->candidates[i]);
    reach_all();
    look->generation = generation;
    look->garbage = look->callbacks = look->finalizers = 0;
    look->is_fresh = reason != TRACE_SAMPLE;
    for (size_t i = 0; i < look->count; i++) {
        Candidate *candidate = &look->candidates[i];
        if (candidate->references == REACHED)
            note_reachable(candidate);
        else
            note_garbage(candidate);
    }
}

void pass_sample(int64_t count) {
    const TraceSlots *slots = trace_writer_slots(recording.writer);
    if (count < next_sample) {
        next_sample = next_sample > count + SAMPLE_BIRTHS ? count + SAMPLE_BIRTHS : next_sample;
        return;
    }
    int generation = ++samples % SAMPLES_PER_MIDDLE == 0;
    if (slots->births - full_births > slots->live / FULL_SHARE) {
        generation = 2;
        full_births = slots->births;
    }
    next_sample = count + SAMPLE_BIRTHS;
    pass_look(TRACE_SAMPLE, generation);
}

// ---- when it is collected ----

// Garbage that is still there: resurrected, if the collection counted less than there was; else its
// block is that of a new object, from a free list.
static void note_kept(const Candidate *candidate, bool resurrected, uint8_t list) {
    Slot *slot = &recording.slots[candidate->slot];
    slot->garbage = false;
    slot->list = resurrected ? list : NOT_LISTED;
    if (resurrected) {
        trace_note(recording.writer, TRACE_REACHABLE, candidate->slot, 0, 0);
        numbers_push(&recording.members[list], candidate->slot);
    } else {
        trace_note(recording.writer, TRACE_UNTRACKED, candidate->slot, 0, 0);
    }
}

void pass_begin(void) {
    const Look *look = &recording.look;
    for (size_t i = 0; i < look->count; i++) {
        if (!look->candidates[i].untracks) continue;
        uint32_t slot = look->candidates[i].slot;
        trace_note(recording.writer, TRACE_UNTRACKED, slot, 0, 0);
        recording.slots[slot].list = NOT_LISTED;
    }
}

void pass_after(bool kept) {
    Look *look = &recording.look;
    uint8_t list = (uint8_t)(look->generation < 2 ? look->generation + 1 : 2);
    for (int i = 0; i <= look->generation; i++) recording.members[i].count = 0;
    for (size_t i = 0; i < look->count; i++) {
        const Candidate *candidate = &look->candidates[i];
        Slot *slot = &recording.slots[candidate->slot];
        if (slot->list == NOT_LISTED || slot->candidate != i) continue;  // dead, or untracked
        if (!_PyObject_GC_IS_TRACKED(candidate->object) && !slot->garbage &&
            Py_REFCNT(candidate->object) == 0) {
            numbers_push(&freed, candidate->slot);
            slot->list = NOT_LISTED;
        } else if (!_PyObject_GC_IS_TRACKED(candidate->object)) {
            trace_note(recording.writer, TRACE_UNTRACKED, candidate->slot, 0, 0);
            slot->list = NOT_LISTED;
            slot->garbage = false;
        } else if (slot->garbage) {
            note_kept(candidate, kept, list);
        } else {
            slot->list = list;
            numbers_push(&recording.members[list], candidate->slot);
        }
    }
    next_sample = SAMPLE_BIRTHS;
}

void pass_after_end(void) {
    for (size_t i = 0; i < freed.count; i++)
        trace_note(recording.writer, TRACE_UNTRACKED, freed.items[i], 0, 0);
    freed.count = 0;
}

static void members_move(int from, int to) {
    Numbers *members = &recording.members[from];
    for (size_t i = 0; i < members->count; i++) {
        Slot *slot = &recording.slots[members->items[i]];
        if (slot->list != from) continue;
        slot->list = (uint8_t)to;
        numbers_push(&recording.members[to], members->items[i]);
    }
    members->count = 0;
}

void pass_freeze(void) {
    for (int i = 0; i < PERMANENT_LIST; i++) members_move(i, PERMANENT_LIST);
}

void pass_unfreeze(void) { members_move(PERMANENT_LIST, 2); }
