// hist.h -- a histogram of 64-bit values with a relative error below 1/32
//
// Log-linear buckets, as in G. Tene's HdrHistogram: 32 buckets per power of two, exact below 64.
#ifndef OURO_HIST_H
#define OURO_HIST_H

#include "base.h"

enum { HIST_SUB_BITS = 5, HIST_BUCKETS = (65 - HIST_SUB_BITS) << HIST_SUB_BITS };

typedef struct {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[HIST_BUCKETS];
} Hist;

static inline uint32_t hist_bucket(uint64_t value) {
    if (value < 2u << HIST_SUB_BITS) return (uint32_t)value;
    uint32_t shift = 63u - HIST_SUB_BITS - (uint32_t)__builtin_clzll(value);
    return (shift << HIST_SUB_BITS) + (uint32_t)(value >> shift);
}

// The same value `times` times.
static inline void hist_add_many(Hist *hist, uint64_t value, uint64_t times) {
    if (times == 0) return;
    hist->buckets[hist_bucket(value)] += times;
    hist->count += times;
    hist->max = max_u64(hist->max, value);
}

static inline void hist_add(Hist *hist, uint64_t value) { hist_add_many(hist, value, 1); }

// The smallest value of a bucket.
static inline uint64_t hist_bucket_low(uint32_t bucket) {
    if (bucket < 2u << HIST_SUB_BITS) return bucket;
    uint32_t shift = (bucket >> HIST_SUB_BITS) - 1;
    return (uint64_t)(bucket - (shift << HIST_SUB_BITS)) << shift;
}

// The value (rounded down to its bucket; the maximum is exact) that `permille` / 1000 of all values
// do not exceed; 0 for an empty histogram.
uint64_t hist_quantile(const Hist *hist, uint32_t permille);

#endif
