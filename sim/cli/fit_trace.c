// fit_trace.c -- ouro trace fit: a workload like a recording, and how alike they are
#include "fit_trace.h"

#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "fit_text.h"
#include "format.h"
#include "output.h"
#include "rows.h"

enum { FIGURES_MAX = 8 + NOMINAL_AGES, OFF_PERMILLE = 100, SAME_PERMILLE = 50, FEW_PERMILLE = 1 };

typedef struct {
    char name[48];
    double trace, fit;
    bool is_off;
} Figure;

typedef struct {
    Figure figures[FIGURES_MAX];
    size_t count, off;
    double distance;  // the sum of what figures are off, in parts of them, 1 at most
    Nominal of_trace, of_fit;
    Metrics metrics[2][CHOICES_MAX];  // of the trace, of the workload
    size_t policies;
    uint64_t peaks_alike, times_alike, pairs;
} Likeness;

// ---- the figures of a workload, from its events ----

typedef struct {
    uint64_t born;  // allocations before it
    uint32_t objects;
    bool is_closed, is_there;
} PlayedUnit;

static bool nominal_of(const Spec *spec, Nominal *nominal, Error *error) {
    Mutator *mutator = mutator_open(spec, error);
    if (mutator == NULL) return false;
    const uint32_t max = mutator_units_max(spec);
    PlayedUnit *units = memory_new((size_t)max + 1, sizeof *units);
    size_t count;
    for (const Event *e; e = mutator_next(mutator, 4096, &count), count > 0;)
        for (const Event *end = e + count; e < end; e++) {
            PlayedUnit *unit = &units[e->unit];
            if (e->op == OP_UNIT) {
                *unit = (PlayedUnit){nominal->objects, e->value, e->flags & UNIT_CLOSED, true};
                nominal_born(nominal, e->value,
                             (uint64_t)e->value * spec->populations[e->template].template.bytes);
            }
            if (e->op != OP_DEAD) continue;
            unit->is_there = false;
            nominal_died(nominal, unit->objects, unit->born, nominal->objects);
            if (unit->is_closed) nominal_component(nominal, unit->objects);
        }
    for (uint32_t i = 0; i < max; i++)
        if (units[i].is_there)
            nominal_stayed(nominal, units[i].objects, units[i].born, nominal->objects);
    free(units);
    mutator_close(mutator);
    return true;
}

// ---- side by side ----

static double ratio(uint64_t a, uint64_t b) { return b == 0 ? 0 : (double)a / (double)b; }

// Shares of all objects below 0.1 % are too few to be compared.
static void figure_add(Likeness *l, const char *name, double trace, double fit, double few) {
    Figure *figure = &l->figures[l->count++];
    snprintf(figure->name, sizeof figure->name, "%s", name);
    figure->trace = trace;
    figure->fit = fit;
    const double off = fit > trace ? fit - trace : trace - fit;
    figure->is_off = 1000 * off > OFF_PERMILLE * trace && off > few;
    l->off += figure->is_off;
    if (off > few) l->distance += off > trace ? 1 : off / trace;
}

static void figures_compare(Likeness *l) {
    const Nominal *t = &l->of_trace, *f = &l->of_fit;
    char name[48];
    figure_add(l, "objects", (double)t->objects, (double)f->objects, 0);
    figure_add(l, "bytes per object", ratio(t->bytes, t->objects), ratio(f->bytes, f->objects), 0);
    figure_add(l, "live at most", (double)t->live_max, (double)f->live_max, 0);
    figure_add(l, "live in the end", (double)t->live, (double)f->live, 0);
    figure_add(l, "turnover", ratio(t->objects, t->live_max), ratio(f->objects, f->live_max), 0);
    for (size_t i = 0; i < NOMINAL_AGES; i++) {
        snprintf(name, sizeof name, "older than %llu, %%", (unsigned long long)nominal_age(i));
        figure_add(l, name, 100 * ratio(t->survivors[i], t->objects),
                   100 * ratio(f->survivors[i], f->objects), FEW_PERMILLE / 10.0);
    }
    figure_add(l, "to be found, %", 100 * ratio(t->cyclic, t->objects),
               100 * ratio(f->cyclic, f->objects), FEW_PERMILLE / 10.0);
    figure_add(l, "component, mean", ratio(t->cyclic, t->components),
               ratio(f->cyclic, f->components), 0);
    figure_add(l, "component, of an object", ratio(t->component_squares, t->cyclic),
               ratio(f->component_squares, f->cyclic), 0);
}

// Fewer figures are off; of as many, by less in the mean.
static bool is_nearer(const Likeness *a, const Likeness *b) {
    return a->off != b->off ? a->off < b->off : a->distance < b->distance;
}

