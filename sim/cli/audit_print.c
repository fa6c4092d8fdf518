// audit_print.c -- audits for people and for programs
#include "audit_print.h"

#include "format.h"
#include "rows.h"

static const char *const lifetimes[] = {"allocations", "phase", "round", "forever"};

// Held although its time is over: what a program calls a leak.
static bool row_leaks(const Spec *spec, const AuditRow *row) {
    return row->by != AUDIT_NOBODY &&
           spec->populations[row->by == AUDIT_LINK ? row->owner : row->population].lifetime.kind ==
               LIVES_FOREVER;
}

static const char *garbage_text(GarbageReason reason) {
    static const char *const texts[GARBAGE_REASON_COUNT] = {
        [GARBAGE_WAITS] = "garbage that no collection has found, in",
        [GARBAGE_HELD] = "garbage that a collection saw and older garbage holds, in",
        [GARBAGE_FROZEN] = "garbage, frozen in",
        [GARBAGE_REGION] = "garbage, in the open region",
        [GARBAGE_UNCOLLECTABLE] = "uncollectable: gc.garbage or what is in there holds it, in"};
    return texts[reason];
}

static void print_holder(FILE *file, const Spec *spec, const SpaceSetup *spaces,
                         const AuditRow *row) {
    const char *name = spec->populations[row->population].name;
    if (row->by == AUDIT_NOBODY) {
        fprintf(file, "%s: %s %s\n", name, garbage_text(row->reason),
                spaces->space_names[row->space]);
        return;
    }
    fprintf(file, "%s: ", name);
    if (row_leaks(spec, row)) fputs("a leak, ", file);
    if (row->by == AUDIT_REGISTER) {
        const LifetimeKind kind = spec->populations[row->population].lifetime.kind;
        fprintf(file, "held by registers that are %s (lifetime = %s)\n",
                kind == LIVES_FOREVER ? "never dropped" : "not dropped yet", lifetimes[kind]);
        return;
    }
    fprintf(file, "held by %s through link %u", spec->populations[row->holder].name, row->link);
    if (row->owner != row->holder)
        fprintf(file, ", and that by %s", spec->populations[row->owner].name);
    fprintf(file, " (lifetime = %s)\n", lifetimes[spec->populations[row->owner].lifetime.kind]);
}

void audit_print(FILE *file, const Spec *spec, const SpaceSetup *spaces, const Audit *audit) {
    char objects[FIGURE_SIZE], bytes[FIGURE_SIZE], references[FIGURE_SIZE], clock[FIGURE_SIZE];
    format_metric(objects, UNIT_COUNT, audit->live.objects);
    format_metric(bytes, UNIT_BYTES, audit->live.bytes);
    format_metric(references, UNIT_COUNT, audit->references);
    format_metric(clock, UNIT_COUNT, audit->clock);
    fprintf(file,
            "\nAudit at allocation %s: %s objects in %s are there; %s references, all of them "
            "explained\n",
            clock, objects, bytes, references);
    for (uint32_t i = 0; i < audit->row_count; i++) {
        const AuditRow *row = &audit->rows[i];
        format_metric(objects, UNIT_COUNT, row->tally.objects);
        format_metric(bytes, UNIT_BYTES, row->tally.bytes);
        fprintf(file, "%12s objects %10s  ", objects, bytes);
        print_holder(file, spec, spaces, row);
    }
    if (audit->elsewhere.objects > 0)
        fprintf(file, "%12llu objects in other rows\n",
                (unsigned long long)audit->elsewhere.objects);
}

void audit_log_print(FILE *file, const Spec *spec, const SpaceSetup *spaces, const AuditLog *log) {
    for (size_t i = 0; i < log->count; i++) {
        const Audit *audit = &log->audits[i];
        if (audit->is_oom)
            fputs("\nWhen memory ran out", file);
        else
            fprintf(file, "\nAfter round %u of %llu%s", audit->round + 1,
                    (unsigned long long)spec->rounds,
                    audit->round + 1 == spec->rounds ? ", at the exit" : "");
        audit_print(file, spec, spaces, audit);
    }
}

// ---- for programs ----

static void tally_json(FILE *file, const Tally *tally) {
    fprintf(file, "\"objects\":%llu,\"bytes\":%llu,\"payload_bytes\":%llu",
            (unsigned long long)tally->objects, (unsigned long long)tally->bytes,
            (unsigned long long)tally->payload_bytes);
}

static void row_json(FILE *file, const Spec *spec, const SpaceSetup *spaces, const AuditRow *row) {
    fputs("{\"population\":", file);
    json_string(file, spec->populations[row->population].name);
    fprintf(file, ",\"by\":\"%s\",\"leak\":%s", audit_holder_name(row->by),
            row_leaks(spec, row) ? "true" : "false");
    if (row->by == AUDIT_LINK) {
        fputs(",\"holder\":", file);
        json_string(file, spec->populations[row->holder].name);
        fprintf(file, ",\"link\":%u,\"owner\":", row->link);
        json_string(file, spec->populations[row->owner].name);
    }
    if (row->by == AUDIT_NOBODY) {
        fputs(",\"space\":", file);
        json_string(file, spaces->space_names[row->space]);
        fprintf(file, ",\"reason\":\"%s\"", garbage_reason_name(row->reason));
    }
    fprintf(file, ",\"units\":%llu,", (unsigned long long)row->units);
    tally_json(file, &row->tally);
    fputc('}', file);
}

void audit_print_json(FILE *file, const Spec *spec, const SpaceSetup *spaces, const Audit *audit) {
    fprintf(file, "{\"when\":\"%s\",\"round\":%u,\"clock\":%llu,\"event\":%llu,\"references\":%llu",
            audit->is_oom ? "oom" : "round", audit->round + 1, (unsigned long long)audit->clock,
            (unsigned long long)audit->event, (unsigned long long)audit->references);
    fputs(",\"live\":{", file);
    tally_json(file, &audit->live);
    fputs("},\"rows\":[", file);
    for (uint32_t i = 0; i < audit->row_count; i++) {
        if (i > 0) fputc(',', file);
        row_json(file, spec, spaces, &audit->rows[i]);
    }
    fputs("],\"elsewhere\":{", file);
    tally_json(file, &audit->elsewhere);
    fputs("}}", file);
}

void audit_log_print_json(FILE *file, const Spec *spec, const SpaceSetup *spaces,
                          const AuditLog *log) {
    fputs("{\"audits\":[", file);
    for (size_t i = 0; i < log->count; i++) {
        if (i > 0) fputc(',', file);
        audit_print_json(file, spec, spaces, &log->audits[i]);
    }
    fputs("]}\n", file);
}
