// measure.h -- what a replay takes: CPU time of pauses and of the rest, resident memory, arenas
//
// Time is CPU time of the thread: what other processes take is not in it, what they do to the
// caches is. Reading the clock costs some 400 ns on a virtual machine: every read is deducted at
// the median of many, and the clock is read around collections only, of which the recorded plans
// say when they come.
#ifndef OURO_CPYTHON_MEASURE_H
#define OURO_CPYTHON_MEASURE_H

#include "recorder.h"

// The thread's CPU time without what reading it costs; never goes back.
typedef struct {
    uint64_t cost;      // of one read, ns
    uint64_t deducted;  // so far: the start, reads, and what was to be left out
    uint64_t last;
} Stopwatch;

void stopwatch_start(Stopwatch *watch);
uint64_t stopwatch_ns(Stopwatch *watch);

// Leaves out everything since the last read.
void stopwatch_skip(Stopwatch *watch);

// Bytes of this process that are resident.
uint64_t measure_rss(void);

typedef struct {
    Stopwatch watch;
    Recorder *recorder;  // of the finished simulation; its times are replaced as they are measured
    size_t sample_next;  // the simulation's samples are taken at the same clocks
    uint64_t sample_clock;
    uint64_t rss_start, held_start;  // bytes
} Measurement;

// From here on the time runs. Times of the simulation stay in the recorder as predictions.
// `fresh_bytes` are held already, but empty: the run fills them first.
void measurement_start(Measurement *m, Recorder *recorder, uint64_t fresh_bytes);

// Around what carries out plan `plan`. With NULL for `m`, here and below, nothing happens.
void measurement_begin(Measurement *m, size_t plan);
void measurement_end(Measurement *m, size_t plan);

// After the object number `clock` and its safepoint; at a phase; at the end of a request.
void measurement_sample(Measurement *m, uint64_t clock);
void measurement_phase(Measurement *m, uint64_t clock);
void measurement_request(Measurement *m);

// The end. Returns the time since the start.
uint64_t measurement_finish(Measurement *m);

#endif
