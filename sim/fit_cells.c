// fit_cells.c -- units of a recorded program, sorted into populations
#include "fit_cells.h"

#include <stdlib.h>
#include <string.h>

enum { SIZES = 4 };                                 // of units of several objects
enum { KINDS = FIT_TYPES_MAX + SIZES * FIT_AGES };  // units of one: their type
enum { POOLS = FIT_PARTS_MAX * FIT_ENDS * 2 };      // by part, end, one object or several
enum { CELLS = FIT_PARTS_MAX * FIT_ENDS * KINDS };

struct FitCells {
    FitPopulation cells[CELLS];
};

FitCells *fit_cells_new(void) { return memory_new(1, sizeof(FitCells)); }
void fit_cells_free(FitCells *cells) { free(cells); }
void fit_cells_clear(FitCells *cells) { memset(cells, 0, sizeof *cells); }

// 0, 1, 2 to 3, 4 to 7 ...
static uint32_t octave(uint64_t value) {
    return value == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(value);
}

// From 8 on, three octaves are two ages.
uint32_t fit_age(uint64_t allocations) {
    const uint32_t o = octave(allocations);
    if (o < 4) return o;
    return (uint32_t)min_u64(4 + (o - 4) / 3 * 2 + ((o - 4) % 3 == 2), FIT_AGES - 1);
}

static void bin_add(FitBin bins[FIT_BINS], uint64_t value) {
    uint64_t at = value;
    if (value >= 8) {
        const uint32_t o = octave(value);
        at = min_u64(4 * o - 8 + (value >> (o - 3) & 3), FIT_BINS - 1);
    }
    bins[at].units++;
    bins[at].sum += value;
}

static uint32_t kind_of(const FitUnit *unit, uint64_t age) {
    static const uint64_t below[SIZES - 1] = {32, 256, 4096};
    uint32_t size = 0;
    if (unit->objects == 1) return unit->type;
    while (size < SIZES - 1 && unit->objects >= below[size]) size++;
    return FIT_TYPES_MAX + size * FIT_AGES + fit_age(age);
}

static void place_vote(FitPopulation *cell, uint32_t place) {
    if (place == 0) return;
    if (cell->place_votes == 0) cell->place = place;
    if (cell->place == place)
        cell->place_votes++;
    else
        cell->place_votes--;
}

void fit_cells_add(FitCells *cells, uint32_t part, FitEnd end, const FitUnit *unit, uint64_t now) {
    const uint64_t n = unit->objects, age = (n * now - unit->born) / n - 1;
    FitPopulation *cell = &cells->cells[(part * FIT_ENDS + end) * KINDS + kind_of(unit, age)];
    if (cell->units == 0) cell->type = unit->type;
    cell->part = part;
    cell->end = end;
    cell->is_single = n == 1;
    place_vote(cell, unit->place);
    cell->units++;
    cell->objects += n;
    cell->bytes += unit->bytes;
    bin_add(cell->sizes, n);
    // Built in one go, they live for (n - 1) / 2 longer, in the mean, than the whole is held.
    bin_add(cell->lifetimes, age - min_u64(age, n / 2));
}

// ---- populations ----

// How far what comes of it may be off: the square of its objects, over its units.
static uint64_t weight_of(const FitPopulation *p) {
    return mul_div_u64(p->objects, p->objects, p->units);
}

static int compare_u64(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int compare_cells(const void *a, const void *b) {
    const FitPopulation *one = a, *other = b;
    int order = compare_u64(weight_of(other), weight_of(one));
    if (order == 0) order = compare_u64(one->part, other->part);
    if (order == 0) order = compare_u64(other->bytes, one->bytes);
    if (order == 0) order = compare_u64(one->end, other->end);
    return order != 0 ? order : compare_u64(one->type, other->type);
}

static int compare_populations(const void *a, const void *b) {
    const FitPopulation *one = a, *other = b;
    int order = compare_u64(one->part, other->part);
    if (order == 0) order = compare_u64(other->objects, one->objects);
    return order != 0 ? order : compare_cells(a, b);
}

static void pool_add(FitPopulation *pool, const FitPopulation *cell) {
    if (pool->units == 0) {
        *pool = *cell;
        return;
    }
    pool->type = FIT_TYPES_MAX;
    pool->place_votes = 0;
    pool->units += cell->units;
    pool->objects += cell->objects;
    pool->bytes += cell->bytes;
    for (size_t i = 0; i < FIT_BINS; i++) {
        pool->sizes[i].units += cell->sizes[i].units;
        pool->sizes[i].sum += cell->sizes[i].sum;
        pool->lifetimes[i].units += cell->lifetimes[i].units;
        pool->lifetimes[i].sum += cell->lifetimes[i].sum;
    }
}

static uint32_t pool_of(const FitPopulation *cell) {
    return (cell->part * FIT_ENDS + cell->end) * 2 + cell->is_single;
}

uint32_t fit_cells_choose(FitCells *c, FitPopulation populations[FIT_POPULATIONS_MAX]) {
    FitPopulation *pools = memory_new(POOLS, sizeof *pools);
    bool is_needed[POOLS] = {false};
    uint32_t used = 0, needed = 0;
    for (uint32_t i = 0; i < CELLS; i++) {
        if (c->cells[i].units == 0) continue;
        bool *pool = &is_needed[pool_of(&c->cells[i])];
        needed += !*pool;
        *pool = true;
        c->cells[used++] = c->cells[i];
    }
    qsort(c->cells, used, sizeof *c->cells, compare_cells);
    uint32_t count = used <= FIT_POPULATIONS_MAX ? used : FIT_POPULATIONS_MAX - needed;
    memcpy(populations, c->cells, count * sizeof *populations);
    for (uint32_t i = count; i < used; i++) pool_add(&pools[pool_of(&c->cells[i])], &c->cells[i]);
    for (uint32_t i = 0; i < POOLS; i++)
        if (pools[i].units > 0) populations[count++] = pools[i];
    qsort(populations, count, sizeof *populations, compare_populations);
    free(pools);
    return count;
}
