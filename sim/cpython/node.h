// node.h -- the objects of a workload as real PyObjects
//
// A C type with slots that the collector traverses, and that counts who calls it. No Python object
// is allocated besides: the interpreter counts our objects and nothing else.
#ifndef OURO_CPYTHON_NODE_H
#define OURO_CPYTHON_NODE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base.h"

typedef struct {
    PyObject_VAR_HEAD  // ob_size: number of slots
        void *payload;
    PyObject *slots[];
} Node;

typedef enum { NODE_PLAIN, NODE_FINALIZER, NODE_LEGACY_FINALIZER } NodeKind;

// What the collector did since the last node_traversal_reset.
typedef struct {
    uint64_t candidates;  // objects traversed by its first pass, subtract_refs
    uint64_t edges;       // references that this pass visited
    uint64_t finalized;   // finalizers called
} Traversal;

void node_types_init(void);

// A new object, not tracked yet; may run the collector. Its slots are empty.
Node *node_new(NodeKind kind, uint32_t slots);
void node_track(Node *node, uint32_t payload);

// Clears all slots.
void node_clear(Node *node);
bool node_is(const PyObject *object);

uint64_t node_live(void);  // nodes that exist
void node_traversal_reset(void);
Traversal node_traversal(void);

#endif
