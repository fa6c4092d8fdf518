// run.c -- one workload under one policy
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "heap_check.h"
#include "text.h"

struct Run {
    RunOptions options;
    Mutator *mutator;
    Heap *heap;
    CostTable cost;
    Recorder recorder;
    void *policy_state;
    WorkloadNames names;
    SpaceSetup spaces;
    Decision decision;
    uint8_t birth_space[POLICY_POPULATIONS_MAX];  // as the policy said at the start
    RunStatus status;
    bool done, check_events, births_change;
    bool plays, writes;   // the tape
    bool unlimited;       // the memory limit was lifted
    uint64_t taken;       // events of the stream
    const Event *events;  // of the present batch, and how many are left
    size_t waiting;
    Metrics null_metrics;  // ENGINE_NULL counts and does nothing else
};

static const char *const engine_names[] = {[ENGINE_TRACING] = "tracing",
                                           [ENGINE_LEDGER] = "ledger",
                                           [ENGINE_NULL] = "null",
                                           [ENGINE_AUTO] = "auto"};

const char *engine_name(Engine engine) {
    CHECK(engine < ARRAY_LENGTH(engine_names));
    return engine_names[engine];
}

bool engine_find(const char *name, Engine *engine, Error *error) {
    for (size_t i = 0; i < ARRAY_LENGTH(engine_names); i++)
        if (strcmp(engine_names[i], name) == 0) {
            *engine = (Engine)i;
            return true;
        }
    return error_set(error,
                     "unknown engine '%s'; allowed: tracing, ledger, auto, null, cpython, "
                     "cpython-X.Y",
                     name);
}

const char *status_name(RunStatus status) {
    static const char *const names[] = {"ok", "oom", "timeout", "crash"};
    CHECK(status < ARRAY_LENGTH(names));
    return names[status];
}

// ---- the loop between heap and policy ----

static bool check_heap(const Run *run, Error *error) {
    return !run->options.check || heap_check(run->heap, error);
}

static void note_births(Run *run, WakeReason reason) {
    const size_t size = sizeof run->birth_space;
    heap_set_birth_spaces(run->heap, run->decision.birth_space);
    if (reason == WAKE_START) memcpy(run->birth_space, run->decision.birth_space, size);
    run->births_change |= memcmp(run->birth_space, run->decision.birth_space, size) != 0;
}

static COLD bool policy_refuse(const Run *run, const char *what, Error *error) {
    const HeapView *view = heap_view(run->heap);
    return error_set(error, "policy %s: at allocation %llu: %s", run->options.policy->label,
                     (unsigned long long)view->clock, what);
}

// What the policy says, in run->decision. False with `error` when it cannot be done.
static bool wake(Run *run, uint32_t plans, Error *error) {
    Decision *decision = &run->decision;
    Error why = {0};
    decision->plan = (Plan){.kind = PLAN_NOTHING};
    run->options.policy->policy->wake(run->policy_state, heap_view(run->heap), decision);
    if (!decision_check(decision, &run->spaces, run->options.spec->population_count, &why))
        return policy_refuse(run, why.text, error);
    return plans < PLANS_AT_ONCE_MAX || decision->plan.kind == PLAN_NOTHING ||
           policy_refuse(run, "more than 1,000 plans at one wake: when will it stop?", error);
}

// Asks the policy, carries out its plan, tells it, until it has no further plan.
static bool ask(Run *run, Error *error) {
    const HeapView *view = heap_view(run->heap);
    const Decision *decision = &run->decision;
    for (uint32_t plans = 0;; plans++) {
        WakeReason reason = view->reason;
        if (!wake(run, plans, error)) return false;
        heap_set_fuse(run->heap, &decision->fuse);
        note_births(run, reason);
        const PauseWork *work = heap_execute(run->heap, &decision->plan);
        if (decision->plan.kind == PLAN_NOTHING) return true;
        const RunWatcher *watcher = run->options.watcher;
        if (watcher != NULL && watcher->planned != NULL)
            watcher->planned(watcher->context, run->heap, &decision->plan, work);
        if (!recorder_collection(&run->recorder, run->heap, &decision->plan, reason, work, error) ||
            !check_heap(run, error))
            return false;
        heap_set_reason(run->heap, WAKE_DONE);
    }
}

