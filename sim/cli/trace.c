// trace.c -- ouro trace: what a recorded program did, in figures or event by event
#include "trace.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "fit_trace.h"
#include "report_gnuplot.h"
#include "rows.h"
#include "survival.h"
#include "text.h"
#include "trace_check.h"
#include "trace_info.h"

typedef struct {
    const char *action, *file;
    uint64_t from, events, top;
    const char *dump_only;  // an option that was given and is for `dump`
    const char *fit_only;   // for `fit`
    const char *figure;     // NULL: none; for `survival`
    RunArguments *runs;     // for `fit`
    Format format;
    bool help;
} TraceArguments;

static const Option OPTIONS[] = {
    {"top", "N", "info: places to name; default 20"},
    {"from", "N", "dump: the first event, from 0; default 0"},
    {"events", "N", "dump: how many; default all"},
    {"figure", "FILE.svg|png", "survival: draws it (needs gnuplot)"},
    {"out", "FILE.ini", "fit: the workload; default: the trace's name with .ini, here"},
    {"policy", "NAME[:knob=value,...]", "fit: one to rank by; several; default five"},
    {"cost", "cache|counts[:FILE]", "fit: the model of pauses; default counts"},
    {"json", NULL, "info, check, survival, fit: one object"},
    {"tsv", NULL, "info, check: a line per figure; survival: per threshold"},
    {"help", NULL, "this text"},
};

static bool number_option(const char *name, const char *value, uint64_t *number, Error *error) {
    Error why = {0};
    return text_count(value, 0, UINT64_MAX / 2, number, &why) ||
           error_set(error, "--%s: %s", name, why.text);
}

static bool trace_option(void *context, const Option *option, const char *value, Error *error) {
    TraceArguments *a = context;
    if (option == NULL) {
        const char **word = a->action == NULL ? &a->action : &a->file;
        if (*word != NULL) return error_set(error, "one trace at a time; found also '%s'", value);
        *word = value;
        return true;
    }
    const char *name = option->name;
    bool is_from = strcmp(name, "from") == 0;
    if (is_from || strcmp(name, "events") == 0) {
        a->dump_only = name;
        return number_option(name, value, is_from ? &a->from : &a->events, error);
    }
    if (strcmp(name, "top") == 0) return number_option(name, value, &a->top, error);
    if (strcmp(name, "figure") == 0) {
        a->figure = value;
        return drawing_format(value, error) != NULL;
    }
    if (strcmp(name, "policy") == 0 || strcmp(name, "cost") == 0 || strcmp(name, "out") == 0) {
        a->fit_only = name;
        return run_arguments_option(a->runs, option, value, error);
    }
    if (strcmp(name, "json") == 0) a->format = FORMAT_JSON;
    if (strcmp(name, "tsv") == 0) a->format = FORMAT_TSV;
    if (strcmp(name, "help") == 0) a->help = true;
    return true;
}

static void usage(void) {
    puts(
        "usage: ouro trace info FILE.trace [--top N] [--json | --tsv]\n"
        "       ouro trace check FILE.trace [--json | --tsv]\n"
        "       ouro trace survival FILE.trace [--figure FILE.svg|png] [--json | --tsv]\n"
        "       ouro trace fit FILE.trace [--out FILE.ini] [--policy NAME]... [--json | --tsv]\n"
        "       ouro trace dump FILE.trace [--from N] [--events N]\n\n"
        "info says what was recorded, check whether births and deaths foretell each collection "
        "that\n"
        "came (exit 1 if not), survival what collections of the young generation would find under "
        "each\n"
        "threshold, dump prints one event per line. fit writes a workload that resembles the "
        "recording,\n"
        "and says how near it comes (exit 1: a figure is off by more than 10 %, or over a fifth of "
        "the\n"
        "pairs of policies rank otherwise). A trace whose program was killed is read as far as "
        "it goes,\n"
        "and said to be truncated.\n");
    options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
    puts("\nevents");
    for (size_t i = 0; i < TRACE_KINDS; i++)
        printf("  %-12s %s%s%s\n", TRACE_KIND[i].name, TRACE_KIND[i].what,
               TRACE_KIND[i].fields[0] != '\0' ? ": " : "", TRACE_KIND[i].fields);
}

