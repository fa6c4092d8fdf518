// baseline.c -- the committed figures that the gate compares with
#include "baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "allowances.h"
#include "folders.h"
#include "gather.h"
#include "run.h"
#include "tsv.h"

static const char HEADER[] = "workload\tpolicy\tmetric\tvalue\n";
static const char CHECKSUM[] = GATE_ALL "\t" GATE_ALL "\tchecksum\t";
static const char RENEW[] = "look at what changed, then: ouro gate --accept --reason '...'";

enum { DIGITS = 16 };

static void checksum_text(char digits[DIGITS + 1], const char *body, size_t length) {
    snprintf(digits, DIGITS + 1, "%016llx", (unsigned long long)XXH3_64bits(body, length));
}

// The rows below the checksum, when it is right; else NULL.
static char *body_of(char *text, size_t length) {
    size_t head = strlen(HEADER) + strlen(CHECKSUM) + DIGITS + 1;
    char digits[DIGITS + 1];
    if (length < head || strncmp(text, HEADER, strlen(HEADER)) != 0) return NULL;
    const char *row = text + strlen(HEADER);
    if (strncmp(row, CHECKSUM, strlen(CHECKSUM)) != 0 || text[head - 1] != '\n') return NULL;
    checksum_text(digits, text + head, length - head);
    return strncmp(row + strlen(CHECKSUM), digits, DIGITS) == 0 ? text + head : NULL;
}

static bool row_parse(GateFigures *figures, char *line, uint32_t number, Error *error) {
    char *cells[4] = {line};
    for (size_t i = 1; i < ARRAY_LENGTH(cells); i++) {
        cells[i] = strchr(cells[i - 1], '\t');
        if (cells[i] == NULL) return error_set(error, "not four cells");
        *cells[i]++ = '\0';
    }
    return gate_figures_add(figures, (GateFigure){cells[0], cells[1], cells[2], cells[3], number},
                            error);
}

static bool rows_parse(GateFigures *figures, const char *path, char *line, Error *error) {
    size_t runs = 0;
    for (uint32_t number = 3; *line != '\0'; number++) {
        char *end = strchr(line, '\n');
        Error why = {0};
        if (end != NULL) *end = '\0';
        if (!row_parse(figures, line, number, &why))
            return error_set(error, "%s:%u: %s", path, number, why.text);
        runs += gate_figure_is_run(&figures->rows[figures->count - 1]);
        if (end == NULL) break;
        line = end + 1;
    }
    if (!gate_figures_settle(figures, error)) return false;
    return runs > 0 || error_set(error, "%s: holds no runs; %s", path, RENEW);
}

bool baseline_parse(GateFigures *figures, const char *path, char *text, size_t length,
                    Error *error) {
    *figures = (GateFigures){0};
    char *body = body_of(text, length);
    if (body == NULL)
        return error_set(error,
                         "%s: is not what ouro gate wrote: cut off, merged or edited by hand; %s",
                         path, RENEW);
    if (rows_parse(figures, path, body, error)) return true;
    error->check_failed = false;
    gate_figures_free(figures);
    return false;
}

bool baseline_read(GateFigures *figures, const char *path, Error *error) {
    size_t length = 0;
    *figures = (GateFigures){0};
    if (access(path, F_OK) != 0)
        return error_set(error,
                         "%s: there is no baseline; ouro gate --accept --reason '...' "
                         "makes one",
                         path);
    char *text = tsv_text_read(path, &length, error);
    if (text == NULL) return false;
    bool good = baseline_parse(figures, path, text, length, error);
    free(text);
    return good;
}

// ---- writing ----

char *baseline_text(const GateFigures *figures, size_t *length) {
    char digits[DIGITS + 1];
    Gather gather;
    FILE *file = gather_open(&gather);
    for (size_t i = 0; i < figures->count; i++) {
        const GateFigure *row = &figures->rows[i];
        fprintf(file, "%s\t%s\t%s\t%s\n", row->workload, row->policy, row->metric, row->value);
    }
    char *body = gather_close(&gather);
    checksum_text(digits, body, gather.length);
    file = gather_open(&gather);
    fprintf(file, "%s%s%s\n%s", HEADER, CHECKSUM, digits, body);
    free(body);
    char *text = gather_close(&gather);
    *length = gather.length;
    return text;
}

bool baseline_write(const GateFigures *figures, const char *path, Error *error) {
    size_t length = 0;
    char *text = baseline_text(figures, &length);
    bool good = file_put(path, text, length, error);
    free(text);
    return good;
}

bool baseline_log(const char *path, BaselineEntry entry, Error *error) {
    char log[4096];
    path_sibling(path, "baseline.log.tsv", log, sizeof log);
    const bool is_first = access(log, F_OK) != 0 && errno == ENOENT;
    size_t length = 0;
    char *before = is_first ? memory_text("", 0) : tsv_text_read(log, &length, error);
    if (before == NULL) return false;
    Gather gather;
    FILE *file = gather_open(&gather);
    fwrite(before, 1, length, file);
    if (length == 0) fputs("date\tbehaviour\truns\tchanged\treason\n", file);
    fprintf(file, "%s\t%u\t%llu\t%llu\t", entry.date, BEHAVIOUR_VERSION,
            (unsigned long long)entry.runs, (unsigned long long)entry.changed);
    for (const char *p = entry.reason; *p != '\0'; p++)
        fputc((unsigned char)*p < ' ' ? ' ' : *p, file);
    fputc('\n', file);
    char *text = gather_close(&gather);
    bool good = file_put(log, text, gather.length, error);
    free(before);
    free(text);
    return good;
}
