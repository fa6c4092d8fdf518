// node.h -- the objects of a workload as real PyObjects
//
// C types whose instances have exactly the size that the workload asks for; slots and payload hang
// off a body outside of obmalloc. The collector traverses them, and they count who calls. No Python
// object is allocated besides: the interpreter counts our objects and nothing else.
#ifndef OURO_CPYTHON_NODE_H
#define OURO_CPYTHON_NODE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base.h"

typedef struct {
    void *payload;  // of obmalloc, or of malloc if it is large
    uint32_t slot_count;
    PyObject *slots[];
} NodeBody;

typedef struct {
    PyObject_HEAD NodeBody *body;  // behind it nothing but size
} Node;

enum { NODE_BYTES_MIN = sizeof(Node) + 16 };  // with the GC head

typedef enum {
    NODE_PLAIN,
    NODE_FINALIZER,
    NODE_RESURRECTING_FINALIZER,  // it brings its object back when the collector calls it
    NODE_LEGACY_FINALIZER
} NodeKind;

// What the collector did since the last node_traversal_reset.
typedef struct {
    uint64_t candidates;  // objects traversed by its first pass, subtract_refs
    uint64_t edges;       // references that this pass visited
    uint64_t finalized;   // finalizers called
} Traversal;

// Makes the type for nodes of `bytes`, GC head included (smaller ones get NODE_BYTES_MIN); making
// it again is harmless. Types are Python objects: make them before the others are hidden.
PyTypeObject *node_type(NodeKind kind, uint32_t bytes);

// A new object, not tracked yet; may run the collector. Its slots are empty.
Node *node_new(PyTypeObject *type, uint32_t slots);
void node_track(Node *node, uint32_t payload);

// Clears all slots.
void node_clear(Node *node);
bool node_is(const PyObject *object);

// Lets go of what finalizers brought back, in the order in which they did; returns its number.
uint64_t node_let_go(void);

uint64_t node_live(void);  // nodes that exist
void node_traversal_reset(void);
Traversal node_traversal(void);

#endif
