// sweep.c -- ouro sweep: thousands of runs from one command
//
// This process has one thread. It starts a process per run (child.h), waits for signals (a child
// ended, Ctrl-C), and writes a line to its journal for each run that ended (journal.h).
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "progress.h"
#include "rows.h"
#include "sweep_jobs.h"
#include "sweep_list.h"
#include "text.h"

enum { LOOK_MS = 20 };  // how often limits are looked at

typedef struct {
    const SweepOptions *options;
    const Cells *cells;
    const bool *todo;
    size_t next;  // first cell that was not looked at
    Child *children;
    Journal journal;
    Progress progress;
    uint64_t done, done_allocations;
    uint64_t by_status[STATUS_CRASH + 1];
    int interrupts;
    sigset_t signals;
} Sweep;

static bool start_free_children(Sweep *s, Error *error) {
    for (uint64_t i = 0; i < s->options->jobs; i++) {
        if (s->children[i].pid != 0) continue;
        while (s->next < s->cells->count && !s->todo[s->next]) s->next++;
        if (s->next == s->cells->count) return true;
        if (!child_start(&s->children[i], &s->options->grid, &s->cells->cells[s->next++], error))
            return false;
    }
    return true;
}

static void report_death(Sweep *s, const Cell *cell, const ChildResult *result) {
    char workload[PATH_SIZE];
    text_plain(s->options->grid.workloads.texts[cell->workload], workload, sizeof workload);
    progress_clear(&s->progress);
    fprintf(stderr, "ouro: %s: %s: run %016llx (%s, %s)\n", status_name(result->status),
            result->cause, (unsigned long long)cell->key, workload,
            s->options->grid.policies.texts[cell->policy]);
}

static bool poll_child(Sweep *s, Child *child, Error *error) {
    ChildResult result;
    bool ended = false;
    const Cell *cell = child->cell;
    if (!child_poll(child, &s->options->grid, &s->options->limits, s->options->out, &ended, &result,
                    error))
        return false;
    if (!ended) return true;
    if (*result.cause != '\0') report_death(s, cell, &result);
    s->done++;
    s->done_allocations += cell->allocations;
    s->by_status[result.status]++;
    return journal_append(&s->journal, cell->key, result.row, result.measured, error);
}

static size_t running(const Sweep *s) {
    size_t count = 0;
    for (uint64_t i = 0; i < s->options->jobs; i++) count += s->children[i].pid != 0;
    return count;
}

static void show(Sweep *s) {
    uint64_t allocations = s->done_allocations;
    for (uint64_t i = 0; i < s->options->jobs; i++)
        if (s->children[i].pid != 0) allocations += child_clock(&s->children[i]);
    progress_show(&s->progress, s->done, allocations);
}

// Until a child ends, the user interrupts, or it is time to look at the limits.
static void wait_for_signal(Sweep *s) {
    const struct timespec time = {0, LOOK_MS * 1000000L};
    int number = sigtimedwait(&s->signals, NULL, &time);
    if (number != SIGINT && number != SIGTERM) return;
    progress_clear(&s->progress);
    if (s->interrupts++ == 0)
        fprintf(stderr, "ouro: interrupted: %zu runs are being finished; once more stops at once\n",
                running(s));
}

static bool run_all(Sweep *s, Error *error) {
    for (;;) {
        if (s->interrupts == 0 && !start_free_children(s, error)) return false;
        if (running(s) == 0 || s->interrupts > 1) return true;
        wait_for_signal(s);
        for (uint64_t i = 0; i < s->options->jobs; i++)
            if (s->children[i].pid != 0 && !poll_child(s, &s->children[i], error)) return false;
        show(s);
    }
}

static void print_command(const SweepOptions *options) {
    static const char *const nothing[] = {NULL};
    char *text = sweep_command_text(options, nothing);
    fprintf(stderr, "ouro: this command goes on: %s\n", text);
    free(text);
}

static void print_sum(const Sweep *s, uint64_t there) {
    progress_clear(&s->progress);
    fprintf(stderr, "%llu runs done, %llu were there", (unsigned long long)s->done,
            (unsigned long long)there);
    for (int i = STATUS_OOM; i <= STATUS_CRASH; i++)
        if (s->by_status[i] > 0)
            fprintf(stderr, ", %llu %s", (unsigned long long)s->by_status[i],
                    status_name((RunStatus)i));
    fprintf(stderr, "; ouro results %s\n", s->options->out);
}

