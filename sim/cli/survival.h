// survival.h -- ouro trace survival: its table and its figure
#ifndef OURO_CLI_SURVIVAL_H
#define OURO_CLI_SURVIVAL_H

#include "options.h"
#include "trace_survival.h"

// On standard output: a table, a line per threshold behind a header (TSV), or one object (JSON).
void survival_print(const Survival *survival, const TraceHead *head, Format format);

// plots/survival.gp into `figure`, an .svg or .png by its name; `command` is its caption.
bool survival_draw(const Survival *survival, const TraceHead *head, const char *command,
                   const char *figure, Error *error);

#endif
