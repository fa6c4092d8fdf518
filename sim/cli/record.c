// record.c -- ouro record: its arguments; build/ouro-record-3.11 does the work (sim/record/)
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "interpreters.h"
#include "paths.h"
#include "text.h"

static const Option OPTIONS[] = {
    {"out", "FILE", "the trace; default: the program's name and .trace, here"},
    {"policy", "T0,T1,T2", "thresholds; given again, a recording each; default 700,10,10"},
    {"fast", NULL, "look at the heap only when it is collected: less CPU, exact for this policy"},
    {"sites", "1/N", "one allocation of N says where it was; default 1/64, 0: none"},
    {"phase", "FILE:FUNCTION", "a phase begins where this function does (may be given again)"},
    {"quiet", NULL, "no line on stderr at the end"},
    {"help", NULL, "this text"},
};

static bool policy_parse(const char *text, uint32_t thresholds[3], Error *error) {
    char words[64];
    char *rest = words, *word = NULL;
    int count = 0;
    snprintf(words, sizeof words, "%s", text);
    while ((word = strsep(&rest, ",")) != NULL && count < 3) {
        uint64_t number = 0;
        Error why = {0};
        if (!text_count(word, 0, INT32_MAX, &number, &why))
            return error_set(error, "--policy %s: %s", text, why.text);
        thresholds[count++] = (uint32_t)number;
    }
    return (count == 3 && word == NULL) ||
           error_set(error, "--policy %s: three thresholds are wanted, such as 700,10,10", text);
}

static bool policy_add(RecordArguments *a, const char *text, Error *error) {
    if (a->policy_count == RECORD_POLICIES_MAX)
        return error_set(error, "more than %d --policy", RECORD_POLICIES_MAX);
    a->policies[a->policy_count++] = text;
    return policy_parse(text, a->thresholds, error);
}

static bool sites_parse(const char *text, uint32_t *sites, Error *error) {
    uint64_t number = 0;
    Error why = {0};
    const char *every = strncmp(text, "1/", 2) == 0 ? text + 2 : strcmp(text, "0") == 0 ? text : "";
    if (!text_count(every, 0, 1000000000, &number, &why))
        return error_set(error, "--sites %s: 1/N or 0 is wanted, N from 1 to 1000000000", text);
    *sites = (uint32_t)number;
    return true;
}

static bool record_option(void *context, const Option *option, const char *value, Error *error) {
    RecordArguments *a = context;
    if (option == NULL)
        return error_set(error, "'%s': the program comes after --: ouro record -- %s", value,
                         value);
    const char *name = option->name;
    if (strcmp(name, "out") == 0) a->out = value;
    if (strcmp(name, "policy") == 0) return policy_add(a, value, error);
    if (strcmp(name, "fast") == 0) a->fast = true;
    if (strcmp(name, "sites") == 0) return sites_parse(value, &a->sites, error);
    if (strcmp(name, "phase") == 0) {
        const char *colon = strrchr(value, ':');
        if (colon == NULL || colon == value || colon[1] == '\0')
            return error_set(error, "--phase %s: FILE:FUNCTION is wanted", value);
        if (a->phase_count == RECORD_PHASES_MAX)
            return error_set(error, "more than %d --phase", RECORD_PHASES_MAX);
        a->phases[a->phase_count++] = value;
    }
    if (strcmp(name, "quiet") == 0) a->quiet = true;
    if (strcmp(name, "help") == 0) a->help = true;
    return true;
}

bool record_arguments_parse(RecordArguments *a, int argc, char **argv, Error *error) {
    *a = (RecordArguments){.thresholds = {700, 10, 10}, .sites = RECORD_SITES};
    int words = 1;
    while (words < argc && strcmp(argv[words], "--") != 0) words++;
    if (!options_parse(words - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), record_option, a,
                       error))
        return false;
    a->program = argv + words + 1;
    a->program_count = argc - words - 1;
    return a->help || a->program_count > 0 ||
           error_set(error, "no program given: ouro record -- app.py [ARGUMENT]...");
}

