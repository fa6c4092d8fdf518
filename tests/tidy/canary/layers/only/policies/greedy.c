// greedy.c -- a policy that looks at objects
#include "heap.h"
