// calls.c -- what the program itself asks of the collector, and where it says that a phase begins
#include "calls.h"

#include <string.h>

#include "hooks.h"
#include "pass.h"
#include "watch.h"

typedef PyObject *(*FastCall)(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
typedef PyObject *(*FastKeywordCall)(PyObject *module, PyObject *const *arguments, Py_ssize_t count,
                                     PyObject *keywords);

static PyObject *(*gc_init)(void);
static FastKeywordCall below_collect;
static PyCFunction below_freeze, below_unfreeze, below_enable, below_disable, below_thresholds;
static FastCall below_audit;

// The generation that gc.collect is asked for; -1: nonsense, to which it has its own answer.
static int generation_asked(PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    Py_ssize_t named = keywords == NULL ? 0 : PyTuple_GET_SIZE(keywords);
    if (count + named == 0) return 2;
    if (count + named > 1) return -1;
    if (named == 1 &&
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, 0), "generation") != 0)
        return -1;
    if (!PyLong_CheckExact(arguments[0]) && !PyBool_Check(arguments[0])) return -1;
    int overflow = 0;
    long generation = PyLong_AsLongAndOverflow(arguments[0], &overflow);
    return overflow == 0 && generation >= 0 && generation <= 2 ? (int)generation : -1;
}

static PyObject *call_collect(PyObject *module, PyObject *const *arguments, Py_ssize_t count,
                              PyObject *keywords) {
    int generation = generation_asked(arguments, count, keywords);
    if (!recording.active || generation < 0 || GC_STATE->collecting)
        return below_collect(module, arguments, count, keywords);
    hooks_settle();
    pass_look(TRACE_CALL, generation);
    watch_call(generation);
    PyObject *result = below_collect(module, arguments, count, keywords);
    if (recording.active) hooks_settle();
    watch_call_end();
    return result;
}

static PyObject *call_freeze(PyObject *module, PyObject *arguments) {
    if (!recording.active) return below_freeze(module, arguments);
    hooks_settle();
    pass_look(TRACE_CALL, 2);  // who goes there
    PyObject *result = below_freeze(module, arguments);
    trace_note(recording.writer, TRACE_FREEZE, 0, 0, 0);
    pass_freeze();
    hooks_expect(0);
    return result;
}

static PyObject *call_unfreeze(PyObject *module, PyObject *arguments) {
    if (!recording.active) return below_unfreeze(module, arguments);
    hooks_settle();
    PyObject *result = below_unfreeze(module, arguments);
    trace_note(recording.writer, TRACE_UNFREEZE, 0, 0, 0);
    pass_unfreeze();
    return result;
}

static PyObject *call_enable(PyObject *module, PyObject *arguments) {
    if (recording.active) hooks_settle();
    PyObject *result = below_enable(module, arguments);
    if (recording.active) watch_enabled();
    return result;
}

static PyObject *call_disable(PyObject *module, PyObject *arguments) {
    if (recording.active) hooks_settle();
    PyObject *result = below_disable(module, arguments);
    if (recording.active) watch_enabled();
    return result;
}

static PyObject *call_thresholds(PyObject *module, PyObject *arguments) {
    if (recording.active) hooks_settle();
    PyObject *result = below_thresholds(module, arguments);
    if (recording.active) watch_thresholds();
    return result;
}

static PyObject *call_audit(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    if (recording.active && count >= 2 && PyUnicode_Check(arguments[0]) &&
        PyUnicode_CompareWithASCIIString(arguments[0], "ouro.phase") == 0) {
        char name[TRACE_TEXT_SIZE];
        TraceEvent event = {.kind = TRACE_PHASE, .text = name};
        python_text(arguments[1], name, sizeof name);
        hooks_settle();
        trace_write_event(recording.writer, &event);
    }
    return below_audit(module, arguments, count);
}

static void gc_method_install(PyMethodDef *method) {
#define X(name, ours, kind, below)                             \
    if (strcmp(method->ml_name, name) == 0) {                  \
        (below) = (kind)(void (*)(void))method->ml_meth;       \
        method->ml_meth = (PyCFunction)(void (*)(void))(ours); \
    }
    X("collect", call_collect, FastKeywordCall, below_collect)
    X("freeze", call_freeze, PyCFunction, below_freeze)
    X("unfreeze", call_unfreeze, PyCFunction, below_unfreeze)
    X("enable", call_enable, PyCFunction, below_enable)
    X("disable", call_disable, PyCFunction, below_disable)
    X("set_threshold", call_thresholds, PyCFunction, below_thresholds)
#undef X
}

// What a module that is imported begins with: its definition.
static PyObject *gc_begin(void) {
    PyObject *definition = gc_init();
    if (definition == NULL || below_collect != NULL) return definition;
    CHECK(PyObject_TypeCheck(definition, &PyModuleDef_Type));
    for (PyMethodDef *m = ((PyModuleDef *)definition)->m_methods; m->ml_name != NULL; m++)
        gc_method_install(m);
    CHECK(below_collect != NULL && below_freeze != NULL && below_unfreeze != NULL &&
          below_enable != NULL && below_disable != NULL && below_thresholds != NULL);
    return definition;
}

void calls_install(void) {
    for (struct _inittab *module = PyImport_Inittab; module->name != NULL; module++) {
        if (strcmp(module->name, "gc") != 0) continue;
        gc_init = module->initfunc;
        module->initfunc = gc_begin;
    }
    CHECK(gc_init != NULL);
}

void calls_install_audit(void) {
    PyObject *function = PySys_GetObject("audit");
    CHECK(function != NULL && PyCFunction_Check(function));
    PyMethodDef *method = ((PyCFunctionObject *)function)->m_ml;
    CHECK(method->ml_flags == METH_FASTCALL);
    below_audit = (FastCall)(void (*)(void))method->ml_meth;
    method->ml_meth = (PyCFunction)(void (*)(void))call_audit;
}
