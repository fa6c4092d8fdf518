// free_lists.c -- objects that wait in the interpreter's free lists, from event to event
#include "free_lists.h"

#include "recording.h"
#include "trace_frame.h"

static int last_list, last_dict, last_tuples[PyTuple_NFREELISTS];

static void note(uint64_t list, int *last, int now) {
    if (*last == now) return;
    trace_note(recording.writer, TRACE_FREE_LIST, 0, list, zigzag((int64_t)now - *last));
    *last = now;
}

void free_lists_note(void) {
    const PyInterpreterState *interpreter = &_PyRuntime._main_interpreter;
    const int *tuples = interpreter->tuple.numfree;
    note(0, &last_list, interpreter->list.numfree);
    note(1, &last_dict, interpreter->dict_state.numfree);
    if (memcmp(last_tuples, tuples, sizeof last_tuples) == 0) return;
    for (uint64_t i = 0; i < PyTuple_NFREELISTS; i++) note(2 + i, &last_tuples[i], tuples[i]);
}
