// mutator_trace.c -- the events of a recorded program
//
// Each life (trace_lives.h) is a unit of one object that a register holds. What dies by its
// reference count is dropped where it died. What a collector had to find refers to itself, and is
// dropped where the recorder found it unreachable; that the recorded collector freed it later is
// not played: it is for the policy to find. What is there in the end stays.
#include <stdlib.h>
#include <string.h>

#include "free_lists.h"
#include "mutator_state.h"
#include "mutator_units.h"
#include "trace_story.h"

typedef struct {
    bool is_dropped;    // its unit is
    bool is_untracked;  // it is a block, and no unit
} PlayedSlot;

struct TracePlayer {
    TraceStory story;
    LifeReader *reader;
    PlayedSlot *slots;
    uint32_t callbacks;  // of weak references, that the next steps stand in for
    uint64_t collections;
    bool begun;
};

bool trace_open(Mutator *m, Error *error) {
    TracePlayer *p = m->trace = memory_new(1, sizeof *p);
    if (!trace_story_read(&p->story, m->spec->trace, error)) return false;
    p->slots = memory_new(p->story.slots + 1, sizeof *p->slots);
    p->reader = life_reader_new(m->spec->trace, error);
    m->stage = STAGE_TRACE;
    return p->reader != NULL;
}

void trace_close(TracePlayer *p) {
    if (p == NULL) return;
    life_reader_free(p->reader);
    trace_story_free(&p->story);
    free(p->slots);
    free(p);
}

static void tally(Mutator *m, uint8_t what) {
    emit(m, (Event){.op = OP_TALLY, .flags = what, .value = 1});
}

static void list_tally(Mutator *m, uint8_t what, uint32_t list) {
    emit(m, (Event){.op = OP_TALLY,
                    .flags = what,
                    .template = (uint16_t)list,
                    .value = (uint32_t)life_reader_level(m->trace->reader, list)});
}

static void block_give(Mutator *m, uint32_t slot) {
    if (!m->trace->slots[slot].is_untracked) return;
    m->trace->slots[slot].is_untracked = false;
    emit(m, (Event){.op = OP_TALLY, .flags = TALLY_BLOCK_GIVEN, .unit = slot});
}

static void phase_emit(Mutator *m, uint32_t phase) {
    emit(m, (Event){.op = OP_PHASE, .value = phase, .target = 0});
}

// A birth that cannot begin a collection is counted when it is over.
static void life_begin(Mutator *m, const LifeEvent *event) {
    TracePlayer *p = m->trace;
    CHECK(event->life < p->story.life_count);
    const uint8_t life = p->story.lives[event->life];
    if (event->life == p->story.change && event->life > 0) phase_emit(m, 1);
    block_give(m, event->slot);
    p->slots[event->slot] = (PlayedSlot){0};
    const uint32_t list = p->story.kinds[life & STORY_KIND].list;
    if (!event->may_collect) tally(m, TALLY_AGAIN);
    // Only from an empty list a birth is counted: else a trace took it for one of that type.
    if (event->may_collect && list < FREE_LISTS && life_reader_level(p->reader, list) == 0)
        list_tally(m, TALLY_LIST_BIRTH, list);
    emit(m, (Event){.op = OP_UNIT,
                    .flags = life & STORY_GARBAGE ? UNIT_CLOSED : 0,
                    .template = life & STORY_KIND,
                    .unit = event->slot,
                    .value = 1,
                    .target = NO_UNIT});
    if (event->counted && !event->may_collect) tally(m, TALLY_TAKEN);
}

static void unit_end(Mutator *m, uint32_t unit) {
    emit(m, (Event){.op = OP_DEAD, .unit = unit});
    emit(m, (Event){.op = OP_DROP, .unit = unit});
}

