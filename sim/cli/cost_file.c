// cost_file.c -- cost tables as files
#include "cost_file.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "text.h"

enum { LINE_SIZE = 512, PARTS_MAX = 1000000000 };

static const struct {
    const char *counted, *what;
    bool is_pause;
    double ns[COST_MODELS];
    size_t offset;  // in a CostTable
} PRICES[] = {
#define PAUSE(counted, cache, counts, what) \
    {#counted, what, true, {cache, counts}, offsetof(CostTable, counted)},
#define MUTATOR(counted, cache, counts, what) \
    {#counted, what, false, {cache, counts}, offsetof(CostTable, counted)},
#include "cost.def"
#undef PAUSE
#undef MUTATOR
};
_Static_assert(ARRAY_LENGTH(PRICES) <= COST_PRICES_MAX, "CostPrice tables are large enough");

size_t cost_prices_shipped(CostPrice prices[COST_PRICES_MAX]) {
    for (size_t i = 0; i < ARRAY_LENGTH(PRICES); i++)
        prices[i] = (CostPrice){PRICES[i].counted,
                                PRICES[i].what,
                                PRICES[i].is_pause,
                                {PRICES[i].ns[COST_CACHE], PRICES[i].ns[COST_COUNTS]}};
    return ARRAY_LENGTH(PRICES);
}

void cost_file_write(FILE *file, const char *name, const char *notes, const CostPrice *prices,
                     size_t count) {
    fprintf(file, "# %s\n%scounted\tcache_ns\tcounts_ns\twhat\n", name, notes);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "%s\t%.2f\t%.2f\t%s\n", prices[i].counted, prices[i].ns[COST_CACHE],
                prices[i].ns[COST_COUNTS], prices[i].what);
}

// ---- reading ----

typedef struct {
    const char *path;
    FILE *file;
    unsigned line;
    CostTable *table;
    bool seen[ARRAY_LENGTH(PRICES)];
    Error *error;
} Reader;

// The number of the price with that name, or ARRAY_LENGTH(PRICES) with an error.
static size_t price_find(const Reader *r, const char *name) {
    const char *names[ARRAY_LENGTH(PRICES)];
    for (size_t i = 0; i < ARRAY_LENGTH(PRICES); i++) {
        names[i] = PRICES[i].counted;
        if (strcmp(names[i], name) == 0) return i;
    }
    const char *near = text_nearest(name, names, ARRAY_LENGTH(names));
    error_set(r->error, "%s:%u: '%.40s' has no price here%s%s%s", r->path, r->line, name,
              near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return ARRAY_LENGTH(PRICES);
}

static bool read_price(Reader *r, char *line) {
    char *rest = line, *cells[1 + COST_MODELS];
    for (size_t i = 0; i < ARRAY_LENGTH(cells); i++) {
        cells[i] = strsep(&rest, "\t");
        if (cells[i] == NULL)
            return error_set(r->error,
                             "%s:%u: cells found: %zu; a row has counted, cache_ns, counts_ns",
                             r->path, r->line, i);
    }
    size_t k = price_find(r, cells[0]);
    if (k == ARRAY_LENGTH(PRICES)) return false;
    if (r->seen[k])
        return error_set(r->error, "%s:%u: %s has a price already", r->path, r->line, cells[0]);
    r->seen[k] = true;
    uint64_t hundredths = 0;
    Error why = {0};
    if (!text_decimal(cells[1 + r->table->model], 100, 0, PARTS_MAX, &hundredths, &why))
        return error_set(r->error, "%s:%u: %s: %s", r->path, r->line, cells[0], why.text);
    uint64_t parts = (hundredths * COST_PARTS + 50) / 100;
    memcpy((char *)r->table + PRICES[k].offset, &parts, sizeof parts);
    return true;
}

// "MODEL (WHAT)", where WHAT is the file's first line, or its path.
static void table_name(CostTable *table, const char *what) {
    char plain[COST_NAME_SIZE - 16];
    text_plain(what, plain, sizeof plain);
    snprintf(table->name, sizeof table->name, "%s (%s)", cost_model_name(table->model), plain);
}

static bool read_line(Reader *r, char *line) {
    size_t length = strcspn(line, "\r\n");
    if (length + 1 == LINE_SIZE)
        return error_set(r->error, "%s:%u: this line is longer than %d characters", r->path,
                         r->line, LINE_SIZE - 2);
    line[length] = '\0';
    if (line[0] == '#') {
        if (r->line == 1) table_name(r->table, line + strspn(line, "# "));
        return true;
    }
    if (line[0] == '\0' || strncmp(line, "counted\t", strlen("counted\t")) == 0) return true;
    return read_price(r, line);
}

static bool read_all(Reader *r) {
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, r->file) != NULL) {
        r->line++;
        if (!read_line(r, line)) return false;
    }
    if (ferror(r->file))
        return error_set(r->error, "%s: cannot be read: %s", r->path, strerror(errno));
    for (size_t i = 0; i < ARRAY_LENGTH(PRICES); i++)
        if (!r->seen[i])
            return error_set(r->error, "%s: no price of %s", r->path, PRICES[i].counted);
    return true;
}

bool cost_choose(CostTable *table, const char *text, Error *error) {
    char model[16];
    const char *path = strchr(text, ':');
    CostModel found;
    snprintf(model, sizeof model, "%.*s", (int)strcspn(text, ":"), text);
    if (!cost_model_find(model, &found, error)) return false;
    *table = cost_table_shipped(found);
    if (path == NULL) return true;
    Reader r = {.path = path + 1, .table = table, .error = error};
    table_name(table, r.path);
    r.file = fopen(r.path, "r");
    if (r.file == NULL) return error_set(error, "%s: cannot be read: %s", r.path, strerror(errno));
    bool good = read_all(&r);
    fclose(r.file);
    return good;
}
