// calls.h -- what the program itself asks of the collector, and where it says that a phase begins
//
// Functions of the modules gc and sys get ours in front of them, in the tables that the interpreter
// makes its function objects of: these are the same, and as many, as ever. An audit hook would do
// for phases, too, but the interpreter makes a tuple for each call of one.
#ifndef OURO_RECORD_CALLS_H
#define OURO_RECORD_CALLS_H

#include "base.h"

// Before the interpreter: the module gc, whenever it is imported.
void calls_install(void);
// After it has started: sys.audit("ouro.phase", NAME).
void calls_install_audit(void);

#endif
