// ledger_pieces.c -- the ledger heap: dead units whose objects are not all in one space, or not all
// there any more
//
// Few are: those that a collection cut in their middle, and those whose cycles leave out the root,
// when reference counting has freed that.
#include <stdlib.h>
#include <string.h>

#include "ledger_state.h"

static Pieces *pieces_of(const Heap *h, uint32_t number) {
    return &h->ledger->pieces[h->ledger->records[number].segment];
}

// ---- opening and closing ----

static void list_add(Ledger *l, uint32_t space, uint32_t pieces) {
    PiecesList *list = &l->pieces_lists[space];
    list->entries = ledger_grow(list->entries, list->count, &list->capacity, sizeof *list->entries);
    list->entries[list->count++] = (PiecesEntry){l->pieces[pieces].serial, pieces};
}

static uint32_t pieces_take(Ledger *l) {
    uint32_t number = l->pieces_free;
    if (number != 0) {
        l->pieces_free = l->pieces[number].next;
        return number;
    }
    if (l->pieces_count == 0) l->pieces_count = 1;  // 0 is none
    l->pieces = ledger_grow(l->pieces, l->pieces_count, &l->pieces_capacity, sizeof *l->pieces);
    return l->pieces_count++;
}

// Each member into the space of its run.
static void marks_split(Ledger *l, const Record *r, uint8_t *marks) {
    for (uint32_t run = r->segment; run != 0; run = l->runs[run].next) {
        uint32_t next = l->runs[run].next, end = next != 0 ? l->runs[next].from : r->objects;
        uint8_t space = (uint8_t)segments_find(&l->segments, l->runs[run].segment).space;
        for (uint32_t i = l->runs[run].from; i < end; i++) marks[i] = PIECE_ALIVE | space;
    }
}

// What is known of a unit that was whole is known of each of its members.
static uint8_t mark_whole(Ledger *l, const Record *r) {
    uint8_t mark = PIECE_ALIVE;
    if (r->flags & RECORD_KEPT) mark |= PIECE_KEPT;
    if (r->flags & RECORD_GARBAGE) mark |= PIECE_GARBAGE;
    if (r->flags & RECORD_CANDIDATE) mark |= PIECE_FOUND;
    if (r->flags & RECORD_LISTED) return mark | r->space;
    return mark | (uint8_t)segments_find(&l->segments, r->segment).space;
}

static void whole_unlist(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    const Record *r = &l->records[number];
    if (!(r->flags & RECORD_CANDIDATE))
        space_remove(&h->spaces[r->space], l->positions[number], l->positions);
}

static void segments_leave(Ledger *l, Record *r) {
    if (!(r->flags & RECORD_SPLIT)) {
        segments_forget(&l->segments, r->segment, 1);
        return;
    }
    for (uint32_t run = r->segment; run != 0; run = l->runs[run].next)
        segments_forget(&l->segments, l->runs[run].segment, 1);
    runs_give(l, r->segment);
    r->flags &= ~(uint32_t)RECORD_SPLIT;
}

void pieces_make(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    Record *r = &l->records[number];
    const bool listed = r->flags & RECORD_LISTED, split = r->flags & RECORD_SPLIT;
    uint8_t *marks = memory_new(r->objects, sizeof *marks);
    CHECK(!(r->flags & RECORD_PIECES));
    if (split)
        marks_split(l, r, marks);
    else
        memset(marks, mark_whole(l, r), r->objects);
    if (listed) {
        whole_unlist(h, number);
    } else {
        uint32_t first = split ? l->runs[r->segment].segment : r->segment;
        r->place += segments_find(&l->segments, first).offset;
        segments_leave(l, r);
    }
    r->segment = pieces_take(l);
    r->flags |= RECORD_PIECES;
    *pieces_of(h, number) = (Pieces){
        .serial = ++l->serial,
        .marks = marks,
        .graph = graph_new(h->options.templates[r->template], r->objects, r->flags & RECORD_CLOSED),
        .record = number,
        .left = r->objects};
    if (listed && !(r->flags & RECORD_CANDIDATE)) list_add(l, r->space, r->segment);
}

void pieces_give(Heap *h, uint32_t number) {
    Ledger *l = h->ledger;
    Pieces *p = pieces_of(h, number);
    free(p->marks);
    graph_free(&p->graph);
    *p = (Pieces){.next = l->pieces_free};
    l->pieces_free = l->records[number].segment;
}

