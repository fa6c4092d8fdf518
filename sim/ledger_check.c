// ledger_check.c -- recomputes everything the ledger claims, by the simplest means
#include <stdlib.h>

#include "ledger_state.h"

typedef struct {
    uint64_t objects, edges, bytes;
    Waiting waiting;
} Count;

typedef struct {
    const Heap *heap;
    const Ledger *ledger;
    uint32_t end;    // records are below this
    uint32_t *refs;  // as counted
    uint32_t *uses;  // of segments
    uint32_t *stack;
    bool *reached;
    Count spaces[SPACES_MAX];
    Error *error;
} Check;

static bool fail(const Check *c, uint32_t number, const char *what, uint64_t found,
                 uint64_t expected) {
    c->error->check_failed = true;
    return error_set(c->error,
                     "heap check: unit %u at allocation %llu: %s: %llu, but counting gives %llu",
                     number, (unsigned long long)c->heap->view.clock, what,
                     (unsigned long long)found, (unsigned long long)expected);
}

static bool is_used(const Check *c, uint32_t number) {
    return c->ledger->records[number].flags & RECORD_USED;
}

// Members that are attached; of all units but one that is being built: all.
static uint32_t members_built(const Check *c, uint32_t number) {
    const Cursor *cursor = &c->heap->cursor;
    if (cursor->active && cursor->instance == number) return cursor->member;
    return c->ledger->records[number].objects;
}

// ---- references and truth ----

static bool is_in_garbage_list(const Check *c, const Record *r) {
    if (!c->heap->options.templates[r->template]->finalizer) return false;
    if (r->flags & RECORD_PIECES) return c->ledger->pieces[r->segment].marks[0] & PIECE_GARBAGE;
    return r->flags & RECORD_GARBAGE;
}

static bool check_refs(const Check *c) {
    for (uint32_t i = 1; i < c->end; i++) {
        if (!is_used(c, i)) continue;
        const Record *r = &c->ledger->records[i];
        c->refs[i] += (r->flags & RECORD_HELD ? 1u : 0u) + is_in_garbage_list(c, r);
        for (uint32_t k = 0; k < record_link_count(c->heap, r); k++) {
            uint32_t target = record_links(c->heap, r)[k];
            if (target != 0 && !is_used(c, target))
                return fail(c, i, "refers to a freed unit", target, 0);
            c->refs[target] += target != 0;
        }
    }
    for (uint32_t i = 1; i < c->end; i++)
        if (is_used(c, i) && c->refs[i] != c->ledger->records[i].refs)
            return fail(c, i, "references", c->ledger->records[i].refs, c->refs[i]);
    return true;
}

static bool check_truth(const Check *c) {
    uint32_t depth = 0;
    for (uint32_t i = 1; i < c->end; i++)
        if (is_used(c, i) && c->ledger->records[i].flags & RECORD_HELD) {
            c->reached[i] = true;
            c->stack[depth++] = i;
        }
    while (depth > 0) {
        const Record *r = &c->ledger->records[c->stack[--depth]];
        for (uint32_t k = 0; k < record_link_count(c->heap, r); k++) {
            uint32_t target = record_links(c->heap, r)[k];
            if (target == 0 || c->reached[target]) continue;
            c->reached[target] = true;
            c->stack[depth++] = target;
        }
    }
    for (uint32_t i = 1; i < c->end; i++) {
        bool is_dead = c->ledger->records[i].flags & RECORD_DEAD;
        if (is_used(c, i) && is_dead == c->reached[i])
            return fail(c, i, "dead by the truth notes", is_dead, !c->reached[i]);
        if (is_used(c, i) && is_dead != ((c->ledger->records[i].flags & RECORD_LISTED) != 0))
            return fail(c, i, "listed", !is_dead, is_dead);
    }
    return true;
}

// ---- books ----

