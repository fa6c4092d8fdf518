// main.c -- ouro-cpython-X.Y: the simulator beside one real interpreter
//
// `ouro verify` starts one of these for each interpreter that it was built for; `ouro calibrate`
// becomes one, and `ouro run` and `ouro compare` when a real engine is asked for. The first word
// says which.
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arenas.h"
#include "calibrate.h"
#include "cli/calibrate.h"
#include "cli/interpreters.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/verify.h"
#include "interpreter.h"
#include "node.h"
#include "program.h"
#include "region.h"
#include "replay.h"

static bool started;

// Starts the interpreter when it is needed first.
static bool start(Error *error) {
    if (!started && arenas_start(error) && regions_start(error) && interpreter_start(error)) {
        interpreter_hide_objects();
        started = true;
    }
    return started;
}

typedef struct {
    VerifyArguments arguments;
    uint64_t programs, plays, automatic;
    ReplayCounts sum;
    int code;
} Verify;

static bool verify_program(const Program *program, const char *const *overrides, size_t count,
                           ReplayCounts *counts, Error *error) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    bool good = spec_read_text(spec, "program", program->workload, overrides, count, error) &&
                policy_choose(&choice, program->policy, error) &&
                replay_compare(spec, &choice, false, counts, error);
    free(spec);
    return good;
}

// The smallest scale at which the program still fails, by halves.
static void shrink(const Program *program, char *scale, size_t size) {
    for (uint32_t millionths = 500000; millionths > 1000; millionths /= 2) {
        char override[64];
        const char *overrides[] = {override};
        ReplayCounts counts = {0};
        Error error = {0};
        snprintf(override, sizeof override, "workload.scale=0.%06u", millionths);
        if (verify_program(program, overrides, 1, &counts, &error)) return;
        snprintf(scale, size, "%s", override + strlen("workload."));
    }
}

static void report_failure(Verify *v, uint64_t seed, const Program *program, const Error *error) {
    char scale[64] = "scale=1";
    v->code = EXIT_NO;
    shrink(program, scale, sizeof scale);
    printf("CPython %s, seed %llu: %s\n", interpreter_version(), (unsigned long long)seed,
           error->text);
    printf("fails down to %s; policy %s; again with:\n", scale, program->policy);
    printf("  ouro verify --python %s --seed %llu --programs 1\n%s", interpreter_minor(),
           (unsigned long long)seed, program->workload);
}

static void add(Verify *v, const ReplayCounts *counts) {
    v->plays++;
    v->automatic += counts->automatic;
    v->sum.events += counts->events;
    v->sum.collections += counts->collections;
    v->sum.candidates += counts->candidates;
    v->sum.collected += counts->collected;
    v->sum.resurrected += counts->resurrected;
}

static void progress_show(const Verify *v, time_t *shown) {
    time_t now = time(NULL), interval = isatty(STDERR_FILENO) ? 1 : 10;
    if (now - *shown < interval) return;
    *shown = now;
    fprintf(stderr, "%sCPython %s: %llu of %llu programs, %llu collections%s",
            interval == 1 ? "\r" : "", interpreter_version(), (unsigned long long)v->plays,
            (unsigned long long)v->programs, (unsigned long long)v->sum.collections,
            interval == 1 ? "\033[K" : "\n");
}

static void verify_programs(Verify *v) {
    time_t shown = time(NULL);
    v->programs = v->arguments.programs;
    for (uint64_t i = 0; i < v->programs && v->code == EXIT_FINE; i++) {
        uint64_t seed = v->arguments.seed + i;
        Program program = program_new(seed, interpreter_finalizers());
        ReplayCounts counts = {0};
        Error error = {0};
        if (!verify_program(&program, NULL, 0, &counts, &error))
            report_failure(v, seed, &program, &error);
        add(v, &counts);
        progress_show(v, &shown);
    }
    if (shown != 0 && isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}

static void verify_workload(Verify *v, const char *name) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    ReplayCounts counts = {0};
    Error error = {0};
    char path[PATH_SIZE], scale[64];
    const char *overrides[] = {"workload.memory_limit=none", scale};
    snprintf(scale, sizeof scale, "workload.scale=%s", v->arguments.scale);
    bool good = path_workload(name, path, sizeof path, &error) &&
                spec_read(spec, path, overrides, 2, &error) &&
                policy_choose(&choice, v->arguments.policy, &error);
    if (good && v->arguments.memory && !replay_can_memory(&choice))
        good = error_set(&error, "policy %s: memory is compared for CPython's own rules only (%s)",
                         v->arguments.policy, interpreter_version());
    const char *refusal = good ? replay_refusal(&choice) : NULL;
    if (refusal != NULL) good = error_set(&error, "policy %s: %s", v->arguments.policy, refusal);
    if (good && !replay_can_finalize(spec, &choice))
        good = error_set(&error,
                         "policy %s: CPython %s does not do as it says with what finalizers of "
                         "this workload resurrect",
                         choice.label, interpreter_version());
    if (!good) {
        v->code = options_fail(&error);
    } else if (!replay_compare(spec, &choice, v->arguments.memory, &counts, &error)) {
        printf("CPython %s, %s under %s: %s\n", interpreter_version(), name, choice.label,
               error.text);
        v->code = EXIT_NO;
    }
    add(v, &counts);
    free(spec);
}

