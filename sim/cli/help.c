// help.c -- ouro help: what a workload can say, and a verdict, from the tables that define it
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "gate_print.h"
#include "options.h"

static void print_keys(SectionKind section, const char *title) {
    printf("\n%s\n", title);
    for (size_t i = 0; i < spec_key_count(); i++) {
        SpecKey key = spec_key(i);
        if (key.section != section) continue;
        printf("  %-15s %s\n", key.name, key.help);
        printf("  %-15s %s%s%s%s%s\n", "", key.range, key.unit[0] != '\0' ? "; " : "", key.unit,
               key.fallback[0] != '\0' ? "; default " : "", key.fallback);
    }
}

static void print_shapes(void) {
#define X(name, value, help) printf("  %-15s %s\n", name, help);
    puts("\nshapes");
    SHAPES(X)
#undef X
}

static int help_workload(void) {
    puts(
        "A workload is an INI text: rounds of phases, and populations of units in each phase.\n"
        "Numbers take k, M and G (thousands; 1024 for bytes); comments begin with ';'.");
    print_keys(SECTION_WORKLOAD, "[workload]");
    print_keys(SECTION_PHASE, "[phase NAME]");
    print_keys(SECTION_POPULATION, "[population NAME]");
    print_shapes();
    printf("\ndistributions\n  %s\n", DIST_SYNTAX);
    puts(
        "\n--set section.key=value overrides a key; a key of populations set for a phase goes to "
        "all its\n"
        "populations: --set churn.cycle_density=0.5");
    return EXIT_FINE;
}

// workloads/README.md holds these tables; a test compares.
static int help_markdown(void) {
    static const char *const titles[] = {"[workload]", "[phase NAME]", "[population NAME]"};
    for (int section = 0; section < SECTION_COUNT; section++) {
        printf(
            "### `%s`\n\n| key | unit | range | default | what it says |\n|---|---|---|---|---|\n",
            titles[section]);
        for (size_t i = 0; i < spec_key_count(); i++) {
            SpecKey key = spec_key(i);
            if ((int)key.section != section) continue;
            printf("| `%s` | %s | ", key.name, key.unit);
            for (const char *p = key.range; *p != '\0'; p++) printf(*p == '|' ? "\\|" : "%c", *p);
            printf(" | %s | %s |\n", key.fallback, key.help);
        }
        putchar('\n');
    }
    return EXIT_FINE;
}

static void event_print(const char *op, const char *what, const char *flags, const char *value,
                        const char *target) {
    printf("  %-8s %s\n", op, what);
    if (*flags != '\0') printf("           flags: %s\n", flags);
    if (*value != '\0') printf("           value: %s\n", value);
    if (*target != '\0') printf("           target: %s\n", target);
}

static int help_events(void) {
    puts("The canonical stream is made of 16-byte events:\n");
#define X(op, what, flags, value, target) event_print(#op, what, flags, value, target);
    EVENT_OPS(X)
#undef X
    return EXIT_FINE;
}

static int help_gate(void) {
    puts("What ouro gate says of a figure, the worst first:\n");
#define STATE(name, text, fails, help) \
    printf("  %-10s %-6s %s\n", text, (fails) ? "fails" : "", help);
#include "gate_states.def"
#undef STATE
    puts("\nformats (--format)\n");
#define X(name, what) printf("  %-10s %s\n", #name, what);
    GATE_FORMATS(X)
#undef X
    puts("\nmetrics that are watched one by one (ouro list metrics says what they are)\n");
    for (size_t i = 0; i < GATE_METRIC_COUNT; i++) printf("  %s\n", GATE_METRICS[i]);
    return EXIT_FINE;
}

static int help_sweep(void) {
    puts(
        "A sweep file is an INI text with one section; `ouro sweep FILE.sweep.ini --out DIR` runs\n"
        "it, and options after it replace or add to what it says:\n\n"
        "  [sweep]\n"
        "  workloads = warsaw-2006 llm-serving     ; names or paths, separated by blanks\n"
        "  policies  = freeze gen3:t0=100..5000/20,t1=5\n"
        "  set       = churn.cycle_density=0..0.5/6 ; a line per key\n"
        "  seeds     = 3                            ; seeds 1 to 3\n"
        "  scale     = 0.1\n\n"
        "engine, cost, timeout and memory-limit are as in `ouro sweep --help`. Long values go on\n"
        "in lines that begin with a blank. Where a value stands there may be\n\n"
        "  700,2000,10000   a list\n"
        "  0..0.5/6         a range: 6 evenly spaced values, both ends among them; counts stay\n"
        "                   integers, shares keep their unit (0..50%/6)\n\n"
        "in policies as well: gen3:t0=700,2000,t1=5..10/6 is 12 policies. Every workload runs\n"
        "under every policy with every combination of values.");
    return EXIT_FINE;
}

int help_command(int argc, char **argv) {
    const char *topic = argc > 1 ? argv[1] : "";
    if (strcmp(topic, "workload") == 0) return help_workload();
    if (strcmp(topic, "workload.md") == 0) return help_markdown();
    if (strcmp(topic, "events") == 0) return help_events();
    if (strcmp(topic, "gate") == 0) return help_gate();
    if (strcmp(topic, "sweep") == 0) return help_sweep();
    if (topic[0] != '\0' && topic[0] != '-') {
        Error error = {0};
        error_set(&error, "no help on '%s'; allowed: workload, events, gate, sweep", topic);
        return options_fail(&error);
    }
    puts(
        "usage: ouro help workload|events|gate|sweep\n\n"
        "  workload   every key of a workload text, with unit, range and default\n"
        "  events     the instructions that workloads become\n"
        "  gate       states, formats and metrics of a verdict\n"
        "  sweep      what a sweep file can say, and lists and ranges\n\n"
        "ouro COMMAND --help tells a command's options; ouro list shows policies, workloads and "
        "metrics.");
    return EXIT_FINE;
}
