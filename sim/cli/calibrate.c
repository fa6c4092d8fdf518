// calibrate.c -- ouro calibrate: prices of collections for this machine
#include "calibrate.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "interpreters.h"
#include "text.h"

static const Option OPTIONS[] = {
    {"python", "X.Y", "the interpreter to measure; default 3.11"},
    {"out", "FILE", "where the table goes; default ouro-cost.tsv"},
    {"repeats", "N", "times that each run is measured, 1 to 16; default 3"},
    {"help", NULL, "this text"},
};

static bool calibrate_option(void *context, const Option *option, const char *value, Error *error) {
    CalibrateArguments *a = context;
    Error why = {0};
    if (option == NULL) return error_set(error, "unexpected '%s'; calibrate takes no words", value);
    if (strcmp(option->name, "python") == 0) a->python = value;
    if (strcmp(option->name, "out") == 0) a->out = value;
    if (strcmp(option->name, "repeats") == 0 && !text_count(value, 1, 16, &a->repeats, &why))
        return error_set(error, "--repeats: %s", why.text);
    if (strcmp(option->name, "help") == 0) a->help = true;
    return true;
}

bool calibrate_arguments_parse(CalibrateArguments *a, int argc, char **argv, Error *error) {
    *a = (CalibrateArguments){.python = "3.11", .out = "ouro-cost.tsv", .repeats = 3};
    return options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), calibrate_option, a,
                         error);
}

int calibrate_command(int argc, char **argv) {
    CalibrateArguments a;
    Error error = {0};
    if (!calibrate_arguments_parse(&a, argc, argv, &error)) return options_fail(&error);
    if (!a.help) return interpreter_become(a.python, argv);
    puts(
        "usage: ouro calibrate [--python X.Y] [--out FILE] [--repeats N]\n\n"
        "Measures the collections of some fifty small runs on a real interpreter, under three\n"
        "minutes on a quiet machine; fits the prices of the models cache and counts to them; says\n"
        "how far prediction and measurement are apart, on what was fitted and on runs left out;\n"
        "and writes the table, for --cost MODEL:FILE of run, compare and verify --pauses.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    return EXIT_FINE;
}
