// bench.c -- ouro bench: rows, repeats and sides, one process after the other
//
// Each run of a side has a process of its own, so that no side warms or fills anything for another;
// sides take turns, so that what the machine does meanwhile meets all of them. This process only
// simulates, once a row, what the real side needs to know, and waits. Nothing has to be undone on
// Ctrl-C: it ends this process, and children end with it (PR_SET_PDEATHSIG).
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_side.h"
#include "cli/bench_draw.h"
#include "cli/bench_print.h"
#include "cli/clock.h"
#include "cli/folders.h"
#include "cli/resident.h"
#include "interpreter.h"
#include "machine.h"

typedef struct {
    const BenchArguments *arguments;
    BenchTable table;
    BenchShared *shared;
    bool is_terminal;
    uint64_t shown_us;
    size_t row;
    uint64_t allocations;  // of the whole row
    uint32_t repeat;
} Bench;

typedef struct {
    BenchJob jobs[SIDE_COUNT];
    Spec specs[SIDE_COUNT];
    PolicyChoice policies[SIDE_COUNT];
    RunResult result;  // of the simulation for the real side
} RowJobs;

// ---- progress ----

// On a terminal a line that changes; else one per minute.
static void progress_show(Bench *b, const BenchJob *job, uint64_t started_us) {
    uint64_t now = clock_us(), interval = b->is_terminal ? 200000 : 60000000;
    if (now - b->shown_us < interval) return;
    b->shown_us = now;
    uint64_t clock = atomic_load(&b->shared->clock), all = spec_allocations(job->spec);
    fprintf(stderr, "%souro bench: %s, run %u of %llu: %s, %llu %% after %llu s%s",
            b->is_terminal ? "\r" : "", job->row->name, b->repeat + 1,
            (unsigned long long)bench_turns(b->arguments, b->row, job->side),
            bench_side_name(job->side),
            (unsigned long long)(min_u64(clock, all) * 100 / max_u64(all, 1)),
            (unsigned long long)((now - started_us) / 1000000), b->is_terminal ? "\033[K" : "\n");
}

static void progress_say(Bench *b, const char *what) {
    fprintf(stderr, "%souro bench: %s, %s%s", b->is_terminal ? "\r" : "", BENCH_ROWS[b->row].name,
            what, b->is_terminal ? "\033[K" : "\n");
}

static void progress_end(const Bench *b) {
    if (b->is_terminal) fputs("\r\033[K", stderr);
}

// ---- one run of one side ----

static void child_main(const BenchJob *job, BenchShared *shared) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_side_play(job, shared);
    _exit(0);
}

// A process that needs more memory than its row may is ended before the machine runs out of it.
static void child_guard(const BenchJob *job, pid_t child) {
    if (job->row->measure == MEASURE_LARGEST && resident_bytes(child) > BENCH_LARGEST_BYTES)
        kill(child, SIGKILL);
}