// -1, 0, 1; within 1 % they are the same.
static int order_of(uint64_t a, uint64_t b) {
    const uint64_t less = min_u64(a, b), more = max_u64(a, b);
    if (more - less <= mul_div_u64(more, SAME_PERMILLE, 1000)) return 0;
    return a < b ? -1 : 1;
}

static void ranks_compare(Likeness *l) {
    for (size_t i = 0; i < l->policies; i++)
        for (size_t k = 0; k < i; k++) {
            const Metrics *t = l->metrics[0], *f = l->metrics[1];
            l->pairs++;
            l->peaks_alike += order_of(t[i].peak_live_bytes, t[k].peak_live_bytes) ==
                              order_of(f[i].peak_live_bytes, f[k].peak_live_bytes);
            l->times_alike += order_of(t[i].pause_ns_total, t[k].pause_ns_total) ==
                              order_of(f[i].pause_ns_total, f[k].pause_ns_total);
        }
}

static bool is_alike(const Likeness *l) {
    return l->off == 0 && 5 * l->peaks_alike >= 4 * l->pairs && 5 * l->times_alike >= 4 * l->pairs;
}

// ---- for people, for programs ----

typedef unsigned long long Number;

static void table_print(const Likeness *l, const RunArguments *a) {
    char texts[4][FIGURE_SIZE];
    printf("%-26s %14s %14s %8s\n", "", "recorded", "fitted", "off");
    for (size_t i = 0; i < l->count; i++) {
        const Figure *figure = &l->figures[i];
        const double off = figure->trace == 0 ? 0 : 100 * (figure->fit / figure->trace - 1);
        printf("%-26s %14.7g %14.7g %+7.1f%%%s\n", figure->name, figure->trace, figure->fit, off,
               figure->is_off ? "  off" : "");
    }
    printf("\n%-26s %12s %12s %12s %12s\n", "policy", "peak live", "fitted", "gc time", "fitted");
    for (size_t i = 0; i < l->policies; i++) {
        for (size_t k = 0; k < 2; k++) {
            format_metric(texts[k], UNIT_BYTES, l->metrics[k][i].peak_live_bytes);
            format_metric(texts[2 + k], UNIT_NS, l->metrics[k][i].pause_ns_total);
        }
        printf("%-26.26s %12s %12s %12s %12s\n", a->choices[i].label, texts[0], texts[1], texts[2],
               texts[3]);
    }
    printf("\n%zu of %zu figures within %d %%", l->count - l->off, l->count, OFF_PERMILLE / 10);
    if (l->pairs > 0)
        printf(
            "; of %llu pairs of policies, %llu ranked alike by peak, %llu by\n"
            "gc time (what differs by less than %d %% is the same)",
            (Number)l->pairs, (Number)l->peaks_alike, (Number)l->times_alike, SAME_PERMILLE / 10);
    printf(". %s: %s\n", a->out, is_alike(l) ? "alike" : "not alike in all of that");
}

static void tsv_print(const Likeness *l, const RunArguments *a) {
    puts("name\trecorded\tfitted\toff");
    for (size_t i = 0; i < l->count; i++)
        printf("%s\t%.6g\t%.6g\t%d\n", l->figures[i].name, l->figures[i].trace, l->figures[i].fit,
               l->figures[i].is_off);
    for (size_t i = 0; i < l->policies; i++) {
        const Metrics *t = &l->metrics[0][i], *f = &l->metrics[1][i];
        printf("%s peak_live_bytes\t%llu\t%llu\t0\n", a->choices[i].label,
               (Number)t->peak_live_bytes, (Number)f->peak_live_bytes);
        printf("%s pause_ns_total\t%llu\t%llu\t0\n", a->choices[i].label, (Number)t->pause_ns_total,
               (Number)f->pause_ns_total);
    }
    printf("pairs by peak\t%llu\t%llu\t%d\npairs by gc time\t%llu\t%llu\t%d\n", (Number)l->pairs,
           (Number)l->peaks_alike, 5 * l->peaks_alike < 4 * l->pairs, (Number)l->pairs,
           (Number)l->times_alike, 5 * l->times_alike < 4 * l->pairs);
}

