// heap.c -- the simulated heaps: events in, attention out, plans carried out
//
// What both heaps share; the rest is their HeapKind (instance.c, ledger.c).
#include "heap.h"

#include <string.h>

#include "ledger.h"
#include "levels.h"
#include "untracked.h"

// ---- waking ----

static WakeReason fuse_blown(const Heap *h) {
    if (h->view.young > h->fuse.young) return WAKE_YOUNG;
    if (h->view.live_bytes > h->fuse.live_bytes) return WAKE_BYTES;
    if (h->view.clock >= h->fuse.clock) return WAKE_CLOCK;
    if (h->view.risen > h->fuse.risen) return WAKE_RISEN;
    if (h->view.allocated_bytes > h->fuse.allocated_bytes) return WAKE_ALLOCATED;
    return WAKE_NONE;
}

static bool memory_exceeded(const Heap *h) {
    const MemoryStats *memory = memory_stats(h->memory);
    return memory->held_bytes > h->options.memory_limit || memory->arenas == h->arenas_max;
}

// After the memory of a new object is taken and counted, before it is in any space: up to 3.11 this
// is where the collector runs.
static WakeReason wake_in_allocation(Heap *h) {
    if (memory_exceeded(h)) return WAKE_MEMORY;
    WakeReason blown = fuse_blown(h);
    if (LIKELY(blown == WAKE_NONE) || !h->fuse.at_safepoint) return blown;
    h->due = blown;
    return WAKE_NONE;
}

// After it is tracked and attached and its native payload is taken: from 3.12 on the collector runs
// here.
static WakeReason wake_at_safepoint(Heap *h) {
    if (memory_exceeded(h)) return WAKE_MEMORY;
    WakeReason due = h->due;
    h->due = WAKE_NONE;
    if (due == WAKE_NONE && h->view.clock >= h->sample_clock) return WAKE_SAMPLE;
    return due;
}

// Each block may start a pool, and a pool is in an arena with at least 63 others; malloc takes a
// little more than it is asked for.
static bool memory_fits(const Heap *h, uint64_t blocks, uint64_t bytes) {
    const MemoryStats *memory = memory_stats(h->memory);
    const uint64_t arenas = blocks / 64 + 2, page = 4096;
    if (memory->arenas + arenas >= h->arenas_max) return false;
    if (LIKELY(h->options.memory_limit == UINT64_MAX)) return true;
    uint64_t most = arenas * h->options.allocator->arena_bytes + bytes + 2 * blocks * page;
    return memory->held_bytes + most <= h->options.memory_limit;
}

bool heap_fits(const Heap *h, uint64_t objects, uint64_t blocks, uint64_t bytes) {
    const HeapView *view = &h->view;
    return view->young + objects <= h->fuse.young &&
           view->live_bytes + bytes <= h->fuse.live_bytes &&
           view->allocated_bytes + bytes <= h->fuse.allocated_bytes &&
           view->clock + objects < h->clock_stop && view->risen <= h->fuse.risen &&
           h->in_batch + (int64_t)objects < h->batch && memory_fits(h, blocks, bytes);
}

// ---- events ----

bool heap_unit_steps(Heap *h, const Event *unit) {
    Cursor *cursor = &h->cursor;
    const Template *t = h->options.templates[unit->template];
    while (cursor->member < unit->value) {
        Member member = template_member(t, unit->value, unit->flags & UNIT_CLOSED, cursor->member);
        if (!cursor->allocated) {
            h->kind->allocate(h, unit, &member);
            cursor->allocated = true;
            h->view.reason = wake_in_allocation(h);
            if (UNLIKELY(h->view.reason != WAKE_NONE)) return false;
        }
        h->kind->attach(h, unit, &member);
        cursor->allocated = false;
        cursor->member++;
        h->view.reason = wake_at_safepoint(h);
        if (UNLIKELY(h->view.reason != WAKE_NONE)) break;
    }
    cursor->active = cursor->member < unit->value;
    return !cursor->active;
}

_Static_assert(ROUND_END == UINT32_MAX, "view_round_ended relies on it");
static void apply_phase(Heap *h, const Event *event) {
    h->view.phase = event->value;
    h->view.round = event->target;
    h->view.reason = WAKE_PHASE;
}

// The 1 that is taken away before a unit comes back with it: in between, nobody looks at it.
static void apply_tally(Heap *h, const Event *event) {
    uint64_t *young = &h->view.young;
    const uint32_t list = (uint32_t)min_u64(event->template, FREE_LISTS);
    const uint32_t room = free_list_room(list);
    uint32_t *level = &h->free_blocks[list];
    switch (event->flags) {
        case TALLY_TAKEN:
            *young += event->value;
            break;
        case TALLY_GIVEN:
            *young -= min_u64(*young, event->value);
            break;
        case TALLY_AGAIN:
            *young -= 1;
            break;
        case TALLY_BLOCK_TAKEN:
            untracked_take(h, event->unit, event->value);
            break;
        case TALLY_BLOCK_GIVEN:
            untracked_give(h, event->unit);
            break;
        case TALLY_LIST_TAKEN:
            *level > 0 ? (*level)-- : (*young)++;
            break;
        case TALLY_LIST_GIVEN:
            *level < room ? (*level)++ : (*young -= *young > 0);
            break;
        case TALLY_LIST_BIRTH:
            if (*level > event->value) (*level)--, (*young)--;
            break;
        case TALLY_LIST_DEATH:
            if (*level < min_u64(room, event->value)) (*level)++, (*young)++;
            break;
        case TALLY_LIST_LEVEL:
            if (h->collected_clock + event->target == h->view.clock) *level = event->value;
    }
}

