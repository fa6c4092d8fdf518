// sweep_options.h -- what `ouro sweep` takes, from the command line or a sweep file
#ifndef OURO_SWEEP_OPTIONS_H
#define OURO_SWEEP_OPTIONS_H

#include <stdio.h>

#include "child.h"

typedef enum { EMIT_NOTHING, EMIT_SLURM, EMIT_PARALLEL, EMIT_MAKE } EmitKind;

typedef struct {
    Grid grid;
    ChildLimits limits;
    const char *out;
    uint64_t jobs;                      // runs at a time
    uint64_t shard_index, shard_count;  // this process takes cells with number % count == index
    uint64_t shards;                    // for --emit; 0: as many as make a minute each
    EmitKind emit;
    bool dry_run, retry, help;
    int word_count;  // the command, for provenance and for whoever goes on
    char **words;
} SweepOptions;

bool sweep_options_parse(SweepOptions *options, int argc, char **argv, Error *error);
void sweep_options_free(SweepOptions *options);
void sweep_options_print(void);

// Reads a sweep file into `options`: [sweep] with the keys of the command line. Of two values for
// the same key the later one counts; workloads and policies add up.
bool sweep_file_read(SweepOptions *options, const char *path, Error *error);

// One setting; `where` as in grid.h. False with `error` when `name` is no key or the value is bad.
bool sweep_setting(SweepOptions *options, const char *name, const char *value, const char *where,
                   Error *error);

// The command as a shell reads it, "ouro sweep ...", without the options (and their values) that
// `without` lists, ended by NULL. Whoever calls it frees it.
char *sweep_command_text(const SweepOptions *options, const char *const *without);

#endif
