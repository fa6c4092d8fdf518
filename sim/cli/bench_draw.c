// bench_draw.c -- the figure of `ouro bench`, from its table alone
//
// plots/bench.gp has no data: it reads three tables, made here for the time of the drawing. CELLS
// is a point per line, LABELS the texts beside them, CONTEXT what concerns all. Panel 1 has the
// ratios, line by line from above; panel 2 time over the size of the model; panel 3 bytes per
// object; 4 is the bar in panel 2.
#include "bench_draw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench_figures.h"
#include "report_gnuplot.h"
#include "tsv.h"

enum { LINES_MAX = 3 * BENCH_ROWS_MAX, TABLES = 3 };

static const char *const FILES[TABLES] = {"cells.tsv", "context.tsv", "labels.tsv"};

// One line of the file.
typedef struct {
    size_t row;
    BenchSide side;
    BenchFigure figure;
    double median, least, most;
    double bar;  // 0: nothing is promised
    bool at_least, met;
} Entry;

typedef struct {
    Tsv tsv;
    Entry *entries;
    uint32_t count;
    FILE *cells, *labels;
    uint32_t lines, byte_lines;
    bool is_scaled, has_growth;
} Sheet;

// ---- reading ----

static bool entry_name(const char *cell, const char *(*name_of)(int), int count, int *found) {
    for (*found = 0; *found < count; ++*found)
        if (strcmp(name_of(*found), cell) == 0) return true;
    return false;
}

static const char *side_of(int side) { return bench_side_name((BenchSide)side); }
static const char *figure_of(int figure) { return bench_figure_name((BenchFigure)figure); }
static const char *row_of(int row) { return BENCH_ROWS[row].name; }

static bool entry_number(const char *cell, double *value) {
    char *end = NULL;
    *value = strtod(cell, &end);
    return end != cell && *end == '\0' && *value >= 0 && *value < 1e300;
}

// ">= 3.5", "<= 33" or "-".
static bool entry_bar(const char *cell, Entry *e) {
    if (strcmp(cell, "-") == 0) return true;
    e->at_least = cell[0] == '>';
    bool known = strncmp(cell, ">= ", 3) == 0 || strncmp(cell, "<= ", 3) == 0;
    return known && entry_number(cell + 3, &e->bar);
}

enum { ROW, SIDE, FIGURE, MEDIAN, LEAST, MOST, BAR, MET, COLUMNS };

static bool entry_read(const Tsv *tsv, const int *columns, uint32_t line, Entry *e, Error *error) {
    const char *cells[COLUMNS];
    int row = 0, side = 0, figure = 0, wrong = -1;
    *e = (Entry){0};
    for (int i = 0; i < COLUMNS; i++) cells[i] = tsv_cell(tsv, line, columns[i]);
    if (!entry_bar(cells[BAR], e)) wrong = BAR;
    if (!entry_number(cells[MOST], &e->most)) wrong = MOST;
    if (!entry_number(cells[LEAST], &e->least)) wrong = LEAST;
    if (!entry_number(cells[MEDIAN], &e->median)) wrong = MEDIAN;
    if (!entry_name(cells[FIGURE], figure_of, BENCH_FIGURES, &figure)) wrong = FIGURE;
    if (!entry_name(cells[SIDE], side_of, SIDE_COUNT, &side)) wrong = SIDE;
    if (!entry_name(cells[ROW], row_of, (int)BENCH_ROW_COUNT, &row)) wrong = ROW;
    e->row = (size_t)row;
    e->side = (BenchSide)side;
    e->figure = (BenchFigure)figure;
    e->met = strcmp(cells[MET], "yes") == 0;
    return wrong < 0 ||
           error_set(error,
                     "%s:%u: column '%s': found '%.60s', which this ouro bench does not write",
                     tsv->path, tsv->note_count + tsv_line(line),
                     tsv_header(tsv, (uint32_t)columns[wrong]), cells[wrong]);
}