// Marks as of a unit in pieces, for any unit; not there: 0.
static void marks_of(Check *c, uint32_t number, uint8_t *marks) {
    const Ledger *l = c->ledger;
    const Record *r = &l->records[number];
    const uint32_t built = members_built(c, number);
    uint32_t run = r->flags & RECORD_SPLIT ? r->segment : 0;
    uint32_t segment = run != 0 ? l->runs[run].segment : r->segment;
    for (uint32_t i = 0; i < built; i++) {
        if (r->flags & RECORD_PIECES) {
            marks[i] = l->pieces[r->segment].marks[i];
            continue;
        }
        if (run != 0 && l->runs[run].next != 0 && l->runs[l->runs[run].next].from == i) {
            run = l->runs[run].next;
            segment = l->runs[run].segment;
        }
        if (!(r->flags & RECORD_LISTED) && (i == 0 || (run != 0 && l->runs[run].from == i)))
            c->uses[segment]++;
        uint32_t space = r->flags & RECORD_LISTED
                             ? r->space
                             : segments_find(&c->heap->ledger->segments, segment).space;
        marks[i] = (uint8_t)(PIECE_ALIVE | space | (r->flags & RECORD_KEPT ? PIECE_KEPT : 0));
    }
}

static void count_member(Check *c, const Record *r, const Graph *graph, const uint8_t *marks,
                         uint32_t member, uint32_t built) {
    const Template *t = c->heap->options.templates[r->template];
    const uint32_t *links = record_links(c->heap, r);
    Count *count = &c->spaces[marks[member] & PIECE_SPACE];
    uint64_t bytes = (uint64_t)template_bytes(t, member) + template_payload(t, member);
    count->objects++;
    count->bytes += bytes;
    for (uint32_t k = graph->starts[member]; k < graph->starts[member + 1]; k++)
        count->edges += graph->slots[k] < built;
    for (uint32_t k = 0; member == 0 && k < t->links; k++) count->edges += links[k] != 0;
    if (!(r->flags & RECORD_DEAD)) return;
    count->waiting.objects++;
    count->waiting.bytes += bytes;
    if (marks[member] & PIECE_KEPT) count->waiting.held_bytes += bytes;
}

static void count_unit(Check *c, uint32_t number) {
    const Record *r = &c->ledger->records[number];
    Graph graph =
        graph_new(c->heap->options.templates[r->template], r->objects, r->flags & RECORD_CLOSED);
    uint8_t *marks = memory_new(r->objects, sizeof *marks);
    marks_of(c, number, marks);
    for (uint32_t i = 0; i < r->objects; i++)
        if (marks[i] & PIECE_ALIVE) count_member(c, r, &graph, marks, i, members_built(c, number));
    free(marks);
    graph_free(&graph);
}

static bool check_space(const Check *c, uint32_t number) {
    const Count *count = &c->spaces[number];
    const Space *space = &c->heap->spaces[number];
    const Book *book = &c->ledger->books[number];
    const Waiting *waiting = &space->waiting;
    if (book->objects != count->objects)
        return fail(c, 0, "objects of a space", book->objects, count->objects);
    if (book->edges != count->edges)
        return fail(c, 0, "references from a space", book->edges, count->edges);
    if (space->bytes != count->bytes)
        return fail(c, 0, "bytes of a space", space->bytes, count->bytes);
    if (waiting->objects != count->waiting.objects)
        return fail(c, 0, "garbage of a space", waiting->objects, count->waiting.objects);
    if (waiting->bytes != count->waiting.bytes)
        return fail(c, 0, "bytes of garbage of a space", waiting->bytes, count->waiting.bytes);
    if (waiting->held_bytes != count->waiting.held_bytes)
        return fail(c, 0, "garbage held in a space", waiting->held_bytes,
                    count->waiting.held_bytes);
    return true;
}

