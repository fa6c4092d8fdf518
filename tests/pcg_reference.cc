// pcg_reference.cc -- the numbers of libpcg-cpp-dev, as tests/pcg_ours.c prints those of sim/rng.h
#include <cinttypes>
#include <cstdio>
#include <pcg_random.hpp>

static const int NUMBERS = 1000;

static void print_case(std::uint64_t seed, std::uint64_t stream) {
    pcg32 rng(seed, stream);
    std::printf("%" PRIx64 " %" PRIx64, seed, stream);
    for (int i = 0; i < NUMBERS; i++) std::printf(" %08" PRIx32, rng());
    std::printf("\n");
}

int main() {
#define PCG(seed, stream) print_case(seed, stream);
#include "pcg_cases.def"
#undef PCG
    return 0;
}
