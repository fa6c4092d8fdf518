// ledger_free.c -- the ledger heap: units freed, and what falls with them
//
// The order in which the objects of a unit go is known (form.h), so freeing one is walking along
// it; the links of its root are where others fall. A cascade of any length needs no recursion.
#include <stdlib.h>

#include "ledger_state.h"

// ---- accounts ----

// Of a unit that is whole: which counts it is part of.
typedef struct {
    Book *book;
    uint64_t *bytes;
    Waiting *waiting;
} Account;

static Account account_of(Heap *h, const Record *r) {
    Ledger *l = h->ledger;
    if (r->flags & RECORD_CANDIDATE)
        return (Account){&l->condemned, &h->condemned_bytes, &h->condemned};
    uint32_t space = r->flags & RECORD_LISTED ? r->space : record_space(h, r);
    return (Account){&l->books[space], &h->spaces[space].bytes, &h->spaces[space].waiting};
}

static void account_freed(Heap *h, const Record *r, const Freed *freed, uint64_t edges) {
    const Account account = account_of(h, r);
    account.book->objects -= freed->objects;
    account.book->edges -= edges;
    *account.bytes -= freed->bytes;
    if (!(r->flags & RECORD_LISTED)) return;
    account.waiting->objects -= freed->objects;
    account.waiting->bytes -= freed->bytes;
    if (r->flags & RECORD_KEPT) account.waiting->held_bytes -= freed->bytes;
    if (r->flags & RECORD_GARBAGE) h->levels.uncollectable_bytes -= freed->bytes;
}

// Garbage that was found had its finalizer called before; what falls with it has it called now.
static void finalize_fallen(Heap *h, const Record *r) {
    if (h->freed_by == FREED_IN_PAUSE && h->finalizers != FINALIZERS_LEGACY &&
        !(r->flags & RECORD_FINALIZED))
        h->pause.finalizers += h->options.templates[r->template]->finalizer;
}

static uint64_t large_payloads(const Heap *h, const Template *t, uint64_t payloads) {
    return t->payload > h->options.allocator->small_limit ? payloads : 0;
}

// The objects of a unit: its root, the rest of them, or both.
static Freed freed_of(const Heap *h, uint32_t number, bool rest, bool root) {
    const Record *r = &h->ledger->records[number];
    const Template *t = h->options.templates[r->template];
    const Form *form = record_form(h, r);
    const uint64_t payload = template_payload(t, 0), root_bytes = template_bytes(t, 0) + payload;
    Freed freed = {.death = r->flags & RECORD_LISTED ? h->ledger->deaths[number] : h->view.clock};
    if (rest) {
        freed.objects = form->objects - 1;
        freed.bytes = form->bytes - root_bytes;
        freed.payload_bytes = form->payload_bytes - payload;
        freed.payloads = form->payloads - (payload > 0);
    }
    if (root) {
        freed.objects++;
        freed.bytes += root_bytes;
        freed.payload_bytes += payload;
        freed.payloads += payload > 0;
    }
    freed.payloads_large = (uint32_t)large_payloads(h, t, freed.payloads);
    return freed;
}

// ---- blocks ----

static inline void block_free(Heap *h, const Record *r, const Template *t, uint32_t member) {
    const Ledger *l = h->ledger;
    if (UNLIKELY(template_payload(t, member) > 0))
        memory_free(h->memory, l->payloads[r->first + member], template_payload(t, member));
    memory_free(h->memory, l->addresses[r->first + member], template_bytes(t, member));
}

static void piece_free(Heap *h, uint32_t number, uint32_t member) {
    const Record *r = &h->ledger->records[number];
    const Template *t = h->options.templates[r->template];
    const uint32_t payload = template_payload(t, member), bytes = template_bytes(t, member);
    const Freed freed = {.objects = 1,
                         .bytes = (uint64_t)bytes + payload,
                         .payload_bytes = payload,
                         .payloads = payload > 0,
                         .payloads_large = (uint32_t)large_payloads(h, t, payload > 0),
                         .death = r->flags & RECORD_LISTED ? h->ledger->deaths[number] : h->view.clock};
    block_free(h, r, t, member);
    pieces_freed(h, number, member, freed.bytes);
    levels_freed(h, &freed);
    if (member == 0) finalize_fallen(h, r);
}

// ---- the end of a unit ----

// The record is over; its space does not know it any more.
static void record_end(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    const Record *r = &l->records[number];
    if (!(r->flags & RECORD_LISTED))
        segments_forget(&l->segments, r->segment, 1);
    else if (!(r->flags & RECORD_CANDIDATE))
        space_remove(&h->spaces[r->space], l->positions[number], l->positions);
    record_give(h, number);
}

// All steps were taken; the root is left if something still refers to it.
static void whole_gone(Heap *h, uint32_t number) {
    Record *r = &h->ledger->records[number];
    const bool stump = r->refs > 0;
    const Freed freed = freed_of(h, number, true, !stump);
    account_freed(h, r, &freed, record_form(h, r)->edges);
    levels_freed(h, &freed);
    r->flags &= ~(uint32_t)RECORD_GOING;
    if (stump) {
        r->flags |= RECORD_STUMP;
        return;
    }
    finalize_fallen(h, r);
    record_end(h, number);
}

