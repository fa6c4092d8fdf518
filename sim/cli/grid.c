// grid.c -- what a sweep runs
#include "grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "policy_file.h"
#include "run_key.h"
#include "spec_text.h"
#include "text.h"

// ---- the words of a sweep ----

bool grid_workload(Grid *grid, const char *text, const char *where, Error *error) {
    char path[PATH_SIZE];
    Error why = {0};
    if (!path_workload(text, path, sizeof path, &why))
        return error_set(error, "%s%s", where, why.text);
    values_add(&grid->workloads, text);
    values_add(&grid->paths, path);
    return true;
}

static ValuesKind knob_kind(const Policy *policy, const char *name, size_t length) {
    for (size_t i = 0; i < policy->knob_count; i++) {
        const Knob *knob = &policy->knobs[i];
        if (strlen(knob->name) != length || strncmp(knob->name, name, length) != 0) continue;
        if (knob->kind == KNOB_BYTES) return VALUES_BYTES;
        if (knob->kind == KNOB_COUNT) return VALUES_COUNT;
    }
    return VALUES_DECIMAL;  // flags and names: lists only, ranges end up as bad values
}

// The cross product of what stands in `labels` with the values of one knob.
static bool labels_multiply(Values *labels, const char *name, size_t length, const Values *values,
                            Error *error) {
    Values product = {0};
    if (labels->count * values->count > POLICIES_MAX)
        return error_set(error, "stands for more than %d policies", POLICIES_MAX);
    for (size_t i = 0; i < labels->count; i++)
        for (size_t k = 0; k < values->count; k++) {
            char label[2 * OVERRIDE_SIZE];
            const char *before = labels->texts[i];
            snprintf(label, sizeof label, "%s%s%.*s%s", before, strchr(before, ':') ? "," : ":",
                     (int)length, name, values->texts[k]);
            values_add(&product, label);
        }
    values_free(labels);
    *labels = product;
    return true;
}

// A knob ends where the next one begins: at a comma that another `=` follows before the next comma.
static size_t knob_length(const char *knob) {
    size_t length = strcspn(knob, ",");
    while (knob[length] == ',') {
        size_t next = strcspn(knob + length + 1, ",");
        if (memchr(knob + length + 1, '=', next) != NULL) break;
        length += 1 + next;
    }
    return length;
}

static bool knob_expand(Values *labels, const Policy *policy, const char *knob, size_t length,
                        Error *error) {
    Values values = {0};
    char text[OVERRIDE_SIZE];
    const char *equals = memchr(knob, '=', length);
    size_t name = equals != NULL ? (size_t)(equals - knob) + 1 : length;
    if (length >= sizeof text)
        return error_set(error, "%.40s...: longer than %zu characters", knob, sizeof text - 1);
    snprintf(text, sizeof text, "%.*s", (int)(length - name), knob + name);
    bool good = true;
    if (*text == '\0')
        values_add(&values, "");  // policy_named says what is wrong with it
    else
        good = values_expand(&values, text, knob_kind(policy, knob, name - 1), error);
    good = good && labels_multiply(labels, knob, name, &values, error);
    values_free(&values);
    return good;
}

static bool knobs_expand(Values *labels, const Policy *policy, const char *knobs, Error *error) {
    for (const char *knob = knobs; *knob != '\0';) {
        size_t length = knob_length(knob);
        if (length > 0 && !knob_expand(labels, policy, knob, length, error)) return false;
        knob += length + (knob[length] == ',');
    }
    return true;
}

static bool policy_expand(Values *labels, const char *text, Error *error) {
    char name[POLICY_LABEL_SIZE];
    PolicyChoice choice;
    size_t length = strcspn(text, ":");
    snprintf(name, sizeof name, "%.*s", (int)min_u64(length, sizeof name - 1), text);
    if (!policy_named(&choice, name, error)) return false;
    values_add(labels, name);
    return text[length] == '\0' || knobs_expand(labels, choice.policy, text + length + 1, error);
}

