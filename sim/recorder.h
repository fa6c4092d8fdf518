// recorder.h -- what a run leaves behind: collections, timeline, requests
//
// Tables are reserved for the whole run; recording never allocates.
#ifndef OURO_RECORDER_H
#define OURO_RECORDER_H

#include "cost.h"
#include "pauses.h"

// One carried-out plan. `kind` is a PlanKind, `reason` a WakeReason; times are model time, or after
// recorder_measure those of a real run.
typedef struct {
#define COLLECTION(type, name, what) type name;
#include "collection.def"
#undef COLLECTION
} Collection;

typedef struct {
    uint64_t clock, model_ns;
    uint64_t reachable_bytes, live_bytes, held_bytes, garbage_bytes;
    uint64_t waiting_bytes[SPACES_MAX];  // garbage that no collection has seen, by space
    uint64_t held_by_older_bytes, uncollectable_bytes;
    uint64_t collections;
    uint64_t rss_bytes;  // of a real run: resident memory above its start; else 0
} Sample;

typedef struct {
    uint64_t start_ns, end_ns;
    uint64_t stretch;  // requests of one stretch follow each other: it ends with its phase
} Request;

typedef struct {
    uint64_t clock, live_objects, live_bytes;
    uint32_t round, phase;  // ROUND_END: what is live then is residue
} PhaseMark;

typedef struct {
    CostTable cost;
    Mapping *mapping;
    Collection *collections;
    size_t collection_count, collection_max;
    Sample *samples;
    size_t sample_count, sample_max;
    uint64_t sample_every;  // allocations
    Request *requests;
    size_t request_count, request_max;
    bool in_request;
    uint64_t stretch;
    uint64_t request_start_ns;
    PhaseMark *phases;
    size_t phase_count, phase_max;
    uint64_t pause_ns;                        // of all plans so far
    uint64_t fallen;                          // PauseWork.fallen of all plans
    uint64_t residue_objects, residue_bytes;  // after the last round
    uint64_t rss_bytes_max, held_bytes_max;   // of a real run
} Recorder;

// For a run of `allocations`, at most `objects` with what its last units add, at most `requests`
// requests and `phases` phase events; its tables go into `mapping` (NULL: memory of its own).
bool recorder_open(Recorder *recorder, const CostTable *cost, uint64_t allocations,
                   uint64_t objects, uint64_t requests, uint64_t phases, Mapping *mapping,
                   Error *error);
void recorder_close(Recorder *recorder);

// Model time: the mutator's so far and all pauses.
uint64_t recorder_now_ns(const Recorder *recorder, const Heap *heap);

// Call at WAKE_SAMPLE (returns the clock of the next sample), WAKE_REQUEST, WAKE_PHASE, after each
// plan, and at the end of the run.
uint64_t recorder_sample(Recorder *recorder, Heap *heap);
void recorder_request(Recorder *recorder, const Heap *heap);
void recorder_phase(Recorder *recorder, Heap *heap);

// After recorder_request: the time up to now belongs to no request.
void recorder_idle(Recorder *recorder, const Heap *heap);

// For a real run of the same events, after a whole simulation: the pauses so far become
// predictions; requests and the sum of pauses start again. Then what recorder_request and
// recorder_phase do, at a time `now_ns` of somebody else.
void recorder_measure(Recorder *recorder);
void recorder_request_at(Recorder *recorder, uint64_t now_ns);
void recorder_stretch(Recorder *recorder);
// False with `error` when the table of collections is full.
bool recorder_collection(Recorder *recorder, const Heap *heap, const Plan *plan, WakeReason reason,
                         const PauseWork *work, Error *error);

#endif
