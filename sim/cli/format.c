// format.c -- figures for people
#include "format.h"

#include <stdio.h>
#include <string.h>

static void format_scaled(char *text, uint64_t value, const char *const *units, size_t count,
                          double step) {
    double scaled = (double)value;
    size_t unit = 0;
    while (scaled >= step && unit + 1 < count) {
        scaled /= step;
        unit++;
    }
    int digits = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
    snprintf(text, FIGURE_SIZE, "%.*f %s", digits, scaled, units[unit]);
}

static void format_count(char *text, uint64_t value) {
    char digits[FIGURE_SIZE];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value),
           used = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

void format_ratio(char text[FIGURE_SIZE], uint64_t permille) {
    uint64_t hundredths = permille / 10 + (permille % 10 >= 5);
    snprintf(text, FIGURE_SIZE, "%llu.%02llu", (unsigned long long)(hundredths / 100),
             (unsigned long long)(hundredths % 100));
}

void format_metric(char text[FIGURE_SIZE], MetricUnit unit, uint64_t value) {
    static const char *const bytes[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    static const char *const times[] = {"ns", "us", "ms", "s"};
    if (unit == UNIT_BYTES)
        format_scaled(text, value, bytes, ARRAY_LENGTH(bytes), 1024);
    else if (unit == UNIT_NS)
        format_scaled(text, value, times, ARRAY_LENGTH(times), 1000);
    else if (unit == UNIT_PERMILLE)
        snprintf(text, FIGURE_SIZE, "%llu.%llu %%", (unsigned long long)(value / 10),
                 (unsigned long long)(value % 10));
    else
        format_count(text, value);
}

void format_duration(char text[FIGURE_SIZE], double seconds) {
    if (seconds < 10)
        snprintf(text, FIGURE_SIZE, "%.1f s", seconds);
    else if (seconds < 100)
        snprintf(text, FIGURE_SIZE, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(text, FIGURE_SIZE, "%.0f min", seconds / 60);
    else
        snprintf(text, FIGURE_SIZE, "%.1f h", seconds / 3600);
}
