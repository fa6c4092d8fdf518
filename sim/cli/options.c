// options.c -- command-line options as a table
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cost_file.h"
#include "gather.h"
#include "paths.h"
#include "policy_file.h"
#include "shell.h"
#include "text.h"

const char *option_dashes(const char *name) { return strlen(name) > 1 ? "--" : "-"; }

static const Option *option_find(const Option *options, size_t count, const char *name,
                                 size_t length) {
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0)
            return &options[i];
    return NULL;
}

static bool option_unknown(const Option *options, size_t count, const char *word, Error *error) {
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    CHECK(count <= NAMES_MAX);
    for (size_t i = 0; i < count; i++) names[i] = options[i].name;
    const char *near = text_nearest(word + strspn(word, "-"), names, count);
    return error_set(error, "unknown option '%s'%s%s%s (--help lists all)", word,
                     near ? "; did you mean '--" : "", near ? near : "", near ? "'?" : "");
}

bool options_parse(int argc, char **argv, const Option *options, size_t count, OptionFound found,
                   void *context, Error *error) {
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "-h") == 0) word = "--help";
        if (word[0] != '-' || word[1] == '\0') {
            if (!found(context, NULL, word, error)) return false;
            continue;
        }
        size_t length = strcspn(word + 2, "=");
        const Option *option =
            word[1] == '-' ? option_find(options, count, word + 2, length) : NULL;
        if (option == NULL && word[1] != '-')
            option = option_find(options, count, word + 1, length + 1);
        if (option == NULL) return option_unknown(options, count, word, error);
        const char *value = strchr(word, '=');
        if (value != NULL) value++;
        if (option->value == NULL && value != NULL)
            return error_set(error, "%s%s takes no value", option_dashes(option->name),
                             option->name);
        if (option->value != NULL && value == NULL && i + 1 < argc) value = argv[++i];
        if (option->value != NULL && value == NULL)
            return error_set(error, "%s%s needs a value: %s", option_dashes(option->name),
                             option->name, option->value);
        if (!found(context, option, value, error)) return false;
    }
    return true;
}

static int option_print(const Option *option) {
    return printf("%s%s%s%s", option_dashes(option->name), option->name, option->value ? " " : "",
                  option->value ? option->value : "");
}

void options_print(const Option *options, size_t count) {
    enum { LEFT_MAX = 24 };  // a longer one has a line of its own
    for (size_t i = 0; i < count; i++) {
        printf("  ");
        int width = option_print(&options[i]);
        if (width > LEFT_MAX) printf("\n%*s", LEFT_MAX + 2, "");
        printf("%*s %s\n", width > LEFT_MAX ? 0 : LEFT_MAX - width, "", options[i].help);
    }
}

int options_fail(const Error *error) {
    char text[sizeof error->text];
    text_plain(error->text, text, sizeof text);  // what was found may be anything
    fprintf(stderr, "ouro: %s\n", text);
    return error->check_failed ? EXIT_NO : EXIT_BAD_INPUT;
}

static const Option RUN_OPTIONS[] = {
    {"policy", "NAME[:knob=value,...]",
     "a policy; compare takes several (ouro list policies). NAME may be a plug-in, ./mine.so"},
    {"policy-file", "FILE.ini[:value=N,...]", "a policy as a text (ouro help policy-file)"},
    {"set", "section.key=value", "overrides a key of the workload (ouro help workload)"},
    {"seed", "N", "the same as --set workload.seed=N"},
    {"scale", "X", "the same as --set workload.scale=X"},
    {"engine", "NAME",
     "tracing (default) or ledger simulates, auto: ledger where it applies; null only counts; "
     "cpython (3.11) or cpython-X.Y measures for real"},
    {"cost", "cache|counts[:FILE]",
     "the model of pauses (ledger: cache is estimated); FILE: a table of ouro calibrate"},
    {"allocator", "X.Y",
     "the small-object allocator of this CPython, for all policies; default 3.10"},
    {"out", "DIR", "writes results, collections and timelines into DIR"},
    {"json", NULL, "prints JSON instead of a table"},
    {"tsv", NULL, "prints tab-separated values instead of a table"},
    {"check", NULL, "proves heap and truth notes as it goes (slow)"},
    {"audit", NULL, "run: what is left after each round, and who holds it (JSON: a second line)"},
    {"batch", "N", "events handed over at a time; changes no result"},
    {"j", "N", "runs at a time; default: the number of processors"},
    {"help", NULL, "this text"},
};

// "cpython", or "cpython-" and a version.
static bool engine_is_real(const char *name, char *version, size_t size) {
    unsigned major = 0, minor = 0;
    int end = 0;
    if (strcmp(name, "cpython") == 0) name = "cpython-3.11";
    if (sscanf(name, "cpython-%2u.%3u%n", &major, &minor, &end) != 2 || name[end] != '\0')
        return false;
    snprintf(version, size, "%u.%u", major, minor);
    return true;
}

static bool engine_option(RunArguments *a, const char *name, Error *error) {
    CHECK(name != NULL);  // the option takes a value
    a->engine = ENGINE_TRACING;
    a->python[0] = '\0';
    return engine_is_real(name, a->python, sizeof a->python) ||
           engine_find(name, &a->engine, error);
}

