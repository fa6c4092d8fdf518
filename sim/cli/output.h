// output.h -- a file that appears under its name when it is whole, and not at all otherwise
#ifndef OURO_CLI_OUTPUT_H
#define OURO_CLI_OUTPUT_H

#include <stdio.h>

#include "options.h"

typedef struct {
    FILE *file;
    char path[PATH_SIZE], temporary[PATH_SIZE + 8];
} Output;

// Opens DIR/FOLDER/NAME (`folder` may be "") as NAME.part.
bool output_open(Output *output, const char *dir, const char *folder, const char *name,
                 Error *error);
// The same of a file by its path. False with `error` when it cannot be had or the path is too long.
bool output_open_path(Output *output, const char *path, Error *error);

// Gives the file its name, or removes it and says why: a full disk shows here.
bool output_close(Output *output, Error *error);

// Gives up: nothing is left of it.
void output_drop(Output *output);

#endif
