// report_gnuplot.c -- running gnuplot: one process per drawing, two at a time, never a shell
#include "report_gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paths.h"

extern char **environ;

enum { AT_ONCE = 2 };

typedef struct {
    pid_t pid;
    FILE *said;  // what the process wrote to stderr
} Process;

// ---- the folder of the scripts ----

char *plots_find(Error *error) {
    char beside[PATH_MAX] = "";
    const char *path = getenv("OURO_PLOTS");
    if (path == NULL || *path == '\0') {
        path_shipped("plots", beside, sizeof beside);
        path = beside;
    }
    char *real = realpath(path, NULL);
    if (real == NULL)
        error_set(error,
                  "%s: no folder of gnuplot scripts: %s; set OURO_PLOTS to the repository's plots/",
                  path, strerror(errno));
    return real;
}

// ---- one process ----

static bool process_start(const char *dir, const Drawing *drawing, Process *process, Error *error) {
    process->said = tmpfile();
    if (process->said == NULL) return error_set(error, "no temporary file: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, dir);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(process->said), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(process->said), STDERR_FILENO);
    int failure =
        posix_spawnp(&process->pid, "gnuplot", &actions, NULL, drawing->arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0) return true;
    fclose(process->said);
    if (failure == ENOENT)
        return error_set(error,
                         "gnuplot is not installed or not in PATH; the figures need gnuplot 5.4 "
                         "(Debian: gnuplot-nox)");
    return error_set(error, "gnuplot cannot be started: %s", strerror(failure));
}

// The last line that is not blank: gnuplot puts its message under a copy of the command.
static void last_line(FILE *stream, char *line, size_t size) {
    char next[256];
    snprintf(line, size, "no message");
    rewind(stream);
    while (fgets(next, sizeof next, stream) != NULL) {
        next[strcspn(next, "\n")] = '\0';
        const char *text = next + strspn(next, " \t");
        if (*text != '\0') snprintf(line, size, "%s", text);
    }
}

static bool output_exists(const char *dir, const char *output) {
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", dir, output);
    return stat(path, &status) == 0 && status.st_size > 0;
}

static bool process_finish(const char *dir, const Drawing *drawing, Process *process,
                           Error *error) {
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0) {
        if (errno != EINTR) break;
    }
    char line[256];
    last_line(process->said, line, sizeof line);
    fclose(process->said);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && output_exists(dir, drawing->output))
        return true;
    return error_set(error, "%s/%s: gnuplot could not draw it: %s", dir, drawing->output, line);
}

// ---- all of them ----

// An old drawing must not pass for a new one.
static void output_remove(const char *dir, const char *output) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, output) < (int)sizeof path) unlink(path);
}

bool drawings_run(const char *dir, const Drawing *drawings, size_t count, Error *error) {
    Process running[AT_ONCE];
    size_t started = 0, finished = 0;
    bool good = true;
    while (finished < started || (good && started < count)) {
        if (good && started < count && started - finished < AT_ONCE) {
            output_remove(dir, drawings[started].output);
            good = process_start(dir, &drawings[started], &running[started % AT_ONCE], error);
            started += good;
        } else {
            good &= process_finish(dir, &drawings[finished], &running[finished % AT_ONCE], error);
            finished++;
        }
    }
    return good;
}
