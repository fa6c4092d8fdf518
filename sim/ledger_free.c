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

static uint32_t large_payloads(const Heap *h, const Template *t, uint32_t payloads) {
    return t->payload > h->options.allocator->small_limit ? payloads : 0;
}

static uint64_t death_of(const Heap *h, uint32_t number) {
    const Ledger *l = h->ledger;
    return l->records[number].flags & RECORD_LISTED ? l->deaths[number] : h->view.clock;
}

static Freed freed_whole(const Heap *h, uint32_t number, const Form *form) {
    const Template *t = h->options.templates[h->ledger->records[number].template];
    return (Freed){.objects = form->objects,
                   .bytes = form->bytes,
                   .payload_bytes = form->payload_bytes,
                   .payloads = form->payloads,
                   .payloads_large = large_payloads(h, t, form->payloads),
                   .template = h->ledger->records[number].template,
                   .death = death_of(h, number)};
}

static Freed freed_member(const Heap *h, uint32_t number, uint32_t member) {
    const Template *t = h->options.templates[h->ledger->records[number].template];
    const uint32_t payload = template_payload(t, member);
    return (Freed){.objects = 1,
                   .bytes = (uint64_t)template_bytes(t, member) + payload,
                   .payload_bytes = payload,
                   .payloads = payload > 0,
                   .payloads_large = large_payloads(h, t, payload > 0),
                   .template = h->ledger->records[number].template,
                   .death = death_of(h, number)};
}

// A unit that goes but for its root.
static void freed_subtract(Freed *freed, const Freed *root) {
    freed->objects -= root->objects;
    freed->bytes -= root->bytes;
    freed->payload_bytes -= root->payload_bytes;
    freed->payloads -= root->payloads;
    freed->payloads_large -= root->payloads_large;
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
    const Freed freed = freed_member(h, number, member);
    block_free(h, r, h->options.templates[r->template], member);
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
static void whole_gone(Heap *h, uint32_t number, const Form *form, uint32_t edges) {
    Record *r = &h->ledger->records[number];
    Freed freed = freed_whole(h, number, form);
    const bool stump = UNLIKELY(r->refs > 0);
    if (stump) {
        const Freed root = freed_member(h, number, 0);
        freed_subtract(&freed, &root);
    }
    account_freed(h, r, &freed, edges);
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
    const Freed freed = freed_member(h, number, 0);
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

static Form *form_going(Heap *h, const Record *r) {
    Form *form = record_form(h, r);
    if (UNLIKELY(form->all.steps == NULL))
        form_teardown(form, h->options.templates[r->template], r->flags & RECORD_CLOSED);
    return form;
}

COLD static void frame_push_whole(Heap *h, uint32_t number) {
    Form *form = form_going(h, &h->ledger->records[number]);
    const Teardown all = form->all;
    const bool owned = form->objects > FORM_KEPT;  // such forms come and go
    if (owned) form->all = (Teardown){0};
    frame_push(h, number, all, owned);
}

// Whether one of the units that the root refers to may lose its last reference with it.
static bool links_may_fall(const Heap *h, const Record *r) {
    const uint32_t *links = record_links(h, r), count = record_link_count(h, r);
    for (uint32_t k = 0; k < count; k++)
        if (links[k] != 0 && h->ledger->records[links[k]].refs <= count) return true;
    return false;
}

static uint32_t links_clear(Heap *h, const Record *r) {
    uint32_t *links = record_links(h, r), cleared = 0;
    for (uint32_t k = 0; k < record_link_count(h, r); k++) {
        if (links[k] == 0) continue;
        h->ledger->records[links[k]].refs--;
        links[k] = 0;
        cleared++;
    }
    return cleared;
}

static void blocks_free(Heap *h, const Record *r, const Template *t, const Teardown *all) {
    for (uint32_t i = 0; i < all->length; i++) {
        uint32_t member = all->steps[i];
        if (member != TEARDOWN_LINKS && (member > 0 || r->refs == 0)) block_free(h, r, t, member);
    }
}

// Frees a unit that is whole. What falls with it goes in the midst of that, at its own place.
static void whole_go(Heap *h, uint32_t number) {
    const Record *r = &h->ledger->records[number];
    const Template *t = h->options.templates[r->template];
    if (UNLIKELY(r->objects > FORM_KEPT) || links_may_fall(h, r)) {
        frame_push_whole(h, number);
        return;
    }
    const Form *form = form_going(h, r);
    const uint32_t cleared = links_clear(h, r);
    if (template_even(t) && r->refs == 0)
        memory_free_row(h->memory, h->ledger->addresses + r->first, form->order, r->objects,
                        t->bytes);
    else
        blocks_free(h, r, t, &form->all);
    whole_gone(h, number, form, form->edges + cleared);
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
        whole_go(h, number);
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
        --*(r->flags & RECORD_PIECES ? pieces_edges(h, frame->record)
                                     : &account_of(h, r).book->edges);
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
        const Form *form = record_form(h, &l->records[number]);
        free(frame->owned);
        l->depth--;
        if (pieces)
            pieces_gone(h, number);
        else
            whole_gone(h, number, form, form->edges);
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
        whole_go(h, number);
    frames_run(h);
}
