// pauses.h -- percentiles of pauses, and how much of a window they leave to the mutator
//
// MMU: P. Cheng and G. Blelloch, "A Parallel, Real-Time Garbage Collector" (2001). BMU: N.
// Sachindran, E. Moss and E. Berger, "MC2" (2004).
#ifndef OURO_PAUSES_H
#define OURO_PAUSES_H

#include "base.h"

typedef struct {
    uint64_t start_ns;
    uint64_t pause_ns;
} Pause;

// Pauses of one run, merged where the mutator does nothing between two, with running sums.
typedef struct {
    Pause *merged;
    uint64_t *before;  // pause time before each
    size_t count;
    uint64_t total_ns;  // length of the run
} Pauses;

// `pauses` in the order of their start, not overlapping; `total_ns` not before the end of the last.
Pauses pauses_new(const Pause *pauses, size_t count, uint64_t total_ns);
void pauses_free(Pauses *pauses);

// Minimum mutator utilization over all windows of `window_ns` within the run, in parts per million;
// a window longer than the run is the run. Exact: the minimum has a window edge on the edge of a
// pause.
uint32_t pauses_mmu_ppm(const Pauses *pauses, uint64_t window_ns);

// The smallest value of `sorted` that at least `ppm` / 1,000,000 of the values do not exceed; 0 if
// empty.
uint64_t sorted_quantile(const uint64_t *sorted, size_t count, uint32_t ppm);

// Sorts values in ascending order.
void sort_u64(uint64_t *values, size_t count);

#endif
