// paths.h -- where workloads and plots are
#ifndef OURO_PATHS_H
#define OURO_PATHS_H

#include "base.h"

// The folder `name` that ships with Ouro: beside the folder of the executable.
void path_shipped(const char *name, char *path, size_t size);

// A workload: `name` itself if there is such a file or it looks like a path, else
// workloads/NAME.ini of those that ship.
void path_workload(const char *name, char *path, size_t size);

#endif
