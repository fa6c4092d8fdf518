// child.h -- a run in a process of its own, whatever becomes of it
//
// The process records into memory that it shares with this one. So when it dies, at whatever
// instant and of whatever cause, all up to its last event is there: figures become a row, and
// collections, timeline and pauses go to DIR/dead/KEY/ (as of `ouro run --out`).
#ifndef OURO_CHILD_H
#define OURO_CHILD_H

#include <sys/types.h>

#include "grid.h"

typedef struct {
    uint64_t memory_bytes;  // resident, looked at some 50 times a second; 0: none
    uint64_t timeout_ms;    // on the clock on the wall; 0: none
} ChildLimits;

typedef struct Bench Bench;

typedef struct {
    pid_t pid;  // 0: none runs
    const Cell *cell;
    Bench *bench;
    uint64_t started_us;
    RunStatus cut_off;  // STATUS_OK: by nobody yet
    bool is_retry;
} Child;

// What came of a run: JSON objects as journal_append takes them, valid until the child's next
// start; `cause` says why a run died, "" that it ended by itself.
typedef struct {
    RunStatus status;
    const char *row;
    char measured[512];
    char cause[200];
} ChildResult;

// False with `error`: no process or memory is to be had.
bool child_start(Child *child, const Grid *grid, const Cell *cell, Error *error);

// Whether it has ended, and then its result. A process that breaks a limit is killed here. `dir`:
// where dead runs leave their tables; NULL: nowhere. False with `error` when there is no row: even
// the reader of a dead run's memory died.
bool child_poll(Child *child, const Grid *grid, const ChildLimits *limits, const char *dir,
                bool *ended, ChildResult *result, Error *error);

// Allocations so far, for progress.
uint64_t child_clock(const Child *child);

// Ends it at once, without a result.
void child_kill(Child *child);
void child_free(Child *child);

#endif
