// bench_script.c -- a workload as a plain Python program, run by the interpreter's own executable
#include "bench_script.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/script.h"

// The program as a file that nobody has to remove, or -1.
static int script_open(const Spec *spec, Error *error) {
    int descriptor = memfd_create("script.py", 0);
    FILE *file = descriptor >= 0 ? fdopen(dup(descriptor), "w") : NULL;
    bool good = file != NULL ? script_write(file, spec, error)
                             : error_set(error, "script: %s", strerror(errno));
    if (file != NULL && fclose(file) != 0) good = error_set(error, "script: cannot be written");
    if (good) return descriptor;
    if (descriptor >= 0) close(descriptor);
    return -1;
}

// -I: no variable or folder of the user changes what runs.
static void script_become(int script, int output) {
    char path[64];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(path, sizeof path, "/proc/self/fd/%d", script);
    if (dup2(output, STDOUT_FILENO) >= 0) execl(PYTHON_PROGRAM, "python", "-I", path, NULL);
    _exit(127);
}

static uint64_t timeval_ns(struct timeval t) {
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

bool bench_script_play(const Spec *spec, BenchCourse *course, Error *error) {
    int ends[2], status = 0, script = script_open(spec, error);
    if (script < 0) return false;
    if (pipe2(ends, O_CLOEXEC) != 0) return error_set(error, "script: %s", strerror(errno));
    pid_t process = fork();
    if (process == 0) script_become(script, ends[1]);
    close(ends[1]);
    close(script);
    FILE *output = fdopen(ends[0], "r");
    CHECK(output != NULL);
    unsigned long long allocations = 0;
    bool counted = fscanf(output, "%llu", &allocations) == 1;
    fclose(output);
    struct rusage usage;
    if (process < 0 || wait4(process, &status, 0, &usage) != process || status != 0 || !counted)
        return error_set(error, "script: %s ended with status %d", PYTHON_PROGRAM, status);
    uint64_t ns = timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime);
    course->built = course->grown = course->end = (BenchMoment){allocations, ns};
    course->resident_bytes = (uint64_t)usage.ru_maxrss * 1024;
    return true;
}
