// node.h -- the objects of a workload as real PyObjects
//
// C types whose instances have exactly the size that the workload asks for. Reference slots and the
// pointer to the native payload are inside the object where its size allows, so that it lies in
// memory as a Python object would; how many there are and where is known to the type: there is one
// for each size, number of slots (up to NODE_SLOTS_INSIDE) and payload. What does not fit hangs off
// a body outside of obmalloc. The collector traverses the slots, and they count who calls. No
// Python object is allocated besides: the interpreter counts our objects and nothing else.
#ifndef OURO_CPYTHON_NODE_H
#define OURO_CPYTHON_NODE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base.h"

typedef struct {
    PyObject_HEAD  // behind it payload and slots, or a pointer to the body; then nothing but size
} Node;

enum { NODE_SLOTS_INSIDE = 256 };
enum { NODE_GC_HEAD = 16, NODE_BYTES_MIN = NODE_GC_HEAD + sizeof(Node) + sizeof(void *) };

typedef enum {
    NODE_PLAIN,
    NODE_FINALIZER,
    NODE_RESURRECTING_FINALIZER,  // it brings its object back when the collector calls it
    NODE_LEGACY_FINALIZER
} NodeKind;

// One type of object.
typedef struct {
    PyTypeObject type;  // first: a pointer to it is a pointer to this
    NodeKind kind;
    uint32_t bytes;       // with the GC head
    uint32_t payload;     // native bytes of each instance
    uint32_t slot_count;  // of each instance; spilled: its body says
    bool spilled;
} NodeType;

typedef struct {
    void *payload;  // of obmalloc, or of malloc if it is large
    uint32_t slot_count;
    PyObject *slots[];
} NodeBody;

typedef struct {
    PyObject **first;
    uint32_t count;
} NodeSlots;

// What the collector did since the last node_traversal_reset.
typedef struct {
    uint64_t candidates;  // objects traversed by its first pass, subtract_refs
    uint64_t edges;       // references that this pass visited
    uint64_t finalized;   // finalizers called
} Traversal;

static inline NodeType *node_type_of(const Node *node) { return (NodeType *)Py_TYPE(node); }
static inline NodeBody *node_body(const Node *node) { return *(NodeBody *const *)(node + 1); }

static inline NodeSlots node_slots(const Node *node) {
    const NodeType *type = node_type_of(node);
    if (UNLIKELY(type->spilled))
        return (NodeSlots){node_body(node)->slots, node_body(node)->slot_count};
    return (NodeSlots){(PyObject **)(node + 1) + (type->payload > 0), type->slot_count};
}

static inline void **node_payload(const Node *node) {
    return node_type_of(node)->spilled ? &node_body(node)->payload : (void **)(node + 1);
}

// The type for nodes of `bytes`, GC head included (those too small for what they must hold get
// NODE_BYTES_MIN). It is made when it is asked for first. Types are Python objects: make them
// before the others are hidden.
NodeType *node_type(NodeKind kind, uint32_t bytes, uint32_t slots, uint32_t payload);

// How many slots can be inside of an object of `bytes`, with payload or without.
uint32_t node_slots_inside(uint32_t bytes, uint32_t payload);

// A new object, not tracked yet; may run the collector. Its slots are empty. With `region` it is of
// that region and the interpreter does not see it.
enum { NODE_NO_REGION = -1 };
Node *node_new(NodeType *type, uint32_t slots, int region);

// Its native payload, every page of it touched.
void node_fill(Node *node);

// Gives back payload and body.
void node_give_native(Node *node);

// Clears all slots.
void node_clear(Node *node);
bool node_is(const PyObject *object);

// Lets go of what finalizers brought back, in the order in which they did; returns its number.
uint64_t node_let_go(void);

uint64_t node_live(void);          // nodes that exist
void node_forget(uint64_t count);  // so many went with their region
void node_traversal_reset(void);
Traversal node_traversal(void);

#endif
