// report_figures.c -- the figures of a report: which there are, and drawing them
//
// gnuplot gets numbers, and whatever people typed, from tables in figures/data. Text in them is
// escaped the way gnuplot undoes it when it reads a string column (\ooo), so that no name can be a
// command.
#include "report_figures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report_gnuplot.h"
#include "report_svg.h"

enum { CAPTION_WIDTH = 150, CAPTION_LINES = 4, STACK_ROWS = 400 };

const Figure FIGURES[] = {
    {"heap",
     "phases.tsv",
     "Memory held over the allocation clock",
     "Each line is what obmalloc holds under one policy; the dashed line below is what the program "
     "can "
     "still reach, the floor for all of them. The sawtooth between the two is the policy. A cross "
     "marks "
     "where a run ended before its time.",
     "Held is what the real allocator held; the dotted line of the same colour is resident memory "
     "above that at the start, the tables of the event generator included.",
     false,
     {NULL}},
    {"pauses",
     NULL,
     "Pauses by percentile",
     "Follow a line to the right to see ever rarer pauses: at 99 % one pause in a hundred is "
     "longer. Both "
     "axes are logarithmic, so a straight rise is a heavy tail, and the right end is the longest "
     "pause.",
     "Full lines are measured; the broken line of the same colour is what the model predicts for "
     "the "
     "same collections.",
     true,
     {NULL}},
    {"mmu",
     NULL,
     "Minimum mutator utilization",
     "The share of time that the program keeps in the worst window of the given length. A line "
     "leaves "
     "zero at the longest pause (back-to-back pauses count as one); higher and further left is "
     "better.",
     NULL,
     true,
     {NULL}},
    {"garbage",
     "reasons.tsv",
     "Garbage by the reason why it waits",
     "Dead but not freed bytes, stacked by what they wait for: a generation that has not been "
     "collected, "
     "a frozen or separate space, or older garbage that refers to them. Panels share one scale "
     "unless "
     "one says that it is magnified.",
     NULL,
     false,
     {NULL}},
    {"pareto",
     NULL,
     "Memory against collector time",
     "Down and left is better. Policies on the front are beaten by no other in both memory and "
     "time; "
     "crossed circles did not finish, so that their figures cover only the part they ran.",
     NULL,
     true,
     {"peak_held_bytes", "pause_ns_total"}},
};
const size_t FIGURE_COUNT = ARRAY_LENGTH(FIGURES);

const char *figure_lacks(const Figure *figure, const ReportData *data) {
    for (size_t i = 0; i < ARRAY_LENGTH(figure->needs); i++)
        if (figure->needs[i] != NULL && tsv_column(&data->summary, figure->needs[i]) < 0)
            return figure->needs[i];
    return NULL;
}

// ---- tables for gnuplot ----

static FILE *data_open(const ReportData *data, const char *file, Error *error) {
    char *path = report_path(data->dir, "figures/data", file, "");
    FILE *stream = fopen(path, "wb");
    if (stream == NULL) error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    free(path);
    return stream;
}

static bool data_close(const ReportData *data, const char *file, FILE *stream, Error *error) {
    bool good = !ferror(stream);
    good &= fclose(stream) == 0;
    return good || error_set(error, "%s/figures/data/%s: cannot be written: %s", data->dir, file,
                             strerror(errno));
}

static void put_text(FILE *stream, const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p < ' ' || *p == '"' || *p == '\\' || *p == '#' || *p == 127)
            fprintf(stream, "\\%03o", *p);
        else
            putc(*p, stream);
    }
}

static uint64_t value_or_zero(const ReportData *data, uint32_t policy, const char *metric) {
    uint64_t value = 0;
    return report_value(data, policy, metric, &value) ? value : 0;
}

static bool policies_write(const ReportData *data, Error *error) {
    FILE *stream = data_open(data, "policies.tsv", error);
    if (stream == NULL) return false;
    fputs(
        "label\tstatus\ttimeline\tpercentiles\tmmu\tstack\tpauses\tend_clock\tend_held\tpeak_"
        "held\tgc_ns\t"
        "front\tzoom\tfloor\n",
        stream);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        const ReportPolicy *policy = &data->policies[i];
        put_text(stream, policy->label);
        putc('\t', stream);
        put_text(stream, policy->status);
        const char *const folders[] = {"timeline", "percentiles", "mmu", "figures/data/stack"};
        for (size_t k = 0; k < ARRAY_LENGTH(folders); k++) {
            fprintf(stream, "\t%s/", folders[k]);
            put_text(stream, policy->file);
            fputs(".tsv", stream);
        }
        uint64_t held = value_or_zero(data, i, "peak_held_bytes");
        fprintf(stream,
                "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%d\t%" PRIu32
                "\t%d\n",
                policy->pauses, policy->end_clock, policy->end_held, held,
                value_or_zero(data, i, "pause_ns_total"), policy->front, policy->zoom,
                policy->finished && !policy->competes);
    }
    return data_close(data, "policies.tsv", stream, error);
}

