// sweep_jobs.c -- how long a sweep takes, and job files that run it in shards
#include "sweep_jobs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flat_json.h"
#include "format.h"
#include "paths.h"
#include "shell.h"
#include "sweep_list.h"
#include "tsv.h"

enum { SHARD_SECONDS = 60, SHARDS_MAX = 1000 };  // Slurm's arrays end at 1000 unless told otherwise
static const double GUESS_NS = 90;               // per allocation: shipped workloads, 50 to 150

// Nanoseconds of processor time per allocation: of the rows that are there, else a rule of thumb.
// *measured: how many rows it is from.
static double ns_per_allocation(const Journals *journals, size_t *measured) {
    double ns = 0, allocations = 0;
    *measured = 0;
    for (size_t i = 0; i < journals->count; i++) {
        uint64_t cpu_us = 0, count = 0;
        if (!flat_json_number(journals->records[i].measured, "cpu_us", &cpu_us) ||
            !flat_json_number(journals->records[i].row, "allocations", &count))
            continue;
        ns += (double)cpu_us * 1000;
        allocations += (double)count;
        ++*measured;
    }
    return allocations > 0 ? ns / allocations : GUESS_NS;
}

void sweep_dry_run(const SweepOptions *options, const Cells *cells, const bool *todo,
                   const Journals *journals) {
    const Grid *grid = &options->grid;
    size_t measured = 0, count = 0;
    double ns = ns_per_allocation(journals, &measured), sum = 0;
    char total[FIGURE_SIZE];
    puts("key\tworkload\tpolicy\tset\tallocations\tseconds");
    for (size_t i = 0; i < cells->count; i++) {
        const Cell *cell = &cells->cells[i];
        if (!todo[i]) continue;
        double seconds = (double)cell->allocations * ns / 1e9;
        printf("%016llx\t", (unsigned long long)cell->key);
        tsv_text_print(stdout, grid->workloads.texts[cell->workload]);
        printf("\t%s\t", grid->policies.texts[cell->policy]);
        cell_print_settings(stdout, grid, cell);
        printf("\t%llu\t%.3f\n", (unsigned long long)cell->allocations, seconds);
        sum += seconds;
        count++;
    }
    format_duration(total, sum / (double)options->jobs);
    fprintf(stderr,
            "%zu of %zu runs are to be done; about %s with -j %llu (%.0f ns per allocation: %s)\n",
            count, cells->count, total, (unsigned long long)options->jobs, ns,
            measured > 0 ? "of the rows that are there" : "a rule of thumb");
}

// As many shards as take a minute each, but no empty one.
static uint64_t shard_number(const SweepOptions *options, const Cells *cells,
                             const Journals *journals) {
    size_t measured = 0;
    double ns = ns_per_allocation(journals, &measured), seconds = 0;
    if (options->shards > 0) return min_u64(options->shards, max_u64(cells->count, 1));
    for (size_t i = 0; i < cells->count; i++)
        seconds += (double)cells->cells[i].allocations * ns / 1e9;
    uint64_t shards = (uint64_t)(seconds / SHARD_SECONDS);
    return min_u64(min_u64(max_u64(shards, 1), SHARDS_MAX), max_u64(cells->count, 1));
}

// "DIR/build/ouro sweep ... -j 1 --shard ": the number of the shard follows.
static void command_print(const SweepOptions *options, const char *program) {
    static const char *const without[] = {"emit", "shards", "shard", "j", "dry-run", NULL};
    char *text = sweep_command_text(options, without);
    shell_word_print(stdout, program);
    printf("%s -j 1 --shard ", text + strlen("ouro"));
    free(text);
}

// Where the command was given: its paths are from there.
static void print_folder(const char *before, const char *folder, const char *after) {
    fputs(before, stdout);
    shell_word_print(stdout, folder);
    fputs(after, stdout);
}

static void emit_slurm(const SweepOptions *options, const char *program, const char *folder,
                       unsigned long long shards) {
    printf(
        "#!/bin/bash\n"
        "# %llu shards of one sweep. sbatch THIS; what failed or was cancelled: sbatch it again.\n"
        "#SBATCH --job-name=ouro-sweep\n#SBATCH --array=1-%llu\n#SBATCH --ntasks=1\n"
        "#SBATCH --cpus-per-task=1\n#SBATCH --requeue\n#SBATCH --open-mode=append\n"
        "#SBATCH --signal=TERM@30\n",
        shards, shards);
    print_folder("cd ", folder, " || exit 2\nexec ");
    command_print(options, program);
    printf("\"$SLURM_ARRAY_TASK_ID/%llu\"\n", shards);
}

static void emit_parallel(const SweepOptions *options, const char *program, const char *folder,
                          unsigned long long shards) {
    printf("#!/bin/bash\n# %llu shards of one sweep, for GNU parallel. Run it again to go on.\n",
           shards);
    print_folder("cd ", folder, " || exit 2\n");
    printf("run_shard() {\n    ");
    command_print(options, program);
    printf(
        "\"$1/%llu\"\n}\nexport -f run_shard\n"
        "seq %llu | SHELL=/bin/bash parallel \"$@\" run_shard\n",
        shards, shards);
}

// In a recipe a dollar is written twice, a line is a command, and the shell is not bash.
static void emit_make(const SweepOptions *options, const char *program, const char *folder,
                      unsigned long long shards) {
    printf(
        "# %llu shards of one sweep: make -f THIS -j4 -k. Run it again to go on.\n"
        "SHARDS := $(shell seq %llu)\n.PHONY: all $(SHARDS)\nall: $(SHARDS)\n$(SHARDS):\n",
        shards, shards);
    print_folder("\tcd ", folder, " && ");
    command_print(options, program);
    printf("$@/%llu\n", shards);
}

static bool make_takes(const char *word, Error *error) {
    if (strchr(word, '$') == NULL && shell_word_is_text(word)) return true;
    return error_set(error,
                     "--emit make: '%.200s': neither a dollar nor a control character can be in "
                     "the command; --emit parallel takes them",
                     word);
}

bool sweep_emit(const SweepOptions *options, const Cells *cells, const Journals *journals,
                Error *error) {
    static void (*const emitters[])(const SweepOptions *, const char *, const char *,
                                    unsigned long long) = {
        [EMIT_SLURM] = emit_slurm, [EMIT_PARALLEL] = emit_parallel, [EMIT_MAKE] = emit_make};
    char folder[PATH_MAX], program[PATH_MAX + 8];
    if (getcwd(folder, sizeof folder) == NULL)
        return error_set(error, "the present folder has no name");
    path_beside(program, PATH_MAX);
    memcpy(program + strlen(program), "/ouro", sizeof "/ouro");
    if (options->emit == EMIT_MAKE) {
        if (!make_takes(folder, error) || !make_takes(program, error)) return false;
        for (int i = 0; i < options->word_count; i++)
            if (!make_takes(options->words[i], error)) return false;
    }
    emitters[options->emit](options, program, folder, shard_number(options, cells, journals));
    return true;
}
