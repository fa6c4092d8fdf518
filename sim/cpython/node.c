// node.c -- the objects of a workload as real PyObjects
#include "node.h"

#include <stdlib.h>

#include "arenas.h"
#include "memory.h"
#include "region.h"

enum { TYPES_MAX = 1 << 16, PAGE = 4096, SMALL_LIMIT = 512 };

static NodeType *types[TYPES_MAX];  // a hash table, open addressing
static size_t type_count;

static uint64_t live;
static PyObject **resurrected;  // by their finalizers; we hold them
static size_t resurrected_count, resurrected_max;
static Traversal traversal;
static visitproc first_visit;  // of the first pass; the second one visits with another function
static bool first_pass;

static int node_traverse(PyObject *self, visitproc visit, void *argument) {
    NodeSlots slots = node_slots((Node *)self);
    if (UNLIKELY(visit != first_visit)) {
        first_pass = first_pass && first_visit == NULL;
        first_visit = visit;
    }
    uint64_t edges = 0;
    for (uint32_t i = 0; i < slots.count; i++) {
        if (slots.first[i] == NULL) continue;
        edges++;
        int result = visit(slots.first[i], argument);
        if (result != 0) return result;
    }
    if (first_pass) {
        traversal.candidates++;
        traversal.edges += edges;
    }
    return 0;
}

static int node_tp_clear(PyObject *self) {
    NodeSlots slots = node_slots((Node *)self);
    for (uint32_t i = 0; i < slots.count; i++) Py_CLEAR(slots.first[i]);
    return 0;
}

// What is too large for the interpreter's pools is a block of malloc.
static int64_t large_of(uint32_t bytes) {
    return bytes > SMALL_LIMIT ? (int64_t)memory_large_held(bytes) : 0;
}

void node_give_native(Node *node) {
    const NodeType *type = node_type_of(node);
    if (type->payload > 0) {
        PyMem_Free(*node_payload(node));
        arenas_hold(-large_of(type->payload));
    }
    if (type->spilled) free(node_body(node));
}

static void node_dealloc(PyObject *self) {
    Node *node = (Node *)self;
    if (Py_TYPE(self)->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0) return;
    PyObject_GC_UnTrack(self);
    node_tp_clear(self);
    node_give_native(node);
    live--;
    if (region_free(node)) return;
    arenas_hold(-large_of(node_type_of(node)->bytes));
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
        resurrected = memory_resize(resurrected, resurrected_max, sizeof *resurrected);
    }
    Py_INCREF(self);
    resurrected[resurrected_count++] = self;
}

// The type slot of __del__ before PEP 442; never called by what we do.
static void node_legacy_del(PyObject *self) { (void)self; }

// ---- types ----

static NodeType *type_new(const NodeType *key) {
    NodeType *made = memory_new(1, sizeof *made);
    *made = *key;
    PyTypeObject *type = &made->type;
    *type = (PyTypeObject){PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ouro.Node"};
    type->tp_basicsize = (Py_ssize_t)key->bytes - NODE_GC_HEAD;
    type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC;
    type->tp_traverse = node_traverse;
    type->tp_clear = node_tp_clear;
    type->tp_dealloc = node_dealloc;
    if (key->kind == NODE_FINALIZER) type->tp_finalize = node_finalize;
    if (key->kind == NODE_RESURRECTING_FINALIZER) type->tp_finalize = node_resurrect;
    if (key->kind == NODE_LEGACY_FINALIZER) type->tp_del = node_legacy_del;
    CHECK(PyType_Ready(type) == 0);
    return made;
}

static bool type_equal(const NodeType *a, const NodeType *b) {
    return a->bytes == b->bytes && a->slot_count == b->slot_count && a->payload == b->payload &&
           a->kind == b->kind && a->spilled == b->spilled;
}

static size_t type_hash(const NodeType *t) {
    uint64_t hash = t->bytes * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ t->slot_count) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ t->payload) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((hash ^ hash >> 29) + t->kind) % TYPES_MAX;
}

uint32_t node_slots_inside(uint32_t bytes, uint32_t payload) {
    uint32_t pointers = bytes < NODE_BYTES_MIN ? 0 : (bytes - NODE_BYTES_MIN) / 8 + 1;
    return (uint32_t)min_u64(pointers - (payload > 0 && pointers > 0), NODE_SLOTS_INSIDE);
}

NodeType *node_type(NodeKind kind, uint32_t bytes, uint32_t slots, uint32_t payload) {
    const uint32_t least = NODE_GC_HEAD + sizeof(Node);
    NodeType key = {.kind = kind, .bytes = bytes > least ? bytes : least, .payload = payload};
    bool has_room = payload == 0 || key.bytes >= NODE_BYTES_MIN;
    key.spilled = !has_room || slots > node_slots_inside(key.bytes, payload);
    if (!key.spilled) key.slot_count = slots;
    if (key.spilled && bytes < NODE_BYTES_MIN) key.bytes = NODE_BYTES_MIN;
    size_t at = type_hash(&key);
    for (; types[at] != NULL; at = (at + 1) % TYPES_MAX)
        if (type_equal(types[at], &key)) return types[at];
    CHECK(++type_count < TYPES_MAX / 2);
    return types[at] = type_new(&key);
}

// ---- life ----

static Node *node_allocate(NodeType *type, int region) {
    if (region != NODE_NO_REGION) {
        Node *node = region_alloc((uint32_t)region, type->bytes);
        (void)PyObject_Init((PyObject *)node, &type->type);
        return node;
    }
    Node *node = PyObject_GC_New(Node, &type->type);
    CHECK(node != NULL);
    arenas_hold(large_of(type->bytes));
    return node;
}

Node *node_new(NodeType *type, uint32_t slots, int region) {
    Node *node = node_allocate(type, region);
    if (type->spilled) {
        NodeBody *body = memory_new(1, sizeof *body + slots * sizeof(PyObject *));
        body->slot_count = slots;
        *(NodeBody **)(node + 1) = body;
    } else {
        memset(node + 1, 0, (type->slot_count + (type->payload > 0)) * sizeof(void *));
    }
    live++;
    return node;
}

void node_fill(Node *node) {
    uint32_t bytes = node_type_of(node)->payload;
    if (bytes == 0) return;
    char *payload = PyMem_Malloc(bytes);
    CHECK(payload != NULL);
    for (uint32_t i = 0; i < bytes; i += PAGE) payload[i] = 0;
    arenas_hold(large_of(bytes));
    *node_payload(node) = payload;
}

void node_clear(Node *node) { node_tp_clear((PyObject *)node); }

bool node_is(const PyObject *object) { return Py_TYPE(object)->tp_dealloc == node_dealloc; }

uint64_t node_let_go(void) {
    size_t count = resurrected_count;
    for (size_t i = 0; i < count; i++) Py_DECREF(resurrected[i]);
    resurrected_count = 0;
    return count;
}

uint64_t node_live(void) { return live; }
void node_forget(uint64_t count) { live -= count; }

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