void pieces_close(Heap *h) {
    Ledger *l = h->ledger;
    for (uint32_t i = 1; i < l->pieces_count; i++) {
        free(l->pieces[i].marks);
        graph_free(&l->pieces[i].graph);
    }
    for (uint32_t i = 0; i < SPACES_MAX; i++) free(l->pieces_lists[i].entries);
    free(l->pieces);
}

uint32_t pieces_left(const Heap *h, uint32_t number) { return pieces_of(h, number)->left; }

// ---- lists ----

static uint64_t member_bytes(const Heap *h, const Record *r, uint32_t member) {
    const Template *t = h->options.templates[r->template];
    return (uint64_t)template_bytes(t, member) + template_payload(t, member);
}

void pieces_list(Heap *h, uint32_t number) {
    const Record *r = &h->ledger->records[number];
    const uint8_t *marks = pieces_of(h, number)->marks;
    uint32_t listed = 0;
    for (uint32_t i = 0; i < r->objects; i++) {
        if (!(marks[i] & PIECE_ALIVE)) continue;
        uint32_t space = marks[i] & PIECE_SPACE;
        h->spaces[space].waiting.objects++;
        h->spaces[space].waiting.bytes += member_bytes(h, r, i);
        if (!(listed >> space & 1)) list_add(h->ledger, space, r->segment);
        listed |= 1u << space;
    }
}

uint64_t pieces_gather(Heap *h, uint32_t space, uint64_t count) {
    Ledger *l = h->ledger;
    PiecesList *list = &l->pieces_lists[space];
    for (size_t i = 0; i < list->count; i++) {
        const Pieces *p = &l->pieces[list->entries[i].pieces];
        Record *r = &l->records[p->record];
        if (p->serial != list->entries[i].serial || r->flags & RECORD_CANDIDATE) continue;
        r->flags |= RECORD_CANDIDATE;
        l->placed[count++] = (Placed){r->place, p->record};
    }
    list->count = 0;
    return count;
}

void pieces_move(Heap *h, uint32_t from, uint32_t into) {
    Ledger *l = h->ledger;
    PiecesList *list = &l->pieces_lists[from];
    for (size_t i = 0; i < list->count; i++) {
        const Pieces *p = &l->pieces[list->entries[i].pieces];
        if (p->serial != list->entries[i].serial) continue;
        for (uint32_t m = 0; m < l->records[p->record].objects; m++)
            if ((p->marks[m] & PIECE_SPACE) == from)
                p->marks[m] = (uint8_t)((p->marks[m] & (0xff ^ PIECE_SPACE)) | into);
        list_add(l, into, list->entries[i].pieces);
    }
    list->count = 0;
}

// ---- going ----

Teardown pieces_drop(Heap *h, uint32_t number) {
    const Pieces *p = pieces_of(h, number);
    return teardown_new(&p->graph, p->marks, PIECE_ALIVE, 0);
}

Teardown pieces_clear(Heap *h, uint32_t number, bool all) {
    const Pieces *p = pieces_of(h, number);
    return teardown_new(&p->graph, p->marks, PIECE_ALIVE, all ? PIECE_ALIVE : PIECE_FOUND);
}

static Book *piece_book(Heap *h, uint8_t mark) {
    return mark & PIECE_FOUND ? &h->ledger->condemned : &h->ledger->books[mark & PIECE_SPACE];
}

uint64_t *pieces_edges(Heap *h, uint32_t number) {
    return &piece_book(h, pieces_of(h, number)->marks[0])->edges;
}

// References that a member holds to others of its unit, when all are there.
static uint32_t member_edges(const Graph *graph, uint32_t member) {
    uint32_t edges = 0;
    for (uint32_t k = graph->starts[member]; k < graph->starts[member + 1]; k++)
        edges += graph->slots[k] < FORM_LINK;
    return edges;
}

