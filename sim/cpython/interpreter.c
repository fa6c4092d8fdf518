// interpreter.c -- an embedded CPython, and the state of its collector
#define Py_BUILD_CORE
#define PY_SSIZE_T_CLEAN
#include <Python.h>
// The collector's structs moved between headers.
#if PY_VERSION_HEX < 0x03090000
#include <internal/pycore_pystate.h>
#else
#include <internal/pycore_gc.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#endif

#include "interpreter.h"

#if PY_VERSION_HEX < 0x03080000 || PY_VERSION_HEX >= 0x030e0000 || defined(Py_GIL_DISABLED)
#error "interpreters from 3.8 to 3.13, default build"
#endif

static PyObject *collect_function, *freeze_function, *unfreeze_function, *garbage_list;
static PyObject *callbacks_list;  // gc.callbacks, as the collector knew it
static PyGC_Head own_objects;     // the interpreter's, out of all generations

static struct _gc_runtime_state *gc_state(void) {
#if PY_VERSION_HEX < 0x03090000
    return &_PyRuntime.gc;
#else
    return &PyThreadState_Get()->interp->gc;
#endif
}

// The list of a generation goes to the tail of `to`; the low bits of links are flags of each
// object.
static void list_move(PyGC_Head *from, PyGC_Head *to) {
    const uintptr_t flags = 3;
    PyGC_Head *first = (PyGC_Head *)from->_gc_next, *last = (PyGC_Head *)(from->_gc_prev & ~flags);
    if (first == from) return;
    PyGC_Head *tail = (PyGC_Head *)(to->_gc_prev & ~flags);
    tail->_gc_next = (uintptr_t)first;
    first->_gc_prev = (uintptr_t)tail | (first->_gc_prev & flags);
    last->_gc_next = (uintptr_t)to;
    to->_gc_prev = (uintptr_t)last;
    from->_gc_next = from->_gc_prev = (uintptr_t)from;
}

bool interpreter_start(Error *error) {
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.install_signal_handlers = 0;
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        return error_set(error, "the interpreter does not start: %s", status.err_msg);
    PyObject *module = PyImport_ImportModule("gc");
    if (module == NULL) return error_set(error, "the interpreter has no module gc");
    collect_function = PyObject_GetAttrString(module, "collect");
    freeze_function = PyObject_GetAttrString(module, "freeze");
    unfreeze_function = PyObject_GetAttrString(module, "unfreeze");
    garbage_list = PyObject_GetAttrString(module, "garbage");
    interpreter_enable(false);
    // From 3.12 on a collection makes two strings for the callbacks, even if there are none.
    callbacks_list = gc_state()->callbacks;
    gc_state()->callbacks = NULL;
    return true;
}

void interpreter_hide_objects(void) {
    interpreter_collect(2);
    struct _gc_runtime_state *gc = gc_state();
    own_objects._gc_next = own_objects._gc_prev = (uintptr_t)&own_objects;
    for (int i = 0; i < 3; i++) list_move(&gc->generations[i].head, &own_objects);
    list_move(&gc->permanent_generation.head, &own_objects);
    interpreter_reset();
}

// Their lists must be whole again before the interpreter tears itself down.
void interpreter_stop(void) {
    gc_state()->callbacks = callbacks_list;
    list_move(&own_objects, &gc_state()->generations[2].head);
    Py_Finalize();
}

const char *interpreter_version(void) { return PY_VERSION; }

const char *interpreter_minor(void) {
#define TEXT(x)   #x
#define NUMBER(x) TEXT(x)
    return NUMBER(PY_MAJOR_VERSION) "." NUMBER(PY_MINOR_VERSION);
#undef TEXT
#undef NUMBER
}

bool interpreter_has_safepoints(void) { return PY_VERSION_HEX >= 0x030c0000; }

void interpreter_safepoint(void) { (void)PyErr_CheckSignals(); }

FinalizerRule interpreter_finalizers(void) {
    return PY_VERSION_HEX < 0x03090000 ? FINALIZERS_PEP442_WHOLE : FINALIZERS_PEP442;
}

void interpreter_enable(bool enabled) { gc_state()->enabled = enabled; }

