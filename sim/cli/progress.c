// progress.c -- how far a sweep is
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "format.h"

enum { BAR_LENGTH = 30 };

Progress progress_new(uint64_t runs, uint64_t allocations) {
    return (Progress){.is_terminal = isatty(STDERR_FILENO) != 0,
                      .started_us = clock_us(),
                      .runs = runs,
                      .allocations = allocations};
}

void progress_clear(const Progress *progress) {
    if (progress->is_terminal && progress->shown_us > 0) fputs("\r\033[K", stderr);
}

void progress_show(Progress *p, uint64_t runs, uint64_t allocations) {
    uint64_t now = clock_us(), interval = p->is_terminal ? 200000 : 10000000;
    if (now - (p->shown_us > 0 ? p->shown_us : p->started_us) < interval) return;
    double elapsed = (double)(now - p->started_us) / 1e6;
    double share = (double)allocations / (double)(p->allocations + 1);
    char left[FIGURE_SIZE] = "?", bar[BAR_LENGTH + 1] = "";
    if (share > 0) format_duration(left, elapsed / share - elapsed);
    p->shown_us = now;
    for (int i = 0; i < BAR_LENGTH; i++) bar[i] = i < (int)(share * BAR_LENGTH) ? '#' : '.';
    double runs_per_s = (double)runs / elapsed, rate = (double)allocations / elapsed / 1e6;
    unsigned long long done = runs, all = p->runs;
    if (p->is_terminal)
        fprintf(stderr, "\r[%s] %llu/%llu runs  %.1f runs/s  %.1f M allocations/s  %s left\033[K",
                bar, done, all, runs_per_s, rate, left);
    else
        fprintf(stderr, "%llu of %llu runs, %.1f runs/s, %.1f M allocations/s, %s left\n", done,
                all, runs_per_s, rate, left);
}
