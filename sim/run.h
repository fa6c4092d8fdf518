// run.h -- one workload under one policy
//
// The driver: the only file that knows both heap and policy. All state of a run hangs off its
// context, so that any number of them can live in one process.
#ifndef OURO_RUN_H
#define OURO_RUN_H

#include "metrics.h"
#include "mutator.h"
#include "registry.h"
#include "tape.h"

#define BEHAVIOUR_VERSION 3u  // raised whenever the same input gives other results than before

// What carries the events out. ENGINE_AUTO is the ledger heap (ledger.h) where it applies and knows
// all that the cost model asks for, else the tracing heap.
typedef enum { ENGINE_TRACING, ENGINE_LEDGER, ENGINE_NULL, ENGINE_AUTO } Engine;

// How a run ended: at the end of its stream; at the memory limit of the workload or of its process;
// at the time limit of its process; by a signal or a check. A run that was cut off from outside has
// no result digest: it does not repeat bit for bit.
typedef enum { STATUS_OK, STATUS_OOM, STATUS_TIMEOUT, STATUS_CRASH } RunStatus;

const char *engine_name(Engine engine);
bool engine_find(const char *name, Engine *engine, Error *error);
const char *status_name(RunStatus status);

// Who looks on while a run goes. What is NULL is not called; nothing here changes what the run
// does, but for `exceeded`.
typedef struct {
    void *context;
    // Events were applied, the policy was not asked yet; `event` is the last one, which a
    // collection may interrupt. With RunOptions.batch = 1 every event is seen.
    void (*applied)(void *context, const Heap *heap, const Event *event);
    // A plan was carried out.
    void (*planned)(void *context, const Heap *heap, const Plan *plan, const PauseWork *work);
    // A phase has begun or a round has ended, and the policy had its say. False stops the run.
    bool (*phased)(void *context, const Heap *heap, Error *error);
    // The memory limit is exceeded: true when the run is to go on as if there were none, false (and
    // `error`, when something is wrong) when it ends here.
    bool (*exceeded)(void *context, const Heap *heap, Error *error);
} RunWatcher;

typedef struct {
    const Spec *spec;  // must outlive the run
    const PolicyChoice *policy;
    Engine engine;
    const CostTable *cost;  // NULL: the shipped one of the model `cache`
    size_t batch;           // events at a time, at least 1; changes no result
    bool check;  // prove the heap and the truth notes: after every event of a small run, else after
                 // every collection
    Mapping *mapping;  // what is recorded goes there, and can be read from a process that shares it
                       // when this one has died; NULL: memory of its own
    const MemoryLayout *allocator;  // NULL: MEMORY_DEFAULT
    Tape *tape;  // of runs of the same spec and seed: read if complete, else written; NULL: none
    uint64_t events;            // the run ends after so many of the stream; 0: all
    const RunWatcher *watcher;  // NULL: nobody
} RunOptions;

typedef struct Run Run;

// NULL with `error`: the policy does not fit the workload or the engine, or tables cannot be
// reserved.
Run *run_open(const RunOptions *options, Error *error);
void run_close(Run *run);

// Applies about `events` more events. *done: the stream is at its end or the run hit its limit.
// False with `error` when a check failed.
bool run_advance(Run *run, uint64_t events, bool *done, Error *error);

// Exactly one more event, with all plans that it leads to; needs options.batch = 1. Else as
// run_advance.
bool run_event(Run *run, bool *done, Error *error);

// The heap of a run, to look at; NULL for ENGINE_NULL.
const Heap *run_heap(const Run *run);
const Recorder *run_recorder(const Run *run);

// The space in which each population is born (populations in the order of the spec). It is the
// policy's first word on it; NULL when the policy changed it later.
const uint8_t *run_birth_spaces(const Run *run);
const SpaceSetup *run_spaces(const Run *run);

// What the policy keeps and what it has decided: for who asks what it would do next (forecast.h).
const void *run_policy_state(const Run *run);
const Decision *run_decision(const Run *run);

// For who carries the same events out on a real interpreter: the place for the times that it took.
Recorder *run_measured(Run *run);

// Allocations so far, for progress.
uint64_t run_clock(const Run *run);

// Allocations in all, if nothing stops the run.
uint64_t run_clock_end(const Run *run);

// Gives back heap and stream of a run whose result was taken; the recorder stays.
void run_release(Run *run);

typedef struct {
    const Spec *spec;
    const PolicyChoice *policy;
    Engine engine;  // never ENGINE_AUTO
    const MemoryLayout *allocator;
    RunStatus status;
    uint64_t stream_digest;  // of all events; 0 when the run stopped before the end of the stream
    uint64_t behaviour_digest;  // of the same without what depends on where objects lie: held
                                // memory, caches, arenas, and with them all times. Equal for
                                // every engine
    uint64_t result_digest;  // of status, metrics and collections of the simulation: measured time
                             // enters no digest; 0 when it was cut off
    Metrics metrics;
    const Recorder *recorder;  // valid until run_close
    const SpaceSetup *spaces;
    const char *interpreter;  // NULL: simulated; "3.11.2": played on it, times are measured
} RunResult;

// What a run recorded up to its last event, when its process has died and `status` says how: `run`
// is in a mapping shared with it. No digests, no proof. False: it had not started.
bool run_result_so_far(const Run *run, RunStatus status, RunResult *result);

// Of status, metrics and collections: of all (RunResult.result_digest), or without what depends on
// where objects lie (behaviour_digest).
uint64_t run_digest(const RunResult *result, bool placement);

// After *done. False with `error` when an identity between the figures is broken.
bool run_result(Run *run, RunResult *result, Error *error);

#endif
