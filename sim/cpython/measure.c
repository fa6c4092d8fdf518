// measure.c -- what a replay takes: CPU time of pauses and of the rest, resident memory, arenas
#include "measure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "arenas.h"

// ---- time ----

static uint64_t clock_read(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void stopwatch_start(Stopwatch *watch) {
    enum { READS = 1001 };
    uint64_t costs[READS], before = clock_read();
    for (size_t i = 0; i < READS; i++) {
        uint64_t now = clock_read();
        costs[i] = now - before;
        before = now;
    }
    sort_u64(costs, READS);
    *watch = (Stopwatch){.cost = costs[READS / 2]};
    watch->deducted = clock_read();
}

uint64_t stopwatch_ns(Stopwatch *watch) {
    uint64_t now = clock_read();
    watch->deducted += watch->cost;
    watch->last = max_u64(watch->last, now > watch->deducted ? now - watch->deducted : 0);
    return watch->last;
}

void stopwatch_skip(Stopwatch *watch) {
    uint64_t now = clock_read();
    if (now > watch->deducted + watch->last) watch->deducted = now - watch->last;
}

// ---- memory ----

uint64_t measure_rss(void) {
    char text[128];
    unsigned long long pages = 0;
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0) close(file);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%*u %llu", &pages) != 1) return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t above(uint64_t value, uint64_t start) { return value > start ? value - start : 0; }

static void sample_take(Measurement *m) {
    Recorder *r = m->recorder;
    Sample *s = &r->samples[m->sample_next++];
    s->model_ns = stopwatch_ns(&m->watch);
    s->rss_bytes = above(measure_rss(), m->rss_start);
    s->held_bytes = above(arenas_held_bytes(), m->held_start);
    r->rss_bytes_max = max_u64(r->rss_bytes_max, s->rss_bytes);
    stopwatch_skip(&m->watch);
}

// ---- the course of a run ----

void measurement_start(Measurement *m, Recorder *recorder, uint64_t fresh_bytes) {
    *m = (Measurement){.recorder = recorder, .sample_clock = recorder->sample_every};
    recorder_measure(recorder);
    m->rss_start = measure_rss();
    m->held_start = arenas_held_bytes() - fresh_bytes;
    arenas_held_peak(true);
    stopwatch_start(&m->watch);
}

void measurement_begin(Measurement *m, size_t plan) {
    if (m == NULL) return;
    m->recorder->collections[plan].start_ns = stopwatch_ns(&m->watch);
}

void measurement_end(Measurement *m, size_t plan) {
    if (m == NULL) return;
    Collection *c = &m->recorder->collections[plan];
    c->pause_ns = stopwatch_ns(&m->watch) - c->start_ns;
    m->recorder->pause_ns += c->pause_ns;
}

void measurement_sample(Measurement *m, uint64_t clock) {
    if (m == NULL || clock < m->sample_clock) return;
    const Recorder *r = m->recorder;
    if (m->sample_next == r->sample_count || r->samples[m->sample_next].clock != clock) return;
    sample_take(m);
    m->sample_clock = (clock / r->sample_every + 1) * r->sample_every;
}

void measurement_phase(Measurement *m, uint64_t clock) {
    if (m == NULL) return;
    const Recorder *r = m->recorder;
    recorder_stretch(m->recorder);
    if (m->sample_next < r->sample_count && r->samples[m->sample_next].clock == clock)
        sample_take(m);
}

void measurement_request(Measurement *m) {
    if (m != NULL) recorder_request_at(m->recorder, stopwatch_ns(&m->watch));
}

uint64_t measurement_finish(Measurement *m) {
    while (m->sample_next < m->recorder->sample_count) sample_take(m);
    m->recorder->held_bytes_max = above(arenas_held_peak(false), m->held_start);
    return stopwatch_ns(&m->watch);
}
