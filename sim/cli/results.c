// results.c -- ouro results: what is in a folder of journals, checked, merged and exported
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "results.h"
#include "sqlite_file.h"
#include "tsv.h"

enum { SHOWN_MAX = 10 };  // findings of one kind that are listed; the rest is a number

typedef struct {
    const char *dir, *sqlite;
    Format format;
    bool help;
} ResultsOptions;

static const Option RESULTS_OPTIONS[] = {
    {"tsv", NULL, "prints all rows as a table"},
    {"json", NULL, "prints all rows, one per line, as `ouro run --json` prints them"},
    {"sqlite", "FILE", "writes a database with views for the usual questions"},
    {"help", NULL, "this text"},
};

static bool results_option(void *context, const Option *option, const char *value, Error *error) {
    ResultsOptions *o = context;
    if (option == NULL) {
        if (o->dir != NULL) return error_set(error, "one folder at a time; found also '%s'", value);
        o->dir = value;
        return true;
    }
    if (strcmp(option->name, "tsv") == 0) o->format = FORMAT_TSV;
    if (strcmp(option->name, "json") == 0) o->format = FORMAT_JSON;
    if (strcmp(option->name, "sqlite") == 0) o->sqlite = value;
    if (strcmp(option->name, "help") == 0) o->help = true;
    return true;
}

// ---- what was found, for people ----

static void print_more(FILE *file, size_t count) {
    if (count > SHOWN_MAX) fprintf(file, "  and %zu more\n", count - SHOWN_MAX);
}

// What a file of another's holds goes to a terminal.
static void print_line(FILE *file, const char *text) {
    fputs("  ", file);
    tsv_text_print(file, text);
    fputc('\n', file);
}

static void print_holes(FILE *file, const Results *r) {
    if (r->hole_count == 0) return;
    fprintf(file, "holes: %zu of %zu runs have no row; the command goes on where it stopped:\n",
            r->hole_count, r->list.count);
    for (size_t i = 0; i < r->hole_count && i < SHOWN_MAX; i++) print_line(file, r->holes[i]->text);
    print_more(file, r->hole_count);
}

static void print_bad_lines(FILE *file, const Results *r) {
    const Journals *j = &r->journals;
    if (j->bad_count == 0) return;
    fprintf(file, "bad lines: %zu were left out\n", j->bad_count);
    for (size_t i = 0; i < j->bad_count && i < SHOWN_MAX; i++)
        fprintf(file, "  %s:%u: %s\n", j->bad[i].path, j->bad[i].line, j->bad[i].why);
    print_more(file, j->bad_count);
}

static void print_conflicts(FILE *file, const Results *r) {
    if (r->conflict_count == 0) return;
    fprintf(file, "NOT DETERMINISTIC: %zu runs have rows that differ\n", r->conflict_count);
    for (size_t i = 0; i < r->conflict_count && i < SHOWN_MAX; i++) {
        const Conflict *c = &r->conflicts[i];
        char field[FLAT_NAME_SIZE];
        conflict_field(c, field);
        fprintf(file, "  run %016llx: %s differs: %s:%u and %s:%u\n",
                (unsigned long long)c->one->key, field, c->one->path, c->one->line, c->other->path,
                c->other->line);
    }
    print_more(file, r->conflict_count);
}

static void print_findings(FILE *file, const Results *r, const char *dir) {
    fprintf(file, "%s: %zu runs", dir, r->count);
    for (int i = 0; i <= STATUS_CRASH; i++)
        if (r->by_status[i] > 0)
            fprintf(file, ", %zu %s", r->by_status[i], status_name((RunStatus)i));
    if (r->duplicate_count > 0) fprintf(file, ", %zu rows twice", r->duplicate_count);
    if (r->stranger_count > 0) fprintf(file, "; left out: %zu of another sweep", r->stranger_count);
    fprintf(file, "\ndigest %016llx\n", (unsigned long long)r->digest);
    print_conflicts(file, r);
    print_bad_lines(file, r);
    print_holes(file, r);
}

// ---- the command ----

static void print_json(const Results *r) {
    for (size_t i = 0; i < r->count; i++) puts(r->rows[i]->row);
}

static void print_tsv(const Results *r) {
    Values columns = results_columns(r);
    fputs("key", stdout);
    for (size_t k = 0; k < columns.count; k++) {
        putchar('\t');
        tsv_text_print(stdout, columns.texts[k]);
    }
    for (size_t i = 0; i < r->count; i++) {
        printf("\n%016llx", (unsigned long long)r->rows[i]->key);
        const char *cursor = NULL;
        FlatField field;
        for (size_t k = 0; k < columns.count; k++) {
            bool found = flat_json_seek(r->rows[i]->row, &cursor, columns.texts[k], &field);
            putchar('\t');
            tsv_text_print(stdout, found ? field.value : "");
        }
    }
    putchar('\n');
    values_free(&columns);
}

static int results(const ResultsOptions *o, Error *error) {
    Results r;
    if (!results_read(&r, o->dir, error)) return options_fail(error);
    bool is_data = o->format != FORMAT_TABLE;
    int code = r.conflict_count > 0 ? EXIT_NO : EXIT_FINE;
    if (o->format == FORMAT_JSON) print_json(&r);
    if (o->format == FORMAT_TSV) print_tsv(&r);
    print_findings(is_data ? stderr : stdout, &r, o->dir);
    if (o->sqlite != NULL && !sqlite_file_write(o->sqlite, &r, error)) code = options_fail(error);
    results_free(&r);
    return code;
}

int results_command(int argc, char **argv) {
    Error error = {0};
    ResultsOptions options = {0};
    if (!options_parse(argc - 1, argv + 1, RESULTS_OPTIONS, ARRAY_LENGTH(RESULTS_OPTIONS),
                       results_option, &options, &error))
        return options_fail(&error);
    if (options.help) {
        puts(
            "usage: ouro results DIR [OPTION]...\n\n"
            "Reads DIR/journal/*.jsonl, however many processes wrote them (merging is putting "
            "them\n"
            "into one folder), and says how many runs are there, which are missing, which lines "
            "are\n"
            "bad, and the digest of all rows. Exit code 1: two rows of one run differ.\n");
        options_print(RESULTS_OPTIONS, ARRAY_LENGTH(RESULTS_OPTIONS));
        return EXIT_FINE;
    }
    if (options.dir == NULL) error_set(&error, "no folder given");
    return options.dir != NULL ? results(&options, &error) : options_fail(&error);
}
