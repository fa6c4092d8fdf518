// machine.h -- what a figure was measured on: processor, interpreter, day
#ifndef OURO_CPYTHON_MACHINE_H
#define OURO_CPYTHON_MACHINE_H

#include <stddef.h>

// "AMD EPYC 7B13, CPython 3.11.2, 2026-01-31"; `interpreter` is the version.
void machine_name(const char *interpreter, char *name, size_t size);

#endif
