// outdir.c -- a directory of results
#include "outdir.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit.h"
#include "folders.h"
#include "output.h"
#include "rng.h"
#include "text.h"

enum { FILE_NAME_SIZE = 64 };

static bool output_failed(const char *path, Error *error) {
    return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

static const char *const FOLDERS[] = {"collections", "timeline", "percentiles", "mmu", "rounds"};

// file_name() gave it: two digits or more, a dash, .tsv.
static bool is_table(const char *name) {
    size_t digits = strspn(name, "0123456789"), length = strlen(name);
    return digits >= 2 && name[digits] == '-' && length > 4 &&
           strcmp(name + length - 4, ".tsv") == 0;
}

// An earlier comparison may have had other policies: nobody may take its tables for ours.
static bool tables_remove(const char *folder, Error *error) {
    char path[PATH_SIZE + 256];
    bool good = true;
    DIR *entries = opendir(folder);
    if (entries == NULL) return error_set(error, "%s: %s", folder, strerror(errno));
    for (struct dirent *entry; good && (entry = readdir(entries)) != NULL;) {
        if (!is_table(entry->d_name)) continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        good = remove(path) == 0 || output_failed(path, error);
    }
    closedir(entries);
    return good;
}

bool outdir_open(const char *dir, Error *error) {
    char path[PATH_SIZE];
    if (strlen(dir) + 64 > sizeof path) return error_set(error, "%.60s...: path is too long", dir);
    if (!folder_make(dir, error)) return false;
    static const char *const last[] = {"summary.tsv", "runs.jsonl", "index.html", "trace.json"};
    for (size_t i = 0; i < ARRAY_LENGTH(last); i++) {  // of an earlier comparison
        snprintf(path, sizeof path, "%s/%s", dir, last[i]);
        if (remove(path) != 0 && errno != ENOENT) return output_failed(path, error);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(FOLDERS); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, FOLDERS[i]);
        if (!folder_make(path, error) || !tables_remove(path, error)) return false;
    }
    return true;
}

// Labels hold any characters: file names are letters, digits, - and dots only, and numbered.
static void file_name(char name[FILE_NAME_SIZE], size_t index, const char *label) {
    size_t used = (size_t)snprintf(name, FILE_NAME_SIZE, "%02zu-", index + 1);
    for (const char *p = label; *p != '\0' && used + 8 < FILE_NAME_SIZE; p++)
        name[used++] = isalnum((unsigned char)*p) || *p == '.' ? *p : '-';
    name[used] = '\0';
}

static unsigned long long llu(uint64_t value) { return value; }

// A field of collection.def; phases and kinds of plans by name.
static void write_field(FILE *f, const char *name, uint64_t value, const Spec *spec) {
    static const char *const kinds[] = {"nothing", "collect", "move", "release", "mark"};
    if (strcmp(name, "phase") == 0)
        fprintf(f, "\t%s", value < spec->phase_count ? spec->phases[value].name : "(round end)");
    else if (strcmp(name, "kind") == 0)
        fprintf(f, "\t%s", kinds[value]);
    else
        fprintf(f, "\t%llu", llu(value));
}

// The ledger heap does not know what the tracing heap alone sees.
static void write_collections(FILE *f, const RunResult *result) {
    static const struct {
        const char *name;
        bool is_traced;
    } columns[] = {
#define COLLECTION(type, name, what) {#name, false},
#define TRACED(type, name, what)     {#name, true},
#include "collection.def"
#undef COLLECTION
    };
    const bool all = result->engine != ENGINE_LEDGER;
    fputs("index", f);
    for (size_t k = 0; k < ARRAY_LENGTH(columns); k++)
        if (all || !columns[k].is_traced) fprintf(f, "\t%s", columns[k].name);
    fputc('\n', f);
    for (size_t i = 0; i < result->recorder->collection_count; i++) {
        const Collection *c = &result->recorder->collections[i];
        const uint64_t values[] = {
#define COLLECTION(type, name, what) c->name,
#include "collection.def"
#undef COLLECTION
        };
        fprintf(f, "%zu", i);
        for (size_t k = 0; k < ARRAY_LENGTH(values); k++)
            if (all || !columns[k].is_traced)
                write_field(f, columns[k].name, values[k], result->spec);
        fputc('\n', f);
    }
}

static void write_timeline(FILE *f, const RunResult *result) {
    const SpaceSetup *spaces = result->spaces;
    fputs("clock\tmodel_ns\treachable_bytes\tlive_bytes\theld_bytes\tgarbage_bytes", f);
    for (uint32_t i = 0; i < spaces->space_count; i++)
        fprintf(f, "\tgarbage_%s", spaces->space_names[i]);
    fputs("\tgarbage_held_by_older\tgarbage_uncollectable\tcollections", f);
    fputs(result->interpreter != NULL ? "\trss_bytes\n" : "\n", f);
    for (size_t i = 0; i < result->recorder->sample_count; i++) {
        const Sample *s = &result->recorder->samples[i];
        fprintf(f, "%llu\t%llu\t%llu\t%llu\t%llu\t%llu", llu(s->clock), llu(s->model_ns),
                llu(s->reachable_bytes), llu(s->live_bytes), llu(s->held_bytes),
                llu(s->garbage_bytes));
        for (uint32_t k = 0; k < spaces->space_count; k++)
            fprintf(f, "\t%llu", llu(s->waiting_bytes[k]));
        fprintf(f, "\t%llu\t%llu\t%llu", llu(s->held_by_older_bytes), llu(s->uncollectable_bytes),
                llu(s->collections));
        if (result->interpreter != NULL) fprintf(f, "\t%llu", llu(s->rss_bytes));
        fputc('\n', f);
    }
}

