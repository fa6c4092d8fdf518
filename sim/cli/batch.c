// batch.c -- several policies on one workload, a few at a time
//
// Every run has all its state in its own context, so each takes a thread. The calling thread hands
// results over in the order of the policies and shows progress.
#include "batch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

static atomic_bool interrupted_flag;  // set by a signal, read by all threads

static void on_interrupt(int signal_number) {
    (void)signal_number;
    atomic_store(&interrupted_flag, true);
}

typedef enum { JOB_WAITS, JOB_RUNS, JOB_DONE, JOB_FAILED } JobState;

typedef struct {
    Run *run;
    RunResult result;
    Error error;
    _Atomic(uint64_t) clock;  // allocations, simulated and real
    atomic_int state;         // JobState
} Job;

typedef struct {
    const RunArguments *arguments;
    const Spec *spec;
    const RealInterpreter *real;  // or NULL
    Tape *tape;                   // or NULL
    Job *jobs;
    size_t count;
    atomic_size_t handed;  // jobs that were handed over
    atomic_size_t next;    // first job nobody has taken
    pthread_mutex_t lock;
    pthread_cond_t finished, turn;
} Batch;

static double seconds_now(void) { return (double)clock_us() / 1e6; }

// Between two slices of events the clock is shown and Ctrl-C heard: about 50 ms, however much they
// collect.
static bool job_run(const Batch *batch, Job *job, size_t index) {
    const RunArguments *a = batch->arguments;
    RunOptions options = {.spec = batch->spec,
                          .policy = &a->choices[index],
                          .engine = a->engine,
                          .cost = &a->cost,
                          .batch = a->batch,
                          .check = a->check,
                          .allocator = a->allocator,
                          .tape = batch->tape,
                          .watcher = a->audit ? &a->watcher : NULL};
    uint64_t slice = 1024;
    bool done = false;
    job->run = run_open(&options, &job->error);
    if (job->run == NULL) return false;
    while (!done) {
        double started = seconds_now();
        if (atomic_load(&interrupted_flag) || !run_advance(job->run, slice, &done, &job->error))
            return false;
        atomic_store(&job->clock, run_clock(job->run));
        double took = seconds_now() - started;
        if (took < 0.025 && slice < 1u << 20) slice *= 2;
        if (took > 0.1 && slice > 1) slice /= 2;
    }
    bool good = run_result(job->run, &job->result, &job->error);
    run_release(job->run);
    return good;
}

// Nothing is simulated while something is measured.
static void wait_for_turn(Batch *batch, size_t index) {
    pthread_mutex_lock(&batch->lock);
    while (batch->real != NULL && atomic_load(&batch->handed) < index &&
           !atomic_load(&interrupted_flag))
        pthread_cond_wait(&batch->turn, &batch->lock);
    pthread_mutex_unlock(&batch->lock);
}

static void *worker(void *context) {
    Batch *batch = context;
    for (;;) {
        size_t index = atomic_fetch_add(&batch->next, 1);
        if (index >= batch->count) return NULL;
        Job *job = &batch->jobs[index];
        wait_for_turn(batch, index);
        atomic_store(&job->state, JOB_RUNS);
        bool good = job_run(batch, job, index);
        pthread_mutex_lock(&batch->lock);
        atomic_store(&job->state, good ? JOB_DONE : JOB_FAILED);
        pthread_cond_signal(&batch->finished);
        pthread_mutex_unlock(&batch->lock);
        if (!good) return NULL;
    }
}

// ---- progress ----

typedef struct {
    bool terminal;
    uint64_t total;
    double started, shown;
} Progress;

static void progress_clear(const Progress *progress) {
    if (progress->terminal && progress->shown > 0) fputs("\r\033[K", stderr);
}

// A bar on a terminal, a plain line every ten seconds otherwise.
static void progress_show(Progress *progress, const Batch *batch) {
    double now = seconds_now(), interval = progress->terminal ? 0.2 : 10.0;
    if (now - (progress->shown > 0 ? progress->shown : progress->started) < interval) return;
    uint64_t clock = 0;
    size_t done = 0;
    for (size_t i = 0; i < batch->count; i++) {
        bool ended = batch->real != NULL ? i < atomic_load(&batch->handed)
                                         : atomic_load(&batch->jobs[i].state) >= JOB_DONE;
        clock += ended ? progress->total / batch->count : atomic_load(&batch->jobs[i].clock);
        done += ended;
    }
    double elapsed = now - progress->started, share = (double)clock / (double)(progress->total + 1);
    double rate = (double)clock / elapsed / 1e6, left = share > 0 ? elapsed / share - elapsed : 0;
    progress->shown = now;
    if (!progress->terminal) {
        fprintf(stderr, "%zu of %zu runs, %.0f %%, %.1f M allocations/s, %.0f s left\n", done,
                batch->count, share * 100, rate, left);
        return;
    }
    char bar[31];
    size_t filled = (size_t)(share * 30);
    for (size_t i = 0; i < 30; i++) bar[i] = i < filled ? '#' : '.';
    bar[30] = '\0';
    fprintf(stderr, "\r[%s] %zu/%zu runs  %.1f M allocations/s  %.0f s left\033[K", bar, done,
            batch->count, rate, left);
}

