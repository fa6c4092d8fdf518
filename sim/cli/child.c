// child.c -- a run in a process of its own
//
// fork without exec: this process has one thread, and what the run needs (grid, tables) is there
// already. The child leaves through _exit, so nothing of the parent's is flushed or freed twice.
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "gather.h"
#include "outdir.h"
#include "resident.h"
#include "rows.h"

enum { ROW_SIZE = 1 << 16, SLICE_EVENTS = 1 << 15, READER_SECONDS = 60 };
// Exit codes between the two processes; CHILD_STARVED is that of MEMORY_CHECK.
enum { CHILD_DONE = 0, CHILD_STARVED = 2, CHILD_FAILED = 3 };
#define BENCH_SIZE (1ull << 36)  // address space; pages are taken as they are touched

// The shared memory: first this, then what the run takes of it.
struct Bench {
    Mapping mapping;
    Spec spec;
    PolicyChoice policy;
    Run *run;
    volatile uint64_t clock;
    RunStatus status;
    Error error;
    char row[ROW_SIZE];
};

static Bench *bench_new(Error *error) {
    void *memory = mmap(NULL, BENCH_SIZE, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        error_set(error, "cannot reserve %llu GiB of shared address space: %s", BENCH_SIZE >> 30,
                  strerror(errno));
        return NULL;
    }
    Bench *bench = memory;
    bench->mapping = (Mapping){memory, BENCH_SIZE, (sizeof *bench + 4095) & ~4095ull};
    return bench;
}

void child_free(Child *child) {
    if (child->bench != NULL) munmap(child->bench, BENCH_SIZE);
    child->bench = NULL;
}

// ---- in the child ----

// It dies with its parent, leaves Ctrl-C to it, and is the first that a full machine ends.
static void child_settle(pid_t parent) {
    sigset_t none;
    struct rlimit no_core = {0, 0};
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(CHILD_FAILED);
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, "1000", 4) < 0) errno = 0;  // a wish
    close(file);
}

static void row_put(Bench *bench, const Row *row) {
    FILE *file = fmemopen(bench->row, sizeof bench->row, "w");
    MEMORY_CHECK(file != NULL);
    row_print_json(file, row);
    CHECK(fclose(file) == 0 && strlen(bench->row) + 1 < sizeof bench->row);
}

static bool cell_run(Bench *bench, const Grid *grid, const Cell *cell, Error *error) {
    if (!grid_open(grid, cell, &bench->spec, &bench->policy, error)) return false;
    RunOptions options = {.spec = &bench->spec,
                          .policy = &bench->policy,
                          .engine = grid->engine,
                          .cost = &grid->cost,
                          .batch = 4096,
                          .mapping = &bench->mapping};
    bench->run = run_open(&options, error);
    for (bool done = bench->run == NULL; !done;) {
        if (!run_advance(bench->run, SLICE_EVENTS, &done, error)) return false;
        bench->clock = run_clock(bench->run);
    }
    RunResult result;
    if (bench->run == NULL || !run_result(bench->run, &result, error)) return false;
    Row row = row_of(&result);
    bench->status = row.status;
    row_put(bench, &row);
    return true;
}

static bool dead_tables(const RunResult *result, const char *dir, uint64_t key, Error *error) {
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s/dead/%016llx", dir, (unsigned long long)key);
    return outdir_open(folder, error) && outdir_run(folder, 0, result, error);
}

// Makes a row of what a dead process left. Its memory may hold anything, so reading it is done by
// another process; `bare`: the row of a run that left nothing to be read. The row comes first: it
// is good even if the tables cannot be written.
static bool dead_read(Bench *bench, const Grid *grid, const Cell *cell, RunStatus status, bool bare,
                      const char *dir, Error *error) {
    RunResult result;
    Row row = {.engine = grid->engine, .allocator = &MEMORY_DEFAULT, .status = status};
    alarm(READER_SECONDS);
    if (!grid_open(grid, cell, &bench->spec, &bench->policy, error)) return false;
    CostTable cost = grid->cost;
    if (grid->engine == ENGINE_LEDGER && cost.model == COST_CACHE) cost_table_estimated(&cost);
    memcpy(row.cost, cost.name, sizeof row.cost);
    row.spec = &bench->spec;
    row.policy = &bench->policy;
    bool is_read = !bare && bench->run != NULL && run_result_so_far(bench->run, status, &result);
    if (is_read) row.metrics = result.metrics;
    row_put(bench, &row);
    return !is_read || dir == NULL || grid->engine == ENGINE_NULL ||
           dead_tables(&result, dir, cell->key, error);
}

static bool row_is_there(const Bench *bench) {
    size_t length = strnlen(bench->row, sizeof bench->row);
    return bench->row[0] == '{' && bench->row[length - 1] == '}';
}

// ---- in the parent ----