static void verify_all(Verify *v) {
    Error error = {0};
    if (!start(&error)) {
        v->code = options_fail(&error);
        return;
    }
    for (size_t i = 0; i < v->arguments.workload_count && v->code == EXIT_FINE; i++)
        verify_workload(v, v->arguments.workloads[i]);
    if (v->code == EXIT_FINE && v->arguments.workload_count == 0) verify_programs(v);
    if (v->code == EXIT_FINE)
        printf(
            "CPython %s: 0 differences in %llu programs (%llu of them with its collector running "
            "by "
            "itself): %llu events, %llu collections, %llu candidates, %llu collected, %llu "
            "resurrected\n",
            interpreter_version(), (unsigned long long)v->plays, (unsigned long long)v->automatic,
            (unsigned long long)v->sum.events, (unsigned long long)v->sum.collections,
            (unsigned long long)v->sum.candidates, (unsigned long long)v->sum.collected,
            (unsigned long long)v->sum.resurrected);
}

static int verify_main(int argc, char **argv) {
    Verify v = {.code = EXIT_FINE};
    Error error = {0};
    if (!verify_arguments_parse(&v.arguments, argc, argv, &error)) return options_fail(&error);
    if (v.arguments.help)
        verify_arguments_print();
    else if (v.arguments.pauses)
        v.code = start(&error) ? pauses_verify(&v.arguments.cost, (uint32_t)v.arguments.repeats)
                               : options_fail(&error);
    else
        verify_all(&v);
    return v.code;
}

// ---- run and compare ----

static bool measure(Run *run, RunResult *result, bool (*progress)(void *context, uint64_t clock),
                    void *context, Error *error) {
    ReplayWatch watch = {progress, context};
    ReplayCounts counts = {0};
    return start(error) && replay_measure(run, result, &watch, &counts, error);
}

static int run_main(int argc, char **argv) {
    const RealInterpreter real = {interpreter_version(), replay_refusal, measure};
    return compare_main(argc, argv, &real);
}

static int calibrate_main(int argc, char **argv) {
    CalibrateArguments arguments;
    Error error = {0};
    if (!calibrate_arguments_parse(&arguments, argc, argv, &error) || !start(&error))
        return options_fail(&error);
    return calibrate(arguments.out, (uint32_t)arguments.repeats);
}

// ---- all of it ----

typedef struct {
    int argc;
    char **argv;
    int code;
} Call;

static void *call_command(void *context) {
    Call *call = context;
    const char *name = call->argv[0];
    bool runs = strcmp(name, "run") == 0 || strcmp(name, "compare") == 0;
    bool calibrates = strcmp(name, "calibrate") == 0;
    call->code = (runs         ? run_main
                  : calibrates ? calibrate_main
                               : verify_main)(call->argc, call->argv);
    if (started) interpreter_stop();
    return NULL;
}

// Deallocating a long chain recurses in CPython: the thread has a stack for millions of frames. Its
// malloc is that of a main thread all the same, as an interpreter's is.
int main(int argc, char **argv) {
    mallopt(M_ARENA_MAX, 1);
    Call call = {argc, argv, EXIT_FINE};
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)1 << 32);
    CHECK(pthread_create(&thread, &attributes, call_command, &call) == 0);
    pthread_join(thread, NULL);
    return fflush(stdout) == 0 && !ferror(stdout) ? call.code : EXIT_BAD_INPUT;
}
