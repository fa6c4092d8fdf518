// verify.c -- ouro verify: the simulator against real interpreters
#include "verify.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "cost_file.h"
#include "interpreters.h"
#include "text.h"

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

static bool verify_number(const char *name, const char *value, uint64_t low, uint64_t high,
                          uint64_t *number, Error *error) {
    Error why = {0};
    return text_count(value, low, high, number, &why) ||
           error_set(error, "--%s: %s", name, why.text);
}

static bool verify_word(VerifyArguments *a, const char *value, Error *error) {
    if (a->workload_count == VERIFY_WORKLOADS_MAX)
        return error_set(error, "more than %d workloads", VERIFY_WORKLOADS_MAX);
    a->workloads[a->workload_count++] = value;
    return true;
}

static VerifyPart part_of(const char *option) {
    static const struct {
        const char *option;
        VerifyPart part;
    } parts[] = {{"programs", VERIFY_PROGRAMS}, {"seed", VERIFY_PROGRAMS},
                 {"policy", VERIFY_WORKLOADS},  {"scale", VERIFY_WORKLOADS},
                 {"memory", VERIFY_WORKLOADS},  {"default-arenas", VERIFY_WORKLOADS},
                 {"cost", VERIFY_PAUSES},       {"repeats", VERIFY_PAUSES}};
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        if (strcmp(parts[i].option, option) == 0) return parts[i].part;
    return VERIFY_ANY;
}

static bool verify_option(void *context, const Option *option, const char *value, Error *error) {
    VerifyArguments *a = context;
    if (option == NULL) return verify_word(a, value, error);
    const char *name = option->name;
    a->given[part_of(name)] = name;
    if (strcmp(name, "programs") == 0)
        return verify_number(name, value, 1, UINT64_MAX / 2, &a->programs, error);
    if (strcmp(name, "seed") == 0)
        return verify_number(name, value, 0, UINT64_MAX / 2, &a->seed, error);
    if (strcmp(name, "repeats") == 0) return verify_number(name, value, 1, 16, &a->repeats, error);
    if (strcmp(name, "python") == 0) {
        if (a->python_count == VERIFY_PYTHONS_MAX)
            return error_set(error, "more than %d interpreters", VERIFY_PYTHONS_MAX);
        a->pythons[a->python_count++] = value;
    }
    if (strcmp(name, "policy") == 0) a->policy = value;
    if (strcmp(name, "scale") == 0) a->scale = value;
    if (strcmp(name, "memory") == 0) a->memory = true;
    if (strcmp(name, "pauses") == 0) a->pauses = true;
    if (strcmp(name, "cost") == 0) return cost_choose(&a->cost, value, error);
    if (strcmp(name, "default-arenas") == 0) a->memory = a->default_arenas = true;
    if (strcmp(name, "help") == 0) a->help = true;
    return true;
}

// An option that would change nothing is a misunderstanding.
static bool arguments_fit(const VerifyArguments *a, Error *error) {
    VerifyPart part = a->pauses               ? VERIFY_PAUSES
                      : a->workload_count > 0 ? VERIFY_WORKLOADS
                                              : VERIFY_PROGRAMS;
    static const char *const needed[VERIFY_PARTS] = {
        [VERIFY_PROGRAMS] = "random programs, without workloads and --pauses",
        [VERIFY_WORKLOADS] = "workloads, and none is named",
        [VERIFY_PAUSES] = "--pauses"};
    if (a->pauses && a->workload_count > 0)
        return error_set(error, "--pauses has runs of its own; found also '%s'", a->workloads[0]);
    for (VerifyPart other = VERIFY_PROGRAMS; other < VERIFY_PARTS; other++)
        if (other != part && a->given[other] != NULL)
            return error_set(error, "--%s is for %s", a->given[other], needed[other]);
    return true;
}

bool verify_arguments_parse(VerifyArguments *a, int argc, char **argv, Error *error) {
    *a = (VerifyArguments){.programs = 1000,
                           .seed = 1,
                           .scale = "0.1",
                           .cost = cost_table_shipped(COST_CACHE),
                           .repeats = 5};
    return options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), verify_option, a,
                         error) &&
           (a->help || arguments_fit(a, error));
}

void verify_arguments_print(void) {
    puts(
        "usage: ouro verify [--python X.Y]... [--programs N] [--seed N]\n"
        "       ouro verify [--python X.Y]... WORKLOAD... [--memory]\n"
        "       ouro verify [--python X.Y]... --pauses\n\n"
        "Plays the same events in the simulator and in real CPython interpreters, and compares\n"
        "every collection: when, which generation, candidates, references, collected, counters\n"
        "and totals. Random programs, or the workloads that are named: shipped ones, or files.\n"
        "Exit 1 at the first difference; a random program is shrunk first and left in\n"
        "ouro-verify-SEED.ini.\n");
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

// All that were named must be there: who names two has not asked for one.
static bool is_there(const char *version) {
    InterpreterVersion versions[INTERPRETERS_MAX];
    size_t count = interpreters_find(versions);
    for (size_t i = 0; i < count; i++)
        if (strcmp(versions[i], version) == 0) return true;
    return false;
}

static int verify(const VerifyArguments *a, char **argv) {
    InterpreterVersion versions[INTERPRETERS_MAX];
    size_t count = interpreters_find(versions);
    int code = EXIT_FINE;
    for (size_t i = 0; i < a->python_count; i++)
        if (!is_there(a->pythons[i])) return interpreter_missing(a->pythons[i]);
    if (count == 0) return interpreter_missing("");
    for (size_t i = 0; i < count && code == EXIT_FINE; i++)
        if (is_wanted(a, versions[i])) code = run_interpreter(versions[i], argv);
    return code;
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
