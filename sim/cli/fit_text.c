// fit_text.c -- a fitted workload, as people read and change it
#include "fit_text.h"

#include <ctype.h>
#include <string.h>

#include "dist.h"
#include "text.h"

enum { WIDTH = 13, LONGEST = 190 };  // of keys; of what a line may have, less its end

static void key_write(FILE *file, const char *key) { fprintf(file, "%-*s = ", WIDTH, key); }

static void number_write(FILE *file, const char *key, uint64_t value) {
    key_write(file, key);
    fprintf(file, "%llu\n", (unsigned long long)value);
}

// "12.5%" in 1 / 10000 of a percent.
static int share_text(char *text, size_t size, uint64_t ppm) {
    int length = snprintf(text, size, "%u.%04u", (unsigned)(ppm / 10000), (unsigned)(ppm % 10000));
    while (text[length - 1] == '0') length--;
    if (text[length - 1] == '.') length--;
    return length + snprintf(text + length, size - (size_t)length, "%%");
}

// The mean of each bin, with its share of the units; shares sum to 100 %.
static size_t bins_text(char *text, size_t size, const FitBin *bins, uint32_t count,
                        uint64_t least) {
    uint64_t units = 0, left = 1000000;
    uint32_t biggest = 0;
    for (uint32_t i = 0; i < count; i++) {
        units += bins[i].units;
        if (bins[i].units > bins[biggest].units) biggest = i;
    }
    for (uint32_t i = 0; i < count; i++)
        if (i != biggest) left -= mul_div_u64(bins[i].units, 1000000, units);
    size_t length = (size_t)snprintf(text, size, count == 1 ? "fixed" : "table");
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t ppm = i == biggest ? left : mul_div_u64(bins[i].units, 1000000, units);
        const uint64_t mean = (bins[i].sum + bins[i].units / 2) / bins[i].units;
        if (ppm == 0) continue;
        length += (size_t)snprintf(text + length, size - length, " %llu",
                                   (unsigned long long)max_u64(mean, least));
        if (count == 1) continue;
        text[length++] = ':';
        length += (size_t)share_text(text + length, size - length, ppm);
    }
    return length;
}

// The two neighbours that have the fewest units become one.
static void bins_join(FitBin *bins, uint32_t *count) {
    uint32_t at = 0;
    for (uint32_t i = 1; i + 1 < *count; i++)
        if (bins[i].units + bins[i + 1].units < bins[at].units + bins[at + 1].units) at = i;
    bins[at].units += bins[at + 1].units;
    bins[at].sum += bins[at + 1].sum;
    --*count;
    memmove(&bins[at + 1], &bins[at + 2], (*count - at - 1) * sizeof *bins);
}

// A distribution, on a line that readers of workloads take.
static void bins_write(FILE *file, const char *key, const FitBin *bins, uint64_t least) {
    char text[32 * FIT_BINS];
    FitBin used[FIT_BINS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < FIT_BINS; i++)
        if (bins[i].units > 0) used[count++] = bins[i];
    while (count > DIST_TABLE_MAX ||
           bins_text(text, sizeof text, used, count, least) > LONGEST - WIDTH - 3)
        bins_join(used, &count);
    key_write(file, key);
    fprintf(file, "%s\n", text);
}

// What no collector looks at, and stays, is held by the biggest population of its part that stays.
static bool is_first_kept(const TraceFit *fit, uint32_t number) {
    for (uint32_t i = 0; i < number; i++)
        if (fit->populations[i].end == FIT_KEPT &&
            fit->populations[i].part == fit->populations[number].part)
            return false;
    return true;
}

// "12-dict_64": the number of the population, and its type in letters and digits.
static void head_write(FILE *file, const char *type, const char *place, uint32_t number) {
    fprintf(file, "\n[population %u-", number + 1);
    for (size_t i = 0; i < 22 && type[i] != '\0'; i++)
        fputc(isalnum((unsigned char)type[i]) ? type[i] : '_', file);
    fputs("]\n", file);
    if (place[0] != '\0') fprintf(file, "; many of %s\n", place);
}

static void population_write(FILE *file, const TraceFit *fit, uint32_t number) {
    const FitPopulation *p = &fit->populations[number];
    const FitPart *part = &fit->parts[p->part];
    const uint64_t bytes = (p->bytes / p->objects + 4) / 8 * 8;
    const bool is_cyclic = p->end == FIT_CYCLIC;
    key_write(file, "phase");
    fprintf(file, "%s\n", part->name);
    number_write(file, "allocations", p->objects);
    if (!p->is_single) {
        key_write(file, "shape");
        fputs("chain\n", file);
        bins_write(file, "objects", p->sizes, 1);
    }
    if (is_cyclic) {
        key_write(file, "cycle_density");
        fputs("100%\n", file);
    }
    number_write(file, "bytes", max_u64(bytes, p->is_single && !is_cyclic ? 32 : 40));
    if (p->end != FIT_KEPT) {
        bins_write(file, "lifetime", p->lifetimes, 1);
        return;
    }
    key_write(file, "lifetime");
    fputs("forever\n", file);
    if (is_first_kept(fit, number) && part->untracked >= p->units)
        number_write(file, "payload", part->untracked / p->units);
}

void fit_text_write(FILE *file, const TraceFit *fit, const TraceFitter *fitter, const char *trace) {
    char program[128];
    text_plain(fit->head.program, program, sizeof program);
    fprintf(
        file,
        "; Fitted -- what resembles a recording of %s\n"
        ";\n"
        "; By ouro trace fit, from %.100s:\n"
        "; CPython %s, thresholds %u, %u, %u, mode %s%s. A unit is what died at one moment, or,\n"
        "; of garbage, what refers to each other; tables are what units of that kind had. Not in\n"
        "; it: references between units, memory outside the objects, finalizers.\n",
        program, trace, fit->head.interpreter, fit->head.thresholds[0], fit->head.thresholds[1],
        fit->head.thresholds[2], fit->head.mode, fit->truncated ? " (truncated)" : "");
    for (uint32_t i = 0; i < fit->part_count; i++) {
        const FitPart *part = &fit->parts[i];
        if (part->objects == 0) continue;
        fprintf(file, "\n[phase %s]\n%-*s = yes\n", part->name, WIDTH, "even");
        if (part->calls > 0)
            number_write(file, "collect_every", max_u64(part->objects / part->calls, 1));
    }
    for (uint32_t i = 0; i < fit->population_count; i++) {
        const FitPopulation *population = &fit->populations[i];
        head_write(file, trace_fit_type(fitter, population), trace_fit_place(fitter, population),
                   i);
        population_write(file, fit, i);
    }
}
