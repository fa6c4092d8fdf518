// minheap_draw.c -- the figure of `ouro minheap`
//
// plots/minheap.gp has no data: it reads two tables, made here for the time of the drawing. CELLS
// has a line per row of the figure, from above: a head for each workload, then its oracle and its
// policies. CONTEXT has one row of what concerns all.
#include "minheap_draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "gather.h"
#include "options.h"
#include "report_gnuplot.h"

enum { TABLES = 2 };
static const char *const FILES[TABLES] = {"cells.tsv", "context.tsv"};

// Kinds of lines, for the script.
enum { LINE_HEAD, LINE_ORACLE, LINE_POLICY, LINE_NEVER };

static void head_print(FILE *cells, const MinheapTable *table) {
    char floor[FIGURE_SIZE];
    format_metric(floor, UNIT_BYTES, table->floor.bytes);
    fprintf(cells, "%d\t0\t", LINE_HEAD);
    gnuplot_text(cells, table->spec->name);
    fprintf(cells, "\tfloor %s\n", floor);
}

static void row_print(FILE *cells, const MinheapTable *table, const MinheapRow *row, int kind) {
    char limit[FIGURE_SIZE] = "under no limit";
    if (row->found.proof == MINHEAP_NEVER)
        kind = LINE_NEVER;
    else
        format_metric(limit, UNIT_BYTES, row->found.limit);
    fprintf(cells, "%d\t%" PRIu64 "\t", kind, minheap_to_floor(table, row));
    gnuplot_text(cells, row->policy->label);
    fprintf(cells, "\t%s\n", limit);
}

static void cells_print(FILE *cells, const MinheapTable *tables, size_t count) {
    fputs("kind\tto_floor\tname\tlimit\n", cells);
    for (size_t i = 0; i < count; i++) {
        head_print(cells, &tables[i]);
        row_print(cells, &tables[i], &tables[i].oracle, LINE_ORACLE);
        for (size_t k = 0; k < tables[i].count; k++)
            row_print(cells, &tables[i], &tables[i].rows[k], LINE_POLICY);
    }
}

static void context_print(FILE *context, const MinheapTable *tables, const char *command) {
    Gather gather;
    char whole[PATH_SIZE + 8];
    snprintf(whole, sizeof whole, "ouro%s", command);
    int lines = gnuplot_caption(gather_open(&gather), whole);
    char *caption = gather_close(&gather);
    fprintf(context, "allocator\tcaption_lines\tcaption\n%s\t%d\t%s\n", tables->allocator->name,
            lines, caption);
    free(caption);
}

// What the tables are made of.
typedef struct {
    const MinheapTable *tables;
    size_t count;
    const char *command;
} Subject;

static bool tables_write(void *context, const char *dir, Error *error) {
    const Subject *s = context;
    char path[PATH_SIZE];
    for (size_t i = 0; i < TABLES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
        FILE *file = fopen(path, "w");
        if (file == NULL) return error_set(error, "%s: %s", path, strerror(errno));
        if (i == 0)
            cells_print(file, s->tables, s->count);
        else
            context_print(file, s->tables, s->command);
        if (fclose(file) != 0)
            return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    }
    return true;
}

bool minheap_draw(const MinheapTable *tables, size_t count, const char *command, const char *figure,
                  Error *error) {
    const Drawing drawing = {"minheap", "minheap", {FILES[0], FILES[1]}};
    Subject subject = {tables, count, command};
    return drawing_make(&drawing, tables_write, &subject, figure, error);
}
