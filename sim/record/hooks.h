// hooks.h -- births and deaths: hooks on the allocator of objects, and what the counter says
#ifndef OURO_RECORD_HOOKS_H
#define OURO_RECORD_HOOKS_H

#include "base.h"

// Puts the hooks in; after Py_PreInitialize, before the interpreter.
void hooks_install(void);

// Settles the last allocation: what happened since the last hook is in the trace. For calls that
// look at the collector or change it.
void hooks_settle(void);
// From now on the count of generation 0 is `count`, whatever it was.
void hooks_expect(int64_t count);

#endif