static void json_print(const Likeness *l, const RunArguments *a) {
    printf("{\"figures\":[");
    for (size_t i = 0; i < l->count; i++)
        printf("%s{\"name\":\"%s\",\"recorded\":%.6g,\"fitted\":%.6g,\"off\":%s}",
               i == 0 ? "" : ",", l->figures[i].name, l->figures[i].trace, l->figures[i].fit,
               l->figures[i].is_off ? "true" : "false");
    printf("],\"policies\":[");
    for (size_t i = 0; i < l->policies; i++) {
        printf("%s{\"policy\":", i == 0 ? "" : ",");
        json_string(stdout, a->choices[i].label);
        printf(",\"peak_live_bytes\":[%llu,%llu],\"pause_ns_total\":[%llu,%llu]}",
               (Number)l->metrics[0][i].peak_live_bytes, (Number)l->metrics[1][i].peak_live_bytes,
               (Number)l->metrics[0][i].pause_ns_total, (Number)l->metrics[1][i].pause_ns_total);
    }
    printf("],\"pairs\":%llu,\"alike_by_peak\":%llu,\"alike_by_gc_time\":%llu,\"alike\":%s}\n",
           (Number)l->pairs, (Number)l->peaks_alike, (Number)l->times_alike,
           is_alike(l) ? "true" : "false");
}

static void likeness_print(const Likeness *l, const RunArguments *a) {
    if (a->format == FORMAT_JSON)
        json_print(l, a);
    else if (a->format == FORMAT_TSV)
        tsv_print(l, a);
    else
        table_print(l, a);
}

// ---- the command ----

static bool keep_metrics(void *context, size_t index, const RunResult *result, Error *error) {
    (void)error;
    Metrics *metrics = context;
    metrics[index] = result->metrics;
    return true;
}

// What is asked for without a phase; what knows phases has something to say if there are two.
static bool policies_choose(RunArguments *a, bool has_phases, Error *error) {
    static const char *const ones[] = {"cpython-3.11", "cpython-3.13", "warsaw"};
    static const char *const others[2][2] = {{"cpython-2.4", "cpython-3.13t"}, {"freeze", "arena"}};
    if (a->choice_count > 0) return true;
    for (size_t i = 0; i < ARRAY_LENGTH(ones); i++)
        if (!policy_choose(&a->choices[a->choice_count++], ones[i], error)) return false;
    for (size_t i = 0; i < 2; i++)
        if (!policy_choose(&a->choices[a->choice_count++], others[has_phases][i], error))
            return false;
    return true;
}

// How many parts the run is cut into is tried out: more follow its course, fewer leave more
// populations to each.
static bool fit_best(Likeness *best, const char *path, const RunArguments *a, char **text,
                     Error *error) {
    static const uint32_t parts[] = {1, 2, 4, 6, 8};
    static Spec spec;
    TraceFit *fit = memory_new(1, sizeof *fit);
    TraceFitter *fitter = trace_fitter_new(path, error);
    bool good = fitter != NULL;
    for (size_t i = 0; good && i < ARRAY_LENGTH(parts); i++) {
        char *tried = NULL;
        size_t size = 0;
        trace_fit(fitter, parts[i], fit);
        FILE *file = open_memstream(&tried, &size);
        MEMORY_CHECK(file != NULL);
        fit_text_write(file, fit, fitter, path);
        fclose(file);
        Likeness likeness = {.of_trace = fit->nominal};
        good = spec_read_text(&spec, a->out, tried, NULL, 0, error) &&
               nominal_of(&spec, &likeness.of_fit, error);
        figures_compare(&likeness);
        if (good && (*text == NULL || is_nearer(&likeness, best))) {
            *best = likeness;
            free(*text);
            *text = tried;
        } else {
            free(tried);
        }
    }
    trace_fitter_free(fitter);
    free(fit);
    return good;
}

static bool text_save(const char *text, const char *out, Error *error) {
    Output output;
    if (!output_open_path(&output, out, error)) return false;
    fputs(text, output.file);
    return output_close(&output, error);
}

static bool policies_run(Likeness *l, const char *path, RunArguments *a, bool *interrupted,
                         Error *error) {
    static Spec specs[2];
    const char *const paths[2] = {path, a->out};
    for (size_t i = 0; i < 2; i++)
        if (!spec_read(&specs[i], paths[i], NULL, 0, error)) return false;
    if (!policies_choose(a, specs[0].phase_count > 1, error)) return false;
    l->policies = a->choice_count;
    for (size_t i = 0; i < 2 && !*interrupted; i++)
        if (!batch_run(a, &specs[i], NULL, keep_metrics, l->metrics[i], interrupted, error))
            return false;
    ranks_compare(l);
    return true;
}

int fit_trace(const char *path, RunArguments *a) {
    Error error = {0};
    bool interrupted = false;
    char *text = NULL;
    Likeness *likeness = memory_new(1, sizeof *likeness);
    const bool good = fit_best(likeness, path, a, &text, &error) &&
                      text_save(text, a->out, &error) &&
                      policies_run(likeness, path, a, &interrupted, &error);
    if (good && !interrupted) likeness_print(likeness, a);
    const bool alike = is_alike(likeness);
    free(text);
    free(likeness);
    if (!good) return options_fail(&error);
    if (interrupted) return EXIT_INTERRUPTED;
    return alike ? EXIT_FINE : EXIT_NO;
}
