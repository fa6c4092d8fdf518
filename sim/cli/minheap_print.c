// minheap_print.c -- what `ouro minheap` found of one workload
#include "minheap_print.h"

#include <inttypes.h>
#include <string.h>

#include "format.h"
#include "rows.h"

static bool is_before(const MinheapRow *a, const MinheapRow *b) {
    const bool a_never = a->found.proof == MINHEAP_NEVER;
    const bool b_never = b->found.proof == MINHEAP_NEVER;
    return a_never != b_never ? b_never : a->found.limit < b->found.limit;
}

void minheap_sort(MinheapTable *table) {
    for (size_t i = 1; i < table->count; i++) {
        const MinheapRow row = table->rows[i];
        size_t place = i;
        for (; place > 0 && is_before(&row, &table->rows[place - 1]); place--)
            table->rows[place] = table->rows[place - 1];
        table->rows[place] = row;
    }
}

static uint64_t ratio(const MinheapRow *row, uint64_t base) {
    const bool defined = row->found.proof != MINHEAP_NEVER && base > 0;
    return defined ? mul_div_u64(row->found.limit, 1000, base) : 0;
}

uint64_t minheap_to_floor(const MinheapTable *table, const MinheapRow *row) {
    return ratio(row, table->floor.bytes);
}

uint64_t minheap_to_oracle(const MinheapTable *table, const MinheapRow *row) {
    return ratio(row, table->oracle.found.limit);
}

static const char *phase_name(const MinheapTable *table, const MinheapMoment *moment) {
    const Spec *spec = table->spec;
    return moment->phase < spec->phase_count ? spec->phases[moment->phase].name : "";
}

// The floor as a row: it is nobody's limit, and no run proves it.
static MinheapRow floor_row(const MinheapTable *table) {
    return (MinheapRow){.found = {.limit = table->floor.bytes, .peak = table->floor.peak}};
}

// ---- for programs ----

enum { CELL_SIZE = POLICY_CANONICAL_SIZE };

typedef struct {
    const char *name;
    bool is_text;
    // Writes the cell; "" is a cell that does not exist for this row.
    void (*write)(char cell[CELL_SIZE], const MinheapTable *table, const MinheapRow *row);
} Column;

static void put(char *cell, const char *text) { snprintf(cell, CELL_SIZE, "%s", text); }
static void put_number(char *cell, uint64_t value) { snprintf(cell, CELL_SIZE, "%" PRIu64, value); }

static void put_ratio(char *cell, uint64_t permille) {
    cell[0] = '\0';
    if (permille > 0) put_number(cell, permille);
}

// Of the run under the limit: the floor has none.
static void put_of_run(char *cell, const MinheapRow *row, uint64_t value) {
    cell[0] = '\0';
    if (row->policy != NULL) put_number(cell, value);
}

#define WRITER(name) static void name(char *cell, const MinheapTable *table, const MinheapRow *row)
WRITER(write_workload) { (void)row, put(cell, table->spec->name); }
WRITER(write_seed) { (void)row, put_number(cell, table->spec->seed); }
WRITER(write_allocator) { (void)row, put(cell, table->allocator->name); }
WRITER(write_policy) { (void)table, put(cell, row->policy != NULL ? row->policy->label : "floor"); }
WRITER(write_engine) {
    (void)table, put(cell, row->policy != NULL ? engine_name(row->found.at.engine) : "");
}
WRITER(write_limit) {
    (void)table, put(cell, "");
    if (row->found.proof != MINHEAP_NEVER) put_number(cell, row->found.limit);
}
WRITER(write_floor) { put_ratio(cell, minheap_to_floor(table, row)); }
WRITER(write_oracle) { put_ratio(cell, minheap_to_oracle(table, row)); }
WRITER(write_clock) { (void)table, put_number(cell, row->found.peak.clock); }
WRITER(write_phase) { put(cell, phase_name(table, &row->found.peak)); }
WRITER(write_round) { (void)table, put_number(cell, row->found.peak.round); }
WRITER(write_gc) { (void)table, put_of_run(cell, row, row->found.at.metrics.pause_ns_total); }
WRITER(write_count) { (void)table, put_of_run(cell, row, row->found.at.metrics.collections); }
WRITER(write_full) { (void)table, put_of_run(cell, row, row->found.at.metrics.collections_gen2); }
WRITER(write_cost) { (void)table, put(cell, row->found.at.cost); }
WRITER(write_proof) {
    (void)table, put(cell, row->policy != NULL ? minheap_proof_name(row->found.proof) : "");
}
WRITER(write_runs) { (void)table, put_of_run(cell, row, row->found.runs); }
#undef WRITER

static const Column COLUMNS[] = {
    {"workload", true, write_workload},   {"policy", true, write_policy},
    {"seed", false, write_seed},          {"engine", true, write_engine},
    {"allocator", true, write_allocator}, {"limit_bytes", false, write_limit},
    {"to_floor", false, write_floor},     {"to_oracle", false, write_oracle},
    {"peak_clock", false, write_clock},   {"peak_phase", true, write_phase},
    {"peak_round", false, write_round},   {"pause_ns_total", false, write_gc},
    {"collections", false, write_count},  {"collections_gen2", false, write_full},
    {"cost_model", true, write_cost},     {"proof", true, write_proof},
    {"runs", false, write_runs},
};

typedef void (*RowPrinter)(FILE *file, const MinheapTable *table, const MinheapRow *row);

// Floor, oracle, policies.
static void each_row(FILE *file, const MinheapTable *table, RowPrinter print) {
    const MinheapRow floor = floor_row(table);
    print(file, table, &floor);
    print(file, table, &table->oracle);
    for (size_t i = 0; i < table->count; i++) print(file, table, &table->rows[i]);
}

