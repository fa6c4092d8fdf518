// node.c -- the objects of a workload as real PyObjects
#include "node.h"

#include <stdlib.h>

enum { TYPES_MAX = 512 };

static PyTypeObject types[TYPES_MAX];
static NodeKind kinds[TYPES_MAX];
static size_t type_count;

static uint64_t live;
static PyObject **resurrected;  // by their finalizers; we hold them
static size_t resurrected_count, resurrected_max;
static Traversal traversal;
static visitproc first_visit;  // of the first pass; the second one visits with another function
static bool first_pass;

static int node_traverse(PyObject *self, visitproc visit, void *argument) {
    NodeBody *body = ((Node *)self)->body;
    if (first_visit == NULL) first_visit = visit;
    if (visit != first_visit) first_pass = false;
    traversal.candidates += first_pass;
    for (uint32_t i = 0; i < body->slot_count; i++) {
        if (body->slots[i] == NULL) continue;
        traversal.edges += first_pass;
        int result = visit(body->slots[i], argument);
        if (result != 0) return result;
    }
    return 0;
}

static int node_tp_clear(PyObject *self) {
    NodeBody *body = ((Node *)self)->body;
    for (uint32_t i = 0; i < body->slot_count; i++) Py_CLEAR(body->slots[i]);
    return 0;
}

static void node_dealloc(PyObject *self) {
    Node *node = (Node *)self;
    if (Py_TYPE(self)->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0) return;
    PyObject_GC_UnTrack(self);
    node_tp_clear(self);
    PyMem_Free(node->body->payload);
    free(node->body);
    live--;
    PyObject_GC_Del(self);
}

// The collector holds an object while it calls its finalizer; a deallocation does not.
static bool is_called_by_collector(PyObject *self) { return Py_REFCNT(self) > 1; }

// Finalizers come after the first pass: a pass that follows looks for what they brought back.
static void node_finalize(PyObject *self) {
    traversal.finalized++;
    if (is_called_by_collector(self)) first_pass = false;
}

static void node_resurrect(PyObject *self) {
    node_finalize(self);
    if (!is_called_by_collector(self)) return;
    if (resurrected_count == resurrected_max) {
        resurrected_max = 2 * resurrected_max + 64;
        resurrected = realloc(resurrected, resurrected_max * sizeof(PyObject *));
        CHECK(resurrected != NULL);
    }
    Py_INCREF(self);
    resurrected[resurrected_count++] = self;
}

// The type slot of __del__ before PEP 442; never called by what we do.
static void node_legacy_del(PyObject *self) { (void)self; }

static void type_init(PyTypeObject *type, NodeKind kind, Py_ssize_t size) {
    *type = (PyTypeObject){PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ouro.Node"};
    type->tp_basicsize = size;
    type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC;
    type->tp_traverse = node_traverse;
    type->tp_clear = node_tp_clear;
    type->tp_dealloc = node_dealloc;
    if (kind == NODE_FINALIZER) type->tp_finalize = node_finalize;
    if (kind == NODE_RESURRECTING_FINALIZER) type->tp_finalize = node_resurrect;
    if (kind == NODE_LEGACY_FINALIZER) type->tp_del = node_legacy_del;
    CHECK(PyType_Ready(type) == 0);
}

PyTypeObject *node_type(NodeKind kind, uint32_t bytes) {
    uint32_t whole = bytes > NODE_BYTES_MIN ? bytes : NODE_BYTES_MIN;
    Py_ssize_t size = (Py_ssize_t)whole - (NODE_BYTES_MIN - (Py_ssize_t)sizeof(Node));
    for (size_t i = 0; i < type_count; i++)
        if (kinds[i] == kind && types[i].tp_basicsize == size) return &types[i];
    CHECK(type_count < TYPES_MAX);
    kinds[type_count] = kind;
    type_init(&types[type_count], kind, size);
    return &types[type_count++];
}

Node *node_new(PyTypeObject *type, uint32_t slots) {
    Node *node = PyObject_GC_New(Node, type);
    CHECK(node != NULL);
    node->body = memory_new(1, sizeof *node->body + slots * sizeof(PyObject *));
    node->body->slot_count = slots;
    live++;
    return node;
}

void node_track(Node *node, uint32_t payload) {
    if (payload > 0) {
        node->body->payload = PyMem_Malloc(payload);
        CHECK(node->body->payload != NULL);
    }
    PyObject_GC_Track((PyObject *)node);
}

void node_clear(Node *node) { node_tp_clear((PyObject *)node); }

bool node_is(const PyObject *object) {
    return Py_TYPE(object) >= types && Py_TYPE(object) < types + type_count;
}

uint64_t node_let_go(void) {
    size_t count = resurrected_count;
    for (size_t i = 0; i < count; i++) Py_DECREF(resurrected[i]);
    resurrected_count = 0;
    return count;
}

uint64_t node_live(void) { return live; }

void node_traversal_reset(void) {
    traversal = (Traversal){0};
    first_visit = NULL;
    first_pass = true;
}

// Where nothing is reachable no second visitor appears: the passes over candidates and over
// garbage, which are then the same objects, look like one.
Traversal node_traversal(void) {
    Traversal result = traversal;
    if (first_pass) {
        result.candidates /= 2;
        result.edges /= 2;
    }
    return result;
}