bool child_start(Child *child, const Grid *grid, const Cell *cell, Error *error) {
    child_free(child);  // fresh memory is zero
    pid_t parent = getpid();
    *child = (Child){.cell = cell, .bench = bench_new(error), .is_retry = child->is_retry};
    if (child->bench == NULL) return false;
    child->started_us = clock_us();
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        child_settle(parent);
        _exit(cell_run(child->bench, grid, cell, &child->bench->error) ? CHILD_DONE : CHILD_FAILED);
    }
    if (child->pid > 0) return true;
    child->pid = 0;
    return error_set(error, "no process can be started: %s", strerror(errno));
}

static bool dead_row(Child *child, const Grid *grid, RunStatus status, const char *dir,
                     Error *error) {
    pid_t parent = getpid();
    for (int bare = 0; bare <= 1; bare++) {
        child->bench->row[0] = '\0';
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            child_settle(parent);
            Error why = {0};
            bool good = dead_read(child->bench, grid, child->cell, status, bare, dir, &why);
            if (!good) options_fail(&why);
            _exit(good ? CHILD_DONE : CHILD_FAILED);
        }
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
        if (row_is_there(child->bench)) return true;
    }
    return error_set(error, "run %016llx died, and no row can be made of it",
                     (unsigned long long)child->cell->key);
}

static void limits_hold(Child *child, const ChildLimits *limits) {
    if (child->cut_off != STATUS_OK) return;
    if (limits->timeout_ms > 0 && clock_us() - child->started_us > limits->timeout_ms * 1000)
        child->cut_off = STATUS_TIMEOUT;
    else if (limits->memory_bytes > 0 && resident_bytes(child->pid) > limits->memory_bytes)
        child->cut_off = STATUS_OOM;
    if (child->cut_off != STATUS_OK) kill(child->pid, SIGKILL);
}

static RunStatus death_cause(const Child *child, const ChildLimits *limits, int end, char *cause,
                             size_t size) {
    cause[0] = '\0';
    if (WIFEXITED(end) && WEXITSTATUS(end) == CHILD_DONE) return child->bench->status;
    if (child->cut_off == STATUS_TIMEOUT)
        snprintf(cause, size, "over its time limit of %llu ms",
                 (unsigned long long)limits->timeout_ms);
    else if (child->cut_off == STATUS_OOM)
        snprintf(cause, size, "over its memory limit of %llu bytes",
                 (unsigned long long)limits->memory_bytes);
    else if (WIFSIGNALED(end))
        snprintf(cause, size, "signal %d (%s)", WTERMSIG(end), strsignal(WTERMSIG(end)));
    else if (child->bench->error.text[0] != '\0')
        snprintf(cause, size, "%.190s", child->bench->error.text);
    else if (WEXITSTATUS(end) == CHILD_STARVED)
        snprintf(cause, size, "out of memory");
    else
        snprintf(cause, size, "exit code %d", WEXITSTATUS(end));
    return child->cut_off != STATUS_OK ? child->cut_off : STATUS_CRASH;
}

static void result_measure(ChildResult *result, const Child *child, const struct rusage *used) {
    Gather gather;
    FILE *file = gather_open(&gather);
    uint64_t cpu_us = (uint64_t)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000000 +
                      (uint64_t)(used->ru_utime.tv_usec + used->ru_stime.tv_usec);
    fprintf(file, "{\"cpu_us\":%llu,\"wall_us\":%llu,\"resident_kib\":%ld,\"cause\":",
            (unsigned long long)cpu_us, (unsigned long long)(clock_us() - child->started_us),
            used->ru_maxrss);
    json_string(file, result->cause);
    fputc('}', file);
    char *text = gather_close(&gather);
    snprintf(result->measured, sizeof result->measured, "%s", text);
    free(text);
}

// SIGKILL comes from outside: no run ends itself so. Once is bad luck, and the run starts again;
// twice is what becomes of it here, as when the machine has no memory left.
static bool is_bad_luck(const Child *child, int end) {
    return WIFSIGNALED(end) && WTERMSIG(end) == SIGKILL && child->cut_off == STATUS_OK &&
           !child->is_retry;
}

bool child_poll(Child *child, const Grid *grid, const ChildLimits *limits, const char *dir,
                bool *ended, ChildResult *result, Error *error) {
    int end = 0;
    struct rusage used;
    *ended = false;
    if (wait4(child->pid, &end, WNOHANG, &used) != child->pid) {
        limits_hold(child, limits);
        return true;
    }
    child->pid = 0;
    if (is_bad_luck(child, end)) {
        child->is_retry = true;
        return child_start(child, grid, child->cell, error);
    }
    *ended = true;
    child->is_retry = false;
    *result = (ChildResult){.row = child->bench->row};
    result->status = death_cause(child, limits, end, result->cause, sizeof result->cause);
    bool good = *result->cause == '\0' || dead_row(child, grid, result->status, dir, error);
    result_measure(result, child, &used);
    return good;
}

uint64_t child_clock(const Child *child) { return child->bench->clock; }

void child_kill(Child *child) {
    if (child->pid == 0) return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) continue;
    child->pid = 0;
}