// It has ended; whether there is something to take, else the reason in `shared`.
static bool child_judge(const BenchJob *job, BenchShared *shared, int status) {
    if (status == 0) return shared->good;
    bool fitted = job->row->measure == MEASURE_LARGEST && shared->course.fit_clock > 0;
    if (fitted && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
    snprintf(shared->why, sizeof shared->why, "died: %s",
             WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit code");
    return false;
}

// Waits; false with the reason in `shared` when there is nothing to take.
static bool side_run(Bench *b, const BenchJob *job) {
    BenchShared *shared = b->shared;
    int status = 0;
    uint64_t started = clock_us();
    memset(shared, 0, sizeof *shared);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) child_main(job, shared);
    if (child < 0) {
        snprintf(shared->why, sizeof shared->why, "no process: %s", strerror(errno));
        return false;
    }
    struct rusage used;
    while (wait4(child, &status, WNOHANG, &used) == 0) {
        child_guard(job, child);
        usleep(20000);
        progress_show(b, job, started);
    }
    shared->course.peak_bytes = (uint64_t)used.ru_maxrss * 1024;
    return child_judge(job, shared, status);
}

static void side_measure(Bench *b, const BenchJob *job) {
    BenchSamples *samples = &b->table.samples[b->row][job->side];
    if (samples->why[0] != '\0') return;
    const BenchCourse *course = &b->shared->course;
    bool good = side_run(b, job);
    double value = good ? bench_course_value(course, job->row->measure, b->allocations) : 0;
    if (value > 0)
        samples->values[samples->count++] = value;
    else
        snprintf(samples->why, sizeof samples->why, "%s",
                 b->shared->why[0] != '\0' ? b->shared->why : "nothing measured");
    samples->allocations = course->end.clock;
    samples->peak_bytes = max_u64(samples->peak_bytes, course->peak_bytes);
}

// ---- rows ----

// Each side has a workload of its own: it may play a part only.
static bool row_load(Bench *b, RowJobs *jobs, Error *error) {
    const BenchRow *row = &BENCH_ROWS[b->row];
    for (BenchSide side = 0; side < SIDE_COUNT; side++) {
        BenchJob *job = &jobs->jobs[side];
        *job = (BenchJob){row, side, &jobs->specs[side], &jobs->policies[side], NULL, NULL};
        if (!bench_row_load(row, side, b->arguments->quick, &jobs->specs[side],
                            &jobs->policies[side], error))
            return false;
        if (bench_row_part(row, side) == NULL)
            b->allocations = spec_allocations(&jobs->specs[side]);
    }
    return true;
}

static bool row_simulate(Bench *b, RowJobs *jobs, Error *error) {
    BenchJob *job = &jobs->jobs[SIDE_real];
    if (!bench_row_has(job->row, SIDE_real)) return true;
    progress_say(b, "simulating what the real side plays");
    job->run = bench_simulate(job, &jobs->result, error);
    job->result = &jobs->result;
    return job->run != NULL;
}

// Why it is not to be tried at all, or NULL.
static const char *side_refusal(const BenchRow *row, BenchSide side) {
    const uint64_t spare = 1ull << 30;
    if (side != SIDE_real && side != SIDE_script && !bench_side_exists(side)) return "not built";
    if (row->measure == MEASURE_LARGEST && machine_free_bytes() < BENCH_LARGEST_BYTES + spare)
        return "21 GiB of memory are not free";
    return NULL;
}

static void side_turn(Bench *b, const BenchJob *job) {
    if (!bench_row_has(job->row, job->side)) return;
    if (b->repeat >= bench_turns(b->arguments, b->row, job->side)) return;
    const char *refusal = b->repeat == 0 ? side_refusal(job->row, job->side) : NULL;
    if (refusal != NULL) {
        BenchSamples *samples = &b->table.samples[b->row][job->side];
        snprintf(samples->why, sizeof samples->why, "%s", refusal);
        samples->refused = true;
    }
    side_measure(b, job);
}

static void row_measure(Bench *b, const RowJobs *jobs) {
    uint64_t turns = 0;
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        if (bench_row_has(jobs->jobs[side].row, side))
            turns = max_u64(turns, bench_turns(b->arguments, b->row, side));
    for (b->repeat = 0; b->repeat < turns; b->repeat++) {
        if (!b->is_terminal) progress_say(b, b->repeat == 0 ? "first run" : "next run");
        for (BenchSide side = 0; side < SIDE_COUNT; side++) side_turn(b, &jobs->jobs[side]);
    }
    progress_end(b);
}

static bool row_bench(Bench *b, bool *met, Error *error) {
    RowJobs *jobs = memory_new(1, sizeof *jobs);
    bool good = row_load(b, jobs, error) && row_simulate(b, jobs, error);
    if (good) {
        row_measure(b, jobs);
        *met &= bench_print_row(b->arguments->tsv ? stderr : stdout, &b->table, b->row);
        fflush(stdout);
    }
    run_close(jobs->jobs[SIDE_real].run);
    free(jobs);
    return good;
}

// ---- all of it ----

// What cannot be written is found before minutes were spent on it; a table that was there stays
// until the new one is whole.
static bool out_check(const char *path, Error *error) {
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) *slash = '\0';
    if (access(slash != NULL ? folder : ".", W_OK) == 0) return true;
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

static char *machine_text(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    CHECK(file != NULL);
    machine_notes(file, PY_VERSION);
    CHECK(fclose(file) == 0);
    return text;
}

static bool out_write(const Bench *b, const char *path, const char *machine, Error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    CHECK(file != NULL);
    bench_print_tsv(file, &b->table, machine, b->arguments->command);
    CHECK(fclose(file) == 0);
    bool good = file_put(path, text, size, error);
    free(text);
    return good;
}

static bool bench_rows(Bench *b, bool *met, Error *error) {
    for (b->row = 0; b->row < BENCH_ROW_COUNT; b->row++)
        if (bench_wants(b->arguments, b->row) && !row_bench(b, met, error)) return false;
    return true;
}

static void on_interrupt(int number) {
    (void)number;
    _exit(EXIT_INTERRUPTED);
}

static void bench_init(Bench *b, const BenchArguments *a) {
    struct sigaction action = {.sa_handler = on_interrupt};
    CHECK(sigaction(SIGINT, &action, NULL) == 0);
    b->arguments = a;
    b->table.quick = a->quick;
    b->is_terminal = isatty(STDERR_FILENO) != 0;
    b->shared =
        mmap(NULL, sizeof *b->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(b->shared != MAP_FAILED);
}

// The table, and the figure of it.
static bool bench_keep(const Bench *b, const BenchArguments *a, Error *error) {
    char *machine = machine_text();
    bool good = a->out == NULL || out_write(b, a->out, machine, error);
    if (good && a->tsv) bench_print_tsv(stdout, &b->table, machine, a->command);
    free(machine);
    return good && (a->figure == NULL || bench_draw(a->out, a->figure, error));
}

int bench(const BenchArguments *a) {
    Error error = {0};
    bool met = true;
    Bench *b = memory_new(1, sizeof *b);
    bench_init(b, a);
    bool good = (a->out == NULL || out_check(a->out, &error)) &&
                (a->figure == NULL || out_check(a->figure, &error)) && bench_rows(b, &met, &error);
    if (good) bench_print_summary(a->tsv ? stderr : stdout, &b->table);
    good = good && bench_keep(b, a, &error);
    munmap(b->shared, sizeof *b->shared);
    free(b);
    if (!good) return options_fail(&error);
    return met ? EXIT_FINE : EXIT_NO;
}
