// bench_side.c -- one run of one side of a row of `ouro bench`, in a process of its own
#include "bench_side.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "arenas.h"
#include "bench_script.h"
#include "cli/resident.h"
#include "measure.h"
#include "replay.h"
#include "start.h"

static uint64_t cpu_ns(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t peak_bytes(void) {
    struct rusage used;
    CHECK(getrusage(RUSAGE_SELF, &used) == 0);
    return (uint64_t)used.ru_maxrss * 1024;
}

static bool engine_of(BenchSide side, Engine *engine) {
    Error ignored = {0};
    if (side == SIDE_null) return engine_find("null", engine, &ignored);
    if (side == SIDE_ledger) return engine_find("ledger", engine, &ignored);
    return engine_find("tracing", engine, &ignored);
}

bool bench_side_exists(BenchSide side) {
    Engine engine;
    return engine_of(side, &engine);
}

static Run *open_run(const BenchJob *job, size_t batch, Error *error) {
    CostTable cost = cost_table_shipped(job->side == SIDE_cache ? COST_CACHE : COST_COUNTS);
    RunOptions options = {.spec = job->spec,
                          .policy = job->policy,
                          .cost = &cost,
                          .batch = batch,
                          .allocator = arenas_layout()};
    CHECK(engine_of(job->side, &options.engine));
    return run_open(&options, error);
}

// ---- simulated ----

static bool is_full(const Collection *c) { return c->kind == PLAN_COLLECT && c->generation == 2; }

static void note_fulls(BenchCourse *course, const Run *run, size_t *seen) {
    const Recorder *recorder = run_recorder(run);
    for (; *seen < recorder->collection_count; ++*seen)
        if (is_full(&recorder->collections[*seen]))
            bench_course_full(course, run_clock(run), cpu_ns());
}

// A moment is known to a slice of events: some 50 us.
static bool simulate_course(Run *run, BenchShared *shared, uint64_t first_phase, Error *error) {
    BenchCourse *course = &shared->course;
    const uint64_t slice = 1024, rss_start = resident_bytes(0);
    size_t seen = 0;
    for (bool done = false; !done;) {
        if (!run_advance(run, slice, &done, error)) return false;
        uint64_t clock = run_clock(run);
        atomic_store(&shared->clock, clock);
        if (course->built.clock == 0 && clock >= first_phase)
            course->built = (BenchMoment){clock, cpu_ns()};
        note_fulls(course, run, &seen);
        if (course->grown.clock > 0 || (clock < run_clock_end(run) && !done)) continue;
        course->grown = (BenchMoment){clock, cpu_ns()};
        course->resident_bytes = resident_bytes(0) - rss_start;
    }
    course->end = (BenchMoment){run_clock(run), cpu_ns()};
    return true;
}

// Time of each collection that the program calls; up to the first of them nobody reads the clock.
static bool simulate_looks(Run *run, BenchShared *shared, uint64_t first_phase, Error *error) {
    BenchCourse *course = &shared->course;
    const Recorder *recorder = run_recorder(run);
    for (bool done = false; !done;) {
        size_t seen = recorder->collection_count;
        bool looks = run_clock(run) >= first_phase;
        uint64_t before = looks ? cpu_ns() : 0;
        if (!run_advance(run, 1, &done, error)) return false;
        uint64_t ns = looks ? cpu_ns() - before : 0;
        const Collection *c = &recorder->collections[seen];
        if (seen < recorder->collection_count && c->reason == WAKE_COLLECT && c->candidates > 0 &&
            looks && course->look_count < BENCH_LOOKS_MAX)
            course->looks[course->look_count++] = (double)ns / (double)c->candidates;
        if (course->look_count > 0 && run_clock(run) >= run_clock_end(run)) break;
        atomic_store_explicit(&shared->clock, run_clock(run), memory_order_relaxed);
    }
    return true;
}

// Until all was built and taken down, or no longer fits. `bench.c` ends a process that grows too
// fast to see it by itself.
static bool simulate_largest(Run *run, BenchShared *shared, Error *error) {
    BenchCourse *course = &shared->course;
    const uint64_t slice = 1024;
    for (bool done = false; !done;) {
        if (!run_advance(run, slice, &done, error)) return false;
        course->peak_bytes = peak_bytes();
        course->end.clock = run_clock(run);
        atomic_store(&shared->clock, course->end.clock);
        if (course->peak_bytes > BENCH_LARGEST_BYTES && course->end.clock < run_clock_end(run))
            return true;
        if (course->peak_bytes > BENCH_LARGEST_BYTES)
            return error_set(error, "taking it down needs more than 20 GiB");
        course->fit_clock = course->end.clock;
    }
    return true;
}

static bool play_simulated(const BenchJob *job, BenchShared *shared, Error *error) {
    bool looks = job->row->measure == MEASURE_COLLECTION;
    Run *run = open_run(job, looks ? 1 : 4096, error);
    if (run != NULL && job->row->measure == MEASURE_LARGEST)
        return simulate_largest(run, shared, error);
    return run != NULL && (looks ? simulate_looks : simulate_course)(
                              run, shared, job->spec->phases[0].allocations, error);
}

Run *bench_simulate(const BenchJob *job, RunResult *result, Error *error) {
    Run *run = open_run(job, 4096, error);
    bool done = false, good = run != NULL;
    while (good && !done) good = run_advance(run, 1 << 20, &done, error);
    if (good && run_result(run, result, error)) {
        run_release(run);
        malloc_trim(0);
        return run;
    }
    run_close(run);
    return NULL;
}

// ---- real ----

static bool watch_clock(void *context, uint64_t clock) {
    BenchShared *shared = context;
    atomic_store(&shared->clock, clock);
    return true;
}

// Samples were taken a thousand times, at known clocks; the last one at the end.
static void course_of_samples(BenchCourse *course, const Recorder *r, uint64_t first_phase) {
    const Sample *last = &r->samples[r->sample_count - 1];
    for (size_t i = 0; i < r->sample_count; i++) {
        const Sample *s = &r->samples[i];
        BenchMoment moment = {s->clock, s->model_ns};
        if (course->built.clock == 0 && s->clock >= first_phase) course->built = moment;
        if (course->grown.clock == 0 && s->clock == last->clock) course->grown = moment;
    }
    course->end = (BenchMoment){last->clock, last->model_ns};
    course->resident_bytes = r->rss_bytes_max;
}

static void course_of_collections(BenchCourse *course, const Recorder *r, uint64_t first_phase) {
    for (size_t i = 0; i < r->collection_count; i++) {
        const Collection *c = &r->collections[i];
        if (is_full(c)) bench_course_full(course, c->clock, c->start_ns + c->pause_ns);
        if (c->reason == WAKE_COLLECT && c->clock >= first_phase && c->candidates > 0 &&
            course->look_count < BENCH_LOOKS_MAX)
            course->looks[course->look_count++] = (double)c->pause_ns / (double)c->candidates;
    }
}

static bool play_real(const BenchJob *job, BenchShared *shared, Error *error) {
    const uint64_t first_phase = job->spec->phases[0].allocations;
    ReplayWatch watch = {watch_clock, shared};
    ReplayCounts counts = {0};
    RunResult result = *job->result;
    if (!start(true, error) || !replay_measure(job->run, &result, &watch, &counts, error))
        return false;
    course_of_samples(&shared->course, result.recorder, first_phase);
    course_of_collections(&shared->course, result.recorder, first_phase);
    return true;
}

void bench_side_play(const BenchJob *job, BenchShared *shared) {
    Error error = {0};
    shared->good = job->side == SIDE_real ? play_real(job, shared, &error)
                   : job->side == SIDE_script
                       ? bench_script_play(job->spec, &shared->course, &error)
                       : play_simulated(job, shared, &error);
    snprintf(shared->why, sizeof shared->why, "%.*s", BENCH_WHY_SIZE - 1, error.text);
}
