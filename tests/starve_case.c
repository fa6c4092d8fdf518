// starve_case.c -- one run of ouro in a process of its own, with or without a fault
#include "starve_case.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "starve_tree.h"

int ouro_main(int argc, char **argv);  // main() of sim/cli/main.c

static Faults *shared_faults(void) {
    static Faults *shared;
    if (shared != NULL) return shared;
    void *memory =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    return shared = memory;
}

static void redirect(const char *scratch, const char *name, int to) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, to) < 0) _exit(125);
    close(file);
}

static uint64_t space_used(void) {
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%llu", &pages) != 1) _exit(125);
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void limits_set(const Setting *setting) {
    struct rlimit no_core = {0, 0}, size = {setting->file_size, setting->file_size};
    struct rlimit space = {space_used() + setting->space, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &no_core);
    if (setting->space > 0) setrlimit(RLIMIT_AS, &space);
    if (setting->file_size > 0) setrlimit(RLIMIT_FSIZE, &size);
}

_Noreturn static void child(const Setting *setting, Faults *shared, char *const *words, int count) {
    char *argv[WORDS_MAX + 4] = {NULL};
    setpgid(0, 0);
    redirect(setting->scratch, "stdout", STDOUT_FILENO);
    redirect(setting->scratch, "stderr", STDERR_FILENO);
    memcpy(argv, words, (size_t)count * sizeof *argv);
    alarm(CASE_SECONDS);
    if (shared != NULL) {
        limits_set(setting);
        faults = shared;
        if (!fault_calls_watch()) _exit(125);
    }
    exit(ouro_main(count, argv));
}

static char *printed(const Setting *setting, const char *name) {
    char path[PATH_ROOM];
    size_t length = 0;
    snprintf(path, sizeof path, "%s/%s", setting->scratch, name);
    return file_text(path, &length);
}

static Outcome run(const Setting *setting, Faults *shared, char *const *words, int count) {
    int end = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) child(setting, shared, words, count);
    if (pid < 0) abort();
    while (waitpid(pid, &end, 0) < 0 && errno == EINTR) continue;
    kill(-pid, SIGKILL);  // of what it started nothing may go on
    Outcome outcome = {.code = WIFEXITED(end) ? WEXITSTATUS(end) : -WTERMSIG(end)};
    outcome.out = printed(setting, "stdout");
    outcome.error = printed(setting, "stderr");
    if (shared == NULL) return outcome;
    outcome.calls = atomic_load(&shared->calls);
    outcome.hits = atomic_load(&shared->hits);
    outcome.lines = atomic_load(&shared->lines);
    outcome.starts = atomic_load(&shared->starts);
    return outcome;
}

Outcome case_run(const Setting *setting, const Fault *fault, uint64_t at) {
    Faults *shared = shared_faults();
    memset(shared, 0, sizeof *shared);
    if (fault != NULL) shared->fault = *fault;
    shared->at = at;
    snprintf(shared->folder, sizeof shared->folder, "%s/case", setting->scratch);
    snprintf(shared->gone, sizeof shared->gone, "%s/gone", setting->scratch);
    tree_remove(shared->folder);
    tree_remove(shared->gone);
    if (setting->before != NULL) tree_copy(setting->before, shared->folder);
    return run(setting, shared, setting->words, setting->word_count);
}

Outcome case_follow(const Setting *setting, char *const *words, int count) {
    return run(setting, NULL, words, count);
}

void outcome_free(Outcome *outcome) {
    free(outcome->out);
    free(outcome->error);
    *outcome = (Outcome){0};
}
