// starve_case.h -- one run of ouro in a process of its own, with or without a fault
#ifndef STARVE_CASE_H
#define STARVE_CASE_H

#include <stdio.h>

#include "starve_faults.h"

enum { CASE_SECONDS = 60, WORDS_MAX = 64, PATH_ROOM = 1024 };

typedef struct {
    const char *scratch;     // a folder; results are in its folder `case`
    const char *before;      // is copied to `case` first; or NULL
    char *words[WORDS_MAX];  // the command: "ouro", "run", ...
    int word_count;
    uint64_t space;      // RLIMIT_AS beyond what is mapped at start, bytes; 0: none
    uint64_t file_size;  // RLIMIT_FSIZE, bytes; 0: none
} Setting;

typedef struct {
    int code;           // exit code; -N: signal N; -SIGALRM: it hung
    char *out, *error;  // what it printed
    uint64_t calls, hits, lines, starts;
} Outcome;

// Empties `case`, fills it from `before`, runs the command with this fault (or NULL) at `at`, and
// ends what it left running. Each outcome goes to outcome_free().
Outcome case_run(const Setting *setting, const Fault *fault, uint64_t at);

// Runs other words, without a fault, in the folder as it is.
Outcome case_follow(const Setting *setting, char *const *words, int count);
void outcome_free(Outcome *outcome);

#endif
