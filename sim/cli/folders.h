// folders.h -- folders and files that appear whole
#ifndef OURO_FOLDERS_H
#define OURO_FOLDERS_H

#include "base.h"

// Makes a folder and its parents; that they are there already is fine.
bool folder_make(const char *path, Error *error);

// Writes `text` to `path` through a file beside it that is renamed: nobody sees half of it. Any
// number of processes may do so at the same time.
bool file_put(const char *path, const char *text, size_t length, Error *error);

#endif
