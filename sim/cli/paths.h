// paths.h -- where workloads and plots are
#ifndef OURO_PATHS_H
#define OURO_PATHS_H

#include "base.h"

// The folder of the executable.
void path_beside(char *path, size_t size);

// The folder `name` that ships with Ouro: PREFIX/share/ouro/NAME of an executable in PREFIX/bin; of
// one that was built, beside its folder or up to two levels above.
void path_shipped(const char *name, char *path, size_t size);

// The file of a workload: `name` itself if there is such a file, else workloads/NAME.ini of those
// that ship. False with `error`, which suggests the nearest of those, when there is neither.
bool path_workload(const char *name, char *path, size_t size, Error *error);

#endif
