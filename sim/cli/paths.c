// paths.c -- where workloads and plots are
#include "paths.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void path_shipped(const char *name, char *path, size_t size) {
    char executable[3072];
    ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
    executable[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(executable, '/');
    if (slash != NULL) *slash = '\0';
    snprintf(path, size, "%s/../%s", slash != NULL ? executable : ".", name);
}

void path_workload(const char *name, char *path, size_t size) {
    char folder[3200];
    snprintf(path, size, "%s", name);
    if (access(path, F_OK) == 0 || strpbrk(name, "/.") != NULL) return;
    path_shipped("workloads", folder, sizeof folder);
    snprintf(path, size, "%s/%s.ini", folder, name);
    if (access(path, F_OK) != 0) snprintf(path, size, "%s", name);
}
