// sweep_data.c -- the rows of a sweep, ordered for people
#include "sweep_data.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tsv.h"

static const char *const FIGURE_METRICS[] = {
#define X(name, metric) metric,
    SWEEP_FIGURES(X)
#undef X
};

// ---- order ----

static double number_at(const char **text) {
    char *end = NULL;
    double value = strtod(*text, &end);
    const char *units = "kMG", *unit = *end != '\0' ? strchr(units, *end) : NULL;
    if (unit != NULL && !isalpha((unsigned char)end[1])) {
        for (const char *p = units; p <= unit; p++) value *= 1000;
        end++;
    }
    *text = end;
    return value;
}

int sweep_order(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            double one = number_at(&a), other = number_at(&b);
            if (one != other) return one < other ? -1 : 1;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++, b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int texts_order(const void *a, const void *b) {
    return sweep_order(*(const char *const *)a, *(const char *const *)b);
}

// Cells of seeds that belong together come one after the other.
static int cells_order(const void *a, const void *b) {
    const SweepCell *one = a, *other = b;
    const char *const keys[][2] = {{one->workload, other->workload},
                                   {one->base, other->base},
                                   {one->policy, other->policy},
                                   {one->settings, other->settings}};
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        int order = sweep_order(keys[i][0], keys[i][1]);
        if (order == 0) order = strcmp(keys[i][0], keys[i][1]);
        if (order != 0) return order;
    }
    return (one->seed > other->seed) - (one->seed < other->seed);
}

static bool same_cell(const SweepCell *a, const SweepCell *b) {
    return strcmp(a->workload, b->workload) == 0 && strcmp(a->policy, b->policy) == 0 &&
           strcmp(a->settings, b->settings) == 0;
}

// ---- one row ----

// Cuts "key=value" pieces at `separator` and adds them to the cell's pairs.
static void pairs_add(SweepCell *cell, const char *text, const char *separator) {
    while (*text != '\0') {
        const char *end = strstr(text, separator), *equals = strchr(text, '=');
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        if (equals != NULL && equals < text + length) {
            cell->pairs = memory_resize(cell->pairs, cell->pair_count + 1, sizeof *cell->pairs);
            cell->pairs[cell->pair_count++] =
                (SweepPair){memory_text(text, (size_t)(equals - text)),
                            memory_text(equals + 1, (size_t)(text + length - equals - 1))};
        }
        text += length + (end != NULL ? strlen(separator) : 0);
    }
}

// The scale of a row is written as a number, and not among what is set.
static void settings_fill(SweepCell *cell, const char *row, const char *set) {
    const char *cursor = row;
    FlatField field;
    size_t size = strlen(set) + 96;
    char scale[64] = "";
    while (flat_json_next(&cursor, &field))
        if (strcmp(field.name, "scale") == 0) snprintf(scale, sizeof scale, "%.60s", field.value);
    size_t length = strlen(scale);
    while (strchr(scale, '.') != NULL && length > 0 && scale[length - 1] == '0')
        scale[--length] = '\0';
    if (length > 0 && scale[length - 1] == '.') scale[--length] = '\0';
    cell->settings = memory_new(size, 1);
    snprintf(cell->settings, size, "workload.scale=%s%s%s", scale, set[0] != '\0' ? "; " : "", set);
}

static bool cell_figures(SweepCell *cell, const SweepData *data, const Record *record,
                         Error *error) {
    const char *cursor = NULL;
    FlatField field;
    for (size_t i = 0; i < SWEEP_CHOSEN + data->chosen_count; i++) {
        const char *name = i < SWEEP_CHOSEN ? FIGURE_METRICS[i] : data->chosen[i - SWEEP_CHOSEN];
        if (!flat_json_seek(record->row, &cursor, name, &field) ||
            !tsv_number_parse(field.value, &cell->values[i]))
            return error_set(error, "%s:%u: the row has no figure '%s'", record->path, record->line,
                             name);
    }
    return true;
}

static bool cell_read(SweepCell *cell, const SweepData *data, const Record *record, Error *error) {
    static char workload[FLAT_VALUE_SIZE], policy[FLAT_VALUE_SIZE], set[FLAT_VALUE_SIZE];
    char status[32] = "";
    if (!flat_json_text(record->row, "workload", workload, sizeof workload) ||
        !flat_json_text(record->row, "policy", policy, sizeof policy) ||
        !flat_json_text(record->row, "set", set, sizeof set) ||
        !flat_json_text(record->row, "status", status, sizeof status) ||
        !flat_json_number(record->row, "seed", &cell->seed))
        return error_set(error, "%s:%u: the row has no workload, policy, set, status or seed",
                         record->path, record->line);
    cell->workload = memory_text(workload, strlen(workload));
    cell->policy = memory_text(policy, strlen(policy));
    cell->base = memory_text(policy, strcspn(policy, ":"));
    settings_fill(cell, record->row, set);
    cell->status = "crash";
    for (int i = 0; i <= STATUS_CRASH; i++)
        if (strcmp(status_name((RunStatus)i), status) == 0)
            cell->status = status_name((RunStatus)i);
    cell->finished = strcmp(cell->status, "ok") == 0;
    cell->seeds = 1;
    if (policy[strlen(cell->base)] == ':') pairs_add(cell, policy + strlen(cell->base) + 1, ",");
    cell->knob_count = cell->pair_count;
    pairs_add(cell, cell->settings, "; ");
    return cell_figures(cell, data, record, error);
}

