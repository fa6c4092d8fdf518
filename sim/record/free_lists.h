// free_lists.h -- objects that wait in the interpreter's free lists, from event to event
//
// An object from a free list is no birth, one that goes there no death. How full the lists are
// depends on the collections (a full one empties them), so who plays the trace under another policy
// needs to know what was taken and given. List 0 is that of lists, 1 of dictionaries, 2 and up of
// tuples with 1, 2 ... elements.
#ifndef OURO_RECORD_FREE_LISTS_H
#define OURO_RECORD_FREE_LISTS_H

// Notes what changed since the last call.
void free_lists_note(void);

#endif
