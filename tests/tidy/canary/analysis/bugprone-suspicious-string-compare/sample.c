// sample.c -- taken for equal when they differ
#include <string.h>

int sample(const char *one, const char *other) {
    if (strcmp(one, other)) return 1;
    return 0;
}
