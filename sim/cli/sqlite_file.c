// sqlite_file.c -- results as an SQLite database
#include "sqlite_file.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"
#include "metrics.h"

static bool failed(sqlite3 *base, const char *path, Error *error) {
    return error_set(error, "%s: cannot be written: %s", path, sqlite3_errmsg(base));
}

static bool execute(sqlite3 *base, const char *sql) {
    return sqlite3_exec(base, sql, NULL, NULL, NULL) == SQLITE_OK;
}

// Binds and inserts one row of `count` texts; NULL texts are NULL. What looks like a number becomes
// one where its column is one.
static bool insert(sqlite3_stmt *statement, const char *const *texts, int count) {
    for (int i = 0; i < count; i++)
        if (sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT) != SQLITE_OK)
            return false;
    return sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
}

static sqlite3_stmt *insert_prepare(sqlite3 *base, const char *table, int columns) {
    char *sql = NULL;
    size_t size = 0;
    sqlite3_stmt *statement = NULL;
    FILE *file = open_memstream(&sql, &size);
    CHECK(file != NULL);
    fprintf(file, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < columns; i++) fputs(",?", file);
    fputc(')', file);
    fclose(file);
    if (sqlite3_prepare_v2(base, sql, -1, &statement, NULL) != SQLITE_OK) statement = NULL;
    free(sql);
    return statement;
}

// A name of a column as SQL has it: rows may come from anywhere.
static void name_print(FILE *file, const char *name) {
    fputc('"', file);
    for (const char *p = name; *p != '\0'; p++) fputs(*p == '"' ? "\"\"" : (char[]){*p, 0}, file);
    fputc('"', file);
}

// ---- tables ----

static void key_text(char text[17], uint64_t key) {
    snprintf(text, 17, "%016llx", (unsigned long long)key);
}

// A column holds numbers when it does so in the first row that has it.
static bool column_is_number(const Results *r, const char *name) {
    for (size_t i = 0; i < r->count; i++) {
        const char *cursor = NULL;
        FlatField field;
        if (flat_json_seek(r->rows[i]->row, &cursor, name, &field)) return field.is_number;
    }
    return false;
}

static bool runs_create(sqlite3 *base, const Results *r, const Values *columns) {
    Gather gather;
    FILE *file = gather_open(&gather);
    fputs("CREATE TABLE runs (key TEXT PRIMARY KEY", file);
    for (size_t i = 0; i < columns->count; i++) {
        fputs(", ", file);
        name_print(file, columns->texts[i]);
        fprintf(file, " %s",
                !column_is_number(r, columns->texts[i])   ? "TEXT"
                : strcmp(columns->texts[i], "scale") == 0 ? "REAL"
                                                          : "INTEGER");
    }
    fputs(") WITHOUT ROWID", file);
    char *sql = gather_close(&gather);
    bool good = execute(base, sql);
    free(sql);
    return good;
}

static bool run_insert(sqlite3_stmt *statement, const Record *record, const Values *columns,
                       FlatField *field) {
    char key[17];
    const char *cursor = NULL;
    key_text(key, record->key);
    bool good = sqlite3_bind_text(statement, 1, key, -1, SQLITE_TRANSIENT) == SQLITE_OK;
    for (size_t k = 0; good && k < columns->count; k++) {
        bool found = flat_json_seek(record->row, &cursor, columns->texts[k], field);
        good = sqlite3_bind_text(statement, (int)k + 2, found ? field->value : NULL, -1,
                                 SQLITE_TRANSIENT) == SQLITE_OK;
    }
    return good && sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
}

static bool runs_fill(sqlite3 *base, const Results *r) {
    Values columns = results_columns(r);
    bool good = runs_create(base, r, &columns);
    sqlite3_stmt *statement = good ? insert_prepare(base, "runs", (int)columns.count + 1) : NULL;
    FlatField *field = memory_new(1, sizeof *field);
    for (size_t i = 0; statement != NULL && good && i < r->count; i++)
        good = run_insert(statement, r->rows[i], &columns, field);
    good = good && statement != NULL;
    free(field);
    sqlite3_finalize(statement);
    values_free(&columns);
    return good;
}

// "name=value" texts, separated by `separator`, as rows of settings.
static bool settings_insert(sqlite3_stmt *statement, const char *key, const char *before,
                            char *text, const char *separator) {
    for (char *next; text != NULL && *text != '\0'; text = next) {
        next = strstr(text, separator);
        if (next != NULL) {
            *next = '\0';
            next += strlen(separator);
        }
        char *value = strchr(text, '='), name[256];
        if (value == NULL) continue;
        *value++ = '\0';
        snprintf(name, sizeof name, "%s%s", before, text);
        const char *const texts[] = {key, name, value};
        if (!insert(statement, texts, 3)) return false;
    }
    return true;
}