bool grid_policy(Grid *grid, const char *text, const char *where, Error *error) {
    Values labels = {0};
    Error why = {0};
    bool good = policy_expand(&labels, text, &why);
    if (good && grid->policies.count + labels.count > POLICIES_MAX)
        good = error_set(&why, "makes more than %d policies in all", POLICIES_MAX);
    for (size_t i = 0; good && i < labels.count; i++) {
        PolicyChoice choice;
        good = policy_named(&choice, labels.texts[i], &why);
        if (good) values_add(&grid->policies, labels.texts[i]);
    }
    values_free(&labels);
    return good || error_set(error, "%s--policy %.60s: %s", where, text, why.text);
}

// What may stand for a key's value; the table of keys knows.
static ValuesKind key_kind(const char *name) {
    for (size_t i = 0; i < spec_key_count(); i++) {
        SpecKey key = spec_key(i);
        if (strcmp(key.name, name) != 0) continue;
        if (strcmp(name, "links") == 0) return VALUES_WHOLE;
        if (strcmp(key.unit, "bytes") == 0) return VALUES_BYTES;
        if (strstr(key.range, "100 %") != NULL || strcmp(key.unit, "factor") == 0)
            return VALUES_DECIMAL;
    }
    return VALUES_COUNT;
}

static bool axis_put(Grid *grid, const char *name, Values values, const char *where, Error *error) {
    size_t i = 0;
    while (i < grid->axis_count && strcmp(grid->axes[i].name, name) != 0) i++;
    if (i == AXES_MAX) {
        values_free(&values);
        return error_set(error, "%smore than %d keys are set", where, AXES_MAX);
    }
    if (i == grid->axis_count) grid->axis_count++;
    Axis *axis = &grid->axes[i];
    values_free(&axis->values);
    snprintf(axis->name, sizeof axis->name, "%s", name);
    snprintf(axis->where, sizeof axis->where, "%s", where);
    axis->values = values;
    return true;
}

static bool axis_read(Grid *grid, const char *name, const char *text, const char *where,
                      Error *error) {
    Values values = {0};
    Error why = {0};
    if (values_expand(&values, text, key_kind(strchr(name, '.') + 1), &why))
        return axis_put(grid, name, values, where, error);
    values_free(&values);
    return error_set(error, "%s--set %s: %s", where, name, why.text);
}

bool grid_set(Grid *grid, const char *text, const char *where, Error *error) {
    const char *equals = strchr(text, '='), *dot = strchr(text, '.');
    if (equals == NULL || dot == NULL || dot > equals || equals - text >= AXIS_NAME_SIZE)
        return error_set(error, "%s--set %.60s: this is not section.key=values", where, text);
    char name[AXIS_NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    return axis_read(grid, name, equals + 1, where, error);
}

bool grid_scale(Grid *grid, const char *text, const char *where, Error *error) {
    return axis_read(grid, "workload.scale", text, where, error);
}

bool grid_seeds(Grid *grid, const char *text, const char *where, Error *error) {
    uint64_t count = 0;
    Values values = {0};
    Error why = {0};
    if (!text_count(text, 1, VALUES_MAX, &count, &why))
        return error_set(error,
                         "%s--seeds: %s (seeds 1 to N; --set workload.seed=list chooses them)",
                         where, why.text);
    for (uint64_t seed = 1; seed <= count; seed++) {
        char value[32];
        snprintf(value, sizeof value, "%llu", (unsigned long long)seed);
        values_add(&values, value);
    }
    return axis_put(grid, "workload.seed", values, where, error);
}

void grid_free(Grid *grid) {
    values_free(&grid->workloads);
    values_free(&grid->paths);
    values_free(&grid->policies);
    for (size_t i = 0; i < grid->axis_count; i++) values_free(&grid->axes[i].values);
}

// ---- cells ----

// Errors of an override name the command line; one that came from a sweep file has its line.
static bool axis_error(const Grid *grid, const Error *why, Error *error) {
    for (size_t i = 0; i < grid->axis_count; i++) {
        char head[AXIS_NAME_SIZE + 8];
        int length = snprintf(head, sizeof head, "--set %s", grid->axes[i].name);
        if (strncmp(why->text, head, (size_t)length) == 0)
            return error_set(error, "%s%s", grid->axes[i].where, why->text);
    }
    return error_set(error, "%s", why->text);
}

static bool spec_open(const Grid *grid, uint32_t workload, uint64_t point, Spec *spec,
                      Error *error) {
    char texts[AXES_MAX][AXIS_NAME_SIZE + VALUE_SIZE];
    const char *overrides[AXES_MAX];
    Error why = {0};
    for (size_t i = 0; i < grid->axis_count; i++) {
        const Axis *axis = &grid->axes[i];
        snprintf(texts[i], sizeof texts[i], "%s=%s", axis->name,
                 axis->values.texts[point % axis->values.count]);
        overrides[i] = texts[i];
        point /= axis->values.count;
    }
    return spec_read(spec, grid->paths.texts[workload], overrides, grid->axis_count, &why) ||
           axis_error(grid, &why, error);
}

bool grid_open(const Grid *grid, const Cell *cell, Spec *spec, PolicyChoice *policy, Error *error) {
    return policy_named(policy, grid->policies.texts[cell->policy], error) &&
           spec_open(grid, cell->workload, cell->point, spec, error);
}

// Of two cells with one key the one that was named first is kept.
static int compare_cells(const void *a, const void *b) {
    const Cell *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->workload != y->workload) return x->workload < y->workload ? -1 : 1;
    if (x->policy != y->policy) return x->policy < y->policy ? -1 : 1;
    return x->point < y->point ? -1 : x->point > y->point;
}

