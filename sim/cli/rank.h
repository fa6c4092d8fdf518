// rank.h -- do the numbers of one sample tend to be greater than those of another?
//
// Mann and Whitney's U ("On a test of whether one of two random variables is stochastically larger
// than the other", 1947). Exact, ties included: all ways of dealing the ranks are counted.
#ifndef OURO_RANK_H
#define OURO_RANK_H

#include "base.h"

enum { RANK_SAMPLE_MAX = 30 };  // the number of ways must fit 64 bits

typedef struct {
    uint64_t u_doubled;  // 2 * (pairs in which `second` is greater + half of those that are equal)
    // Chances, in millionths and rounded up, of ranks of `second` that are as high, or as low, or
    // more so, if both samples came from the same distribution.
    uint32_t greater_ppm, less_ppm;
    uint32_t least_ppm;  // the least chance that samples of these sizes can show
} RankTest;

// Sizes are 1 to RANK_SAMPLE_MAX.
RankTest rank_test(const uint64_t *first, size_t first_count, const uint64_t *second,
                   size_t second_count);

#endif