static int info(const TraceArguments *a, TraceReader *reader) {
    TraceInfo info;
    Error error = {0};
    bool good = trace_info_read(&info, reader, &error);
    if (good) trace_info_print(&info, a->format, a->top);
    trace_info_free(&info);
    return good ? EXIT_FINE : options_fail(&error);
}

static void event_print(uint64_t number, const TraceEvent *event) {
    const TraceKindInfo *kind = &TRACE_KIND[event->kind];
    printf("%llu\t%s", (unsigned long long)number, kind->name);
    if (kind->slot) printf("\t%u", event->slot);
    for (size_t i = 0; i < kind->numbers; i++)
        printf("\t%llu", (unsigned long long)event->numbers[i]);
    printf("%s%s\n", kind->text ? "\t" : "", kind->text ? event->text : "");
}

static int dump(const TraceArguments *a, TraceReader *reader) {
    TraceEvent event = {.kind = TRACE_BIRTH};
    Error error = {0};
    uint64_t number = 0, end = a->from + a->events;
    for (; number < end && trace_read(reader, &event, &error); number++)
        if (number >= a->from) event_print(number, &event);
    if (error.text[0] != '\0') return options_fail(&error);
    if (trace_is_truncated(reader)) fputs("ouro: the trace is truncated here\n", stderr);
    return EXIT_FINE;
}

// ---- check ----

#define CHECK_FIGURES(X)                                                              \
    X(triggers, "collections due and not come, or come and not due")                  \
    X(collects, "collections with another number of objects collected")               \
    X(candidates, "collections that looked at another number of objects")             \
    X(totals, "collections after which long-lived objects are counted otherwise")     \
    X(kept, "collections in which finalizers kept garbage: how much is not foretold") \
    X(counts, "of gc.get_count() at the end, how many are others")                    \
    X(failed, "checks of the recorder's own that said no")

static void stats_print(Format format, const char *what, const TraceStats *stats) {
    for (size_t i = 0; i < 3; i++) {
        unsigned long long values[] = {stats->collections[i], stats->collected[i]};
        static const char *const names[] = {"collections", "collected"};
        for (size_t k = 0; k < 2; k++) {
            if (format == FORMAT_JSON)
                printf("\"%s_%s%zu\":%llu,", what, names[k], i, values[k]);
            else if (format == FORMAT_TSV)
                printf("%s_%s%zu\t%llu\n", what, names[k], i, values[k]);
        }
    }
    if (format == FORMAT_TABLE)
        printf("  %-9s %10llu %10llu %10llu   %10llu %10llu %10llu\n", what,
               (unsigned long long)stats->collections[0], (unsigned long long)stats->collections[1],
               (unsigned long long)stats->collections[2], (unsigned long long)stats->collected[0],
               (unsigned long long)stats->collected[1], (unsigned long long)stats->collected[2]);
}

static void figure_print(Format format, const char *name, uint64_t value, const char *what) {
    unsigned long long number = value;
    if (format == FORMAT_JSON)
        printf("\"%s\":%llu,", name, number);
    else if (format == FORMAT_TSV)
        printf("%s\t%llu\n", name, number);
    else
        printf("  %-10s %10llu  %s\n", name, number, what);
}

static void check_print(const TraceCheck *check, Format format, bool truncated) {
    bool good = trace_check_passes(check);
    if (format == FORMAT_JSON) putchar('{');
    if (format == FORMAT_TSV) puts("name\tvalue");
    if (format == FORMAT_TABLE)
        printf("  %-9s %32s   %32s\n", "", "collections of 0, 1, 2", "objects collected by them");
    stats_print(format, "foretold", &check->foretold);
    stats_print(format, "recorded", &check->recorded);
#define X(name, what) figure_print(format, #name, check->name, what);
    CHECK_FIGURES(X)
#undef X
    figure_print(format, "truncated", truncated, "1: checked as far as it goes");
    if (format == FORMAT_JSON) {
        printf("\"first\":");
        json_string(stdout, check->first);
        printf(",\"exact\":%s}\n", good ? "true" : "false");
    } else if (format == FORMAT_TSV) {
        printf("first\t%s\nexact\t%d\n", check->first, good);
    } else {
        printf("%s%s%s\n", check->first[0] != '\0' ? "first difference: " : "", check->first,
               check->first[0] != '\0' ? "\n" : "");
        puts(good ? "exact: every collection is foretold" : "not exact");
    }
}

