// output.c -- a file that appears under its name when it is whole, and not at all otherwise
#include "output.h"

#include <errno.h>
#include <string.h>

static bool output_failed(const char *path, Error *error) {
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

bool output_open_path(Output *output, const char *path, Error *error) {
    output->file = NULL;
    if (snprintf(output->path, sizeof output->path, "%s", path) >= (int)sizeof output->path)
        return error_set(error, "%.60s...: path is too long", path);
    snprintf(output->temporary, sizeof output->temporary, "%s.part", output->path);
    output->file = fopen(output->temporary, "w");
    return output->file != NULL || output_failed(output->path, error);
}

bool output_open(Output *output, const char *dir, const char *folder, const char *name,
                 Error *error) {
    char path[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s%s%s", dir, folder, *folder ? "/" : "", name);
    return output_open_path(output, path, error);
}

bool output_close(Output *output, Error *error) {
    bool bad = fflush(output->file) != 0 || ferror(output->file) != 0;
    int why = errno;  // closing may say something else, or nothing
    bad |= fclose(output->file) != 0;
    if (!bad && rename(output->temporary, output->path) == 0) return true;
    if (bad && why != 0) errno = why;
    output_failed(output->path, error);
    remove(output->temporary);
    return false;
}

void output_drop(Output *output) {
    fclose(output->file);
    remove(output->temporary);
}
