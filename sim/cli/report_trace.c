// report_trace.c -- a comparison as Chrome trace JSON
//
// Events of one track come in the order of time, an outer slice before the inner ones; times are in
// microseconds with three decimals, which is nanoseconds.
#include "report_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost_file.h"
#include "output.h"
#include "report_data.h"
#include "rows.h"

enum { TRACK_PHASES = 1, TRACK_PAUSES, PARTS_MAX = COST_PRICES_MAX };

// The passes of a pause, in their order; what belongs to which is in PARTS.
typedef enum { PASS_MARK, PASS_EXAMINE, PASS_FINALIZE, PASS_FREE, PASS_COUNT } Pass;
static const char *const PASS_NAMES[] = {"marking", "examining", "finalizing", "freeing"};

static const struct {
    const char *counted;
    Pass pass;
} PARTS[] = {
    {"marked", PASS_MARK},         {"finalizers", PASS_FINALIZE}, {"freed", PASS_FREE},
    {"payloads_small", PASS_FREE}, {"payloads_large", PASS_FREE}, {"arenas_released", PASS_FREE},
    {"released", PASS_FREE},
};

typedef struct {
    const char *counted;
    uint64_t price;  // in 1/16 ns
    Pass pass;
    int column;  // of collections/P.tsv; -1: it counts one per pause
} Part;

typedef struct {
    FILE *file;
    const ReportData *data;
    uint32_t process;  // from 1
    bool first;
    Part parts[PARTS_MAX];
    size_t part_count;
} Trace;

static unsigned long long llu(uint64_t value) { return value; }

// ---- events ----

static void event_open(Trace *t, const char *name, char type, unsigned thread, uint64_t ns) {
    fputs(t->first ? "\n{\"name\":" : ",\n{\"name\":", t->file);
    t->first = false;
    json_string(t->file, name);
    fprintf(t->file, ",\"ph\":\"%c\",\"pid\":%u,\"tid\":%u,\"ts\":%llu.%03llu", type, t->process,
            thread, llu(ns / 1000), llu(ns % 1000));
}

static void put_name(Trace *t, const char *what, unsigned thread, const char *name) {
    event_open(t, what, 'M', thread, 0);
    fputs(",\"args\":{\"name\":", t->file);
    json_string(t->file, name);
    fputs("}}", t->file);
}

// Left open for more: a closing brace ends it.
static void slice_open(Trace *t, const char *name, unsigned thread, uint64_t start, uint64_t ns) {
    event_open(t, name, 'X', thread, start);
    fprintf(t->file, ",\"dur\":%llu.%03llu", llu(ns / 1000), llu(ns % 1000));
}

// ---- pauses ----

static uint64_t part_work(const Part *part, const Tsv *pauses, uint32_t row) {
    uint64_t count = 1;
    if (part->column >= 0 && !tsv_number_parse(tsv_cell(pauses, row, part->column), &count))
        count = 0;
    return count * part->price;
}

// The pass and its parts, from `start`; `done` of `whole` is what earlier passes took of the pause.
static void put_pass(Trace *t, Pass pass, const uint64_t *work, uint64_t pause_start,
                     uint64_t pause_ns, uint64_t done, uint64_t whole) {
    uint64_t own = 0;
    for (size_t i = 0; i < t->part_count; i++)
        if (t->parts[i].pass == pass) own += work[i];
    if (own == 0) return;
    uint64_t start = mul_div_u64(pause_ns, done, whole);
    uint64_t end = mul_div_u64(pause_ns, done + own, whole);
    slice_open(t, PASS_NAMES[pass], TRACK_PAUSES, pause_start + start, end - start);
    fputc('}', t->file);
    for (size_t i = 0; i < t->part_count; i++) {
        if (t->parts[i].pass != pass || work[i] == 0) continue;
        start = mul_div_u64(pause_ns, done, whole);
        done += work[i];
        end = mul_div_u64(pause_ns, done, whole);
        slice_open(t, t->parts[i].counted, TRACK_PAUSES, pause_start + start, end - start);
        fputc('}', t->file);
    }
}

