// ledger_locality.h -- the ledger heap: what a collection would miss in the caches, estimated
//
// The tracing heap plays every touch of a collection through simulated caches (locality.h). The
// ledger heap visits no live object, so it cannot; but it knows where objects lie. So samples of
// each space are looked at now and then, by the same definitions: how many steps of a walk along
// the list lead to another place, how many references do, how much memory the objects lie in. What
// a cache misses then follows from what each pass touches and the size of the cache.
//
// An estimate: over a whole run mostly within 15 %, for a single pause a rough guess;
// tests/estimate prints how far it is off. It decides nothing: no event, collection or level
// depends on it, and it is kept only where HeapOptions.locality asks for it: up to a tenth more
// instructions.
#ifndef OURO_LEDGER_LOCALITY_H
#define OURO_LEDGER_LOCALITY_H

#include "heap_state.h"

typedef struct LedgerLocality LedgerLocality;

// For that many records at a time. NULL with `error` when tables cannot be reserved.
LedgerLocality *ledger_locality_open(uint64_t records, Error *error);
void ledger_locality_close(LedgerLocality *locality);

// A unit was born, at the end of the list of `space`; it is gone.
void ledger_locality_born(Heap *h, uint32_t record, uint32_t space);
void ledger_locality_gone(LedgerLocality *locality, uint32_t record);

// What is born of it from here on is at the end of the list of `space`.
void ledger_locality_place(LedgerLocality *locality, uint32_t record, uint32_t space);

// One list was appended to another.
void ledger_locality_move(Heap *h, uint32_t from, uint32_t into);

// Before the spaces of a plan are gathered: samples them, if it is time.
void ledger_locality_begin(Heap *h, const Plan *plan);

// When it is known what is unreachable: h->pause.misses, and the lists become one.
void ledger_locality_end(Heap *h, const Plan *plan, uint64_t units, uint64_t objects);

// Whether every unit is in the list of its space.
bool ledger_locality_check(const Heap *h, Error *error);

#endif
