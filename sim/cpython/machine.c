// machine.c -- what a figure was measured on: processor, interpreter, day
#include "machine.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

enum { PROCESSOR_SIZE = 80, DAY_SIZE = 16 };

static void processor_name(char name[PROCESSOR_SIZE]) {
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(name, PROCESSOR_SIZE, "unknown processor");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "model name : %79[^\n]", name) == 1) break;
    if (file != NULL) fclose(file);
}

static void day_name(char name[DAY_SIZE]) {
    time_t now = time(NULL);
    strftime(name, DAY_SIZE, "%Y-%m-%d", gmtime(&now));
}

void machine_name(const char *interpreter, char *name, size_t size) {
    char processor[PROCESSOR_SIZE], day[DAY_SIZE];
    processor_name(processor);
    day_name(day);
    snprintf(name, size, "%s, CPython %s, %s", processor, interpreter, day);
}

void machine_notes(FILE *file, const char *interpreter) {
    char processor[PROCESSOR_SIZE], day[DAY_SIZE];
    struct utsname system;
    processor_name(processor);
    day_name(day);
    double bytes = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    fprintf(file, "# machine: %s, %ld cores, %.1f GiB\n", processor, sysconf(_SC_NPROCESSORS_ONLN),
            bytes / (1 << 30));
    if (uname(&system) == 0)
        fprintf(file, "# system: %s %s %s\n", system.sysname, system.release, system.machine);
    fprintf(file, "# interpreter: CPython %s\n# compiler: %s\n# date: %s\n", interpreter, COMPILER,
            day);
}

uint64_t machine_free_bytes(void) {
    char line[256];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1) break;
    if (file != NULL) fclose(file);
    return kib * 1024;
}
