// spec_trace.h -- a recorded program as a workload
#ifndef OURO_SPEC_TRACE_H
#define OURO_SPEC_TRACE_H

#include "spec.h"

// As spec_read, of a file that trace_is. Populations are the kinds of the story (trace_story.h), of
// single objects; only workload.memory_limit can be set. False with `error`.
bool spec_read_trace(Spec *spec, const char *path, const char *const *overrides,
                     size_t override_count, Error *error);

#endif
