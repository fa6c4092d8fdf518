// fuzz_sweep.c -- any bytes as a sweep file
#include <string.h>

#include "cli/sweep_options.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static SweepOptions options;
    Error error = {0};
    memset(&options, 0, sizeof options);
    const char *path = fuzz_file("s.sweep.ini", data, size);
    if (!sweep_file_read(&options, path, &error)) fuzz_check_refusal(&error);
    CHECK(options.grid.workloads.count == options.grid.paths.count);
    CHECK(options.grid.axis_count <= AXES_MAX && options.grid.policies.count <= CELLS_MAX);
    for (size_t i = 0; i < options.grid.axis_count; i++)
        CHECK(options.grid.axes[i].values.count > 0 &&
              options.grid.axes[i].values.count <= VALUES_MAX);
    sweep_options_free(&options);
    return 0;
}
