// verify.c -- ouro verify inside one interpreter: programs and workloads played on both sides
#include "verify.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arenas.h"
#include "calibrate.h"
#include "cli/format.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/policy_file.h"
#include "cli/verify.h"
#include "interpreter.h"
#include "program.h"
#include "replay.h"
#include "shrink.h"
#include "start.h"

typedef struct {
    VerifyArguments arguments;
    pthread_mutex_t lock;  // of the sums, which an interrupt prints
    uint64_t programs, plays, automatic;
    ReplayCounts sum;
    int code;
} Verify;

static const char *policy_name(const Verify *v) {
    const char *own = interpreter_has_safepoints()                          ? "cpython-3.13"
                      : interpreter_finalizers() == FINALIZERS_PEP442_WHOLE ? "cpython-3.8"
                                                                            : "cpython-3.11";
    return v->arguments.policy != NULL ? v->arguments.policy : own;
}

// ---- what was found ----

static void add(Verify *v, const ReplayCounts *counts) {
    pthread_mutex_lock(&v->lock);
    v->plays++;
    v->automatic += counts->automatic;
    v->sum.events += counts->events;
    v->sum.collections += counts->collections;
    v->sum.candidates += counts->candidates;
    v->sum.collected += counts->collected;
    v->sum.resurrected += counts->resurrected;
    memory_counts_add(&v->sum.memory, &counts->memory);
    pthread_mutex_unlock(&v->lock);
}

static void print_sums(const Verify *v) {
    printf(
        "%llu programs (%llu of them with its collector running by itself): %llu events, %llu "
        "collections, %llu candidates, %llu collected, %llu resurrected\n",
        (unsigned long long)v->plays, (unsigned long long)v->automatic,
        (unsigned long long)v->sum.events, (unsigned long long)v->sum.collections,
        (unsigned long long)v->sum.candidates, (unsigned long long)v->sum.collected,
        (unsigned long long)v->sum.resurrected);
}

// " +1.50 %": how much more `a` is than `b`.
static void print_percent(uint64_t a, uint64_t b) {
    uint64_t off = mul_div_u64(max_u64(a, b) - min_u64(a, b), 10000, max_u64(b, 1));
    printf(" %c%llu.%02llu %%", a < b && off > 0 ? '-' : '+', (unsigned long long)(off / 100),
           (unsigned long long)(off % 100));
}

static void print_arenas(const MemoryCounts *m) {
    printf("CPython %s: memory: %llu operations, ", interpreter_version(),
           (unsigned long long)m->operations);
    if (arenas_are_aligned())
        printf("%llu blocks at the same address, ", (unsigned long long)m->blocks);
    printf("%llu arena events, at most %llu arenas, their number off by %llu at most\n",
           (unsigned long long)m->arena_events, (unsigned long long)m->arenas_max,
           (unsigned long long)m->arenas_off);
}

static void print_large(const MemoryCounts *m) {
    char request[FIGURE_SIZE], real[FIGURE_SIZE], peak[FIGURE_SIZE], unused[FIGURE_SIZE];
    format_metric(request, UNIT_BYTES, m->large_request);
    format_metric(real, UNIT_BYTES, m->large_real);
    format_metric(peak, UNIT_BYTES, m->large_peak);
    format_metric(unused, UNIT_BYTES, m->malloc_free);
    printf("CPython %s: %llu blocks above %u B: requested %s, malloc took %s,",
           interpreter_version(), (unsigned long long)m->large_blocks, arenas_layout()->small_limit,
           request, real);
    print_percent(m->large_real, m->large_request);
    printf(", the model is off by");
    print_percent(m->large_model, m->large_real);
    printf("; at their peak of %s malloc kept %s free besides\n", peak, unused);
}

// Its own thread: SIGINT is blocked in all others.
static void *wait_for_interrupt(void *context) {
    Verify *v = context;
    sigset_t interrupt;
    int number = 0;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigwait(&interrupt, &number);
    pthread_mutex_lock(&v->lock);
    printf("%sCPython %s: interrupted; ", isatty(STDOUT_FILENO) ? "\r\033[K" : "",
           interpreter_version());
    if (v->arguments.pauses) {
        puts("nothing was judged");
    } else {
        printf("%s differences so far in ", v->code == EXIT_FINE ? "0" : "other than that no");
        print_sums(v);
    }
    fflush(stdout);
    _exit(EXIT_INTERRUPTED);
}

// ---- random programs ----

