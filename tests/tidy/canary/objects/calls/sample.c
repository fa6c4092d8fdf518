// sample.c -- speaks
#include <stdio.h>

void sample(void) { printf("sample\n"); }
