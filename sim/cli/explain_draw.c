// explain_draw.c -- the figure of `ouro explain`: garbage by the place where it waits
//
// plots/explain.gp has no data: it reads three tables, made here for the time of the drawing, from
// the samples of the first pass. AREAS has a line per sample, NAMES what its columns are, CONTEXT
// what concerns all.
#include <errno.h>
#include <string.h>

#include "explain_print.h"
#include "options.h"
#include "report_gnuplot.h"

enum { TABLES = 3, AREAS_MAX = SPACES_MAX + 2 };

static const char *const FILES[TABLES] = {"areas.tsv", "context.tsv", "names.tsv"};

typedef struct {
    const Explanation *e;
    const Recorder *recorder;
    const char *command;
    uint32_t areas[AREAS_MAX];  // spaces; SPACES_MAX: held, SPACES_MAX + 1: uncollectable
    uint32_t count;
} Sheet;

static uint64_t area_bytes(const Sample *s, uint32_t area) {
    if (area < SPACES_MAX) return s->waiting_bytes[area];
    return area == SPACES_MAX ? s->held_by_older_bytes : s->uncollectable_bytes;
}

// What never held anything is not drawn.
static void areas_choose(Sheet *sheet) {
    for (uint32_t area = 0; area < AREAS_MAX; area++) {
        uint64_t most = 0;
        for (size_t i = 0; i < sheet->recorder->sample_count; i++)
            most = max_u64(most, area_bytes(&sheet->recorder->samples[i], area));
        if (most > 0) sheet->areas[sheet->count++] = area;
    }
}

static void area_name(const Sheet *sheet, uint32_t area, char *text, size_t size) {
    static const char *const verbs[GARBAGE_REASON_COUNT] = {
        [GARBAGE_WAITS] = "waits in", [GARBAGE_FROZEN] = "frozen in", [GARBAGE_REGION] = "in open"};
    if (area == SPACES_MAX)
        snprintf(text, size, "held by older garbage");
    else if (area > SPACES_MAX)
        snprintf(text, size, "uncollectable");
    else
        snprintf(text, size, "%s %s", verbs[explanation_reason(sheet->e, area)],
                 space_name(sheet->e, area));
}

static void areas_print(const Sheet *sheet, FILE *file) {
    fputs("clock\treachable", file);
    for (uint32_t k = 0; k < sheet->count; k++) fprintf(file, "\tarea%u", k);
    fputc('\n', file);
    for (size_t i = 0; i < sheet->recorder->sample_count; i++) {
        const Sample *s = &sheet->recorder->samples[i];
        fprintf(file, "%llu\t%llu", (unsigned long long)s->clock,
                (unsigned long long)s->reachable_bytes);
        for (uint32_t k = 0; k < sheet->count; k++)
            fprintf(file, "\t%llu", (unsigned long long)area_bytes(s, sheet->areas[k]));
        fputc('\n', file);
    }
}

static void names_print(const Sheet *sheet, FILE *file) {
    fputs("name\n", file);
    for (uint32_t k = 0; k < sheet->count; k++) {
        char text[128];
        area_name(sheet, sheet->areas[k], text, sizeof text);
        gnuplot_text(file, text);
        fputc('\n', file);
    }
}

static void context_print(const Sheet *sheet, FILE *file) {
    const Explanation *e = sheet->e;
    uint64_t top = 1;
    for (size_t i = 0; i < sheet->recorder->sample_count; i++)
        top = max_u64(top, max_u64(sheet->recorder->samples[i].reachable_bytes,
                                   sheet->recorder->samples[i].garbage_bytes));
    char title[256], mark[128];
    snprintf(title, sizeof title, "%s under %s", e->spec->name, e->policy->label);
    snprintf(mark, sizeof mark, "%s: %s garbage", moment_name(e->found),
             figure_bytes(e->census.garbage.bytes).text);
    fputs("title\tmark\tmoment\tend\ttop\tstatus\tareas\tcaption\tcaption_lines\n", file);
    gnuplot_text(file, title);
    fputc('\t', file);
    gnuplot_text(file, mark);
    fprintf(file, "\t%llu\t%llu\t%llu\t%s\t%u\t", (unsigned long long)e->census.clock,
            (unsigned long long)e->end_clock, (unsigned long long)top, status_name(e->status),
            sheet->count);
    const int lines = gnuplot_caption(file, sheet->command);
    fprintf(file, "\t%d\n", lines);
}

static bool table_write(const Sheet *sheet, const char *dir, size_t table, Error *error) {
    char path[PATH_SIZE];
    static void (*const prints[TABLES])(const Sheet *, FILE *) = {areas_print, context_print,
                                                                  names_print};
    snprintf(path, sizeof path, "%s/%s", dir, FILES[table]);
    FILE *file = fopen(path, "w");
    if (file == NULL) return error_set(error, "%s: %s", path, strerror(errno));
    prints[table](sheet, file);
    const bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed) return true;
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

static bool tables_write(void *context, const char *dir, Error *error) {
    for (size_t i = 0; i < TABLES; i++)
        if (!table_write(context, dir, i, error)) return false;
    return true;
}

bool explain_draw(const Explanation *e, const Recorder *recorder, const char *command,
                  const char *figure, Error *error) {
    Sheet sheet = {.e = e, .recorder = recorder, .command = command};
    const Drawing drawing = {"explain", "explain", {FILES[0], FILES[1], FILES[2]}};
    areas_choose(&sheet);
    return drawing_make(&drawing, tables_write, &sheet, figure, error);
}