// One request is over before the policy is asked, the next begins when its plans are carried out:
// they take place while the server is idle, and count for the latency of neither. That supposes
// that the idle time is long enough: model time goes on by all of it, later requests start later,
// and every figure of pauses contains it.
static bool attend_request(Run *run, Error *error) {
    recorder_request(&run->recorder, run->heap);
    if (!run->spaces.wants_requests) return true;
    if (!ask(run, error)) return false;
    recorder_idle(&run->recorder, run->heap);
    return true;
}

// Who looks on may want to know how it would have gone on.
static bool out_of_memory(Run *run, Error *error) {
    const RunWatcher *watcher = run->options.watcher;
    bool asks = !run->unlimited && watcher != NULL && watcher->exceeded != NULL;
    run->unlimited = asks && watcher->exceeded(watcher->context, run->heap, error);
    if (run->unlimited) {
        heap_lift_limit(run->heap);
        return true;
    }
    run->status = STATUS_OOM;
    run->done = true;
    return error->text[0] == '\0';
}

static bool phase_begins(Run *run, Error *error) {
    const RunWatcher *watcher = run->options.watcher;
    if (!ask(run, error)) return false;
    recorder_phase(&run->recorder, run->heap);
    return watcher == NULL || watcher->phased == NULL ||
           watcher->phased(watcher->context, run->heap, error);
}

static bool attend(Run *run, Error *error) {
    switch (heap_view(run->heap)->reason) {
        case WAKE_NONE:
            return true;
        case WAKE_SAMPLE:
            heap_set_sample(run->heap, recorder_sample(&run->recorder, run->heap));
            return true;
        case WAKE_REQUEST:
            return attend_request(run, error);
        case WAKE_MEMORY:
            return out_of_memory(run, error);
        case WAKE_PHASE:
            return phase_begins(run, error);
        default:
            return ask(run, error);
    }
}

static void count_events(Run *run) {
    Metrics *m = &run->null_metrics;
    for (size_t i = 0; i < run->waiting; i++)  // without a branch: nobody can predict it
        m->allocations += (run->events[i].op == OP_UNIT) * (uint64_t)run->events[i].value;
    m->events += run->waiting;
    run->waiting = 0;
}

static bool step(Run *run, Error *error) {
    if (run->options.engine == ENGINE_NULL) {
        count_events(run);
        return true;
    }
    size_t done = heap_apply(run->heap, run->events, run->waiting);
    const Event *last = &run->events[done > 0 ? done - 1 : 0];
    bool between = done > 0 && last->op != OP_DEAD;
    run->events += done;
    run->waiting -= done;
    if (run->check_events && between && !heap_check(run->heap, error)) return false;
    const RunWatcher *watcher = run->options.watcher;
    if (watcher != NULL && watcher->applied != NULL)
        watcher->applied(watcher->context, run->heap, last);
    return attend(run, error);
}

// The next batch: off the tape, or from the mutator and onto the tape.
static void batch_next(Run *run) {
    Tape *tape = run->options.tape;
    size_t most = run->options.batch;
    if (run->options.events > 0) most = (size_t)min_u64(most, run->options.events - run->taken);
    if (most == 0) return;
    run->events = run->plays ? tape_events(tape, run->taken, most, &run->waiting)
                             : mutator_next(run->mutator, most, &run->waiting);
    run->taken += run->waiting;
    if (!run->writes) return;
    if (run->waiting > 0)
        tape_append(tape, run->events, run->waiting);
    else
        tape_complete(tape, mutator_digest(run->mutator));
}

bool run_advance(Run *run, uint64_t events, bool *done, Error *error) {
    while (!run->done && events > 0) {
        if (run->waiting == 0) batch_next(run);
        if (run->waiting == 0) break;
        size_t before = run->waiting;
        if (!step(run, error)) return false;
        events -= min_u64(events, max_u64(before - run->waiting, 1));
    }
    if (events > 0 && !run->done) run->done = true;
    *done = run->done;
    return true;
}

bool run_event(Run *run, bool *done, Error *error) {
    CHECK(run->options.batch == 1 && run->heap != NULL);
    uint64_t before = heap_mutator_work(run->heap)->events;
    do {
        if (!run_advance(run, 1, done, error)) return false;
    } while (!*done && heap_mutator_work(run->heap)->events == before);
    return true;
}

const Heap *run_heap(const Run *run) { return run->heap; }
const Recorder *run_recorder(const Run *run) { return &run->recorder; }
const SpaceSetup *run_spaces(const Run *run) { return &run->spaces; }
const void *run_policy_state(const Run *run) { return run->policy_state; }
const Decision *run_decision(const Run *run) { return &run->decision; }
Recorder *run_measured(Run *run) { return &run->recorder; }