void record_arguments_print(void) {
    puts(
        "usage: ouro record [--out FILE.trace] [--policy T0,T1,T2] [--fast] -- app.py "
        "[ARGUMENT]...\n"
        "       ouro record [...] -- -m MODULE [ARGUMENT]...\n\n"
        "Runs a program as Debian's python3.11 would, and writes down what it does to the heap. "
        "The\n"
        "program does not notice: its collections are those of an unrecorded run. The exit code "
        "is\n"
        "the program's; 1 when the recording fails one of its own checks.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts(
        "\nA program may say sys.audit('ouro.phase', 'serve') where a phase begins; without the\n"
        "recorder that does nothing. Child processes are not recorded.");
}

void record_out(const RecordArguments *a, char *path, size_t size) {
    const char *program = a->program[0];
    if (program[0] == '-') program = a->program_count > 1 ? a->program[1] : "python";
    if (strcmp(a->program[0], "-c") == 0) program = "command";
    const char *slash = strrchr(program, '/'), *name = slash == NULL ? program : slash + 1;
    const char *dot = strrchr(name, '.');
    const bool is_file = dot != NULL && strcmp(dot, ".py") == 0;
    if (a->out != NULL)
        snprintf(path, size, "%s", a->out);
    else
        snprintf(path, size, "%.*s.trace", is_file ? (int)(dot - name) : 200, name);
}

// ---- several policies ----

// app.trace under 2000,10,10: app.2000-10-10.trace
static void out_of_policy(const RecordArguments *a, size_t policy, char *path, size_t size) {
    char out[PATH_SIZE], tag[64];
    record_out(a, out, sizeof out);
    snprintf(tag, sizeof tag, "%s", a->policies[policy]);
    for (char *at = tag; *at != '\0'; at++)
        if (*at == ',') *at = '-';
    const size_t length = strlen(out);
    const bool is_named = length > 6 && strcmp(out + length - 6, ".trace") == 0;
    snprintf(path, size, "%.*s.%s.trace", (int)(is_named ? length - 6 : length), out, tag);
}

// The recorder, run once; its exit code, and as a shell has it 128 and more for a signal.
static int recorder_run(const char *recorder, char **argv, Error *error) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        execv(recorder, argv);
        _exit(EXIT_BAD_INPUT);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        error_set(error, "%s: %s", recorder, strerror(errno));
        return EXIT_BAD_INPUT;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The options as given, and after them the one policy and its file: the last one counts. The first
// exit code that is not 0. Stops where a signal ended a program, or nothing was recorded.
static int record_each(const RecordArguments *a, const char *recorder, int argc, char **argv,
                       Error *error) {
    const int options = argc - a->program_count - 1;
    char path[PATH_SIZE];
    char **words = memory_new((size_t)argc + 5, sizeof *words);
    int code = EXIT_FINE;
    for (size_t i = 0; i < a->policy_count; i++) {
        static char policy_option[] = "--policy", out_option[] = "--out";
        char policy[64];
        snprintf(policy, sizeof policy, "%s", a->policies[i]);
        out_of_policy(a, i, path, sizeof path);
        char *const more[] = {policy_option, policy, out_option, path};
        memcpy(words, argv, (size_t)options * sizeof *words);
        memcpy(words + options, more, sizeof more);
        memcpy(words + options + 4, argv + options, (size_t)(argc - options) * sizeof *words);
        const int found = recorder_run(recorder, words, error);
        if (code == EXIT_FINE) code = found;
        if (found >= 128 || (found != EXIT_FINE && access(path, F_OK) != 0)) break;
    }
    free(words);
    return code;
}

int record_command(int argc, char **argv) {
    RecordArguments arguments;
    Error error = {0};
    char folder[PATH_SIZE - 64], path[PATH_SIZE];
    if (!record_arguments_parse(&arguments, argc, argv, &error)) return options_fail(&error);
    if (arguments.help) {
        record_arguments_print();
        return EXIT_FINE;
    }
    interpreters_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/ouro-record-3.11", folder);
    if (arguments.policy_count > 1 && access(path, X_OK) == 0) {
        const int code = record_each(&arguments, path, argc, argv, &error);
        return error.text[0] != '\0' ? options_fail(&error) : code;
    }
    execv(path, argv);
    error_set(&error, "%s was not built (make interpreters; it takes libpython3.11-dev)", path);
    return options_fail(&error);
}