static void put_passes(Trace *t, const Tsv *pauses, uint32_t row, uint64_t start, uint64_t ns) {
    uint64_t work[PARTS_MAX], passes[PASS_COUNT] = {0}, whole = 0, done = 0;
    for (size_t i = 0; i < t->part_count; i++) {
        work[i] = part_work(&t->parts[i], pauses, row);
        passes[t->parts[i].pass] += work[i];
        whole += work[i];
    }
    for (int pass = 0; pass < PASS_COUNT && whole > 0; pass++) {
        put_pass(t, (Pass)pass, work, start, ns, done, whole);
        done += passes[pass];
    }
}

static bool put_pauses(Trace *t, const Tsv *pauses, Error *error) {
    static const char *const shown[] = {"clock", "generation", "candidates",
                                        "edges", "collected",  "survivors",
                                        "freed", "released",   "live_bytes_after"};
    int start = 0, pause = 0, kind = 0, generation = 0;
    if (!tsv_column_needed(pauses, "start_ns", &start, error) ||
        !tsv_column_needed(pauses, "pause_ns", &pause, error) ||
        !tsv_column_needed(pauses, "kind", &kind, error) ||
        !tsv_column_needed(pauses, "generation", &generation, error))
        return false;
    for (uint32_t row = 0; row < pauses->row_count; row++) {
        uint64_t from = 0, ns = 0, value = 0;
        char name[96];
        if (!tsv_number(pauses, row, start, &from, error) ||
            !tsv_number(pauses, row, pause, &ns, error))
            return false;
        snprintf(name, sizeof name, "%.40s, generation %.10s", tsv_cell(pauses, row, kind),
                 tsv_cell(pauses, row, generation));
        slice_open(t, name, TRACK_PAUSES, from, ns);
        fprintf(t->file, ",\"args\":{\"number\":%u", row);
        for (size_t i = 0; i < ARRAY_LENGTH(shown); i++)
            if (tsv_number_parse(tsv_cell(pauses, row, tsv_column(pauses, shown[i])), &value))
                fprintf(t->file, ",\"%s\":%llu", shown[i], llu(value));
        fputs("}}", t->file);
        put_passes(t, pauses, row, from, ns);
    }
    return true;
}

// ---- counters and phases ----

static bool put_counters(Trace *t, const Tsv *timeline, Error *error) {
    static const char *const names[] = {"held", "live", "reachable", "garbage"};
    int time = 0;
    if (!tsv_column_needed(timeline, "model_ns", &time, error)) return false;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        char column_name[32];
        int column = 0;
        snprintf(column_name, sizeof column_name, "%s_bytes", names[i]);
        if (!tsv_column_needed(timeline, column_name, &column, error)) return false;
        for (uint32_t row = 0; row < timeline->row_count; row++) {
            uint64_t ns = 0, bytes = 0;
            if (!tsv_number(timeline, row, time, &ns, error) ||
                !tsv_number(timeline, row, column, &bytes, error))
                return false;
            event_open(t, names[i], 'C', 0, ns);
            fprintf(t->file, ",\"args\":{\"bytes\":%llu}}", llu(bytes));
        }
    }
    return true;
}

static uint64_t cell_number(const Tsv *tsv, uint32_t row, const char *column) {
    uint64_t value = 0;
    return tsv_number_parse(tsv_cell(tsv, row, tsv_column(tsv, column)), &value) ? value : 0;
}

// The time at which the allocation clock showed `clock`.
static uint64_t time_at(const Tsv *timeline, uint64_t clock) {
    uint64_t before = 0, before_ns = 0;
    for (uint32_t row = 0; row < timeline->row_count; row++) {
        uint64_t here = cell_number(timeline, row, "clock");
        uint64_t ns = cell_number(timeline, row, "model_ns");
        if (here >= clock && here > before && ns >= before_ns)
            return before_ns + mul_div_u64(ns - before_ns, clock - before, here - before);
        if (here >= clock) return ns;
        before = here, before_ns = ns;
    }
    return before_ns;
}

static void put_phase(Trace *t, const Tsv *timeline, const char *name, uint64_t from, uint64_t to) {
    uint64_t start = time_at(timeline, from), end = max_u64(time_at(timeline, to), start);
    slice_open(t, name, TRACK_PHASES, start, end - start);
    fprintf(t->file, ",\"args\":{\"clock\":%llu}}", llu(from));
}

