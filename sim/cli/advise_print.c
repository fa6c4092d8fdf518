// advise_print.c -- advice for people and for programs
#include <stdio.h>
#include <string.h>

#include "advise.h"
#include "format.h"
#include "rows.h"

static unsigned long long llu(uint64_t value) { return value; }

static void ratio_text(char text[FIGURE_SIZE], uint64_t permille) {
    snprintf(text, FIGURE_SIZE, "-");
    if (permille > 0) format_ratio(text, permille);
}

// What is in the way: "p99 is 2.00 x its limit".
static void limit_text(char *text, size_t size, const AdviceRow *row) {
    char excess[FIGURE_SIZE];
    format_ratio(excess, row->excess);
    text[0] = '\0';
    if (row->over_p99 || row->over_peak)
        snprintf(text, size, "over the limit of %s%s%s, up to %s x", row->over_p99 ? "p99" : "",
                 row->over_p99 && row->over_peak ? " and " : "", row->over_peak ? "peak" : "",
                 excess);
}

static int policy_width(const Advice *a) {
    size_t width = strlen("policy");
    for (size_t i = 0; i < a->row_count; i++) width = max_u64(width, strlen(a->rows[i].policy));
    return (int)width;
}

static int workload_width(const Advice *a) {
    size_t width = strlen("workload");
    for (size_t i = 0; i < a->row_count; i++) width = max_u64(width, strlen(a->rows[i].workload));
    return (int)width;
}

static void print_limits(const Advice *a) {
    char p99[FIGURE_SIZE] = "any", peak[FIGURE_SIZE] = "any";
    if (a->limits.p99_ns != UINT64_MAX) format_metric(p99, UNIT_NS, a->limits.p99_ns);
    if (a->limits.peak_bytes != UINT64_MAX) format_metric(peak, UNIT_BYTES, a->limits.peak_bytes);
    printf("limits: p99 of pauses %s, peak held %s\n\n", p99, peak);
}

static void print_answer(const Advice *a, const AdviceRow *row) {
    char total[FIGURE_SIZE], gc[FIGURE_SIZE], p99[FIGURE_SIZE], peak[FIGURE_SIZE], why[160];
    format_metric(total, UNIT_NS, row->run->total_ns);
    format_metric(gc, UNIT_NS, row->run->gc_ns);
    format_metric(p99, UNIT_NS, row->run->p99_ns);
    format_metric(peak, UNIT_BYTES, row->run->peak_bytes);
    printf("%-*s  %-8s  %-*s  %10s  %8s  %8s  %8s", workload_width(a), row->workload,
           advice_kind_name(row->kind), policy_width(a), row->policy, total, gc, p99, peak);
    limit_text(why, sizeof why, row);
    if (why[0] != '\0') printf("  %s", why);
    if (row->nobody_p99) printf("; nobody meets that of p99");
    if (row->nobody_peak) printf("; nobody meets that of peak");
    if (row->kind == ADVICE_NEAREST && !row->nobody_p99 && !row->nobody_peak)
        printf("; each is met, but not both by one");
    putchar('\n');
}

static void print_overall(const AdviceRow *row) {
    char time[FIGURE_SIZE], why[160];
    ratio_text(time, row->time);
    limit_text(why, sizeof why, row);
    if (row->kind == ADVICE_OVERALL)
        printf("\noverall: %s, within the limits everywhere; %s x the cheapest time on average\n",
               row->policy, time);
    else
        printf("\noverall: nobody is within the limits everywhere; nearest is %s, %s\n",
               row->policy, why);
}

static void print_regret(const Advice *a, const AdviceRow *row) {
    char time[FIGURE_SIZE], peak[FIGURE_SIZE] = "-", gc[FIGURE_SIZE] = "-", why[160];
    ratio_text(time, row->time);
    if (row->run != NULL) ratio_text(peak, row->run->regret_peak);
    if (row->run != NULL) ratio_text(gc, row->run->regret_gc);
    limit_text(why, sizeof why, row);
    if (row->run == NULL)
        snprintf(why, sizeof why, "did not run there");
    else if (!row->run->competes)
        snprintf(why, sizeof why, "%s", row->run->status);
    printf("%-*s  %-*s  %6s  %11s  %9s%s%s\n", policy_width(a), row->policy, workload_width(a),
           row->workload, time, peak, gc, why[0] != '\0' ? "  " : "", why);
}

