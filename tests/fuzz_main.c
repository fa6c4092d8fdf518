// fuzz_main.c -- fuzz: random programs on every heap there is, compared
//
// usage: fuzz [--programs N] [--seed S] [--jobs N] [--prove N] [--shrink yes|no]
//
// Program S, S + 1 ... : the naive heap and the tracing heap play it side by side, compared object
// by object after each collection (lockstep.h); then the ledger plays it, and is compared with the
// tracing heap (engines.h); where the policy takes the tracing heap, that plays it again, in large
// batches. Every N-th program (--prove, 1024) is proved by heap_check after every
// event as well. What fails is made smaller, and said with the command that plays it again.
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lockstep.h"
#include "naive_rules.h"
#include "program.h"
#include "shrink.h"

enum { JOBS_MAX = 256, POLL_US = 50000, REPORT_SECONDS = 10 };

typedef struct {
    uint64_t seed, programs, prove;
    uint32_t jobs;
    bool shrink;
} Arguments;

// What a process has done, where its parent sees it even when it has died.
typedef struct {
    _Atomic(uint64_t) seed;  // of the program that it plays
    _Atomic(uint64_t) programs;
    uint64_t naive, collections, objects, proved;
} Progress;

static Progress *progress;

// ---- one program ----

// Most are tiny: what a bug needs is seldom large, and small ones come by the thousand.
static Program program_of(uint64_t seed) {
    const uint32_t size = seed % 2048 == 0 ? PROGRAM_WHOLE : seed % 128 == 0 ? 12 : 2;
    return program_new(seed, (ProgramKind){.size = size, .simulated = true, .traced = true});
}

static bool play_tracing(Played *tracing, const Spec *spec, const PolicyChoice *policy, bool check,
                         Progress *done, Error *error) {
    NaiveRules rules;
    uint64_t objects = 0;
    if (!naive_rules_of(policy, spec, &rules))
        return played_open(tracing, spec, policy, ENGINE_TRACING, check ? 1 : 4096, check, error) &&
               played_end(tracing, error);
    bool good = lockstep_play(tracing, spec, policy, &rules, check, &objects, error);
    done->naive++;
    done->objects += objects;
    return good;
}

// False with `error`: the heaps differ. *valid: it is a program at all.
static bool play(const Shrunk *p, bool check, bool *valid, Progress *done, Error *error) {
    static Spec spec;
    PolicyChoice policy;
    EnginesCompared compared = {0};
    Played tracing = {0}, ledger = {0};
    char scale[SHRINK_SCALE_SIZE + 16];
    const char *overrides[] = {scale};
    snprintf(scale, sizeof scale, "workload.scale=%s", p->scale);
    *valid = spec_read_text(&spec, "random", p->program.workload, overrides, 1, error) &&
             policy_choose(&policy, p->program.policy, error);
    if (!*valid) return false;
    bool good = play_tracing(&tracing, &spec, &policy, check, done, error) &&
                played_open(&ledger, &spec, &policy, ENGINE_AUTO, 4096, check, error) &&
                played_end(&ledger, error) && engines_same(&tracing, &ledger, &compared, error);
    done->collections += compared.collections;
    done->proved += check;
    run_close(tracing.run);
    run_close(ledger.run);
    return good;
}

// ---- many ----

static int play_share(const Arguments *a, uint32_t job) {
    Progress *done = &progress[job];
    for (uint64_t i = job; i < a->programs; i += a->jobs) {
        Shrunk whole = {.program = program_of(a->seed + i), .scale = "1"};
        Error error = {0};
        bool valid = false;
        done->seed = a->seed + i;
        if (!play(&whole, i % a->prove == 0, &valid, done, &error)) {
            printf("seed %llu: %s\n", (unsigned long long)done->seed, error.text);
            return 1;
        }
        done->programs++;
    }
    return 0;
}

static uint64_t programs_played(const Arguments *a) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < a->jobs; i++) sum += progress[i].programs;
    return sum;
}

static void progress_show(const Arguments *a) {
    fprintf(stderr,
            isatty(STDERR_FILENO) ? "\r%llu of %llu programs\033[K" : "%llu of %llu programs\n",
            (unsigned long long)programs_played(a), (unsigned long long)a->programs);
}

// ---- one that fails ----

static bool still_fails(void *context, const Shrunk *candidate) {
    int end = 0;
    (void)context;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        Error error = {0};
        bool valid = false;
        fclose(stderr);
        bool good = play(candidate, true, &valid, &progress[0], &error);
        _exit(!good && valid);
    }
    return pid > 0 && waitpid(pid, &end, 0) == pid && end != 0;
}

