// fuzz.c -- what the fuzz targets share
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

enum { FILES_MAX = 4, FUZZ_PATH_SIZE = 256 };

static char folder[FUZZ_PATH_SIZE];
static char paths[FILES_MAX][2 * FUZZ_PATH_SIZE];
static size_t path_count;

char *fuzz_text(const uint8_t *data, size_t size) {
    char *text = memory_new(size + 1, 1);
    memcpy(text, data, size);
    return text;
}

char *fuzz_second_part(char *text) {
    char *mark = strncmp(text, "%%\n", 3) == 0 ? text : strstr(text, "\n%%\n");
    if (mark == NULL) return text + strlen(text);
    char *second = mark + (*mark == '\n' ? 4 : 3);
    mark[*mark == '\n'] = '\0';
    return second;
}

// The readers take any file: memory is the fastest there is.
static void folder_remove(void) {
    for (size_t i = 0; i < path_count; i++) remove(paths[i]);
    char sub[FUZZ_PATH_SIZE + 16];
    snprintf(sub, sizeof sub, "%s/journal", folder);
    rmdir(sub);
    rmdir(folder);
}

const char *fuzz_folder(void) {
    if (folder[0] != '\0') return folder;
    char sub[FUZZ_PATH_SIZE + 16];
    snprintf(folder, sizeof folder, "%s/ouro-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir);
    CHECK(mkdtemp(folder) != NULL);
    snprintf(sub, sizeof sub, "%s/journal", folder);
    CHECK(mkdir(sub, 0700) == 0);
    CHECK(atexit(folder_remove) == 0);
    return folder;
}

const char *fuzz_file(const char *name, const void *bytes, size_t length) {
    char path[2 * FUZZ_PATH_SIZE];
    size_t i = 0;
    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    while (i < path_count && strcmp(paths[i], path) != 0) i++;
    CHECK(i < FILES_MAX);
    if (i == path_count) memcpy(paths[path_count++], path, sizeof path);
    FILE *file = fopen(paths[i], "wb");
    CHECK(file != NULL && fwrite(bytes, 1, length, file) == length);
    CHECK(fclose(file) == 0);
    return paths[i];
}

void fuzz_check_refusal(const Error *error) {
    CHECK(error->text[0] != '\0');
    CHECK(strnlen(error->text, sizeof error->text) < sizeof error->text);
}

void fuzz_check_plain(const char *text) {
    for (size_t length = 0; *text != '\0'; text += length) {
        length = text_character(text);
        CHECK(length > 0 && !text_is_control(text));
    }
}
