// metrics.c -- the figures of a run, from one list
#include "metrics.h"

#include <stdlib.h>

#include "rng.h"

const MetricRow METRICS[] = {
#define METRIC(name, unit, direction, help) \
    {#name, UNIT_##unit, BETTER_##direction, help, offsetof(Metrics, name)},
#include "metrics.def"
#undef METRIC
};
const size_t METRIC_COUNT = ARRAY_LENGTH(METRICS);

const char *metric_unit_name(MetricUnit unit) {
    static const char *const names[] = {"count",   "objects",     "bytes", "permille",
                                        "KiB*MiB", "allocations", "ns"};
    CHECK(unit < ARRAY_LENGTH(names));
    return names[unit];
}

const char *metric_direction_name(MetricDirection direction) {
    static const char *const names[] = {"none", "lower", "higher"};
    CHECK(direction < ARRAY_LENGTH(names));
    return names[direction];
}

static uint64_t permille(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : mul_div_u64(part, 1000, whole);
}

static void sum_collections(Metrics *m, const Recorder *r) {
    uint64_t futile = 0;
    for (size_t i = 0; i < r->collection_count; i++) {
        const Collection *c = &r->collections[i];
        m->freed_in_pauses += c->freed;
        if (c->kind == PLAN_MOVE) continue;
        uint64_t *counts[] = {&m->collections_gen0, &m->collections_gen1, &m->collections_gen2};
        uint64_t *candidates[] = {&m->candidates_gen0, &m->candidates_gen1, &m->candidates_gen2};
        uint64_t *longest[] = {&m->pause_ns_max_gen0, &m->pause_ns_max_gen1, &m->pause_ns_max_gen2};
        CHECK(c->generation < ARRAY_LENGTH(counts));
        m->collections++;
        ++*counts[c->generation];
        *candidates[c->generation] += c->candidates;
        *longest[c->generation] = max_u64(*longest[c->generation], c->pause_ns);
        m->candidates += c->candidates;
        m->edges += c->edges;
        m->survivors += c->survivors;
        m->collected += c->collected;
        m->uncollectable += c->uncollectable;
        futile += c->futile;
    }
    m->yield = permille(m->collected, m->candidates);
    m->futile = permille(futile, m->candidates);
    m->mark_cons = permille(m->candidates, m->allocations);
}

static void pause_figures(Metrics *m, const Recorder *r) {
    uint64_t *pauses = memory_new(r->collection_count, sizeof *pauses);
    for (size_t i = 0; i < r->collection_count; i++) {
        pauses[i] = r->collections[i].pause_ns;
        m->pause_ns_total += pauses[i];
    }
    size_t n = r->collection_count;
    sort_u64(pauses, n);
    m->pause_ns_mean = n > 0 ? m->pause_ns_total / n : 0;
    m->pause_ns_p50 = sorted_quantile(pauses, n, 500000);
    m->pause_ns_p90 = sorted_quantile(pauses, n, 900000);
    m->pause_ns_p99 = sorted_quantile(pauses, n, 990000);
    m->pause_ns_p999 = sorted_quantile(pauses, n, 999000);
    m->pause_ns_max = sorted_quantile(pauses, n, PPM);
    free(pauses);
}

static Pauses pauses_of(const Recorder *r, uint64_t total_ns) {
    Pause *pauses = memory_new(r->collection_count, sizeof *pauses);
    for (size_t i = 0; i < r->collection_count; i++)
        pauses[i] = (Pause){r->collections[i].start_ns, r->collections[i].pause_ns};
    Pauses result = pauses_new(pauses, r->collection_count, total_ns);
    free(pauses);
    return result;
}

static void utilization_figures(Metrics *m, const Recorder *r) {
    const uint64_t ms = 1000000;
    Pauses pauses = pauses_of(r, m->total_ns);
    m->mmu_1ms = pauses_mmu_ppm(&pauses, ms) / 1000;
    m->mmu_10ms = pauses_mmu_ppm(&pauses, 10 * ms) / 1000;
    m->mmu_100ms = pauses_mmu_ppm(&pauses, 100 * ms) / 1000;
    m->mmu_1s = pauses_mmu_ppm(&pauses, 1000 * ms) / 1000;
    pauses_free(&pauses);
}

size_t metrics_utilization(const Recorder *r, uint64_t total_ns, Utilization *points) {
    static const uint32_t steps[] = {1, 2, 5};
    Pauses pauses = pauses_of(r, total_ns);
    size_t count = 0;
    uint64_t decade = 10000;
    for (uint32_t i = 0; count < UTILIZATION_POINTS_MAX; i++) {
        uint64_t window = min_u64(steps[i % 3] * decade, total_ns);
        points[count++] = (Utilization){window, pauses_mmu_ppm(&pauses, window), 0};
        if (window == total_ns) break;
        if (i % 3 == 2) decade *= 10;
    }
    uint32_t least = PPM;
    for (size_t i = count; i-- > 0;) {
        if (points[i].mmu_ppm < least) least = points[i].mmu_ppm;
        points[i].bmu_ppm = least;
    }
    pauses_free(&pauses);
    return count;
}

// DaCapo's metered latency: requests should have started evenly over the time that all of them
// took.
static void request_figures(Metrics *m, const Recorder *r) {
    size_t n = r->request_count;
    m->requests = n;
    if (n == 0) return;
    uint64_t *plain = memory_new(n, sizeof *plain), *metered = memory_new(n, sizeof *metered);
    uint64_t first = r->requests[0].start_ns, span = r->requests[n - 1].end_ns - first;
    for (size_t i = 0; i < n; i++) {
        const Request *request = &r->requests[i];
        uint64_t planned = first + mul_div_u64(span, i, n);
        plain[i] = request->end_ns - request->start_ns;
        metered[i] = request->end_ns - min_u64(request->start_ns, planned);
    }
    sort_u64(plain, n);
    sort_u64(metered, n);
    m->request_ns_p50 = sorted_quantile(plain, n, 500000);
    m->request_ns_p99 = sorted_quantile(plain, n, 990000);
    m->request_ns_max = sorted_quantile(plain, n, PPM);
    m->metered_ns_p50 = sorted_quantile(metered, n, 500000);
    m->metered_ns_p99 = sorted_quantile(metered, n, 990000);
    m->metered_ns_max = sorted_quantile(metered, n, PPM);
    free(plain);
    free(metered);
}

static void memory_figures(Metrics *m, const Recorder *r, Heap *heap) {
    const HeapLevels *levels = heap_levels(heap);
    const Hist *ages = heap_ages(heap);
    m->residue_objects = r->residue_objects;
    m->residue_bytes = r->residue_bytes;
    m->floor_bytes = levels->reachable_bytes_max;
    m->peak_live_bytes = levels->live_bytes_max;
    m->peak_live_objects = levels->live_objects_max;
    m->peak_held_bytes = levels->held_bytes_max;
    m->peak_to_floor = permille(m->peak_held_bytes, m->floor_bytes);
    m->peak_garbage_bytes = levels->garbage_bytes_max;
    m->drag = (uint64_t)(levels->drag >> 30);
    U128 area = levels->reachable_area;
    m->drag_share = area == 0 ? 0 : (uint64_t)(levels->drag / (area / 1000 + 1));
    m->fragmentation = permille(levels->held_bytes_max, levels->live_bytes_at_held_max);
    m->age_p50 = hist_quantile(ages, 500);
    m->age_p99 = hist_quantile(ages, 990);
    m->age_max = ages->max;
}

// What must hold at the end of every run.
static bool identities_hold(const Metrics *m, const Recorder *r, Heap *heap, Error *error) {
    const HeapView *view = heap_view(heap);
    const HeapLevels *levels = heap_levels(heap);
    const struct {
        const char *what;
        uint64_t left, right;
    } identities[] = {
        {"allocations = freed by refcount + by oracle + in pauses + live", m->allocations,
         m->freed_refcount + m->freed_oracle + m->freed_in_pauses + view->live_objects},
        {"live bytes = reachable + garbage", view->live_bytes,
         levels->reachable_bytes + levels->garbage_bytes},
        {"live objects = reachable + garbage", view->live_objects,
         levels->reachable_objects + levels->garbage_objects},
        {"sum of pauses = gc time", m->pause_ns_total, r->pause_ns},
        {"model time = mutator + gc", recorder_now_ns(r, heap), m->mutator_ns + m->pause_ns_total},
        {"collections = sum over generations", m->collections,
         m->collections_gen0 + m->collections_gen1 + m->collections_gen2},
        {"ages counted = objects freed in pauses", heap_ages(heap)->count, m->freed_in_pauses},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(identities); i++)
        if (identities[i].left != identities[i].right)
            return error_set(error, "internal error: identity broken: %s: %llu against %llu",
                             identities[i].what, (unsigned long long)identities[i].left,
                             (unsigned long long)identities[i].right);
    return true;
}

bool metrics_compute(Metrics *m, const Recorder *r, Heap *heap, Error *error) {
    const HeapView *view = heap_view(heap);
    const MutatorWork *work = heap_mutator_work(heap);
    *m = (Metrics){.events = work->events,
                   .allocations = view->clock,
                   .allocated_bytes = view->allocated_bytes,
                   .freed_refcount = work->freed_refcount,
                   .freed_oracle = work->freed_oracle,
                   .cascade_objects_max = work->cascade_objects_max,
                   .cascade_ns_max = cost_cascade_ns(&r->cost, work),
                   .mutator_ns = cost_mutator_ns(&r->cost, view, work),
                   .ideal_ns = cost_ideal_ns(&r->cost, view, work)};
    sum_collections(m, r);
    pause_figures(m, r);
    m->total_ns = m->mutator_ns + m->pause_ns_total;
    m->overhead = permille(m->total_ns, m->ideal_ns);
    utilization_figures(m, r);
    request_figures(m, r);
    memory_figures(m, r, heap);
    return identities_hold(m, r, heap, error);
}
