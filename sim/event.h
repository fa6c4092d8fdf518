// event.h -- the instruction set: what a workload does to a heap
//
// A workload is a program for a register machine, written in units. A *unit* is a small graph of
// objects built from a *template*; its first member is its *root*; the register of a unit holds its
// root (what a frame or a module dict holds in CPython). Events name units and templates, never an
// object. The canonical stream is a pure function of (workload text, seed).
//
// This file is also the only place that knows how an event becomes primitive operations, and in
// which order (see "Expansion" below): every heap follows it.
#ifndef OURO_EVENT_H
#define OURO_EVENT_H

#include "base.h"

#define NO_UNIT   UINT32_MAX
#define ROUND_END UINT32_MAX  // PHASE: everything of this round was dropped

// In the order of stream digests: what is new comes last.
//
//      op       what happens                                 flags       value          target
#define EVENT_OPS(X)                                                                               \
    X(UNIT, "build a unit from `template`, hold its root", "UNIT_CLOSED, UNIT_RESURRECTS",         \
      "objects", "unit its root refers to, or NO_UNIT")                                            \
    X(STORE, "store a reference into a link of the root", "link", "", "unit, or NO_UNIT to clear") \
    X(DROP, "clear the unit's register", "", "", "")                                               \
    X(DEAD, "truth note: the next STORE or DROP makes the whole unit unreachable", "", "", "")     \
    X(WORK, "the program computes", "shift", "nanoseconds >> shift", "")                           \
    X(COLLECT, "the program calls gc.collect()", "", "generation", "")                             \
    X(REQUEST, "a request ends, the next one begins", "", "", "")                                  \
    X(PHASE, "a phase begins", "", "phase, or ROUND_END", "round")                                 \
    X(TALLY, "blocks are counted, or not", "TALLY_*", "how many", "")

typedef enum {
#define X(op, what, flags, value, target) OP_##op,
    EVENT_OPS(X)
#undef X
        OP_COUNT
} EventOp;

enum {
    UNIT_CLOSED = 1,     // UNIT: the unit is closed into a cycle
    UNIT_RESURRECTS = 2  // the finalizer of its root, called by a collection, brings the root back
};

// What a TALLY does to CPython's generations[0].count (HeapView.young), and to free list `template`
// (free_lists.h). Recordings have it: not each block is a candidate, and not each birth is counted.
enum {
    TALLY_TAKEN,  // + value; a collection becomes due with the next UNIT at the earliest
    TALLY_GIVEN,  // - value, not below 0
    TALLY_AGAIN,  // the next UNIT, of one object, does not count: its block was counted before
    TALLY_BLOCK_TAKEN,  // `value` bytes that no collector looks at, by the name of `unit`
    TALLY_BLOCK_GIVEN,
    // One block ...
    TALLY_LIST_TAKEN,  // comes from the list; where it is empty, malloc's is counted
    TALLY_LIST_GIVEN,  // goes to it; where it is full, free is counted
    TALLY_LIST_BIRTH,  // of the next UNIT comes from it, if it has more than `value`: not counted
    TALLY_LIST_DEATH,  // of the next DROP goes to it, if it has less than `value`: not counted
    TALLY_LIST_LEVEL   // has `value` blocks, if the last collection was `target` UNITs ago
};

typedef struct {
    uint8_t op;
    uint8_t flags;
    uint16_t template;  // UNIT
    uint32_t unit;      // UNIT, STORE, DROP, DEAD; numbers are reused after DEAD
    uint32_t value;
    uint32_t target;
} Event;
_Static_assert(sizeof(Event) == 16, "events are 16 bytes");

const char *event_op_name(EventOp op);

