// sweep_list.c -- what a sweep is to run
#include "sweep_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "commit.h"
#include "flat_json.h"
#include "folders.h"
#include "gather.h"
#include "rows.h"
#include "tsv.h"

static bool list_path(char path[PATH_SIZE], const char *dir, Error *error) {
    return snprintf(path, PATH_SIZE, "%s/sweep.jsonl", dir) < PATH_SIZE ||
           error_set(error, "%.60s...: path is too long", dir);
}

void cell_print_settings(FILE *file, const Grid *grid, const Cell *cell) {
    uint64_t point = cell->point;
    for (size_t i = 0; i < grid->axis_count; i++) {
        const Axis *axis = &grid->axes[i];
        fprintf(file, "%s%s=%s", i > 0 ? "; " : "", axis->name,
                axis->values.texts[point % axis->values.count]);
        point /= axis->values.count;
    }
}

static void json_settings(FILE *file, const Grid *grid, const Cell *cell) {
    Gather gather;
    FILE *memory = gather_open(&gather);
    cell_print_settings(memory, grid, cell);
    char *text = gather_close(&gather);
    json_string(file, text);
    free(text);
}

static void json_command(FILE *file, const SweepOptions *options) {
    static const char *const without[] = {"shard", "j", "retry", NULL};  // they change no result
    char *text = sweep_command_text(options, without);
    json_string(file, text);
    free(text);
}

// A thousand shards need not write a thousand times.
static bool is_there(const char *path, const char *text, size_t size) {
    size_t length = 0;
    Error ignored = {0};
    char *there = tsv_text_read(path, &length, &ignored);
    bool same = there != NULL && length == size && memcmp(there, text, size) == 0;
    free(there);
    return same;
}

bool sweep_list_write(const SweepOptions *options, const Cells *cells, Error *error) {
    char path[PATH_SIZE];
    Gather gather;
    FILE *file = gather_open(&gather);
    XXH3_state_t *state = XXH3_createState();
    MEMORY_CHECK(state != NULL);
    XXH3_64bits_reset(state);
    for (size_t i = 0; i < cells->count; i++)
        XXH3_64bits_update(state, &cells->cells[i].key, sizeof cells->cells[i].key);
    fputs("{\"command\":", file);
    json_command(file, options);
    fprintf(file, ",\"commit\":\"%s\",\"behaviour\":%u,\"runs\":%zu,\"keys_digest\":\"%016llx\"}\n",
            OURO_COMMIT, BEHAVIOUR_VERSION, cells->count,
            (unsigned long long)XXH3_64bits_digest(state));
    XXH3_freeState(state);
    for (size_t i = 0; i < cells->count; i++) {
        const Cell *cell = &cells->cells[i];
        fprintf(file, "{\"key\":\"%016llx\",\"workload\":", (unsigned long long)cell->key);
        json_string(file, options->grid.workloads.texts[cell->workload]);
        fputs(",\"policy\":", file);
        json_string(file, options->grid.policies.texts[cell->policy]);
        fputs(",\"set\":", file);
        json_settings(file, &options->grid, cell);
        fprintf(file, ",\"allocations\":%llu}\n", (unsigned long long)cell->allocations);
    }
    char *text = gather_close(&gather);
    bool good = folder_make(options->out, error) && list_path(path, options->out, error) &&
                (is_there(path, text, gather.length) || file_put(path, text, gather.length, error));
    free(text);
    return good;
}

static bool line_key(const char *line, uint64_t *key) {
    char text[64], *end = NULL;
    if (!flat_json_text(line, "key", text, sizeof text)) return false;
    *key = strtoull(text, &end, 16);
    return end == text + 16 && *end == '\0';
}

bool sweep_list_read(SweepList *list, const char *dir, Error *error) {
    char path[PATH_SIZE];
    size_t length = 0, lines = 0;
    *list = (SweepList){0};
    if (!list_path(path, dir, error)) return false;
    if (access(path, F_OK) != 0 && errno == ENOENT) return true;
    list->text = tsv_text_read(path, &length, error);
    if (list->text == NULL) return false;
    for (const char *p = list->text; *p != '\0'; p++) lines += *p == '\n';
    list->cells = memory_new(lines, sizeof *list->cells);
    uint32_t number = 1;
    for (char *line = list->text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        ListedCell cell = {.text = line};
        if (number++ == 1) {
            list->provenance = line;
        } else if (line_key(line, &cell.key) &&
                   (list->count == 0 || list->cells[list->count - 1].key < cell.key)) {
            list->cells[list->count++] = cell;
        } else {
            sweep_list_free(list);
            return error_set(error,
                             "%s:%u: is not a cell, or out of order; run the sweep again: "
                             "it writes this file",
                             path, number - 1);
        }
    }
    return true;
}

void sweep_list_free(SweepList *list) {
    free(list->text);
    free(list->cells);
    *list = (SweepList){0};
}
