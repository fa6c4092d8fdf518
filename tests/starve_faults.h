// starve_faults.h -- faults of a starved run: chosen by starve_main, made by the other starve_*.c
//
// They exist in the program `starve` alone. Calls are counted over all processes of a run, in
// memory that these share.
#ifndef STARVE_FAULTS_H
#define STARVE_FAULTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    GROUP_NONE,
    GROUP_MEMORY,   // malloc, calloc, realloc, whoever calls them
    GROUP_PROCESS,  // fork, pthread_create
    GROUP_PAGES,    // from here on system calls: mmap, brk
    GROUP_WRITE,    // write, pwrite, writev
    GROUP_SYNC,     // fsync, fdatasync
    GROUP_CREATE,   // open for writing
    GROUP_OPEN,     // open for reading alone
    GROUP_READ,     // read, pread
    GROUP_RENAME,
    GROUP_FOLDER,  // mkdir
    GROUP_REMOVE,  // unlink, rmdir
    GROUP_CLOSE,
} FaultGroup;

typedef enum { MODE_ONCE, MODE_EVER, MODE_STORM } FaultMode;

enum {
    FAULT_SHORT = -1,
    FAULT_VANISH = -2,
    FAULT_KILL = -3,
    FAULT_HALF = -4
};  // in the place of an errno

typedef struct {
    const char *name;
    FaultGroup group;
    FaultMode mode;
    int error;
} Fault;

// What the processes of a run share.
typedef struct {
    Fault fault;
    uint64_t at;                  // number of the call that fails, from 1
    atomic_ullong calls, hits;    // of the group; those that failed
    atomic_ullong lines;          // whole lines that reached files opened with O_APPEND: journals
    atomic_ullong starts;         // processes that were forked
    char folder[512], gone[512];  // what vanishes, and to where
} Faults;

extern Faults *faults;  // NULL: none are made

// Counts a call of the group; true: it is to fail.
bool fault_is_due(void);

// From now on system calls of this process and of those it starts by fork() are counted and fail as
// `faults` says. False: not on this machine.
bool fault_calls_watch(void);

#endif