static void note_cascade(Heap *h, uint64_t arenas) {
    h->work.arenas_released += arenas;
    if (h->event_freed <= h->work.cascade_objects_max) return;
    h->work.cascade_objects_max = h->event_freed;
    h->work.cascade_payloads = h->event_payloads;
    h->work.cascade_arenas = arenas;
}

// STORE and DROP: the events that can free.
static inline void apply_release(Heap *h, const HeapKind *kind, const Event *event) {
    uint64_t released = memory_stats(h->memory)->arenas_released;
    h->event_freed = h->event_payloads = 0;
    event->op == OP_STORE ? kind->store(h, event) : kind->drop(h, event);
    note_cascade(h, memory_stats(h->memory)->arenas_released - released);
    kind->settle(h);
    h->levels.garbage_objects_max =
        max_u64(h->levels.garbage_objects_max, h->levels.garbage_objects);
    h->levels.garbage_bytes_max = max_u64(h->levels.garbage_bytes_max, h->levels.garbage_bytes);
    if (UNLIKELY(h->options.counts_roots)) roots_settle(h);
}

static inline bool event_apply(Heap *h, const HeapKind *kind, const Event *event) {
    switch ((EventOp)event->op) {
        case OP_UNIT:
            return h->cursor.active ? heap_unit_steps(h, event) : kind->unit(h, event);
        case OP_STORE:
        case OP_DROP:
            apply_release(h, kind, event);
            break;
        case OP_DEAD:
            kind->dead(h, event);
            break;
        case OP_WORK:
            h->work.work_ns += (uint64_t)event->value << event->flags;
            break;
        case OP_TALLY:
            apply_tally(h, event);
            break;
        case OP_COLLECT:
            h->view.reason = WAKE_COLLECT;
            break;
        case OP_REQUEST:
            h->view.reason = WAKE_REQUEST;
            break;
        case OP_PHASE:
            apply_phase(h, event);
            break;
        case OP_COUNT:
            CHECK(event->op < OP_COUNT);
    }
    return true;
}

static void view_spaces(Heap *h) {
    for (uint32_t i = 0; i < h->options.space_count; i++)
        h->view.spaces[i] = (SpaceView){h->kind->objects(h, i), h->spaces[i].bytes};
    h->view.held_bytes = memory_stats(h->memory)->held_bytes;
}

size_t heap_apply(Heap *h, const Event *events, size_t count) {
    const HeapKind *kind = h->kind;
    size_t done = 0;
    h->view.reason = WAKE_NONE;
    while (done < count && h->view.reason == WAKE_NONE) {
        if (kind->fetch != NULL) kind->fetch(h, events + done, count - done);
        if (event_apply(h, kind, &events[done])) done++;
    }
    h->work.events += done;
    h->work.arenas_mapped = memory_stats(h->memory)->arenas_mapped;
    if (h->view.reason != WAKE_NONE) view_spaces(h);
    return done;
}

// ---- plans ----

uint32_t heap_condemn(Heap *h, const Plan *plan, uint32_t order[SPACES_MAX]) {
    uint32_t count = 0, spaces = plan->spaces;
    h->condemned_bytes = 0;
    h->condemned = (Waiting){0};
    if (spaces == 0) return 0;
    uint32_t oldest = spaces >> plan->into & 1 ? plan->into : 31u - (uint32_t)__builtin_clz(spaces);
    order[count++] = oldest;
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (i != oldest && spaces >> i & 1) order[count++] = i;
    for (uint32_t i = 0; i < count; i++) {
        const Space *space = &h->spaces[order[i]];
        h->condemned_bytes += space->bytes;
        h->condemned.objects += space->waiting.objects;
        h->condemned.bytes += space->waiting.bytes;
        h->condemned.held_bytes += space->waiting.held_bytes;
    }
    return count;
}

static void move_or_close(Heap *h, const Plan *plan, uint32_t space) {
    if (plan->kind == PLAN_MOVE && space != plan->into) h->kind->move(h, space, plan->into);
    if (plan->kind == PLAN_RELEASE && h->options.is_region[space])
        memory_region_close(h->memory, space);
}