// Signals are waited for, not handled: nothing is ever interrupted in its middle.
static void signals_block(Sweep *s) {
    sigemptyset(&s->signals);
    sigaddset(&s->signals, SIGCHLD);
    sigaddset(&s->signals, SIGINT);
    sigaddset(&s->signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &s->signals, NULL);
}

static int run_sweep(const SweepOptions *options, const Cells *cells, const bool *todo,
                     Error *error) {
    Sweep s = {.options = options, .cells = cells, .todo = todo};
    uint64_t runs = 0, allocations = 0, there = 0;
    for (size_t i = 0; i < cells->count; i++) {
        bool mine = i % options->shard_count == options->shard_index;
        there += mine && !todo[i];
        runs += todo[i];
        if (todo[i]) allocations += cells->cells[i].allocations;
    }
    s.children = memory_new(options->jobs, sizeof *s.children);
    s.progress = progress_new(runs, allocations);
    signals_block(&s);
    bool good = sweep_list_write(options, cells, error) &&
                journal_open(&s.journal, options->out, error) && run_all(&s, error);
    for (uint64_t i = 0; i < options->jobs; i++) {
        child_kill(&s.children[i]);
        child_free(&s.children[i]);
    }
    good = journal_close(&s.journal, error) && good;
    free(s.children);
    if (!good) return options_fail(error);
    print_sum(&s, there);
    if (s.interrupts > 0) print_command(options);
    return s.interrupts > 0 ? EXIT_INTERRUPTED : EXIT_FINE;
}

// A cell is to be run when it belongs to this shard and no journal has its row; with --retry also
// when its run died, that is, when no row of it has a result digest.
static bool *cells_todo(const SweepOptions *options, const Cells *cells, const Journals *journals) {
    bool *todo = memory_new(cells->count, sizeof *todo);
    size_t record = 0;
    for (size_t i = 0; i < cells->count; i++) {
        uint64_t key = cells->cells[i].key;
        bool there = false;
        while (record < journals->count && journals->records[record].key < key) record++;
        for (; record < journals->count && journals->records[record].key == key; record++)
            there |= !options->retry || record_is_whole(&journals->records[record]);
        todo[i] = !there && i % options->shard_count == options->shard_index;
    }
    return todo;
}

static int sweep(const SweepOptions *options, Error *error) {
    Cells cells = {0};
    Journals journals = {0};
    bool good = grid_cells(&options->grid, &cells, error) &&
                (options->out == NULL || journals_read(&journals, options->out, error));
    int code = EXIT_FINE;
    if (!good) {
        code = options_fail(error);
    } else if (options->emit != EMIT_NOTHING) {
        if (!sweep_emit(options, &cells, &journals, error)) code = options_fail(error);
    } else {
        bool *todo = cells_todo(options, &cells, &journals);
        if (options->dry_run)
            sweep_dry_run(options, &cells, todo, &journals);
        else
            code = run_sweep(options, &cells, todo, error);
        free(todo);
    }
    journals_free(&journals);
    free(cells.cells);
    return code;
}

int sweep_command(int argc, char **argv) {
    Error error = {0};
    SweepOptions *options = memory_new(1, sizeof *options);
    int code = EXIT_FINE;
    if (!sweep_options_parse(options, argc, argv, &error)) {
        code = options_fail(&error);
    } else if (options->help) {
        puts(
            "usage: ouro sweep WORKLOAD... --policy P... [--set section.key=values]... --out DIR\n"
            "       ouro sweep FILE.sweep.ini --out DIR\n\n"
            "Every workload under every policy with every combination of values, a process per\n"
            "run. Values are a list, 700,2000,10000, or a range, 0..0.5/6 (6 evenly spaced "
            "values,\n"
            "both ends among them). Runs that are in DIR already are skipped.\n");
        sweep_options_print();
    } else {
        code = sweep(options, &error);
    }
    sweep_options_free(options);
    free(options);
    return code;
}
