// list.c -- ouro list: policies, workloads, metrics
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "paths.h"
#include "policy_file.h"
#include "rows.h"

typedef struct {
    const char *what;
    PolicyChoice file;  // .policy NULL: all that are built in
    Format format;
    bool help;
} ListArguments;

static const Option OPTIONS[] = {
    {"tsv", NULL, "tab-separated values"},
    {"json", NULL, "a JSON array"},
    {"help", NULL, "this text"},
};

static bool list_option(void *context, const Option *option, const char *value, Error *error) {
    ListArguments *a = context;
    if (option == NULL && a->what != NULL && strcmp(a->what, "policies") == 0)
        return a->file.policy == NULL
                   ? policy_named(&a->file, value, error)
                   : error_set(error, "one policy at a time; found also '%s'", value);
    if (option == NULL) {
        if (a->what != NULL) return error_set(error, "one list at a time; found also '%s'", value);
        a->what = value;
    } else if (option->name[0] == 'h') {
        a->help = true;
    } else {
        a->format = option->name[0] == 't' ? FORMAT_TSV : FORMAT_JSON;
    }
    return true;
}

// A list is rows of fields with a name each: one writer per format serves all lists.
enum { FIELDS_MAX = 8 };

typedef struct {
    Format format;
    size_t rows, fields;
    const char *names[FIELDS_MAX];
} List;

static List list_begin(Format format, size_t fields, const char *const *names) {
    List list = {.format = format, .fields = fields};
    for (size_t i = 0; i < fields; i++) {
        list.names[i] = names[i];
        if (format == FORMAT_TSV) printf("%s%s", i > 0 ? "\t" : "", names[i]);
    }
    if (format == FORMAT_TSV) putchar('\n');
    if (format == FORMAT_JSON) putchar('[');
    return list;
}

static void list_row(List *list, const char *const *values) {
    if (list->format == FORMAT_JSON && list->rows > 0) fputs(",\n ", stdout);
    for (size_t i = 0; i < list->fields; i++) {
        if (list->format == FORMAT_TSV) {
            printf("%s%s", i > 0 ? "\t" : "", values[i]);
        } else {
            printf("%s\"%s\":", i > 0 ? "," : "{", list->names[i]);
            json_string(stdout, values[i]);
        }
    }
    fputs(list->format == FORMAT_TSV ? "\n" : "}", stdout);
    list->rows++;
}

static void list_end(const List *list) {
    if (list->format == FORMAT_JSON) fputs("]\n", stdout);
}

// ---- policies ----

static void knobs_text(const Policy *policy, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < policy->knob_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s=%s", i > 0 ? "," : "",
                                 policy->knobs[i].name, policy->knobs[i].fallback);
}

static void knob_print(const Knob *knob) {
    char range[128] = "";
    if (knob->kind == KNOB_COUNT || knob->kind == KNOB_BYTES) {
        if (knob->high == UINT64_MAX)
            snprintf(range, sizeof range, "%llu or more", (unsigned long long)knob->low);
        else
            snprintf(range, sizeof range, "%llu to %llu", (unsigned long long)knob->low,
                     (unsigned long long)knob->high);
    } else if (knob->kind == KNOB_FLAG) {
        snprintf(range, sizeof range, "yes or no");
    } else {
        snprintf(range, sizeof range, "%s", knob->choices != NULL ? knob->choices : "a name");
    }
    printf("      %-14s %-20s default %-10s %s\n", knob->name, range,
           knob->fallback[0] != '\0' ? knob->fallback : "(none)", knob->help);
}

static void policy_print(const Policy *p) {
    printf("  %-14s %s\n                 source: %s\n", p->name, p->summary, p->source);
    for (size_t k = 0; k < p->knob_count; k++) knob_print(&p->knobs[k]);
}

static void policies_table(void) {
    puts("policies, with their knobs (--policy NAME:knob=value,...):\n");
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        policy_print(POLICIES[i]);
        putchar('\n');
    }
    puts("presets (knobs can be set on top):\n");
    for (size_t i = 0; i < PRESET_COUNT; i++)
        printf("  %-14s %s\n                 = %s:%s\n                 source: %s\n",
               PRESETS[i].name, PRESETS[i].summary, PRESETS[i].policy, PRESETS[i].knobs,
               PRESETS[i].source);
}

static void policy_row(List *list, const Policy *p) {
    char knobs[512];
    knobs_text(p, knobs, sizeof knobs);
    list_row(list, (const char *const[]){p->name, p->name, knobs, p->summary, p->source});
}

