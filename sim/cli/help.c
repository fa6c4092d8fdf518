// help.c -- ouro help: what a workload can say, and a verdict, from the tables that define it
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "gate_print.h"
#include "options.h"
#include "rules.h"

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

static int help_policy_file(void) {
    puts(
        "A policy as a text, FILE.ini: `--policy-file FILE.ini`, or `--policy` in all commands.\n"
        "Words are separated by blanks; a value goes on in lines that begin with one.\n\n"
        "  [policy]\n"
        "  name       = NAME\n"
        "  summary    = TEXT                      ; and source = TEXT\n"
        "  spaces     = SPACE...                  ; 1 to 12 names: what they mean is yours\n"
        "  regions    = SPACE...                  ; these are released wholesale\n"
        "  births     = SPACE                     ; where objects are born; default: the first\n"
        "  trigger    = allocation|safepoint      ; where collections run (3.11, 3.12)\n"
        "  finalizers = pep442|pep442-whole|legacy\n"
        "  every      = N                         ; below\n\n"
        "  [births]\n"
        "  POPULATION = SPACE                     ; instead\n\n"
        "  [values]                               ; remembered, and knobs: FILE.ini:NAME=N\n"
        "  NAME = N                               ; at the start; in bytes if NAME ends so\n\n"
        "  [rule NAME]\n"
        "  when = CONDITION [and CONDITION]... [or CONDITION...]...\n"
        "  do   = PLAN [then PLAN]...\n"
        "  set  = VALUE = SUM [, VALUE = SUM]...  ; when all plans were carried out\n\n"
        "Each time the policy is asked, the first rule fires of those that hold, and no other.\n\n"
        "plans\n"
        "  collect SPACE... into SPACE [as 0|1|2]   survivors go there; counted as a collection "
        "of\n"
        "                                           this generation (default 2); resets `young`\n"
        "  move SPACE... into SPACE [reset]         without looking: freeze, unfreeze\n"
        "  release SPACE... into SPACE [as 0|1|2] [reset]   a region goes with all its garbage\n\n"
        "conditions\n"
        "  QUANTITY > SUM           also >= < <= == !=\n"
        "  phase == NAME            also !=; `first` is the first phase");
#define X(enumerator, text, name, what) \
    printf("  %s %-*s %s\n", text, 23 - (int)strlen(text), name, what);
    RULE_EVENTS(X)
#undef X
    puts(
        "                           (with one of these four the rule is looked at then and only\n"
        "                           then; without, at allocations)\n\n"
        "A SUM is NUMBER, QUANTITY or NUMBER * QUANTITY, up to 3 with + or - (not below 0).\n"
        "k, M and G are thousands, and 1024 beside what is in bytes.\n\n"
        "quantities");
#define X(enumerator, name, moves, what) \
    printf("  %-20s %s%s\n", name, what, (moves) == MOVES_WATCHED ? " (watched)" : "");
    RULE_QUANTITIES(X)
#undef X
    puts(
        "  SPACE.objects        objects of a space\n"
        "  SPACE.bytes          their bytes, native memory included\n"
        "  VALUE                of [values]\n\n"
        "A rule fires at the first allocation at which it holds. That is found without looking\n"
        "where what is watched rises above numbers, values and what the last plan found. Anything\n"
        "else is looked at when the clock is a multiple of `every`, which must then be given.");
    return EXIT_FINE;
}

int help_command(int argc, char **argv) {
    const char *topic = argc > 1 ? argv[1] : "";
    if (strcmp(topic, "workload") == 0) return help_workload();
    if (strcmp(topic, "workload.md") == 0) return help_markdown();
    if (strcmp(topic, "events") == 0) return help_events();
    if (strcmp(topic, "gate") == 0) return help_gate();
    if (strcmp(topic, "sweep") == 0) return help_sweep();
    if (strcmp(topic, "policy-file") == 0) return help_policy_file();
    if (topic[0] != '\0' && topic[0] != '-') {
        Error error = {0};
        error_set(&error, "no help on '%s'; allowed: workload, events, gate, sweep, policy-file",
                  topic);
        return options_fail(&error);
    }
    puts(
        "usage: ouro help workload|events|gate|sweep|policy-file\n\n"
        "  workload     every key of a workload text, with unit, range and default\n"
        "  events       the instructions that workloads become\n"
        "  gate         states, formats and metrics of a verdict\n"
        "  sweep        what a sweep file can say, and lists and ranges\n"
        "  policy-file  a policy as a text: its keys, conditions and plans\n\n"
        "ouro COMMAND --help tells a command's options; ouro list shows policies, workloads and "
        "metrics.");
    return EXIT_FINE;
}
