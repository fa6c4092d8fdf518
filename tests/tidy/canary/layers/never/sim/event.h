// event.h -- the detour
#include "heap.h"
