// pcg_ours.c -- the numbers of sim/rng.h, for tests/pcg: a line per case, with seed and stream
#include <inttypes.h>
#include <stdio.h>

#include "rng.h"

enum { NUMBERS = 1000 };

static void print_case(uint64_t seed, uint64_t stream) {
    Rng rng;
    rng_seed(&rng, seed, stream);
    printf("%" PRIx64 " %" PRIx64, seed, stream);
    for (int i = 0; i < NUMBERS; i++) printf(" %08" PRIx32, rng_next(&rng));
    printf("\n");
}

int main(void) {
#define PCG(seed, stream) print_case(seed, stream);
#include "pcg_cases.def"
#undef PCG
    return 0;
}
