// main.c -- ouro-record-3.11: an interpreter that runs a program as python3.11 does, and records it
//
// `ouro record` becomes this one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cli/record.h"
#include "hooks.h"
#include "places.h"
#include "recording.h"
#include "text.h"
#include "watch.h"

static bool status_check(PyStatus status, Error *error) {
    return !PyStatus_Exception(status) ||
           error_set(error, "the interpreter does not start: %s",
                     status.err_msg != NULL ? status.err_msg : "its arguments are wrong");
}

// Hooks on the allocator, and the structs behind it, are those of one version.
static bool version_check(Error *error) {
    return strncmp(Py_GetVersion(), "3.11.", 5) == 0 ||
           error_set(error, "the interpreter found is %.32s; the recorder knows 3.11 only",
                     Py_GetVersion());
}

// What replaces the allocator that the hooks are on.
static bool allocator_check(const PyPreConfig *config, Error *error) {
    const char *asked = getenv("PYTHONMALLOC");
    if (config->dev_mode > 0)
        return error_set(error,
                         "-X dev and PYTHONDEVMODE bring an allocator of their own, under "
                         "which nothing can be recorded");
    if (config->use_environment > 0 && asked != NULL && asked[0] != '\0')
        return error_set(error,
                         "PYTHONMALLOC=%s is another allocator, under which nothing can be "
                         "recorded",
                         asked);
    return true;
}

// The command line as a person reads it.
static void program_text(const RecordArguments *a, char *text, size_t size) {
    char whole[4096] = "";
    size_t length = 0;
    for (int i = 0; i < a->program_count && length < sizeof whole - 1; i++)
        length += (size_t)snprintf(whole + length, sizeof whole - length, "%s%s", i > 0 ? " " : "",
                                   a->program[i]);
    text_plain(whole, text, size);
}

static bool start(const RecordArguments *a, const char *out, Error *error) {
    TraceHead head = {.thresholds = {700, 10, 10}, .sites = a->sites};
    snprintf(head.interpreter, sizeof head.interpreter, "%.*s", (int)strcspn(Py_GetVersion(), " "),
             Py_GetVersion());
    snprintf(head.mode, sizeof head.mode, "%s", a->fast ? "fast" : "default");
    program_text(a, head.program, sizeof head.program);
    recording.samples = !a->fast;
    places_start(a->sites);
    for (size_t i = 0; i < a->phase_count; i++)
        if (!places_phase(a->phases[i], error)) return false;
    if (!recording_start(out, &head, error)) return false;
    hooks_install();
    calls_install();
    return true;
}

// The words of python3.11: its own name, and what came after --.
static char **words_of(const RecordArguments *a) {
    static char name[] = PYTHON_PROGRAM;
    char **words = memory_new((size_t)a->program_count + 2, sizeof *words);
    words[0] = name;
    for (int i = 0; i < a->program_count; i++) words[i + 1] = a->program[i];
    return words;
}

static bool interpreter_start(const RecordArguments *a, const char *out, Error *error) {
    char **words = words_of(a);
    PyPreConfig before;
    PyConfig config;
    PyPreConfig_InitPythonConfig(&before);
    if (!version_check(error) ||
        !status_check(Py_PreInitializeFromBytesArgs(&before, a->program_count + 1, words), error))
        return false;
    if (!allocator_check(&_PyRuntime.preconfig, error) || !start(a, out, error)) return false;
    PyConfig_InitPythonConfig(&config);
    if (!status_check(PyConfig_SetBytesArgv(&config, a->program_count + 1, words), error))
        return false;
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_IsExit(status)) exit(status.exitcode);  // --version, --help
    if (!status_check(status, error)) return false;
    calls_install_audit();
    for (size_t i = 0; i < 3; i++) GC_STATE->generations[i].threshold = (int)a->thresholds[i];
    watch_thresholds();
    free(words);
    return true;
}

static void summary_print(const char *out, const TraceSlots *slots) {
    fprintf(stderr, "ouro: %llu events, %llu births, %llu alive at the end, in %s\n",
            (unsigned long long)slots->events, (unsigned long long)slots->births,
            (unsigned long long)slots->live, out);
}

int main(int argc, char **argv) {
    RecordArguments arguments;
    Error error = {0};
    char chosen[512];
    if (!record_arguments_parse(&arguments, argc, argv, &error)) return options_fail(&error);
    record_out(&arguments, chosen, sizeof chosen);
    const char *out = chosen;
    if (!interpreter_start(&arguments, out, &error)) return options_fail(&error);
    int code = Py_RunMain();
    code = recording_end(code);
    if (!arguments.quiet) summary_print(out, &recording.result);
    return recording.mismatches == 0 && recording.is_written ? code : EXIT_NO;
}
