// spec.h -- a workload that knows the heap by a detour
#include "event.h"
