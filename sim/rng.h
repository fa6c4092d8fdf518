// rng.h -- PCG, the only source of randomness
//
// pcg32 of M. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms
// for Random Number Generation" (2014): a 64-bit linear congruential state, output permuted by
// XSH-RR. One generator per purpose, each on a stream of its own, so that drawing more for one
// never shifts another. A test proves it bit for bit against the C++ package of the author.
#ifndef OURO_RNG_H
#define OURO_RNG_H

#include "base.h"

typedef struct {
    uint64_t state;
    uint64_t increment;  // odd; chooses the stream
} Rng;

// 32 uniform bits.
static inline uint32_t rng_next(Rng *rng) {
    uint64_t state = rng->state;
    rng->state = state * 6364136223846793005u + rng->increment;
    uint32_t shifted = (uint32_t)(((state >> 18) ^ state) >> 27);
    uint32_t turn = (uint32_t)(state >> 59);
    return (shifted >> turn) | (shifted << (-turn & 31));
}

// Starts stream number `stream` (63 bits count) at `seed`.
static inline void rng_seed(Rng *rng, uint64_t seed, uint64_t stream) {
    rng->state = 0;
    rng->increment = stream << 1 | 1;
    (void)rng_next(rng);
    rng->state += seed;
    (void)rng_next(rng);
}

// Uniform in [0, bound), bound > 0, without bias (D. Lemire, "Fast Random Integer Generation in an
// Interval", 2019).
static inline uint32_t rng_below(Rng *rng, uint32_t bound) {
    uint64_t product = (uint64_t)rng_next(rng) * bound;
    if (UNLIKELY((uint32_t)product < bound)) {
        uint32_t threshold = (0u - bound) % bound;
        while ((uint32_t)product < threshold) product = (uint64_t)rng_next(rng) * bound;
    }
    return (uint32_t)(product >> 32);
}

#define PPM 1000000u  // probabilities are integers in parts per million

// True with probability `ppm` / PPM; draws nothing when the answer is certain.
static inline bool rng_chance(Rng *rng, uint32_t ppm) {
    if (ppm == 0 || ppm >= PPM) return ppm != 0;
    return rng_below(rng, PPM) < ppm;
}

#endif
