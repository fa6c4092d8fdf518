// ledger_misses.c -- from what the passes of a collection touch to what they miss, estimated
//
// A touch misses a cache of two ways if, since its line was touched last, two or more other lines
// of its set were. A heap of H lines has 2 H / C of them in each set of a cache of C lines, because
// lines that lie side by side are spread over the sets evenly; how many of those a walk comes to is
// a matter of chance (a binomial distribution).
#include "ledger_misses.h"

enum { ONE = 1 << 16 };  // shares are in 1/65536

enum {
    L1_LINES = 1 << L1_LINES_LOG2,
    L2_LINES = 1 << L2_LINES_LOG2,
    L3_LINES = 1 << L3_LINES_LOG2,
    TABLE_PAGES = 1 << TABLE_PAGES_LOG2
};

// Of `others` (and `rest` / `size` of one more), each of which is there with probability `there`,
// two or more are.
static uint64_t two_or_more(uint64_t others, uint64_t rest, uint64_t size, uint64_t there) {
    enum { MANY = 24 };
    uint64_t none = ONE, one = 0;
    // Of half as many, twice as likely each, nearly as many are there; if few are.
    for (; others > MANY && there < ONE / 4; others /= 2) there *= 2;
    for (uint64_t i = 0; i < others && none + one > 0; i++) {
        one = (one * (ONE - there) + none * there) / ONE;
        none = none * (ONE - there) / ONE;
    }
    return ONE - none - one + one * there / ONE * rest / size;
}

// The share of touches that miss a cache of `size` lines if `apart` different ones, spread over
// `span`, were touched between.
static uint64_t share_missed(uint64_t apart, uint64_t span, uint64_t size) {
    enum { MANY = 16 };  // times the size: next to nothing of it is found again
    if (apart >= MANY * size) return ONE;
    span = max_u64(span, apart);
    if (2 * span <= size) return 0;
    const uint64_t beside = 2 * span - size;
    return two_or_more(beside / size, beside % size, size, apart * ONE / span);
}

static uint64_t of(uint64_t touches, uint64_t share) {
    return (uint64_t)((U128)touches * share / ONE);
}

// Pages lie side by side and fall into sets evenly: all of them fit, or none that is touched once
// in a pass. Steps far back and forth lead to pages of as many objects as there are such steps, and
// find what of these fits.
static uint64_t missed_pages(const Walk *w) {
    enum { HALF_FIT = TABLE_PAGES / 4 };
    if (w->pages <= TABLE_PAGES) return 0;
    const uint64_t far = min_u64(2 * w->far_steps, w->objects);
    const uint64_t region = mul_div_u64(w->pages, far, max_u64(w->objects, 1));
    uint64_t missed = mul_div_u64(w->pages, min_u64(w->pages - TABLE_PAGES, HALF_FIT), HALF_FIT);
    if (region > TABLE_PAGES) missed += mul_div_u64(w->far_steps, region - TABLE_PAGES, region);
    return min_u64(missed, w->objects);
}

// By level.
typedef struct {
    uint64_t l1, l2, l3;
} Shares;

static Shares shares(uint64_t apart, uint64_t span) {
    return (Shares){share_missed(apart, span, L1_LINES), share_missed(apart, span, L2_LINES),
                    share_missed(apart, span, L3_LINES)};
}

static void jumps_add(Misses *m, uint64_t jumps, const Shares *s) {
    m->jumps_l1 += of(jumps, s->l1);
    m->jumps_l2 += of(jumps, s->l2);
    m->jumps_l3 += of(jumps, s->l3);
}

static void edges_add(Misses *m, uint64_t edges, uint64_t apart, uint64_t span) {
    const Shares s = shares(apart, span);
    m->edges_l1 += of(edges, s.l1);
    m->edges_l2 += of(edges, s.l2);
    m->edges_l3 += of(edges, s.l3);
}

// A step to a line that another object of the walk shares may find it still there.
static void steps_add(Misses *m, const Walk *w, uint64_t jumps, uint64_t apart, uint64_t span) {
    if (jumps == 0) return;
    const uint64_t first = mul_div_u64(jumps, (min_u64(w->lines, w->objects) + w->objects) / 2,
                                       max_u64(w->objects, 1));
    const Shares s = shares(apart, span), shared = shares(apart / 2, span);
    jumps_add(m, first, &s);
    jumps_add(m, jumps - first, &shared);
}

// `times` passes over steps alone.
static void walk_steps(Misses *m, const Walk *w, uint64_t times) {
    steps_add(m, w, times * w->jumps, w->lines, w->span);
    m->pages += times * missed_pages(w);
}

// Passes with references too: what one has led to just before is there when the walk comes to it.
// Where references lead out of the walk, the first pass may be the first to come in a long time.
static void walk_edges(Misses *m, const Walk *w, uint64_t times, uint64_t heap) {
    const uint64_t apart = w->lines + w->outer, span = w->span + w->outer;
    const uint64_t inner = times * w->inner + (times - 1) * w->outer;
    steps_add(m, w, times * w->lone_jumps, apart, span);
    if (inner > 0) edges_add(m, inner, apart, span);
    if (w->outer > 0) edges_add(m, w->outer, max_u64(heap, apart), max_u64(heap, span));
    m->pages += times * missed_pages(w);
}

static Walk walk_without(const Walk *all, const Walk *part) {
#define LESS(field) (all->field - min_u64(all->field, part->field))
    return (Walk){.objects = LESS(objects),
                  .jumps = LESS(jumps),
                  .lone_jumps = LESS(lone_jumps),
                  .bytes = LESS(bytes),
                  .far_steps = LESS(far_steps),
                  .inner = LESS(inner),
                  .outer = all->outer,
                  .lines = LESS(lines),
                  .pages = all->pages,
                  .span = all->span};
#undef LESS
}

// As in collect.c: update_refs, subtract_refs and move_unreachable; untrack_tuples and, in a full
// collection, untrack_dicts; then what is unreachable.
Misses misses_estimate(const Passes *p) {
    Misses m = {0};
    const Walk kept = walk_without(&p->all, &p->found);
    walk_steps(&m, &p->all, 1);
    walk_edges(&m, &p->all, 1, p->heap_lines);
    walk_edges(&m, &kept, 1, kept.lines);
    walk_steps(&m, &kept, p->full ? 2 : 1);
    if (p->found.objects == 0) return m;
    walk_steps(&m, &p->found, 1 + 4);
    walk_edges(&m, &p->found, 3, p->found.lines);
    return m;
}
