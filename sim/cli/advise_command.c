// advise_command.c -- ouro advise: its options
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "commands.h"
#include "gate_results.h"
#include "options.h"
#include "sweep_advice.h"
#include "text.h"

enum { DIRS_MAX = 256 };

typedef struct {
    const char *dirs[DIRS_MAX];
    size_t dir_count;
    AdviceLimits limits;
    Format format;
    bool help;
} AdviseArguments;

static const Option OPTIONS[] = {
    {"p99", "TIME", "99 % of pauses may be that long: 500us, 10ms, 1.5s"},
    {"peak", "BYTES", "most that may be held: 200M, 1.5G"},
    {"json", NULL, "prints JSON instead of a table"},
    {"tsv", NULL, "prints tab-separated values instead of a table"},
    {"help", NULL, "this text"},
};

// "10ms" as nanoseconds.
static bool time_parse(const char *text, uint64_t *ns, Error *error) {
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    char number[64];
    Error why = {0};
    size_t length = strcspn(text, "nums");
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (strcmp(text + length, units[i].unit) != 0 || length >= sizeof number) continue;
        snprintf(number, sizeof number, "%.*s", (int)length, text);
        if (text_decimal(number, units[i].ns, 0, UINT64_MAX / 2, ns, &why)) return true;
    }
    return error_set(error, "--p99 '%s'; allowed: a number with ns, us, ms or s", text);
}

bool advice_limit_parse(AdviceLimits *limits, const char *name, const char *value, Error *error) {
    Error why = {0};
    if (strcmp(name, "p99") == 0) return time_parse(value, &limits->p99_ns, error);
    return text_bytes(value, 0, UINT64_MAX - 1, &limits->peak_bytes, &why) ||
           error_set(error, "--peak: %s", why.text);
}

static bool advise_option(void *context, const Option *option, const char *value, Error *error) {
    AdviseArguments *a = context;
    if (option == NULL) {
        if (a->dir_count == DIRS_MAX) return error_set(error, "more than %d folders", DIRS_MAX);
        a->dirs[a->dir_count++] = value;
        return true;
    }
    const char *name = option->name;
    if (strcmp(name, "json") == 0) a->format = FORMAT_JSON;
    if (strcmp(name, "tsv") == 0) a->format = FORMAT_TSV;
    if (strcmp(name, "help") == 0) a->help = true;
    if (strcmp(name, "p99") == 0 || strcmp(name, "peak") == 0)
        return advice_limit_parse(&a->limits, name, value, error);
    return true;
}

static bool arguments_fit(const AdviseArguments *a, Error *error) {
    if (a->dir_count == 0)
        return error_set(error, "no DIR given; ouro compare --out DIR makes one");
    return a->limits.p99_ns != UINT64_MAX || a->limits.peak_bytes != UINT64_MAX ||
           error_set(error, "no limit given: --p99 TIME, --peak BYTES or both");
}

static void print(const AdviseArguments *a, const Advice *advice) {
    if (a->format == FORMAT_JSON)
        advice_print_json(advice);
    else if (a->format == FORMAT_TSV)
        advice_print_tsv(advice);
    else
        advice_print_table(advice);
}

static bool answer(const AdviseArguments *a, int *code, Error *error) {
    GateFigures figures = {0};
    Advice advice;
    bool good = arguments_fit(a, error);
    for (size_t i = 0; good && i < a->dir_count; i++)
        good = sweep_data_is(a->dirs[i]) ? sweep_advice_read(&figures, a->dirs[i], error)
                                         : gate_read_dir(&figures, a->dirs[i], "kind", error);
    good = good && gate_figures_settle(&figures, error) &&
           advice_make(&advice, &figures, a->limits, error);
    if (good) {
        print(a, &advice);
        *code = advice.answered ? EXIT_FINE : EXIT_NO;
        advice_free(&advice);
    }
    gate_figures_free(&figures);
    return good;
}

int advise_command(int argc, char **argv) {
    Error error = {0};
    AdviseArguments *a = memory_new(1, sizeof *a);
    int code = EXIT_FINE;
    a->limits = (AdviceLimits){UINT64_MAX, UINT64_MAX};
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), advise_option, a,
                       &error)) {
        code = options_fail(&error);
    } else if (a->help) {
        puts(
            "usage: ouro advise DIR... [--p99 TIME] [--peak BYTES] [--json|--tsv]\n\n"
            "The cheapest policy within limits, by what `ouro compare --out DIR` or `ouro sweep`\n"
            "left, for each workload (and each of the settings that a sweep gave it) and over "
            "all;\n"
            "and what it costs where the workload is another.\n");
        options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
        puts("\nExit codes: 0 some policy meets the limits everywhere; 1 none does; 2 bad input.");
    } else if (!answer(a, &code, &error)) {
        code = options_fail(&error);
    }
    free(a);
    return code;
}
