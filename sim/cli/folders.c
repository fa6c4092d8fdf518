// folders.c -- folders and files that appear whole
#include "folders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

static bool one_make(const char *path, Error *error) {
    struct stat info;
    if (mkdir(path, 0777) == 0) return true;
    if (errno == EEXIST && stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode)) return true;
        return error_set(error, "%s: is not a folder", path);
    }
    return error_set(error, "%s: cannot be made: %s", path, strerror(errno));
}

bool folder_make(const char *path, Error *error) {
    char parent[PATH_SIZE];
    if (strlen(path) >= sizeof parent) return error_set(error, "%.60s...: path is too long", path);
    for (const char *p = path + 1; *path != '\0' && *p != '\0'; p++) {
        if (*p != '/') continue;
        snprintf(parent, sizeof parent, "%.*s", (int)(p - path), path);
        if (!one_make(parent, error)) return false;
    }
    return one_make(path, error);
}

bool file_put(const char *path, const char *text, size_t length, Error *error) {
    char beside[PATH_SIZE];
    if (snprintf(beside, sizeof beside, "%s.%ld.part", path, (long)getpid()) >= PATH_SIZE)
        return error_set(error, "%.60s...: path is too long", path);
    FILE *file = fopen(beside, "w");
    bool good = file != NULL && fwrite(text, 1, length, file) == length;
    good = good && fflush(file) == 0 && fdatasync(fileno(file)) == 0;
    if (file != NULL) good = fclose(file) == 0 && good;
    if (good && rename(beside, path) == 0) return true;
    error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    remove(beside);
    return false;
}
