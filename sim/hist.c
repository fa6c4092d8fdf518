// hist.c -- a histogram of 64-bit values
#include "hist.h"

uint64_t hist_quantile(const Hist *hist, uint32_t permille) {
    uint64_t rank = mul_div_u64(hist->count, permille, 1000), seen = 0;
    if (hist->count * (U128)permille % 1000 != 0) rank++;
    if (rank >= hist->count) return hist->max;
    for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
        seen += hist->buckets[i];
        if (seen >= rank && seen > 0) return hist_bucket_low(i);
    }
    return hist->max;
}
