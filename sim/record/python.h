// python.h -- CPython 3.11 from inside: headers, and where the collector's state is
#ifndef OURO_RECORD_PYTHON_H
#define OURO_RECORD_PYTHON_H

#define Py_BUILD_CORE
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>

#if PY_VERSION_HEX < 0x030b0000 || PY_VERSION_HEX >= 0x030c0000
#error "the recorder knows the structs of 3.11 only"
#endif

#include "base.h"

// The main interpreter's: sub-interpreters have their own, which nobody looks at.
#define GC_STATE (&_PyRuntime._main_interpreter.gc)

static inline PyThreadState *python_thread(void) {
    return (PyThreadState *)_Py_atomic_load_relaxed(&_PyRuntime.gilstate.tstate_current);
}

static inline bool python_has_exception(void) {
    const PyThreadState *thread = python_thread();
    return thread != NULL && thread->curexc_type != NULL;
}

static inline int64_t python_collections(void) {
    const struct gc_generation_stats *stats = GC_STATE->generation_stats;
    return stats[0].collections + stats[1].collections + stats[2].collections;
}

// The block of a collected object begins before it, with the collector's links and, for instances
// of classes, two pointers before these.
static inline char *python_block(PyObject *object) {
    bool managed = (Py_TYPE(object)->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
    return (char *)object - sizeof(PyGC_Head) - (managed ? 2 * sizeof(PyObject *) : 0);
}

// Copies a str as far as it is printable ASCII, without asking Python for anything: other
// characters become '?'.
void python_text(PyObject *string, char *text, size_t size);

#endif