// One row: pauses as they are, and as the model has them where they were measured.
static void write_percentile(FILE *f, const uint64_t *const *sorted, size_t count, double inverse,
                             uint32_t ppm) {
    fprintf(f, "%.6f\t%.4f\t%llu", ppm == PPM ? 1 : 1 - 1 / inverse, inverse,
            llu(sorted_quantile(sorted[0], count, ppm)));
    if (sorted[1] != NULL) fprintf(f, "\t%llu", llu(sorted_quantile(sorted[1], count, ppm)));
    fputc('\n', f);
}

// Every percentile that the number of pauses can tell apart, ever closer to 1.
static void write_percentiles(FILE *f, const RunResult *result) {
    const Recorder *r = result->recorder;
    const size_t count = r->collection_count;
    const bool measured = result->interpreter != NULL;
    uint64_t *pauses = memory_new(count, sizeof *pauses);
    uint64_t *predicted = memory_new(count, sizeof *predicted);
    for (size_t i = 0; i < count; i++) {
        pauses[i] = r->collections[i].pause_ns;
        predicted[i] = r->collections[i].predicted_ns;
    }
    sort_u64(pauses, count);
    sort_u64(predicted, count);
    const uint64_t *const sorted[] = {pauses, measured ? predicted : NULL};
    fprintf(f, "percentile\tinverse\tpause_ns%s\n", measured ? "\tpredicted_ns" : "");
    double inverse = 1;
    for (int step = 0; inverse <= (double)count * 1.0001; step++) {
        uint32_t ppm = (uint32_t)((1 - 1 / inverse) * 1e6 + 0.5);
        write_percentile(f, sorted, count, inverse, ppm);
        inverse *= step % 3 == 1   ? 1.25
                   : step % 3 == 0 ? 1.25992
                                   : 1.2698413;  // ten steps a decade
    }
    if (count > 0) write_percentile(f, sorted, count, (double)count, PPM);
    free(pauses);
    free(predicted);
}

static void write_mmu(FILE *f, const RunResult *result) {
    Utilization points[UTILIZATION_POINTS_MAX];
    size_t count = metrics_utilization(result->recorder, result->metrics.total_ns, points);
    fputs("window_ns\tmmu\tbmu\n", f);
    for (size_t i = 0; i < count; i++)
        fprintf(f, "%llu\t%u.%06u\t%u.%06u\n", llu(points[i].window_ns),
                points[i].mmu_ppm / 1000000, points[i].mmu_ppm % 1000000,
                points[i].bmu_ppm / 1000000, points[i].bmu_ppm % 1000000);
}

static void write_phases(FILE *f, const RunResult *result) {
    const Recorder *r = result->recorder;
    fputs("round\tphase\tclock\n", f);
    for (size_t i = 0; i < r->phase_count; i++)
        if (r->phases[i].phase < result->spec->phase_count)
            fprintf(f, "%u\t%s\t%llu\n", r->phases[i].round,
                    result->spec->phases[r->phases[i].phase].name, llu(r->phases[i].clock));
}

// What is left when a round has ended and everything was dropped.
static void write_rounds(FILE *f, const RunResult *result) {
    const Recorder *r = result->recorder;
    fputs("round\tclock\tresidue_objects\tresidue_bytes\n", f);
    for (size_t i = 0; i < r->phase_count; i++)
        if (r->phases[i].phase == ROUND_END)
            fprintf(f, "%u\t%llu\t%llu\t%llu\n", r->phases[i].round, llu(r->phases[i].clock),
                    llu(r->phases[i].live_objects), llu(r->phases[i].live_bytes));
}

typedef void (*TableWriter)(FILE *file, const RunResult *result);

static bool write_table(const char *dir, const char *folder, const char *name, TableWriter write,
                        const RunResult *result, Error *error) {
    Output output;
    if (!output_open(&output, dir, folder, name, error)) return false;
    write(output.file, result);
    return output_close(&output, error);
}

bool outdir_run(const char *dir, size_t index, const RunResult *result, Error *error) {
    static const TableWriter writers[] = {write_collections, write_timeline, write_percentiles,
                                          write_mmu, write_rounds};
    char base[FILE_NAME_SIZE], name[FILE_NAME_SIZE + 8];
    file_name(base, index, result->policy->label);
    snprintf(name, sizeof name, "%s.tsv", base);
    for (size_t i = 0; i < ARRAY_LENGTH(writers); i++)
        if (!write_table(dir, FOLDERS[i], name, writers[i], result, error)) return false;
    bool longest =
        index == 0 || result->status == STATUS_OK;  // a run that died has seen fewer phases
    return !longest || write_table(dir, "", "phases.tsv", write_phases, result, error);
}

