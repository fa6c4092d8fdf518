// report_tables.c -- what gnuplot reads: numbers, and whatever people typed, as tables
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "report_figures.h"
#include "report_gnuplot.h"

enum { STACK_ROWS = 400 };

static bool table_open(const ReportData *data, const char *file, Output *output, Error *error) {
    return output_open(output, data->dir, "figures/data", file, error);
}

static uint64_t value_or_zero(const ReportData *data, uint32_t policy, const char *metric) {
    uint64_t value = 0;
    return report_value(data, policy, metric, &value) ? value : 0;
}

static bool policies_write(const ReportData *data, Error *error) {
    Output output;
    if (!table_open(data, "policies.tsv", &output, error)) return false;
    FILE *stream = output.file;
    fputs(
        "label\tstatus\ttimeline\tpercentiles\tmmu\tstack\tpauses\tend_clock\tend_held\tpeak_"
        "held\tgc_ns\t"
        "front\tzoom\tfloor\tknee\n",
        stream);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        const ReportPolicy *policy = &data->policies[i];
        gnuplot_text(stream, policy->label);
        putc('\t', stream);
        gnuplot_text(stream, policy->status);
        const char *const folders[] = {"timeline", "percentiles", "mmu", "figures/data/stack"};
        for (size_t k = 0; k < ARRAY_LENGTH(folders); k++) {
            fprintf(stream, "\t%s/", folders[k]);
            gnuplot_text(stream, policy->file);
            fputs(".tsv", stream);
        }
        uint64_t held = value_or_zero(data, i, "peak_held_bytes");
        fprintf(stream,
                "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%d\t%" PRIu32
                "\t%d\t%d\n",
                policy->pauses, policy->end_clock, policy->end_held, held,
                value_or_zero(data, i, "pause_ns_total"), policy->front, policy->zoom,
                policy->finished && !policy->competes, policy->knee);
    }
    return output_close(&output, error);
}

static bool context_write(const ReportData *data, Error *error) {
    Output output;
    if (!table_open(data, "context.tsv", &output, error)) return false;
    FILE *stream = output.file;
    fputs(
        "title\tcost_model\tmeasured\tcaption\tcaption_lines\tlimit_bytes\tlongest\tclock_"
        "top\theld_"
        "top\tgarbage_top\t"
        "pause_min\tpause_max\trarest\twindow_min\twindow_max\tphases\treasons\n",
        stream);
    gnuplot_text(stream, report_provenance(data, "title"));
    putc('\t', stream);
    gnuplot_text(stream, report_provenance(data, "cost_model"));
    putc('\t', stream);
    gnuplot_text(stream, data->measured[0] != '\0' ? data->measured : "-");
    putc('\t', stream);
    int lines = gnuplot_caption(stream, report_provenance(data, "command"));
    const uint64_t numbers[] = {(uint64_t)lines,   data->limit_bytes, data->longest + 1,
                                data->clock_top,   data->held_top,    data->garbage_top,
                                data->pause_min,   data->pause_max,   data->rarest,
                                data->window_min,  data->window_max,  data->phases.row_count,
                                data->reason_count};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) fprintf(stream, "\t%" PRIu64, numbers[i]);
    putc('\n', stream);
    return output_close(&output, error);
}

static bool phases_write(const ReportData *data, Error *error) {
    int phase = tsv_column(&data->phases, "phase"), clock = tsv_column(&data->phases, "clock");
    Output output;
    if (!table_open(data, "phases.tsv", &output, error)) return false;
    FILE *stream = output.file;
    fputs("phase\tclock\n", stream);
    for (uint32_t row = 0; row < data->phases.row_count; row++) {
        uint64_t start = 0;
        if (!tsv_number(&data->phases, row, clock, &start, error)) break;
        gnuplot_text(stream, tsv_cell(&data->phases, row, phase));
        fprintf(stream, "\t%" PRIu64 "\n", start);
    }
    return output_close(&output, error) && error->text[0] == '\0';
}

static bool reasons_write(const ReportData *data, Error *error) {
    Output output;
    if (!table_open(data, "reasons.tsv", &output, error)) return false;
    FILE *stream = output.file;
    fputs("reason\n", stream);
    for (uint32_t i = 0; i < data->reason_count; i++) {
        gnuplot_text(stream, data->reasons[i].label);
        putc('\n', stream);
    }
    return output_close(&output, error);
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
    Output output;
    bool good = table_open(data, file, &output, error);
    if (good) {
        FILE *stream = output.file;
        uint32_t step = 1 + timeline->row_count / STACK_ROWS;
        fputs("clock", stream);
        for (uint32_t r = 0; r < data->reason_count; r++)
            fprintf(stream, "\t%s", data->reasons[r].column);
        putc('\n', stream);
        for (uint32_t row = 0; row < timeline->row_count; row += step) {
            uint32_t end = (uint32_t)min_u64(row + step, timeline->row_count);
            put_stack_row(stream, data, timeline, row_most(timeline, row, end));
        }
        good = output_close(&output, error);
    }
    free(file);
    return good;
}

bool figure_tables_write(const ReportData *data, Error *error) {
    for (uint32_t i = 0; i < data->policy_count; i++)
        if (!stack_write(data, &data->policies[i], error)) return false;
    return policies_write(data, error) && context_write(data, error) && phases_write(data, error) &&
           reasons_write(data, error);
}