static int check(const TraceArguments *a, TraceReader *reader) {
    TraceCheck result;
    Error error = {0};
    if (!trace_check(reader, &result, &error)) return options_fail(&error);
    check_print(&result, a->format, trace_is_truncated(reader));
    return trace_check_passes(&result) ? EXIT_FINE : EXIT_NO;
}

static int survival(const TraceArguments *a, TraceReader *reader) {
    Survival found;
    Error error = {0};
    if (!trace_survival(reader, &found, &error)) return options_fail(&error);
    const TraceHead *head = trace_reader_head(reader);
    survival_print(&found, head, a->format);
    if (trace_is_truncated(reader)) fputs("ouro: the trace is truncated\n", stderr);
    if (a->figure == NULL) return EXIT_FINE;
    char command[2 * PATH_SIZE];
    snprintf(command, sizeof command, "ouro trace survival %s --figure %s", a->file, a->figure);
    return survival_draw(&found, head, command, a->figure, &error) ? EXIT_FINE
                                                                   : options_fail(&error);
}

// It is ./NAME.ini for FOLDER/NAME.trace.
static int fit(const TraceArguments *a, TraceReader *reader) {
    char out[PATH_SIZE];
    (void)reader;
    if (a->runs->out == NULL) {
        const char *slash = strrchr(a->file, '/'), *base = slash != NULL ? slash + 1 : a->file;
        const char *dot = strrchr(base, '.');
        const int length = (int)(dot != NULL && dot > base ? dot - base : (long)strlen(base));
        snprintf(out, sizeof out, "%.*s.ini", length, base);
        a->runs->out = out;
    }
    a->runs->format = a->format;
    return fit_trace(a->file, a->runs);
}

static const struct {
    const char *name;
    int (*run)(const TraceArguments *arguments, TraceReader *reader);
} ACTIONS[] = {
    {"info", info}, {"check", check}, {"survival", survival}, {"fit", fit}, {"dump", dump}};

static bool arguments_fit(const TraceArguments *a, Error *error) {
    if (a->action == NULL)
        return error_set(error, "trace takes info, check, survival, fit or dump, and a file");
    if (a->file == NULL) return error_set(error, "no trace given: ouro trace %s FILE", a->action);
    if (a->dump_only != NULL && strcmp(a->action, "dump") != 0)
        return error_set(error, "--%s is for dump", a->dump_only);
    if (a->fit_only != NULL && strcmp(a->action, "fit") != 0)
        return error_set(error, "--%s is for fit", a->fit_only);
    if (a->figure != NULL && strcmp(a->action, "survival") != 0)
        return error_set(error, "--figure is for survival");
    return true;
}

int trace_command(int argc, char **argv) {
    static RunArguments runs;
    TraceArguments a = {.events = UINT64_MAX / 2, .top = 20, .runs = &runs};
    Error error = {0};
    run_arguments_default(&runs, argc, argv);
    runs.cost = cost_table_shipped(COST_COUNTS);
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), trace_option, &a,
                       &error))
        return options_fail(&error);
    if (a.help) {
        usage();
        return EXIT_FINE;
    }
    if (!arguments_fit(&a, &error)) return options_fail(&error);
    for (size_t i = 0; i < ARRAY_LENGTH(ACTIONS); i++) {
        if (strcmp(a.action, ACTIONS[i].name) != 0) continue;
        TraceReader *reader = trace_reader_new(a.file, &error);
        if (reader == NULL) return options_fail(&error);
        int code = ACTIONS[i].run(&a, reader);
        trace_reader_free(reader);
        return code;
    }
    error_set(&error, "trace %s: there are info, check, survival, fit and dump", a.action);
    return options_fail(&error);
}
