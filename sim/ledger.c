#include "ledger.h"
#define STUB CHECK(h == NULL)
bool ledger_open(Heap *h, Error *error) { (void)error; STUB; return false; }
void ledger_close(Heap *h) { (void)h; }
void ledger_fetch(const Heap *h, const Event *events, size_t count) { (void)events; (void)count; STUB; }
bool ledger_unit(Heap *h, const Event *unit) { (void)unit; STUB; return false; }
void ledger_store(Heap *h, const Event *event) { (void)event; STUB; }
void ledger_drop(Heap *h, const Event *event) { (void)event; STUB; }
void ledger_dead(Heap *h, const Event *event) { (void)event; STUB; }
void ledger_settle(Heap *h) { STUB; }
void ledger_collect(Heap *h, const Plan *plan) { (void)plan; STUB; }
void ledger_move(Heap *h, uint32_t from, uint32_t into) { (void)from; (void)into; STUB; }
void ledger_let_go(Heap *h) { STUB; }
uint64_t ledger_objects(const Heap *h, uint32_t space) { (void)space; STUB; return 0; }
bool ledger_check(const Heap *h, Error *error) { (void)error; STUB; return false; }
