// pauses.c -- percentiles of pauses, and how much of a window they leave to the mutator
#include "pauses.h"

#include <stdlib.h>

#include "rng.h"

Pauses pauses_new(const Pause *pauses, size_t count, uint64_t total_ns) {
    Pauses p = {.merged = memory_new(count, sizeof *p.merged),
                .before = memory_new(count + 1, sizeof *p.before),
                .total_ns = total_ns};
    for (size_t i = 0; i < count; i++) {
        Pause *last = p.count > 0 ? &p.merged[p.count - 1] : NULL;
        if (last != NULL && last->start_ns + last->pause_ns >= pauses[i].start_ns)
            last->pause_ns += pauses[i].pause_ns;
        else
            p.merged[p.count++] = pauses[i];
    }
    for (size_t i = 0; i < p.count; i++) p.before[i + 1] = p.before[i] + p.merged[i].pause_ns;
    return p;
}

void pauses_free(Pauses *pauses) {
    free(pauses->merged);
    free(pauses->before);
}

// Pause time before `at`, given the number of pauses that start before it.
static uint64_t paused_until(const Pauses *p, size_t started, uint64_t at) {
    if (started == 0) return 0;
    const Pause *last = &p->merged[started - 1];
    return p->before[started - 1] + min_u64(at - last->start_ns, last->pause_ns);
}

// Among the windows that hold the most pause time one starts with a pause, or ends with the run:
// any other can be moved to the right until it does, and loses nothing on the way.
uint32_t pauses_mmu_ppm(const Pauses *p, uint64_t window_ns) {
    uint64_t window = min_u64(window_ns, p->total_ns), worst = 0;
    if (window == 0) return PPM;
    size_t begun = 0,
           ended = 0;  // pauses that start before the right edge, and before the left one
    for (size_t i = 0; i < p->count; i++) {
        uint64_t from = min_u64(p->merged[i].start_ns, p->total_ns - window), to = from + window;
        while (begun < p->count && p->merged[begun].start_ns < to) begun++;
        while (ended < p->count && p->merged[ended].start_ns < from) ended++;
        worst = max_u64(worst, paused_until(p, begun, to) - paused_until(p, ended, from));
    }
    return (uint32_t)mul_div_u64(window - worst, PPM, window);
}

static int compare_u64(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

void sort_u64(uint64_t *values, size_t count) {
    if (count > 1) qsort(values, count, sizeof *values, compare_u64);
}

uint64_t sorted_quantile(const uint64_t *sorted, size_t count, uint32_t ppm) {
    if (count == 0) return 0;
    U128 scaled = (U128)count * ppm;
    uint64_t rank = (uint64_t)(scaled / PPM) + (scaled % PPM != 0);
    return sorted[rank == 0 ? 0 : min_u64(rank, count) - 1];
}