// False with `error` at a difference; *valid: the program could be played.
static bool play(const Shrunk *program, uint64_t allocations_max, bool *valid, ReplayCounts *counts,
                 Error *error) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice choice;
    char scale[64];
    const char *overrides[] = {"workload.memory_limit=none", scale};
    snprintf(scale, sizeof scale, "workload.scale=%s", program->scale);
    *valid = spec_read_text(spec, "program", program->program.workload, overrides, 2, error) &&
             spec_allocations(spec) <= allocations_max &&
             policy_choose(&choice, program->program.policy, error) &&
             replay_refusal(&choice) == NULL && replay_can_finalize(spec, &choice);
    bool good = *valid && replay_compare(spec, &choice, false, counts, error);
    free(spec);
    return good;
}

static bool still_fails(void *context, const Shrunk *candidate) {
    const uint64_t *allocations_max = context;
    ReplayCounts counts = {0};
    Error error = {0};
    bool valid = false;
    return !play(candidate, *allocations_max, &valid, &counts, &error) && valid;
}

// Writes the program beside whoever started us, under a name that is not taken yet.
static bool program_save(const Program *program, uint64_t seed, char *name, size_t size) {
    FILE *file = NULL;
    for (int i = 1; i < 100 && file == NULL; i++) {
        snprintf(name, size, i == 1 ? "ouro-verify-%llu.ini" : "ouro-verify-%llu-%d.ini",
                 (unsigned long long)seed, i);
        file = fopen(name, "wx");
        if (file == NULL && errno != EEXIST) return false;
    }
    if (file == NULL) return false;
    bool good = fputs(program->workload, file) >= 0;
    return fclose(file) == 0 && good;
}

static void report_failure(Verify *v, uint64_t seed, const Program *program, const Error *error) {
    uint64_t allocations_max = 1000000;  // what is left out must not make it larger
    char name[64];
    pthread_mutex_lock(&v->lock);
    v->code = EXIT_NO;
    printf("CPython %s, seed %llu: %s\n", interpreter_version(), (unsigned long long)seed,
           error->text);
    fflush(stdout);
    pthread_mutex_unlock(&v->lock);
    Shrunk shrunk = shrink_program(program, still_fails, &allocations_max);
    printf("What is left of the program after %u tries, and still fails:\n\n%s\n", shrunk.tries,
           shrunk.program.workload);
    bool saved = program_save(&shrunk.program, seed, name, sizeof name);
    if (!saved) printf("It cannot be written to this folder; ");
    printf("%s again with:\n  ouro verify --python %s --scale %s --policy %s %s\n",
           saved ? "Once" : "saved as x.ini, once", interpreter_minor(), shrunk.scale,
           shrunk.program.policy, saved ? name : "x.ini");
}

// ---- playing ----

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
        Program program = program_new(
            seed, (ProgramKind){.finalizers = interpreter_finalizers(), .size = PROGRAM_WHOLE});
        ReplayCounts counts = {0};
        Error error = {0};
        Shrunk whole = {.program = program, .scale = "1"};
        bool valid = false;
        if (!play(&whole, UINT64_MAX, &valid, &counts, &error))
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
                policy_named(&choice, policy_name(v), &error);
    if (good && v->arguments.memory && !replay_can_memory(&choice))
        good = error_set(&error, "policy %s: memory is compared for CPython's own rules only (%s)",
                         policy_name(v), interpreter_version());
    const char *refusal = good ? replay_refusal(&choice) : NULL;
    if (refusal != NULL) good = error_set(&error, "policy %s: %s", policy_name(v), refusal);
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
    if (!start(!v->arguments.default_arenas, &error)) {
        v->code = options_fail(&error);
        return;
    }
    for (size_t i = 0; i < v->arguments.workload_count && v->code == EXIT_FINE; i++)
        verify_workload(v, v->arguments.workloads[i]);
    if (v->code == EXIT_FINE && v->arguments.workload_count == 0) verify_programs(v);
    if (v->code != EXIT_FINE) return;
    printf("CPython %s: 0 differences in ", interpreter_version());
    print_sums(v);
    if (v->arguments.memory) print_arenas(&v->sum.memory);
    if (v->sum.memory.large_blocks > 0) print_large(&v->sum.memory);
}

int verify_main(int argc, char **argv) {
    Verify v = {.lock = PTHREAD_MUTEX_INITIALIZER, .code = EXIT_FINE};
    Error error = {0};
    pthread_t interrupt_thread;
    if (!verify_arguments_parse(&v.arguments, argc, argv, &error)) return options_fail(&error);
    if (v.arguments.help) {
        verify_arguments_print();
        return EXIT_FINE;
    }
    CHECK(pthread_create(&interrupt_thread, NULL, wait_for_interrupt, &v) == 0);
    if (!v.arguments.pauses)
        verify_all(&v);
    else if (start(true, &error))
        v.code = pauses_verify(&v.arguments.cost, (uint32_t)v.arguments.repeats);
    else
        v.code = options_fail(&error);
    return v.code;
}
