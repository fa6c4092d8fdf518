// interpreter.h -- an embedded CPython, and the state of its collector
//
// Everything is read from the interpreter's own structs, through its internal headers, so that
// looking does not change what is looked at. Versions 3.8 to 3.13 with the default build.
#ifndef OURO_CPYTHON_INTERPRETER_H
#define OURO_CPYTHON_INTERPRETER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "plan.h"

// What CPython counts, in its names.
typedef struct {
    int count[3];
    int64_t long_lived_total, long_lived_pending;
    int64_t collections[3], collected[3], uncollectable[3];
} GcState;

// Starts the interpreter, disables its collector, takes gc.callbacks away, so that a collection
// allocates nothing, and puts all of its own objects where no collection and no freeze finds them.
// False with `error` when it cannot start.
bool interpreter_start(Error *error);
void interpreter_stop(void);

// Puts all objects that exist where no collection and no freeze finds them: to be called when our
// types are made.
void interpreter_hide_objects(void);

const char *interpreter_version(void);  // "3.11.2"
const char *interpreter_minor(void);    // "3.11"

// 3.12 on: collections run at safepoints, not inside an allocation.
bool interpreter_has_safepoints(void);
void interpreter_safepoint(void);

// What it does with objects that finalizers resurrect.
FinalizerRule interpreter_finalizers(void);

void interpreter_enable(bool enabled);
GcState interpreter_gc(void);
void interpreter_set_thresholds(int t0, int t1, int t2);
int interpreter_count(void);  // generations[0].count
void interpreter_set_count(int young);
void interpreter_count_frees(uint64_t count);  // lowers it, not below 0

// Collections of all generations since the last interpreter_reset.
int64_t interpreter_collections(void);

// Puts an object that is in no list into one of the collector's.
typedef enum { LIST_YOUNG, LIST_OLD = 2, LIST_FROZEN } InterpreterList;
void interpreter_track(PyObject *object, InterpreterList list);

// Counters, totals and statistics to zero, gc.garbage to empty.
void interpreter_reset(void);

// All objects of the three generations, of whatever type, borrowed; the caller frees the array.
PyObject **interpreter_objects(size_t *count);

// gc.collect(generation), gc.freeze(), gc.unfreeze(); nothing tracked is allocated, and for
// generation 2 nothing at all.
void interpreter_collect(int generation);
void interpreter_freeze(void);
void interpreter_unfreeze(void);

#endif