static void cell_free(SweepCell *cell) {
    for (size_t i = 0; i < cell->pair_count; i++) {
        free(cell->pairs[i].key);
        free(cell->pairs[i].value);
    }
    free(cell->pairs);
    free(cell->workload);
    free(cell->policy);
    free(cell->settings);
    free(cell->base);
}

// ---- seeds ----

static int numbers_order(const void *a, const void *b) {
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

// cells[first, end) differ in their seed alone: the first becomes all of them.
static void seeds_merge(SweepCell *cells, size_t first, size_t end, size_t figures) {
    SweepCell *kept = &cells[first];
    uint64_t *sorted = memory_new(end - first, sizeof *sorted);
    for (size_t k = 0; k < figures; k++) {
        for (size_t i = first; i < end; i++) sorted[i - first] = cells[i].values[k];
        qsort(sorted, end - first, sizeof *sorted, numbers_order);
        kept->values[k] = sorted[(end - first - 1) / 2];
    }
    for (size_t i = first + 1; i < end; i++) {
        if (kept->finished) kept->status = cells[i].status;
        kept->finished &= cells[i].finished;
        cell_free(&cells[i]);
    }
    kept->seeds = (uint32_t)(end - first);
    free(sorted);
}

static void cells_merge(SweepData *data) {
    size_t kept = 0;
    for (size_t first = 0, end; first < data->cell_count; first = end) {
        for (end = first + 1; end < data->cell_count; end++)
            if (!same_cell(&data->cells[first], &data->cells[end])) break;
        seeds_merge(data->cells, first, end, SWEEP_CHOSEN + data->chosen_count);
        SweepCell cell = data->cells[first];
        // oracle is the one policy that is no collector.
        cell.competes = cell.finished && strcmp(cell.base, "oracle") != 0;
        data->seeds = (uint32_t)max_u64(data->seeds, cell.seeds);
        data->cells[kept++] = cell;
    }
    data->cell_count = kept;
}

// ---- families ----

static const char *cell_value(const SweepCell *cell, const char *key, bool is_knob) {
    size_t from = is_knob ? 0 : cell->knob_count,
           to = is_knob ? cell->knob_count : cell->pair_count;
    for (size_t i = from; i < to; i++)
        if (strcmp(cell->pairs[i].key, key) == 0) return cell->pairs[i].value;
    return "";
}

size_t sweep_axis_index(const SweepAxis *axis, const SweepCell *cell) {
    const char *value = cell_value(cell, axis->name, axis->is_knob);
    for (size_t i = 0; i < axis->count; i++)
        if (strcmp(axis->values[i], value) == 0) return i;
    return 0;
}

static void axis_collect(const SweepData *data, const SweepFamily *family, const char *name,
                         bool is_knob, SweepAxis *axis) {
    *axis = (SweepAxis){.name = name, .is_knob = is_knob};
    axis->values = memory_new(family->count, sizeof *axis->values);
    for (size_t i = family->first; i < family->first + family->count; i++)
        axis->values[axis->count++] = cell_value(&data->cells[i], name, is_knob);
    qsort(axis->values, axis->count, sizeof *axis->values, texts_order);
    size_t kept = 0;
    for (size_t i = 0; i < axis->count; i++)
        if (i == 0 || strcmp(axis->values[i], axis->values[kept - 1]) != 0)
            axis->values[kept++] = axis->values[i];
    axis->count = kept;
}

static bool axis_known(const SweepFamily *family, const char *name, bool is_knob) {
    for (size_t i = 0; i < family->axis_count; i++)
        if (family->axes[i].is_knob == is_knob && strcmp(family->axes[i].name, name) == 0)
            return true;
    return false;
}

static int axes_order(const void *a, const void *b) {
    const SweepAxis *one = a, *other = b;
    if (one->count != other->count) return one->count > other->count ? -1 : 1;
    return strcmp(one->name, other->name);
}

static void family_label(SweepData *data, SweepFamily *family) {
    const SweepCell *cell = &data->cells[family->first];
    size_t size = strlen(cell->policy) + 2;
    family->label = memory_new(size, 1);
    snprintf(family->label, size, "%s", cell->base);
    const char *separator = ":";
    for (size_t i = 0; i < cell->knob_count; i++) {
        if (axis_known(family, cell->pairs[i].key, true)) continue;
        size_t used = strlen(family->label);
        snprintf(family->label + used, size - used, "%s%s=%s", separator, cell->pairs[i].key,
                 cell->pairs[i].value);
        separator = ",";
    }
}

// Keys of any cell: one may say what another leaves at its default.
static void family_axes(SweepData *data, SweepFamily *family) {
    for (size_t i = family->first; i < family->first + family->count; i++) {
        const SweepCell *cell = &data->cells[i];
        for (size_t k = 0; k < cell->pair_count; k++) {
            bool is_knob = k < cell->knob_count;
            SweepAxis axis;
            if (family->axis_count == SWEEP_AXES_MAX ||
                axis_known(family, cell->pairs[k].key, is_knob))
                continue;
            // What the first cell says has been looked at; few cells say what it does not.
            if (i > family->first &&
                *cell_value(&data->cells[family->first], cell->pairs[k].key, is_knob) != '\0')
                continue;
            // Most keys never vary: look before sorting.
            bool varies = false;
            for (size_t n = family->first; n < family->first + family->count && !varies; n++)
                varies = strcmp(cell_value(&data->cells[n], cell->pairs[k].key, is_knob),
                                cell->pairs[k].value) != 0;
            if (!varies) continue;
            axis_collect(data, family, cell->pairs[k].key, is_knob, &axis);
            family->axes[family->axis_count++] = axis;
        }
    }
    qsort(family->axes, family->axis_count, sizeof *family->axes, axes_order);
    family_label(data, family);
}

static void families_find(SweepData *data) {
    data->families = memory_new(data->cell_count, sizeof *data->families);
    data->workloads = memory_new(data->cell_count, sizeof *data->workloads);
    for (size_t first = 0, end; first < data->cell_count; first = end) {
        const SweepCell *cell = &data->cells[first];
        for (end = first + 1; end < data->cell_count; end++)
            if (strcmp(data->cells[end].workload, cell->workload) != 0 ||
                strcmp(data->cells[end].base, cell->base) != 0)
                break;
        SweepFamily *family = &data->families[data->family_count++];
        *family = (SweepFamily){
            .workload = cell->workload, .base = cell->base, .first = first, .count = end - first};
        family_axes(data, family);
        if (data->workload_count == 0 ||
            strcmp(data->workloads[data->workload_count - 1], cell->workload) != 0)
            data->workloads[data->workload_count++] = cell->workload;
    }
}

// ---- the whole ----

const MetricRow *sweep_metric(const char *name) {
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (strcmp(METRICS[i].name, name) == 0) return &METRICS[i];
    return NULL;
}

bool sweep_data_is(const char *dir) {
    static const char *const marks[] = {"sweep.jsonl", "journal"};
    char path[PATH_SIZE];
    struct stat info;
    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++)
        if (snprintf(path, sizeof path, "%s/%s", dir, marks[i]) < PATH_SIZE &&
            stat(path, &info) == 0)
            return true;
    return false;
}