static void pieces_gone(Heap *h, uint32_t number) {
    Record *r = &h->ledger->records[number];
    r->flags &= ~(uint32_t)RECORD_GOING;
    if (pieces_left(h, number) > 0) {
        if (r->refs > 0) r->flags |= RECORD_STUMP;  // its links and slots are clear
        return;
    }
    pieces_give(h, number);
    record_give(h, number);
}

static void stump_free(Heap *h, uint32_t number) {
    const Record *r = &h->ledger->records[number];
    if (r->flags & RECORD_PIECES) {
        piece_free(h, number, 0);
        pieces_gone(h, number);
        return;
    }
    const Freed freed = freed_of(h, number, false, true);
    block_free(h, r, h->options.templates[r->template], 0);
    account_freed(h, r, &freed, 0);
    levels_freed(h, &freed);
    finalize_fallen(h, r);
    record_end(h, number);
}

// ---- frames ----

static void frame_push(Heap *h, uint32_t number, Teardown teardown, bool owned) {
    Ledger *l = h->ledger;
    l->frames = ledger_grow(l->frames, l->depth, &l->frames_capacity, sizeof *l->frames);
    l->frames[l->depth++] = (Frame){.steps = teardown.steps,
                                    .owned = owned ? teardown.steps : NULL,
                                    .length = teardown.length,
                                    .record = number};
    l->records[number].flags |= RECORD_GOING;
}

static void frame_push_whole(Heap *h, uint32_t number) {
    const Record *r = &h->ledger->records[number];
    Form *form = record_form(h, r);
    if (UNLIKELY(form->all.steps == NULL))
        form_teardown(form, h->options.templates[r->template], r->flags & RECORD_CLOSED);
    const Teardown all = form->all;
    const bool owned = form->objects > FORM_KEPT;  // such forms come and go
    if (owned) form->all = (Teardown){0};
    frame_push(h, number, all, owned);
}

// Nothing outside refers to its root any more.
static void record_go(Heap *h, uint32_t number) {
    const Record *r = &h->ledger->records[number];
    if (r->flags & RECORD_GOING) return;  // its root is freed when its turn comes
    if (r->flags & RECORD_STUMP) {
        stump_free(h, number);
        return;
    }
    if (r->flags & RECORD_ROOT_CYCLE) return;  // garbage that refers to itself
    if (r->flags & (RECORD_SPLIT | RECORD_CLOSED) && !(r->flags & RECORD_PIECES))
        pieces_make(h, number);
    if (r->flags & RECORD_PIECES)
        frame_push(h, number, pieces_drop(h, number), true);
    else
        frame_push_whole(h, number);
}

static void unrefer(Heap *h, uint32_t number) {
    Record *r = &h->ledger->records[number];
    CHECK(r->refs > 0);
    if (--r->refs == 0) record_go(h, number);
}

// The next link of a root is cleared; false: there is none.
static bool link_clear(Heap *h, Frame *frame) {
    const Record *r = &h->ledger->records[frame->record];
    uint32_t *links = record_links(h, r);
    while (frame->link < record_link_count(h, r)) {
        uint32_t target = links[frame->link];
        links[frame->link++] = 0;
        if (target == 0) continue;
        --*(r->flags & RECORD_PIECES ? pieces_edges(h, frame->record) : &account_of(h, r).book->edges);
        unrefer(h, target);  // may move the frames
        return true;
    }
    return false;
}

static void steps_whole(Heap *h, Frame *frame) {
    const Record *r = &h->ledger->records[frame->record];
    const Template *t = h->options.templates[r->template];
    while (frame->next < frame->length && frame->steps[frame->next] != TEARDOWN_LINKS) {
        uint32_t member = frame->steps[frame->next++];
        if (member == 0 && r->refs > 0) continue;
        block_free(h, r, t, member);
    }
}

static void steps_pieces(Heap *h, Frame *frame) {
    const Record *r = &h->ledger->records[frame->record];
    while (frame->next < frame->length && frame->steps[frame->next] != TEARDOWN_LINKS) {
        uint32_t member = frame->steps[frame->next++];
        if (member == 0 && r->refs > 0) continue;
        piece_free(h, frame->record, member);
    }
}

static void frames_run(Heap *h) {
    Ledger *l = h->ledger;
    while (l->depth > 0) {
        Frame *frame = &l->frames[l->depth - 1];
        const uint32_t number = frame->record;
        const bool pieces = l->records[number].flags & RECORD_PIECES;
        (pieces ? steps_pieces : steps_whole)(h, frame);
        if (frame->next < frame->length) {
            if (!link_clear(h, frame)) frame->next++;
            continue;
        }
        free(frame->owned);
        l->depth--;
        (pieces ? pieces_gone : whole_gone)(h, number);
    }
}

void ledger_release(Heap *h, uint32_t number) {
    unrefer(h, number);
    frames_run(h);
}

void ledger_clear(Heap *h, uint32_t number, bool all) {
    const uint32_t flags = h->ledger->records[number].flags;
    if (!(flags & RECORD_USED) || flags & RECORD_STUMP) return;  // it fell already
    if (flags & RECORD_PIECES)
        frame_push(h, number, pieces_clear(h, number, all), true);
    else
        frame_push_whole(h, number);
    frames_run(h);
}
