// start.h -- the one interpreter of the process
#ifndef OURO_CPYTHON_START_H
#define OURO_CPYTHON_START_H

#include "base.h"

// Starts the interpreter, when it is needed first, with arenas of our own that are aligned to their
// size, or with its own. False with `error` when it cannot start.
bool start(bool aligned_arenas, Error *error);

// Whether Ctrl-C waits: SIGINT is blocked in `ouro calibrate`, which looks between two runs.
bool interrupt_is_pending(void);

#endif