void advice_print_table(const Advice *a) {
    bool regrets = false, overall = false;
    print_limits(a);
    printf("%-*s  %-8s  %-*s  %10s  %8s  %8s  %8s\n", workload_width(a), "workload", "answer",
           policy_width(a), "policy", "total time", "gc time", "p99", "peak");
    for (size_t i = 0; i < a->row_count; i++) {
        const AdviceRow *row = &a->rows[i];
        bool of_all = row->kind == ADVICE_OVERALL || row->kind == ADVICE_OVERALL_NEAREST;
        overall |= of_all;
        if (row->kind == ADVICE_REGRET && !overall)
            puts("\noverall: nobody ran to the end everywhere");
        overall |= row->kind == ADVICE_REGRET;
        if (row->kind == ADVICE_REGRET && !regrets)
            printf("\nwhat it costs to be wrong\n%-*s  %-*s  %6s  %11s  %9s\n", policy_width(a),
                   "policy", workload_width(a), "workload", "x time", "peak regret", "gc regret");
        regrets |= row->kind == ADVICE_REGRET;
        if (row->kind == ADVICE_REGRET)
            print_regret(a, row);
        else if (of_all)
            print_overall(row);
        else
            print_answer(a, row);
    }
    puts(
        "\nx time: total time against the cheapest within the limits. Regret: peak against the\n"
        "least of those that spend no more gc time, gc time against the least of those that hold\n"
        "no more. Times are modelled, not measured.");
}

// ---- for programs ----

// All rows have all columns; what a row has no run for is 0.
#define ADVICE_NUMBERS(X)                                           \
    X(total_ns, row->run != NULL ? row->run->total_ns : 0)          \
    X(pause_ns_total, row->run != NULL ? row->run->gc_ns : 0)       \
    X(pause_ns_p99, row->run != NULL ? row->run->p99_ns : 0)        \
    X(peak_held_bytes, row->run != NULL ? row->run->peak_bytes : 0) \
    X(over_p99, row->over_p99)                                      \
    X(over_peak, row->over_peak)                                    \
    X(excess, row->excess)                                          \
    X(time_ratio, row->time)                                        \
    X(regret_peak, row->run != NULL ? row->run->regret_peak : 0)    \
    X(regret_gc, row->run != NULL ? row->run->regret_gc : 0)

static const char *status_of(const AdviceRow *row) {
    return row->run != NULL ? row->run->status : "";
}

void advice_print_tsv(const Advice *a) {
    fputs("answer\tworkload\tpolicy\tstatus", stdout);
#define X(name, value) fputs("\t" #name, stdout);
    ADVICE_NUMBERS(X)
#undef X
    putchar('\n');
    for (const AdviceRow *row = a->rows; row < a->rows + a->row_count; row++) {
        printf("%s\t%s\t%s\t%s", advice_kind_name(row->kind), row->workload, row->policy,
               status_of(row));
#define X(name, value) printf("\t%llu", llu(value));
        ADVICE_NUMBERS(X)
#undef X
        putchar('\n');
    }
}

static void json_words(const AdviceRow *row) {
    const char *const words[][2] = {{"answer", advice_kind_name(row->kind)},
                                    {"workload", row->workload},
                                    {"policy", row->policy},
                                    {"status", status_of(row)}};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        printf("%s\"%s\":", i > 0 ? "," : "{", words[i][0]);
        json_string(stdout, words[i][1]);
    }
}

void advice_print_json(const Advice *a) {
    printf("{\"answered\":%s", a->answered ? "true" : "false");
    if (a->limits.p99_ns != UINT64_MAX) printf(",\"limit_p99_ns\":%llu", llu(a->limits.p99_ns));
    if (a->limits.peak_bytes != UINT64_MAX)
        printf(",\"limit_peak_bytes\":%llu", llu(a->limits.peak_bytes));
    fputs(",\"answers\":[", stdout);
    for (const AdviceRow *row = a->rows; row < a->rows + a->row_count; row++) {
        if (row > a->rows) fputs(",\n ", stdout);
        json_words(row);
#define X(name, value) printf(",\"%s\":%llu", #name, llu(value));
        ADVICE_NUMBERS(X)
#undef X
        putchar('}');
    }
    fputs("]}\n", stdout);
}
