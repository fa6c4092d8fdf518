// rank.c -- do the numbers of one sample tend to be greater than those of another?
//
// Equal numbers share the mean of their ranks, so ranks are kept doubled to stay whole. Under the
// null hypothesis every choice of `second_count` of all ranks is as likely; ways[k][s] counts the
// choices of k ranks whose sum is s.
#include "rank.h"

#include <stdlib.h>

enum { RANKS_MAX = 2 * RANK_SAMPLE_MAX, SUM_MAX = RANK_SAMPLE_MAX * 2 * RANKS_MAX };

typedef struct {
    uint64_t ways[RANK_SAMPLE_MAX + 1][SUM_MAX + 1];
} RankWays;

// Twice the rank, from 1, of `value` among both samples.
static uint32_t rank_doubled(uint64_t value, const uint64_t *all, size_t count) {
    uint32_t below = 0, equal = 0;
    for (size_t i = 0; i < count; i++) {
        below += all[i] < value;
        equal += all[i] == value;
    }
    return 2 * below + equal + 1;
}

static void count_ways(RankWays *table, const uint32_t *ranks, size_t count, size_t chosen) {
    table->ways[0][0] = 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = chosen; k > 0; k--)
            for (size_t sum = SUM_MAX; sum >= ranks[i]; sum--)
                table->ways[k][sum] += table->ways[k - 1][sum - ranks[i]];
}

static uint32_t chance_ppm(uint64_t ways, uint64_t total) {
    return (uint32_t)(((U128)ways * 1000000 + total - 1) / total);
}

RankTest rank_test(const uint64_t *first, size_t first_count, const uint64_t *second,
                   size_t second_count) {
    uint64_t all[RANKS_MAX], total = 0, as_high = 0, as_low = 0;
    uint32_t ranks[RANKS_MAX], sum = 0;
    size_t count = 0;
    CHECK(first_count >= 1 && first_count <= RANK_SAMPLE_MAX);
    CHECK(second_count >= 1 && second_count <= RANK_SAMPLE_MAX);
    for (size_t i = 0; i < first_count; i++) all[count++] = first[i];
    for (size_t i = 0; i < second_count; i++) all[count++] = second[i];
    for (size_t i = 0; i < count; i++) ranks[i] = rank_doubled(all[i], all, count);
    for (size_t i = first_count; i < count; i++) sum += ranks[i];
    RankWays *table = memory_new(1, sizeof *table);
    count_ways(table, ranks, count, second_count);
    for (size_t s = 0; s <= SUM_MAX; s++) {
        uint64_t ways = table->ways[second_count][s];
        total += ways;
        if (s >= sum) as_high += ways;
        if (s <= sum) as_low += ways;
    }
    free(table);
    return (RankTest){sum - second_count * (second_count + 1), chance_ppm(as_high, total),
                      chance_ppm(as_low, total), chance_ppm(1, total)};
}