const PauseWork *heap_execute(Heap *h, const Plan *plan) {
    h->pause = (PauseWork){.young = h->view.young};
    if (plan->reset_young) h->view.young = 0;
    if (plan->kind == PLAN_NOTHING) return &h->pause;
    CHECK(plan->spaces >> h->options.space_count == 0);
    CHECK(plan->spaces != 0 || (plan->kind == PLAN_COLLECT && plan->budget > 0));
    CHECK(plan->into < h->options.space_count);
    CHECK(plan->budget == 0 || plan->refill < h->options.space_count);
    CHECK(h->kind == &TRACING_HEAP || (plan->kind != PLAN_MARK && plan->kind != PLAN_ROOTS &&
                                       plan->budget == 0 && !plan->mark_first));
    uint64_t released = memory_stats(h->memory)->arenas_released;
    h->freed_by = FREED_IN_PAUSE;
    h->finalizers = plan->finalizers;
    if (plan->kind == PLAN_ROOTS)
        roots_collect(h, plan);
    else if (plan_collects(plan->kind))
        h->kind->collect(h, plan);
    if (plan->kind == PLAN_MARK) increment_mark(h, plan);
    h->collected_clock = h->view.clock;
    // A full collection gives the blocks of all free lists back.
    if (plan->kind == PLAN_COLLECT && plan->generation == 2)
        memset(h->free_blocks, 0, sizeof h->free_blocks);
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (plan->spaces >> i & 1) move_or_close(h, plan, i);
    h->freed_by = FREED_BY_MUTATOR;
    uint64_t after = memory_stats(h->memory)->arenas_released;
    h->pause.arenas_released = after - released;
    h->view.last = h->pause.result;
    h->kind->let_go(h);
    h->work.arenas_released += memory_stats(h->memory)->arenas_released - after;
    view_spaces(h);
    return &h->pause;
}

// ---- what others set and see ----

static void stop_set(Heap *h) { h->clock_stop = min_u64(h->fuse.clock, h->sample_clock); }

void heap_set_fuse(Heap *h, const Fuse *fuse) {
    h->fuse = *fuse;
    stop_set(h);
}

void heap_set_sample(Heap *h, uint64_t clock) {
    h->sample_clock = clock;
    stop_set(h);
}

void heap_lift_limit(Heap *h) { h->options.memory_limit = UINT64_MAX; }
void heap_set_reason(Heap *h, WakeReason reason) { h->view.reason = reason; }

void heap_set_birth_spaces(Heap *h, const uint8_t *spaces) {
    for (uint32_t i = 0; i < h->options.template_count; i++) {
        CHECK(spaces[i] < h->options.space_count);
        h->birth_space[i] = spaces[i];
    }
}

const HeapView *heap_view(const Heap *h) { return &h->view; }
const MemoryStats *heap_memory(const Heap *h) { return memory_stats(h->memory); }
const Hist *heap_ages(const Heap *h) { return &h->ages; }

const MutatorWork *heap_mutator_work(const Heap *h) { return &h->work; }

const HeapLevels *heap_levels(Heap *h) {
    levels_sum(h);
    return &h->levels;
}

SpaceGarbage heap_garbage(const Heap *h, uint32_t space) {
    const Waiting *waiting = &h->spaces[space].waiting;
    return (SpaceGarbage){waiting->bytes - waiting->held_bytes, waiting->held_bytes};
}

// ---- opening ----

bool heap_finalizes(const Heap *h) {
    for (uint32_t i = 0; i < h->options.template_count; i++)
        if (h->options.templates[i]->finalizer) return true;
    return false;
}

static bool spaces_open(Heap *h, Error *error) {
    uint64_t end = h->options.ledger ? UINT32_MAX : TRACING_OBJECTS_END;
    uint64_t capacity = min_u64(2 * (h->options.objects_max + 1) + 2048, end);
    for (uint32_t i = 0; i < h->options.space_count; i++)
        if (!space_open(&h->spaces[i], capacity, error)) return false;
    return true;
}

Heap *heap_open(const HeapOptions *options, Error *error) {
    Heap *h = mapping_take(options->mapping, 1, sizeof *h, "the heap", error);
    if (h == NULL) return NULL;
    CHECK(options->space_count <= SPACES_MAX && options->objects_max < UINT32_MAX);
    CHECK(!options->ledger || !options->counts_roots);
    h->kind = options->ledger ? &LEDGER_HEAP : &TRACING_HEAP;
    h->options = *options;
    h->batch = options->batch > 0 ? (int64_t)options->batch : INT64_MAX;
    h->fuse = FUSE_NONE;
    h->sample_clock = h->clock_stop = UINT64_MAX;
    if (h->options.allocator == NULL) h->options.allocator = &MEMORY_DEFAULT;
    h->arenas_max = memory_arenas_max(h->options.allocator) - 1;
    h->memory = memory_open(h->options.allocator, h->arenas_max + 1, error);
    if (h->memory != NULL && spaces_open(h, error) && h->kind->open(h, error)) return h;
    heap_close(h);
    return NULL;
}

void heap_close(Heap *h) {
    if (h == NULL) return;
    h->kind->close(h);
    for (uint32_t i = 0; i < h->options.space_count; i++) space_close(&h->spaces[i]);
    untracked_free(h);
    if (h->memory != NULL) memory_close(h->memory);
    mapping_give(h->options.mapping, h, 1, sizeof *h);
}
