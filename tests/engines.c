// engines.c -- one workload under one policy on both simulated heaps, compared in everything
#include "engines.h"

#include <string.h>

#include "heap_state.h"

bool played_open(Played *played, const Spec *spec, const PolicyChoice *policy, Engine engine,
                 uint64_t batch, bool check, Error *error) {
    const CostTable cost = cost_table_shipped(COST_COUNTS);
    RunOptions options = {.spec = spec,
                          .policy = policy,
                          .engine = engine,
                          .cost = &cost,
                          .batch = batch,
                          .check = check};
    *played = (Played){.run = run_open(&options, error)};
    return played->run != NULL;
}

bool played_end(Played *played, Error *error) {
    bool done = false;
    return run_advance(played->run, UINT64_MAX, &done, error) &&
           run_result(played->run, &played->result, error);
}

static bool same(const char *what, size_t index, uint64_t tracing, uint64_t ledger, Error *error) {
    if (tracing == ledger) return true;
    return error_set(error, "%s (%zu): tracing %llu, ledger %llu", what, index,
                     (unsigned long long)tracing, (unsigned long long)ledger);
}

static bool same_collections(const Recorder *a, const Recorder *b, Error *error) {
    size_t count = min_u64(a->collection_count, b->collection_count);
    for (size_t i = 0; i < count; i++) {
        const Collection *x = &a->collections[i], *y = &b->collections[i];
#define COLLECTION(type, name, what) \
    if (!same("collection: " #name, i, x->name, y->name, error)) return false;
#define TRACED(type, name, what)
#define PLACED(type, name, what)
#include "collection.def"
#undef COLLECTION
    }
    return same("collections", 0, a->collection_count, b->collection_count, error);
}

static bool same_samples(const Recorder *a, const Recorder *b, Error *error) {
    for (size_t i = 0; i < min_u64(a->sample_count, b->sample_count); i++) {
        Sample x = a->samples[i], y = b->samples[i];
        bool good =
            same("sample: clock", i, x.clock, y.clock, error) &&
            same("sample: reachable", i, x.reachable_bytes, y.reachable_bytes, error) &&
            same("sample: live", i, x.live_bytes, y.live_bytes, error) &&
            same("sample: garbage", i, x.garbage_bytes, y.garbage_bytes, error) &&
            same("sample: held by older", i, x.held_by_older_bytes, y.held_by_older_bytes, error) &&
            same("sample: uncollectable", i, x.uncollectable_bytes, y.uncollectable_bytes, error);
        for (uint32_t k = 0; k < SPACES_MAX; k++)
            good =
                good && same("sample: waiting", i, x.waiting_bytes[k], y.waiting_bytes[k], error);
        if (!good) return false;
    }
    return same("samples", 0, a->sample_count, b->sample_count, error);
}

static bool same_metrics(const Metrics *a, const Metrics *b, Error *error) {
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (!METRICS[i].is_placed && !same(METRICS[i].name, i, metric_value(a, &METRICS[i]),
                                           metric_value(b, &METRICS[i]), error))
            return false;
    return true;
}

static bool same_heaps(const Heap *a, const Heap *b, Error *error) {
    bool good = true;
    for (uint32_t i = 0; good && i < a->options.space_count; i++) {
        SpaceGarbage x = heap_garbage(a, i), y = heap_garbage(b, i);
        const SpaceView *v = &a->view.spaces[i], *w = &b->view.spaces[i];
        good = same("space: objects", i, v->objects, w->objects, error) &&
               same("space: bytes", i, v->bytes, w->bytes, error) &&
               same("space: waiting", i, x.waiting_bytes, y.waiting_bytes, error) &&
               same("space: held", i, x.held_bytes, y.held_bytes, error);
    }
    if (good && memcmp(&a->ages, &b->ages, sizeof a->ages) != 0)
        good = error_set(error, "the histograms of ages differ");
    for (uint32_t i = 0; good && i < a->options.template_count; i++) {
        const PopulationView *x = &a->view.populations[i], *y = &b->view.populations[i];
        good = same("population: born", i, x->born, y->born, error) &&
               same("population: live", i, x->live, y->live, error);
    }
    return good && same("rises", 0, a->view.risen, b->view.risen, error) &&
           same("falls", 0, a->view.fallen, b->view.fallen, error);
}

// A pause differs by the arenas released in it and by nothing else: the price of one is known.
static bool same_pauses(const Recorder *a, const Recorder *b, EnginesCompared *compared,
                        Error *error) {
    for (size_t i = 0; i < a->collection_count; i++) {
        const Collection *x = &a->collections[i], *y = &b->collections[i];
        const uint64_t arena = a->cost.arenas_released / COST_PARTS;
        uint64_t more = x->pause_ns + arena * y->arenas_released;
        uint64_t less = y->pause_ns + arena * x->arenas_released;
        if (!same("pause without its arenas", i, more, less, error)) return false;
        compared->placement_differs |= x->arenas_released != y->arenas_released;
    }
    return true;
}

static void note(const Played *tracing, const Played *ledger, EnginesCompared *compared) {
    const Played *sides[] = {tracing, ledger};
    compared->collections += tracing->result.recorder->collection_count;
    for (int i = 0; i < 2; i++) compared->peak_held[i] = sides[i]->result.metrics.peak_held_bytes;
    compared->placement_differs |= compared->peak_held[0] != compared->peak_held[1];
    for (size_t i = 0; i < tracing->result.recorder->sample_count; i++)
        compared->held_late =
            max_u64(compared->held_late, tracing->result.recorder->samples[i].held_by_older_bytes);
}

bool engines_same(const Played *tracing, const Played *ledger, EnginesCompared *compared,
                  Error *error) {
    const RunResult *a = &tracing->result, *b = &ledger->result;
    *compared = (EnginesCompared){0};
    bool good = same_collections(a->recorder, b->recorder, error) &&
                same_samples(a->recorder, b->recorder, error) &&
                same_metrics(&a->metrics, &b->metrics, error) &&
                same_heaps(run_heap(tracing->run), run_heap(ledger->run), error) &&
                same_pauses(a->recorder, b->recorder, compared, error) &&
                same("status", 0, a->status, b->status, error) &&
                same("behaviour digest", 0, a->behaviour_digest, b->behaviour_digest, error);
    if (good) note(tracing, ledger, compared);
    return good;
}

bool engines_compare(const Spec *spec, const PolicyChoice *policy, bool check,
                     EnginesCompared *compared, Error *error) {
    Played a = {0}, b = {0};
    bool good = played_open(&a, spec, policy, ENGINE_TRACING, 4096, false, error) &&
                played_end(&a, error) &&
                played_open(&b, spec, policy, ENGINE_LEDGER, 4096, check, error) &&
                played_end(&b, error) && engines_same(&a, &b, compared, error);
    run_close(a.run);
    run_close(b.run);
    return good;
}