static void report(uint64_t seed, int end, bool shrink) {
    const Program program = program_of(seed);
    if (WIFSIGNALED(end))
        printf("seed %llu: %s\n", (unsigned long long)seed, strsignal(WTERMSIG(end)));
    if (!shrink) return;
    const Shrunk shrunk = shrink_program(&program, still_fails, NULL);
    printf(
        "again: build/fuzz --seed %llu --programs 1 --prove 1\n"
        "What is left of it after %u tries, and still fails: --policy %s --scale %s\n\n%s\n",
        (unsigned long long)seed, shrunk.tries, shrunk.program.policy, shrunk.scale,
        shrunk.program.workload);
}

// ---- arguments ----

static uint64_t number(const char *name, const char *text, uint64_t low) {
    char *end;
    const uint64_t value = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= low) return value;
    fprintf(stderr, "fuzz: --%s takes a whole number from %llu on, not '%s'\n", name,
            (unsigned long long)low, text);
    exit(2);
}

static Arguments arguments_of(int argc, char **argv) {
    static const struct option options[] = {
        {"programs", required_argument, NULL, 'p'}, {"seed", required_argument, NULL, 's'},
        {"jobs", required_argument, NULL, 'j'},     {"prove", required_argument, NULL, 'c'},
        {"shrink", required_argument, NULL, 'r'},   {0}};
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    Arguments a = {.seed = 1,
                   .programs = 100000,
                   .prove = 1024,
                   .shrink = true,
                   .jobs = processors > 0 ? (uint32_t)processors : 1};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'p') a.programs = number("programs", optarg, 1);
        if (option == 's') a.seed = number("seed", optarg, 0);
        if (option == 'j') a.jobs = (uint32_t)number("jobs", optarg, 1);
        if (option == 'c') a.prove = number("prove", optarg, 1);
        if (option == 'r') a.shrink = strcmp(optarg, "no") != 0;
        if (option == '?') {
            fputs(
                "usage: fuzz [--programs N] [--seed S] [--jobs N] [--prove N] [--shrink yes|no]\n",
                stderr);
            exit(2);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "fuzz: unexpected '%s'\n", argv[optind]);
        exit(2);
    }
    a.jobs = (uint32_t)min_u64(min_u64(a.jobs, JOBS_MAX), a.programs);
    return a;
}

static void jobs_start(const Arguments *a, pid_t *jobs) {
    fflush(NULL);
    for (uint32_t i = 0; i < a->jobs; i++) {
        jobs[i] = fork();
        CHECK(jobs[i] >= 0);
        if (jobs[i] == 0) exit(play_share(a, i));
    }
}

// Until all have ended; `ends` is how.
static void jobs_wait(const Arguments *a, const pid_t *jobs, int *ends) {
    const uint32_t interval = isatty(STDERR_FILENO) ? 1 : REPORT_SECONDS;
    uint64_t waited_us = 0;
    for (uint32_t i = 0; i < a->jobs; i++)
        while (waitpid(jobs[i], &ends[i], WNOHANG) == 0) {
            usleep(POLL_US);
            waited_us += POLL_US;
            if (waited_us % (interval * 1000000) == 0) progress_show(a);
        }
    if (interval == 1) fputs("\r\033[K", stderr);
}

int main(int argc, char **argv) {
    const Arguments a = arguments_of(argc, argv);
    pid_t jobs[JOBS_MAX];
    int ends[JOBS_MAX];
    Progress sum = {0};
    progress = mmap(NULL, sizeof *progress * JOBS_MAX, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(progress != MAP_FAILED);
    jobs_start(&a, jobs);
    jobs_wait(&a, jobs, ends);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < a.jobs; i++) {
        sum.naive += progress[i].naive;
        sum.collections += progress[i].collections;
        sum.objects += progress[i].objects;
        sum.proved += progress[i].proved;
        if (ends[i] == 0) continue;
        failed++;
        report(progress[i].seed, ends[i], a.shrink);
    }
    printf(
        "programs %llu to %llu: %llu collections on tracing heap and ledger, %llu programs on "
        "the naive heap too, %llu objects compared one by one, %llu programs proved\n",
        (unsigned long long)a.seed, (unsigned long long)(a.seed + a.programs - 1),
        (unsigned long long)sum.collections, (unsigned long long)sum.naive,
        (unsigned long long)sum.objects, (unsigned long long)sum.proved);
    printf("%llu passed, %u failed\n", (unsigned long long)programs_played(&a), failed);
    return failed > 0;
}
