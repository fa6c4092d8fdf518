// dist.h -- distributions of whole numbers, drawn with integers only
//
// A draw is a pure function of generator bits: no floating point, no libm, so that it is the same
// on every machine. Exponential and power laws come from -log2(u) of a 32-bit uniform u, by tables
// of 256 entries.
#ifndef OURO_DIST_H
#define OURO_DIST_H

#include "rng.h"

typedef enum { DIST_FIXED, DIST_UNIFORM, DIST_GEOMETRIC, DIST_POWER, DIST_TABLE } DistKind;

enum { DIST_TABLE_MAX = 16, DIST_MEAN_PARTS = 1 << 16 };

typedef struct {
    uint8_t kind;
    uint64_t low;         // fixed: the value; else the smallest value
    uint64_t high;        // the largest value; larger draws are cut to it
    uint64_t mean_parts;  // the mean of draws in 1 / DIST_MEAN_PARTS: shares are divided by it
    uint64_t mean;        // the same, rounded; at least 1
    uint64_t slope;    // geometric: trials per octave of u; power: octaves per octave of u; 32.32
                       // fixed point
    uint32_t entries;  // table
    uint32_t below[DIST_TABLE_MAX];  // cumulative parts per million
    uint64_t values[DIST_TABLE_MAX];
} Dist;

// The accepted texts, for help:
#define DIST_SYNTAX                                                   \
    "N | fixed N | uniform min=A max=B | geometric mean=M [max=B] | " \
    "power min=A exponent=E [max=B] | table V:P% V:P% ..."

// Reads one of DIST_SYNTAX; every value must lie in [low, high]. `exponent` is that of the survival
// function, P(X > x) = (x / min)^-E, 0.2 to 10. Values and means take the suffixes of text_count.
bool dist_parse(Dist *dist, const char *text, uint64_t low, uint64_t high, Error *error);

uint64_t dist_draw(const Dist *dist, Rng *rng);

// The value of a table at `share` (in 1 / 2^32) of its shares.
uint64_t dist_table_at(const Dist *dist, uint32_t share);

#endif
