// test_script.c -- a workload as a Python program allocates, closes and holds what it says
#include "cli/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mutator.h"
#include "suites.h"

typedef struct {
    unsigned long long allocations, units, closed, collections;
} Counts;

static const char WORKLOAD[] =
    "[workload]\nrounds = 2\nseed = 3\n"
    "[phase build]\ncollect_at_end = yes\n[phase churn]\nallocations = 60k\ncollect_every = 20k\n"
    "[population model]\nphase = build\nshape = tree fanout=3\nobjects = geometric mean=30\n"
    "cycle_density = 50%\nallocations = 30k\nlifetime = round\nlinks = model 50%\n"
    "[population units]\nphase = churn\nshape = chain\nobjects = table 1:20% 3:30% 5:50%\n"
    "share = 70%\ncycle_density = 30%\nlifetime = power min=100 exponent=1 max=10k\n"
    "links = model 20%\npayload = 100\n"
    "[population rings]\nphase = churn\nshape = ring\nobjects = uniform min=2 max=9\n"
    "share = 20%\nlifetime = geometric mean=500\n"
    "[population singles]\nphase = churn\nshare = 10%\ncycle_density = 10%\nlifetime = phase\n";

static Spec *spec_new(const char *text) {
    Spec *spec = memory_new(1, sizeof *spec);
    Error error = {0};
    ck_assert_msg(spec_read_text(spec, "script", text, NULL, 0, &error), "%s", error.text);
    return spec;
}

static Counts counts_simulated(const Spec *spec) {
    Error error = {0};
    Counts counts = {0};
    size_t count = 0;
    Mutator *mutator = mutator_open(spec, &error);
    ck_assert_msg(mutator != NULL, "%s", error.text);
    for (const Event *events; (events = mutator_next(mutator, 4096, &count), count > 0);)
        for (size_t i = 0; i < count; i++) {
            bool unit = events[i].op == OP_UNIT;
            counts.units += unit;
            counts.allocations += unit ? events[i].value : 0;
            counts.closed += unit && events[i].flags & UNIT_CLOSED;
            counts.collections += events[i].op == OP_COLLECT;
        }
    mutator_close(mutator);
    return counts;
}

// Runs the program, with `more` at its end; what it prints is numbers.
static void script_run(const Spec *spec, const char *before, const char *more, Counts *counts) {
    char path[] = "/tmp/ouro-script-XXXXXX", command[128];
    Error error = {0};
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(file);
    fputs(before, file);
    ck_assert_msg(script_write(file, spec, &error), "%s", error.text);
    fputs(more, file);
    ck_assert_int_eq(fclose(file), 0);
    snprintf(command, sizeof command, "/usr/bin/python3.11 -I %s", path);
    FILE *output = popen(command, "r");
    ck_assert_ptr_nonnull(output);
    int found = fscanf(output, "%llu %llu %llu %llu", &counts->allocations, &counts->units,
                       &counts->closed, &counts->collections);
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_int_eq(found, 4);
    remove(path);
}

static void is_about(const char *what, unsigned long long found, unsigned long long wanted,
                     double share) {
    ck_assert_msg(fabs((double)found / (double)wanted - 1) <= share, "%s: %llu instead of %llu",
                  what, found, wanted);
}

// Random numbers differ: allocations by the last unit of a phase, the rest within 4 %.
START_TEST(it_allocates_and_closes_what_the_workload_does) {
    Spec *spec = spec_new(WORKLOAD);
    Counts simulated = counts_simulated(spec), script;
    script_run(spec, "", "", &script);
    is_about("allocations", script.allocations, simulated.allocations, 0.005);
    is_about("units", script.units, simulated.units, 0.04);
    is_about("closed", script.closed, simulated.closed, 0.04);
    free(spec);
}
END_TEST

// With thresholds out of the way only the program's own calls collect.
START_TEST(it_collects_where_the_workload_does) {
    Spec *spec = spec_new(WORKLOAD);
    Counts simulated = counts_simulated(spec), script;
    script_run(spec, "import gc\ngc.set_threshold(0)\n", "", &script);
    ck_assert_uint_eq(script.collections, simulated.collections);
    free(spec);
}
END_TEST

// What the collector tracks when half a phase has passed is what lives then: 20 k of a model, and a
// churn of 5 k; and when all is dropped and collected nothing is left.
static const char LIVE[] =
    "[phase build]\n[phase churn]\nallocations = 50k\n"
    "[population model]\nphase = build\nshape = tree fanout=4\nobjects = 100\n"
    "allocations = 20k\nlifetime = round\n"
    "[population units]\nphase = churn\nshape = chain\nobjects = 4\nlifetime = geometric mean=5k\n";

START_TEST(it_holds_as_many_objects_as_the_workload) {
    static const char *const watch =
        "import gc\n"
        "gc.disable()\n"
        "seen = []\n"
        "def count():\n"
        "    return sum(type(o).__name__.startswith('Object') for o in gc.get_objects())\n";
    static const char *const wrap =
        "held[0].clear()\n"
        "gc.collect()\n"
        "assert count() == 0, count()\n"
        "clock = phase0(0)\n"
        "clock = phase1(clock)\n"
        "assert abs(count() - 25000) < 1000, count()\n";
    Spec *spec = spec_new(LIVE);
    Counts script;
    script_run(spec, watch, wrap, &script);
    ck_assert_uint_ge(script.allocations, 70000);
    free(spec);
}
END_TEST

START_TEST(what_it_cannot_say_is_refused) {
    static const char *const lines[] = {"shape = mesh degree=2\nobjects = 5\n",
                                        "shape = btree fanout=4\nobjects = 50\n",
                                        "shape = instance\n",
                                        "finalizer = yes\n",
                                        "store = external\n",
                                        "links = units 50%\nmutation_rate = 1%\n",
                                        "shape = tree fanout=2\nobjects = 5\nback_edges = 50%\n"};
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        char text[256];
        Error error = {0};
        snprintf(text, sizeof text,
                 "[phase churn]\nallocations = 1k\n[population units]\nlifetime = 5\n%s", lines[i]);
        Spec *spec = spec_new(text);
        FILE *file = tmpfile();
        ck_assert_ptr_nonnull(file);
        ck_assert_msg(!script_write(file, spec, &error), "%s", lines[i]);
        ck_assert_ptr_nonnull(strstr(error.text, "population units"));
        ck_assert_int_eq(ftell(file), 0);
        fclose(file);
        free(spec);
    }
}
END_TEST

Suite *script_suite(void) {
    Suite *suite = suite_create("script");
    TCase *tests = tcase_create("script");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, it_allocates_and_closes_what_the_workload_does);
    tcase_add_test(tests, it_collects_where_the_workload_does);
    tcase_add_test(tests, it_holds_as_many_objects_as_the_workload);
    tcase_add_test(tests, what_it_cannot_say_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