void pieces_freed(Heap *h, uint32_t number, uint32_t member, uint64_t bytes) {
    const Record *r = &h->ledger->records[number];
    Pieces *p = pieces_of(h, number);
    const uint8_t mark = p->marks[member];
    Space *space = &h->spaces[mark & PIECE_SPACE];
    Book *book = piece_book(h, mark);
    CHECK(mark & PIECE_ALIVE);
    book->objects--;
    book->edges -= member_edges(&p->graph, member);
    *(mark & PIECE_FOUND ? &h->condemned_bytes : &space->bytes) -= bytes;
    p->marks[member] = 0;
    p->left--;
    if (!(r->flags & RECORD_LISTED)) return;
    Waiting *waiting = mark & PIECE_FOUND ? &h->condemned : &space->waiting;
    waiting->objects--;
    waiting->bytes -= bytes;
    if (mark & PIECE_KEPT) waiting->held_bytes -= bytes;
    if (mark & PIECE_GARBAGE) h->levels.uncollectable_bytes -= bytes;
}

// ---- collections ----

bool pieces_root_found(const Heap *h, uint32_t number) {
    return pieces_of(h, number)->marks[0] & PIECE_FOUND;
}

uint32_t pieces_find(Heap *h, uint32_t number, uint32_t spaces) {
    const Graph *graph = &pieces_of(h, number)->graph;
    uint8_t *marks = pieces_of(h, number)->marks;
    uint32_t *queue = memory_new(graph->objects, sizeof *queue), length = 0, found = 0;
    for (uint32_t i = 0; i < graph->objects; i++) {
        if (!(marks[i] & PIECE_ALIVE)) continue;
        if (spaces >> (marks[i] & PIECE_SPACE) & 1) {
            marks[i] |= PIECE_FOUND;
            found++;
        } else {
            queue[length++] = i;
        }
    }
    for (uint32_t i = 0; i < length; i++)
        for (uint32_t k = graph->starts[queue[i]]; k < graph->starts[queue[i] + 1]; k++) {
            uint32_t target = graph->slots[k];
            if (target >= FORM_LINK || !(marks[target] & PIECE_FOUND)) continue;
            marks[target] &= (uint8_t)~PIECE_FOUND;
            found--;
            queue[length++] = target;
        }
    free(queue);
    return found;
}

uint32_t pieces_found(const Heap *h, uint32_t number) {
    const uint8_t *marks = pieces_of(h, number)->marks;
    uint32_t found = 0;
    for (uint32_t i = 0; i < h->ledger->records[number].objects; i++)
        found += (marks[i] & PIECE_FOUND) != 0;
    return found;
}

void pieces_keep(Heap *h, uint32_t number) {
    uint8_t *marks = pieces_of(h, number)->marks;
    for (uint32_t i = 0; i < h->ledger->records[number].objects; i++)
        marks[i] &= (uint8_t)~PIECE_FOUND;
}

static void piece_survive(Heap *h, uint8_t *mark, uint64_t bytes, uint8_t into, bool garbage) {
    *mark = (uint8_t)((*mark & PIECE_GARBAGE) | PIECE_ALIVE | PIECE_KEPT | into);
    h->spaces[into].waiting.held_bytes += bytes;
    if (!garbage) return;
    *mark |= PIECE_GARBAGE;
    h->levels.uncollectable_bytes += bytes;
}

uint32_t pieces_survive_found(Heap *h, uint32_t number, uint8_t into, bool garbage) {
    const Record *r = &h->ledger->records[number];
    uint8_t *marks = pieces_of(h, number)->marks;
    uint32_t survivors = 0;
    for (uint32_t i = 0; i < r->objects; i++) {
        if (!(marks[i] & PIECE_FOUND)) continue;
        piece_survive(h, &marks[i], member_bytes(h, r, i), into, garbage);
        survivors++;
    }
    if (survivors > 0) list_add(h->ledger, into, r->segment);
    return survivors;
}

void pieces_survive_rest(Heap *h, uint32_t number, uint32_t spaces, uint8_t into) {
    const Record *r = &h->ledger->records[number];
    uint8_t *marks = pieces_of(h, number)->marks;
    uint32_t survivors = 0;
    for (uint32_t i = 0; i < r->objects; i++) {
        if ((marks[i] & (PIECE_ALIVE | PIECE_FOUND)) != PIECE_ALIVE) continue;
        if (!(spaces >> (marks[i] & PIECE_SPACE) & 1)) continue;
        piece_survive(h, &marks[i], member_bytes(h, r, i), into, false);
        survivors++;
    }
    if (survivors > 0) list_add(h->ledger, into, r->segment);
}
