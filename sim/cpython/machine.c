// machine.c -- what a figure was measured on: processor, interpreter, day
#include "machine.h"

#include <stdio.h>
#include <time.h>

void machine_name(const char *interpreter, char *name, size_t size) {
    char line[256], processor[80] = "unknown processor";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "model name : %79[^\n]", processor) == 1) break;
    if (file != NULL) fclose(file);
    char day[16];
    time_t now = time(NULL);
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&now));
    snprintf(name, size, "%s, CPython %s, %s", processor, interpreter, day);
}