GcState interpreter_gc(void) {
    const struct _gc_runtime_state *gc = gc_state();
    GcState state = {.long_lived_total = gc->long_lived_total,
                     .long_lived_pending = gc->long_lived_pending};
    for (int i = 0; i < 3; i++) {
        state.count[i] = gc->generations[i].count;
        state.collections[i] = gc->generation_stats[i].collections;
        state.collected[i] = gc->generation_stats[i].collected;
        state.uncollectable[i] = gc->generation_stats[i].uncollectable;
    }
    return state;
}

void interpreter_set_thresholds(int t0, int t1, int t2) {
    const int thresholds[] = {t0, t1, t2};
    for (int i = 0; i < 3; i++) gc_state()->generations[i].threshold = thresholds[i];
}

int interpreter_count(void) { return gc_state()->generations[0].count; }
void interpreter_set_count(int young) { gc_state()->generations[0].count = young; }

void interpreter_count_frees(uint64_t count) {
    int *young = &gc_state()->generations[0].count;
    *young -= (int)min_u64(count, *young > 0 ? (uint64_t)*young : 0);
}

int64_t interpreter_collections(void) {
    const struct gc_generation_stats *stats = gc_state()->generation_stats;
    return stats[0].collections + stats[1].collections + stats[2].collections;
}

// The interpreter puts it at the tail of its youngest list; from there it goes to the tail of
// `list`.
void interpreter_track(PyObject *object, InterpreterList list) {
    const uintptr_t flags = 3;
    struct _gc_runtime_state *gc = gc_state();
    PyObject_GC_Track(object);
    if (list == LIST_YOUNG) return;
    PyGC_Head *young = &gc->generations[0].head, *own = (PyGC_Head *)(young->_gc_prev & ~flags);
    PyGC_Head *before = (PyGC_Head *)(own->_gc_prev & ~flags);
    PyGC_Head *to =
        list == LIST_FROZEN ? &gc->permanent_generation.head : &gc->generations[list].head;
    PyGC_Head *tail = (PyGC_Head *)(to->_gc_prev & ~flags);
    CHECK((uintptr_t)own + sizeof *own == (uintptr_t)object);
    before->_gc_next = (uintptr_t)young;
    young->_gc_prev = (uintptr_t)before;
    tail->_gc_next = (uintptr_t)own;
    own->_gc_prev = (uintptr_t)tail | (own->_gc_prev & flags);
    own->_gc_next = (uintptr_t)to;
    to->_gc_prev = (uintptr_t)own;
}

void interpreter_reset(void) {
    struct _gc_runtime_state *gc = gc_state();
    for (int i = 0; i < 3; i++) {
        gc->generations[i].count = 0;
        memset(&gc->generation_stats[i], 0, sizeof gc->generation_stats[i]);
    }
    gc->long_lived_total = gc->long_lived_pending = 0;
    PyList_SetSlice(garbage_list, 0, PY_SSIZE_T_MAX, NULL);
}

PyObject **interpreter_objects(size_t *count) {
    const uintptr_t flags = 3;
    PyObject **objects = NULL;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) objects = memory_new(*count, sizeof *objects);
        *count = 0;
        for (int i = 0; i < 3; i++) {
            const PyGC_Head *list = &gc_state()->generations[i].head;
            const PyGC_Head *gc = (const PyGC_Head *)(list->_gc_next & ~flags);
            for (; gc != list; gc = (const PyGC_Head *)(gc->_gc_next & ~flags)) {
                if (pass == 1) objects[*count] = (PyObject *)((uintptr_t)gc + sizeof *gc);
                ++*count;
            }
        }
    }
    return objects;
}

static void call(PyObject *function, PyObject *argument) {
    PyObject *result = PyObject_CallFunctionObjArgs(function, argument, NULL);
    CHECK(result != NULL);
    Py_DECREF(result);
}

// A full collection is asked for in C: gc.collect(2) would make a number for its result.
void interpreter_collect(int generation) {
    if (generation == 2) {
        int enabled = gc_state()->enabled;
        interpreter_enable(true);
        PyGC_Collect();
        interpreter_enable(enabled);
        return;
    }
    PyObject *number = PyLong_FromLong(generation);
    call(collect_function, number);
    Py_DECREF(number);
}

void interpreter_freeze(void) { call(freeze_function, NULL); }
void interpreter_unfreeze(void) { call(unfreeze_function, NULL); }
