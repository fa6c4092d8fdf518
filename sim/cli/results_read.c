// results_read.c -- the rows of a folder of journals
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "results.h"

static bool is_listed(const SweepList *list, uint64_t key, size_t *at) {
    while (*at < list->count && list->cells[*at].key < key) ++*at;
    return *at < list->count && list->cells[*at].key == key;
}

static void note_conflict(Results *r, const Record *one, const Record *other) {
    r->conflicts = memory_resize(r->conflicts, r->conflict_count + 1, sizeof *r->conflicts);
    r->conflicts[r->conflict_count++] = (Conflict){one, other};
}

// One row for the records [first, end) of a key. They are sorted by row, so equal ones are
// neighbours; a whole row goes before those of runs that died.
static const Record *row_choose(Results *r, const Record *first, const Record *end) {
    const Record *chosen = NULL;
    for (const Record *record = first; record < end; record++) {
        bool is_whole = record_is_whole(record);
        bool repeats = record > first && strcmp(record->row, record[-1].row) == 0;
        r->duplicate_count += repeats;
        if (chosen == NULL || (is_whole && !record_is_whole(chosen)))
            chosen = record;
        else if (is_whole && !repeats)
            note_conflict(r, chosen, record);
    }
    return chosen;
}

static RunStatus row_status(const Record *record) {
    char text[32] = "";
    flat_json_text(record->row, "status", text, sizeof text);
    for (int i = 0; i <= STATUS_CRASH; i++)
        if (strcmp(status_name((RunStatus)i), text) == 0) return (RunStatus)i;
    return STATUS_CRASH;
}

static void digest_row(XXH3_state_t *state, const Record *record, RunStatus status) {
    const char *text = record_is_whole(record) ? record->row : status_name(status);
    XXH3_64bits_update(state, &record->key, sizeof record->key);
    XXH3_64bits_update(state, text, strlen(text) + 1);
}

static void choose_rows(Results *r) {
    XXH3_state_t *state = XXH3_createState();
    MEMORY_CHECK(state != NULL);
    XXH3_64bits_reset(state);
    const Record *record = r->journals.records,
                 *last = record != NULL ? record + r->journals.count : NULL;
    size_t at = 0;
    r->rows = memory_new(r->journals.count, sizeof *r->rows);
    while (record < last) {
        const Record *end = record;
        while (end < last && end->key == record->key) end++;
        if (r->list.text != NULL && !is_listed(&r->list, record->key, &at)) {
            r->stranger_count++;
        } else {
            const Record *chosen = row_choose(r, record, end);
            RunStatus status = row_status(chosen);
            r->rows[r->count++] = chosen;
            r->by_status[status]++;
            digest_row(state, chosen, status);
        }
        record = end;
    }
    r->digest = XXH3_64bits_digest(state);
    XXH3_freeState(state);
}

static void find_holes(Results *r) {
    size_t row = 0;
    r->holes = memory_new(r->list.count, sizeof *r->holes);
    for (size_t i = 0; i < r->list.count; i++) {
        uint64_t key = r->list.cells[i].key;
        while (row < r->count && r->rows[row]->key < key) row++;
        if (row == r->count || r->rows[row]->key != key)
            r->holes[r->hole_count++] = &r->list.cells[i];
    }
}

bool results_read(Results *r, const char *dir, Error *error) {
    *r = (Results){0};
    bool good = journals_read(&r->journals, dir, error) && sweep_list_read(&r->list, dir, error);
    if (good && r->journals.file_count == 0 && r->list.text == NULL)
        good = error_set(error, "%s: no journal/*.jsonl and no sweep.jsonl are there", dir);
    if (!good) {
        results_free(r);
        return false;
    }
    choose_rows(r);
    find_holes(r);
    return true;
}

void results_free(Results *r) {
    journals_free(&r->journals);
    sweep_list_free(&r->list);
    free(r->rows);
    free(r->holes);
    free(r->conflicts);
    *r = (Results){0};
}

Values results_columns(const Results *r) {
    Values columns = {0};
    for (size_t i = 0; i < r->count; i++) {
        const char *cursor = r->rows[i]->row;
        FlatField field;
        for (size_t at = 0; flat_json_next(&cursor, &field); at++) {
            if (at < columns.count && strcmp(columns.texts[at], field.name) == 0) continue;
            size_t known = 0;
            while (known < columns.count && strcmp(columns.texts[known], field.name) != 0) known++;
            if (known == columns.count) values_add(&columns, field.name);
        }
    }
    return columns;
}

void conflict_field(const Conflict *conflict, char name[FLAT_NAME_SIZE]) {
    const char *one = conflict->one->row, *other = conflict->other->row;
    FlatField a, b;
    name[0] = '\0';
    while (flat_json_next(&one, &a) && flat_json_next(&other, &b)) {
        memcpy(name, a.name, FLAT_NAME_SIZE);
        if (strcmp(a.name, b.name) != 0 || strcmp(a.value, b.value) != 0) return;
    }
}
