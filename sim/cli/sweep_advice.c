// sweep_advice.c -- the cells of a sweep as `ouro advise` takes them
#include "sweep_advice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool key_varies(const SweepData *data, const char *workload, const char *key) {
    for (size_t i = 0; i < data->family_count; i++) {
        const SweepFamily *family = &data->families[i];
        if (strcmp(family->workload, workload) != 0) continue;
        for (size_t k = 0; k < family->axis_count; k++)
            if (!family->axes[k].is_knob && strcmp(family->axes[k].name, key) == 0) return true;
    }
    return false;
}

char *sweep_situation(const SweepData *data, const SweepCell *cell) {
    size_t size = strlen(cell->workload) + strlen(cell->settings) + 2;
    char *name = memory_new(size, 1);
    snprintf(name, size, "%s", cell->workload);
    for (size_t i = cell->knob_count; i < cell->pair_count; i++) {
        size_t used = strlen(name);
        const SweepPair *pair = &cell->pairs[i];
        if (key_varies(data, cell->workload, pair->key))
            snprintf(name + used, size - used, " %s=%s", pair->key, pair->value);
    }
    return name;
}

static bool cell_add(GateFigures *figures, const SweepCell *cell, const char *situation,
                     Error *error) {
    const struct {
        const char *metric;
        SweepFigure figure;
    } numbers[] = {{"pause_ns_p99", SWEEP_P99},
                   {"peak_held_bytes", SWEEP_PEAK},
                   {"total_ns", SWEEP_TOTAL},
                   {"pause_ns_total", SWEEP_GC}};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        if (!gate_figures_add_number(figures, situation, cell->policy, numbers[i].metric,
                                     cell->values[numbers[i].figure], error))
            return false;
    const char *kind = cell->finished && !cell->competes ? "floor" : "collector";
    return gate_figures_add(figures,
                            (GateFigure){situation, cell->policy, WORD_STATUS, cell->status, 0},
                            error) &&
           gate_figures_add(figures, (GateFigure){situation, cell->policy, "kind", kind, 0}, error);
}

bool sweep_advice_figures(const SweepData *data, const char *workload, GateFigures *figures,
                          Error *error) {
    bool good = true;
    for (size_t i = 0; i < data->cell_count && good; i++) {
        const SweepCell *cell = &data->cells[i];
        if (workload != NULL && strcmp(cell->workload, workload) != 0) continue;
        char *situation = sweep_situation(data, cell);
        good = cell_add(figures, cell, situation, error);
        free(situation);
    }
    return good;
}

bool sweep_advice_read(GateFigures *figures, const char *dir, Error *error) {
    SweepData data;
    if (!sweep_data_read(&data, dir, NULL, 0, error)) return false;
    bool good = sweep_advice_figures(&data, NULL, figures, error);
    sweep_data_free(&data);
    return good;
}
