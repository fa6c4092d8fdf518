// trace_change.c -- where a program turns from building to serving, found afterwards
#include "trace_change.h"

enum { BETTER = 8, FLATTER = 8 };
enum { LIVE_BITS = 20 };  // samples are scaled to so many: squares of sums then fit 128 bits

__extension__ typedef __int128 I128;

void change_note(ChangeFinder *finder, uint64_t births, uint64_t live) {
    if (finder->stride == 0) finder->stride = 1;
    if (births % finder->stride != 0) return;
    if (finder->count == CHANGE_SAMPLES) {
        for (uint32_t i = 1; i < CHANGE_SAMPLES; i += 2) finder->live[i / 2] = finder->live[i];
        finder->count /= 2;
        finder->stride *= 2;
        if (births % finder->stride != 0) return;
    }
    finder->live[finder->count++] = live;
}

// Sums over some samples, x counted from 0.
typedef struct {
    int64_t n, x, y, xx, xy, yy;
} Sums;

static Sums sums_of(const int64_t *y, uint32_t from, uint32_t to) {
    Sums s = {.n = to - from};
    for (uint32_t i = from; i < to; i++) {
        const int64_t x = i - from;
        s.x += x;
        s.y += y[i];
        s.xx += x * x;
        s.xy += x * y[i];
        s.yy += y[i] * y[i];
    }
    return s;
}

// The sum of squares that a straight line leaves.
static I128 line_rest(const Sums *s) {
    const I128 across = (I128)s->n * s->xy - (I128)s->x * s->y;
    const I128 along = (I128)s->n * s->xx - (I128)s->x * s->x;
    const I128 whole = (I128)s->n * s->yy - (I128)s->y * s->y;
    return (whole - across * across / along) / s->n;
}

// Slope times (n xx - x x): of its sign, and of its size if n is known.
static I128 slope_over(const Sums *s) { return (I128)s->n * s->xy - (I128)s->x * s->y; }
static I128 slope_under(const Sums *s) { return (I128)s->n * s->xx - (I128)s->x * s->x; }

static bool is_change(const Sums *first, const Sums *second) {
    const I128 rise = slope_over(first), rest = slope_over(second);
    const I128 size = rest < 0 ? -rest : rest;
    return rise > 0 && size * slope_under(first) <= rise * slope_under(second) / FLATTER;
}

uint64_t change_find(const ChangeFinder *finder) {
    int64_t y[CHANGE_SAMPLES];
    uint64_t most = 0;
    uint32_t shift = 0, cut = 0;
    if (finder->count < 2 * CHANGE_SEGMENT_MIN) return 0;
    for (uint32_t i = 0; i < finder->count; i++) most = max_u64(most, finder->live[i]);
    while (most >> shift >> LIVE_BITS != 0) shift++;
    for (uint32_t i = 0; i < finder->count; i++) y[i] = (int64_t)(finder->live[i] >> shift);
    const Sums whole = sums_of(y, 0, finder->count);
    const I128 one = line_rest(&whole);
    I128 best = one;
    for (uint32_t i = CHANGE_SEGMENT_MIN; i + CHANGE_SEGMENT_MIN <= finder->count; i++) {
        const Sums first = sums_of(y, 0, i), second = sums_of(y, i, finder->count);
        const I128 two = line_rest(&first) + line_rest(&second);
        if (two >= best) continue;
        best = two;
        cut = i;
    }
    if (cut == 0 || best * BETTER > one) return 0;
    const Sums first = sums_of(y, 0, cut), second = sums_of(y, cut, finder->count);
    return is_change(&first, &second) ? cut * finder->stride : 0;
}