static bool override_add(RunArguments *a, const char *prefix, const char *value, Error *error) {
    if (a->override_count == OVERRIDES_MAX)
        return error_set(error, "more than %d overrides", OVERRIDES_MAX);
    char *override = a->overrides[a->override_count++];
    if (snprintf(override, OVERRIDE_SIZE, "%s%s", prefix, value) >= OVERRIDE_SIZE)
        return error_set(error, "--set %.40s...: longer than %d characters", value,
                         OVERRIDE_SIZE - 1);
    return true;
}

static bool number_option(const Option *option, const char *value, uint64_t low, uint64_t high,
                          uint64_t *number, Error *error) {
    Error why = {0};
    return text_count(value, low, high, number, &why) ||
           error_set(error, "%s%s: %s", option_dashes(option->name), option->name, why.text);
}

bool run_arguments_option(void *arguments, const Option *option, const char *value, Error *error) {
    RunArguments *a = arguments;
    if (option == NULL) {
        if (a->workload != NULL)
            return error_set(error, "one workload at a time; found also '%s'", value);
        a->workload = value;
        return true;
    }
    const char *name = option->name;
    if (strcmp(name, "policy-file") == 0 && !policy_is_rules(value))
        return error_set(error, "--policy-file %s: a policy as a text ends in .ini", value);
    if (strncmp(name, "policy", strlen("policy")) == 0) {
        if (a->choice_count == CHOICES_MAX)
            return error_set(error, "more than %d policies", CHOICES_MAX);
        return policy_named(&a->choices[a->choice_count++], value, error);
    }
    if (strcmp(name, "set") == 0) return override_add(a, "", value, error);
    if (strcmp(name, "seed") == 0) return override_add(a, "workload.seed=", value, error);
    if (strcmp(name, "scale") == 0) return override_add(a, "workload.scale=", value, error);
    if (strcmp(name, "engine") == 0) return engine_option(a, value, error);
    if (strcmp(name, "cost") == 0) return cost_choose(&a->cost, value, error);
    if (strcmp(name, "allocator") == 0)
        return (a->allocator = memory_layout_find(value, error)) != NULL;
    if (strcmp(name, "batch") == 0)
        return number_option(option, value, 1, 1u << 20, &a->batch, error);
    if (strcmp(name, "j") == 0) return number_option(option, value, 1, 256, &a->jobs, error);
    if (strcmp(name, "out") == 0) a->out = value;
    if (strcmp(name, "json") == 0) a->format = FORMAT_JSON;
    if (strcmp(name, "tsv") == 0) a->format = FORMAT_TSV;
    if (strcmp(name, "check") == 0) a->check = true;
    if (strcmp(name, "audit") == 0) a->audit = true;
    if (strcmp(name, "help") == 0) a->help = true;
    return true;
}

// What can be pasted into a shell; too long a command is cut.
static void command_keep(RunArguments *a, int argc, char **argv) {
    Gather gather;
    FILE *file = gather_open(&gather);
    for (int i = 0; i < argc; i++) {
        fputc(' ', file);
        shell_word_print(file, argv[i]);
    }
    char *text = gather_close(&gather);
    snprintf(a->command, sizeof a->command, "%s", text);
    free(text);
}

void run_arguments_default(RunArguments *a, int argc, char **argv) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *a = (RunArguments){.batch = 4096,
                        .jobs = processors > 0 ? (uint64_t)processors : 1,
                        .cost = cost_table_shipped(COST_CACHE),
                        .allocator = &MEMORY_DEFAULT};
    command_keep(a, argc, argv);
}

bool run_arguments_parse(RunArguments *a, int argc, char **argv, Error *error) {
    run_arguments_default(a, argc, argv);
    if (!options_parse(argc - 1, argv + 1, RUN_OPTIONS, ARRAY_LENGTH(RUN_OPTIONS),
                       run_arguments_option, a, error))
        return false;
    if (a->help) return true;
    if (a->workload == NULL)
        return error_set(error, "no workload given (ouro list workloads shows those that ship)");
    if (a->choice_count == 0 && a->engine != ENGINE_NULL)
        return error_set(error, "no --policy given (ouro list policies shows all)");
    if (a->choice_count == 0) return policy_named(&a->choices[a->choice_count++], "none", error);
    return true;
}

void run_arguments_print(void) { options_print(RUN_OPTIONS, ARRAY_LENGTH(RUN_OPTIONS)); }

bool run_arguments_spec(const RunArguments *a, Spec *spec, Error *error) {
    const char *overrides[OVERRIDES_MAX];
    char path[PATH_SIZE];
    for (size_t i = 0; i < a->override_count; i++) overrides[i] = a->overrides[i];
    if (!path_workload(a->workload, path, sizeof path, error) ||
        !spec_read(spec, path, overrides, a->override_count, error))
        return false;
    if (spec->trace_truncated)
        fprintf(stderr, "ouro: %s: is truncated, and played as far as it goes\n", a->workload);
    return true;
}
