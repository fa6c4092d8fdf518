// gather.c -- a text that is printed into memory
#include "gather.h"

#include <string.h>

static ssize_t gather_write(void *cookie, const char *bytes, size_t count) {
    Gather *gather = cookie;
    if (gather->capacity - gather->length <= count) {  // one byte stays for the '\0'
        gather->capacity = 2 * gather->capacity + count;
        gather->text = memory_resize(gather->text, gather->capacity, 1);
    }
    memcpy(gather->text + gather->length, bytes, count);
    gather->length += count;
    return (ssize_t)count;
}

FILE *gather_open(Gather *gather) {
    *gather = (Gather){.capacity = 256};
    gather->text = memory_resize(NULL, gather->capacity, 1);
    gather->file = fopencookie(gather, "w", (cookie_io_functions_t){.write = gather_write});
    MEMORY_CHECK(gather->file != NULL);
    return gather->file;
}

char *gather_close(Gather *gather) {
    MEMORY_CHECK(fclose(gather->file) == 0);
    gather->text[gather->length] = '\0';
    return gather->text;
}
