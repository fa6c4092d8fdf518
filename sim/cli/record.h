// record.h -- the arguments of ouro record
#ifndef OURO_RECORD_H
#define OURO_RECORD_H

#include "options.h"

enum { RECORD_PHASES_MAX = 16, RECORD_POLICIES_MAX = 16, RECORD_SITES = 64 };

typedef struct {
    const char *out;                            // NULL: the program's name and .trace
    uint32_t thresholds[3];                     // of the recorded run: the last of policies
    const char *policies[RECORD_POLICIES_MAX];  // a recording each, as "T0,T1,T2"
    size_t policy_count;
    uint32_t sites;  // one birth of so many; 0: none
    bool fast, quiet, help;
    const char *phases[RECORD_PHASES_MAX];
    size_t phase_count;
    int program_count;  // the words after --, as python3.11 would be given them
    char **program;
} RecordArguments;

// argv[0] is the command's name.
bool record_arguments_parse(RecordArguments *arguments, int argc, char **argv, Error *error);
void record_arguments_print(void);

// Where the trace goes: --out, else ./app.trace for path/to/app.py, of -m MODULE the module.
void record_out(const RecordArguments *arguments, char *path, size_t size);

#endif
