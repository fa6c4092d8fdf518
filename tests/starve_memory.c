// starve_memory.c -- malloc and friends, fork and threads that fail when they are told to
//
// The program defines them, so the C library and all others get these, too.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "starve_faults.h"

Faults *faults;

bool fault_is_due(void) {
    uint64_t call = atomic_fetch_add(&faults->calls, 1) + 1, at = faults->at;
    FaultMode mode = faults->fault.mode;
    bool is_due = mode == MODE_ONCE ? call == at : call >= at;
    if (mode == MODE_STORM) is_due = is_due && (call - at) % 2 == 0;
    if (is_due) atomic_fetch_add(&faults->hits, 1);
    return is_due;
}

static bool refused(FaultGroup group) {
    if (faults == NULL || faults->fault.group != group || !fault_is_due()) return false;
    if (faults->fault.error == FAULT_KILL) raise(SIGKILL);
    errno = faults->fault.error;
    return true;
}

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

extern void *REAL(malloc)(size_t bytes);
extern void *REAL(calloc)(size_t count, size_t size);
extern void *REAL(realloc)(void *memory, size_t bytes);

void *malloc(size_t bytes) { return refused(GROUP_MEMORY) ? NULL : REAL(malloc)(bytes); }

void *calloc(size_t count, size_t size) {
    return refused(GROUP_MEMORY) ? NULL : REAL(calloc)(count, size);
}

void *realloc(void *memory, size_t bytes) {
    return refused(GROUP_MEMORY) ? NULL : REAL(realloc)(memory, bytes);
}

// Those of the library, by --wrap.
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context);

pid_t __wrap_fork(void) {
    if (refused(GROUP_PROCESS)) return -1;
    if (faults != NULL) atomic_fetch_add(&faults->starts, 1);
    return __real_fork();
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context) {
    return refused(GROUP_PROCESS) ? errno : __real_pthread_create(thread, how, start, context);
}
