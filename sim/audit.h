// audit.h -- who holds what is still there, down to the last reference
//
// Every reference count of a tracing heap is explained by its holders: a register, a reference from
// another object, gc.garbage. One that is not is a mistake of the heap. What is explained and
// should be gone is a leak, and its holder has a name.
#ifndef OURO_AUDIT_H
#define OURO_AUDIT_H

#include "census.h"

//        enumerator      name        who holds the unit
#define AUDIT_HOLDERS(X)                                                 \
    X(AUDIT_REGISTER, "register", "its register, which was not dropped") \
    X(AUDIT_LINK, "link", "a link of a unit that a register holds")      \
    X(AUDIT_NOBODY, "nobody", "it is garbage that was not freed; reason says why")

typedef enum {
#define X(holder, name, what) holder,
    AUDIT_HOLDERS(X)
#undef X
        AUDIT_HOLDER_COUNT
} AuditHolder;

const char *audit_holder_name(AuditHolder holder);

// Objects of one population with one kind of holder.
typedef struct {
    AuditHolder by;
    uint32_t population;
    uint32_t holder, link;  // AUDIT_LINK: population that has the link, and which
    uint32_t owner;         // AUDIT_LINK: population whose register is at the beginning
    uint32_t space;         // AUDIT_NOBODY
    GarbageReason reason;   // AUDIT_NOBODY
    uint64_t units;         // whose first object is among them
    Tally tally;
} AuditRow;

enum { AUDIT_ROWS_MAX = 96 };

typedef struct {
    uint64_t clock, event, references;  // references: that were explained, registers included
    uint32_t round;
    bool is_oom;  // taken where memory ran out, not after a round
    Tally live;
    AuditRow rows[AUDIT_ROWS_MAX];
    uint32_t row_count;
    Tally elsewhere;  // in more rows than there are
} Audit;

// Takes it as census_take; rows are sorted, most bytes first. False with `error` (a failed check)
// when a reference count is not what its holders explain.
bool audit_take(Audit *audit, const Heap *heap, uint32_t unexamined, Error *error);

// ---- after each round of a run ----

// Takes audits as the heap of a run comes to the end of its rounds, or runs out of memory. Spaces
// that a plan moved objects to, and none has ever looked at, count as frozen.
typedef struct {
    Audit *audits;
    size_t count, capacity;
    uint32_t moved_to, looked_at;  // spaces, as bits
} AuditLog;

void audit_log_plan(AuditLog *log, const Plan *plan);
bool audit_log_take(AuditLog *log, const Heap *heap, Error *error);
void audit_log_free(AuditLog *log);

#endif