static void progress_wait(Progress *progress, Batch *batch, Job *job) {
    pthread_mutex_lock(&batch->lock);
    while (atomic_load(&job->state) < JOB_DONE && !interrupted_flag) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 100000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        pthread_cond_timedwait(&batch->finished, &batch->lock, &until);
        progress_show(progress, batch);
    }
    pthread_mutex_unlock(&batch->lock);
}

// ---- on a real interpreter ----

typedef struct {
    Batch *batch;
    Progress *progress;
    Job *job;
    uint64_t simulated;
} Watch;

static bool watch_measuring(void *context, uint64_t clock) {
    const Watch *watch = context;
    atomic_store(&watch->job->clock, watch->simulated + clock);
    progress_show(watch->progress, watch->batch);
    return !atomic_load(&interrupted_flag);
}

static bool measure(Batch *batch, Progress *progress, Job *job, Error *error) {
    Watch watch = {batch, progress, job, job->result.metrics.allocations};
    return batch->real == NULL ||
           batch->real->measure(job->run, &job->result, watch_measuring, &watch, error);
}

static void next_turn(Batch *batch) {
    pthread_mutex_lock(&batch->lock);
    atomic_fetch_add(&batch->handed, 1);
    pthread_cond_broadcast(&batch->turn);
    pthread_mutex_unlock(&batch->lock);
}

// ---- the batch ----

static bool hand_over(Batch *batch, Progress *progress, BatchResult result, void *context,
                      Error *error) {
    for (size_t i = 0; i < batch->count; i++) {
        Job *job = &batch->jobs[i];
        progress_wait(progress, batch, job);
        if (interrupted_flag) return true;
        bool good =
            atomic_load(&job->state) == JOB_DONE && measure(batch, progress, job, &job->error);
        if (interrupted_flag) return true;
        progress_clear(progress);
        if (!good) {
            *error = job->error;
            return false;
        }
        if (!result(context, i, &job->result, error)) return false;
        run_close(job->run);
        job->run = NULL;
        next_turn(batch);
    }
    return true;
}

// Reading an event is some ten times cheaper than generating it: for whoever starts when the first
// run is over.
static Tape *tape_for(const RunArguments *arguments, size_t threads, Error *error) {
    const uint64_t events_max = 1ull << 26;  // 1 GiB, if there are so many
    return arguments->choice_count > threads ? tape_new(events_max, error) : NULL;
}

static void watch_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool batch_run(const RunArguments *arguments, const Spec *spec, const RealInterpreter *real,
               BatchResult result, void *context, bool *interrupted, Error *error) {
    Batch batch = {
        .arguments = arguments, .spec = spec, .real = real, .count = arguments->choice_count};
    size_t threads = real != NULL ? 1 : min_u64(arguments->jobs, batch.count);
    Error none = {0};
    pthread_t *workers = memory_new(threads, sizeof *workers);
    Progress progress = {.terminal = isatty(STDERR_FILENO) != 0,
                         .total = spec_allocations(spec) * batch.count * (real != NULL ? 2 : 1),
                         .started = seconds_now()};
    batch.jobs = memory_new(batch.count, sizeof *batch.jobs);
    batch.tape = tape_for(arguments, threads, &none);
    pthread_mutex_init(&batch.lock, NULL);
    pthread_cond_init(&batch.finished, NULL);
    pthread_cond_init(&batch.turn, NULL);
    watch_interrupt();
    size_t started = 0;  // fewer threads do the same work
    while (started < threads &&
           (errno = pthread_create(&workers[started], NULL, worker, &batch)) == 0)
        started++;
    bool good = started > 0 ? hand_over(&batch, &progress, result, context, error)
                            : error_set(error, "no thread can be started: %s", strerror(errno));
    *interrupted = atomic_load(&interrupted_flag);
    if (!good) atomic_store(&interrupted_flag, true);  // the others stop
    atomic_store(&batch.next, batch.count);
    next_turn(&batch);
    for (size_t i = 0; i < started; i++) pthread_join(workers[i], NULL);
    atomic_store(&interrupted_flag, false);
    for (size_t i = 0; i < batch.count; i++) run_close(batch.jobs[i].run);
    free(batch.jobs);
    free(workers);
    tape_free(batch.tape);
    return good;
}
