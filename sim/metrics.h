// metrics.h -- the figures of a run, from one list
#ifndef OURO_METRICS_H
#define OURO_METRICS_H

#include "recorder.h"

typedef struct {
#define METRIC(name, unit, direction, help) uint64_t name;
#include "metrics.def"
#undef METRIC
} Metrics;

typedef enum {
    UNIT_COUNT,
    UNIT_OBJECTS,
    UNIT_BYTES,
    UNIT_PERMILLE,
    UNIT_KIB_MIB,
    UNIT_ALLOCATIONS,
    UNIT_NS
} MetricUnit;
typedef enum { BETTER_NONE, BETTER_LOWER, BETTER_HIGHER } MetricDirection;

// What tells it: any run, a simulation, or a clock beside a real interpreter.
typedef enum { SOURCE_ANY, SOURCE_MODEL, SOURCE_CLOCK } MetricSource;

typedef struct {
    const char *name;
    MetricUnit unit;
    MetricDirection better;
    const char *help;
    MetricSource source;
    bool is_placed;  // depends on where the allocator puts objects
    size_t offset;   // in Metrics
} MetricRow;

extern const MetricRow METRICS[];
extern const size_t METRIC_COUNT;

const char *metric_unit_name(MetricUnit unit);
const char *metric_direction_name(MetricDirection direction);

static inline uint64_t metric_value(const Metrics *metrics, const MetricRow *row) {
    return *(const uint64_t *)((const char *)metrics + row->offset);
}

// Whether it is known of a run, which was simulated or measured on a real interpreter.
static inline bool metric_known(const MetricRow *row, bool measured) {
    return row->source != (measured ? SOURCE_MODEL : SOURCE_CLOCK);
}

// All figures from what was recorded; false with `error` when an identity between them does not
// hold.
bool metrics_compute(Metrics *metrics, const Recorder *recorder, Heap *heap, Error *error);

// Of a run on a real interpreter: the times and the memory in `recorder`, which took `total_ns` in
// all, take the place of the modelled ones.
void metrics_measured(Metrics *metrics, const Recorder *recorder, uint64_t total_ns);
// The same of a run that stopped anywhere, without proof.
void metrics_so_far(Metrics *metrics, const Recorder *recorder, Heap *heap);

// One point of the utilization curve.
typedef struct {
    uint64_t window_ns;
    uint32_t mmu_ppm;
    uint32_t bmu_ppm;  // least MMU of this and all longer windows of the curve
} Utilization;

enum { UTILIZATION_POINTS_MAX = 64 };

// MMU and BMU for windows 1, 2, 5, 10, ... from 10 us to the length of the run; returns their
// number.
size_t metrics_utilization(const Recorder *recorder, uint64_t total_ns, Utilization *points);

#endif
