// hooks.c -- births and deaths: hooks on the allocator of objects, and what the counter says
//
// An object that the collector counts raises generations[0].count right after its block was
// allocated, and lowers it right before that is freed; no hook runs in between. So whether the last
// block is such an object shows at the next event, when the counter is looked at again: until then
// it is *pending*. In two cases the counter cannot tell, and the caller does: when the event frees
// the pending block itself, and when a counted block is freed at a count of 0, below which it does
// not fall.
#include "hooks.h"

#include "callers.h"
#include "free_lists.h"
#include "pass.h"
#include "places.h"
#include "recording.h"
#include "watch.h"

typedef enum { FREES_NOTHING, FREES_PLAIN, FREES_COUNTED, FREES_PENDING } Event;

static struct {
    char *block;  // NULL: none
    size_t size;
    Caller *caller;
    uint32_t place;  // where the program asked for it; NO_PLACE: not sampled
    bool exception;  // was set: no collection begins
    bool due;        // a collection begins if it is counted
    int generation;  // and this is its generation
} pending;

static int64_t last_count;  // of generation 0, when the last hook ended
static PyMemAllocatorEx below;

static int64_t count_now(void) { return GC_STATE->generations[0].count; }

static bool is_due(int64_t count, bool exception) {
    const struct _gc_runtime_state *gc = GC_STATE;
    int threshold = gc->generations[0].threshold;
    return count > threshold && threshold > 0 && watch_enabled() && !gc->collecting && !exception;
}

static void birth(void) {
    TraceWriter *writer = recording.writer;
    if (pending.exception) trace_note(writer, TRACE_EXCEPTION, 0, 0, 0);
    uint32_t slot = trace_write_birth(writer, pending.size);
    if (UNLIKELY(slot >= recording.slot_capacity)) {
        recording.slot_capacity = recording.slot_capacity * 2 + 4096;
        recording.slots =
            memory_resize(recording.slots, recording.slot_capacity, sizeof *recording.slots);
    }
    recording.slots[slot] = (Slot){.list = NOT_LISTED};
    shadow_set(&recording.shadow, pending.block, slot + 1);
    recording.count++;
    if (pending.place != NO_PLACE) trace_note(writer, TRACE_SITE, 0, pending.place, 0);
}

static void death(uint32_t slot) {
    watch_death(&recording.slots[slot]);
    recording.slots[slot].list = NOT_LISTED;
    trace_write_death(recording.writer, slot);
    recording.count -= recording.count > 0;
}

// Whether the pending block is counted, by what the counter did until `event`.
static bool pending_is_counted(Event event, int64_t count) {
    int64_t change = count - last_count;
    if (event == FREES_COUNTED && last_count > 0) change++;
    bool is_hidden = event == FREES_PENDING || (event == FREES_COUNTED && last_count == 0);
    if (is_hidden && change == 0) return caller_made_counted(pending.caller, pending.block);
    if (change != 0 && change != 1)
        recording_fail("the count went from %lld to %lld", (long long)last_count, (long long)count);
    if (change == 1)
        pending.caller->counted++;
    else
        pending.caller->plain++;
    return change == 1;
}

// The counter went to 0 and tells nothing of the pending block.
static void settle_unseen(void) {
    if (pending.block != NULL && caller_made_counted(pending.caller, pending.block)) birth();
    pending.block = NULL;
}

// The pending block started a collection, or, if it could not have, a call did.
static void settle_collection(void) {
    bool triggered = pending.block != NULL && pending.due;
    if (triggered) {
        pending.caller->counted++;
        birth();
        last_count++;
        pending.block = NULL;
    }
    if (!watch_will_start()) settle_unseen();
    watch_begin(triggered ? TRACE_TRIGGER : TRACE_UNSEEN, pending.generation);
    if (!watch_is_starting()) last_count = 0;
}

