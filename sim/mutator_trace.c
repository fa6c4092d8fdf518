// mutator_trace.c -- the events of a recorded program
//
// Each life of a block (trace_story.h) is a unit of one object that a register holds. What dies by
// its reference count is dropped where it died. What a collector had to find refers to itself, and
// is dropped where the recorder found it unreachable; that the recorded collector freed it later is
// not played: it is for the policy to find. What is there in the end stays.
#include <stdlib.h>
#include <string.h>

#include "mutator_state.h"
#include "mutator_units.h"
#include "trace_story.h"

struct TracePlayer {
    TraceStory story;
    TraceReader *reader;
    StorySlot *slots;
    uint64_t lives;
    bool begun;
};

bool trace_open(Mutator *m, Error *error) {
    TracePlayer *p = m->trace = memory_new(1, sizeof *p);
    if (!trace_story_read(&p->story, m->spec->trace, error)) return false;
    p->slots = memory_new(p->story.slots + 1, sizeof *p->slots);
    p->reader = trace_reader_new(m->spec->trace, error);
    m->stage = STAGE_TRACE;
    return p->reader != NULL;
}

void trace_close(TracePlayer *p) {
    if (p == NULL) return;
    if (p->reader != NULL) trace_reader_free(p->reader);
    trace_story_free(&p->story);
    free(p->slots);
    free(p);
}

static uint8_t life_at(const TracePlayer *p, const StorySlot *slot) {
    return p->story.lives[slot->life];
}

static void life_begin(Mutator *m, uint32_t unit) {
    TracePlayer *p = m->trace;
    StorySlot *slot = &p->slots[unit];
    CHECK(p->lives < p->story.life_count);
    *slot = (StorySlot){.life = p->lives++, .is_there = true};
    emit(m, (Event){.op = OP_UNIT,
                    .flags = life_at(p, slot) & LIFE_GARBAGE ? UNIT_CLOSED : 0,
                    .template = life_at(p, slot) & LIFE_KIND,
                    .unit = unit,
                    .value = 1,
                    .target = NO_UNIT});
}

static void life_end(Mutator *m, uint32_t unit) {
    m->trace->slots[unit].is_dropped = true;
    emit(m, (Event){.op = OP_DEAD, .unit = unit});
    emit(m, (Event){.op = OP_DROP, .unit = unit});
}

static void phase_emit(Mutator *m, uint32_t phase) {
    emit(m, (Event){.op = OP_PHASE, .value = phase, .target = 0});
}

// Garbage does not die by itself, whatever the recorded collector did.
static void event_play(Mutator *m, const TraceEvent *event) {
    TracePlayer *p = m->trace;
    if (event->kind == TRACE_PHASE) phase_emit(m, trace_story_phase(&p->story, event->text));
    if (event->kind == TRACE_COLLECT && event->numbers[0] == TRACE_CALL)
        emit(m, (Event){.op = OP_COLLECT, .value = (uint32_t)min_u64(event->numbers[1], 2)});
    if (!TRACE_KIND[event->kind].slot) return;
    StorySlot *slot = &p->slots[event->slot];
    if (trace_begins_life(event, slot)) {
        life_begin(m, event->slot);
        return;
    }
    const bool is_garbage = life_at(p, slot) & LIFE_GARBAGE;
    const bool ends = event->kind == (is_garbage ? TRACE_UNREACHABLE : TRACE_DEATH);
    if (ends && slot->is_there && !slot->is_dropped) life_end(m, event->slot);
    trace_slot_note(slot, event);
}

void trace_step(Mutator *m) {
    TracePlayer *p = m->trace;
    TraceEvent event = {.kind = TRACE_BIRTH};
    Error error = {0};
    if (!p->begun) {
        p->begun = true;
        phase_emit(m, 0);
    } else if (trace_read(p->reader, &event, &error)) {
        event_play(m, &event);
    } else {
        phase_emit(m, ROUND_END);
        m->stage = STAGE_DONE;
    }
}