// The command in lines that fit under a figure, as one cell; the number of lines. The page has all
// of it.
static int put_caption(FILE *stream, const char *command) {
    int lines = 1;
    size_t width = strlen("$ ");
    fputs("$ ", stream);
    while (*command != '\0') {
        char word[CAPTION_WIDTH + 1];
        size_t length = strcspn(command, " ,");
        length += command[length] != '\0';
        if (length > CAPTION_WIDTH) length = CAPTION_WIDTH;
        if (width + length > CAPTION_WIDTH) {
            if (lines == CAPTION_LINES) {
                fputs(" ...", stream);
                break;
            }
            fputs("\\012    ", stream);
            width = strlen("    ");
            lines++;
        }
        snprintf(word, sizeof word, "%.*s", (int)length, command);
        put_text(stream, word);
        command += length;
        width += length;
    }
    return lines;
}

static bool context_write(const ReportData *data, Error *error) {
    FILE *stream = data_open(data, "context.tsv", error);
    if (stream == NULL) return false;
    fputs(
        "title\tcost_model\tmeasured\tcaption\tcaption_lines\tlimit_bytes\tlongest\tclock_"
        "top\theld_"
        "top\tgarbage_top\t"
        "pause_min\tpause_max\trarest\twindow_min\twindow_max\tphases\treasons\n",
        stream);
    put_text(stream, report_provenance(data, "title"));
    putc('\t', stream);
    put_text(stream, report_provenance(data, "cost_model"));
    putc('\t', stream);
    put_text(stream, data->measured[0] != '\0' ? data->measured : "-");
    putc('\t', stream);
    int lines = put_caption(stream, report_provenance(data, "command"));
    const uint64_t numbers[] = {(uint64_t)lines,   data->limit_bytes, data->longest + 1,
                                data->clock_top,   data->held_top,    data->garbage_top,
                                data->pause_min,   data->pause_max,   data->rarest,
                                data->window_min,  data->window_max,  data->phases.row_count,
                                data->reason_count};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) fprintf(stream, "\t%" PRIu64, numbers[i]);
    putc('\n', stream);
    return data_close(data, "context.tsv", stream, error);
}

static bool phases_write(const ReportData *data, Error *error) {
    int phase = tsv_column(&data->phases, "phase"), clock = tsv_column(&data->phases, "clock");
    FILE *stream = data_open(data, "phases.tsv", error);
    if (stream == NULL) return false;
    fputs("phase\tclock\n", stream);
    for (uint32_t row = 0; row < data->phases.row_count; row++) {
        uint64_t start = 0;
        if (!tsv_number(&data->phases, row, clock, &start, error)) break;
        put_text(stream, tsv_cell(&data->phases, row, phase));
        fprintf(stream, "\t%" PRIu64 "\n", start);
    }
    return data_close(data, "phases.tsv", stream, error) && error->text[0] == '\0';
}

static bool reasons_write(const ReportData *data, Error *error) {
    FILE *stream = data_open(data, "reasons.tsv", error);
    if (stream == NULL) return false;
    fputs("reason\n", stream);
    for (uint32_t i = 0; i < data->reason_count; i++) {
        put_text(stream, data->reasons[i].label);
        putc('\n', stream);
    }
    return data_close(data, "reasons.tsv", stream, error);
}

// ---- stacks: garbage per reason, the same columns for every policy ----

static uint64_t cell_value(const Tsv *tsv, uint32_t row, int column) {
    uint64_t value = 0;
    return tsv_number_parse(tsv_cell(tsv, row, column), &value) ? value : 0;
}

// A panel is a few hundred pixels wide: of each group of rows the one with the most garbage is
// kept.
static uint32_t row_most(const Tsv *timeline, uint32_t from, uint32_t to) {
    int garbage = tsv_column(timeline, "garbage_bytes");
    uint32_t most = from;
    for (uint32_t row = from + 1; row < to; row++)
        if (cell_value(timeline, row, garbage) > cell_value(timeline, most, garbage)) most = row;
    return most;
}