static bool table_read(Sheet *s, const char *path, Error *error) {
    static const char *const names[COLUMNS] = {"row",   "side", "figure", "median",
                                               "least", "most", "bar",    "met"};
    static const char *const notes[] = {"machine", "interpreter", "commit", "date", "command"};
    int columns[COLUMNS];
    if (!tsv_read(path, &s->tsv, error)) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(notes); i++)
        if (tsv_note(&s->tsv, notes[i]) == NULL)
            return error_set(error, "%s: has no note '# %s: ...'; ouro bench --out writes it", path,
                             notes[i]);
    for (size_t i = 0; i < COLUMNS; i++)
        if (!tsv_column_needed(&s->tsv, names[i], &columns[i], error)) return false;
    s->entries = memory_new(s->tsv.row_count + 1, sizeof *s->entries);
    for (; s->count < s->tsv.row_count; s->count++)
        if (!entry_read(&s->tsv, columns, s->count, &s->entries[s->count], error)) return false;
    return s->count > 0 || error_set(error, "%s: holds no figures", path);
}

// ---- what the script reads ----

static void cell_print(Sheet *s, int panel, const Entry *e, double x, double y, double low,
                       double high) {
    fprintf(s->cells, "%d\t%u\t%.6g\t%.6g\t%.6g\t%.6g\t%g\t%d\n", panel, (unsigned)e->side + 1, x,
            y, low, high, e->bar, e->met);
}

static void label_print(Sheet *s, const char *kind, uint32_t line, bool met, const char *text) {
    fprintf(s->labels, "%s\t%u\t%d\t", kind, line, met);
    gnuplot_text(s->labels, text);
    fputc('\n', s->labels);
}

// "1.85", "22.4", "171".
static void number_text(char *text, size_t size, double value) {
    snprintf(text, size, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
}

static const char *relation(const Entry *e) {
    if (e->at_least) return e->met ? "≥" : "<";
    return e->met ? "≤" : ">";
}

static void value_print(Sheet *s, const char *kind, uint32_t line, const Entry *e) {
    char number[32], text[64];
    number_text(number, sizeof number, e->median);
    snprintf(text, sizeof text, "%s %s %g", number, relation(e), e->bar);
    label_print(s, kind, line, e->met, text);
}

// What a row is called: its text up to the colon.
static void row_label(char *text, size_t size, const BenchRow *row, const char *more) {
    snprintf(text, size, "%.*s%s", (int)strcspn(row->what, ":"), row->what, more);
}

// One line of ratios: all sides of a row, one figure. Lines but the first of a row are there only
// for their bars.
static void ratio_line(Sheet *s, size_t row, BenchFigure figure) {
    bool wanted = false;
    for (uint32_t i = 0; i < s->count; i++) {
        const Entry *e = &s->entries[i];
        if (e->row == row && e->figure == figure) wanted |= figure == BENCH_X_REAL || e->bar > 0;
    }
    if (!wanted) return;
    bool scaled = figure == BENCH_X_REAL && bench_row_part(&BENCH_ROWS[row], SIDE_real) != NULL;
    char text[128];
    row_label(text, sizeof text, &BENCH_ROWS[row], scaled ? " *" : "");
    s->is_scaled |= scaled;
    label_print(s, "line", s->lines, true,
                figure == BENCH_X_REAL         ? text
                : figure == BENCH_X_REAL_APPLY ? "without the generator"
                                               : "against plain Python");
    for (uint32_t i = 0; i < s->count; i++) {
        const Entry *e = &s->entries[i];
        if (e->row != row || e->figure != figure) continue;
        cell_print(s, 1, e, e->median, s->lines, e->least, e->most);
        if (e->bar > 0) value_print(s, "value", s->lines, e);
    }
    s->lines++;
}

static void ratio_lines(Sheet *s) {
    for (size_t row = 0; row < BENCH_ROW_COUNT; row++) {
        if (BENCH_ROWS[row].measure == MEASURE_SECOND_PHASE) continue;
        if (BENCH_ROWS[row].measure == MEASURE_RESIDENT) continue;
        ratio_line(s, row, BENCH_X_REAL);
        ratio_line(s, row, BENCH_X_REAL_APPLY);
        ratio_line(s, row, BENCH_X_SCRIPT);
    }
}

// Objects of the model: what the first phase of the row allocates.
static double model_size(size_t row) {
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    Error ignored = {0};
    bool good = bench_row_load(&BENCH_ROWS[row], SIDE_null, false, spec, &policy, &ignored);
    double size = good ? (double)spec->phases[0].allocations : 0;
    free(spec);
    return size;
}

// The bar is about the side's own figure with the smallest model: it stands at that times the bar.
static void growth_bar(Sheet *s, const Entry *bar) {
    char text[96], number[32];
    const Entry *self = NULL;
    for (uint32_t i = 0; i < s->count; i++) {
        const Entry *e = &s->entries[i];
        if (e->row == bar->row && e->side == bar->side && e->figure == BENCH_ITSELF) self = e;
    }
    if (self == NULL || bar->median <= 0) return;
    double level = self->median / bar->median * bar->bar;
    cell_print(s, 4, bar, model_size(bar->row), level, level, level);
    number_text(number, sizeof number, bar->median);
    snprintf(text, sizeof text, "%s: %s × the smallest %s %g", bench_side_name(bar->side), number,
             relation(bar), bar->bar);
    label_print(s, "growth", 0, bar->met, text);
}

static void growth_points(Sheet *s) {
    for (uint32_t i = 0; i < s->count; i++) {
        const Entry *e = &s->entries[i];
        if (BENCH_ROWS[e->row].measure != MEASURE_SECOND_PHASE) continue;
        if (e->figure == BENCH_ITSELF) {
            cell_print(s, 2, e, model_size(e->row), e->median, e->least, e->most);
            s->has_growth = true;
        }
        if (e->figure == BENCH_X_SMALLEST && e->bar > 0) growth_bar(s, e);
    }
}

static void byte_points(Sheet *s) {
    for (uint32_t i = 0; i < s->count; i++) {
        const Entry *e = &s->entries[i];
        if (BENCH_ROWS[e->row].measure == MEASURE_LARGEST && e->bar > 0)
            value_print(s, "largest", 0, e);
        if (BENCH_ROWS[e->row].measure != MEASURE_RESIDENT || e->figure != BENCH_ITSELF) continue;
        char text[32];
        cell_print(s, 3, e, e->median, s->byte_lines, e->least, e->most);
        label_print(s, "byte", s->byte_lines, true, bench_side_name(e->side));
        snprintf(text, sizeof text, "%.1f", e->median);
        if (e->bar > 0)
            value_print(s, "byte_value", s->byte_lines, e);
        else
            label_print(s, "byte_value", s->byte_lines, true, text);
        s->byte_lines++;
    }
}

static void side_names(Sheet *s) {
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        label_print(s, "side", side + 1, true, bench_side_name(side));
}

static void context_print(const Sheet *s, FILE *file) {
    char source[512];
    snprintf(source, sizeof source, "%.90s · %.20s · %.24s · %.12s", tsv_note(&s->tsv, "machine"),
             tsv_note(&s->tsv, "interpreter"), tsv_note(&s->tsv, "commit"),
             tsv_note(&s->tsv, "date"));
    fputs("source\tcaption_lines\tlines\tbyte_lines\tscaled\tgrowth\tcaption\n", file);
    gnuplot_text(file, source);
    char *caption = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&caption, &size);
    CHECK(text != NULL);
    int lines = gnuplot_caption(text, tsv_note(&s->tsv, "command"));
    fclose(text);
    fprintf(file, "\t%d\t%u\t%u\t%d\t%d\t%s\n", lines, s->lines, s->byte_lines, s->is_scaled,
            s->has_growth, caption);
    free(caption);
}

