// bench.c -- ouro bench: how fast the simulator is, side by side with a real interpreter
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_draw.h"
#include "commands.h"
#include "interpreters.h"
#include "report_gnuplot.h"
#include "script.h"
#include "text.h"

static const Option OPTIONS[] = {
    {"python", "X.Y", "the real interpreter; default 3.11"},
    {"quick", NULL, "smaller rows, and not the largest ones"},
    {"row", "NAME", "this row; may be repeated; default all"},
    {"repeats", "N",
     "turns of each side, 1 to 15; default 5, of quick and large rows 3, of some fewer"},
    {"tsv", NULL, "all figures as tab-separated text, when all are there"},
    {"out", "FILE", "the same into a file"},
    {"figure", "FILE", "draws what is in that file: an .svg or .png"},
    {"draw", "FILE", "draws an earlier FILE, and measures nothing; default beside it as .svg"},
    {"script", "NAME", "prints the Python program of a row, and measures nothing"},
    {"help", NULL, "this text"},
};

static bool bench_option(void *context, const Option *option, const char *value, Error *error) {
    BenchArguments *a = context;
    Error why = {0};
    size_t row;
    if (option == NULL) return error_set(error, "unexpected '%s'; bench takes no words", value);
    const char *name = option->name;
    if (strcmp(name, "row") == 0) {
        if (!bench_row_find(value, &row, error)) return false;
        a->rows[row] = a->any_row = true;
    }
    if (strcmp(name, "script") == 0) {
        a->script = value;
        return bench_row_find(value, &row, error);
    }
    if (strcmp(name, "repeats") == 0 && !text_count(value, 1, BENCH_REPEATS_MAX, &a->repeats, &why))
        return error_set(error, "--repeats: %s", why.text);
    if (strcmp(name, "python") == 0) a->python = value;
    if (strcmp(name, "out") == 0) a->out = value;
    if (strcmp(name, "draw") == 0) a->draw = value;
    if (strcmp(name, "figure") == 0) {
        a->figure = value;
        return drawing_format(value, error) != NULL;
    }
    if (strcmp(name, "quick") == 0) a->quick = true;
    if (strcmp(name, "tsv") == 0) a->tsv = true;
    if (strcmp(name, "help") == 0) a->help = true;
    return true;
}

// A row that was named but is too large for a quick run is a mistake, not an empty table.
static bool rows_fit(const BenchArguments *a, Error *error) {
    for (size_t i = 0; i < BENCH_ROW_COUNT; i++)
        if (a->rows[i] && a->quick && BENCH_ROWS[i].quick == NULL)
            return error_set(error, "--row %s: it is not part of a quick run", BENCH_ROWS[i].name);
    return true;
}

static bool figure_fits(const BenchArguments *a, Error *error) {
    if (a->draw != NULL && (a->out != NULL || a->tsv || a->any_row))
        return error_set(error, "--draw measures nothing: no --row, --tsv or --out with it");
    if (a->figure != NULL && a->draw == NULL && a->out == NULL)
        return error_set(error, "--figure draws what --out FILE or --draw FILE holds; give one");
    return true;
}

bool bench_arguments_parse(BenchArguments *a, int argc, char **argv, Error *error) {
    *a = (BenchArguments){.python = "3.11"};
    CHECK(BENCH_ROW_COUNT <= BENCH_ROWS_MAX);
    for (int i = 0; i < argc; i++) {
        size_t used = strlen(a->command);
        snprintf(a->command + used, sizeof a->command - used, "%s%s", i > 0 ? " " : "", argv[i]);
    }
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), bench_option, a, error))
        return false;
    return rows_fit(a, error) && figure_fits(a, error);
}

uint64_t bench_turns(const BenchArguments *a, size_t row, BenchSide side) {
    return a->repeats > 0 ? a->repeats : bench_row_turns(&BENCH_ROWS[row], side, a->quick);
}

bool bench_wants(const BenchArguments *a, size_t row) {
    return (!a->any_row || a->rows[row]) && (!a->quick || BENCH_ROWS[row].quick != NULL);
}

static int print_script(const BenchArguments *a) {
    Error error = {0};
    Spec *spec = memory_new(1, sizeof *spec);
    PolicyChoice policy;
    size_t row = 0;
    bool good = bench_row_find(a->script, &row, &error);
    bool quick = a->quick && BENCH_ROWS[row].quick != NULL;
    good = good && bench_row_load(&BENCH_ROWS[row], SIDE_script, quick, spec, &policy, &error) &&
           script_write(stdout, spec, &error);
    free(spec);
    return good ? EXIT_FINE : options_fail(&error);
}

static int draw(const BenchArguments *a) {
    Error error = {0};
    char beside[PATH_SIZE];
    size_t stem = strlen(a->draw);
    if (stem > 4 && strcmp(a->draw + stem - 4, ".tsv") == 0) stem -= 4;
    snprintf(beside, sizeof beside, "%.*s.svg", (int)min_u64(stem, PATH_SIZE - 8), a->draw);
    bool good = bench_draw(a->draw, a->figure != NULL ? a->figure : beside, &error);
    return good ? EXIT_FINE : options_fail(&error);
}

static void print_row(const BenchRow *row) {
    printf("  %-12s%c %s", row->name, row->quick == NULL ? '*' : ' ', row->what);
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        if (bench_row_has(row, side) && bench_row_part(row, side) != NULL)
            printf("; %s: %s", bench_side_name(side), bench_row_part(row, side));
    putchar('\n');
}

static void print_help(void) {
    puts(
        "usage: ouro bench [--python X.Y] [--quick] [--row NAME]... [--repeats N]\n"
        "                  [--out FILE.tsv [--figure FILE.svg]]\n"
        "       ouro bench --draw FILE.tsv [--figure FILE.svg]\n\n"
        "Measures the simulator side by side with a real interpreter, interleaved (A B C A B C),\n"
        "each side in a process of its own: CPU time of one core, medians, spread and ratios, and\n"
        "whether the bars are met. Take figures on a quiet machine only; Ctrl-C ends it, and\n"
        "the rows until then were printed. Exit code 1: a bar is not met. All rows take some 35\n"
        "minutes and need 21 GiB of free memory (the row largest), those of a quick run two.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts("\nsides:");
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        printf("  %-12s %s\n", bench_side_name(side), bench_side_what(side));
    puts("\nrows (*: not part of a quick run):");
    for (size_t i = 0; i < BENCH_ROW_COUNT; i++) print_row(&BENCH_ROWS[i]);
}

int bench_command(int argc, char **argv) {
    BenchArguments a;
    Error error = {0};
    if (!bench_arguments_parse(&a, argc, argv, &error)) return options_fail(&error);
    if (a.script != NULL) return print_script(&a);
    if (a.draw != NULL && !a.help) return draw(&a);
    if (!a.help) return interpreter_become(a.python, argv);
    print_help();
    return EXIT_FINE;
}