// Whole units that are dead are where their records say.
static bool check_lists(const Check *c) {
    uint64_t listed = 0;
    for (uint32_t i = 1; i < c->end; i++) {
        const Record *r = &c->ledger->records[i];
        if (!is_used(c, i) || !(r->flags & RECORD_LISTED) || r->flags & RECORD_PIECES) continue;
        const Space *space = &c->heap->spaces[r->space];
        uint32_t position = c->ledger->positions[i];
        if (position < space->first || position >= space->length || space->members[position] != i)
            return fail(c, i, "position in its space", position, 0);
        listed++;
    }
    for (uint32_t i = 0; i < c->heap->options.space_count; i++)
        listed -= c->heap->spaces[i].objects;
    return listed == 0 || fail(c, 0, "units listed besides", listed, 0);
}

// Every segment is used by what names it, and by nothing else.
static bool check_segments(const Check *c) {
    const Segments *s = &c->ledger->segments;
    for (uint32_t i = 1; i <= s->count; i++)
        if (s->table[i].uses > 0 && s->table[i].parent != 0) c->uses[s->table[i].parent]++;
    for (uint32_t i = 0; i < c->heap->options.space_count; i++) {
        if (s->spaces[i].root != 0) c->uses[s->spaces[i].root]++;
        if (s->spaces[i].leaf != 0) c->uses[s->spaces[i].leaf]++;
    }
    for (uint32_t i = 1; i <= s->count; i++)
        if (c->uses[i] != s->table[i].uses)
            return fail(c, i, "uses of a segment", s->table[i].uses, c->uses[i]);
    return true;
}

// ---- totals ----

// An object that is allocated but not attached is in no space.
static bool check_totals(const Check *c) {
    const Heap *h = c->heap;
    uint64_t objects = 0, bytes = 0, dead = 0, dead_bytes = 0;
    if (h->cursor.active && h->cursor.allocated) {
        const Record *r = &c->ledger->records[h->cursor.instance];
        objects = 1;
        bytes = template_bytes(h->options.templates[r->template], h->cursor.member);
    }
    for (uint32_t i = 0; i < h->options.space_count; i++) {
        objects += c->spaces[i].objects;
        bytes += c->spaces[i].bytes;
        dead += c->spaces[i].waiting.objects;
        dead_bytes += c->spaces[i].waiting.bytes;
    }
    bytes += h->untracked_bytes;
    const uint64_t pairs[][2] = {{h->view.live_objects, objects},
                                 {h->view.live_bytes, bytes},
                                 {h->levels.garbage_objects, dead},
                                 {h->levels.garbage_bytes, dead_bytes},
                                 {h->levels.reachable_objects, objects - dead},
                                 {h->levels.reachable_bytes, bytes - dead_bytes}};
    static const char *const names[] = {"live objects",  "live bytes",        "garbage",
                                        "garbage bytes", "reachable objects", "reachable bytes"};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++)
        if (pairs[i][0] != pairs[i][1]) return fail(c, 0, names[i], pairs[i][0], pairs[i][1]);
    return true;
}

bool ledger_check(const Heap *h, Error *error) {
    Check c = {.heap = h, .ledger = h->ledger, .end = h->ledger->record_count + 1, .error = error};
    c.refs = memory_new(c.end, sizeof *c.refs);
    c.stack = memory_new(c.end, sizeof *c.stack);
    c.reached = memory_new(c.end, sizeof *c.reached);
    // Ways to segments are cut short as they are gone: all of them before uses are counted.
    for (uint32_t i = 1; i <= h->ledger->segments.count; i++)
        if (h->ledger->segments.table[i].uses > 0) segments_find(&h->ledger->segments, i);
    c.uses = memory_new((size_t)h->ledger->segments.count + 1, sizeof *c.uses);
    bool good = check_refs(&c) && check_truth(&c);
    for (uint32_t i = 1; good && i < c.end; i++)
        if (is_used(&c, i)) count_unit(&c, i);
    for (uint32_t i = 0; good && i < h->options.space_count; i++) good = check_space(&c, i);
    good = good && check_totals(&c) && check_lists(&c) && check_segments(&c);
    good = good && (h->ledger->locality == NULL || ledger_locality_check(h, error));
    free(c.refs);
    free(c.uses);
    free(c.stack);
    free(c.reached);
    return good;
}
