// explain_print.c -- the tables of `ouro explain`
#include "explain_print.h"

#include <string.h>

// ---- who ----

static void signed_bytes(FILE *file, uint64_t now, uint64_t before) {
    const uint64_t change = now > before ? now - before : before - now;
    const char *sign = change == 0 ? " " : (now > before ? "+" : "-");
    fprintf(file, " %s%10s", sign, figure_bytes(change).text);
}

static bool population_is_there(const Explanation *e, uint32_t i) {
    const PopulationCensus *p = &e->census.populations[i];
    return p->reachable.objects + p->garbage.objects > 0;
}

static int name_width(const Explanation *e) {
    size_t width = strlen("population");
    for (uint32_t i = 0; i < e->spec->population_count; i++) {
        const size_t length = strlen(population_name(e, i));
        if (length > width) width = length;
    }
    return (int)width;
}

static void print_who(FILE *file, const Explanation *e) {
    const int width = name_width(e);
    fprintf(file, "\nWho is here; since: change since allocation %s, when the phase began\n\n",
            figure_count(e->mark.clock).text);
    fprintf(file, "%-*s  %-12s %12s %10s  %10s %12s %10s  %10s\n", width, "population", "phase",
            "reachable", "bytes", "since", "garbage", "bytes", "since");
    for (uint32_t i = 0; i < e->spec->population_count; i++) {
        const PopulationCensus *p = &e->census.populations[i];
        if (!population_is_there(e, i)) continue;
        fprintf(file, "%-*s  %-12s %12s %10s", width, population_name(e, i),
                phase_name(e, e->spec->populations[i].phase),
                figure_count(p->reachable.objects).text, figure_bytes(p->reachable.bytes).text);
        signed_bytes(file, p->reachable.bytes, e->mark.reachable[i].bytes);
        fprintf(file, " %12s %10s", figure_count(p->garbage.objects).text,
                figure_bytes(p->garbage.bytes).text);
        signed_bytes(file, p->garbage.bytes, e->mark.garbage[i].bytes);
        fputc('\n', file);
    }
    const Census *c = &e->census;
    fprintf(file, "%-*s  %-12s %12s %10s  %10s %12s %10s\n", width, "all", "",
            figure_count(c->reachable.objects).text, figure_bytes(c->reachable.bytes).text, "",
            figure_count(c->garbage.objects).text, figure_bytes(c->garbage.bytes).text);
    fprintf(file, "native payload: %s of what is reachable, %s of the garbage\n",
            figure_bytes(c->reachable.payload_bytes).text,
            figure_bytes(c->garbage.payload_bytes).text);
}

static void print_ages(FILE *file, const Explanation *e) {
    const int width = name_width(e);
    fputs(
        "\nHow old, in allocations: what is reachable since it was made, garbage since it died\n\n",
        file);
    fprintf(file, "%-*s           ", width, "population");
    for (uint32_t k = 0; k < AGE_CLASSES; k++) fprintf(file, " %10s", age_class_name(k));
    fputc('\n', file);
    for (uint32_t i = 0; i < e->spec->population_count; i++) {
        const PopulationCensus *p = &e->census.populations[i];
        for (int dead = 0; dead < 2; dead++) {
            const Tally *ages = dead ? p->garbage_ages : p->reachable_ages;
            if ((dead ? p->garbage.objects : p->reachable.objects) == 0) continue;
            fprintf(file, "%-*s  %-9s", width, population_name(e, i),
                    dead ? "garbage" : "reachable");
            for (uint32_t k = 0; k < AGE_CLASSES; k++)
                fprintf(file, " %10s",
                        ages[k].objects > 0 ? figure_bytes(ages[k].bytes).text : "-");
            fputc('\n', file);
        }
    }
}

// ---- why ----

static void print_due(FILE *file, const Explanation *e, uint32_t space) {
    const Forecast *forecast = &e->forecasts[space];
    fprintf(file, " %14s",
            forecast->comes ? figure_large(forecast->allocations).text
                            : (e->spaces.is_region[space] ? "when closed" : "never"));
}

static void print_fates(FILE *file, const Explanation *e, uint32_t space) {
    if (!e->is_followed) return;
    for (uint32_t i = 0; i < e->fate_count; i++) {
        const FateRow *row = &e->fates[i];
        if (row->was.space != space) continue;
        fprintf(file, "    %-14s %10s  ", population_name(e, row->was.population),
                figure_bytes(row->tally.bytes).text);
        if (!row->is_freed)
            fputs("still here at the end of the program\n", file);
        else if (row->soonest == row->latest)
            fprintf(file, "freed %s allocations later, by %s\n", figure_count(row->latest).text,
                    plan_text(row->kind, row->generation));
        else
            fprintf(file, "freed %s to %s allocations later, by %s\n",
                    figure_count(row->soonest).text, figure_count(row->latest).text,
                    plan_text(row->kind, row->generation));
    }
}

