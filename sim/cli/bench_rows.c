// bench_rows.c -- what `ouro bench` measures, as tables
#include "bench_rows.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "text.h"

enum { BENCH_OVERRIDES_MAX = 12, AT_MOST = 0, AT_LEAST = 1 };

// The words of bench_rows.def.
enum {
    NULL_SIDE = 1 << SIDE_null,
    TRACING = 1 << SIDE_tracing,
    CACHE = 1 << SIDE_cache,
    LEDGER = 1 << SIDE_ledger,
    REAL = 1 << SIDE_real,
    SCRIPT = 1 << SIDE_script,
};

#define TEXT(name, text) static const char text_##name[] = text;
#include "bench_rows.def"

#define OWN(name)     text_##name, #name
#define SHIPPED(name) NULL, name
#define ROW(name, workload, overrides, quick, policy, measure, sides, what) \
    {#name, what, workload, overrides, quick, policy, MEASURE_##measure, sides},
const BenchRow BENCH_ROWS[] = {
#include "bench_rows.def"
};
const size_t BENCH_ROW_COUNT = ARRAY_LENGTH(BENCH_ROWS);

typedef struct {
    const char *row, *override;
    uint32_t sides;
} Part;

static const Part PARTS[] = {
#define PART(row, sides, override) {#row, override, sides},
#include "bench_rows.def"
};

static const struct {
    const char *row;
    uint32_t sides, turns;
} TURNS[] = {
#define TURNS(row, sides, number) {#row, sides, number},
#include "bench_rows.def"
};

typedef struct {
    BenchBar bar;
    uint32_t side;  // a set of one
} BarOfSet;

static const BarOfSet BARS[] = {
#define BAR(row, side, figure, relation, value) {{#row, BENCH_##figure, relation, value}, side},
#include "bench_rows.def"
};

typedef struct {
    const char *name, *what;
} SideText;

static const SideText SIDES[] = {
#define SIDE(name, what) {#name, what},
#include "bench_rows.def"
};

const char *bench_side_name(BenchSide side) {
    CHECK(side < SIDE_COUNT);
    return SIDES[side].name;
}

const char *bench_side_what(BenchSide side) {
    CHECK(side < SIDE_COUNT);
    return SIDES[side].what;
}

const char *bench_measure_unit(BenchMeasure measure) {
    static const char *const units[] = {"ns/allocation", "ns/allocation", "ns/candidate",
                                        "bytes/object", "M objects"};
    CHECK(measure < ARRAY_LENGTH(units));
    return units[measure];
}

const char *bench_figure_name(BenchFigure figure) {
    static const char *const names[] = {"itself",     "x_real",          "x_real_apply", "x_script",
                                        "x_smallest", "generator_share", "peak"};
    CHECK(figure < ARRAY_LENGTH(names));
    return names[figure];
}

bool bench_row_find(const char *name, size_t *row, Error *error) {
    const char *names[64];
    CHECK(BENCH_ROW_COUNT <= ARRAY_LENGTH(names));
    for (*row = 0; *row < BENCH_ROW_COUNT; ++*row) {
        names[*row] = BENCH_ROWS[*row].name;
        if (strcmp(names[*row], name) == 0) return true;
    }
    const char *near = text_nearest(name, names, BENCH_ROW_COUNT);
    return error_set(error, "no row '%s'%s%s%s", name, near ? "; did you mean '" : "",
                     near ? near : "", near ? "'?" : " (ouro bench --help lists them)");
}

const char *bench_row_part(const BenchRow *row, BenchSide side) {
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++)
        if (strcmp(PARTS[i].row, row->name) == 0 && PARTS[i].sides >> side & 1)
            return PARTS[i].override;
    return NULL;
}

uint64_t bench_row_turns(const BenchRow *row, BenchSide side, bool quick) {
    enum { SMALL = 5, LARGE = 3 };
    uint64_t turns = quick || row->quick == NULL ? LARGE : SMALL;
    for (size_t i = 0; i < ARRAY_LENGTH(TURNS); i++)
        if (strcmp(TURNS[i].row, row->name) == 0 && TURNS[i].sides >> side & 1)
            turns = min_u64(turns, TURNS[i].turns);
    return turns;
}

const BenchBar *bench_bar_find(const BenchRow *row, BenchSide side, BenchFigure figure) {
    for (size_t i = 0; i < ARRAY_LENGTH(BARS); i++)
        if (strcmp(BARS[i].bar.row, row->name) == 0 && BARS[i].side == 1u << side &&
            BARS[i].bar.figure == figure)
            return &BARS[i].bar;
    return NULL;
}

static bool read_spec(const BenchRow *row, const char *const *overrides, size_t count, Spec *spec,
                      Error *error) {
    char path[PATH_SIZE];
    if (row->text != NULL)
        return spec_read_text(spec, row->workload, row->text, overrides, count, error);
    return path_workload(row->workload, path, sizeof path, error) &&
           spec_read(spec, path, overrides, count, error);
}

bool bench_row_load(const BenchRow *row, BenchSide side, bool quick, Spec *spec,
                    PolicyChoice *policy, Error *error) {
    const char *overrides[BENCH_OVERRIDES_MAX + 2], *part = bench_row_part(row, side);
    size_t count = 0;
    CHECK(!quick || row->quick != NULL);
    char *text = memory_text(quick ? row->quick : row->overrides, SIZE_MAX), *rest = text;
    for (char *one; (one = strsep(&rest, ";")) != NULL && count < BENCH_OVERRIDES_MAX;)
        if (*one != '\0') overrides[count++] = one;
    overrides[count++] = "workload.memory_limit=none";
    if (part != NULL) overrides[count++] = part;
    bool good =
        read_spec(row, overrides, count, spec, error) && policy_choose(policy, row->policy, error);
    free(text);
    return good;
}
