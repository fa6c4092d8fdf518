// bench.c -- ouro bench: how fast the simulator is, side by side with a real interpreter
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "interpreters.h"
#include "script.h"
#include "text.h"

static const Option OPTIONS[] = {
    {"python", "X.Y", "the real interpreter; default 3.11"},
    {"quick", NULL, "smaller rows, and not the largest ones"},
    {"row", "NAME", "this row; may be repeated; default all"},
    {"repeats", "N", "times that each side runs, 1 to 15; default 5, quick 3"},
    {"tsv", NULL, "all figures as tab-separated text, when all are there"},
    {"out", "FILE", "the same into a file"},
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

bool bench_arguments_parse(BenchArguments *a, int argc, char **argv, Error *error) {
    *a = (BenchArguments){.python = "3.11"};
    CHECK(BENCH_ROW_COUNT <= BENCH_ROWS_MAX);
    for (int i = 0; i < argc; i++) {
        size_t used = strlen(a->command);
        snprintf(a->command + used, sizeof a->command - used, "%s%s", i > 0 ? " " : "", argv[i]);
    }
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), bench_option, a, error))
        return false;
    if (a->repeats == 0) a->repeats = a->quick ? 3 : 5;
    return rows_fit(a, error);
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

static void print_help(void) {
    puts(
        "usage: ouro bench [--python X.Y] [--quick] [--row NAME]... [--repeats N] [--out FILE]\n\n"
        "Measures the simulator side by side with a real interpreter, interleaved (A B C A B C),\n"
        "each side in a process of its own: CPU time of one core, medians, spread and ratios, and\n"
        "whether the bars are met. Take figures on a quiet machine only; Ctrl-C ends it, and\n"
        "the rows until then were printed. Exit code 1: a bar is not met.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts("\nsides:");
    for (BenchSide side = 0; side < SIDE_COUNT; side++)
        printf("  %-12s %s\n", bench_side_name(side), bench_side_what(side));
    puts("\nrows (*: not part of a quick run):");
    for (size_t i = 0; i < BENCH_ROW_COUNT; i++)
        printf("  %-12s%c %s\n", BENCH_ROWS[i].name, BENCH_ROWS[i].quick == NULL ? '*' : ' ',
               BENCH_ROWS[i].what);
}

int bench_command(int argc, char **argv) {
    BenchArguments a;
    Error error = {0};
    if (!bench_arguments_parse(&a, argc, argv, &error)) return options_fail(&error);
    if (a.script != NULL) return print_script(&a);
    if (!a.help) return interpreter_become(a.python, argv);
    print_help();
    return EXIT_FINE;
}
