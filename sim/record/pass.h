// pass.h -- looking at the collector's lists: who is there, and who is unreachable
//
// Trial deletion as the collector does it, on counts of our own: nothing in the interpreter is
// written. Only where the interpreter itself might collect (inside the allocation of a counted
// object, or in a call of the gc module) are all objects fit to be traversed.
#ifndef OURO_RECORD_PASS_H
#define OURO_RECORD_PASS_H

#include "recording.h"

// Looks at the lists up to `generation`, and notes what has changed since they were looked at.
void pass_look(TraceReason reason, int generation);

// In the default mode: looks if enough was born, net, since the last look. `count` is that of
// generation 0.
void pass_sample(int64_t count);

// The collection that the last look foretold begins: it untracks tuples at once.
void pass_begin(void);

// After the collection that the last look foretold: who survived is in the next list, who is in
// none was untracked. Garbage that is there was resurrected, if the collection counted less than
// there was (`kept`); else its block is that of a new object, from a free list.
void pass_after(bool kept);

// When the trace has the end of the collection: who went to a free list since, and was a survivor.
void pass_after_end(void);

// All that is listed goes to the permanent list, or back from there: gc.freeze, gc.unfreeze.
void pass_freeze(void);
void pass_unfreeze(void);

#endif