// Whether the policy finds the phases it names: before the first run, not in the middle of a night.
static bool policy_fits(const Grid *grid, const Spec *spec, const PolicyChoice *policy,
                        Error *error) {
    RunOptions options = {
        .spec = spec, .policy = policy, .engine = grid->engine, .cost = &grid->cost, .batch = 4096};
    Run *run = run_open(&options, error);
    run_close(run);
    return run != NULL;
}

// The cells of one workload.
static bool workload_cells(const Grid *grid, uint32_t workload, uint64_t points,
                           const PolicyChoice *policies, Cells *cells, Error *error) {
    Spec *spec = memory_new(1, sizeof *spec);
    bool good = true;
    for (uint64_t point = 0; good && point < points; point++) {
        good = spec_open(grid, workload, point, spec, error);
        for (uint32_t i = 0; good && i < grid->policies.count; i++) {
            cells->cells[cells->count++] =
                (Cell){.key = run_key(spec, &policies[i], grid->engine, &grid->cost),
                       .allocations = spec_allocations(spec),
                       .point = point,
                       .workload = workload,
                       .policy = i};
            Error why = {0};
            if (point == 0 && !policy_fits(grid, spec, &policies[i], &why))
                good = error_set(error, "%s: %s", grid->workloads.texts[workload], why.text);
        }
    }
    free(spec);
    return good;
}

bool grid_cells(const Grid *grid, Cells *cells, Error *error) {
    U128 points = 1;
    for (size_t i = 0; i < grid->axis_count && points <= CELLS_MAX; i++)
        points *= grid->axes[i].values.count;
    U128 total = points * grid->workloads.count * grid->policies.count;
    if (total > CELLS_MAX) return error_set(error, "more than %d runs", CELLS_MAX);
    PolicyChoice *policies = memory_new(grid->policies.count, sizeof *policies);
    *cells = (Cells){.cells = memory_new((size_t)total, sizeof *cells->cells)};
    bool good = true;
    for (size_t i = 0; good && i < grid->policies.count; i++)
        good = policy_named(&policies[i], grid->policies.texts[i], error);
    for (uint32_t i = 0; good && i < grid->workloads.count; i++)
        good = workload_cells(grid, i, (uint64_t)points, policies, cells, error);
    free(policies);
    qsort(cells->cells, cells->count, sizeof *cells->cells, compare_cells);
    size_t kept = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (kept == 0 || cells->cells[kept - 1].key != cells->cells[i].key)
            cells->cells[kept++] = cells->cells[i];
    cells->count = kept;
    return good;
}