// All that are built in, or `one`.
static void policies_list(Format format, const Policy *one) {
    static const char *const names[] = {"name", "policy", "knobs", "summary", "source"};
    if (format == FORMAT_TABLE) {
        one != NULL ? policy_print(one) : policies_table();
        return;
    }
    List list = list_begin(format, ARRAY_LENGTH(names), names);
    if (one != NULL) policy_row(&list, one);
    for (size_t i = 0; one == NULL && i < POLICY_COUNT; i++) policy_row(&list, POLICIES[i]);
    for (size_t i = 0; one == NULL && i < PRESET_COUNT; i++)
        list_row(&list, (const char *const[]){PRESETS[i].name, PRESETS[i].policy, PRESETS[i].knobs,
                                              PRESETS[i].summary, PRESETS[i].source});
    list_end(&list);
}

// ---- metrics ----

static void metrics_list(Format format) {
    static const char *const names[] = {"name", "unit", "better", "help"};
    List list = {0};
    if (format != FORMAT_TABLE) list = list_begin(format, ARRAY_LENGTH(names), names);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const MetricRow *m = &METRICS[i];
        const char *unit = metric_unit_name(m->unit), *better = metric_direction_name(m->better);
        if (format == FORMAT_TABLE)
            printf("  %-20s %-12s better: %-7s %s\n", m->name, unit, better, m->help);
        else
            list_row(&list, (const char *const[]){m->name, unit, better, m->help});
    }
    list_end(&list);
}

// ---- workloads ----

static int is_workload(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".ini") == 0 &&
           strstr(entry->d_name, ".sweep.") == NULL;
}

static bool workload_row(List *list, Format format, const char *folder, const char *file,
                         Spec *spec, Error *error) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (!spec_read(spec, path, NULL, 0, error)) return false;
    char title[256], allocations[32];
    snprintf(title, sizeof title, "%.*s", (int)strcspn(spec->head, "\n"), spec->head);
    snprintf(allocations, sizeof allocations, "%llu", (unsigned long long)spec_allocations(spec));
    if (format == FORMAT_TABLE)
        printf("  %-26s %12s allocations  %s\n", spec->name, allocations, title);
    else
        list_row(list, (const char *const[]){spec->name, allocations, title});
    return true;
}

// The others are listed when one cannot be read: stderr and the exit code say which.
static int workloads_list(Format format) {
    static const char *const names[] = {"name", "allocations", "title"};
    char folder[PATH_SIZE - 300];
    struct dirent **entries = NULL;
    path_shipped("workloads", folder, sizeof folder);
    int count = scandir(folder, &entries, is_workload, alphasort);
    Error error = {0};
    List list = {0};
    if (count < 0) {
        error_set(&error, "%s: cannot be read: %s", folder, strerror(errno));
        return options_fail(&error);
    }
    Spec *spec = memory_new(1, sizeof *spec);
    if (format != FORMAT_TABLE) list = list_begin(format, ARRAY_LENGTH(names), names);
    for (int i = 0; i < count; i++) {
        Error why = {0};
        if (!workload_row(&list, format, folder, entries[i]->d_name, spec, &why))
            error_set(&error, "%s", why.text);
        free(entries[i]);
    }
    list_end(&list);
    free(spec);
    free(entries);
    return error.text[0] != '\0' ? options_fail(&error) : EXIT_FINE;
}

int list_command(int argc, char **argv) {
    Error error = {0};
    ListArguments a = {0};
    if (!options_parse(argc - 1, argv + 1, OPTIONS, ARRAY_LENGTH(OPTIONS), list_option, &a, &error))
        return options_fail(&error);
    if (a.help) {
        puts("usage: ouro list policies [NAME]|workloads|metrics [--tsv|--json]\n");
        options_print(OPTIONS, ARRAY_LENGTH(OPTIONS));
        return EXIT_FINE;
    }
    if (a.what != NULL && strcmp(a.what, "workloads") == 0) return workloads_list(a.format);
    if (a.what != NULL && strcmp(a.what, "policies") == 0)
        policies_list(a.format, a.file.policy);
    else if (a.what != NULL && strcmp(a.what, "metrics") == 0)
        metrics_list(a.format);
    else {
        error_set(&error, "%s%s%s; allowed: policies, workloads, metrics",
                  a.what ? "'" : "no list named", a.what ? a.what : "",
                  a.what ? "' is no list" : "");
        return options_fail(&error);
    }
    return EXIT_FINE;
}
