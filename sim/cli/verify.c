// verify.c -- ouro verify: the simulator against real interpreters
#include "verify.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "commands.h"
#include "cost_file.h"
#include "interpreters.h"
#include "text.h"

extern char **environ;

static const Option OPTIONS[] = {
    {"python", "X.Y", "only this interpreter (may be given again); default: all that were built"},
    {"programs", "N", "random programs to play; default 1000"},
    {"seed", "N", "of the first of them; default 1"},
    {"policy", "NAME[:knob=value,...]", "for workloads; default: the interpreter's own rules"},
    {"scale", "X", "for workloads; default 0.1"},
    {"memory", NULL, "for workloads: compare the address of every block and all arenas as well"},
    {"default-arenas", NULL,
     "--memory, but with arenas as the interpreter maps them: their number only, within 2"},
    {"pauses", NULL, "instead: predicts runs that calibrate does not fit, and measures them"},
    {"cost", "cache|counts[:FILE]", "with --pauses: the model; FILE: a table of ouro calibrate"},
    {"repeats", "N", "with --pauses: times that each run is measured, 1 to 16; default 5"},
    {"help", NULL, "this text"},
};

static bool verify_number(const char *name, const char *value, uint64_t low, uint64_t *number,
                          Error *error) {
    Error why = {0};
    return text_count(value, low, UINT64_MAX / 2, number, &why) ||
           error_set(error, "--%s: %s", name, why.text);
}

static bool verify_word(VerifyArguments *a, const char *value, Error *error) {
    if (a->workload_count == VERIFY_WORKLOADS_MAX)
        return error_set(error, "more than %d workloads", VERIFY_WORKLOADS_MAX);
    a->workloads[a->workload_count++] = value;
    return true;
}

static bool verify_option(void *context, const Option *option, const char *value, Error *error) {
    VerifyArguments *a = context;
    if (option == NULL) return verify_word(a, value, error);
    if (strcmp(option->name, "programs") == 0)
        return verify_number("programs", value, 1, &a->programs, error);
    if (strcmp(option->name, "seed") == 0) return verify_number("seed", value, 0, &a->seed, error);
    if (strcmp(option->name, "python") == 0) {
        if (a->python_count == VERIFY_PYTHONS_MAX)
            return error_set(error, "more than %d interpreters", VERIFY_PYTHONS_MAX);
        a->pythons[a->python_count++] = value;
    }
    if (strcmp(option->name, "policy") == 0) a->policy = value;
    if (strcmp(option->name, "scale") == 0) a->scale = value;
    if (strcmp(option->name, "memory") == 0) a->memory = true;
    if (strcmp(option->name, "pauses") == 0) a->pauses = true;
    if (strcmp(option->name, "cost") == 0) return cost_choose(&a->cost, value, error);
    if (strcmp(option->name, "repeats") == 0) {
        Error why = {0};
        if (!text_count(value, 1, 16, &a->repeats, &why))
            return error_set(error, "--repeats: %s", why.text);
    }
    if (strcmp(option->name, "default-arenas") == 0) a->memory = a->default_arenas = true;
    if (strcmp(option->name, "help") == 0) a->help = true;
    return true;
}

bool verify_arguments_parse(VerifyArguments *a, int argc, char **argv, Error *error) {
    *a = (VerifyArguments){.programs = 1000,
                           .seed = 1,
                           .scale = "0.1",
                           .cost = cost_table_shipped(COST_CACHE),
                           .repeats = 5};
    return options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), verify_option, a,
                         error);
}

void verify_arguments_print(void) {
    puts(
        "usage: ouro verify [--python X.Y]... [--programs N] [--seed S] [WORKLOAD]...\n\n"
        "Plays the same events in the simulator and in real CPython interpreters, and compares "
        "every\n"
        "collection: when, which generation, candidates, references, collected, counters and "
        "totals.\n"
        "Random programs, or the workloads that are named: shipped ones, or files. Exit 1 at the "
        "first\n"
        "difference; a random program is shrunk first and left in ouro-verify-SEED.ini.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
}

static bool is_wanted(const VerifyArguments *a, const char *version) {
    for (size_t i = 0; i < a->python_count; i++)
        if (strcmp(a->pythons[i], version) == 0) return true;
    return a->python_count == 0;
}

// An interrupt reaches the interpreter's program too, which says what it has done and ends; so does
// one that was sent to us alone.
static volatile sig_atomic_t interrupted;
static volatile pid_t child;

static void on_interrupt(int number) {
    interrupted = 1;
    if (child > 0) kill(child, number);
}

// The exit code of one program, with our arguments.
static int run_interpreter(const char *version, char **argv) {
    char path[PATH_SIZE];
    pid_t spawned = 0;
    int status = 0;
    if (interrupted) return EXIT_INTERRUPTED;
    interpreter_path(version, path, sizeof path);
    bool good = posix_spawn(&spawned, path, NULL, NULL, argv, environ) == 0;
    child = spawned;
    while (good && waitpid(spawned, &status, 0) < 0) good = errno == EINTR;
    child = 0;
    if (!good) {
        fprintf(stderr, "ouro: %s: cannot be started\n", path);
        return EXIT_BAD_INPUT;
    }
    if (interrupted) return EXIT_INTERRUPTED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NO;
}

static int verify(const VerifyArguments *a, char **argv) {
    InterpreterVersion versions[INTERPRETERS_MAX];
    size_t count = interpreters_find(versions), ran = 0;
    int code = EXIT_FINE;
    for (size_t i = 0; i < count && code == EXIT_FINE; i++) {
        if (!is_wanted(a, versions[i])) continue;
        code = run_interpreter(versions[i], argv);
        ran++;
    }
    if (ran > 0) return code;
    fprintf(stderr, "ouro: no interpreter%s to verify against: make interpreters builds them\n",
            a->python_count > 0 ? " of that version" : "");
    return EXIT_BAD_INPUT;
}

int verify_command(int argc, char **argv) {
    VerifyArguments arguments;
    Error error = {0};
    if (!verify_arguments_parse(&arguments, argc, argv, &error)) return options_fail(&error);
    if (arguments.help) {
        verify_arguments_print();
        return EXIT_FINE;
    }
    struct sigaction action = {.sa_handler = on_interrupt};
    CHECK(sigaction(SIGINT, &action, NULL) == 0);
    return verify(&arguments, argv);
}
