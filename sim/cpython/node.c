// node.c -- the objects of a workload as real PyObjects
#include "node.h"

static uint64_t live;
static Traversal traversal;
static visitproc first_visit;  // of the first pass; the second one visits with another function
static bool first_pass;

static int node_traverse(PyObject *self, visitproc visit, void *argument) {
    Node *node = (Node *)self;
    if (first_visit == NULL) first_visit = visit;
    if (visit != first_visit) first_pass = false;
    traversal.candidates += first_pass;
    for (Py_ssize_t i = 0; i < Py_SIZE(node); i++) {
        if (node->slots[i] == NULL) continue;
        traversal.edges += first_pass;
        int result = visit(node->slots[i], argument);
        if (result != 0) return result;
    }
    return 0;
}

static int node_tp_clear(PyObject *self) {
    Node *node = (Node *)self;
    for (Py_ssize_t i = 0; i < Py_SIZE(node); i++) Py_CLEAR(node->slots[i]);
    return 0;
}

static void node_dealloc(PyObject *self) {
    Node *node = (Node *)self;
    if (Py_TYPE(self)->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0) return;
    PyObject_GC_UnTrack(self);
    node_tp_clear(self);
    PyMem_Free(node->payload);
    live--;
    PyObject_GC_Del(self);
}

static void node_finalize(PyObject *self) {
    (void)self;
    traversal.finalized++;
}

// The type slot of __del__ before PEP 442; never called by what we do.
static void node_legacy_del(PyObject *self) { (void)self; }

static PyTypeObject types[] = {
    [NODE_PLAIN] = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ouro.Node"},
    [NODE_FINALIZER] = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ouro.Finalized"},
    [NODE_LEGACY_FINALIZER] = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ouro.Legacy"},
};

void node_types_init(void) {
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        PyTypeObject *type = &types[i];
        type->tp_basicsize = sizeof(Node);
        type->tp_itemsize = sizeof(PyObject *);
        type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC;
        type->tp_traverse = node_traverse;
        type->tp_clear = node_tp_clear;
        type->tp_dealloc = node_dealloc;
        if (i == NODE_FINALIZER) type->tp_finalize = node_finalize;
        if (i == NODE_LEGACY_FINALIZER) type->tp_del = node_legacy_del;
        CHECK(PyType_Ready(type) == 0);
    }
}

Node *node_new(NodeKind kind, uint32_t slots) {
    Node *node = PyObject_GC_NewVar(Node, &types[kind], (Py_ssize_t)slots);
    CHECK(node != NULL);
    node->payload = NULL;
    memset(node->slots, 0, slots * sizeof node->slots[0]);
    live++;
    return node;
}

void node_track(Node *node, uint32_t payload) {
    if (payload > 0) {
        node->payload = PyMem_Malloc(payload);
        CHECK(node->payload != NULL);
    }
    PyObject_GC_Track((PyObject *)node);
}

void node_clear(Node *node) { node_tp_clear((PyObject *)node); }

bool node_is(const PyObject *object) {
    return Py_TYPE(object) >= types && Py_TYPE(object) < types + ARRAY_LENGTH(types);
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
