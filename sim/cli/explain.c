// explain.c -- ouro explain: why is this garbage still here?
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_print.h"
#include "commands.h"
#include "explain_print.h"
#include "options.h"
#include "report_gnuplot.h"

enum { LIST_SIZE = 4096 };

// What people would have tried; the policy itself comes first, under the same prices.
static const char *const AGAINST[] = {
    "cpython-2.4", "cpython-3.11", "cpython-3.13", "incremental-mark",
    "freeze",      "phase-stack",  "arena",        "oracle"};

typedef struct {
    RunArguments run;
    Moment moment;
    PolicyChoice against[AGAINST_MAX];
    size_t against_count;
    bool against_given;
    const char *waits;  // "event" or "alloc": its number is the next word
    const char *figure;
} ExplainArguments;

static const Option OPTIONS[] = {
    {"policy", "NAME[:knob=value,...]", "the policy to explain (ouro list policies)"},
    {"at", "MOMENT", "event N, alloc N, peak, end or oom; else oom, or peak if memory suffices"},
    {"against", "NAME[:knob=value,...]",
     "another policy at the same moment; again for more; none: no other"},
    {"figure", "FILE.svg|png", "draws garbage over time, by where it waits (needs gnuplot)"},
    {"set", "section.key=value", "overrides a key of the workload (ouro help workload)"},
    {"seed", "N", "the same as --set workload.seed=N"},
    {"scale", "X", "the same as --set workload.scale=X"},
    {"cost", "cache|counts[:FILE]", "the model of pauses, as for run"},
    {"allocator", "X.Y", "the small-object allocator of this CPython; default 3.10"},
    {"audit", NULL, "explains every reference at the moment: who holds what is there"},
    {"json", NULL, "prints JSON instead of text"},
    {"check", NULL, "proves heap and truth notes as it goes (slow)"},
    {"help", NULL, "this text"},
};

static bool against_add(ExplainArguments *a, const char *name, Error *error) {
    a->against_given = true;
    if (strcmp(name, "none") == 0 && a->against_count == 0) return true;
    if (a->against_count == AGAINST_MAX)
        return error_set(error, "more than %d policies with --against", AGAINST_MAX);
    return policy_choose(&a->against[a->against_count++], name, error);
}

// "--at event 5" is two words, "--at event=5" one.
static bool moment_option(ExplainArguments *a, const char *value, Error *error) {
    char text[64];
    const bool waits = strcmp(value, "event") == 0 || strcmp(value, "alloc") == 0;
    if (waits && a->waits == NULL) {
        a->waits = value;
        return true;
    }
    snprintf(text, sizeof text, "%s%s%s", a->waits != NULL ? a->waits : "",
             a->waits != NULL ? " " : "", value);
    a->waits = NULL;
    return moment_parse(text, &a->moment, error);
}

static bool explain_option(void *context, const Option *option, const char *value, Error *error) {
    ExplainArguments *a = context;
    if (a->waits != NULL && option == NULL) return moment_option(a, value, error);
    if (option == NULL) return run_arguments_option(&a->run, option, value, error);
    if (strcmp(option->name, "at") == 0) return moment_option(a, value, error);
    if (strcmp(option->name, "against") == 0) return against_add(a, value, error);
    if (strcmp(option->name, "figure") == 0) {
        a->figure = value;
        return drawing_format(value, error) != NULL;
    }
    return run_arguments_option(&a->run, option, value, error);
}

static bool against_default(ExplainArguments *a, Error *error) {
    if (a->against_given) return true;
    a->against[a->against_count++] = a->run.choices[0];
    for (size_t i = 0; i < ARRAY_LENGTH(AGAINST); i++)
        if (!policy_choose(&a->against[a->against_count++], AGAINST[i], error)) return false;
    return true;
}

static bool arguments_fit(ExplainArguments *a, Error *error) {
    if (a->waits != NULL) return moment_parse(a->waits, &a->moment, error);
    if (a->run.workload == NULL)
        return error_set(error, "no workload given (ouro list workloads shows those that ship)");
    if (a->run.choice_count == 0)
        return error_set(error, "no --policy given (ouro list policies shows all)");
    if (a->run.choice_count > 1)
        return error_set(error, "explain takes one --policy; others come with --against");
    return against_default(a, error);
}

static bool figure_draw(const ExplainArguments *a, const Explanation *e, const Recorder *recorder,
                        Error *error) {
    char command[PATH_SIZE + 8];
    snprintf(command, sizeof command, "ouro%s", a->run.command);
    return explain_draw(e, recorder, command, a->figure, error);
}

static bool answer(ExplainArguments *a, Spec *spec, Explanation *e, Error *error) {
    if (!arguments_fit(a, error) || !run_arguments_spec(&a->run, spec, error)) return false;
    const ExplainOptions options = {.spec = spec,
                                    .policy = &a->run.choices[0],
                                    .cost = &a->run.cost,
                                    .allocator = a->run.allocator,
                                    .against = a->against,
                                    .against_count = a->against_count,
                                    .moment = a->moment,
                                    .check = a->run.check,
                                    .audit = a->run.audit};
    Run *first = NULL;
    bool good = explain(&options, e, &first, error);
    if (good && a->figure != NULL) good = figure_draw(a, e, run_recorder(first), error);
    run_close(first);
    if (good && a->run.format == FORMAT_JSON) {
        explain_print_json(stdout, e);
    } else if (good) {
        explain_print_story(stdout, e);
        explain_print_tables(stdout, e);
        if (e->is_audited) audit_print(stdout, spec, &e->spaces, &e->audit);
    }
    return good;
}

static void usage(void) {
    puts(
        "usage: ouro explain WORKLOAD --policy NAME[:knob=value,...] [--at MOMENT] [OPTION]...\n\n"
        "A census of the heap at one moment: who made what is there, how old it is, what of it is\n"
        "garbage and why that is still there: where it waits, when the policy will look, what\n"
        "becomes of it if the program goes on, what holds it. And what other policies would have\n"
        "left by then.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts("\nMoments, and reasons why garbage is there:\n");
    for (MomentKind i = 0; i < MOMENT_COUNT; i++)
        printf("  %-14s %s\n", moment_name(i), moment_what(i));
    for (GarbageReason i = 0; i < GARBAGE_REASON_COUNT; i++)
        printf("  %-14s %s\n", garbage_reason_name(i), garbage_reason_what(i));
    puts(
        "\n--json prints one object: `moment`, `clock`, `event`, `phase`, `round`; `reachable`,\n"
        "`garbage` and `reasons` (objects, bytes, payload_bytes); `populations` with the same,\n"
        "with ages and with what was there when the phase began (phase_reachable, phase_garbage);\n"
        "`spaces` with `due` (net allocations until the policy looks there, null: never) and what\n"
        "becomes of their garbage (freed, never, soonest, latest: allocations after the moment);\n"
        "`fates`, `holders`, `against`.\n\n"
        "Exit codes: 0 fine; 1 a check says no; 2 bad input.");
}

int explain_command(int argc, char **argv) {
    Error error = {0};
    ExplainArguments *a = memory_new(1, sizeof *a);
    Spec *spec = memory_new(1, sizeof *spec);
    Explanation *e = memory_new(1, sizeof *e);
    int code = EXIT_FINE;
    run_arguments_default(&a->run, argc, argv);
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), explain_option, a,
                       &error))
        code = options_fail(&error);
    else if (a->run.help)
        usage();
    else if (!answer(a, spec, e, &error))
        code = options_fail(&error);
    free(e);
    free(spec);
    free(a);
    return code;
}
