// ledger.h -- the ledger heap: books instead of objects
//
// The same heap, by units. A unit is a record; none of its objects exists but as a place in memory.
// A space does not list its objects: it knows how many there are and how many references they hold
// (two books, changed where units are born, linked and freed), and lists *dead* units only: what a
// truth note announced and reference counting did not free. A collection examines those of the
// condemned spaces, by the same trial deletion, and nothing else.
//
// That is exact. No live object refers to a dead one: what is left of a dead object's count when
// the references from dead condemned objects are subtracted comes from garbage outside; it stays,
// with all it reaches, and the rest is what CPython finds unreachable. And a unit stands for its
// objects, because its root is its first-born, every reference from outside leads to the root, and
// all its objects are reached from the root: they live, die and stay together. The exceptions are
// units cut by a collection in their middle and units of which reference counting freed a part:
// ledger_pieces.c looks at their objects one by one. Live units find their space by way of
// segment.h; nobody visits them.
//
// Dead units are examined, and freed, in the order of CPython's list, as far as that is known: a
// unit has its place from its birth and from the lists that were appended to each other, but
// CPython puts a *live* object that it reaches late at the end of the list. So what is freed in a
// pause may be freed in another order, and the allocator may then hold more or less. Nothing else
// differs.
#ifndef OURO_LEDGER_H
#define OURO_LEDGER_H

#include "heap_state.h"

extern const HeapKind LEDGER_HEAP;

// Where the objects of a unit lie, in the order of their births.
const Address *ledger_addresses(const Heap *h, uint32_t unit);

#endif
