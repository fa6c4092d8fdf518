// paths.c -- where workloads and plots are
#include "paths.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

void path_beside(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    else
        snprintf(path, size, ".");
}

void path_shipped(const char *name, char *path, size_t size) {
    // Installed: of PREFIX/bin and PREFIX/libexec/ouro. Else of build/, build/asan/, ...
    static const char *const above[] = {"../share/ouro", "../../share/ouro", "..", "../..",
                                        "../../.."};
    char folder[3072];
    path_beside(folder, sizeof folder);
    for (size_t i = 0; i < ARRAY_LENGTH(above); i++) {
        snprintf(path, size, "%s/%s/%s", folder, above[i], name);
        if (access(path, F_OK) == 0) return;
    }
    snprintf(path, size, "%s/../%s", folder, name);
}

static bool is_workload_name(const char *name) {
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".ini") == 0 && strstr(name, ".sweep.") == NULL;
}

static int is_workload(const struct dirent *entry) { return is_workload_name(entry->d_name); }

static bool workload_missing(const char *name, const char *folder, Error *error) {
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX], *slash = strrchr(name, '/');
    char wanted[256];
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_workload, alphasort), kept = 0;
    snprintf(wanted, sizeof wanted, "%s", slash != NULL ? slash + 1 : name);
    for (; kept < count && kept < NAMES_MAX; kept++) {
        char *suffix = strrchr(entries[kept]->d_name, '.');
        *suffix = '\0';
        names[kept] = entries[kept]->d_name;
    }
    if (is_workload_name(wanted)) wanted[strlen(wanted) - 4] = '\0';
    const char *near = text_nearest(wanted, names, (size_t)kept);
    error_set(error, "%s: no such file, and no workload of that name ships%s%s%s", name,
              near ? "; did you mean '" : "", near ? near : "",
              near ? "'?" : " (ouro list workloads)");
    for (int i = 0; i < count; i++) free(entries[i]);
    free(entries);
    return false;
}

// A folder is none: results are often put into one that is called like the workload.
static bool is_file(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool path_workload(const char *name, char *path, size_t size, Error *error) {
    char folder[3200];
    snprintf(path, size, "%s", name);
    if (is_file(path)) return true;
    path_shipped("workloads", folder, sizeof folder);
    snprintf(path, size, "%s/%s.ini", folder, name);
    if (strchr(name, '/') == NULL && is_file(path)) return true;
    if (access(name, F_OK) != 0) return workload_missing(name, folder, error);
    snprintf(path, size, "%s", name);  // reading it says what is wrong with it
    return true;
}
