// options.h -- command-line options as a table, and the exit codes
#ifndef OURO_OPTIONS_H
#define OURO_OPTIONS_H

#include "run.h"

enum { EXIT_FINE = 0, EXIT_NO = 1, EXIT_BAD_INPUT = 2, EXIT_LIMIT = 3, EXIT_INTERRUPTED = 130 };

typedef struct {
    const char *name;   // without the dashes
    const char *value;  // what it takes, for help; NULL: nothing
    const char *help;
} Option;

// Calls `found` for each option with its value (NULL if it takes none), and with option NULL for
// each word that is none. Stops with false and `error` at an unknown option, a missing value or a
// refusal.
typedef bool (*OptionFound)(void *context, const Option *option, const char *value, Error *error);
bool options_parse(int argc, char **argv, const Option *options, size_t count, OptionFound found,
                   void *context, Error *error);

// "-" or "--", as a name has one letter or more.
const char *option_dashes(const char *name);

void options_print(const Option *options, size_t count);

// Prints "ouro: MESSAGE" to stderr; returns EXIT_BAD_INPUT, or EXIT_NO when a check failed.
int options_fail(const Error *error);

// What `run` and `compare` take.
typedef enum { FORMAT_TABLE, FORMAT_JSON, FORMAT_TSV } Format;

enum { CHOICES_MAX = 64, OVERRIDES_MAX = 256, OVERRIDE_SIZE = 256, PATH_SIZE = 4096 };

typedef struct {
    const char *workload;
    PolicyChoice choices[CHOICES_MAX];
    size_t choice_count;
    char overrides[OVERRIDES_MAX][OVERRIDE_SIZE];
    size_t override_count;
    Engine engine;
    CostTable cost;
    char python[16];  // "3.11": the run is played on this interpreter as well, and measured
    const MemoryLayout *allocator;
    const char *out;  // NULL: write nothing
    Format format;
    bool check, audit, help;
    RunWatcher watcher;  // who looks on with `audit`
    uint64_t batch, jobs;
    char command[PATH_SIZE];  // as it was given, for results
} RunArguments;

// Fills `arguments` from the command's name and the words after it.
bool run_arguments_parse(RunArguments *arguments, int argc, char **argv, Error *error);
void run_arguments_print(void);

// The two parts of that, for a command with a table of its own that has some of the same options:
// what holds when nothing is said, and the OptionFound (its context is the RunArguments).
void run_arguments_default(RunArguments *arguments, int argc, char **argv);
bool run_arguments_option(void *arguments, const Option *option, const char *value, Error *error);

// Reads the workload that `arguments` name: a path, or the name of one that ships with Ouro.
bool run_arguments_spec(const RunArguments *arguments, Spec *spec, Error *error);

#endif
