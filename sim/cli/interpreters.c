// interpreters.c -- the real interpreters that were built: one program ouro-cpython-X.Y for each
#include "interpreters.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

static const char PREFIX[] = "ouro-cpython-";

static int is_interpreter(const struct dirent *entry) {
    return strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
           strchr(entry->d_name, '.') != NULL && strstr(entry->d_name, ".d") == NULL;
}

void interpreters_folder(char *folder, size_t size) {
    static const char below[] = "/../libexec/ouro";
    path_beside(folder, size - sizeof below);
    size_t length = strlen(folder);
    memcpy(folder + length, below, sizeof below);
    if (access(folder, F_OK) != 0) folder[length] = '\0';
}

size_t interpreters_find(InterpreterVersion versions[INTERPRETERS_MAX]) {
    char folder[PATH_SIZE];
    struct dirent **entries = NULL;
    size_t found = 0;
    interpreters_folder(folder, sizeof folder);
    int count = scandir(folder, &entries, is_interpreter, versionsort);
    for (int i = 0; i < count; i++) {
        const char *version = entries[i]->d_name + strlen(PREFIX);
        if (found < INTERPRETERS_MAX && strlen(version) < INTERPRETER_VERSION_SIZE)
            memcpy(versions[found++], version, strlen(version) + 1);
        free(entries[i]);
    }
    free(entries);
    return found;
}

void interpreter_path(const char *version, char *path, size_t size) {
    char folder[PATH_SIZE - 64];
    interpreters_folder(folder, sizeof folder);
    snprintf(path, size, "%s/%s%s", folder, PREFIX, version);
}

int interpreter_missing(const char *version) {
    InterpreterVersion versions[INTERPRETERS_MAX];
    size_t count = interpreters_find(versions);
    fprintf(stderr, "ouro: no CPython%s%s was built in (make interpreters)%s", *version ? " " : "",
            version, count > 0 ? "; there are:" : "");
    for (size_t i = 0; i < count; i++) fprintf(stderr, " %s", versions[i]);
    fputc('\n', stderr);
    return EXIT_BAD_INPUT;
}

int interpreter_become(const char *version, char **argv) {
    char path[PATH_SIZE];
    interpreter_path(version, path, sizeof path);
    execv(path, argv);
    return interpreter_missing(version);
}
