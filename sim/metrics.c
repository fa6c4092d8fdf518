// metrics.c -- the figures of a run, from one list
#include "metrics.h"

#include <stdlib.h>

#include "rng.h"

const MetricRow METRICS[] = {
#define ROW(name, unit, direction, help, source, is_placed) \
    {#name, UNIT_##unit, BETTER_##direction, help, source, is_placed, offsetof(Metrics, name)},
#define METRIC(name, unit, direction, help) \
    ROW(name, unit, direction, help, SOURCE_ANY, UNIT_##unit == UNIT_NS)
#define PLACED(name, unit, direction, help)   ROW(name, unit, direction, help, SOURCE_ANY, true)
#define MEASURED(name, unit, direction, help) ROW(name, unit, direction, help, SOURCE_CLOCK, true)
#define MODELLED(name, unit, direction, help) ROW(name, unit, direction, help, SOURCE_MODEL, true)
#include "metrics.def"
#undef METRIC
#undef ROW
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

// ---- collections and pauses ----

enum { ALL = -1 };  // generations

typedef struct {
    uint64_t collections, candidates, edges, survivors, collected, uncollectable, futile;
    uint64_t ns_total, ns_mean, ns_p50, ns_p90, ns_p99, ns_p999, ns_max;
    uint64_t work_p50, work_max;
} CollectionFigures;

// A freeze or a marking is a pause, but no collection, and of no generation.
static bool is_of(const Collection *c, int generation) {
    return generation == ALL || (plan_collects((PlanKind)c->kind) && c->generation == generation);
}

static CollectionFigures sum_collections(const Recorder *r, int generation) {
    CollectionFigures f = {0};
    for (size_t i = 0; i < r->collection_count; i++) {
        const Collection *c = &r->collections[i];
        if (!is_of(c, generation) || !plan_collects((PlanKind)c->kind)) continue;
        f.collections++;
        f.candidates += c->candidates;
        f.edges += c->edges;
        f.survivors += c->survivors;
        f.collected += c->collected;
        f.uncollectable += c->uncollectable;
        f.futile += c->futile;
    }
    return f;
}

static CollectionFigures collection_figures(const Recorder *r, int generation) {
    CollectionFigures f = sum_collections(r, generation);
    uint64_t *ns = memory_new(r->collection_count, sizeof *ns);
    uint64_t *work = memory_new(r->collection_count, sizeof *work);
    size_t n = 0;
    for (size_t i = 0; i < r->collection_count; i++) {
        const Collection *c = &r->collections[i];
        if (!is_of(c, generation)) continue;
        f.ns_total += c->pause_ns;
        work[n] = c->candidates + c->marked + c->edges + c->freed;
        ns[n++] = c->pause_ns;
    }
    sort_u64(ns, n);
    sort_u64(work, n);
    f.ns_mean = n > 0 ? f.ns_total / n : 0;
    f.ns_p50 = sorted_quantile(ns, n, 500000);
    f.ns_p90 = sorted_quantile(ns, n, 900000);
    f.ns_p99 = sorted_quantile(ns, n, 990000);
    f.ns_p999 = sorted_quantile(ns, n, 999000);
    f.ns_max = sorted_quantile(ns, n, PPM);
    f.work_p50 = sorted_quantile(work, n, 500000);
    f.work_max = sorted_quantile(work, n, PPM);
    free(ns);
    free(work);
    return f;
}

#define SET_FIGURES(m, suffix, f)                   \
    (m)->collections##suffix = (f).collections;     \
    (m)->candidates##suffix = (f).candidates;       \
    (m)->edges##suffix = (f).edges;                 \
    (m)->survivors##suffix = (f).survivors;         \
    (m)->collected##suffix = (f).collected;         \
    (m)->uncollectable##suffix = (f).uncollectable; \
    (m)->pause_ns_total##suffix = (f).ns_total;     \
    (m)->pause_ns_mean##suffix = (f).ns_mean;       \
    (m)->pause_ns_p50##suffix = (f).ns_p50;         \
    (m)->pause_ns_p90##suffix = (f).ns_p90;         \
    (m)->pause_ns_p99##suffix = (f).ns_p99;         \
    (m)->pause_ns_p999##suffix = (f).ns_p999;       \
    (m)->pause_ns_max##suffix = (f).ns_max;         \
    (m)->pause_work_p50##suffix = (f).work_p50;     \
    (m)->pause_work_max##suffix = (f).work_max

static void pause_figures(Metrics *m, const Recorder *r) {
    CollectionFigures all = collection_figures(r, ALL), young = collection_figures(r, 0),
                      middle = collection_figures(r, 1), full = collection_figures(r, 2);
    SET_FIGURES(m, , all);
    SET_FIGURES(m, _gen0, young);
    SET_FIGURES(m, _gen1, middle);
    SET_FIGURES(m, _gen2, full);
    m->freed_in_pauses = m->resurrected = 0;
    for (size_t i = 0; i < r->collection_count; i++) {
        m->freed_in_pauses += r->collections[i].freed;
        m->resurrected += r->collections[i].resurrected;
    }
    m->yield = permille(all.collected, all.candidates);
    m->futile = permille(all.futile, all.candidates);
    m->mark_cons = permille(all.candidates, m->allocations);
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

// DaCapo's metered latency: the requests of a stretch should have started evenly over the time that
// all of them took. Returns the index of the first request of the next stretch.
static size_t meter_stretch(const Recorder *r, size_t first, uint64_t *metered) {
    size_t end = first;
    while (end < r->request_count && r->requests[end].stretch == r->requests[first].stretch) end++;
    uint64_t start = r->requests[first].start_ns, span = r->requests[end - 1].end_ns - start;
    for (size_t i = first; i < end; i++) {
        uint64_t planned = start + mul_div_u64(span, i - first, end - first);
        metered[i] = r->requests[i].end_ns - min_u64(r->requests[i].start_ns, planned);
    }
    return end;
}

static void request_figures(Metrics *m, const Recorder *r) {
    size_t n = r->request_count;
    m->requests = n;
    if (n == 0) return;
    uint64_t *plain = memory_new(n, sizeof *plain), *metered = memory_new(n, sizeof *metered);
    for (size_t i = 0; i < n; i++) plain[i] = r->requests[i].end_ns - r->requests[i].start_ns;
    for (size_t i = 0; i < n;) i = meter_stretch(r, i, metered);
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
    m->floor_objects = levels->reachable_objects_max;
    m->peak_live_bytes = levels->live_bytes_max;
    m->peak_live_objects = levels->live_objects_max;
    m->peak_held_bytes = levels->held_bytes_max;
    m->peak_to_floor = permille(m->peak_held_bytes, m->floor_bytes);
    m->peak_garbage_bytes = levels->garbage_bytes_max;
    m->peak_garbage_objects = levels->garbage_objects_max;
    m->drag = (uint64_t)(levels->drag >> 30);
    U128 area = levels->reachable_area;
    m->drag_share = area == 0 ? 0 : (uint64_t)(levels->drag * 1000 / area);
    m->fragmentation = permille(levels->held_bytes_at_live_max, levels->live_bytes_max);
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
        {"candidates = collected + survivors + uncollectable + resurrected + what fell with "
         "garbage",
         m->candidates,
         m->collected + m->survivors + m->uncollectable + m->resurrected + r->fallen},
        {"ages counted = objects freed in pauses", heap_ages(heap)->count, m->freed_in_pauses},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(identities); i++)
        if (identities[i].left != identities[i].right) {
            error->check_failed = true;
            return error_set(error, "internal error: identity broken: %s: %llu against %llu",
                             identities[i].what, (unsigned long long)identities[i].left,
                             (unsigned long long)identities[i].right);
        }
    return true;
}

void metrics_so_far(Metrics *m, const Recorder *r, Heap *heap) {
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
    pause_figures(m, r);
    m->total_ns = m->mutator_ns + m->pause_ns_total;
    m->overhead = permille(m->total_ns, m->ideal_ns);
    utilization_figures(m, r);
    request_figures(m, r);
    memory_figures(m, r, heap);
}

bool metrics_compute(Metrics *m, const Recorder *r, Heap *heap, Error *error) {
    metrics_so_far(m, r, heap);
    return identities_hold(m, r, heap, error);
}

static void predicted_figures(Metrics *m, const Recorder *r) {
    size_t n = r->collection_count;
    uint64_t *ns = memory_new(n, sizeof *ns);
    m->predicted_ns_total = 0;
    for (size_t i = 0; i < n; i++) m->predicted_ns_total += ns[i] = r->collections[i].predicted_ns;
    sort_u64(ns, n);
    m->predicted_ns_p50 = sorted_quantile(ns, n, 500000);
    m->predicted_ns_p99 = sorted_quantile(ns, n, 990000);
    m->predicted_ns_max = sorted_quantile(ns, n, PPM);
    free(ns);
}

void metrics_measured(Metrics *m, const Recorder *r, uint64_t total_ns) {
    const Sample *fullest = NULL;
    pause_figures(m, r);
    predicted_figures(m, r);
    m->total_ns = total_ns;
    m->mutator_ns = total_ns - min_u64(m->pause_ns_total, total_ns);
    m->ideal_ns = m->overhead = m->cascade_ns_max = 0;
    utilization_figures(m, r);
    request_figures(m, r);
    m->peak_held_bytes = r->held_bytes_max;
    m->peak_to_floor = permille(m->peak_held_bytes, m->floor_bytes);
    for (size_t i = 0; i < r->sample_count; i++)
        if (fullest == NULL || r->samples[i].live_bytes > fullest->live_bytes)
            fullest = &r->samples[i];
    m->fragmentation = fullest != NULL ? permille(fullest->held_bytes, fullest->live_bytes) : 0;
    m->rss_peak_bytes = r->rss_bytes_max;
}
