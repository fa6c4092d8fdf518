// survival.c -- ouro trace survival: its table and its figure
#include "survival.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report_gnuplot.h"
#include "rows.h"
#include "text.h"

static uint64_t looked_at(const SurvivalPoint *p) { return p->survivors + p->found; }

// In thousandths; 0 where nothing was looked at.
static uint64_t share(const SurvivalPoint *p) {
    return looked_at(p) > 0 ? mul_div_u64(p->survivors, 1000, looked_at(p)) : 0;
}

static void points_tsv(const Survival *survival, FILE *file) {
    fputs("threshold\tcollections\tcandidates\tsurvivors\tfound\n", file);
    for (size_t i = 0; i < survival->count; i++) {
        const SurvivalPoint *p = &survival->points[i];
        fprintf(file, "%llu\t%llu\t%llu\t%llu\t%llu\n", (unsigned long long)p->threshold,
                (unsigned long long)p->collections, (unsigned long long)looked_at(p),
                (unsigned long long)p->survivors, (unsigned long long)p->found);
    }
}

static void json_print(const Survival *survival, const TraceHead *head) {
    printf("{\"program\":");
    json_string(stdout, head->program);
    printf(
        ",\"recorded_threshold\":%llu,\"recorded_collections\":%llu,\"unreachable\":%llu,"
        "\"called\":%llu,\"thresholds\":[",
        (unsigned long long)survival->recorded_threshold,
        (unsigned long long)survival->recorded_collections,
        (unsigned long long)survival->unreachable, (unsigned long long)survival->called);
    for (size_t i = 0; i < survival->count; i++) {
        const SurvivalPoint *p = &survival->points[i];
        printf(
            "%s{\"threshold\":%llu,\"collections\":%llu,\"candidates\":%llu,\"survivors\":%llu,"
            "\"found\":%llu}",
            i > 0 ? "," : "", (unsigned long long)p->threshold, (unsigned long long)p->collections,
            (unsigned long long)looked_at(p), (unsigned long long)p->survivors,
            (unsigned long long)p->found);
    }
    puts("]}");
}

static void table_print(const Survival *survival, const TraceHead *head) {
    printf("%s\n\n%10s %12s %14s %14s %11s %12s\n", head->program, "threshold", "collections",
           "candidates", "survivors", "survive", "found");
    for (size_t i = 0; i < survival->count; i++) {
        const SurvivalPoint *p = &survival->points[i];
        printf("%10llu %12llu %14llu %14llu ", (unsigned long long)p->threshold,
               (unsigned long long)p->collections, (unsigned long long)looked_at(p),
               (unsigned long long)p->survivors);
        if (looked_at(p) > 0)
            printf("%7llu.%llu %%", (unsigned long long)share(p) / 10,
                   (unsigned long long)share(p) % 10);
        else
            printf("%11s", "-");
        printf(" %12llu%s\n", (unsigned long long)p->found,
               p->threshold == survival->recorded_threshold ? "  recorded" : "");
    }
    printf(
        "\n%llu objects became garbage for a collector; what a threshold does not find young, an "
        "older\ngeneration has to. The recorded run had %llu collections by itself.\n",
        (unsigned long long)survival->unreachable,
        (unsigned long long)survival->recorded_collections);
}

void survival_print(const Survival *survival, const TraceHead *head, Format format) {
    if (format == FORMAT_JSON)
        json_print(survival, head);
    else if (format == FORMAT_TSV)
        points_tsv(survival, stdout);
    else
        table_print(survival, head);
}

// ---- the figure ----

typedef struct {
    const Survival *survival;
    const TraceHead *head;
    const char *command;
} Sheet;

static void context_print(const Sheet *sheet, FILE *file) {
    fputs("title\trecorded\tcaption\tcaption_lines\n", file);
    gnuplot_text(file, sheet->head->program);
    fprintf(file, "\t%llu\t", (unsigned long long)sheet->survival->recorded_threshold);
    fprintf(file, "\t%d\n", gnuplot_caption(file, sheet->command));
}

static bool table_write(const Sheet *sheet, const char *dir, const char *name, Error *error) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) return error_set(error, "%s: %s", path, strerror(errno));
    if (strcmp(name, "points.tsv") == 0)
        points_tsv(sheet->survival, file);
    else
        context_print(sheet, file);
    const bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed) return true;
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

static bool tables_write(void *context, const char *dir, Error *error) {
    return table_write(context, dir, "points.tsv", error) &&
           table_write(context, dir, "context.tsv", error);
}

bool survival_draw(const Survival *survival, const TraceHead *head, const char *command,
                   const char *figure, Error *error) {
    Sheet sheet = {survival, head, command};
    const Drawing drawing = {"survival", "survival", {"points.tsv", "context.tsv"}};
    return drawing_make(&drawing, tables_write, &sheet, figure, error);
}