static void print_why(FILE *file, const Explanation *e) {
    const Census *c = &e->census;
    if (c->garbage.objects == 0) return;
    fputs(
        "\nWhy the garbage is still here; due: net allocations until the policy looks there\n\n"
        "space              garbage     of it kept before            due  and what becomes of it\n",
        file);
    for (uint32_t i = 0; i < e->spaces.space_count; i++) {
        if (c->spaces[i].garbage.objects == 0) continue;
        fprintf(file, "%-14s %11s %21s", space_name(e, i),
                figure_bytes(c->spaces[i].garbage.bytes).text,
                figure_bytes(c->spaces[i].held.bytes).text);
        print_due(file, e, i);
        fprintf(file, "  (%s)\n", garbage_reason_name(explanation_reason(e, i)));
        print_fates(file, e, i);
    }
    fputc('\n', file);
    for (GarbageReason i = 0; i < GARBAGE_REASON_COUNT; i++)
        if (c->reasons[i].objects > 0)
            fprintf(file, "%-14s %11s  %s\n", garbage_reason_name(i),
                    figure_bytes(c->reasons[i].bytes).text, garbage_reason_what(i));
}

static void print_place(FILE *file, const Explanation *e, Place place) {
    fprintf(file, "%s in %s", population_name(e, place.population), space_name(e, place.space));
}

static void print_holder(FILE *file, const Explanation *e, const HolderRow *row) {
    fprintf(file, "%10s  ", figure_bytes(row->tally.bytes).text);
    print_place(file, e, row->held);
    if (!row->is_found) {
        fputs(": what held it is gone; the next collection of its space frees it\n", file);
        return;
    }
    fputs(", held by ", file);
    print_place(file, e, row->holder);
    fprintf(file, " (%s), %u reference%s away at most\n", garbage_reason_name(row->why),
            row->steps_max, row->steps_max == 1 ? "" : "s");
    if (row->chain_length < 3) return;
    fputs("            ", file);
    for (uint32_t i = 0; i < row->chain_length; i++) {
        if (i > 0) fputs(" -> ", file);
        print_place(file, e, row->chain[i]);
    }
    fputc('\n', file);
}

static void print_holders(FILE *file, const Explanation *e) {
    if (e->census.holder_count == 0) return;
    fputs("\nGarbage that a collection saw and kept, and what holds it\n\n", file);
    for (uint32_t i = 0; i < e->census.holder_count; i++)
        print_holder(file, e, &e->census.holders[i]);
    if (e->census.held_elsewhere.objects > 0)
        fprintf(file, "%10s  others\n", figure_bytes(e->census.held_elsewhere.bytes).text);
}

// ---- the others ----

static void print_against(FILE *file, const Explanation *e) {
    bool estimated = false;
    size_t width = strlen("policy");
    if (e->against_count == 0) return;
    for (size_t i = 0; i < e->against_count; i++) {
        const size_t length = strlen(e->against[i].policy->label);
        if (length > width) width = length;
    }
    fputs("\nThe same moment under other policies\n\n", file);
    fprintf(file, "%-*s %11s %11s %11s %9s %10s %11s\n", (int)width, "policy", "garbage",
            "less here", "held", "gc time", "longest", "full");
    for (size_t i = 0; i < e->against_count; i++) {
        const AgainstRow *row = &e->against[i];
        estimated |= row->estimated;
        fprintf(file, "%-*s %11s", (int)width, row->policy->label,
                figure_bytes(row->garbage_bytes).text);
        signed_bytes(file, row->garbage_bytes, e->census.garbage.bytes);
        fprintf(file, " %10s %9s %10s %11s", figure_bytes(row->held_bytes).text,
                figure_ns(row->pause_ns).text, figure_ns(row->pause_ns_max).text,
                figure_count(row->full).text);
        if (!row->is_there)
            fprintf(file, "  out of memory before, at allocation %s",
                    figure_count(row->clock).text);
        fputc('\n', file);
    }
    fprintf(file,
            "Times are modelled%s, not measured; the run above: %s, collections %llu/%llu/%llu.\n",
            estimated ? " and estimated" : "", figure_ns(e->pause_ns).text,
            (unsigned long long)e->collections[0], (unsigned long long)e->collections[1],
            (unsigned long long)e->collections[2]);
}

void explain_print_tables(FILE *file, const Explanation *e) {
    print_who(file, e);
    print_why(file, e);
    print_holders(file, e);
    print_ages(file, e);
    print_against(file, e);
}
