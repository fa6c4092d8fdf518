// gather.h -- a text that is printed into memory
//
// open_memstream() without its gap: there a text that memory runs out for is cut, and neither
// ferror() nor fclose() says so (glibc 2.36).
#ifndef OURO_CLI_GATHER_H
#define OURO_CLI_GATHER_H

#include <stdio.h>

#include "base.h"

typedef struct {
    FILE *file;
    char *text;
    size_t length, capacity;
} Gather;

// A stream that takes the text; MEMORY_CHECK when there is no memory, then and whenever it grows.
FILE *gather_open(Gather *gather);

// Closes the stream and returns its text with a '\0' behind it, for the caller to free;
// `gather->length` stays.
char *gather_close(Gather *gather);

#endif
