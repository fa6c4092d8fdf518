// main.c -- ouro-cpython-X.Y: the simulator beside one real interpreter
//
// `ouro verify` starts one of these for each interpreter that it was built for; `ouro calibrate`
// and `ouro bench` become one, and `ouro run` and `ouro compare` when a real engine is asked for.
// The first word says which.
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "arenas.h"
#include "bench.h"
#include "calibrate.h"
#include "cli/calibrate.h"
#include "cli/interpreters.h"
#include "cli/options.h"
#include "interpreter.h"
#include "region.h"
#include "replay.h"
#include "start.h"
#include "verify.h"

static bool started;

bool start(bool aligned_arenas, Error *error) {
    if (!started && arenas_start(aligned_arenas, error) && regions_start(error) &&
        interpreter_start(error)) {
        interpreter_hide_objects();
        started = true;
    }
    return started;
}

bool interrupt_is_pending(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGINT) == 1;
}

// ---- run and compare ----

static bool measure(Run *run, RunResult *result, bool (*progress)(void *context, uint64_t clock),
                    void *context, Error *error) {
    ReplayWatch watch = {progress, context};
    ReplayCounts counts = {0};
    return start(true, error) && replay_measure(run, result, &watch, &counts, error);
}

static int run_main(int argc, char **argv) {
    const RealInterpreter real = {interpreter_version(), replay_refusal, measure};
    return compare_main(argc, argv, &real);
}

static int calibrate_main(int argc, char **argv) {
    CalibrateArguments arguments;
    Error error = {0};
    if (!calibrate_arguments_parse(&arguments, argc, argv, &error)) return options_fail(&error);
    return calibrate(arguments.out, (uint32_t)arguments.repeats);
}

static int bench_main(int argc, char **argv) {
    BenchArguments arguments;
    Error error = {0};
    if (!bench_arguments_parse(&arguments, argc, argv, &error)) return options_fail(&error);
    return bench(&arguments);
}

// ---- all of it ----

typedef struct {
    int argc;
    char **argv;
    int code;
} Call;

typedef struct {
    const char *name;
    int (*main)(int argc, char **argv);
} Command;

static const Command COMMANDS[] = {
    {"run", run_main}, {"compare", run_main}, {"calibrate", calibrate_main}, {"bench", bench_main}};

static void *call_command(void *context) {
    Call *call = context;
    int (*command)(int argc, char **argv) = verify_main;
    for (size_t i = 0; i < ARRAY_LENGTH(COMMANDS); i++)
        if (strcmp(COMMANDS[i].name, call->argv[0]) == 0) command = COMMANDS[i].main;
    call->code = command(call->argc, call->argv);
    if (started) interpreter_stop();
    return NULL;
}

// Deallocating a long chain recurses in CPython: the thread has a stack for millions of frames. Its
// malloc is that of a main thread all the same, as an interpreter's is.
int main(int argc, char **argv) {
    bool waits = strcmp(argv[0], "verify") == 0 || strcmp(argv[0], "calibrate") == 0;
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    if (waits) CHECK(pthread_sigmask(SIG_BLOCK, &interrupt, NULL) == 0);  // they look for it
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
