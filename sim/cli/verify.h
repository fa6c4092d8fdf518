// verify.h -- the arguments of ouro verify, which it hands on to one program per interpreter
#ifndef OURO_VERIFY_H
#define OURO_VERIFY_H

#include "options.h"

enum { VERIFY_WORKLOADS_MAX = 64, VERIFY_PYTHONS_MAX = 16 };

// What can be verified; some options are for one of them only.
typedef enum {
    VERIFY_ANY,
    VERIFY_PROGRAMS,
    VERIFY_WORKLOADS,
    VERIFY_PAUSES,
    VERIFY_PARTS
} VerifyPart;

typedef struct {
    const char *workloads[VERIFY_WORKLOADS_MAX];  // none: random programs
    size_t workload_count;
    const char *pythons[VERIFY_PYTHONS_MAX];  // "3.11"; none: all that were built
    size_t python_count;
    const char *policy;  // of workloads; NULL: the rules of each interpreter
    const char *scale;   // of workloads
    uint64_t programs, seed;
    bool memory;          // compare blocks and arenas as well,
    bool default_arenas;  // but arenas only, as the interpreter maps them by itself
    bool pauses;          // predicted pauses against measured ones instead
    CostTable cost;
    uint64_t repeats;
    const char *given[VERIFY_PARTS];  // the last option that is for it only, or NULL
    bool help;
} VerifyArguments;

bool verify_arguments_parse(VerifyArguments *arguments, int argc, char **argv, Error *error);
void verify_arguments_print(void);

#endif
