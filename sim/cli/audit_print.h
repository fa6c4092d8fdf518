// audit_print.h -- audits for people and for programs
#ifndef OURO_CLI_AUDIT_PRINT_H
#define OURO_CLI_AUDIT_PRINT_H

#include <stdio.h>

#include "audit.h"
#include "run.h"

// What is left, a line for each kind of holder.
void audit_print(FILE *file, const Spec *spec, const SpaceSetup *spaces, const Audit *audit);

// One JSON object, without a line end: `round` (from 1), `when` (round or oom), `clock`, `event`,
// `references` (all explained), `live`, `rows` (population, holder, ...).
void audit_print_json(FILE *file, const Spec *spec, const SpaceSetup *spaces, const Audit *audit);

// All of a run: the object has them as `audits`.
void audit_log_print(FILE *file, const Spec *spec, const SpaceSetup *spaces, const AuditLog *log);
void audit_log_print_json(FILE *file, const Spec *spec, const SpaceSetup *spaces,
                          const AuditLog *log);

#endif