static void put_stack_row(FILE *stream, const ReportData *data, const Tsv *timeline, uint32_t row) {
    fputs(tsv_cell(timeline, row, tsv_column(timeline, "clock")), stream);
    for (uint32_t r = 0; r < data->reason_count; r++) {
        int column = tsv_column(timeline, data->reasons[r].column);
        fprintf(stream, "\t%" PRIu64, column < 0 ? 0 : cell_value(timeline, row, column));
    }
    putc('\n', stream);
}

static bool stack_write(const ReportData *data, const ReportPolicy *policy, Error *error) {
    const Tsv *timeline = &policy->timeline;
    char *file = report_path("stack", NULL, policy->file, ".tsv");
    FILE *stream = data_open(data, file, error);
    if (stream != NULL) {
        uint32_t step = 1 + timeline->row_count / STACK_ROWS;
        fputs("clock", stream);
        for (uint32_t r = 0; r < data->reason_count; r++)
            fprintf(stream, "\t%s", data->reasons[r].column);
        putc('\n', stream);
        for (uint32_t row = 0; row < timeline->row_count; row += step) {
            uint32_t end = (uint32_t)min_u64(row + step, timeline->row_count);
            put_stack_row(stream, data, timeline, row_most(timeline, row, end));
        }
    }
    bool good = stream != NULL && data_close(data, file, stream, error);
    free(file);
    return good;
}

// ---- drawing ----

static bool folders_make(const ReportData *data, Error *error) {
    static const char *const folders[] = {"figures", "figures/data", "figures/data/stack"};
    bool good = true;
    for (size_t i = 0; i < ARRAY_LENGTH(folders) && good; i++) {
        char *path = report_path(data->dir, NULL, folders[i], "");
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            good = error_set(error, "%s: cannot be made: %s", path, strerror(errno));
        free(path);
    }
    return good;
}

static bool tables_write(const ReportData *data, Error *error) {
    for (uint32_t i = 0; i < data->policy_count; i++)
        if (!stack_write(data, &data->policies[i], error)) return false;
    return policies_write(data, error) && context_write(data, error) && phases_write(data, error) &&
           reasons_write(data, error);
}

// `paths` owns the strings of one drawing: script, output, extra table.
static Drawing drawing_make(const char *plots, const Figure *figure, const char *terminal,
                            char *paths[3]) {
    char suffix[8];
    snprintf(suffix, sizeof suffix, ".%s", terminal);
    paths[0] = report_path(plots, NULL, figure->name, ".gp");
    paths[1] = report_path("figures", NULL, figure->name, suffix);
    paths[2] = figure->extra != NULL ? report_path("figures/data", NULL, figure->extra, "") : NULL;
    return (Drawing){
        .arguments = {"gnuplot", "-d", "-c", paths[0], terminal[0] == 's' ? "svg" : "png", paths[1],
                      "figures/data/policies.tsv", "figures/data/context.tsv", paths[2], NULL},
        .output = paths[1],
    };
}

static bool drawings_mend(const ReportData *data, Error *error) {
    bool good = true;
    for (size_t i = 0; i < FIGURE_COUNT && good; i++) {
        if (figure_lacks(&FIGURES[i], data) != NULL) continue;
        char *path = report_path(data->dir, "figures", FIGURES[i].name, ".svg");
        good = svg_mend(path, error);
        free(path);
    }
    return good;
}

bool figures_draw(const ReportData *data, Error *error) {
    static const char *const terminals[] = {"svg", "png"};
    Drawing drawings[2 * ARRAY_LENGTH(FIGURES)];
    char *paths[2 * ARRAY_LENGTH(FIGURES)][3];
    char *plots = plots_find(error);
    if (plots == NULL) return false;
    bool good = folders_make(data, error) && tables_write(data, error);
    size_t count = 0;
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        if (figure_lacks(&FIGURES[i], data) != NULL) continue;
        for (size_t k = 0; k < ARRAY_LENGTH(terminals); k++, count++)
            drawings[count] = drawing_make(plots, &FIGURES[i], terminals[k], paths[count]);
    }
    good = good && drawings_run(data->dir, drawings, count, error) && drawings_mend(data, error);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 3; k++) free(paths[i][k]);
    free(plots);
    return good;
}
