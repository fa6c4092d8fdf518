// sample.c -- memory that nobody frees
#include <stdlib.h>

int sample(int count) {
    int *numbers = calloc(8, sizeof *numbers);
    return numbers == NULL ? count : 0;
}
