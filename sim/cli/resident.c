// resident.c -- how much memory of a process is in the machine's
#include "resident.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

uint64_t resident_bytes(pid_t process) {
    char path[64] = "/proc/self/statm", text[128];
    unsigned long long pages = 0;
    if (process > 0) snprintf(path, sizeof path, "/proc/%ld/statm", (long)process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%*s %llu", &pages) != 1) return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
