// explain_json.c -- an explanation as one JSON object
//
// Bytes and objects are integers; `due`, `soonest` and `latest` are allocations after the moment,
// null where there is none. Names are those of the workload and of the policy's spaces.
#include "audit_print.h"
#include "explain_print.h"
#include "rows.h"

static void number(FILE *file, const char *name, uint64_t value) {
    fprintf(file, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void number_or_null(FILE *file, const char *name, bool known, uint64_t value) {
    if (known)
        number(file, name, value);
    else
        fprintf(file, ",\"%s\":null", name);
}

static void text(FILE *file, const char *name, const char *value) {
    fprintf(file, ",\"%s\":", name);
    json_string(file, value);
}

static void tally_fields(FILE *file, const Tally *tally) {
    fprintf(file, "\"objects\":%llu,\"bytes\":%llu,\"payload_bytes\":%llu",
            (unsigned long long)tally->objects, (unsigned long long)tally->bytes,
            (unsigned long long)tally->payload_bytes);
}

static void tally(FILE *file, const char *name, const Tally *value) {
    fprintf(file, ",\"%s\":{", name);
    tally_fields(file, value);
    fputc('}', file);
}

static void head(FILE *file, const Explanation *e) {
    const Spec *spec = e->spec;
    fputs("{\"workload\":", file);
    json_string(file, spec->name);
    text(file, "policy", e->policy->label);
    text(file, "policy_knobs", e->policy->canonical);
    text(file, "set", spec->set);
    number(file, "seed", spec->seed);
    number(file, "behaviour", BEHAVIOUR_VERSION);
    text(file, "status", status_name(e->status));
    number(file, "end_clock", e->end_clock);
    number(file, "end_event", e->end_events);
    number_or_null(file, "memory_limit", spec->memory_limit > 0, spec->memory_limit);
}

static void moment(FILE *file, const Explanation *e) {
    const Census *c = &e->census;
    text(file, "asked", moment_name(e->asked.kind));
    text(file, "moment", moment_name(e->found));
    number(file, "clock", c->clock);
    number(file, "event", c->event);
    number(file, "round", c->round);
    if (c->phase < e->spec->phase_count)
        text(file, "phase", phase_name(e, c->phase));
    else
        fputs(",\"phase\":null", file);
    number(file, "phase_clock", e->mark.clock);
    number_or_null(file, "followed_to", e->is_followed, e->stream_end);
    number(file, "held_bytes", e->held_bytes);
    fprintf(file, ",\"collections\":[%llu,%llu,%llu]", (unsigned long long)e->collections[0],
            (unsigned long long)e->collections[1], (unsigned long long)e->collections[2]);
    number(file, "pause_ns", e->pause_ns);
    tally(file, "reachable", &c->reachable);
    tally(file, "garbage", &c->garbage);
}

static void reasons(FILE *file, const Tally *tallies) {
    fputs(",\"reasons\":{", file);
    for (GarbageReason i = 0; i < GARBAGE_REASON_COUNT; i++) {
        fprintf(file, "%s\"%s\":{", i > 0 ? "," : "", garbage_reason_name(i));
        tally_fields(file, &tallies[i]);
        fputc('}', file);
    }
    fputc('}', file);
}

static void ages(FILE *file, const char *name, const Tally *tallies) {
    fprintf(file, ",\"%s\":{", name);
    for (uint32_t i = 0; i < AGE_CLASSES; i++) {
        fprintf(file, "%s\"%s\":{", i > 0 ? "," : "", age_class_name(i));
        tally_fields(file, &tallies[i]);
        fputc('}', file);
    }
    fputc('}', file);
}

static void population(FILE *file, const Explanation *e, uint32_t i) {
    static const char *const lifetimes[] = {"allocations", "phase", "round", "forever"};
    const PopulationCensus *p = &e->census.populations[i];
    const Population *made = &e->spec->populations[i];
    fprintf(file, "%s{\"name\":", i > 0 ? "," : "");
    json_string(file, made->name);
    text(file, "phase", phase_name(e, made->phase));
    text(file, "lifetime", lifetimes[made->lifetime.kind]);
    tally(file, "reachable", &p->reachable);
    tally(file, "garbage", &p->garbage);
    reasons(file, p->reasons);
    tally(file, "phase_reachable", &e->mark.reachable[i]);
    tally(file, "phase_garbage", &e->mark.garbage[i]);
    ages(file, "reachable_ages", p->reachable_ages);
    ages(file, "garbage_ages", p->garbage_ages);
    fputc('}', file);
}

static void space(FILE *file, const Explanation *e, uint32_t i) {
    const Forecast *forecast = &e->forecasts[i];
    const SpaceFate fate = explanation_fate(e, i);
    fprintf(file, "%s{\"name\":", i > 0 ? "," : "");
    json_string(file, space_name(e, i));
    text(file, "reason", garbage_reason_name(explanation_reason(e, i)));
    number_or_null(file, "due", forecast->comes, forecast->allocations);
    tally(file, "reachable", &e->census.spaces[i].reachable);
    tally(file, "garbage", &e->census.spaces[i].garbage);
    tally(file, "held", &e->census.spaces[i].held);
    if (e->is_followed) {
        tally(file, "freed", &fate.freed);
        tally(file, "never", &fate.never);
        number_or_null(file, "soonest", fate.freed.objects > 0, fate.soonest);
        number_or_null(file, "latest", fate.freed.objects > 0, fate.latest);
    }
    fputc('}', file);
}

static void place(FILE *file, const Explanation *e, Place where) {
    fputs("{\"population\":", file);
    json_string(file, population_name(e, where.population));
    text(file, "space", space_name(e, where.space));
    fputc('}', file);
}

static void fate(FILE *file, const Explanation *e, uint32_t i) {
    const FateRow *row = &e->fates[i];
    fprintf(file, "%s{\"was\":", i > 0 ? "," : "");
    place(file, e, row->was);
    tally(file, "garbage", &row->tally);
    if (row->is_freed)
        text(file, "freed_by", plan_text(row->kind, row->generation));
    else
        fputs(",\"freed_by\":null", file);
    number_or_null(file, "soonest", row->is_freed, row->soonest);
    number_or_null(file, "latest", row->is_freed, row->latest);
    fputc('}', file);
}

static void holder(FILE *file, const Explanation *e, uint32_t i) {
    const HolderRow *row = &e->census.holders[i];
    fprintf(file, "%s{\"held\":", i > 0 ? "," : "");
    place(file, e, row->held);
    tally(file, "garbage", &row->tally);
    fputs(",\"holder\":", file);
    if (row->is_found)
        place(file, e, row->holder);
    else
        fputs("null", file);
    text(file, "holder_reason", row->is_found ? garbage_reason_name(row->why) : "gone");
    number(file, "references", row->steps_max);
    fputs(",\"chain\":[", file);
    for (uint32_t k = 0; k < row->chain_length; k++) {
        if (k > 0) fputc(',', file);
        place(file, e, row->chain[k]);
    }
    fputs("]}", file);
}

static void against(FILE *file, const Explanation *e, uint32_t i) {
    const AgainstRow *row = &e->against[i];
    fprintf(file, "%s{\"policy\":", i > 0 ? "," : "");
    json_string(file, row->policy->label);
    text(file, "policy_knobs", row->policy->canonical);
    fprintf(file, ",\"is_there\":%s,\"estimated\":%s", row->is_there ? "true" : "false",
            row->estimated ? "true" : "false");
    number(file, "clock", row->clock);
    number(file, "garbage_bytes", row->garbage_bytes);
    number(file, "live_bytes", row->live_bytes);
    number(file, "held_bytes", row->held_bytes);
    number(file, "pause_ns", row->pause_ns);
    number(file, "pause_ns_max", row->pause_ns_max);
    number(file, "full_collections", row->full);
    fputc('}', file);
}

static void list(FILE *file, const char *name, const Explanation *e, size_t count,
                 void (*print)(FILE *file, const Explanation *e, uint32_t i)) {
    fprintf(file, ",\n\"%s\":[", name);
    for (uint32_t i = 0; i < count; i++) print(file, e, i);
    fputc(']', file);
}

void explain_print_json(FILE *file, const Explanation *e) {
    head(file, e);
    moment(file, e);
    reasons(file, e->census.reasons);
    list(file, "populations", e, e->spec->population_count, population);
    list(file, "spaces", e, e->spaces.space_count, space);
    list(file, "fates", e, e->is_followed ? e->fate_count : 0, fate);
    list(file, "holders", e, e->census.holder_count, holder);
    list(file, "against", e, e->against_count, against);
    if (e->is_audited) {
        fputs(",\n\"audit\":", file);
        audit_print_json(file, e->spec, &e->spaces, &e->audit);
    }
    fputs("}\n", file);
}
