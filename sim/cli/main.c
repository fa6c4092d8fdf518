// main.c -- ouro: a test bench for garbage-collection policies of CPython's heap
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "commit.h"
#include "options.h"
#include "text.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} Command;

static const Command commands[] = {
#define X(name, what) {#name, name##_command, what},
    COMMANDS(X)
#undef X
};

static void usage(FILE *file) {
    fputs(
        "ouro: a test bench for garbage-collection policies of CPython's heap\n\n"
        "usage: ouro COMMAND [ARGUMENT]...\n\n",
        file);
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
        fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].what);
    fputs(
        "\nouro COMMAND --help says more. Exit codes: 0 fine; 1 a check says no; 2 bad input;\n"
        "3 a run hit its memory limit; 130 interrupted.\n",
        file);
}

static int unknown_command(const char *name) {
    const char *names[ARRAY_LENGTH(commands)];
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) names[i] = commands[i].name;
    const char *near = text_nearest(name, names, ARRAY_LENGTH(names));
    Error error = {0};
    error_set(&error, "unknown command '%s'%s%s%s (ouro --help lists all)", name,
              near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return options_fail(&error);
}

// What was printed may still fail to arrive: on a full disk, or a closed pipe.
static int finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    perror("ouro: standard output");
    return EXIT_BAD_INPUT;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        usage(stderr);
        return EXIT_BAD_INPUT;
    }
    signal(SIGXFSZ, SIG_IGN);  // a limit on file size is an error of write(2), as a full disk is
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        usage(stdout);
        return finish(EXIT_FINE);
    }
    if (strcmp(name, "--version") == 0) {
        printf("ouro %s, behaviour %u\n", OURO_COMMIT, BEHAVIOUR_VERSION);
        return finish(EXIT_FINE);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
        if (strcmp(commands[i].name, name) == 0) return finish(commands[i].run(argc - 1, argv + 1));
    return unknown_command(name);
}