static bool tables_write(void *context, const char *dir, Error *error) {
    Sheet *s = context;
    char path[PATH_SIZE];
    FILE *files[TABLES];
    bool good = true;
    for (size_t i = 0; i < TABLES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, FILES[i]);
        files[i] = fopen(path, "w");
        if (files[i] == NULL) good = error_set(error, "%s: %s", path, strerror(errno));
    }
    if (good) {
        s->cells = files[0];
        s->labels = files[2];
        fputs("panel\tside\tx\ty\tlow\thigh\tbar\tmet\n", s->cells);
        fputs("kind\tline\tmet\ttext\n", s->labels);
        side_names(s);
        ratio_lines(s);
        growth_points(s);
        byte_points(s);
        context_print(s, files[1]);
    }
    for (size_t i = 0; i < TABLES; i++)
        if (files[i] != NULL && fclose(files[i]) != 0)
            good = error_set(error, "%s/%s: cannot be written: %s", dir, FILES[i], strerror(errno));
    return good;
}

bool bench_draw(const char *table, const char *figure, Error *error) {
    Sheet s = {0};
    const Drawing drawing = {"bench", "bench", {FILES[0], FILES[1], FILES[2]}};
    bool good =
        table_read(&s, table, error) && drawing_make(&drawing, tables_write, &s, figure, error);
    free(s.entries);
    tsv_free(&s.tsv);
    return good;
}
