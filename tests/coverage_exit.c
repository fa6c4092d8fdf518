// coverage_exit.c -- counts of forked processes and of threads; linked into the build of
// tests/coverage alone
//
// What was executed is counted in memory, and written when a process ends through exit(). A forked
// one would write the counts of its parent once more, so they are set to zero first; and runs leave
// with _exit(), which the linker turns into __wrap__exit. One that dies (abort, SIGKILL, no memory)
// writes nothing: what follows a call that does not return would be taken for executed.
//
// Two threads that count at once lose counts, and of a lost count the other side of a branch is
// inferred. Counting atomically makes runs eight times as long; so threads work one by one.
#include <pthread.h>
#include <stdlib.h>

#include "base.h"

// Of the profile runtime.
int __llvm_profile_write_file(void);
void __llvm_profile_reset_counters(void);

_Noreturn void __real__exit(int code);
_Noreturn void __wrap__exit(int code);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context);

enum { EXIT_NO_MEMORY = 2 };  // memory_missing()

void __wrap__exit(int code) {
    if (code != EXIT_NO_MEMORY) __llvm_profile_write_file();
    __real__exit(code);
}

__attribute__((constructor)) static void count_forks_apart(void) {
    CHECK(pthread_atfork(NULL, NULL, __llvm_profile_reset_counters) == 0);
}

typedef struct {
    void *(*start)(void *);
    void *context;
} Work;

static void *work_alone(void *context) {
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    Work work = *(Work *)context;
    free(context);
    pthread_mutex_lock(&one_at_a_time);
    void *result = work.start(work.context);
    pthread_mutex_unlock(&one_at_a_time);
    return result;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*start)(void *),
                          void *context) {
    Work *work = memory_new(1, sizeof *work);
    *work = (Work){start, context};
    return __real_pthread_create(thread, how, work_alone, work);
}
