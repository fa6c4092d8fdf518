// ledger_order.c -- the ledger heap: candidates in the order of CPython's list
//
// Units die in another order than they were born, but not in a wild one: most lists are short, and
// places of longer ones differ in few digits.
#include "ledger_state.h"

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, FEW = 32 };

static void sort_few(Placed *placed, uint64_t count) {
    for (uint64_t i = 1; i < count; i++) {
        Placed one = placed[i];
        uint64_t k = i;
        for (; k > 0 && placed[k - 1].place > one.place; k--) placed[k] = placed[k - 1];
        placed[k] = one;
    }
}

static void sort_digit(Placed *to, const Placed *from, uint64_t count, uint32_t shift) {
    uint64_t starts[DIGITS] = {0}, next = 0;
    for (uint64_t i = 0; i < count; i++) starts[from[i].place >> shift & (DIGITS - 1)]++;
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint64_t length = starts[d];
        starts[d] = next;
        next += length;
    }
    for (uint64_t i = 0; i < count; i++)
        to[starts[from[i].place >> shift & (DIGITS - 1)]++] = from[i];
}

// Digit by digit from the lowest, as far as places differ.
static void sort_many(Ledger *l, uint64_t count) {
    uint64_t differ = 0, falls = 0;
    for (uint64_t i = 1; i < count; i++) {
        differ |= l->placed[i].place ^ l->placed[0].place;
        falls += l->placed[i].place < l->placed[i - 1].place;
    }
    if (falls == 0) return;
    for (uint32_t shift = 0; shift < 64 && differ >> shift != 0; shift += DIGIT_BITS) {
        if ((differ >> shift & (DIGITS - 1)) == 0) continue;
        sort_digit(l->scratch, l->placed, count, shift);
        Placed *sorted = l->scratch;
        l->scratch = l->placed;
        l->placed = sorted;
    }
}

void placed_sort(Ledger *l, uint64_t count) {
    if (count <= FEW)
        sort_few(l->placed, count);
    else
        sort_many(l, count);
}
