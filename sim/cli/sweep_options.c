// sweep_options.c -- what `ouro sweep` takes
#include "sweep_options.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cost_file.h"
#include "gather.h"
#include "paths.h"
#include "shell.h"
#include "text.h"

static const Option SWEEP_OPTIONS[] = {
    {"policy", "NAME[:knob=values,...]",
     "a policy, ./mine.so or rules.ini, or one for each value; may be repeated"},
    {"set", "section.key=values", "a key of the workload and its values; may be repeated"},
    {"seeds", "N", "seeds 1 to N; default: the workload's own"},
    {"scale", "values", "the same as --set workload.scale=values"},
    {"engine", "tracing|ledger|auto|null", "as in ouro run"},
    {"cost", "cache|counts[:FILE]", "as in ouro run"},
    {"out", "DIR", "where journals go; the same command with the same DIR goes on"},
    {"j", "K", "runs at a time; default: the processors this process may use"},
    {"timeout", "SECONDS", "a run that takes longer is a row with status timeout; default none"},
    {"memory-limit", "BYTES", "a run that holds more is a row with status oom; default: its share"},
    {"retry", NULL, "runs those again that died (timeout, crash, the memory limit above)"},
    {"shard", "I/N", "only every N-th run, from the I-th on; 1/N to N/N make the whole"},
    {"dry-run", NULL, "lists the runs with an estimate of their time, and runs none"},
    {"emit", "slurm|parallel|make", "prints a job file that runs this command in shards"},
    {"shards", "N", "for --emit; default: as many as take a minute each"},
    {"help", NULL, "this text"},
};

static bool emit_find(const char *name, EmitKind *kind, Error *error) {
    static const char *const names[] = {"slurm", "parallel", "make"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strcmp(names[i], name) == 0) {
            *kind = (EmitKind)(i + 1);
            return true;
        }
    return error_set(error, "'%s' is not allowed; allowed: slurm, parallel, make", name);
}

static bool shard_parse(SweepOptions *o, const char *text, Error *error) {
    char index[32];
    size_t length = strcspn(text, "/");
    Error ignored = {0};
    snprintf(index, sizeof index, "%.*s", (int)min_u64(length, sizeof index - 1), text);
    if (text[length] != '/' ||
        !text_count(text + length + 1, 1, 1000000, &o->shard_count, &ignored) ||
        !text_count(index, 1, o->shard_count, &o->shard_index, &ignored))
        return error_set(error, "'%s' is not I/N with I from 1 to N", text);
    o->shard_index--;
    return true;
}

static bool timeout_parse(SweepOptions *o, const char *text, Error *error) {
    return text_decimal(text, 1000, 1, 1000000000, &o->limits.timeout_ms, error);
}

static bool memory_parse(SweepOptions *o, const char *text, Error *error) {
    o->limits.memory_bytes = 0;
    return strcmp(text, "none") == 0 ||
           text_bytes(text, 1 << 20, 1ull << 46, &o->limits.memory_bytes, error);
}

// The real interpreters are no engines of a sweep.
static bool engine_parse(const char *name, Engine *engine, Error *error) {
    Error ignored = {0};
    return engine_find(name, engine, &ignored) ||
           error_set(error, "'%s' is not allowed; allowed: tracing, ledger, auto, null", name);
}

// Settings that a sweep file has as well say themselves where they stand.
bool sweep_setting(SweepOptions *o, const char *name, const char *value, const char *where,
                   Error *error) {
    Grid *grid = &o->grid;
    Error why = {0};
    if (strcmp(name, "workload") == 0) return grid_workload(grid, value, where, error);
    if (strcmp(name, "policy") == 0) return grid_policy(grid, value, where, error);
    if (strcmp(name, "set") == 0) return grid_set(grid, value, where, error);
    if (strcmp(name, "scale") == 0) return grid_scale(grid, value, where, error);
    if (strcmp(name, "seeds") == 0) return grid_seeds(grid, value, where, error);
    bool good = false;
    if (strcmp(name, "engine") == 0)
        good = engine_parse(value, &grid->engine, &why);
    else if (strcmp(name, "cost") == 0)
        good = cost_choose(&grid->cost, value, &why);
    else if (strcmp(name, "timeout") == 0)
        good = timeout_parse(o, value, &why);
    else if (strcmp(name, "memory-limit") == 0)
        good = memory_parse(o, value, &why);
    else
        error_set(&why, "unknown");
    return good || error_set(error, "%s--%s: %s", where, name, why.text);
}

static bool number(const char *name, const char *value, uint64_t high, uint64_t *result,
                   Error *error) {
    Error why = {0};
    return text_count(value, 1, high, result, &why) ||
           error_set(error, "%s%s: %s", option_dashes(name), name, why.text);
}

