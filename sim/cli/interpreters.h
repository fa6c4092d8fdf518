// interpreters.h -- the real interpreters that were built: one program ouro-cpython-X.Y for each
#ifndef OURO_INTERPRETERS_H
#define OURO_INTERPRETERS_H

#include "options.h"

// Where the programs are that have an interpreter within: installed, PREFIX/libexec/ouro; else the
// folder of the executable. `size`: PATH_SIZE - 64 or more.
void interpreters_folder(char *folder, size_t size);

// Their versions ("3.8", "3.11"), in ascending order; returns the number.
enum { INTERPRETERS_MAX = 32, INTERPRETER_VERSION_SIZE = 16 };
typedef char InterpreterVersion[INTERPRETER_VERSION_SIZE];
size_t interpreters_find(InterpreterVersion versions[INTERPRETERS_MAX]);

// The program of one of them.
void interpreter_path(const char *version, char *path, size_t size);

// Goes on as that program, with the same words (argv[0] is the command's name). Returns only when
// there is none, with the exit code, when it has said so.
int interpreter_become(const char *version, char **argv);

// Says that this one ("": any) is not there, and which are. Returns the exit code.
int interpreter_missing(const char *version);

// What that program offers to the commands in its place.
typedef struct {
    const char *version;  // "3.11.2"
    // Why it cannot run a policy, or NULL.
    const char *(*refusal)(const PolicyChoice *policy);
    // Plays the events of a finished run for real and measures: see sim/cpython/replay.h. On the
    // calling thread; `progress` is told the allocation clock and says false to stop it.
    bool (*measure)(Run *run, RunResult *result, bool (*progress)(void *context, uint64_t clock),
                    void *context, Error *error);
} RealInterpreter;

// `ouro run` and `ouro compare` (argv[0] says which), with runs on a real interpreter or, NULL,
// without.
int compare_main(int argc, char **argv, const RealInterpreter *real);

#endif