// What dies takes 1 from the count: if nothing is to count, that is given before.
static void life_end(Mutator *m, const LifeEvent *event) {
    PlayedSlot *slot = &m->trace->slots[event->slot];
    const uint8_t life = m->trace->story.lives[event->life];
    if (life & STORY_GARBAGE || slot->is_dropped) return;
    const StoryKind *kind = &m->trace->story.kinds[life & STORY_KIND];
    if (!event->counted) tally(m, TALLY_TAKEN);
    if (event->counted && kind->list < FREE_LISTS &&
        life_reader_level(m->trace->reader, kind->list) == free_list_room(kind->list))
        list_tally(m, TALLY_LIST_DEATH, kind->list);
    slot->is_dropped = true;
    unit_end(m, event->slot);
    if (event->number == 1) return;
    slot->is_untracked = true;
    emit(
        m,
        (Event){
            .op = OP_TALLY, .flags = TALLY_BLOCK_TAKEN, .unit = event->slot, .value = kind->bytes});
}

static void garbage_found(Mutator *m, const LifeEvent *event) {
    TracePlayer *p = m->trace;
    if (!(p->story.lives[event->life] & STORY_GARBAGE) || p->slots[event->slot].is_dropped) return;
    p->slots[event->slot].is_dropped = true;
    unit_end(m, event->slot);
}

// CPython counts weak references whose callbacks a collection calls as objects that it collected.
// For each there is one that becomes garbage just before.
static void callback_stand_in(Mutator *m) {
    const uint32_t unit = m->trace->story.slots;
    m->trace->callbacks--;
    tally(m, TALLY_AGAIN);
    emit(m, (Event){.op = OP_UNIT,
                    .flags = UNIT_CLOSED,
                    .template = (uint16_t)m->trace->story.callback_kind,
                    .unit = unit,
                    .value = 1,
                    .target = NO_UNIT});
    unit_end(m, unit);
}

static void says(Mutator *m, const TraceEvent *event) {
    if (event->kind == TRACE_PHASE) phase_emit(m, trace_story_phase(&m->trace->story, event->text));
    if (event->kind == TRACE_COLLECT && event->numbers[0] == TRACE_CALL)
        emit(m, (Event){.op = OP_COLLECT, .value = (uint32_t)min_u64(event->numbers[1], 2)});
}

static void event_play(Mutator *m, const LifeEvent *event) {
    switch (event->kind) {
        case LIFE_BEGINS:
            life_begin(m, event);
            break;
        case LIFE_ENDS:
            life_end(m, event);
            break;
        case LIFE_GARBAGE:
            garbage_found(m, event);
            break;
        case BLOCK_FREED:
            if (event->slot != NO_SLOT) block_give(m, event->slot);
            if (event->counted) tally(m, TALLY_GIVEN);
            break;
        case COLLECTING:
            m->trace->callbacks = m->trace->story.collections[m->trace->collections++].callbacks;
            break;
        case LIST_TAKEN:
        case LIST_GIVEN:
            list_tally(m, event->kind == LIST_TAKEN ? TALLY_LIST_TAKEN : TALLY_LIST_GIVEN,
                       event->list);
            break;
        case LIST_LEVEL:
            emit(m, (Event){.op = OP_TALLY,
                            .flags = TALLY_LIST_LEVEL,
                            .template = (uint16_t)event->list,
                            .value = (uint32_t)event->number,
                            .target = event->births});
            break;
        case TRACE_SAYS:
            says(m, event->event);
            break;
        case LIFE_TYPED:
        case LIFE_KEPT:
        case LIFE_REFERS:
            break;
    }
}

void trace_step(Mutator *m) {
    TracePlayer *p = m->trace;
    LifeEvent event;
    Error error = {0};
    if (!p->begun) {
        p->begun = true;
        phase_emit(m, 0);
    } else if (p->callbacks > 0) {
        callback_stand_in(m);
    } else if (life_read(p->reader, &event, &error)) {
        event_play(m, &event);
    } else {
        phase_emit(m, ROUND_END);
        m->stage = STAGE_DONE;
    }
}
