// watch.c -- the interpreter's collections: when they begin and end, and whether it was foretold
#include "watch.h"

#include "pass.h"

static struct {
    bool on, looked, checked, starting;
    int generation;
    int next_count;            // of the generation above, when it began
    uint64_t callbacks_ended;  // weak references that died with their callback
} collection;

static int call_generation = -1;                       // of gc.collect, when it was called
static int thresholds[3] = {700, 10, 10};              // as in the trace
static bool enabled = true;                            // as in the trace
static int64_t collections_seen;                       // of all generations
static struct gc_generation_stats generation_seen[3];  // when the last collection ended

bool watch_has_begun(void) {
    return !collection.on && (GC_STATE->collecting || python_collections() != collections_seen);
}

bool watch_is_on(void) { return collection.on; }
bool watch_has_ended(void) { return collection.on && !GC_STATE->collecting; }

int watch_generation_due(void) {
    const struct _gc_runtime_state *gc = GC_STATE;
    for (int i = 2; i > 0; i--)
        if (gc->generations[i].count > gc->generations[i].threshold &&
            (i < 2 || gc->long_lived_pending >= gc->long_lived_total / 4))
            return i;
    return 0;
}

bool watch_enabled(void) {
    bool now = GC_STATE->enabled != 0;
    if (now != enabled) trace_note(recording.writer, TRACE_ENABLED, 0, now, 0);
    enabled = now;
    return now;
}

void watch_thresholds(void) {
    TraceEvent event = {.kind = TRACE_THRESHOLDS};
    bool same = true;
    for (size_t i = 0; i < 3; i++) {
        int now = GC_STATE->generations[i].threshold;
        same &= thresholds[i] == now;
        thresholds[i] = now;
        event.numbers[i] = (uint64_t)(now > 0 ? now : 0);
    }
    if (!same) trace_write_event(recording.writer, &event);
}

// Which generation it was, when it is over.
static int generation_over(void) {
    int generation = 0;
    for (int i = 0; i < 3; i++)
        if (GC_STATE->generation_stats[i].collections != generation_seen[i].collections)
            generation = i;
    return generation;
}

void watch_call(int generation) { call_generation = generation; }
void watch_call_end(void) { call_generation = -1; }

bool watch_will_start(void) { return PyList_GET_SIZE(GC_STATE->callbacks) > 0; }
bool watch_is_starting(void) { return collection.starting; }

bool watch_has_started(int64_t last_count) {
    const struct gc_generation *generations = GC_STATE->generations;
    int next = collection.generation + 1;
    return next < 3 ? generations[next].count != collection.next_count
                    : generations[0].count < last_count - 1;
}

void watch_start(void) {
    collection.starting = false;
    recording.count = 0;
    trace_note(recording.writer, TRACE_CLEARED, 0, 0, 0);
}

void watch_begin(TraceReason reason, int generation) {
    Look *look = &recording.look;
    if (reason == TRACE_UNSEEN && call_generation >= 0) {
        reason = TRACE_CALL;
        generation = call_generation;
        call_generation = -1;
    }
    bool looked = look->is_fresh && look->generation == generation;
    if (reason == TRACE_UNSEEN) generation = 2;  // PyGC_Collect, the only other way
    if (reason == TRACE_TRIGGER && recording.count <= GC_STATE->generations[0].threshold)
        recording_fail("a collection came at a count of %lld", (long long)recording.count);
    collection.on = true;
    collection.looked = looked && reason != TRACE_UNSEEN;
    collection.checked = collection.looked && PyList_GET_SIZE(GC_STATE->callbacks) == 0;
    collection.generation = generation;
    collection.next_count = generation < 2 ? GC_STATE->generations[generation + 1].count : 0;
    collection.starting = watch_will_start();
    collection.callbacks_ended = 0;
    look->is_fresh = false;
    recording.count = 0;
    trace_note(recording.writer, TRACE_COLLECT, 0, reason, (uint64_t)generation);
    if (collection.looked) pass_begin();
}

void watch_death(Slot *slot) {
    collection.callbacks_ended += slot->callback && collection.on;
    slot->callback = false;
}

// What was foretold against what the interpreter says. Only finalizers can keep garbage from being
// counted: they resurrect it, or free it themselves before. Returns how much.
static uint64_t kept_check(uint64_t collected, int64_t uncollectable) {
    const Look *look = &recording.look;
    uint64_t most = look->garbage + collection.callbacks_ended;
    // A weak reference may also end later in the collection than with its callback.
    if (look->finalizers == 0 && collected >= look->garbage && collected < most) {
        collection.callbacks_ended = collected - look->garbage;
        most = collected;
    }
    uint64_t kept = most > collected ? most - collected : 0;
    if (!collection.checked || uncollectable > 0)
        recording.unchecked++;
    else if (look->finalizers == 0 ? collected != most : collected > most)
        recording_fail("generation %d: %llu unreachable and %llu callbacks, %llu collected",
                       collection.generation, (unsigned long long)look->garbage,
                       (unsigned long long)collection.callbacks_ended,
                       (unsigned long long)collected);
    return kept;
}

void watch_end(void) {
    const struct _gc_runtime_state *gc = GC_STATE;
    const struct gc_generation_stats *stats = gc->generation_stats;
    int generation = generation_over();
    if (python_collections() != collections_seen + 1)
        recording_fail("%lld collections where one was seen",
                       (long long)(python_collections() - collections_seen));
    if (generation != collection.generation)
        recording_fail("generation %d was collected instead of %d", generation,
                       collection.generation);
    uint64_t collected =
        (uint64_t)(stats[generation].collected - generation_seen[generation].collected);
    int64_t uncollectable =
        stats[generation].uncollectable - generation_seen[generation].uncollectable;
    uint64_t kept = collection.looked ? kept_check(collected, uncollectable) : 0;
    if (collection.looked) pass_after(kept > 0);
    TraceEvent event = {
        .kind = TRACE_COLLECTED,
        .numbers = {(uint64_t)generation, collected, (uint64_t)uncollectable,
                    (uint64_t)gc->long_lived_total, (uint64_t)gc->long_lived_pending,
                    collection.callbacks_ended, kept}};
    trace_write_event(recording.writer, &event);
    pass_after_end();
    collections_seen = python_collections();
    memcpy(generation_seen, stats, sizeof generation_seen);
    collection.on = false;
}
