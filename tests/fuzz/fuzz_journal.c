// fuzz_journal.c -- any bytes as a journal of rows and as the list of a sweep
//
// Lines that begin with `+` are sealed here with the checksum they need: what lies behind it would
// be out of reach otherwise. What follows a line `%%` is the list, sweep.jsonl.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "cli/results.h"
#include "cli/sweep_data.h"
#include "fuzz.h"

static char *journal_sealed(const char *text, size_t *length) {
    char *sealed = NULL;
    FILE *file = open_memstream(&sealed, length);
    CHECK(file != NULL);
    while (*text != '\0') {
        size_t line = strcspn(text, "\n");
        if (*text == '+')
            fprintf(file, "%.*s,\"xxh\":\"%016llx\"}", (int)line - 1, text + 1,
                    (unsigned long long)XXH3_64bits(text + 1, line - 1));
        else
            fwrite(text, 1, line, file);
        if (text[line] == '\n') fputc('\n', file);
        text += line + (text[line] == '\n');
    }
    CHECK(fclose(file) == 0);
    return sealed;
}

static void check_results(const Results *r) {
    char name[FLAT_NAME_SIZE];
    Values columns = results_columns(r);
    CHECK(r->count <= r->journals.count);
    for (size_t i = 1; i < r->count; i++) CHECK(r->rows[i - 1]->key < r->rows[i]->key);
    for (size_t i = 0; i < r->conflict_count; i++) conflict_field(&r->conflicts[i], name);
    for (size_t i = 0; i < r->count; i++) {
        const char *cursor = NULL;
        FlatField field;
        for (size_t k = 0; k < columns.count; k++)
            flat_json_seek(r->rows[i]->row, &cursor, columns.texts[k], &field);
    }
    values_free(&columns);
}

// What a report of the sweep makes of the rows.
static void as_sweep(void) {
    static const char *const metrics[] = {"total_ns", "peak_held_bytes", "yield"};
    SweepData data;
    Error error = {0};
    if (sweep_data_read(&data, fuzz_folder(), metrics, ARRAY_LENGTH(metrics), &error))
        sweep_data_free(&data);
    else
        fuzz_check_refusal(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size), *list = fuzz_second_part(text);
    size_t length = 0;
    char *journal = journal_sealed(text, &length);
    Results results;
    Error error = {0};
    fuzz_file("journal/a.jsonl", journal, length);
    const char *path = fuzz_file("sweep.jsonl", list, strlen(list));
    if (*list == '\0') unlink(path);
    if (results_read(&results, fuzz_folder(), &error)) {
        check_results(&results);
        results_free(&results);
        as_sweep();
    } else {
        fuzz_check_refusal(&error);
    }
    free(journal);
    free(text);
    return 0;
}