// A run that did not finish has not seen all phases.
static void put_phases(Trace *t, const ReportPolicy *policy) {
    const Tsv *phases = &t->data->phases;
    const uint64_t end = policy->end_clock;
    for (uint32_t row = 0; row < phases->row_count; row++) {
        uint64_t from = cell_number(phases, row, "clock"), to = end, round_end = end;
        uint64_t round = cell_number(phases, row, "round");
        if (from >= end) break;
        if (row + 1 < phases->row_count) to = cell_number(phases, row + 1, "clock");
        if (row == 0 || cell_number(phases, row - 1, "round") != round) {
            char name[40];
            for (uint32_t next = phases->row_count; next-- > row;)
                if (cell_number(phases, next, "round") > round)
                    round_end = cell_number(phases, next, "clock");
            snprintf(name, sizeof name, "round %llu", llu(round + 1));
            put_phase(t, &policy->timeline, name, from, min_u64(round_end, end));
        }
        put_phase(t, &policy->timeline, tsv_cell(phases, row, tsv_column(phases, "phase")), from,
                  min_u64(to, end));
    }
}

// ---- the whole ----

static Pass part_pass(const char *counted) {
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++)
        if (strcmp(PARTS[i].counted, counted) == 0) return PARTS[i].pass;
    return PASS_EXAMINE;
}

// The price of a pause itself, `collections`, is paid once each.
static void parts_choose(Trace *t, const Tsv *pauses) {
    CostPrice prices[COST_PRICES_MAX];
    size_t count = cost_prices_shipped(prices);
    bool counts = strncmp(report_provenance(t->data, "cost_model"), "counts", 6) == 0;
    t->part_count = 0;
    for (size_t i = 0; i < count; i++) {
        int column = tsv_column(pauses, prices[i].counted);
        bool once = strcmp(prices[i].counted, "collections") == 0;
        if (!prices[i].is_pause || (column < 0 && !once)) continue;
        t->parts[t->part_count++] =
            (Part){prices[i].counted,
                   (uint64_t)(prices[i].ns[counts ? COST_COUNTS : COST_CACHE] * 16 + 0.5),
                   part_pass(prices[i].counted), once ? -1 : column};
    }
}

static bool put_policy(Trace *t, const ReportPolicy *policy, Error *error) {
    Tsv pauses;
    char *path = report_path(t->data->dir, "collections", policy->file, ".tsv");
    bool good = tsv_read(path, &pauses, error);
    free(path);
    if (!good) return false;
    put_name(t, "process_name", 0, policy->label);
    put_name(t, "thread_name", TRACK_PHASES, "phases");
    put_name(t, "thread_name", TRACK_PAUSES, "pauses");
    parts_choose(t, &pauses);
    put_phases(t, policy);
    good = put_pauses(t, &pauses, error) && put_counters(t, &policy->timeline, error);
    tsv_free(&pauses);
    return good;
}

static bool put_trace(FILE *file, const ReportData *data, Error *error) {
    static const char *const said[] = {"command", "workload", "cost_model", "measured", "seed"};
    Trace trace = {.file = file, .data = data, .first = true};
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"by\":\"ouro report --trace\"", file);
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) {
        fprintf(file, ",\"%s\":", said[i]);
        json_string(file, report_provenance(data, said[i]));
    }
    fputs("},\"traceEvents\":[", file);
    for (uint32_t i = 0; i < data->policy_count; i++) {
        trace.process = i + 1;
        if (!put_policy(&trace, &data->policies[i], error)) return false;
    }
    fputs("\n]}\n", file);
    return true;
}

bool trace_write(const char *dir, Error *error) {
    ReportData data;
    Output output;
    if (!report_data_read(dir, &data, error)) return false;
    bool good = output_open(&output, dir, "", "trace.json", error);
    if (good && put_trace(output.file, &data, error)) {
        good = output_close(&output, error);
    } else if (good) {
        output_drop(&output);
        good = false;
    }
    report_data_free(&data);
    return good;
}