static bool is_sweep_file(const char *word) {
    return strstr(word, ".sweep.ini") != NULL ||
           (strlen(word) > 6 && strcmp(word + strlen(word) - 6, ".sweep") == 0);
}

static bool sweep_file_find(SweepOptions *o, const char *word, Error *error) {
    char path[PATH_SIZE];
    return path_workload(word, path, sizeof path, error) && sweep_file_read(o, path, error);
}

static bool sweep_option(void *context, const Option *option, const char *value, Error *error) {
    SweepOptions *o = context;
    Error why = {0};
    if (option == NULL)
        return is_sweep_file(value) ? sweep_file_find(o, value, error)
                                    : sweep_setting(o, "workload", value, "", error);
    const char *name = option->name;
    if (strcmp(name, "out") == 0)
        o->out = value;
    else if (strcmp(name, "dry-run") == 0)
        o->dry_run = true;
    else if (strcmp(name, "retry") == 0)
        o->retry = true;
    else if (strcmp(name, "help") == 0)
        o->help = true;
    else if (strcmp(name, "j") == 0)
        return number(name, value, 1024, &o->jobs, error);
    else if (strcmp(name, "shards") == 0)
        return number(name, value, 1000000, &o->shards, error);
    else if (strcmp(name, "shard") == 0)
        return shard_parse(o, value, &why) || error_set(error, "--shard: %s", why.text);
    else if (strcmp(name, "emit") == 0)
        return emit_find(value, &o->emit, &why) || error_set(error, "--emit: %s", why.text);
    else
        return sweep_setting(o, name, value, "", error);
    return true;
}

// What this process may use, not what the machine has: a job of a cluster gets a part.
static uint64_t processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 1;
}

static uint64_t memory_share(uint64_t jobs) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 10 * 9 / jobs : 0;
}

bool sweep_options_parse(SweepOptions *o, int argc, char **argv, Error *error) {
    *o = (SweepOptions){.shard_count = 1,
                        .jobs = processors(),
                        .limits = {.memory_bytes = UINT64_MAX},
                        .word_count = argc,
                        .words = argv};
    o->grid.cost = cost_table_shipped(COST_CACHE);
    if (!options_parse(argc - 1, argv + 1, SWEEP_OPTIONS, ARRAY_LENGTH(SWEEP_OPTIONS), sweep_option,
                       o, error))
        return false;
    if (o->help) return true;
    if (o->limits.memory_bytes == UINT64_MAX) o->limits.memory_bytes = memory_share(o->jobs);
    if (o->grid.workloads.count == 0)
        return error_set(error, "no workload given (ouro list workloads shows those that ship)");
    if (o->grid.policies.count == 0 && o->grid.engine == ENGINE_NULL)
        return grid_policy(&o->grid, "none", "", error);
    if (o->grid.policies.count == 0)
        return error_set(error, "no --policy given (ouro list policies shows all)");
    if (o->out == NULL && !o->dry_run)
        return error_set(error, "no --out DIR given: results must go somewhere");
    return true;
}

void sweep_options_free(SweepOptions *o) { grid_free(&o->grid); }

void sweep_options_print(void) { options_print(SWEEP_OPTIONS, ARRAY_LENGTH(SWEEP_OPTIONS)); }

// ---- the command, for whoever goes on ----

// How many words of the command the option at `i` takes when it is one of `without`; else 0.
static int words_left_out(const SweepOptions *o, int i, const char *const *without) {
    const char *word = o->words[i];
    size_t dashes = strspn(word, "-");
    if (dashes == 0) return 0;
    for (; *without != NULL; without++) {
        size_t length = strlen(*without);
        if (strncmp(word + dashes, *without, length) != 0) continue;
        if (word[dashes + length] == '=') return 1;
        if (word[dashes + length] != '\0') continue;
        for (size_t k = 0; k < ARRAY_LENGTH(SWEEP_OPTIONS); k++)
            if (strcmp(SWEEP_OPTIONS[k].name, *without) == 0)
                return SWEEP_OPTIONS[k].value != NULL ? 2 : 1;
    }
    return 0;
}

char *sweep_command_text(const SweepOptions *o, const char *const *without) {
    Gather gather;
    FILE *file = gather_open(&gather);
    fputs("ouro sweep", file);
    for (int i = 1; i < o->word_count; i++) {
        int left_out = words_left_out(o, i, without);
        if (left_out > 0) {
            i += left_out - 1;
            continue;
        }
        fputc(' ', file);
        shell_word_print(file, o->words[i]);
    }
    return gather_close(&gather);
}
