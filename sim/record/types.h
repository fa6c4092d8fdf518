// types.h -- the types of objects, as numbers of the trace
#ifndef OURO_RECORD_TYPES_H
#define OURO_RECORD_TYPES_H

#include "python.h"
#include "trace.h"

// The number of `type`, which the trace is told when it is new.
uint64_t types_number(TraceWriter *writer, const PyTypeObject *type);

#endif