static void settle(Event event) {
    int64_t count = count_now();
    if (UNLIKELY(watch_has_begun())) {
        settle_collection();
        if (event == FREES_PENDING && pending.block == NULL) event = FREES_COUNTED;
    }
    if (UNLIKELY(watch_is_starting()) && watch_has_started(last_count)) {
        settle_unseen();
        watch_start();
        last_count = 0;
    }
    if (pending.block != NULL) {
        if (pending_is_counted(event, count)) {
            birth();
            if (pending.due && !watch_is_on())
                recording_fail("a collection was due at a count of %lld and did not come",
                               (long long)count);
        }
        pending.block = NULL;
    } else if (count != last_count - (event == FREES_COUNTED && last_count > 0)) {
        recording_fail("the count went from %lld to %lld by itself", (long long)last_count,
                       (long long)count);
    }
    if (UNLIKELY(watch_has_ended())) watch_end();
    if (UNLIKELY(recording.samples)) free_lists_note();
}

void hooks_settle(void) {
    settle(FREES_NOTHING);
    last_count = count_now();
}

void hooks_expect(int64_t count) { recording.count = last_count = count; }

// ---- the hooks ----

// Whether there is something to record: not in a child, and not when the interpreter ends.
static bool is_recording(void) {
    if (!recording.active) return false;
    if (LIKELY(_PyRuntimeState_GetFinalizing(&_PyRuntime) == NULL)) return true;
    recording_end(0);
    return false;
}

// Before a block is allocated for `caller`: the last moment before a collection.
static void before_birth(const Caller *caller, bool due) {
    if (!caller_is_counted(caller)) return;
    if (UNLIKELY(due))
        pass_look(TRACE_TRIGGER, pending.generation);
    else if (recording.samples && !GC_STATE->collecting && !python_has_exception())
        pass_sample(last_count);
}

static void taken(char *block, size_t size, Caller *caller, bool exception, bool due) {
    pending.block = block;
    pending.size = size;
    pending.caller = caller;
    pending.exception = exception;
    pending.due = due;
    pending.place = caller_is_counted(caller) ? places_sample(recording.writer) : NO_PLACE;
    last_count = count_now();
}

static void *take(void *(*allocate)(size_t count, size_t size), size_t count, size_t size,
                  const void *address) {
    if (!is_recording()) return allocate(count, size);
    settle(FREES_NOTHING);
    Caller *caller = caller_find(address);
    bool exception = python_has_exception();
    last_count = count_now();
    bool due = is_due(last_count + 1, exception);
    if (UNLIKELY(due)) pending.generation = watch_generation_due();
    before_birth(caller, due);
    places_watch(recording.writer);
    char *block = allocate(count, size);
    taken(block, count * size, caller, exception, due);
    return block;
}

static void *below_malloc(size_t count, size_t size) {
    (void)count;
    return below.malloc(below.ctx, size);
}
static void *below_calloc(size_t count, size_t size) {
    return below.calloc(below.ctx, count, size);
}

static void *hook_malloc(void *context, size_t size) {
    (void)context;
    return take(below_malloc, 1, size, __builtin_return_address(0));
}

static void *hook_calloc(void *context, size_t count, size_t size) {
    (void)context;
    return take(below_calloc, count, size, __builtin_return_address(0));
}

static void *hook_realloc(void *context, void *block, size_t size) {
    if (block == NULL) return take(below_malloc, 1, size, __builtin_return_address(0));
    (void)context;
    if (!is_recording()) return below.realloc(below.ctx, block, size);
    settle(FREES_NOTHING);
    uint32_t slot = shadow_get(&recording.shadow, block);
    void *moved = below.realloc(below.ctx, block, size);
    if (slot != 0 && moved != NULL) {
        if (moved != block) {
            shadow_set(&recording.shadow, block, 0);
            shadow_set(&recording.shadow, moved, slot);
        }
        trace_note(recording.writer, TRACE_RESIZE, slot - 1, (size + 7) / 8, 0);
    }
    last_count = count_now();
    return moved;
}

static void hook_free(void *context, void *block) {
    (void)context;
    if (block != NULL && is_recording()) {
        settle(block == pending.block                      ? FREES_PENDING
               : shadow_get(&recording.shadow, block) != 0 ? FREES_COUNTED
                                                           : FREES_PLAIN);
        uint32_t slot = shadow_get(&recording.shadow, block);
        if (slot != 0) {
            shadow_set(&recording.shadow, block, 0);
            death(slot - 1);
        }
        last_count = count_now();
    }
    below.free(below.ctx, block);
}

void hooks_install(void) {
    PyMemAllocatorEx hooks = {NULL, hook_malloc, hook_calloc, hook_realloc, hook_free};
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &below);
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &hooks);
}
