// calibrate.h -- the arguments of ouro calibrate, which it hands on to an interpreter's program
#ifndef OURO_CLI_CALIBRATE_H
#define OURO_CLI_CALIBRATE_H

#include "options.h"

typedef struct {
    const char *python;  // "3.11"
    const char *out;     // where the table goes
    uint64_t repeats;
    bool help;
} CalibrateArguments;

bool calibrate_arguments_parse(CalibrateArguments *arguments, int argc, char **argv, Error *error);

#endif
