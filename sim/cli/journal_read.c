// journal_read.c -- rows that survive anything: reading
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "journal.h"
#include "tsv.h"

static void *grown(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return array;
    *capacity = *capacity > 0 ? 2 * *capacity : 64;
    return memory_resize(array, *capacity, size);
}

static bool hex_read(const char *text, uint64_t *value) {
    *value = 0;
    for (int i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, text[i]);
        if (text[i] == '\0' || digit == NULL) return false;
        *value = *value << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

// NULL: the line is good and *record points into it; else why it is not.
static const char *line_read(char *line, size_t length, Record *record) {
    static const char head[] = "{\"key\":\"", row[] = "\",\"row\":{",
                      measured[] = ",\"measured\":{", tail[] = ",\"xxh\":\"";
    const size_t tail_length = sizeof tail - 1 + 16 + 2;  // 16 digits, quote and brace
    uint64_t digest = 0;
    if (length < sizeof head - 1 + 16 + tail_length || memchr(line, '\0', length) != NULL)
        return "is not a row";
    char *end = line + length - tail_length;
    if (strncmp(end, tail, sizeof tail - 1) != 0 || !hex_read(end + sizeof tail - 1, &digest) ||
        strncmp(line + length - 2, "\"}", 2) != 0)
        return "has no checksum";
    if (digest != XXH3_64bits(line, (size_t)(end - line))) return "has a wrong checksum";
    char *after_key = line + sizeof head - 1 + 16;
    *end = '\0';
    char *cut = strstr(after_key, measured);
    if (strncmp(line, head, sizeof head - 1) != 0 ||
        !hex_read(line + sizeof head - 1, &record->key) ||
        strncmp(after_key, row, sizeof row - 1) != 0 || cut == NULL)
        return "is not a row";
    *cut = '\0';  // in a text of the row its quotes would be escaped
    record->row = after_key + sizeof row - 2;
    record->measured = cut + strlen(",\"measured\":");
    return NULL;
}

static void line_keep(Journals *j, char *line, size_t length, const char *path, uint32_t number,
                      bool is_torn) {
    Record record = {.path = path, .line = number};
    const char *why = is_torn ? "is torn: its writer died" : line_read(line, length, &record);
    if (why == NULL) {
        j->records = grown(j->records, j->count, &j->capacity, sizeof *j->records);
        j->records[j->count++] = record;
    } else {
        j->bad = grown(j->bad, j->bad_count, &j->bad_capacity, sizeof *j->bad);
        j->bad[j->bad_count++] = (BadLine){path, why, number, is_torn};
    }
}

static bool file_read(Journals *j, const char *path, Error *error) {
    size_t length = 0, capacity = j->file_capacity;
    char *text = tsv_text_read(path, &length, error);
    if (text == NULL) return false;
    j->texts = grown(j->texts, j->file_count, &capacity, sizeof *j->texts);
    j->paths = grown(j->paths, j->file_count, &j->file_capacity, sizeof *j->paths);
    char *own_path = memory_text(path, strlen(path));
    j->texts[j->file_count] = text;
    j->paths[j->file_count++] = own_path;
    uint32_t number = 1;
    for (char *line = text, *end = text + length; line < end; number++) {
        char *line_end = memchr(line, '\n', (size_t)(end - line));
        size_t line_length = (size_t)((line_end != NULL ? line_end : end) - line);
        line_keep(j, line, line_length, own_path, number, line_end == NULL);
        line += line_length + 1;
    }
    return true;
}

static int is_journal(const struct dirent *entry) {
    size_t length = strlen(entry->d_name), suffix = strlen(".jsonl");
    return length > suffix && strcmp(entry->d_name + length - suffix, ".jsonl") == 0;
}

static int compare_records(const void *a, const void *b) {
    const Record *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : strcmp(x->row, y->row);
}

bool journals_read(Journals *j, const char *dir, Error *error) {
    char folder[PATH_SIZE], path[PATH_SIZE + 256];
    struct dirent **entries = NULL;
    *j = (Journals){0};
    snprintf(folder, sizeof folder, "%s/journal", dir);
    int count = scandir(folder, &entries, is_journal, alphasort);
    if (count < 0 && errno != ENOENT)
        return error_set(error, "%s: cannot be read: %s", folder, strerror(errno));
    bool good = true;
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        good = good && file_read(j, path, error);
        free(entries[i]);
    }
    free(entries);
    if (good && j->count > 0) qsort(j->records, j->count, sizeof *j->records, compare_records);
    if (!good) journals_free(j);
    return good;
}

void journals_free(Journals *j) {
    for (size_t i = 0; i < j->file_count; i++) {
        free(j->texts[i]);
        free(j->paths[i]);
    }
    free(j->texts);
    free(j->paths);
    free(j->records);
    free(j->bad);
    *j = (Journals){0};
}

bool record_is_whole(const Record *record) {
    return strstr(record->row, ",\"result_digest\":\"\"") == NULL;
}