// ---- the whole comparison ----

static void write_summary(FILE *f, const Rows *rows) {
    fputs("policy\tfile\tsummary\tkind\tstatus\tstream_digest\tresult_digest", f);
    const bool measured = rows->rows[0].interpreter != NULL;
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (metric_known(&METRICS[i], measured)) fprintf(f, "\t%s", METRICS[i].name);
#define X(name, help) fputs("\t" #name, f);
    COMPARISON_COLUMNS(X)
#undef X
    for (size_t i = 0; i < rows->count; i++) {
        const Row *row = &rows->rows[i];
        char name[FILE_NAME_SIZE];
        file_name(name, i, row->policy->label);
        char stream[17];
        digest_text(stream, row->stream_digest, row->status == STATUS_OK);
        fprintf(f, "\n%s\t%s\t%s\t%s\t%s\t%s\t%016llx", row->policy->label, name,
                policy_choice_summary(row->policy), row->is_floor ? "floor" : "collector",
                status_name(row->status), stream, llu(row->result_digest));
        for (size_t k = 0; k < METRIC_COUNT; k++)
            if (metric_known(&METRICS[k], measured))
                fprintf(f, "\t%llu", llu(metric_value(&row->metrics, &METRICS[k])));
#define X(name, help) fprintf(f, "\t%llu", llu(row->name));
        COMPARISON_COLUMNS(X)
#undef X
    }
    fputc('\n', f);
}

static void write_metrics(FILE *f, const Rows *rows) {
    const bool measured = rows->rows[0].interpreter != NULL;
    fputs("name\tunit\tdirection\thelp\n", f);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (metric_known(&METRICS[i], measured))
            fprintf(f, "%s\t%s\t%s\t%s\n", METRICS[i].name, metric_unit_name(METRICS[i].unit),
                    metric_direction_name(METRICS[i].better), METRICS[i].help);
#define X(name, help) fprintf(f, "%s\tpermille\tlower\t%s\n", #name, help);
    COMPARISON_COLUMNS(X)
#undef X
}

static void write_runs(FILE *f, const Rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        row_print_json(f, &rows->rows[i]);
        fputc('\n', f);
    }
}

// The head of the workload's text: its first line is the title, the rest says what it models.
static void write_head(FILE *f, const char *head) {
    size_t title = strcspn(head, "\n");
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)title, head);
    text_squeeze(line, line, sizeof line);
    text_plain(line, line, sizeof line);
    fprintf(f, "title\t%s\ndescription\t", line);
    for (const char *p = head + title; *p != '\0'; p++)
        fputc((unsigned char)*p < ' ' ? ' ' : *p, f);
    fputc('\n', f);
}

static bool write_provenance(const char *dir, const RunArguments *a, const Rows *rows,
                             Error *error) {
    const Spec *spec = rows->rows[0].spec;
    Output output;
    if (!output_open(&output, dir, "", "provenance.tsv", error)) return false;
    FILE *f = output.file;
    fputs("key\tvalue\n", f);
    write_head(f, spec->head);
    fprintf(f, "command\touro%s\n", a->command);
    fprintf(f, "workload\t%s\nworkload_digest\t%016llx\n", spec->name, llu(spec->digest));
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].stream_digest != 0) {
            fprintf(f, "stream_digest\t%016llx\n", llu(rows->rows[i].stream_digest));
            break;
        }
    fprintf(f, "seed\t%llu\nscale\t%llu.%06llu\n", llu(spec->seed), llu(spec->scale / 1000000),
            llu(spec->scale % 1000000));
    fprintf(f, "behaviour\t%u\ncommit\t%s\n", BEHAVIOUR_VERSION, OURO_COMMIT);
    char engine[ENGINE_NAME_SIZE];
    row_engine(&rows->rows[0], engine);
    fprintf(f, "engine\t%s\nallocator\t%s\n", engine, rows->rows[0].allocator->name);
    fprintf(f, "cost_model\t%s\n", rows->rows[0].cost);
    if (rows->rows[0].interpreter != NULL)
        fprintf(f, "measured\tCPython %s\n", rows->rows[0].interpreter);
    fprintf(f, "memory_limit_bytes\t%llu\n", llu(spec->memory_limit));
    return output_close(&output, error);
}

typedef void (*RowsWriter)(FILE *file, const Rows *rows);

static bool write_rows(const char *dir, const char *name, RowsWriter write, const Rows *rows,
                       Error *error) {
    Output output;
    if (!output_open(&output, dir, "", name, error)) return false;
    write(output.file, rows);
    return output_close(&output, error);
}

bool outdir_close(const char *dir, const RunArguments *arguments, const Rows *rows, Error *error) {
    return write_provenance(dir, arguments, rows, error) &&
           write_rows(dir, "metrics.tsv", write_metrics, rows, error) &&
           write_rows(dir, "runs.jsonl", write_runs, rows, error) &&
           write_rows(dir, "summary.tsv", write_summary, rows, error);
}