void minheap_print_tsv_head(FILE *file) {
    for (size_t i = 0; i < ARRAY_LENGTH(COLUMNS); i++)
        fprintf(file, "%s%s", i > 0 ? "\t" : "", COLUMNS[i].name);
    fputc('\n', file);
}

static void print_tsv_row(FILE *file, const MinheapTable *table, const MinheapRow *row) {
    char cell[CELL_SIZE];
    for (size_t i = 0; i < ARRAY_LENGTH(COLUMNS); i++) {
        COLUMNS[i].write(cell, table, row);
        fprintf(file, "%s%s", i > 0 ? "\t" : "", cell);
    }
    fputc('\n', file);
}

void minheap_print_tsv(FILE *file, const MinheapTable *table) {
    each_row(file, table, print_tsv_row);
}

static void print_json_object(FILE *file, const MinheapTable *table, const MinheapRow *row) {
    char cell[CELL_SIZE];
    const char *before = "{";
    for (size_t i = 0; i < ARRAY_LENGTH(COLUMNS); i++) {
        COLUMNS[i].write(cell, table, row);
        if (cell[0] == '\0') continue;
        fprintf(file, "%s\"%s\":", before, COLUMNS[i].name);
        if (COLUMNS[i].is_text)
            json_string(file, cell);
        else
            fputs(cell, file);
        before = ",";
    }
    fputc('}', file);
}

static void print_json_next(FILE *file, const MinheapTable *table, const MinheapRow *row) {
    fputs(",\n ", file);
    print_json_object(file, table, row);
}

void minheap_print_json(FILE *file, const MinheapTable *table, bool first) {
    const MinheapRow floor = floor_row(table);
    (first ? print_json_object : print_json_next)(file, table, &floor);
    print_json_next(file, table, &table->oracle);
    for (size_t i = 0; i < table->count; i++) print_json_next(file, table, &table->rows[i]);
}

// ---- for people ----

static void ratio_text(char text[FIGURE_SIZE], uint64_t permille) {
    snprintf(text, FIGURE_SIZE, "-");
    if (permille > 0) format_ratio(text, permille);
}

static void moment_text(char *text, size_t size, const MinheapTable *table,
                        const MinheapMoment *moment) {
    const char *phase = phase_name(table, moment);
    snprintf(text, size, "%s", *phase != '\0' ? phase : "-");
    if (table->spec->rounds > 1 && *phase != '\0')
        snprintf(text, size, "%s, round %" PRIu32, phase, moment->round + 1);
}

static void print_line(const MinheapTable *table, const MinheapRow *row, int width) {
    char limit[FIGURE_SIZE] = "none", floor[FIGURE_SIZE], oracle[FIGURE_SIZE], clock[FIGURE_SIZE];
    char gc[FIGURE_SIZE] = "-", full[FIGURE_SIZE] = "-", moment[NAME_SIZE + 32];
    const MinheapFound *found = &row->found;
    if (found->proof != MINHEAP_NEVER) format_metric(limit, UNIT_BYTES, found->limit);
    ratio_text(floor, minheap_to_floor(table, row));
    ratio_text(oracle, minheap_to_oracle(table, row));
    format_metric(clock, UNIT_COUNT, found->peak.clock);
    moment_text(moment, sizeof moment, table, &found->peak);
    if (row->policy != NULL) {
        format_metric(gc, UNIT_NS, found->at.metrics.pause_ns_total);
        format_metric(full, UNIT_COUNT, found->at.metrics.collections_gen2);
    }
    printf("%-*s %14s %8s %9s %9s %6s %14s  %-18s %s\n", width,
           row->policy != NULL ? row->policy->label : "(reachable)", limit, floor, oracle, gc, full,
           clock, moment, row->policy != NULL ? minheap_proof_name(found->proof) : "");
}

static void print_head(const MinheapTable *table, int width) {
    char allocations[FIGURE_SIZE], arena[FIGURE_SIZE];
    format_metric(allocations, UNIT_COUNT, spec_allocations(table->spec));
    format_metric(arena, UNIT_BYTES, table->allocator->arena_bytes);
    printf("%s: %s allocations, seed %" PRIu64 ", allocator of %s (arenas of %s)\n\n",
           table->spec->name, allocations, table->spec->seed, table->allocator->name, arena);
    printf("%-*s %14s %8s %9s %9s %6s %14s  %-18s %s\n", width, "policy", "smallest limit",
           "x floor", "x oracle", "gc time", "full", "at allocation", "in phase", "limit is");
}

static bool any(const MinheapTable *table, MinheapProof proof) {
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].found.proof == proof) return true;
    return false;
}

static void print_foot(const MinheapTable *table) {
    printf(
        "\nproved: the run finishes under this limit, and a byte below it is out of memory there.\n"
        "Times are modelled (%s), not measured: good for ratios and orders.\n",
        table->oracle.found.at.cost);
    if (any(table, MINHEAP_BISECTED))
        puts("bisected: what this policy does depends on the limit; the limit was searched for.");
    if (any(table, MINHEAP_NEVER))
        puts("never: the simulated machine has not enough memory for it.");
}

void minheap_print_table(const MinheapTable *table) {
    int width = (int)strlen("(reachable)");
    for (size_t i = 0; i < table->count; i++) {
        int length = (int)strlen(table->rows[i].policy->label);
        if (length > width) width = length;
    }
    const MinheapRow floor = floor_row(table);
    print_head(table, width);
    print_line(table, &floor, width);
    print_line(table, &table->oracle, width);
    for (size_t i = 0; i < table->count; i++) print_line(table, &table->rows[i], width);
    print_foot(table);
}