const uint8_t *run_birth_spaces(const Run *run) {
    return run->births_change ? NULL : run->birth_space;
}

// ---- opening ----

static void names_init(WorkloadNames *names, const Spec *spec) {
    names->phase_count = spec->phase_count;
    names->population_count = spec->population_count;
    for (uint32_t i = 0; i < spec->phase_count; i++) names->phases[i] = spec->phases[i].name;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        names->populations[i] = spec->populations[i].name;
        names->phase_of[i] = spec->populations[i].phase;
    }
}

// Objects that may be allocated in all, with what rounding to block sizes and the last units may
// add.
static void heap_bounds(HeapOptions *options, const Spec *spec) {
    U128 objects = 0, slots = 0;
    for (uint32_t i = 0; i < spec->population_count; i++) {
        const Population *p = &spec->populations[i];
        const Template *t = &p->template;
        if (p->external) continue;
        U128 count = (U128)spec->phases[p->phase].allocations * spec->rounds;
        if (spec->trace[0] != '\0') count = p->allocations;
        if (p->share > 0) count += (U128)min_u64(p->objects.high, 1u << 28) * spec->rounds;
        objects += count;
        slots += count * ((t->shape == SHAPE_MESH ? 2u * t->fanout : 2u) + t->links);
    }
    const uint64_t most = UINT32_MAX - 2, slack = 1024;
    options->objects_max =
        (uint64_t)(objects + objects / 8 + slack < most ? objects + objects / 8 + slack : most);
    options->slots_max =
        (uint64_t)(slots + slots / 8 + slack < most ? slots + slots / 8 + slack : most);
}

static bool open_heap(Run *run, Error *error) {
    const Spec *spec = run->options.spec;
    HeapOptions options = {.template_count = spec->population_count,
                           .units_max = mutator_units_max(spec),
                           .memory_limit = spec->memory_limit > 0 ? spec->memory_limit : UINT64_MAX,
                           .space_count = run->spaces.space_count,
                           .batch = run->spaces.batch,
                           .counts_populations = run->spaces.counts_populations,
                           .counts_roots = run->spaces.counts_roots,
                           .free_at_death = run->spaces.free_at_death,
                           .locality = run->cost.model == COST_CACHE,
                           .ledger = run->options.engine == ENGINE_LEDGER,
                           .mapping = run->options.mapping,
                           .allocator = run->options.allocator};
    for (uint32_t i = 0; i < spec->population_count; i++)
        options.templates[i] = &spec->populations[i].template;
    memcpy(options.is_region, run->spaces.is_region, sizeof options.is_region);
    heap_bounds(&options, spec);
    run->heap = heap_open(&options, error);
    return run->heap != NULL;
}

// What the last unit of each phase may add to its allocations; units larger than 2^16 objects in
// phases shorter than that may be too much for the recorder, which says so.
static uint64_t last_units(const Spec *spec) {
    uint64_t objects = 0;
    for (uint32_t i = 0; i < spec->population_count; i++)
        objects += min_u64(spec->populations[i].objects.high, 1u << 16) * spec->rounds;
    return objects;
}

static bool open_recorder(Run *run, Error *error) {
    const Spec *spec = run->options.spec;
    uint64_t requests = 0, allocations = spec_allocations(spec);
    for (uint32_t i = 0; i < spec->phase_count; i++)
        if (spec->phases[i].request > 0)
            requests += (spec->phases[i].allocations / spec->phases[i].request + 2) * spec->rounds;
    return recorder_open(&run->recorder, &run->cost, allocations, allocations + last_units(spec),
                         requests, (spec->phase_count + 1) * spec->rounds, run->options.mapping,
                         error);
}

// Why the ledger heap cannot be had, or NULL.
static const char *ledger_refuses(const Run *run) {
    if (run->spaces.reads_held)
        return "the policy asks what the allocator holds, which depends on an order of frees that "
               "only the tracing heap knows";
    if (run->spaces.takes_parts)
        return "the policy takes parts of a space, in an order that only the tracing heap knows";
    if (run->spaces.counts_roots)
        return "the policy begins at candidate roots, and what these reach only the tracing heap "
               "knows";
    return NULL;
}

