// machine.h -- what a figure was measured on: processor, interpreter, day
#ifndef OURO_CPYTHON_MACHINE_H
#define OURO_CPYTHON_MACHINE_H

#include <stdint.h>
#include <stdio.h>

// "AMD EPYC 7B13, CPython 3.11.2, 2026-01-31"; `interpreter` is the version.
void machine_name(const char *interpreter, char *name, size_t size);

// The same and more as lines "# key: value": machine, system, interpreter, compiler, date.
void machine_notes(FILE *file, const char *interpreter);

// Memory that a new process can have without anybody being pushed out; 0: unknown.
uint64_t machine_free_bytes(void);

#endif