//        name       enumerator        what it is
#define SHAPES(X)                                                                                \
    X("single", SHAPE_SINGLE, "one object; closed: it refers to itself")                         \
    X("pair", SHAPE_PAIR, "two objects, the first refers to the second; closed: and back")       \
    X("chain", SHAPE_CHAIN, "each refers to the next; closed: the last refers to the first")     \
    X("ring", SHAPE_RING, "a chain that is closed unless cycle_density says otherwise")          \
    X("tree", SHAPE_TREE, "fanout children each; closed: children know their parent")            \
    X("btree", SHAPE_BTREE,                                                                      \
      "nodes with fanout records and fanout child nodes; closed: the last record refers to the " \
      "root")                                                                                    \
    X("mesh", SHAPE_MESH, "each refers to the next `degree`; closed: and to the previous ones")  \
    X("instance", SHAPE_INSTANCE,                                                                \
      "instance, its dict, the next instance, ...; closed: the last dict refers to the first "   \
      "instance")

typedef enum {
#define X(name, shape, help) shape,
    SHAPES(X)
#undef X
        SHAPE_COUNT
} Shape;

enum {
    OBJECT_BYTES = 32,
    SLOT_BYTES = 8,
    DICT_BYTES = 64
};  // CPython 3.8+: GC head and object; one reference; a dict
enum { LINKS_MAX = 4 };

// How the units of one population are built.
typedef struct {
    uint8_t shape;       // Shape
    uint8_t links;       // references that a root can hold to other units
    bool finalizer;      // every root has a finalizer
    bool payload_every;  // payload hangs off every object, not off the root alone
    uint8_t free_list;   // 1 + that of its objects (free_lists.h), which are units of one; 0: none
    uint16_t fanout;     // tree, btree: children; mesh: degree
    uint32_t bytes;      // requested per object, GC head included
    uint32_t payload;    // native bytes held besides
    uint32_t back_ppm;   // closed units: share of the edges parent -> child that have one back
} Template;

// Expansion. A UNIT of n objects becomes, for each member i = 0 .. n-1 in turn:
//   NEW member             the interpreter holds it (count 1); a collection may run in here
//   ATTACH                 i = 0: into the register; else into slot `parent_slot` of `parent`; the
//                          interpreter's own reference moves, no count changes
//   STORE k = 0..stores-1  a second reference to a member that exists: count + 1, slot filled
//   LINK                   i = 0 and a target: the root of the target unit, count + 1, into link 0
//   SAFEPOINT              a collection that was due may run (3.12 and later)
//
// STORE: count of the new target + 1, slot written, count of the old target - 1 (which may free
// it). DROP: register cleared, count - 1. An object at count 0 clears its slots in order, each of
// which may free in turn (depth first), gives back its payload and then itself.
typedef struct {
    uint32_t parent;
    uint32_t parent_slot;
    uint32_t slots;   // reference slots that can ever be filled, the root's links included
    uint32_t stores;  // further references made once it is attached
} Member;

typedef struct {
    uint32_t from;  // member
    uint32_t slot;
    uint32_t to;  // member, not younger than the newest one
} MemberStore;

Member template_member(const Template *t, uint32_t objects, bool closed, uint32_t i);
MemberStore template_store(const Template *t, uint32_t objects, bool closed, uint32_t i,
                           uint32_t k);

// Slot of link `link` in the root.
uint32_t template_link_slot(const Template *t, uint32_t objects, bool closed, uint32_t link);

// Slots of all members together.
uint64_t template_slots_total(const Template *t, uint32_t objects, bool closed);

// Bytes requested for member i, and its native payload (0: none). The nodes of a B-tree and the
// dicts of instances have sizes of their own; `bytes` is for the rest.
static inline uint32_t template_bytes(const Template *t, uint32_t i) {
    if (UNLIKELY(t->shape == SHAPE_INSTANCE) && i % 2 == 1) return DICT_BYTES;
    if (UNLIKELY(t->shape == SHAPE_BTREE) && i % (t->fanout + 1u) == 0)
        return OBJECT_BYTES + SLOT_BYTES * 2u * t->fanout;
    return t->bytes;
}
// Whether all objects of its units ask for the same.
static inline bool template_even(const Template *t) {
    return t->payload == 0 && t->shape != SHAPE_INSTANCE && t->shape != SHAPE_BTREE;
}
static inline uint32_t template_payload(const Template *t, uint32_t i) {
    return t->payload_every || i == 0 ? t->payload : 0;
}

// Reference slots that an object of this template has in a real interpreter (the size follows from
// it).
uint32_t template_slots_needed(const Template *t);

#endif
