// explain_print.h -- an explanation for people, for programs, and as a figure
#ifndef OURO_CLI_EXPLAIN_PRINT_H
#define OURO_CLI_EXPLAIN_PRINT_H

#include <stdio.h>

#include "explain.h"

// What stands at the top: the verdict in a few sentences.
void explain_print_story(FILE *file, const Explanation *explanation);

// And the tables under it.
void explain_print_tables(FILE *file, const Explanation *explanation);

// One JSON object; `ouro explain --help` says what is in it.
void explain_print_json(FILE *file, const Explanation *explanation);

// Garbage by the place where it waits, over the allocation clock, with the moment marked:
// plots/explain.gp into an .svg or .png. `command` stands under the figure.
bool explain_draw(const Explanation *explanation, const Recorder *recorder, const char *command,
                  const char *path, Error *error);

// The rest is for these.

typedef struct {
    char text[48];
} Figure;

Figure figure_bytes(uint64_t bytes);
Figure figure_count(uint64_t count);
Figure figure_ns(uint64_t ns);
Figure figure_share(uint64_t part, uint64_t whole);
Figure figure_large(uint64_t count);  // "2.1e10" from a thousand million on

const char *space_name(const Explanation *explanation, uint32_t space);
const char *population_name(const Explanation *explanation, uint32_t population);
const char *phase_name(const Explanation *explanation, uint32_t phase);

// "collections of generation 2 (full)", "releases", "moves".
const char *plan_text(PlanKind kind, uint32_t generation);

// What lives until something ends, and was made: it may grow without being garbage.
bool population_stays(const Explanation *explanation, uint32_t population);

#endif