static void provenance_read(SweepData *data) {
    static char text[FLAT_VALUE_SIZE];
    if (data->results.list.provenance == NULL ||
        !flat_json_text(data->results.list.provenance, "command", text, sizeof text))
        snprintf(text, sizeof text, "ouro sweep ... --out %.4000s", data->dir);
    data->command = memory_text(text, strlen(text));
    flat_json_text(data->results.rows[0]->row, "cost_model", data->cost_model,
                   sizeof data->cost_model);
}

bool sweep_data_read(SweepData *data, const char *dir, const char *const *chosen, size_t count,
                     Error *error) {
    CHECK(count <= SWEEP_CHOSEN_MAX);
    *data = (SweepData){.dir = dir, .chosen_count = count};
    for (size_t i = 0; i < count; i++) data->chosen[i] = chosen[i];
    if (!results_read(&data->results, dir, error)) return false;
    bool good = data->results.count > 0 || error_set(error, "%s: no run has a row yet", dir);
    if (good) provenance_read(data);
    data->cells = memory_new(data->results.count, sizeof *data->cells);
    for (size_t i = 0; good && i < data->results.count; i++)
        good = cell_read(&data->cells[data->cell_count++], data, data->results.rows[i], error);
    if (good) {
        qsort(data->cells, data->cell_count, sizeof *data->cells, cells_order);
        cells_merge(data);
        families_find(data);
    } else {
        sweep_data_free(data);
    }
    return good;
}

void sweep_data_free(SweepData *data) {
    for (size_t i = 0; i < data->cell_count; i++) cell_free(&data->cells[i]);
    for (size_t i = 0; i < data->family_count; i++) {
        free(data->families[i].label);
        for (size_t k = 0; k < data->families[i].axis_count; k++)
            free(data->families[i].axes[k].values);
    }
    free(data->cells);
    free(data->families);
    free(data->workloads);
    free(data->command);
    results_free(&data->results);
    *data = (SweepData){0};
}