static bool settings_fill(sqlite3 *base, const Results *r) {
    sqlite3_stmt *statement = insert_prepare(base, "settings", 3);
    bool good = statement != NULL;
    for (size_t i = 0; good && i < r->count; i++) {
        char set[FLAT_VALUE_SIZE] = "", knobs[FLAT_VALUE_SIZE] = "", key[17];
        key_text(key, r->rows[i]->key);
        flat_json_text(r->rows[i]->row, "set", set, sizeof set);
        flat_json_text(r->rows[i]->row, "policy_knobs", knobs, sizeof knobs);
        char *first_knob = strchr(knobs, ':');
        good = settings_insert(statement, key, "", set, "; ") &&
               settings_insert(statement, key, "policy.",
                               first_knob != NULL ? first_knob + 1 : NULL, ",");
    }
    sqlite3_finalize(statement);
    return good;
}

// Texts of a JSON object by name, as one row of a table.
static bool object_insert(sqlite3_stmt *statement, const char *key, const char *object,
                          const char *const *names, int count) {
    const char *texts[8] = {key};
    char values[7][FLAT_VALUE_SIZE];
    CHECK(count < 8);
    for (int k = 0; k < count; k++) {
        const char *cursor = NULL;
        FlatField field;
        bool found = flat_json_seek(object, &cursor, names[k], &field);
        if (found) memcpy(values[k], field.value, sizeof values[k]);
        texts[k + 1] = found ? values[k] : NULL;
    }
    return insert(statement, texts, count + 1);
}

static bool measured_fill(sqlite3 *base, const Results *r) {
    static const char *const names[] = {"cpu_us", "wall_us", "resident_kib", "cause"};
    sqlite3_stmt *statement = insert_prepare(base, "measured", 5);
    bool good = statement != NULL;
    for (size_t i = 0; good && i < r->count; i++) {
        char key[17];
        key_text(key, r->rows[i]->key);
        good = object_insert(statement, key, r->rows[i]->measured, names, 4);
    }
    sqlite3_finalize(statement);
    return good;
}

static bool cells_fill(sqlite3 *base, const Results *r) {
    static const char *const names[] = {"workload", "policy", "set", "allocations"};
    sqlite3_stmt *statement = insert_prepare(base, "cells", 5);
    bool good = statement != NULL;
    for (size_t i = 0; good && i < r->list.count; i++) {
        char key[17];
        key_text(key, r->list.cells[i].key);
        good = object_insert(statement, key, r->list.cells[i].text, names, 4);
    }
    sqlite3_finalize(statement);
    return good;
}

static bool metrics_fill(sqlite3 *base) {
    sqlite3_stmt *statement = insert_prepare(base, "metrics", 4);
    bool good = statement != NULL;
    for (size_t i = 0; good && i < METRIC_COUNT; i++) {
        const char *const texts[] = {METRICS[i].name, metric_unit_name(METRICS[i].unit),
                                     metric_direction_name(METRICS[i].better), METRICS[i].help};
        good = insert(statement, texts, 4);
    }
    sqlite3_finalize(statement);
    return good;
}

// ---- the file ----

static const char TABLES[] =
    "CREATE TABLE settings (key TEXT, name TEXT, value, PRIMARY KEY (key, name)) WITHOUT ROWID;"
    "CREATE TABLE measured (key TEXT PRIMARY KEY, cpu_us INTEGER, wall_us INTEGER,"
    " resident_kib INTEGER, cause TEXT) WITHOUT ROWID;"
    "CREATE TABLE cells (key TEXT PRIMARY KEY, workload TEXT, policy TEXT, \"set\" TEXT,"
    " allocations INTEGER) WITHOUT ROWID;"
    "CREATE TABLE metrics (name TEXT PRIMARY KEY, unit TEXT, direction TEXT, help TEXT)"
    " WITHOUT ROWID;"
    "CREATE TABLE views (name TEXT PRIMARY KEY, question TEXT) WITHOUT ROWID;";

static const char VIEWS[] =
#define VIEW(name, question, sql)   \
    "CREATE VIEW " #name " AS " sql \
    ";"                             \
    "INSERT INTO views VALUES ('" #name "', '" question "');"
#include "sqlite_views.def"
#undef VIEW
    ;

static bool fill(sqlite3 *base, const Results *r) {
    return execute(base, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;") &&
           execute(base, TABLES) && runs_fill(base, r) && settings_fill(base, r) &&
           measured_fill(base, r) && cells_fill(base, r) && metrics_fill(base) &&
           execute(base, "CREATE INDEX runs_by_workload ON runs (workload_digest);") &&
           execute(base, VIEWS) && execute(base, "COMMIT;");
}

bool sqlite_file_write(const char *path, const Results *r, Error *error) {
    char beside[PATH_SIZE + 8];
    sqlite3 *base = NULL;
    if (r->count == 0) return error_set(error, "%s: no rows to write", path);
    snprintf(beside, sizeof beside, "%s.part", path);
    remove(beside);
    bool good = sqlite3_open(beside, &base) == SQLITE_OK && fill(base, r);
    if (!good) failed(base, path, error);
    sqlite3_close(base);
    if (good && rename(beside, path) == 0) return true;
    error_set(error, "%s: cannot be written: %s", path, strerror(errno));
    remove(beside);
    return false;
}