static bool engine_choose(Run *run, Error *error) {
    Engine *engine = &run->options.engine;
    const char *refusal = ledger_refuses(run);
    const bool apt = refusal == NULL && run->cost.model == COST_COUNTS;
    if (*engine == ENGINE_AUTO) *engine = apt ? ENGINE_LEDGER : ENGINE_TRACING;
    if (*engine == ENGINE_LEDGER && run->cost.model == COST_CACHE) cost_table_estimated(&run->cost);
    if (*engine != ENGINE_LEDGER || refusal == NULL) return true;
    return error_set(error, "policy %s, engine ledger: %s", run->options.policy->label, refusal);
}

static bool start(Run *run, Error *error) {
    const PolicyChoice *choice = run->options.policy;
    Error why = {0};
    names_init(&run->names, run->options.spec);
    run->policy_state = memory_new(1, max_u64(choice->policy->state_size, 1));
    if (choice->policy->initial != NULL)
        memcpy(run->policy_state, choice->policy->initial, choice->policy->state_size);
    run->decision.fuse = FUSE_NONE;
    if (!choice->policy->start(run->policy_state, choice->values, &run->names, &run->spaces,
                               &why) ||
        !setup_check(&run->spaces, &why))
        return error_set(error, "policy %s: %s", choice->label,
                         why.text[0] != '\0' ? why.text : "start refused, and gave no reason");
    if (!engine_choose(run, error) || !open_heap(run, error) || !open_recorder(run, error))
        return false;
    heap_set_reason(run->heap, WAKE_START);
    heap_set_sample(run->heap, run->recorder.sample_every);
    return ask(run, error);
}

Run *run_open(const RunOptions *options, Error *error) {
    const uint64_t small = 20000;  // allocations up to which every event is checked
    Run *run = mapping_take(options->mapping, 1, sizeof *run, "a run", error);
    CHECK(options->batch > 0);
    if (run == NULL) return NULL;
    run->options = *options;
    run->cost = options->cost != NULL ? *options->cost : cost_table_shipped(COST_CACHE);
    if (options->allocator == NULL) run->options.allocator = &MEMORY_DEFAULT;
    run->check_events = options->check && spec_allocations(options->spec) <= small;
    if (run->check_events) run->options.batch = 1;
    run->plays = options->tape != NULL && tape_is_complete(options->tape);
    run->writes = options->tape != NULL && !run->plays && tape_claim(options->tape);
    if (!run->plays) run->mutator = mutator_open(options->spec, error);
    if ((run->plays || run->mutator != NULL) &&
        (options->engine == ENGINE_NULL || start(run, error)))
        return run;
    run_close(run);
    return NULL;
}

void run_release(Run *run) {
    heap_close(run->heap);
    mutator_close(run->mutator);
    run->heap = NULL;
    run->mutator = NULL;
}

void run_close(Run *run) {
    if (run == NULL) return;
    recorder_close(&run->recorder);
    run_release(run);
    free(run->policy_state);
    mapping_give(run->options.mapping, run, 1, sizeof *run);
}

// ---- results ----

uint64_t run_clock(const Run *run) {
    return run->heap != NULL ? heap_view(run->heap)->clock : run->null_metrics.allocations;
}

uint64_t run_clock_end(const Run *run) { return spec_allocations(run->options.spec); }

static RunResult result_head(const Run *run, RunStatus status) {
    return (RunResult){.spec = run->options.spec,
                       .policy = run->options.policy,
                       .engine = run->options.engine,
                       .allocator = run->options.allocator,
                       .status = status,
                       .recorder = &run->recorder,
                       .spaces = &run->spaces};
}

bool run_result_so_far(const Run *run, RunStatus status, RunResult *result) {
    *result = result_head(run, status);
    if (run->options.engine == ENGINE_NULL)
        result->metrics = run->null_metrics;
    else if (run->heap == NULL || run->recorder.phases == NULL)
        return false;
    else
        metrics_so_far(&result->metrics, &run->recorder, run->heap);
    return true;
}

bool run_result(Run *run, RunResult *result, Error *error) {
    CHECK(run->done);
    *result = result_head(run, run->status);
    if (run->status == STATUS_OK)
        result->stream_digest =
            run->plays ? tape_digest(run->options.tape) : mutator_digest(run->mutator);
    if (run->options.engine == ENGINE_NULL) {
        result->metrics = run->null_metrics;
    } else {
        recorder_sample(&run->recorder, run->heap);
        if (!metrics_compute(&result->metrics, &run->recorder, run->heap, error)) return false;
    }
    result->result_digest = run_digest(result, true);
    result->behaviour_digest = run_digest(result, false);
    return true;
}
