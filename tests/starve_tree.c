// starve_tree.c -- folders: copied, removed, compared
#include "starve_tree.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 1024 };

static _Noreturn void give_up(const char *path) {
    perror(path);
    exit(2);
}

static void need(bool good, const char *path) {
    if (!good) give_up(path);
}

char *file_text(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    struct stat info = {0};
    if (file != NULL) need(fstat(fileno(file), &info) == 0, path);
    char *text = calloc((size_t)info.st_size + 1, 1);
    if (text == NULL) give_up(path);
    *length = file != NULL ? fread(text, 1, (size_t)info.st_size, file) : 0;
    if (file != NULL) fclose(file);
    return text;
}

static int one_remove(const char *path, const struct stat *info, int kind, struct FTW *walk) {
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void tree_remove(const char *path) {
    if (access(path, F_OK) == 0) need(nftw(path, one_remove, 16, FTW_DEPTH | FTW_PHYS) == 0, path);
}

static void file_copy(const char *from, const char *to) {
    size_t length = 0;
    char *text = file_text(from, &length);
    FILE *file = fopen(to, "wb");
    need(file != NULL && fwrite(text, 1, length, file) == length, to);
    need(fclose(file) == 0, to);
    free(text);
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_own(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

void tree_copy(const char *from, const char *to) {
    if (!is_folder(from)) {
        file_copy(from, to);
        return;
    }
    char source[PATH_ROOM], target[PATH_ROOM];
    need(mkdir(to, 0777) == 0, to);
    DIR *entries = opendir(from);
    if (entries == NULL) give_up(from);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (!is_own(entry)) continue;
        snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        tree_copy(source, target);
    }
    closedir(entries);
}

static bool same_file(const char *one, const char *other) {
    size_t lengths[2];
    if (access(one, F_OK) != 0 || access(other, F_OK) != 0) return false;
    char *texts[] = {file_text(one, &lengths[0]), file_text(other, &lengths[1])};
    bool same = lengths[0] == lengths[1] && memcmp(texts[0], texts[1], lengths[0]) == 0;
    free(texts[0]);
    free(texts[1]);
    return same;
}

// Each file of `found` is in one of the others.
static bool is_within(const char *found, const char *wanted, const char *before, int *parts,
                      char *what, size_t size) {
    char path[PATH_ROOM], first[PATH_ROOM], second[PATH_ROOM] = "";
    DIR *entries = opendir(found);
    bool good = true;
    for (struct dirent *entry; entries != NULL && good && (entry = readdir(entries)) != NULL;) {
        if (!is_own(entry)) continue;
        snprintf(path, sizeof path, "%s/%s", found, entry->d_name);
        snprintf(first, sizeof first, "%s/%s", wanted, entry->d_name);
        if (before != NULL) snprintf(second, sizeof second, "%s/%s", before, entry->d_name);
        const char *also = before != NULL ? second : NULL;
        if (is_folder(path))
            good = is_within(path, first, also, parts, what, size);
        else if (strstr(entry->d_name, ".part") != NULL)
            ++*parts;
        else
            good = same_file(path, first) || (also != NULL && same_file(path, also));
        if (!good && *what == '\0') snprintf(what, size, "%s", path);
    }
    if (entries != NULL) closedir(entries);
    return good;
}

bool tree_holds(const char *found, const char *wanted, const char *before, bool all, int *parts,
                char *what, size_t size) {
    int ignored = 0;
    *what = '\0';
    *parts = 0;
    return is_within(found, wanted, before, parts, what, size) &&
           (!all || is_within(wanted, found, NULL, &ignored, what, size));
}
