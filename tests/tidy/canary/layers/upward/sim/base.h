// base.h -- the ground floor on top of the house
#include "heap.h"
