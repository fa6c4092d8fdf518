// places.c -- where in the program: sampled births, and functions that begin a phase
#include "places.h"

#include <stdio.h>
#include <string.h>

#include "python.h"

enum { PLACES = 1 << 16 };

// An instruction of a function. Another function may come to lie where one was: its name and first
// line are looked at, too.
typedef struct {
    const PyCodeObject *code;
    const PyObject *name;
    int instruction, first_line;
    uint32_t number;
} Place;

typedef struct {
    const char *file, *function;  // file: as long as `file_length` says
    size_t file_length;
    const char *name;
} Phase;

static Place places[PLACES];
static uint32_t place_count, sample_every;
static uint64_t next_sample, chance;
static Phase phases[PHASE_FUNCTIONS_MAX];
static size_t phase_count;
static const Phase *phase_now;
static const PyCodeObject *code_seen;

void places_start(uint32_t every) { sample_every = every; }

bool places_phase(const char *place, Error *error) {
    const char *colon = strrchr(place, ':');
    if (colon == NULL || colon == place || colon[1] == '\0')
        return error_set(error, "--phase %s: file:function is wanted", place);
    if (phase_count == PHASE_FUNCTIONS_MAX)
        return error_set(error, "more than %d --phase", PHASE_FUNCTIONS_MAX);
    phases[phase_count++] = (Phase){place, colon + 1, (size_t)(colon - place), place};
    return true;
}

static const _PyInterpreterFrame *frame_now(void) {
    const PyThreadState *thread = python_thread();
    return thread == NULL || thread->cframe == NULL ? NULL : thread->cframe->current_frame;
}

static void place_name(const PyCodeObject *code, int instruction, char *text, size_t size) {
    char file[512], function[256];
    python_text(code->co_filename, file, sizeof file);
    python_text(code->co_qualname, function, sizeof function);
    int line = PyCode_Addr2Line((PyCodeObject *)(uintptr_t)code, instruction);
    snprintf(text, size, "%s:%d %s", file, line, function);
}

static uint32_t place_number(TraceWriter *writer, const PyCodeObject *code, int instruction) {
    uint64_t hash = ((uint64_t)(uintptr_t)code + (uint64_t)instruction) * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(hash >> 48);
    for (; places[i].code != NULL; i = (i + 1) % PLACES)
        if (places[i].code == code && places[i].instruction == instruction &&
            places[i].name == code->co_qualname && places[i].first_line == code->co_firstlineno)
            return places[i].number;
    if (place_count == PLACES / 2) return NO_PLACE;
    places[i] = (Place){code, code->co_qualname, instruction, code->co_firstlineno, place_count++};
    char text[TRACE_TEXT_SIZE];
    place_name(code, instruction, text, sizeof text);
    TraceEvent event = {.kind = TRACE_PLACE, .numbers = {places[i].number}, .text = text};
    trace_write_event(writer, &event);
    return places[i].number;
}

// Gaps of 1 to twice the average, from a fixed sequence, so that no loop keeps step with them.
uint32_t places_sample(TraceWriter *writer) {
    uint64_t births = trace_writer_slots(writer)->births;
    if (sample_every == 0 || births < next_sample) return NO_PLACE;
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    next_sample = births + 1 + (chance >> 33) % (2 * (uint64_t)sample_every - 1);
    const _PyInterpreterFrame *frame = frame_now();
    if (frame == NULL) return NO_PLACE;
    int instruction = (int)_PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT);
    return place_number(writer, frame->f_code, instruction);
}

static bool is_phase(const Phase *phase, const PyCodeObject *code) {
    char text[512];
    python_text(code->co_name, text, sizeof text);
    if (strcmp(text, phase->function) != 0) return false;
    python_text(code->co_filename, text, sizeof text);
    size_t length = strlen(text);
    return length >= phase->file_length &&
           memcmp(text + length - phase->file_length, phase->file, phase->file_length) == 0;
}

void places_watch(TraceWriter *writer) {
    if (LIKELY(phase_count == 0)) return;
    const _PyInterpreterFrame *frame = frame_now();
    if (frame == NULL || frame->f_code == code_seen) return;
    code_seen = frame->f_code;
    for (size_t i = 0; i < phase_count; i++) {
        if (phase_now == &phases[i] || !is_phase(&phases[i], code_seen)) continue;
        phase_now = &phases[i];
        TraceEvent event = {.kind = TRACE_PHASE, .text = phase_now->name};
        trace_write_event(writer, &event);
    }
}
