// recording.c -- the one recording of the process: its beginning and its end
#include "recording.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hooks.h"

Recording recording;

void python_text(PyObject *string, char *text, size_t size) {
    size_t length = 0;
    if (string != NULL && PyUnicode_Check(string) && PyUnicode_IS_READY(string))
        length = min_u64((uint64_t)PyUnicode_GET_LENGTH(string), size - 1);
    for (size_t i = 0; i < length; i++) {
        Py_UCS4 letter = PyUnicode_READ_CHAR(string, (Py_ssize_t)i);
        text[i] = '?';
        if (letter >= ' ' && letter <= '~') text[i] = (char)letter;
    }
    text[length] = '\0';
}

void numbers_push(Numbers *numbers, uint32_t number) {
    if (numbers->count == numbers->capacity) {
        numbers->capacity = numbers->capacity * 2 + 1024;
        numbers->items = memory_resize(numbers->items, numbers->capacity, sizeof *numbers->items);
    }
    numbers->items[numbers->count++] = number;
}

void recording_fail(const char *format, ...) {
    char text[sizeof recording.failure];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    TraceEvent event = {.kind = TRACE_FAILED, .text = text};
    trace_write_event(recording.writer, &event);
    if (recording.mismatches++ == 0) memcpy(recording.failure, text, sizeof text);
}

// A forked child is left alone.
static void forked(void) {
    if (recording.active) trace_writer_abandon(recording.writer);
    recording.active = false;
}

bool recording_start(const char *path, const TraceHead *head, Error *error) {
    if (!shadow_start(&recording.shadow, error)) return false;
    recording.writer = trace_writer_new(path, head, error);
    if (recording.writer == NULL) return false;
    recording.process = getpid();
    recording.active = true;
    if (pthread_atfork(NULL, NULL, forked) == 0) return true;
    return error_set(error, "no room for a handler of forks");
}

static void end_note(void) {
    const struct _gc_runtime_state *gc = GC_STATE;
    TraceEvent event = {.kind = TRACE_END};
    for (size_t i = 0; i < 3; i++) {
        event.numbers[i] = (uint64_t)gc->generation_stats[i].collections;
        event.numbers[3 + i] = (uint64_t)gc->generation_stats[i].collected;
        event.numbers[6 + i] = (uint64_t)gc->generations[i].count;
    }
    event.numbers[9] = (uint64_t)gc->long_lived_total;
    event.numbers[10] = (uint64_t)gc->long_lived_pending;
    trace_write_event(recording.writer, &event);
}

int recording_end(int code) {
    if (!recording.active || getpid() != recording.process) return code;
    Error error = {0};
    hooks_settle();
    if (recording.count != GC_STATE->generations[0].count)
        recording_fail("count %lld at the end, %d in the interpreter", (long long)recording.count,
                       GC_STATE->generations[0].count);
    end_note();
    recording.active = false;
    recording.result = *trace_writer_slots(recording.writer);
    bool written = trace_writer_close(recording.writer, true, &error);
    recording.is_written = written;
    if (_PyRuntime.interpreters.next_id > 1)
        fputs("ouro: sub-interpreters are not recorded: only the main one was\n", stderr);
    if (!written) fprintf(stderr, "ouro: %s\n", error.text);
    if (recording.mismatches > 0)
        fprintf(stderr, "ouro: the recording failed %llu of its own checks; the first: %s\n",
                (unsigned long long)recording.mismatches, recording.failure);
    return written && recording.mismatches == 0 ? code : 1;
}

// The C library's, for os._exit(): the program leaves without the interpreter's end.
void _exit(int code) {
    syscall(SYS_exit_group, recording_end(code));
    __builtin_unreachable();
}
